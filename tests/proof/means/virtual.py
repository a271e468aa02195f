"""A loop whose time passes only while nothing else is to be done: hours of waiting in seconds, with real sockets.

Threads of the store and bytes on the loopback are waited for; only then the next timer is due at once.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from bridge.store.engines.engine import Engine

T = TypeVar("T")

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ON_ITS_WAY = 0.0005
"""Seconds of the machine that bytes may need from one socket to the other."""
STUCK = 30.0
"""Seconds of the machine after which a thread that does not come back is a mistake."""


class _Selector(selectors.DefaultSelector):
    """Waits for the machine as long as something is under way in it, else makes the time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.under_way = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if found := super().select(0):
            return found
        if timeout is not None and timeout <= 0:
            return found
        if self.under_way or timeout is None:
            if not (found := super().select(STUCK)):
                raise RuntimeError(f"nothing happens any more; threads at work: {self.under_way}")
            return found
        if found := super().select(ON_ITS_WAY):
            return found
        self.passed += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        return self.counted(super().run_in_executor(executor, func, *args))

    def counted(self, future: asyncio.Future[T]) -> asyncio.Future[T]:
        """A thread works on it: time stands still until it is done."""
        self._virtual.under_way += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _: object) -> None:
        self._virtual.under_way -= 1


class LoopClock:
    """The loop's time, from `at` on."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self._loop = asyncio.get_running_loop()
        self._at = at - timedelta(seconds=self._loop.time())

    def now(self) -> datetime:
        return self._at + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()


class CountedEngine:
    """An engine; while its threads work, no time of a virtual loop passes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        return await _counted(self._engine.write(fn))

    async def read(self, fn: Callable[[Connection], T]) -> T:
        return await _counted(self._engine.read(fn))

    async def reshape(self, fn: Callable[[Connection], T]) -> T:
        return await _counted(self._engine.reshape(fn))


async def _counted(asked: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.get_running_loop()
    return await (loop.counted(loop.create_task(asked)) if isinstance(loop, VirtualLoop) else asked)


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """Runs it in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
