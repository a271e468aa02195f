"""Reading an account straight from its PDS: its posts and its reposts, two lists.

com.atproto.repo.listRecords (`repo`, `collection`, `limit` 1 to 100, `cursor`, `reverse`; newest key first unless
reversed, and the cursor is the last key of a page), describeRepo and getRecord of bluesky-social/atproto,
lexicons/com/atproto/repo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.adapters.bluesky import listing, records
from bridge.adapters.bluesky.identity import Identities
from bridge.adapters.bluesky.listing import Listing, Walked
from bridge.adapters.bluesky.names import POST, PROFILE, REPOST, Record, profile_page, read_did, read_handle
from bridge.adapters.bluesky.records import Shelf
from bridge.adapters.bluesky.shape import Table, line, table, words
from bridge.adapters.bluesky.trail import Entry, Trail, read_state, write_state
from bridge.adapters.bluesky.xrpc import Server
from bridge.model.errors import SourceFailure, SourceMissing, SourceStrange
from bridge.model.source import Found, Look

_BUDGET = 650
"""Some 34 posts, and as many reposts: fewer than the first page of a look shows."""
_NAMES = ("posts", "reposts")
_COLLECTIONS = (POST, REPOST)


@dataclass(frozen=True, slots=True)
class Pds:
    """One PDS, and who knows the DIDs."""

    server: Server
    identities: Identities

    async def find(self, actor: str) -> Found:
        """By handle or DID. Raises SourceFailure: SourceStrange where the DID's document does not name the handle,
        SourceMissing for an account of another PDS."""
        if did := read_did(actor):
            return await self._found(did)
        did = await self.identities.owner(actor)
        if actor not in await self.identities.handles(did):
            raise SourceStrange(host=actor)
        return await self._found(did)

    async def look(self, did: str, state: str) -> Look:
        """`state`: "" for the first look. Raises SourceFailure."""
        shelf = Shelf(did, self.server.root, self.server.clock.now())
        lists = [self._list(collection, shelf) for collection in _COLLECTIONS]
        trails = read_state(state, _NAMES)
        try:
            walked = await _walked(lists, trails) if trails else _begun([await listing.begin(each) for each in lists])
        except SourceMissing:
            await self.identities.check(did)
            raise
        waits = [each.wait for each in walked if each.wait is not None]
        wait = max(waits, default=None)
        if all(each.nothing for each in walked):
            return Look(state, unchanged=True, wait=wait)
        news = sorted((entry for each in walked for entry in each.news), key=lambda entry: entry.place)
        return Look(
            state=write_state({name: each.trail for name, each in zip(_NAMES, walked, strict=True)}),
            items=tuple(entry.item for entry in news if entry.item),
            gone=tuple(_uri(name, did) for each in walked for name in each.gone),
            more=any(each.more for each in walked),
            wait=wait,
            found=await self._found_again(did) if news and wait is None else None,
        )

    def _list(self, collection: str, shelf: Shelf) -> Listing:
        return Listing(
            self.server,
            "com.atproto.repo.listRecords",
            {"repo": shelf.owner, "collection": collection},
            "records",
            lambda record: records.read_entry(record, shelf),
            _BUDGET,
        )

    async def _found_again(self, did: str) -> Found | None:
        try:
            return await self._found(did)
        except SourceFailure:  # what was read counts all the same
            return None

    async def _found(self, did: str) -> Found:
        """What the account calls itself now. Its handle counts where the PDS found that it leads back
        (`handleIsCorrect`), else the DID stands for it."""
        told = (await self.server.ask("com.atproto.repo.describeRepo", {"repo": did})).body or {}
        handle = read_handle(words(told.get("handle"))) if told.get("handleIsCorrect") is True else None
        name = handle or did
        profile = await self._profile(did)
        picture = records.picture(profile, Shelf(did, self.server.root, self.server.clock.now()))
        return Found(did, name, line(profile.get("displayName"), 100) or name, profile_page(name), picture)

    async def _profile(self, did: str) -> Table:
        asked = {"repo": did, "collection": PROFILE, "rkey": "self"}
        try:
            return table(((await self.server.ask("com.atproto.repo.getRecord", asked)).body or {}).get("value"))
        except SourceMissing:  # an account need not have one
            return {}


async def _walked(lists: list[Listing], trails: Mapping[str, Trail]) -> list[Walked]:
    """Both lists; where the PDS asks for patience after the first, the other waits for the next look."""
    walked: list[Walked] = []
    for each, name in zip(lists, _NAMES, strict=True):
        is_enough = any(before.wait is not None for before in walked)
        walked.append(Walked(trails[name], more=True) if is_enough else await listing.walk(each, trails[name]))
    return walked


def _begun(pair: list[Walked]) -> list[Walked]:
    """The newest of both lists together, as many as a first look tells."""
    together = sorted((entry for each in pair for entry in each.news), key=lambda entry: entry.place, reverse=True)
    told = {entry.name for entry in together[: listing.FIRST]}
    return [_first(each, [entry for entry in each.news if entry.name in told]) for each in pair]


def _first(walked: Walked, told: list[Entry]) -> Walked:
    trail = Trail.begun(walked.news, len(told), walked.ended, _BUDGET)
    return Walked(trail, tuple(told), wait=walked.wait)


def _uri(name: str, did: str) -> str:
    return Record(did, REPOST, name[1:]).uri if name.startswith("*") else Record(did, POST, name).uri
