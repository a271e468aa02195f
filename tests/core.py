"""A whole core over a real store, with a clock that is told the time and one platform double that keeps what it is
sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bridge.commands.intake import Commands
from bridge.metrics import Metrics
from bridge.model.card import Card, Limits
from bridge.model.clock import FixedClock
from bridge.model.command import Call, Reply, Via, Where, Who
from bridge.model.compose.text import card_text
from bridge.model.errors import NotInside, SendFailure, Uncertain
from bridge.model.ids import Ids
from bridge.model.kept import Store
from bridge.model.pace.places import Pacer, Unpaced
from bridge.model.pace.told import Hint
from bridge.model.person import Profile
from bridge.model.place import Members, Place, PlaceKind
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.model.post import Upload
from bridge.services.delivery.courier import Courier
from bridge.services.delivery.showing import Showing
from bridge.services.world import World
from bridge.words import words_for

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHAT = "chat"
HOME = "acme"


@dataclass
class Chat:
    """A platform that keeps messages by place key, and fails when it is told to.

    `failing`: raised by the next requests, one each. `members_of`: by place key; everybody is team by default.
    `doors`: what to type to let the bridge in, by place key; it is inside everywhere else. `homes`: the personal pages
    that were shown anew, by user, oldest first.
    """

    clock: FixedClock
    platform: str = CHAT
    prefix: str = "/{}"
    hears_status: bool = True
    limits: Limits = field(default_factory=lambda: Limits(rings=False))
    pacer: Pacer = field(default_factory=Unpaced)
    messages: dict[str, dict[str, Card]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    failing: list[SendFailure] = field(default_factory=list)
    lost_answers: int = 0
    members_of: dict[str, Members] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    doors: dict[str, str] = field(default_factory=dict)
    homes: dict[str, list[Card]] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)
    number: int = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        self._asked("send", place)
        self.number += 1
        message = f"{self.number:06}"
        self.messages.setdefault(self._name(place), {})[message] = card
        self.nonces[key.nonce] = message
        if self.lost_answers:
            self.lost_answers -= 1
            raise Uncertain(reason="the answer was lost")
        return Sent(message)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        self._asked("update", place)
        self.messages[self._name(place)][message] = card
        return Sent(message)

    async def delete(self, place: Place, message: str) -> Hint:
        self._asked("delete", place)
        self.messages[self._name(place)].pop(message, None)
        return Hint()

    async def find(self, place: Place, key: Key) -> str | None:
        self._asked("find", place)
        return self.nonces.get(key.nonce)

    async def profile(self, who: Who) -> Profile | None:
        return self.profiles.get(who.user, Profile(who.name or who.user, who.handle))

    async def members(self, place: Place) -> Members:
        return self.members_of.get(place.key, Members(known=True, team=True, count=5))

    async def owner(self, place: Place) -> str | None:
        return self.owners.get(place.key)

    async def enter(self, place: Place) -> None:
        if self.failing:
            raise self.failing.pop(0)
        if typed := self.doors.get(place.key):
            raise NotInside(typed=typed)

    async def refresh(self, who: Who, card: Card) -> None:
        if self.failing:
            raise self.failing.pop(0)
        self.homes.setdefault(who.user, []).append(card)

    def permalink(self, place: Place, message: str) -> str | None:
        return f"https://chat.example/{place.key}/{message}"

    def locate(self, link: str) -> tuple[Where, str] | None:
        head, _, tail = link.partition("https://chat.example/")
        key, _, message = tail.partition("/")
        return (Where(CHAT, HOME, key), message) if not head and message else None

    def _asked(self, what: str, place: Place) -> None:
        self.requests.append((what, self._name(place)))
        if self.failing:
            raise self.failing.pop(0)

    @staticmethod
    def _name(place: Place) -> str:
        return f"@{place.key}" if place.kind is PlaceKind.DIRECT else place.key

    def texts(self, place: str) -> list[str]:
        """What stands in a channel (`general`) or in somebody's direct message (`@bo`), oldest first."""
        return [card_text(card) for _, card in sorted(self.messages.get(place, {}).items())]


class Team:
    """People typing in channels. `await say("ana", "status Hello")` is private to ana and returns her Reply.

    `calls_before`: calls that the database has already seen; each has a key of its own.
    """

    def __init__(self, store: Store, clock: FixedClock, policy: Policy, calls_before: int = 0) -> None:
        self.clock, self.store = clock, store
        self.chat = Chat(clock)
        self.world = World(
            store=store,
            clock=clock,
            ids=Ids(clock.now),
            policy=policy,
            meter=Metrics(),
            words=words_for,
            adapters={CHAT: self.chat},
            salt="salt",
        )
        self.intake = Commands(self.world)
        self.showing = Showing(self.world)
        self.courier = Courier(self.world, self.showing, "one")
        self._calls = calls_before

    def call(
        self,
        user: str,
        line: str,
        channel: str = "general",
        *,
        via: Via = Via.COMMAND,
        fields: Mapping[str, str] | None = None,
        files: tuple[Upload, ...] = (),
        key: str = "",
    ) -> Call:
        """What a platform hands in. Channel `@` is the direct message with the bridge. Every call has a key of its own
        unless one is given."""
        self._calls += 1
        where = (
            Where(CHAT, HOME, user, PlaceKind.DIRECT) if channel == "@" else Where(CHAT, HOME, channel, name=channel)
        )
        who = Who(CHAT, HOME, user, user)
        return Call(key or f"call-{self._calls}", who, where, line, self.clock.now(), via, fields or {}, files)

    async def say(
        self,
        user: str,
        line: str,
        channel: str = "general",
        *,
        via: Via = Via.COMMAND,
        fields: Mapping[str, str] | None = None,
        files: tuple[Upload, ...] = (),
        key: str = "",
    ) -> Reply:
        return await self.intake.dispatch(self.call(user, line, channel, via=via, fields=fields, files=files, key=key))

    async def tell(
        self,
        user: str,
        line: str,
        channel: str = "general",
        *,
        via: Via = Via.COMMAND,
        fields: Mapping[str, str] | None = None,
        files: tuple[Upload, ...] = (),
        key: str = "",
    ) -> str:
        """The same, as the text that is read."""
        return card_text((await self.say(user, line, channel, via=via, fields=fields, files=files, key=key)).card)

    async def deliver(self) -> None:
        await self.courier.drain()
