"""A small organisation to query: people, places, follows and posts, put into the tables with few words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert

from bridge.model.audience import EVERYONE, Audience, Viewer
from bridge.model.ids import AccountId, PersonId, PlaceId, PostId, SubjectId, SubscriberId, TagId, lowest_id
from bridge.model.person import Person
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.post import Origin, Post
from bridge.model.subscription import EVERYONE_ID
from bridge.model.text import Plain, Tag
from bridge.store.delivery.outbox import SqlOutbox
from bridge.store.posts import SqlPosts
from bridge.store.rows import ACCOUNT, PERSON, PLACE, place_values
from bridge.store.sql import MUTE, SCHEDULE, SUBSCRIPTION, TAG
from bridge.store.team.people import person_values

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TEAM, COMMUNITY = Circle.TEAM, Circle.COMMUNITY


class World:
    """Everything made here is made at `NOW`; ids count up from that moment's first."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.posts = SqlPosts(conn)
        self.outbox = SqlOutbox(conn)
        self._ids = count(lowest_id(NOW - timedelta(hours=1)))
        self.homes: dict[int, PlaceId] = {}
        self.tags: dict[str, TagId] = {}

    def id(self) -> int:
        return next(self._ids)

    def person(self, circle: Circle = TEAM) -> PersonId:
        """A person with an account and a direct message as their home."""
        id, account, home = PersonId(self.id()), AccountId(self.id()), PlaceId(self.id())
        self.conn.execute(
            insert(PERSON), {**person_values(Person(id, f"p{id}", f"P {id}", circle, home=home)), "last_post": None}
        )
        values = {"id": account, "person": id, "platform": "lobby", "workspace": "w", "user": f"u{id}", "guest": False}
        self.conn.execute(insert(ACCOUNT), values)
        self._place(Place(home, "lobby", "w", f"u{id}", PlaceKind.DIRECT, "", circle, True, account))
        self.homes[id] = home
        return id

    def channel(self, circle: Circle = TEAM, paused: str | None = None) -> PlaceId:
        id = PlaceId(self.id())
        self._place(Place(id, "lobby", "w", f"c{id}", PlaceKind.CHANNEL, f"c{id}", circle, paused=paused))
        return id

    def _place(self, place: Place) -> None:
        self.conn.execute(insert(PLACE), place_values(place))

    def tag(self, folded: str) -> TagId:
        if folded not in self.tags:
            self.tags[folded] = TagId(self.id())
            self.conn.execute(insert(TAG), {"id": self.tags[folded], "folded": folded, "name": folded})
        return self.tags[folded]

    def follow(self, who: int, what: int, kind: str = "person", cadence: str = "live", paused: bool = False) -> None:
        values = {
            "subscriber": who,
            "subject": what,
            "subject_kind": "everyone" if what == EVERYONE_ID else kind,
            "place": self.homes.get(who, who),
            "cadence": cadence,
            "by": who,
            "since": NOW,
            "paused": paused,
        }
        self.conn.execute(insert(SUBSCRIPTION), values)

    def mute(self, who: int, what: int, until: datetime | None = None) -> None:
        values = {"subscriber": who, "subject": what, "subject_kind": "person", "until": until}
        self.conn.execute(insert(MUTE), values)

    def schedule(self, who: int, enabled: bool = True) -> None:
        values: dict[str, Any] = {"subscriber": who, "place": self.homes.get(who, who), "times": "09:00", "days": 31}
        values |= {"person": who if who in self.homes else None, "zone": "UTC", "enabled": enabled, "empty": 0}
        self.conn.execute(insert(SCHEDULE), values)

    def draft(
        self,
        author: PersonId,
        audience: Audience = EVERYONE,
        tags: tuple[str, ...] = (),
        reply_to: Post | None = None,
        reshare: Post | None = None,
        stands_in: PlaceId | None = None,
        text: str = "hello",
        **more: Any,
    ) -> Post:
        """A post that is not kept yet, made as services make it."""
        id = PostId(self.id())
        model = reply_to or reshare
        return Post(
            id=id,
            number=0,
            author=author,
            text=((Plain(text),) if text else ()) + tuple(Tag(tag) for tag in tags),
            audience=model.audience if model else audience,
            owner=model.owner if model else author,
            rule=model.rule if model else id,
            root=reply_to.root if reply_to else id,
            created_at=NOW,
            tags=tags,
            in_reply_to=reply_to.id if reply_to else None,
            reshare_of=reshare.id if reshare else None,
            origin=Origin("lobby", "w", f"m{id}", stands_in),
            **more,
        )

    def post(self, author: PersonId, *args: Any, **more: Any) -> Post:
        draft = self.draft(author, *args, **more)
        return self.posts.add(draft, {tag: self.tag(tag) for tag in draft.tags})


def person(id: PersonId, team: bool = True) -> Viewer:
    return Viewer(id, team)


def subscriber(id: int) -> SubscriberId:
    return SubscriberId(id)


def subject(id: int) -> SubjectId:
    return SubjectId(id)
