"""From what is shown to what is sent: a message's JSON, with the bytes of its files."""

from __future__ import annotations

from typing import Any

from bridge.adapters.discord.rest.api import Attached
from bridge.adapters.discord.shown.render import FILES, media_of, render
from bridge.model.card import Card
from bridge.model.errors import StoreError
from bridge.model.given import Media
from bridge.model.say import Words

BIGGEST, ALL = 10 * 1024 * 1024, 24 * 1024 * 1024
"""Bytes of one file, and of all in a message less some for the words around them (docs: reference, file
attachments)."""


class Bodies:
    """Files come from `media`, by their digests."""

    def __init__(self, media: Media) -> None:
        self._media = media

    async def of(self, card: Card, mark: str = "", words: Words | None = None) -> tuple[dict[str, Any], list[Attached]]:
        """`mark`, `words`: see `render`. What is too big, or gone, is named and no more."""
        found, room = dict[str, bytes](), ALL
        for item in media_of(card):
            most = min(BIGGEST, room)
            if item.digest in found or len(found) == FILES or item.size > most:
                continue
            data = await self._bytes(item.digest)
            if data is not None and len(data) <= most:
                found[item.digest] = data
                room -= len(data)
        without = {item.digest for item in media_of(card)} - found.keys()
        shown = render(card, mark, words, without)
        body: dict[str, Any] = shown.payload()
        names = [str(about["filename"]) for about in body["attachments"]]
        return body, [Attached(name, found[item.digest]) for name, item in zip(names, shown.files, strict=True)]

    async def _bytes(self, digest: str) -> bytes | None:
        """A message never fails for its files."""
        try:
            return await self._media.get(digest)
        except StoreError:
            return None
