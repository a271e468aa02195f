"""The only import of APScheduler: a handful of static ticks, held in memory. No logic and no user's job lives here.

What is due stands in the store; a tick looks there. So a tick that was late, failed or never ran loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC

from apscheduler.events import EVENT_JOB_SUBMITTED, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bridge.model.clock import SystemClock
from bridge.model.errors import BridgeError

log = logging.getLogger(__name__)

FAILED = "tick %s failed: %s It goes on, and further failures of this kind are only counted"
Tick = Callable[[], Awaitable[object]]


class Ticks:
    """Runs each tick at the start and then every so many seconds, one run of it at a time.

    A run that is late is made once, however many were missed. One that raises is counted in `failures`, told to
    `failed`, and logged unless the run before failed the same way; the next one runs all the same. `lag` gets the
    seconds by which each run began late.
    """

    def __init__(self, lag: Callable[[float], None], failed: Callable[[str], None] = lambda name: None) -> None:
        self.failures: Counter[str] = Counter()
        """How often each tick raised."""
        # APScheduler goes by the machine's clock, whatever clock the rest of a test has.
        self._clock = SystemClock()
        self._lag, self._failed = lag, failed
        self._last_failure: dict[str, str] = {}
        self._running: set[asyncio.Task[object]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_listener(self._measure, EVENT_JOB_SUBMITTED)

    def add(self, name: str, seconds: float, tick: Tick) -> None:
        """Declares a tick, before `start`. `name` is unique and stands in the log."""

        async def run() -> None:
            await self._run(name, tick)

        self._scheduler.add_job(run, "interval", seconds=seconds, id=name, name=name, next_run_time=self._clock.now())

    def start(self) -> None:
        """Begins, in the running loop."""
        self._scheduler.start()

    async def stop(self, seconds: float = 3) -> None:
        """Begins no further run, waits that long for those under way, then cancels them. May be called twice."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        cancelled = set(self._running)
        for task in cancelled:
            task.cancel()
        await asyncio.gather(*cancelled, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
        # The scheduler ends in a callback of the loop; let it.
        await asyncio.sleep(0)

    async def _run(self, name: str, tick: Tick) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await tick()
        except Exception as error:
            self.failures[name] += 1
            self._failed(name)
            kind = _kind(error)
            if self._last_failure.get(name) != kind:
                # One of our own says what is in the way, such as a database that is being restarted.
                why, where = (error.english(), None) if isinstance(error, BridgeError) else (f"{error!r}.", error)
                log.error(FAILED, name, why, exc_info=where)
            self._last_failure[name] = kind
        else:
            if self._last_failure.pop(name, None):
                log.info("tick %s works again", name)
        finally:
            self._running.discard(task)

    def _measure(self, event: JobSubmissionEvent) -> None:
        self._lag((self._clock.now() - event.scheduled_run_times[-1]).total_seconds())


def _kind(error: Exception) -> str:
    """Equal for two failures at one spot; their messages may carry ids and times."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__qualname__} {frames[-1].filename}:{frames[-1].lineno}" if frames else repr(error)
