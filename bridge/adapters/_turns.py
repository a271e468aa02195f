"""Waiting for a turn in a budget that many share; the arithmetic is the model's (pace/shared.py)."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field
from itertools import count

from bridge.model.clock import Clock
from bridge.model.errors import NotYet
from bridge.model.pace.shared import Budget
from bridge.model.pace.told import at_least

SPARE = -1
"""The load of what can wait."""


@dataclass(order=True)
class _Waiter:
    """`since`: by the loop's clock, which moves while one waits."""

    rank: tuple[int, int]
    since: float = field(compare=False)
    turn: asyncio.Future[float] = field(compare=False)

    @property
    def spare(self) -> bool:
        return self.rank[0] > 0


class Line:
    """Those who wait for a turn in one budget: where most waits in the place, first."""

    def __init__(self, budget: Budget, clock: Clock) -> None:
        self.budget, self._clock = budget, clock
        self._waiting: list[_Waiter] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, load: int = 0) -> float:
        """Returns when the request may go out, with the moment that `budget.heard` is told as its beginning. `load`:
        how much waits in its place. Raises NotYet where that would take too long."""
        loop = asyncio.get_running_loop()
        waiter = _Waiter((-load, next(self._numbers)), loop.time(), loop.create_future())
        heapq.heappush(self._waiting, waiter)
        self._look(loop)
        return await waiter.turn

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now, patience = self._clock.monotonic(), self.budget.patience
        while self._waiting:
            first = self._waiting[0]
            if first.turn.done():
                heapq.heappop(self._waiting)
            elif (wait := self.budget.spend(now, first.spare)) <= 0:
                heapq.heappop(self._waiting).turn.set_result(now)
            else:
                self._send_away(now, wait, loop.time() - patience if wait <= patience else loop.time())
                if self._waiting:
                    self._timer = loop.call_later(wait, self._look, loop)
                return

    def _send_away(self, now: float, wait: float, since: float) -> None:
        """Whoever waits since then or longer."""
        for waiter in sorted(one for one in self._waiting if one.since <= since and not one.turn.done()):
            waiter.turn.set_exception(NotYet(seconds=at_least(self.budget.away(now, wait))))
        self._waiting = [one for one in self._waiting if not one.turn.done()]
        heapq.heapify(self._waiting)
