"""Reading an account by a public AppView: one feed of posts, replies and reposts.

app.bsky.feed.getAuthorFeed (`actor`, `limit` 1 to 100, `cursor`, `filter`; posts_with_replies leaves nothing out) and
app.bsky.actor.getProfile of bluesky-social/atproto, lexicons/app/bsky.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.adapters.bluesky import listing, views
from bridge.adapters.bluesky.identity import Identities
from bridge.adapters.bluesky.listing import Listing, Walked
from bridge.adapters.bluesky.names import POST, REPOST, Record, read_did
from bridge.adapters.bluesky.trail import Trail, read_state, write_state
from bridge.adapters.bluesky.xrpc import Server
from bridge.model.errors import SourceLocked, SourceMissing, SourceStrange
from bridge.model.source import Found, Look

_BUDGET = 900
"""Some 45 entries: fewer than the first page of a look shows."""
_FEED = "feed"


@dataclass(frozen=True, slots=True)
class AppView:
    """One AppView, and who knows the DIDs."""

    server: Server
    identities: Identities

    async def find(self, actor: str) -> Found:
        """By handle or DID. Raises SourceFailure: SourceLocked for an account that wishes to be seen by those only who
        are signed in."""
        did = read_did(actor) or await self.identities.owner(actor)
        profile = (await self.server.ask("app.bsky.actor.getProfile", {"actor": did})).body or {}
        if profile.get("did") != did:
            raise SourceStrange(host=self.server.host)
        if views.wants_sign_in(profile):
            raise SourceLocked(host=self.server.host)
        return views.found(profile)

    async def look(self, did: str, state: str) -> Look:
        """`state`: "" for the first look. Raises SourceFailure."""
        feed = Listing(
            self.server,
            "app.bsky.feed.getAuthorFeed",
            {"actor": did, "filter": "posts_with_replies"},
            "feed",
            lambda entry: views.read_entry(entry, did),
            _BUDGET,
        )
        trails = read_state(state, [_FEED])
        try:
            walked = await listing.walk(feed, trails[_FEED]) if trails else await _begun(feed)
        except SourceMissing:
            await self.identities.check(did)
            raise
        if walked.nothing:
            return Look(state, unchanged=True, wait=walked.wait)
        if views.is_for_signed_in(walked.raw, did):
            raise SourceLocked(host=self.server.host)
        if walked.gone and not walked.raw:
            # All at once: deleted, or the account is closed for now, and then its profile says so.
            await self.server.ask("app.bsky.actor.getProfile", {"actor": did})
        return Look(
            state=write_state({_FEED: walked.trail}),
            items=tuple(entry.item for entry in reversed(walked.news) if entry.item),
            gone=tuple(_uri(name, did) for name in walked.gone),
            more=walked.more,
            wait=walked.wait,
            found=views.read_account(walked.raw, did),
        )


async def _begun(feed: Listing) -> Walked:
    begun = await listing.begin(feed)
    return replace(begun, trail=Trail.begun(begun.news, listing.FIRST, begun.ended, feed.budget))


def _uri(name: str, did: str) -> str:
    return Record(did, REPOST, name[1:]).uri if name.startswith("*") else Record(did, POST, name).uri
