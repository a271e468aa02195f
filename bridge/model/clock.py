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
