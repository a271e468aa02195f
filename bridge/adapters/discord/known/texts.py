"""What messages said when something was made of them. Discord tells of an edit only what a message says now; whether an
update has its message's words, and so follows, or others that its author chose, can't be known without what it said
before."""

from __future__ import annotations

from bridge.model.given import Vault


class Texts:
    """Encrypted, until the message is deleted. Each raises StoreError."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def keep(self, message: str, text: str) -> None:
        """What it says now, in the words of `markdown.typed`."""
        kept = await self._vault.get(_key(message))
        if kept is None or kept[0].decode("utf-8", "surrogatepass") != text:
            await self._vault.put(_key(message), text.encode("utf-8", "surrogatepass"), kept[1] if kept else 0)

    async def before(self, message: str) -> str | None:
        """What it said; None for a message that nothing was made of."""
        kept = await self._vault.get(_key(message))
        return kept[0].decode("utf-8", "surrogatepass") if kept else None

    async def forget(self, message: str) -> None:
        kept = await self._vault.get(_key(message))
        if kept is not None:
            await self._vault.put(_key(message), None, kept[1])


def _key(message: str) -> str:
    return f"text:{message}"
