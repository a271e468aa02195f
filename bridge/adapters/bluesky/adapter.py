"""The adapter: whose address it is, and whom it asks."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.adapters._outside.http import Fetcher
from bridge.adapters.bluesky import Settings
from bridge.adapters.bluesky.appview import AppView
from bridge.adapters.bluesky.identity import Identities
from bridge.adapters.bluesky.names import read_did, read_typed
from bridge.adapters.bluesky.pds import Pds
from bridge.adapters.bluesky.xrpc import Server
from bridge.model.errors import SourceMissing
from bridge.model.given import Given
from bridge.model.source import Found, Look


class Bluesky:
    """Accounts of the network, each by its DID: `Found.key`, which stays when the handle changes. With a PDS in the
    settings that one is asked for everything, else the AppView. Keeps nothing between two calls."""

    platform = "bluesky"
    prefix = "/{}"
    hears_status = False
    claim_order = 20

    def __init__(self, settings: Settings, given: Given, fetcher: Fetcher | None = None) -> None:
        self._fetcher = fetcher or Fetcher(given.outside)
        server = Server(settings.pds or settings.appview, self._fetcher, given.clock)
        identities = Identities(server, self._fetcher, settings.plc)
        self._reader: AppView | Pds = (Pds if settings.pds else AppView)(server, identities)

    async def start(self) -> None:
        """Nothing to listen to."""

    async def stop(self) -> None:
        """Nothing is under way by itself."""

    async def close(self) -> None:
        await self._fetcher.close()

    def claims(self, typed: str) -> bool:
        """Handles below bsky.social or with an @ in front, DIDs, at:// addresses, and pages of bsky.app that show an
        account or a post. Any other bare domain may as well be a web page, and is left to others."""
        return read_typed(typed) is not None

    async def resolve(self, typed: str) -> Sequence[Found]:
        actor = read_typed(typed)
        if actor is None:
            raise SourceMissing(host=typed)
        return [await self._reader.find(actor)]

    async def look(self, key: str, state: str) -> Look:
        if read_did(key) is None:
            raise SourceMissing(host=key)
        return await self._reader.look(key, state)

    async def fetch(self, url: str, most: int) -> bytes:
        answer = await self._fetcher.get(url, accept="image/*, video/*", types=("image/", "video/"), most=most)
        return answer.body
