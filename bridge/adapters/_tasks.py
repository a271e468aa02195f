"""Work that goes on after the ack: kept here, so that stopping can wait for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


async def forever(work: Callable[[], Awaitable[None]], pause: float) -> None:
    """Work that goes on for as long as the bridge runs: whatever ends it is logged, and after `pause` seconds it is
    begun anew. Returns when it returns."""
    while True:
        try:
            await work()
            return
        except Exception:
            # The supervisor of a loop: nobody else would hear of it.
            log.exception("something that goes on for ever failed, and is begun anew")
        await asyncio.sleep(pause)


class Tasks:
    """What is going on."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._over)
        return task

    async def finish(self, seconds: float) -> None:
        """Waits for what is going on; what is late is given up."""
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("something that was begun failed", exc_info=error)
