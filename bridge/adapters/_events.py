"""Events of all workspaces: remembered before they are acknowledged, worked on in order, not forgotten in between.

What a crash left undone is taken up again by a sweep. What fails is tried again before anything that came after it in
its lane: who takes something back must not be overtaken by what they took back. What fails each time is given up, and
said so once.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bridge.adapters._tasks import Tasks
from bridge.model.errors import BridgeError, StoreError
from bridge.model.given import Inbox, Remembered

log = logging.getLogger(__name__)

TRIES = 180
"""How often work on an event is begun: for an hour of sweeps its lane may wait for it, while the platform or the
database is out of reach."""
ODD_TRIES = 10
"""How often it may end in an error of ours, which seldom goes away."""
SWEEP_SECONDS = 20.0
"""Well within the minute for which events are held."""
MOST = 50
"""Events that are taken up at once."""


@dataclass(frozen=True, slots=True)
class Job:
    key: str
    team: str
    payload: dict[str, Any]


Work = Callable[[str, dict[str, Any]], Awaitable[None]]
"""(workspace, payload): the whole work on one event."""
Lane = Callable[[str, dict[str, Any]], str | None]
"""(workspace, payload): which events are worked on one after the other; "" for one that concerns nobody, None where
that can't be told yet: its workspace is still to come."""


class Events:
    """One for the adapter: the Inbox is shared by its workspaces."""

    def __init__(self, inbox: Inbox, lane: Lane, work: Work, tasks: Tasks) -> None:
        self._inbox, self._lane, self._work, self._tasks = inbox, lane, work, tasks
        self._lanes: dict[str, deque[Job]] = {}
        self._held: set[str] = set()
        """Lanes whose first event failed: it waits for the next sweep, and the others wait for it."""
        self._early: list[Remembered] = []
        """Those whose workspace is still to come."""
        self._here: set[str] = set()
        self._odd: dict[str, int] = {}
        """How often the work on an event ended in an error of ours."""
        self._stopping = False

    async def take(self, team: str, key: str, payload: dict[str, Any]) -> bool:
        """False: it could not be remembered, so it must come again."""
        lane = self._lane(team, payload)
        if lane is None:
            return False
        if not lane or not key:
            return True
        try:
            new = await self._inbox.remember(key, json.dumps(payload).encode())
        except StoreError as error:
            log.warning("an event could not be remembered, so it has to come again: %s", error.english())
            return False
        if new:
            self._put(lane, Job(key, team, payload))
        return True

    async def sweep(self) -> int:
        """Takes up all that nobody finished, in order; how many. What waits here is kept from other processes. Raises
        StoreError."""
        for lane in list(self._held):
            self._held.discard(lane)
            self._tasks.spawn(self._run(lane))
        await self._inbox.renew({*self._here, *(one.key for one in self._early)})
        early, self._early = self._early, []
        for one in early:
            await self._take_up(one)
        count = 0
        while True:
            found = await self._inbox.take(MOST)
            for one in found:
                if one.key not in self._here:
                    await self._take_up(one)
            count += len(found)
            if len(found) < MOST:
                return count

    async def look(self) -> None:
        """A sweep that complains of nothing but in the log."""
        try:
            await self.sweep()
        except BridgeError as error:
            log.warning("events that wait could not be looked at: %s", error.english())

    async def sweeping(self) -> None:
        """Now and then, for ever."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.look()

    def stop(self) -> None:
        """What is begun is finished; the rest stays in the Inbox."""
        self._stopping = True

    async def _take_up(self, one: Remembered) -> None:
        job = _job(one.key, one.payload)
        lane = self._lane(job.team, job.payload) if job else ""
        if lane is None:
            self._early.append(one)
        elif job and lane:
            self._put(lane, job)
        else:
            await self._inbox.done(one.key)

    def _put(self, lane: str, job: Job) -> None:
        self._here.add(job.key)
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(job)
            return
        self._lanes[lane] = deque([job])
        self._tasks.spawn(self._run(lane))

    async def _run(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting and not self._stopping:
            if not await self._finish(waiting[0]):
                self._held.add(lane)
                return
            self._here.discard(waiting.popleft().key)
        for job in waiting:
            self._here.discard(job.key)
        del self._lanes[lane]

    async def _finish(self, job: Job) -> bool:
        """False where it has to be tried again."""
        try:
            tries = await self._inbox.begin(job.key)
            if tries is None:
                return True
            if tries < TRIES and self._odd.get(job.key, 0) < ODD_TRIES:
                await self._work(job.team, job.payload)
            else:
                log.error("the event %s failed %s times and is given up", job.key, tries)
            await self._inbox.done(job.key)
            self._odd.pop(job.key, None)
            return True
        except BridgeError as error:
            log.info("the event %s is tried again later: %s", job.key, error.english())
        except Exception:
            # The supervisor of an event: whatever one of them does, the next are worked on.
            log.exception("the event %s failed", job.key)
            self._odd[job.key] = self._odd.get(job.key, 0) + 1
        return False


def _job(key: str, kept: bytes) -> Job | None:
    try:
        payload = json.loads(kept)
    except (ValueError, RecursionError):
        return None
    return Job(key, key.partition(" ")[0], payload) if isinstance(payload, dict) else None
