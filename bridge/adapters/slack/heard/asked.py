"""What people ask for by commands, buttons, forms and shortcuts, read from Slack's payloads. Pure; None: malformed.

Shapes: docs.slack.dev/interactivity (slash commands, block_actions, view_submission, message_action, shortcut).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.adapters._walk import at, listed, word
from bridge.adapters.slack.heard.concerns import Us
from bridge.adapters.slack.heard.walk import channel_in, ts_in, user_in
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.shown.mrkdwn import filled_in
from bridge.model.command import Where, Who
from bridge.model.place import PlaceKind

DIRECT, PRIVATE, SEVERAL = "directmessage", "privategroup", "mpdm-"
"""How Slack calls, in commands and presses, channels that not everybody may read."""
LONGEST_META = 3000
"""Characters of a view's private_metadata."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`line`: a verb and its words in mrkdwn. `trigger` opens a form within three seconds, and names the request.
    `url` takes answers for half an hour. `thread`: the message it was asked under. `typed`: somebody wrote the line;
    else a button carried it."""

    who: Who
    where: Where
    line: str
    trigger: str
    url: str = ""
    thread: str = ""
    typed: bool = True


@dataclass(frozen=True, slots=True)
class Press:
    """`ephemeral`: only the one who pressed sees that message, so it can be replaced. `view`: the id of the form or
    page it stands in (`home`: the personal page); "" for a message."""

    asked: Asked
    ephemeral: bool = False
    view: str = ""
    home: bool = False


@dataclass(frozen=True, slots=True)
class Meta:
    """What a form remembers: the line that sending it is, where it was opened, the message it is made from, and that
    message's files: id, name and media type of each."""

    line: str
    where: Where
    thread: str = ""
    message: str = ""
    files: tuple[tuple[str, str, str], ...] = ()

    def packed(self) -> str:
        """For private_metadata; "" where it does not fit."""
        where = self.where
        told = (self.line, where.key, where.kind.value, where.name, where.private, self.thread, self.message)
        kept = [*told, *self.files]
        text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        return text if len(text) <= LONGEST_META else ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent. `view`: as Slack tells it, with what was filled in. `meta.line` is "" where what the form
    remembers can't be read."""

    who: Who
    id: str
    meta: Meta
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`message`: the one it was called on, as Slack tells it; None for the global one."""

    who: Who
    trigger: str
    where: Where
    message: Mapping[str, Any] | None = None
    url: str = ""


def command(payload: object, us: Us, aliases: Collection[str]) -> Asked | None:
    """A slash command. An alias is the verb status."""
    who = _who(payload, us, "user_id")
    where = _where(us, who, channel_in(payload, "channel_id"), word(payload, "channel_name"))
    trigger = word(payload, "trigger_id")
    if who is None or where is None or not trigger:
        return None
    line = word(payload, "text").strip()
    if word(payload, "command") in aliases:
        line = f"status {line}".strip()
    return Asked(who, where, line, trigger, word(payload, "response_url"))


def press(payload: object, us: Us) -> Press | None:
    """A button or a menu's line; None too for what needs no more than an ack (a link's button)."""
    who, trigger = _who(payload, us, "user", "id"), word(payload, "trigger_id")
    action = next(iter(listed(payload, "actions")), None)
    line = filled_in(word(action, "value") or word(action, "selected_option", "value"))
    if who is None or not trigger or not line.strip():
        return None
    view, container = at(payload, "view"), at(payload, "container")
    if isinstance(view, Mapping):
        meta = meta_in(view, us)
        where = meta.where if meta else _direct(us, who)
        asked = Asked(who, where, line, trigger, thread=meta.thread if meta else "", typed=False)
        return Press(asked, view=word(view, "id"), home=word(view, "type") == "home")
    channel = channel_in(payload, "channel", "id") or channel_in(container, "channel_id")
    where_ = _where(us, who, channel, word(payload, "channel", "name"))
    if where_ is None:
        return None
    thread = ts_in(payload, "message", "thread_ts") or ts_in(container, "thread_ts")
    asked = Asked(who, where_, line, trigger, word(payload, "response_url"), thread, typed=False)
    return Press(asked, ephemeral=at(container, "is_ephemeral") is True)


def sent(payload: object, us: Us) -> Sent | None:
    who, view = _who(payload, us, "user", "id"), at(payload, "view")
    if who is None or not isinstance(view, Mapping):
        return None
    id, meta = word(view, "id"), meta_in(view, us)
    return Sent(who, id, meta or Meta("", _direct(us, who)), view) if id else None


def shortcut(payload: object, us: Us) -> Shortcut | None:
    who, trigger = _who(payload, us, "user", "id"), word(payload, "trigger_id")
    if who is None or not trigger:
        return None
    if word(payload, "type") == "shortcut":
        return Shortcut(who, trigger, _direct(us, who))
    message = at(payload, "message")
    where = _where(us, who, channel_in(payload, "channel", "id"), word(payload, "channel", "name"))
    if where is None or not isinstance(message, Mapping):
        return None
    return Shortcut(who, trigger, where, message, word(payload, "response_url"))


def meta_in(view: object, us: Us) -> Meta | None:
    try:
        kept = json.loads(word(view, "private_metadata"))
    except (ValueError, RecursionError):
        return None
    match kept:
        case [str(line), str(key), str(kind), str(name), bool(private), str(thread), str(message), *files] if (
            kind in [one.value for one in PlaceKind] and key
        ):
            where = Where(PLATFORM, us.team, key, PlaceKind(kind), name, private)
            return Meta(line, where, thread, message, tuple(_file(one) for one in files))
    return None


def _file(kept: object) -> tuple[str, str, str]:
    match kept:
        case [str(id), str(name), str(mime)]:
            return id, name, mime
    return "", "", ""


def teams(payload: object) -> list[str]:
    """The workspaces a payload may be meant for, the likeliest first.

    In shared channels `authorizations` tells where the app is installed, and `team_id` where it happened.
    """
    found = [word(one, "team_id") for one in listed(payload, "authorizations")]
    found += [word(payload, "view", "app_installed_team_id"), word(payload, "context_team_id")]
    found += [word(payload, "team_id"), word(payload, "team", "id"), word(payload, "user", "team_id")]
    return [team for team in dict.fromkeys(found) if team]


def _who(payload: object, us: Us, *path: str) -> Who | None:
    user = user_in(payload, *path)
    return Who(PLATFORM, us.team, user) if user else None


def _direct(us: Us, who: Who) -> Where:
    return Where(PLATFORM, us.team, who.user, PlaceKind.DIRECT, private=True)


def _where(us: Us, who: Who | None, channel: str, name: str) -> Where | None:
    if who is None or not channel:
        return None
    if channel.startswith("D") or name == DIRECT:
        return _direct(us, who)
    private = name == PRIVATE or name.startswith(SEVERAL) or channel.startswith("G") or not name
    return Where(PLATFORM, us.team, channel, name="" if private else name, private=private)
