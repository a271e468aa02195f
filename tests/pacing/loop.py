"""An asyncio loop whose time passes only by waiting: what takes an hour is over in a moment."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        scheduled: Any = self._scheduled  # type: ignore[attr-defined]
        while scheduled and scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(scheduled)._scheduled = False
        if scheduled and not self._ready:  # type: ignore[attr-defined]
            # A clock moves on while one looks at it; by rounding alone some would wait for ever.
            self._now = max(self._now + 1e-6, scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


class VirtualClock:
    """A Clock by the running loop. `off`: seconds by which its wall clock is wrong."""

    def __init__(self, off: float = 0.0) -> None:
        self.off = off

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.monotonic() + self.off)
