"""What every service is given: store, time, the organisation's choices, and the adapters by what they can do."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from bridge.model.clock import Clock
from bridge.model.command import Who
from bridge.model.compose.reading import Reader
from bridge.model.errors import SendFailure, Unreachable
from bridge.model.ids import Ids, PlaceId
from bridge.model.kept import Store
from bridge.model.meter import Meter
from bridge.model.person import DEFAULT_QUIET, Person, Profile
from bridge.model.place import UNKNOWN_MEMBERS, Circle, Members, Place, PlaceKind
from bridge.model.policy import Policy
from bridge.model.ports import Adapter, Directory, Entry, Finder, Home, Sender, Source
from bridge.model.say import Words
from bridge.model.times.calendar import Quiet, quiet_until
from bridge.services.sifting import Sifter

ADDRESS = "/{}"


@dataclass
class World:
    """`adapters` by platform. `wake` tells the couriers that there is work. `share`: how many live
    now, among whom limits are divided. `random` draws jitter."""

    store: Store
    clock: Clock
    ids: Ids
    policy: Policy
    meter: Meter
    words: Callable[[str], Words]
    adapters: Mapping[str, Adapter] = field(default_factory=dict)
    wake: Callable[[], None] = lambda: None
    share: Callable[[], int] = lambda: 1
    random: random.Random = field(default_factory=random.Random)
    sifter: Sifter = field(default_factory=Sifter)
    """Filters and tracked phrases, as this process knows them."""
    tell: Callable[[str], None] = lambda word: None
    """A word to all processes."""
    _abilities: dict[tuple[str, Any], tuple[object, bool]] = field(default_factory=dict)
    salt: str = ""
    """Secret; mixed into what must be counted without being known."""
    wide: frozenset[PlaceId] = frozenset()
    """Channels that not only the team could read, when this process last asked: a receipt need not ask again."""

    def now(self) -> datetime:
        return self.clock.now()

    def nonce(self) -> str:
        """A fresh name for a delivery, at most 25 characters."""
        return base36(self.ids.new())

    def sender(self, platform: str) -> Sender | None:
        return cast(Sender, self.adapters[platform]) if self._can(platform, Sender) else None

    def finder(self, platform: str) -> Finder | None:
        return cast(Finder, self.adapters[platform]) if self._can(platform, Finder) else None

    def directory(self, platform: str) -> Directory | None:
        return cast(Directory, self.adapters[platform]) if self._can(platform, Directory) else None

    def entry(self, platform: str) -> Entry | None:
        return cast(Entry, self.adapters[platform]) if self._can(platform, Entry) else None

    def home(self, platform: str) -> Home | None:
        return cast(Home, self.adapters[platform]) if self._can(platform, Home) else None

    def source(self, name: str) -> Source | None:
        return cast(Source, self.adapters[name]) if self._can(name, Source) else None

    @property
    def sources(self) -> list[tuple[str, Source]]:
        """Those that read sources, in the order in which they are asked whether an address is theirs."""
        found = [(name, source) for name in self.adapters if (source := self.source(name))]
        return sorted(found, key=lambda one: one[1].claim_order)

    def _can(self, platform: str, port: Any) -> bool:
        """Whether the adapter satisfies the port. Remembered: asking a Protocol costs 20 µs, once a delivery."""
        adapter = self.adapters.get(platform)
        known = self._abilities.get((platform, port))
        if known is None or known[0] is not adapter:
            known = self._abilities[platform, port] = (adapter, isinstance(adapter, port))
        return known[1]

    def prefix(self, platform: str) -> str:
        adapter = self.adapters.get(platform)
        return adapter.prefix if adapter else ADDRESS

    async def members(self, place: Place) -> Members:
        """Who can read a place now; unknown where the platform does not say. In a workspace of the community nobody
        is of the team, whatever they are there. Raises StoreError."""
        directory = self.directory(place.platform)
        if directory is None:
            return UNKNOWN_MEMBERS
        try:
            told = await directory.members(place)
            members = replace(told, team=told.team and place.circle is Circle.TEAM)
        except Unreachable as closed:
            return Members(known=False, closed=why_closed(closed))
        except SendFailure:
            return UNKNOWN_MEMBERS
        if (members.wide and place.kind is not PlaceKind.DIRECT) != (place.id in self.wide):
            self.wide ^= {place.id}
        return members

    async def owner(self, place: Place) -> str | None:
        """The user key of whoever made a place; None where the platform does not say."""
        directory = self.directory(place.platform)
        if directory is None:
            return None
        try:
            return await directory.owner(place)
        except SendFailure:
            return None

    async def profile(self, who: Who) -> Profile | None:
        directory = self.directory(who.platform)
        if directory is None:
            return None
        try:
            return await directory.profile(who)
        except SendFailure:
            return None

    def zone(self, person: Person | None) -> str:
        return (person.zone if person else None) or self.policy.zone

    def quiet(self, person: Person | None, platform: str) -> Quiet | None:
        """The hours in which this person wants no live message there. Where messages do not ring, only hours that the
        person set themselves count."""
        sender = self.sender(platform)
        if person is None or not person.working_days or (person.quiet is None and not (sender and sender.limits.rings)):
            return None
        hours = person.quiet or DEFAULT_QUIET
        return Quiet(hours.start, hours.end, person.working_days, self.zone(person))

    def quiet_end(self, person: Person | None, platform: str) -> datetime | None:
        """When the quiet hours that hold now for this person end; None when none do."""
        quiet = self.quiet(person, platform)
        return quiet_until(quiet, self.now()) if quiet else None

    def reader(self, person: Person | None, prefix: str, platform: str = "") -> Reader:
        """How this person (None: a channel) reads, on this platform."""
        sender = self.sender(platform)
        return Reader(
            words=self.words((person.language if person else None) or self.policy.language),
            zone=self.zone(person),
            now=self.now(),
            prefix=prefix,
            person=person.id if person else None,
            native=sender is not None and sender.limits.native_moments,
        )


def why_closed(failure: SendFailure) -> str:
    """For whoever can open the place again: the reason alone, which is a sentence."""
    return str(failure.params.get("reason") or failure.english())


def base36(number: int) -> str:
    """The number in digits and small letters: short enough for a nonce of 25 characters."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = digits[digit] + out
    return out or "0"
