"""A lease that is kept for as long as it can be, and what has to wait while that is in doubt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from bridge.model.errors import StoreError
from bridge.model.given import Leases

log = logging.getLogger(__name__)

MOST = 10_000
"""What waits while a lease is in doubt."""

T = TypeVar("T")


class Held:
    """The lease `name`, for `seconds` at a time, renewed thrice in that. `silent`: the database did not answer when it
    was last asked to."""

    def __init__(self, leases: Leases, name: str, seconds: float) -> None:
        self._leases, self.name, self._seconds = leases, name, seconds
        self._pressed = asyncio.Event()
        self.silent = False

    @property
    def sure(self) -> bool:
        """Whether it is certainly ours still."""
        return self._leases.sure(self.name)

    async def take(self) -> bool:
        """Raises StoreError."""
        ours = await self._leases.take(self.name, self._seconds) is not None
        self.silent = False
        return ours

    def press(self) -> None:
        """Something waits for certainty, so the database is asked at once."""
        self._pressed.set()

    async def kept(self, renewed: Callable[[], None] = lambda: None) -> None:
        """Returns when it went to another process. A database that does not answer takes none away; but in doubt it is
        from two thirds of its time on, and until it was `renewed`."""
        while True:
            await self._next()
            try:
                ours = await self.take()
            except StoreError:
                self.silent = True
                continue
            if not ours:
                return
            renewed()

    async def _next(self) -> None:
        """A third of its time; less where something waits, and where the database was silent just now."""
        if self.silent:
            await asyncio.sleep(self._seconds / 15)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds / 3):
                await self._pressed.wait()
        self._pressed.clear()


class Fence(Generic[T]):
    """Passes on to `act` what comes, in order, while a lease is certainly ours. In doubt it waits: a process that was
    stopped for a while, or cut off, does nothing that another one may be doing by now."""

    def __init__(self, act: Callable[[T], None], held: Held) -> None:
        self._act, self._held = act, held
        self._waiting: list[T] = []

    def take(self, came: T) -> None:
        if not self._waiting and self._held.sure:
            self._act(came)
            return
        self._held.press()
        if len(self._waiting) < MOST:
            self._waiting.append(came)
        else:
            log.error("an event was lost: the lease has been in doubt for too long")

    def open(self) -> None:
        """The lease is ours: what waited is acted on."""
        while self._waiting and self._held.sure:
            self._act(self._waiting.pop(0))

    def drop(self) -> None:
        """It went to another process, which hears the same."""
        self._waiting.clear()
