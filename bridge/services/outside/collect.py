"""What is outside comes in: each source is looked at when its time has come, and what is new becomes updates.

    due -> taken on -> look (looking.py) -> one transaction (yielding.py) -> next look

A source is taken on by one process at a time; whoever took it on and died leaves it to others two minutes later.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta

from bridge.model.errors import StoreError
from bridge.model.kept import Tx
from bridge.model.source import Watch
from bridge.services.outside.looking import look_at
from bridge.services.world import World

log = logging.getLogger(__name__)

TAKEN = timedelta(minutes=2)
"""For so long whoever took a source on has it."""
AT_ONCE = 24
"""Looks under way in one process that count: those that have just begun."""
SLOW = 1.0
"""Seconds after which a look counts no more: it only waits for somebody's server, and others need not wait with it."""
AT_MOST = 3 * AT_ONCE
"""Looks under way in all."""


class Collector:
    """One of these a process. It looks at one source of a host at a time, since a host is asked one thing at a time
    anyway: else the sources of one slow host would keep all others waiting, and use up each other's time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._looking: dict[asyncio.Task[None], float] = {}  # when each began its present look (monotonic seconds)
        self._taken: deque[Watch] = deque()  # whose look has yet to begin
        self._more = False  # more may be due at hosts that were looked at when it was last asked
        self._hosts: set[str] = set()  # of all that is taken on
        self._taking = asyncio.Lock()

    async def tick(self) -> int:
        """Takes on as many sources as are due and as there is room for; returns how many, without waiting for them."""
        if self._room() <= 0 or not await self._world.store.spacious():
            return 0
        await self._take()
        begun = min(self._room(), len(self._taken))
        for _ in range(begun):
            task = asyncio.create_task(self._look(self._taken.popleft()))
            self._looking[task] = self._world.clock.monotonic()
            task.add_done_callback(self._ended)
        return max(begun, 0)

    async def drain(self) -> None:
        """Looks until nothing is due and nothing is under way: for tests and benchmarks."""
        while await self.tick() or self._looking:
            if self._looking:
                await asyncio.wait(self._looking, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Looks under way are given up: each source is looked at again in time."""
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)

    def _room(self) -> int:
        since = self._world.clock.monotonic() - SLOW
        return min(AT_ONCE - sum(began > since for began in self._looking.values()), AT_MOST - len(self._looking))

    async def _take(self) -> None:
        """Sees to it that something is taken on, where anything is due: many by one commit."""
        async with self._taking:
            if self._taken:
                return
            now, busy = self._world.now(), frozenset(self._hosts)
            due = await self._world.store.write(lambda tx: fitting(tx, now, AT_ONCE, busy))
            self._taken += due
            self._hosts.update(watch.host for watch in due)
            self._more = bool(self._hosts)

    async def _look(self, watch: Watch) -> None:
        """Looks at it, and then at whatever else is due: a tick a second is too slow where many are."""
        mine = asyncio.current_task()
        assert mine is not None
        try:
            while True:
                try:
                    await look_at(self._world, watch)
                finally:
                    self._hosts.discard(watch.host)
                self._looking[mine] = float("-inf")
                if self._more and not self._taken:
                    await self._take()
                if not self._taken or self._room() <= 0:
                    return
                watch = self._taken.popleft()
                self._looking[mine] = self._world.clock.monotonic()
        except StoreError:
            log.warning("what %s has could not be kept; it is looked at again", watch.name)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._looking.pop(task)
        if not task.cancelled() and (error := task.exception()):
            asyncio.get_running_loop().call_exception_handler({"message": "a look failed oddly", "exception": error})


def fitting(tx: Tx, now: datetime, room: int, busy: Collection[str]) -> list[Watch]:
    """Takes on what is due, the longest due first, one of a host. `busy`: hosts of looks under way."""
    taken: dict[str, Watch] = {}
    for _ in range(AT_ONCE):  # each time round there are further hosts
        found = tx.sources.due(now, now + TAKEN, room - len(taken), [*busy, *taken])
        for watch in found:
            taken.setdefault(watch.host, watch)
        over = [watch.id for watch in found if taken[watch.host] is not watch]
        if not over:
            break
        tx.sources.give_back(over, now)
    return list(taken.values())
