"""What the processes tell each other of one workspace: Slack gives each event to any one of them, and all remember.

In the Vault stand the last channels and users of which something was forgotten, newest first; the version of the
value counts them all, so whoever looks knows how many are new to them.
"""

from __future__ import annotations

import asyncio

from bridge.model.clock import Clock
from bridge.model.errors import StoreError
from bridge.model.given import Vault

KEPT = 100
TRIES = 20
LOOK_SECONDS = 1.0
"""How late one process knows what another one heard."""


class Changes:
    """`blind`: what others heard can't be told now."""

    def __init__(self, vault: Vault, team: str, clock: Clock) -> None:
        self._vault, self._key, self._clock = vault, f"changes:{team}", clock
        self._seen: int | None = None
        self._looked = float("-inf")
        self._looking = asyncio.Lock()
        self.blind = False

    async def tell(self, id: str) -> bool:
        """False where it could not be told."""
        try:
            for _ in range(TRIES):
                value, version = await self._vault.get(self._key) or (b"", 0)
                ids = [id, *value.decode().split()][:KEPT]
                if await self._vault.put(self._key, " ".join(ids).encode(), version):
                    if self._seen == version:
                        self._seen = version + 1
                    return True
        except StoreError:
            pass
        return False

    async def heard(self) -> list[str] | None:
        """What others told since the last time; None where they told more than is kept."""
        async with self._looking:
            now = self._clock.monotonic()
            if now - self._looked < LOOK_SECONDS:
                return []
            try:
                value, version = await self._vault.get(self._key) or (b"", 0)
            except StoreError:
                self.blind = True
                return []
            self._looked, self.blind = now, False
            seen, self._seen = self._seen, version
            if seen is None or seen == version:
                return []
            ids = value.decode().split()
            return ids[: version - seen] if 0 < version - seen <= len(ids) else None
