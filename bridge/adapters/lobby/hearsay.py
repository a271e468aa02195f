"""What happens in the lobby by way of other processes: they tell in a word what changed where, and it is looked up.

Nobody needs the word: whoever opens the page again sees everything.
"""

from __future__ import annotations

import asyncio
import logging

from bridge.adapters._tasks import Tasks
from bridge.adapters.lobby.hub import Hub, What
from bridge.adapters.lobby.people import PLATFORM
from bridge.adapters.lobby.standing import Standing
from bridge.model.errors import StoreError
from bridge.model.given import News
from bridge.model.ids import PlaceId
from bridge.model.place import Place

log = logging.getLogger(__name__)

LOOKS, BETWEEN = 30, 0.1
"""How often, and how many seconds apart, a message is looked for: the word may come before it is committed."""
LATER = 1.0
"""Seconds after which a change is looked at once more, for the same reason."""


class Hearsay:
    """Listens from `start` on."""

    def __init__(self, news: News, hub: Hub, standing: Standing) -> None:
        self._news, self._hub, self._standing = news, hub, standing
        self._tasks = Tasks()

    def start(self) -> None:
        self._hub.abroad = self._tell
        self._news.hear(self._heard)

    async def stop(self) -> None:
        await self._tasks.finish(0)

    def _tell(self, what: What, place: PlaceId, message: str) -> None:
        self._news.tell(f"{PLATFORM} {self._hub.run} {what} {place} {message}")

    def _heard(self, word: str) -> None:
        match word.split(" "):
            case [platform, run, what, place, message] if platform == PLATFORM and run != self._hub.run:
                id = PlaceId(int(place))
                if not self._hub.watched(id):
                    return
                read = self._hub.read(id)
                if what == What.REMOVED or read is None:
                    self._hub.repeat(What(what), id, message, None)
                else:
                    self._tasks.spawn(self._looked_up(What(what), read, message))

    async def _looked_up(self, what: What, place: Place, message: str) -> None:
        try:
            for _ in range(LOOKS):
                if (entry := await self._standing.one(place, message)) is not None:
                    break
                await asyncio.sleep(BETWEEN)
            else:
                return
            self._hub.repeat(what, place.id, message, entry)
            await asyncio.sleep(LATER)
            later = await self._standing.one(place, message)
        except StoreError as error:
            log.info("what another process did in the lobby was not found: %s", error.english())
            return
        if later is not None and later != entry:
            self._hub.repeat(What.CHANGED, place.id, message, later)
