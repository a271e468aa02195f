"""Faults on demand: what the next requests to a method meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """`done`: whether the method takes effect all the same. Exactly one of the others says what the caller sees."""

    done: bool = False
    seconds: float = 0.0
    """An answer that takes this long, and is otherwise right."""
    error: str = ""
    """`{"ok": false, "error": …}`."""
    status: int = 0
    """An HTTP status with a page instead of JSON."""
    retry_after: int = 0
    """429 with these seconds."""
    told: str | None = None
    """Of a 429: what Retry-After says instead, right or wrong; "" for none at all."""
    reset: bool = False
    """The connection is cut instead of an answer."""

    RESET_AFTER_ACCEPT: ClassVar[Fault]
    RESET: ClassVar[Fault]
    INTERNAL_ERROR: ClassVar[Fault]
    INTERNAL_ERROR_DONE: ClassVar[Fault]
    HTTP_500: ClassVar[Fault]
    HTTP_500_DONE: ClassVar[Fault]

    @staticmethod
    def RATE(retry_after: int = 1, told: str | None = None) -> Fault:
        return Fault(retry_after=retry_after, told=told)

    @staticmethod
    def SLOW(seconds: float) -> Fault:
        return Fault(done=True, seconds=seconds)

    @staticmethod
    def ERROR(code: str, *, done: bool = False) -> Fault:
        return Fault(error=code, done=done)


Fault.RESET_AFTER_ACCEPT = Fault(done=True, reset=True)
Fault.RESET = Fault(reset=True)
Fault.INTERNAL_ERROR = Fault(error="internal_error")
Fault.INTERNAL_ERROR_DONE = Fault(error="internal_error", done=True)
Fault.HTTP_500 = Fault(status=500)
Fault.HTTP_500_DONE = Fault(status=500, done=True)


class Faults:
    """What is still to happen. `next("chat.postMessage", Fault.RATE(2), Fault.RESET)`: its next two requests."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, Fault]] = []

    def next(self, method: str, *faults: Fault, times: int = 1, team: str = "") -> None:
        self._waiting.extend((method, team, fault) for _ in range(times) for fault in faults)

    def take(self, method: str, team: str) -> Fault | None:
        for waiting in self._waiting:
            if waiting[0] in (method, "*") and waiting[1] in ("", team):
                self._waiting.remove(waiting)
                return waiting[2]
        return None

    def clear(self) -> None:
        self._waiting.clear()
