"""Waiting for a turn in a budget that is shared; the arithmetic is model/pace's."""

from __future__ import annotations

import asyncio

from bridge.model.clock import Clock
from bridge.model.errors import NotYet
from bridge.model.pace.shared import Budget
from bridge.model.pace.told import at_least


async def in_turn(budget: Budget, clock: Clock, spare: bool = False) -> float:
    """Returns when the request may go out: the moment that `budget.heard` is told as its beginning. Raises NotYet where
    that would take too long."""
    waited = 0.0
    while True:
        asked = clock.monotonic()
        wait = budget.spend(asked, spare)
        if wait > 0:
            await asyncio.sleep(wait)
        if wait <= 0 or budget.reserves:
            return asked
        if (waited := waited + wait) > budget.patience:
            raise NotYet(seconds=at_least(wait))
