"""The only caller of `datetime.now`. Everything inside is aware and UTC; tests inject `FixedClock`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time. `now` is aware UTC; `monotonic` is seconds and never goes back (leases, pacing)."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class SharedClock:
    """Another's time, for processes that have to agree on it: told now and then, and carried on by our own monotonic
    clock in between. Until it was told, the machine's own."""

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._told: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        if self._told is None:
            return self._own.now()
        theirs, at = self._told
        return theirs + timedelta(seconds=self._own.monotonic() - at)

    def monotonic(self) -> float:
        return self._own.monotonic()

    def hear(self, theirs: datetime, asked: float) -> timedelta:
        """What their clock said, asked at `asked` by `monotonic` and answered now: half of the way there and back is
        taken to lie behind. An answer that took over a second tells too little to correct anything. How far we were
        off."""
        answered = self._own.monotonic()
        off = theirs + timedelta(seconds=(answered - asked) / 2) - self.now()
        if self._told is None or answered - asked <= 1:
            self._told = theirs, (asked + answered) / 2
        return off


class FixedClock:
    """A clock that moves only when told to: the one of tests and benchmarks."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._now = at.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, **parts: float) -> datetime:
        """Moves both readings forward, e.g. `advance(hours=2)`; returns the new time."""
        step = timedelta(**parts)
        self._now += step
        self._monotonic += step.total_seconds()
        return self._now

    def set(self, at: datetime) -> datetime:
        """Puts the wall clock somewhere else, forward or back; the monotonic reading stays."""
        self._now = at.astimezone(UTC)
        return self._now
