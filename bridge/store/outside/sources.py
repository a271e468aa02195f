"""Outside sources: when each is looked at, and what it has yielded so far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, insert, not_, or_, select, update

from bridge.model.clean import fold
from bridge.model.ids import PersonId, PostId, SubscriberId
from bridge.model.kept.sources import Tally
from bridge.model.person import Person
from bridge.model.place import Circle
from bridge.model.source import Known, Watch, spellings
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.outside import source_items
from bridge.store.outside.source_rows import to_watch, watch_values
from bridge.store.rows import PERSON, escape
from bridge.store.sql import NOW, SUBSCRIPTION, among, number, within
from bridge.store.tables import SourceRow, table
from bridge.store.team.people import SqlPeople, person_values

SOURCE = table(SourceRow)
_NUMBERED = 1000

_NAMED = (PERSON.c.handle, PERSON.c.name, PERSON.c.picture)
_ALL: Select[Any] = select(SOURCE, *_NAMED).join(PERSON, PERSON.c.id == SOURCE.c.id).order_by(PERSON.c.folded)
_GET = _ALL.where(SOURCE.c.id == number("id"))
_AT = _ALL.where(SOURCE.c.adapter == bindparam("adapter"), SOURCE.c.key.in_(bindparam("keys", expanding=True)))
_BY_NAME = _ALL.where(PERSON.c.folded == bindparam("folded"))
_BEHIND = _ALL.where(
    or_(SOURCE.c.key.in_(bindparam("keys", expanding=True)), SOURCE.c.home.in_(bindparam("keys", expanding=True))),
    or_(SOURCE.c.next_at.is_not(None), SOURCE.c.rests != ""),
)
_STARTING = _ALL.where(PERSON.c.folded.like(bindparam("first"), escape="\\")).limit(number("limit"))
_OF = _ALL.join(SUBSCRIPTION, SUBSCRIPTION.c.subject == SOURCE.c.id).where(
    SUBSCRIPTION.c.subscriber == number("subscriber")
)
_TALLY = select(
    func.count().filter(SOURCE.c.next_at.is_not(None), SOURCE.c.failing_since.is_(None)),
    func.count().filter(SOURCE.c.next_at.is_not(None), SOURCE.c.failing_since.is_not(None)),
    func.count().filter(SOURCE.c.rests.not_in(["", "moved"])),
).select_from(SOURCE)
_ADD = add_if_new(SOURCE)
_DUE = (
    select(SOURCE.c.id)
    .where(SOURCE.c.next_at <= NOW, not_(among(SOURCE.c.host, "but")))
    .order_by(SOURCE.c.next_at)
    .limit(number("limit"))
    .with_for_update(skip_locked=True)  # SQLite has one writer and leaves it out
)
_TAKE = Ready(
    update(SOURCE)
    .where(SOURCE.c.id.in_(_DUE))
    .values(next_at=bindparam("until", type_=SOURCE.c.next_at.type), epoch=SOURCE.c.epoch + 1)
    .returning(SOURCE.c.id)
)
_GIVE_BACK = Ready(update(SOURCE).where(within(SOURCE.c.id, "ids")).values(next_at=NOW))
_MANY = _ALL.where(SOURCE.c.id.in_(bindparam("ids", expanding=True)))
_LOOKED = (
    "key",
    "home",
    "internal",
    "state",
    "every",
    "next_at",
    "looked_at",
    "changed_at",
    "failing_since",
    "error",
    "told",
    "rests",
    "a_day",
    "moved_from",
    "moved_at",
    "burst",
    "host",
)
_WRITE = (
    update(SOURCE)
    .where(SOURCE.c.id == number("which"), SOURCE.c.epoch == number("taken"))
    .values({name: bindparam(name, type_=SOURCE.c[name].type) for name in _LOOKED})
)
_CALL = update(PERSON).where(PERSON.c.id == number("which")).values(name=bindparam("called"), picture=bindparam("face"))
_WAKE = (
    update(SOURCE)
    .where(SOURCE.c.id == number("which"))
    .values(
        next_at=bindparam("at", type_=SOURCE.c.next_at.type),
        rests="",
        failing_since=None,
        told=False,
        epoch=SOURCE.c.epoch + 1,
    )
)
_ATTEND = (
    update(SOURCE)
    .where(SOURCE.c.id == number("which"), SOURCE.c.rests == "")
    .values(next_at=func.coalesce(SOURCE.c.next_at, NOW))
)
_LOCK = select(SOURCE.c.id).where(SOURCE.c.id == number("which")).with_for_update()
_REST = (
    update(SOURCE)
    .where(SOURCE.c.id == number("which"))
    .values(next_at=None, rests=bindparam("why"), epoch=SOURCE.c.epoch + 1)
)
_FORGET = _REST.values(rests="", looked_at=None)
_FOLLOWED = select(exists().where(SUBSCRIPTION.c.subject == number("which")))


class SqlSources:
    """See `bridge.model.kept.Sources`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def add(self, watch: Watch) -> Watch:
        if known := self.at(watch.adapter, watch.key):
            return known
        name = self._free(watch.name)
        stands_for = Person(
            PersonId(watch.id), name, watch.title, Circle.OUTSIDE, picture=watch.picture, mentions_live=False
        )
        self._conn.execute(insert(PERSON), person_values(stands_for) | {"searched": ""})
        if added(self._conn, _ADD, watch_values(watch)):
            return self._one(_GET, id=watch.id) or watch
        # Somebody else added it between the two: theirs counts.
        self._conn.execute(PERSON.delete().where(PERSON.c.id == watch.id))
        return self.at(watch.adapter, watch.key) or watch

    def get(self, id: PersonId) -> Watch | None:
        return self._one(_GET, id=id)

    def at(self, adapter: str, key: str) -> Watch | None:
        there = {watch.key: watch for watch in self._several(_AT, adapter=adapter, keys=spellings(key))}
        return next((there[one] for one in spellings(key) if one in there), None)

    def named(self, name: str) -> Watch | None:
        return self._one(_BY_NAME, folded=fold(name))

    def behind(self, address: str) -> list[Watch]:
        return self._several(_BEHIND, keys=spellings(address))

    def starting(self, name: str, limit: int) -> list[Watch]:
        return self._several(_STARTING, first=f"{escape(fold(name))}%", limit=limit)

    def all(self) -> list[Watch]:
        return self._several(_ALL)

    def tally(self) -> Tally:
        return Tally(*self._conn.execute(_TALLY).one())

    def of(self, subscriber: SubscriberId) -> list[Watch]:
        return self._several(_OF, subscriber=subscriber)

    def due(self, now: datetime, until: datetime, limit: int, but: Collection[str] = ()) -> list[Watch]:
        ids = _TAKE.column(self._conn, {"now": now, "until": until, "limit": limit, "but": but})
        return self._several(_MANY, ids=list(ids)) if ids else []

    def give_back(self, ids: Collection[PersonId], now: datetime) -> None:
        if ids:
            _GIVE_BACK.change(self._conn, {"ids": ids, "now": now})

    def looked(self, watch: Watch) -> bool:
        values = watch_values(watch)
        asked = {"which": watch.id, "taken": watch.epoch, **{name: values[name] for name in _LOOKED}}
        if not self._conn.execute(_WRITE, asked).rowcount:
            return False
        self._conn.execute(_CALL, {"which": watch.id, "called": watch.title, "face": watch.picture})
        return True

    def wake(self, id: PersonId, at: datetime) -> None:
        self._conn.execute(_WAKE, {"which": id, "at": at})

    def attend(self, id: PersonId, now: datetime) -> None:
        self._conn.execute(_ATTEND, {"which": id, "now": now})

    def rest(self, id: PersonId, why: str) -> None:
        self._conn.execute(_REST, {"which": id, "why": why})

    def known(self, id: PersonId, keys: Collection[str]) -> dict[str, Known]:
        return source_items.known(self._conn, id, keys)

    def signed(self, id: PersonId, signs: Collection[str]) -> dict[str, Known]:
        return source_items.signed(self._conn, id, signs)

    def keep(self, id: PersonId, items: Sequence[Known]) -> None:
        source_items.keep(self._conn, id, items)

    def abouts(self, posts: Collection[PostId]) -> dict[PostId, str]:
        return source_items.abouts(self._conn, posts)

    def was_late(self, source: PersonId, post: PostId) -> bool:
        return source_items.was_late(self._conn, source, post)

    def forget(self, id: PersonId) -> bool:
        # Locked first: whoever is about to follow it either waits or is seen.
        self._conn.execute(_LOCK, {"which": id})
        if self._conn.execute(_FOLLOWED, {"which": id}).scalar_one():
            return False
        self._conn.execute(_FORGET, {"which": id})
        return True

    def _free(self, name: str) -> str:
        """The name, with a number behind it where somebody has it."""
        people = SqlPeople(self._conn)
        names = (name, *(f"{name}-{count}" for count in range(2, _NUMBERED)))
        return next(one for one in names if people.by_handle(one) is None)

    def _one(self, asked: Select[Any], **values: object) -> Watch | None:
        row = self._conn.execute(asked, values).first()
        return None if row is None else to_watch(row)

    def _several(self, asked: Select[Any], **values: object) -> list[Watch]:
        return [to_watch(row) for row in self._conn.execute(asked, values)]
