"""Events of all workspaces: remembered before they are acknowledged, worked on in order, not forgotten in between.

What a crash or a failure left undone is taken up again by a sweep. What fails each time is given up, and said so once.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bridge.adapters.slack.sockets.link import Ack
from bridge.adapters.slack.sockets.tasks import Tasks
from bridge.model.errors import BridgeError, StoreError
from bridge.model.given import Inbox

log = logging.getLogger(__name__)

TRIES = 5
SWEEP_SECONDS = 30.0
MOST = 50
"""Events that one sweep takes up."""


@dataclass(frozen=True, slots=True)
class Job:
    key: str
    team: str
    payload: dict[str, Any]


Work = Callable[[str, dict[str, Any]], Awaitable[None]]
"""(workspace, payload): the whole work on one event."""
Lane = Callable[[str, dict[str, Any]], str]
"""(workspace, payload): which events are worked on one after the other; "" for one that concerns nobody."""


class Events:
    """One for the adapter: the Inbox is shared by its workspaces."""

    def __init__(self, inbox: Inbox, lane: Lane, work: Work, tasks: Tasks) -> None:
        self._inbox, self._lane, self._work, self._tasks = inbox, lane, work, tasks
        self._lanes: dict[str, deque[Job]] = {}
        self._here: set[str] = set()
        self._stopping = False

    async def take(self, team: str, key: str, payload: dict[str, Any]) -> Ack | None:
        """None: it could not be remembered, so it must come again."""
        lane = self._lane(team, payload)
        if not lane or not key:
            return Ack()
        try:
            new = await self._inbox.remember(key, json.dumps(payload).encode())
        except StoreError as error:
            log.warning("an event could not be remembered, so Slack sends it again: %s", error.english())
            return None
        if new:
            self._put(lane, Job(key, team, payload))
        return Ack()

    async def sweep(self) -> int:
        """Takes up what nobody finished; how many. Raises StoreError."""
        found = await self._inbox.take(MOST)
        for one in found:
            if one.key in self._here:
                continue
            job = _job(one.key, one.payload)
            lane = self._lane(job.team, job.payload) if job else ""
            if one.tries >= TRIES:
                log.error("the event %s failed %s times and is given up", one.key, one.tries)
            elif job and lane:
                self._put(lane, job)
                continue
            await self._inbox.done(one.key)
        return len(found)

    async def sweeping(self) -> None:
        """Now and then, for ever."""
        while True:
            try:
                await self.sweep()
            except BridgeError as error:
                log.warning("events that wait could not be looked at: %s", error.english())
            await asyncio.sleep(SWEEP_SECONDS)

    def stop(self) -> None:
        """What is begun is finished; the rest stays in the Inbox."""
        self._stopping = True

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
            job = waiting.popleft()
            await self._finish(job)
            self._here.discard(job.key)
        for job in waiting:
            self._here.discard(job.key)
        del self._lanes[lane]

    async def _finish(self, job: Job) -> None:
        try:
            await self._work(job.team, job.payload)
            await self._inbox.done(job.key)
        except BridgeError as error:
            log.info("the event %s is tried again later: %s", job.key, error.english())
        except Exception:
            # The supervisor of an event: whatever one of them does, the next are worked on.
            log.exception("the event %s failed", job.key)


def _job(key: str, kept: bytes) -> Job | None:
    try:
        payload = json.loads(kept)
    except ValueError:
        return None
    return Job(key, key.partition(" ")[0], payload) if isinstance(payload, dict) else None
