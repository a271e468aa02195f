"""How many processes work on one database, so that what they share is divided by as many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from bridge.model.errors import StoreError
from bridge.model.role import Role
from bridge.services.world import World

log = logging.getLogger(__name__)

LIVES = 15.0
"""Seconds for which a process counts after it last said that it is there, by the database's clock."""
AGAIN = 5.0
"""Seconds after which it says so again."""
LEAVES_WITHIN = 0.5
"""Seconds that a process which ends has for saying so."""


class Processes:
    """This process among the others. `attend` is called every AGAIN seconds."""

    def __init__(self, world: World, owner: str, role: Role) -> None:
        self._world, self._owner, self._role = world, owner, role
        self._alive: Mapping[str, int] = {}

    def share(self) -> int:
        """Among how many couriers the limits of one token are divided: those that live, as last counted; at least this
        one."""
        return max(1, couriers(self._alive))

    async def attend(self) -> None:
        """Says that this process lives, and counts all that do. Where the database does not answer, the last count
        holds. Raises StoreError."""
        self._alive = await self._world.store.write(lambda tx: tx.memory.attend(self._role, self._owner, LIVES))
        self._world.meter.processes(self._alive, couriers(self._alive))

    async def leave(self) -> None:
        """The others have more from now on; they find out by themselves where this can't be told."""
        if not self._alive:
            return
        try:
            async with asyncio.timeout(LEAVES_WITHIN):
                await self._world.store.write(lambda tx: tx.memory.leave(self._owner))
        except (StoreError, TimeoutError):
            log.info("that this process ends could not be told")


def couriers(alive: Mapping[str, int]) -> int:
    return sum(alive.get(role, 0) for role in Role if role.delivers)


def listeners(alive: Mapping[str, int]) -> int:
    return sum(alive.get(role, 0) for role in Role if role.listens)
