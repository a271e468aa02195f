"""What one workspace knows about its people and places: the Directory and Entry ports for one token."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeVar

from bridge.adapters.slack import links
from bridge.adapters.slack.api import Api
from bridge.adapters.slack.errors import ScopeMissing
from bridge.adapters.slack.links import Link, split_thread
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.people import People
from bridge.adapters.slack.shelf import Shelf
from bridge.model.clock import Clock
from bridge.model.command import Where
from bridge.model.errors import Throttled, Transient, Unreachable
from bridge.model.given import Vault
from bridge.model.person import Profile
from bridge.model.place import UNKNOWN_MEMBERS, Members, Place, PlaceKind

MEMBERS_SECONDS = 60.0
"""A guest who comes in is known at the latest after so long; sooner where `forget` is called."""
PLACES = 5000
"""Channels and direct messages remembered in memory."""
PAGE = 900
"""Members asked for at once; Slack takes fewer than 1,000."""
SHARED = ("is_ext_shared", "is_pending_ext_shared", "is_org_shared")
KEPT = ("creator", "is_member", "is_private", "is_mpim", *SHARED)
"""What is wanted of a channel; all of it is a kilobyte."""

Channel = Mapping[str, Any]
T = TypeVar("T")


class Directory:
    """Whoever hears events tells it what changed: `people.noted` a user, `forget` a channel, `noted_dm` whose direct
    message a channel is."""

    def __init__(self, api: Api, vault: Vault, clock: Clock) -> None:
        self._api, self._shelf, self._clock = api, Shelf(vault), clock
        self.people = People(api, clock)
        self._channels: OrderedDict[str, tuple[Channel, float]] = OrderedDict()
        self._members: OrderedDict[str, tuple[Members, float]] = OrderedDict()
        self._directs: OrderedDict[str, str] = OrderedDict()
        self._users: dict[str, str] = {}

    async def profile(self, user: str) -> Profile | None:
        """Raises SendFailure."""
        return await self.people.profile(user)

    async def members(self, place: Place) -> Members:
        """Who can read it, at most a minute old. Unknown where the bot may not look, or Slack does not answer now.
        Raises Unreachable where the place is closed to us."""
        channel, _ = split_thread(place.key)
        known = self._members.get(channel)
        if known is not None and self._clock.monotonic() < known[1]:
            return known[0]
        try:
            found = await self._look(place.kind, channel)
        except (Throttled, Transient):
            return UNKNOWN_MEMBERS
        if found.known:
            _keep(self._members, channel, (found, self._clock.monotonic() + MEMBERS_SECONDS))
        return found

    async def owner(self, place: Place) -> str | None:
        """Who made the channel. Raises SendFailure."""
        if place.kind is PlaceKind.DIRECT:
            return None
        channel = await self._channel(split_thread(place.key)[0])
        return _text(channel, "creator") or None

    async def enter(self, place: Place) -> str | None:
        """Raises SendFailure."""
        if place.kind is PlaceKind.DIRECT:
            return None
        key, _ = split_thread(place.key)
        self.forget(key)
        invite = f"/invite @{self._api.identity.handle}"
        try:
            channel = await self._channel(key)
        except (Unreachable, ScopeMissing):
            # A private channel without us looks like none at all.
            return invite
        # A private one is shown only to who is inside, and does not always say so.
        if any(channel.get(mark) for mark in ("is_member", "is_private", "is_mpim")):
            return None
        try:
            await self._api.call("conversations.join", channel=key)
        except ScopeMissing:
            return invite
        self.forget(key)
        return None

    def permalink(self, place: Place, message: str) -> str | None:
        """None for a direct message whose channel was not met since the start."""
        if place.kind is PlaceKind.DIRECT:
            direct = self._directs.get(place.key)
            return links.write(self._api.identity.url, Link(direct, message)) if direct else None
        channel, thread = split_thread(place.key)
        return links.write(self._api.identity.url, Link(channel, message, thread))

    def locate(self, link: str) -> tuple[Where, str] | None:
        """None for a link to anywhere else, and into a direct message that is not the bot's own."""
        found = links.read(self._api.identity.url, link)
        if found is None:
            return None
        team = self._api.identity.team
        if found.channel.startswith("D"):
            user = self._users.get(found.channel)
            return (Where(PLATFORM, team, user, PlaceKind.DIRECT), found.message) if user else None
        if found.thread:
            return Where(PLATFORM, team, f"{found.channel}:{found.thread}", PlaceKind.THREAD), found.message
        return Where(PLATFORM, team, found.channel), found.message

    async def dm(self, user: str) -> str:
        """The channel (D…) of the bot's direct messages with somebody. Raises SendFailure."""
        known = self._directs.get(user) or await self._shelf.get(self._key(user))
        if known:
            self.noted_dm(user, known)
            return known
        answer = await self._api.call("conversations.open", users=user)
        channel = answer.get("channel")
        opened = _text(channel, "id") if isinstance(channel, Mapping) else ""
        if not opened:
            raise Transient(reason="Slack opened no direct message")
        self.noted_dm(user, opened)
        await self._shelf.put(self._key(user), opened)
        return opened

    def noted_dm(self, user: str, channel: str) -> None:
        """An event told which direct message is whose. What the bot itself writes there makes it nobody's."""
        if user == self._api.identity.user:
            return
        _keep(self._directs, user, channel)
        self._users[channel] = user
        if len(self._users) > PLACES:
            self._users = {channel: user for user, channel in self._directs.items()}

    def forget(self, channel: str) -> None:
        """Its members, its name or its kind changed: the next question is asked anew."""
        self._channels.pop(channel, None)
        self._members.pop(channel, None)

    async def close(self) -> None:
        await self.people.close()

    def _key(self, user: str) -> str:
        """A bot that was installed anew has other direct messages."""
        return f"dm:{self._api.identity.team}:{self._api.identity.user}:{user}"

    async def _look(self, kind: PlaceKind, key: str) -> Members:
        if kind is PlaceKind.DIRECT:
            profile = await self.people.profile(key)
            return Members(True, team=not profile.guest, count=1) if profile else UNKNOWN_MEMBERS
        channel = await self._channel(key)
        users: set[str] = set()
        async for page in self._api.pages("conversations.members", channel=key, limit=PAGE):
            users.update(user for user in page.get("members") or () if isinstance(user, str))
        full = False if any(channel.get(mark) for mark in SHARED) else await self.people.all_full(users)
        if full is None:
            return UNKNOWN_MEMBERS
        return Members(True, team=full, count=len(users) - self.people.bots(users))

    async def _channel(self, key: str) -> Channel:
        """Raises SendFailure; Unreachable where there is no such channel for us."""
        known = self._channels.get(key)
        if known is not None and self._clock.monotonic() < known[1]:
            return known[0]
        found = (await self._api.call("conversations.info", channel=key)).get("channel")
        if not isinstance(found, Mapping):
            raise Transient(reason="Slack told nothing about the channel")
        kept = {name: found[name] for name in KEPT if name in found}
        _keep(self._channels, key, (kept, self._clock.monotonic() + MEMBERS_SECONDS))
        return kept


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > PLACES:
        kept.popitem(last=False)


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""
