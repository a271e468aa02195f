"""A made-up organisation, the same for the same seed: people with a direct message each, channels, follows, updates.

Only shapes matter: how many there are, who writes much (few do), and how many an update reaches.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from typing import Any

from bridge.model.audience import EVERYONE, AudienceKind
from bridge.model.ids import AccountId, PersonId, PlaceId, PostId, lowest_id
from bridge.model.person import Person
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.post import Post
from bridge.model.subscription import Cadence, SubjectKind
from bridge.model.text import Plain
from bridge.model.times.calendar import DEFAULT, Slot, slot_at
from bridge.store.rows import ACCOUNT, PERSON, PLACE, POST, READER, place_values, post_values
from bridge.store.sql import SCHEDULE, SUBSCRIPTION, TAG
from bridge.store.tables import to_micros
from bridge.store.team.people import person_values
from tests.bench.database import Loader

NOW = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
"""A Tuesday, half a minute past the digests' nine o'clock."""
PLATFORM, WORKSPACE = "bench", "town"
OLDEST = timedelta(days=700)
AUDIENCES = ((AudienceKind.EVERYONE, 90), (AudienceKind.PUBLIC, 4), (AudienceKind.FOLLOWERS, 3), (AudienceKind.ME, 1))
NAMED = 2
"""Of a hundred updates, how many are for named people; the rest as in AUDIENCES."""
REPLIES, DELETED = 0.1, 0.01
WORDS = "The importer reads the new format now, and the nightly run is down to eleven minutes."


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person, and the place of their direct messages."""

    id: int
    home: int


class Town:
    """Loads itself into a database, table by table; parents first."""

    def __init__(self, loader: Loader, seed: int = 1) -> None:
        self._loader = loader
        self.random = random.Random(seed)
        self._ids = count(lowest_id(NOW - OLDEST - timedelta(days=1)))

    def people(self, how_many: int) -> list[Citizen]:
        folk = [(next(self._ids), next(self._ids), next(self._ids)) for _ in range(how_many)]
        self._loader.add(PERSON, (self._person(id, home) for id, _, home in folk))
        accounts = (
            {
                "id": account,
                "person": id,
                "platform": PLATFORM,
                "workspace": WORKSPACE,
                "user": f"u{id}",
                "guest": False,
            }
            for id, account, _ in folk
        )
        self._loader.add(ACCOUNT, accounts)
        self._loader.add(PLACE, (self._home(*ids) for ids in folk))
        return [Citizen(id, home) for id, _, home in folk]

    def _person(self, id: int, home: int) -> dict[str, Any]:
        person = Person(PersonId(id), f"p{id}", f"P {id}", Circle.TEAM, zone="UTC", home=PlaceId(home))
        return {**person_values(person), "last_post": None}

    def _home(self, id: int, account: int, home: int) -> dict[str, Any]:
        key, kind = f"u{id}", PlaceKind.DIRECT
        place = Place(PlaceId(home), PLATFORM, WORKSPACE, key, kind, "", Circle.TEAM, True, AccountId(account))
        return place_values(place)

    def channels(self, how_many: int) -> list[int]:
        ids = [next(self._ids) for _ in range(how_many)]
        kind = PlaceKind.CHANNEL
        places = (Place(PlaceId(id), PLATFORM, WORKSPACE, f"c{id}", kind, f"c{id}", Circle.TEAM) for id in ids)
        self._loader.add(PLACE, map(place_values, places))
        return ids

    def tags(self, how_many: int) -> list[str]:
        names = [f"topic{number}" for number in range(how_many)]
        self._loader.add(TAG, ({"id": next(self._ids), "folded": name, "name": name} for name in names))
        return names

    def follow(self, pairs: Iterator[tuple[int, int, int]], cadence: Cadence) -> None:
        """(subscriber, place, person followed)."""
        columns = ("subscriber", "subject", "subject_kind", "place", "cadence", "by", "since", "paused")
        since = to_micros(NOW - OLDEST)
        rows = (
            (who, whom, SubjectKind.PERSON.value, place, cadence.value, who, since, False) for who, place, whom in pairs
        )
        self._loader.add_tuples(SUBSCRIPTION, columns, rows)

    def schedules(self, citizens: Sequence[Citizen]) -> None:
        """Digests of all, due at nine today, the last one yesterday."""
        slot = _slot()
        rows = (
            {
                "subscriber": citizen.id,
                "place": citizen.home,
                "person": citizen.id,
                "times": "09:00",
                "days": 0b0011111,
                "zone": "UTC",
                "slot_on": slot.on.isoformat(),
                "slot_at": "09:00",
                "slot_due": slot.due,
                "due": slot.due,
                "enabled": True,
                "paused_until": None,
                "last": slot.due - timedelta(days=1),
                "empty": 0,
            }
            for citizen in citizens
        )
        self._loader.add(SCHEDULE, rows)

    def posts(self, citizens: Sequence[Citizen], how_many: int, span: timedelta = OLDEST) -> None:
        """Evenly over the time until now; a few people write most of them (Zipf)."""
        weights = list(accumulate(1 / rank for rank in range(1, len(citizens) + 1)))
        shuffled = self.random.sample(citizens, len(citizens))
        authors = (author.id for author in self.random.choices(shuffled, cum_weights=weights, k=how_many))
        readers: list[tuple[int, int]] = []
        template = post_values(_post())
        rows = self._posts(template, authors, how_many, span, citizens, readers)
        self._loader.add_tuples(POST, list(template), rows)
        self._loader.add_tuples(READER, ("rule", "person"), readers)
        self._loader.numbered(how_many)
        newest = "(SELECT author, max(id) AS newest FROM post GROUP BY author)"
        self._loader.run(f"UPDATE person SET last_post = n.newest FROM {newest} AS n WHERE n.author = person.id")

    def _posts(
        self,
        template: dict[str, Any],
        authors: Iterator[int],
        how_many: int,
        span: timedelta,
        citizens: Sequence[Citizen],
        readers: list[tuple[int, int]],
    ) -> Iterator[tuple[Any, ...]]:
        draw = self.random.random
        first, step = lowest_id(NOW - span), (lowest_id(NOW) - lowest_id(NOW - span)) // how_many
        began, pace = to_micros(NOW - span), span / timedelta(microseconds=1) / how_many
        kinds = [kind.value for kind, share in AUDIENCES for _ in range(share)] + [AudienceKind.PEOPLE.value] * NAMED
        row = dict(template)
        for number, author in enumerate(authors, 1):
            id, at = first + (number - 1) * step, began + int((number - 1) * pace)
            kind = kinds[int(draw() * len(kinds))]
            if kind == AudienceKind.PEOPLE.value:
                readers += [(id, reader.id) for reader in self.random.sample(citizens, 3)]
            is_reply = number > 100 and draw() < REPLIES
            answered = first + (number - 2 - int(draw() * 90)) * step if is_reply else None
            row.update(id=id, number=number, author=author, owner=author, rule=id, root=answered or id)
            row.update(audience=kind, in_reply_to=answered, created_at=at)
            row["deleted_at"] = at if draw() < DELETED else None
            yield tuple(row.values())


def _post() -> Post:
    some = PersonId(1)
    return Post(PostId(1), 1, some, (Plain(WORDS),), EVERYONE, some, PostId(1), PostId(1), NOW)


def _slot() -> Slot:
    return slot_at(DEFAULT, NOW.date(), DEFAULT.times[0])


def some_follows(town: Town, followers: Sequence[Citizen], followed: Sequence[Citizen], each: int) -> Iterator[Any]:
    """(subscriber, place, person followed): everybody follows so many others."""
    for citizen in followers:
        for other in town.random.sample(followed, min(each + 1, len(followed)))[:each]:
            if other.id != citizen.id:
                yield citizen.id, citizen.home, other.id
