"""The store as the services have it: it remembers why nothing new is taken in, and asks again until it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.model.errors import StoreError, StoreFull, StoreReadOnly
from bridge.model.kept import Store, Tx
from bridge.model.meter import Meter

T = TypeVar("T")

FULL = "the disk is full"


class WatchedStore:
    """A store that remembers why it takes nothing new (in `refusal`, empty while it does), and counts its errors."""

    def __init__(self, store: Store, meter: Meter | None = None) -> None:
        self._store, self._meter = store, meter
        self._closed = self._silent = ""

    @property
    def refusal(self) -> str:
        return self._closed or self._silent

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self._asked(self._store.write(fn))

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._asked(self._store.read(fn))

    async def spacious(self) -> bool:
        if await self._store.spacious():
            return True
        self._closed = FULL
        return False

    async def _asked(self, asking: Awaitable[T]) -> T:
        try:
            found = await asking
        except StoreError as error:
            if self._meter is not None:
                self._meter.database_failed(type(error).__name__)
            if isinstance(error, StoreFull):
                self._closed = FULL
            elif isinstance(error, StoreReadOnly):
                self._closed = error.english()
            elif type(error) is StoreError:
                self._silent = "the database does not answer"
            raise
        self._silent = ""
        return found

    async def close(self) -> None:
        await self._store.close()

    async def look_again(self, owner: str) -> None:
        """Whether it takes something again: others' writes do not tell, since many change nothing."""
        if await self.spacious() and self._closed:
            await self.write(lambda tx: tx.memory.lease("writing", owner, 1))
            self._closed = ""
