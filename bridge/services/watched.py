"""The store as the services have it: it remembers why nothing new is taken in, and asks again until it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bridge.model.errors import StoreFull, StoreReadOnly
from bridge.model.kept import Store, Tx

T = TypeVar("T")

FULL = "the disk is full"


class WatchedStore:
    """A store that remembers why it takes nothing new (in `refusal`, empty while it does)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.refusal = ""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        try:
            return await self._store.write(fn)
        except StoreFull:
            self.refusal = FULL
            raise
        except StoreReadOnly as error:
            self.refusal = error.english()
            raise

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._store.read(fn)

    async def spacious(self) -> bool:
        if await self._store.spacious():
            return True
        self.refusal = FULL
        return False

    async def close(self) -> None:
        await self._store.close()

    async def look_again(self, owner: str) -> None:
        """Whether it takes something again: others' writes do not tell, since many change nothing."""
        if await self.spacious() and self.refusal:
            await self.write(lambda tx: tx.memory.lease("writing", owner, 1))
            self.refusal = ""
