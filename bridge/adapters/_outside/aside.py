"""What is long is done beside the loop, so that nobody else waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

SHORT = 8_000
"""Bytes or characters of a stranger that are worked on at once: a thread would cost more than it saves."""

_T = TypeVar("_T")


class Aside:
    """One thread, since several would only take turns with each other. Python lets the loop in every few milliseconds,
    whatever the thread does, and the HTML cleaner does without its lock altogether."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self.waiting = 0
        """Works that are under way or stand in line."""

    async def run(self, size: int, work: Callable[[], _T]) -> _T:
        """`size`: of what is worked on, in bytes or characters."""
        if size <= SHORT:
            return work()
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """What is under way is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)
