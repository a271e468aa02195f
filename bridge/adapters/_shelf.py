"""What can be asked of a platform again, kept to spare the question: so a Vault that does not answer is no failure."""

from __future__ import annotations

from bridge.model.errors import StoreError
from bridge.model.given import Vault


class Shelf:
    """Short texts by key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def get(self, key: str) -> str:
        """Empty where nothing is kept."""
        try:
            kept = await self._vault.get(key)
        except StoreError:
            return ""
        return kept[0].decode() if kept else ""

    async def put(self, key: str, value: str) -> None:
        """In place of what stood there; an empty value takes it away."""
        try:
            kept = await self._vault.get(key)
            if kept or value:
                await self._vault.put(key, value.encode() if value else None, kept[1] if kept else 0)
        except StoreError:
            return
