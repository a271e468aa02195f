"""How a method of the fake is written: the refusal it may raise, the call it is given, and the list of all of them."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tests.fakes.slack.objects import Json
from tests.fakes.slack.state import Channel
from tests.fakes.slack.tables import METHODS

if TYPE_CHECKING:
    from tests.fakes.slack import FakeSlack
    from tests.fakes.slack.life import Team

Item = TypeVar("Item")


class Refused(Exception):
    """`{"ok": false, "error": code}`; `messages` go to response_metadata."""

    def __init__(self, code: str, *messages: str, **more: Any) -> None:
        super().__init__(code, *messages)
        self.code, self.messages, self.more = code, messages, more


@dataclass
class Call:
    """One request to the Web API. `team` is "" where the token told none. `at`: the fake's clock, in seconds."""

    method: str
    arguments: Json
    team: str = ""
    at: float = 0.0
    answer: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What a method gets: the workspace of the token, the arguments it was called with (checked and typed)."""

    slack: FakeSlack
    team: Team
    method: str
    arguments: Json

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def get(self, name: str, default: Any = None) -> Any:
        value = self.arguments.get(name)
        return default if value is None else value

    def need(self, *scopes: str) -> None:
        """Raises missing_scope unless the token has one of them."""
        if scopes and not self.team.scopes.intersection(scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(self.team.scopes)))

    def channel(self, name: str = "channel") -> Channel:
        """The channel that this bot may know of. Raises channel_not_found."""
        found = self.team.channels.get(self[name])
        if found is None or (found.kind != "channel" and self.team.bot.id not in found.members):
            raise Refused("channel_not_found")
        return found

    def readable(self, suffix: str) -> Channel:
        """The same, with the scope that its kind needs (`suffix`: read or history)."""
        found = self.channel()
        self.need({"channel": "channels", "group": "groups"}.get(found.kind, found.kind) + f":{suffix}")
        return found


Handler = Callable[[Asked], Awaitable[Json]]
HANDLERS: dict[str, Handler] = {}


def plays(method: str) -> Callable[[Handler], Handler]:
    def keep(handler: Handler) -> Handler:
        HANDLERS[method] = handler
        return handler

    return keep


def page(asked: Asked, items: Sequence[Item], *, default: int, most: int) -> tuple[list[Item], Json]:
    """One page and its response_metadata. Raises invalid_cursor, invalid_limit."""
    limit = asked.get("limit") or default
    if not 0 < limit <= most:
        raise Refused("invalid_limit" if "invalid_limit" in METHODS[asked.method].errors else "invalid_arguments")
    start = 0
    if cursor := asked.get("cursor"):
        try:
            start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
        except ValueError:
            raise Refused("invalid_cursor") from None
    end = start + limit
    more = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), {"next_cursor": more}
