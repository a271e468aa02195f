"""Faults on demand: what the next requests to a route meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """`done`: whether the request takes effect all the same. Exactly one of the others says what the caller sees."""

    done: bool = False
    seconds: float = 0.0
    """An answer that takes this long (of the machine), and is otherwise right."""
    status: int = 0
    """An HTTP status with a page instead of JSON; with `code`, Discord's own error."""
    code: int = 0
    retry_after: float = 0.0
    """429 with these seconds."""
    told: str | None = None
    """Of a 429: what Retry-After says instead, right or wrong; "" for none at all."""
    scope: str = "user"
    """Of a 429: user, global or shared."""
    cloudflare: bool = False
    """429 (or `status`) as a page of Cloudflare's: no Via, no JSON."""
    reset: bool = False
    """The connection is cut instead of an answer: ECONNRESET, or where it is `polite` a mere end."""
    polite: bool = False
    text: str = ""
    """The answer's body, with status 200 and Discord's content type, instead of JSON."""

    RESET_AFTER_ACCEPT: ClassVar[Fault]
    RESET: ClassVar[Fault]
    HANG_UP_AFTER_ACCEPT: ClassVar[Fault]
    HANG_UP: ClassVar[Fault]
    CLOUDFLARE: ClassVar[Fault]
    WRONG_JSON: ClassVar[Fault]
    WRONG_JSON_DONE: ClassVar[Fault]

    @staticmethod
    def RATE(retry_after: float = 1.0, scope: str = "user", told: str | None = None) -> Fault:
        return Fault(retry_after=retry_after, scope=scope, told=told)

    @staticmethod
    def SLOW(seconds: float) -> Fault:
        return Fault(done=True, seconds=seconds)

    @staticmethod
    def HTTP(status: int, *, done: bool = False) -> Fault:
        return Fault(status=status, done=done)

    @staticmethod
    def ERROR(code: int, *, done: bool = False) -> Fault:
        """One of discord_tables.ERRORS."""
        return Fault(code=code, done=done)


Fault.RESET_AFTER_ACCEPT = Fault(done=True, reset=True)
Fault.RESET = Fault(reset=True)
Fault.HANG_UP_AFTER_ACCEPT = Fault(done=True, reset=True, polite=True)
Fault.HANG_UP = Fault(reset=True, polite=True)
Fault.CLOUDFLARE = Fault(status=429, cloudflare=True)
Fault.WRONG_JSON = Fault(text='{"id": "12')
Fault.WRONG_JSON_DONE = Fault(done=True, text='{"id": "12')


class Faults:
    """What is still to happen. `next("POST /channels/{channel_id}/messages", Fault.RATE(2), Fault.RESET)`: the next two
    requests to it. A route is written `METHOD /template`; "*" is any."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Fault]] = []

    def next(self, route: str, *faults: Fault, times: int = 1) -> None:
        from tests.fakes.discord.tables import ROUTES

        assert route == "*" or route in ROUTES, f"there is no route {route!r}"
        self._waiting.extend((route, fault) for _ in range(times) for fault in faults)

    def take(self, route: str) -> Fault | None:
        for waiting in self._waiting:
            if waiting[0] in (route, "*"):
                self._waiting.remove(waiting)
                return waiting[1]
        return None

    @property
    def left(self) -> int:
        return len(self._waiting)

    def clear(self) -> None:
        self._waiting.clear()
