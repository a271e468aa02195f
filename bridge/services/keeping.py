"""What adapters are given to remember things: Vault and Inbox (encrypted), Leases, and the Log of ordinary lines."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bridge.model.clock import Clock
from bridge.model.command import Where, Who
from bridge.model.errors import StoreFull
from bridge.model.given import Remembered
from bridge.model.ids import AccountId
from bridge.model.kept import Line, Store
from bridge.model.meter import Meter
from bridge.model.place import Circle, Place, PlaceKind
from bridge.services.acquaint import handle_of, person_of, place_of
from bridge.services.sealing import Seal
from bridge.services.world import World

T = TypeVar("T")

SECRET_BYTES = 32
SURE = 2 / 3
"""Of a lease's time: so long nobody else can have it, though clocks run a little apart."""
HAD = timedelta(minutes=1)
"""For so long an event is left to whoever remembered or took it. Nobody works on one for longer."""


class EncryptedVault:
    """The Vault port."""

    def __init__(self, store: Store, key: bytes, namespace: str) -> None:
        self._store, self._seal, self._namespace = store, Seal(key, namespace), namespace

    async def get(self, key: str) -> tuple[bytes, int] | None:
        found = await self._store.read(lambda tx: tx.memory.secret(self._namespace, key))
        if found is None:
            return None
        sealed, version = found
        return self._seal.open(key, sealed), version

    async def put(self, key: str, value: bytes | None, version: int) -> bool:
        sealed = None if value is None else self._seal.close(key, value)
        return await self._store.write(lambda tx: tx.memory.put_secret(self._namespace, key, sealed, version))


async def kept_secret(vault: EncryptedVault, name: str, size: int = SECRET_BYTES) -> bytes:
    """A random secret that is made once and is the same in every process from then on."""
    while True:
        found = await vault.get(name)
        if found is not None:
            return found[0]
        await vault.put(name, secrets.token_bytes(size), 0)


class EncryptedInbox:
    """The Inbox port. Raises StoreError as the store does: what was not remembered may not be acknowledged."""

    def __init__(self, store: Store, key: bytes, namespace: str, clock: Clock) -> None:
        self._store, self._namespace, self._clock = store, namespace, clock
        self._seal = Seal(key, f"inbox\n{namespace}")
        self._held: dict[str, datetime] = {}
        """Until when it has each, by key: the store's way to tell who has it."""
        self._changing = asyncio.Lock()

    async def remember(self, key: str, payload: bytes) -> bool:
        sealed, now = self._seal.close(key, payload), self._clock.now()
        new = await self._store.write(lambda tx: tx.memory.remember(self._namespace, key, sealed, now, now + HAD))
        if new:
            self._held[key] = now + HAD
        return new

    async def take(self, limit: int = 50) -> list[Remembered]:
        """Raises ConfigError when they were encrypted with another key."""
        now = self._clock.now()
        async with self._changing:
            found = await self._store.write(
                lambda tx: tx.memory.take_remembered(self._namespace, now, now + HAD, limit)
            )
            self._held |= {key: now + HAD for key, _, _ in found}
        return [Remembered(key, self._seal.open(key, sealed), tries) for key, sealed, tries in found]

    async def renew(self, keys: Collection[str]) -> None:
        async with self._changing:
            until = self._clock.now() + HAD
            held = {key: self._held[key] for key in keys if key in self._held}
            had = await self._store.write(lambda tx: tx.memory.renew_remembered(self._namespace, held, until))
            self._held |= dict.fromkeys(had, until)
            for key in held.keys() - had:
                self._held.pop(key, None)

    async def begin(self, key: str) -> int | None:
        async with self._changing:
            held, until = self._held.get(key), self._clock.now() + HAD
            if held is None:
                return None
            tries = await self._store.write(lambda tx: tx.memory.begin_remembered(self._namespace, key, held, until))
            if tries is None:
                self._held.pop(key, None)
            else:
                self._held[key] = until
            return tries

    async def done(self, key: str) -> None:
        now = self._clock.now()
        await self._store.write(lambda tx: tx.memory.done_with(self._namespace, key, now))
        self._held.pop(key, None)


class NamedLeases:
    """The Leases port, for one owner (one process)."""

    def __init__(self, store: Store, owner: str, clock: Clock, meter: Meter) -> None:
        self._store, self._owner, self._clock, self._meter = store, owner, clock, meter
        self._sure: dict[str, float] = {}
        """Until when (monotonic seconds) each is certainly ours."""

    async def take(self, name: str, seconds: float) -> int | None:
        # The database's time runs from when it was asked, or later.
        asked = self._clock.monotonic()
        epoch = await self._store.write(lambda tx: tx.memory.lease(name, self._owner, seconds))
        if epoch is not None:
            self._sure[name] = asked + seconds * SURE
        elif self._sure.pop(name, None) is not None:
            self._meter.lease_lost()
        return epoch

    def sure(self, name: str) -> bool:
        return self._clock.monotonic() < self._sure.get(name, float("-inf"))

    async def release(self, name: str) -> None:
        self._sure.pop(name, None)
        await self._store.write(lambda tx: tx.memory.release(name, self._owner))


class KeptLog:
    """The Log port: ordinary lines and their reactions."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def place(self, where: Where) -> Place:
        return await place_of(self._world, where)

    async def channels(self, platform: str, workspace: str) -> list[Place]:
        found = await self._world.store.read(lambda tx: tx.places.channels(platform, workspace))
        return [place for place in found if place.kind is PlaceKind.CHANNEL]

    async def account(self, who: Who) -> AccountId:
        account, _ = await person_of(self._world, who)
        return account.id

    async def handle(self, who: Who) -> str:
        account = await self._world.store.read(lambda tx: tx.people.account(who.platform, who.workspace, who.user))
        if account is None and (told := await self._world.profile(who)) and told.bot:
            # Naming a program makes nobody of it: it shares nothing, so there is nothing to follow.
            return handle_of(told.handle or told.name) or who.user
        _, person = await person_of(self._world, who)
        return person.handle

    async def circle(self, platform: str, workspace: str) -> Circle | None:
        found = await self._world.store.read(lambda tx: tx.places.look(platform, workspace))
        return found.circle if found else None

    async def zone(self, who: Who) -> str:
        _, person = await person_of(self._world, who)
        return self._world.zone(person)

    async def add(self, place: Place, who: Who, text: str, thread: str | None = None) -> Line:
        if not await self._world.store.spacious():
            raise StoreFull()
        account, person = await person_of(self._world, who)
        line = Line(self._world.ids.new(), place.id, account.id, person.name, text, self._world.now(), thread)
        await self._world.store.write(lambda tx: tx.lines.add(line))
        return line

    async def lines(
        self, place: Place, after: int | None = None, before: int | None = None, limit: int = 50
    ) -> list[Line]:
        return await self._world.store.read(lambda tx: tx.lines.of(place.id, after, before, limit))

    async def line(self, id: int) -> Line | None:
        return await self._world.store.read(lambda tx: tx.lines.get(id))

    async def change(self, id: int, text: str) -> bool:
        return await self._world.store.write(lambda tx: tx.lines.change(id, text))

    async def remove(self, id: int) -> bool:
        return await self._world.store.write(lambda tx: tx.lines.remove(id))

    async def react(self, place: Place, message: str, who: Who, emoji: str, on: bool) -> bool:
        account, _ = await person_of(self._world, who)
        return await self._world.store.write(lambda tx: tx.lines.react(message, place.id, account.id, emoji, on))

    async def reactions(self, place: Place, messages: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        return await self._world.store.read(lambda tx: tx.lines.reactions(place.id, messages))
