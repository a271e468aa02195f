"""What one workspace knows about its people and places: the Directory and Entry ports for one token."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeVar

from bridge.adapters._shelf import Shelf
from bridge.adapters.slack.known import links
from bridge.adapters.slack.known.changes import Changes
from bridge.adapters.slack.known.channels import HOUR, MINUTE, SHARED, Channels, Heard, Known, inside
from bridge.adapters.slack.known.links import Link, split_thread
from bridge.adapters.slack.known.people import People
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.errors import ScopeMissing
from bridge.model.clock import Clock
from bridge.model.command import Where
from bridge.model.errors import NotInside, Throttled, Transient, Unreachable
from bridge.model.given import Vault
from bridge.model.person import Profile
from bridge.model.place import UNKNOWN_MEMBERS, Members, Place, PlaceKind

PLACES = 5000
"""Direct messages remembered in memory."""
PAGE = 900
"""Members asked for at once; Slack takes fewer than 1,000."""
DEAF = "deaf"
"""Told to other processes among the ids of channels and users, which are written in capitals."""

T = TypeVar("T")


class Directory:
    """Whoever hears events tells it what changed before anything else is done with them: `user_changed`, `forget` and
    `came_or_went` a channel, `noted_dm` whose direct message a channel is. `heard_since`: see `channels`."""

    def __init__(self, api: Api, vault: Vault, clock: Clock, heard_since: Heard = lambda: None) -> None:
        self._api, self._shelf, self._clock = api, Shelf(vault), clock
        self._changes = Changes(vault, api.identity.team, clock)
        self._heard_since, self._deaf_until = heard_since, float("-inf")
        self.people = People(api, clock, self._heard)
        self.channels = Channels(api, clock, self._heard, self._catch_up)
        self._directs: OrderedDict[str, str] = OrderedDict()
        self._users: dict[str, str] = {}

    async def profile(self, user: str) -> Profile | None:
        """Raises SendFailure."""
        await self._catch_up()
        return await self.people.profile(user)

    async def members(self, place: Place) -> Members:
        """Who can read it; see `channels` for how long that counts. Unknown where the bot may not look, or Slack does
        not answer now. Raises Unreachable where the place is closed to us."""
        try:
            if place.kind is PlaceKind.DIRECT:
                profile = await self.profile(place.key)
                return Members(True, team=not profile.guest, count=1) if profile else UNKNOWN_MEMBERS
            await self._catch_up()
            key, _ = split_thread(place.key)
            # Who came while it was asked may be missing in the answer.
            return await self._members(key) or await self._members(key) or UNKNOWN_MEMBERS
        except (Throttled, Transient):
            return UNKNOWN_MEMBERS

    async def owner(self, place: Place) -> str | None:
        """Who made the channel. Raises SendFailure."""
        if place.kind is PlaceKind.DIRECT:
            return None
        channel = await self.channels.info(split_thread(place.key)[0], spare=True)
        return _text(channel, "creator") or None

    async def enter(self, place: Place) -> None:
        """Raises NotInside, SendFailure."""
        if place.kind is PlaceKind.DIRECT:
            return
        key, _ = split_thread(place.key)
        invite = f"/invite @{self._api.identity.handle}"
        try:
            channel = await self.channels.info(key)
        except (Unreachable, ScopeMissing):
            # A private channel without us looks like none at all.
            raise NotInside(typed=invite) from None
        if inside(channel):
            return
        try:
            answer = await self._api.call("conversations.join", channel=key)
        except ScopeMissing:
            raise NotInside(typed=invite) from None
        self.channels.entered(key, answer.get("channel"))

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

    async def deaf(self) -> bool:
        """Slack leaves events out, since there are too many of them (app_rate_limited; it counts by the hour). See
        `forget`."""
        self._deafened()
        return await self._changes.tell(DEAF)

    def _deafened(self) -> None:
        self._deaf_until = self._clock.monotonic() + HOUR

    async def forget(self, channel: str) -> bool:
        """Its name or its kind changed: the next question is asked anew, in every process. False: others could not be
        told."""
        self.channels.forget(channel)
        return await self._changes.tell(channel)

    async def came_or_went(self, channel: str, user: str) -> bool:
        """It has other members now. See `forget`."""
        if user == self._api.identity.user and not self.channels.inside(channel):
            return await self.forget(channel)
        self.channels.came_or_went(channel)
        return await self._changes.tell(channel)

    async def user_changed(self, user: Mapping[str, Any]) -> bool:
        """A user object that came with an event. See `forget`."""
        id = _text(user, "id")
        before = self.people.is_outsider(id)
        profile = self.people.noted(user)
        # That somebody is a full member again can wait until the others ask.
        return await self._changes.tell(id) if profile and profile.guest and not before else True

    async def close(self) -> None:
        await self.people.close()

    def _key(self, user: str) -> str:
        """A bot that was installed anew has other direct messages."""
        return f"dm:{self._api.identity.team}:{self._api.identity.user}:{user}"

    async def _members(self, key: str) -> Members | None:
        """None where something changed while it was asked. Raises SendFailure."""
        known = self.channels.of(key)
        async with known.looking:
            now = self._clock.monotonic()
            if known.members is not None and self._counts(known, now):
                return known.members if self.channels.of(key) is known else None
            people, known.members = self.people.changes, None
            channel = await self.channels.info(key)
            users: set[str] = set()
            async for page in self._api.pages("conversations.members", channel=key, limit=PAGE):
                users.update(user for user in page.get("members") or () if isinstance(user, str))
            full = False if any(channel.get(mark) for mark in SHARED) else await self.people.all_full(users)
            if full is None:
                return UNKNOWN_MEMBERS
            if self.channels.of(key) is not known or people != self.people.changes:
                return None
            found = Members(True, team=full, count=len(users) - self.people.bots(users))
            # No better than what it was judged by.
            known.members, known.members_at, known.people = found, min(now, known.info_at), people
            known.members_until = max(now + MINUTE, self.people.seen(users) + HOUR)
            return found

    def _counts(self, known: Known, now: float) -> bool:
        judged = now < known.members_until and known.people == self.people.changes
        return judged and self.channels.holds(known.members_at, known.info)

    def _heard(self) -> float | None:
        since = None if self._changes.blind else self._heard_since()
        if since is None or self._clock.monotonic() < self._deaf_until:
            return None
        return max(since, self._deaf_until)

    async def _catch_up(self) -> None:
        """Forgets what other processes heard changes of."""
        ids = await self._changes.heard()
        if ids is None:
            self.channels.forget_all()
            self.people.forget_all()
            self._deafened()  # that may have been among it
        for id in ids or ():
            if id == DEAF:
                self._deafened()
            elif id.startswith(("U", "W")):
                self.people.forget(id)
            else:
                self.channels.forget(id)


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > PLACES:
        kept.popitem(last=False)


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""
