"""What services need to run on a benchmark's database: a World, and a platform that costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import TypeVar

from bridge.metrics import Metrics
from bridge.model.card import Card, Limits
from bridge.model.clock import FixedClock
from bridge.model.command import Where, Who
from bridge.model.ids import Ids
from bridge.model.kept import Store, Tx
from bridge.model.pace.places import Unpaced
from bridge.model.pace.told import Hint
from bridge.model.person import Profile
from bridge.model.place import Members, Place
from bridge.model.policy import Policy
from bridge.model.ports import Adapter, Key, Sent
from bridge.services.world import World
from bridge.words import words_for
from tests.bench.town import NOW, PLATFORM

T = TypeVar("T")


class Nowhere:
    """Takes every message at once and remembers none: Adapter, Sender, Directory."""

    platform = PLATFORM
    prefix = "/{}"
    limits = Limits(rings=False)
    pacer = Unpaced()

    def __init__(self) -> None:
        self.sent = 0
        self._messages = count(1)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        self.sent += 1
        return Sent(f"{next(self._messages):012}")

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return Sent(message)

    async def delete(self, place: Place, message: str) -> Hint:
        return Hint()

    async def profile(self, who: Who) -> Profile | None:
        return None

    async def members(self, place: Place) -> Members:
        return Members(known=True, team=True, count=10)

    def permalink(self, place: Place, message: str) -> str | None:
        return None

    def locate(self, link: str) -> tuple[Where, str] | None:
        return None


class Timed:
    """A store that notes how long each write took, in seconds, from the call to its commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes: list[float] = []

    async def write(self, fn: Callable[[Tx], T]) -> T:
        began = time.perf_counter()
        try:
            return await self._store.write(fn)
        finally:
            self.writes.append(time.perf_counter() - began)

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._store.read(fn)

    async def spacious(self) -> bool:
        return await self._store.spacious()

    async def close(self) -> None:
        await self._store.close()


def world_on(store: Store, adapters: Mapping[str, Adapter] | None = None, clock: FixedClock | None = None) -> World:
    """At the town's NOW, where time stands still unless a clock is given."""
    clock = clock or FixedClock(NOW)
    return World(
        store=store,
        clock=clock,
        ids=Ids(clock.now),
        policy=Policy(),
        meter=Metrics(),
        words=words_for,
        adapters=adapters or {},
    )
