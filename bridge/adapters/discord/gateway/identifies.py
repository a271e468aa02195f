"""How often we introduce ourselves: Discord takes a thousand IDENTIFYs a day, and resets the token of whoever sends
more (docs: events/gateway, session start limit). The count outlives restarts, so that a crash loop can't do it either.
"""

from __future__ import annotations

import json

from bridge.model.clock import Clock
from bridge.model.errors import StoreError
from bridge.model.given import Vault

KEY = "identifies"
DAY = 86_400.0
MOST = 900
"""In any day, whenever it begins, all processes together."""
FREELY = 100
"""So many may go out at once after a quiet time; the others come one after the other."""
SPACING = DAY / (MOST - FREELY)
LEAST = 0.001
"""Seconds that are not waited for."""
TRIES = 10


class Identifies:
    """Counted in the Vault."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault, self._clock = vault, clock

    async def spend(self) -> float:
        """Counts one, and returns 0; or the seconds after which one may be counted. A Vault that does not answer lets
        none go out: it asks to wait a while."""
        try:
            for _ in range(TRIES):
                kept = await self._vault.get(KEY)
                value, version = kept or (b"", 0)
                now = self._clock.now().timestamp()
                due = _read(value, now) + SPACING
                if (wait := due - now - FREELY * SPACING) > LEAST:
                    return wait
                if await self._vault.put(KEY, json.dumps(due).encode(), version):
                    return 0.0
        except StoreError:
            pass
        return 5.0


def _read(value: bytes, now: float) -> float:
    """When all of those that are free are free again: as kept, and never later than if all had just been spent."""
    try:
        match json.loads(value or b"null"):
            case float(due) | int(due):
                return max(now, min(float(due), now + FREELY * SPACING))
    except (ValueError, OverflowError):
        pass
    return now
