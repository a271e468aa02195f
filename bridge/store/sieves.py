"""Sieves, and what each let through: filters of follows, and tracked phrases. Who matches what is the services'."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, exists, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model.ids import PostId, SieveId, SubjectId
from bridge.model.kept.sources import Sieve
from bridge.model.post import Post
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import put
from bridge.store.sql import CAUGHT, COUNTER, ONE, SUBSCRIPTION, number, within
from bridge.store.tables import SieveRow, table

SIEVE = table(SieveRow)

_PUT = put(SIEVE, ["subject", "words"])
_REMOVE = delete(SIEVE).where(SIEVE.c.id == number("which"))
_GET = select(SIEVE).where(SIEVE.c.id == number("id"))
_PHRASE = select(SIEVE).where(SIEVE.c.subject.is_(None), SIEVE.c.words == bindparam("words")).order_by(SIEVE.c.id)
_ALL = (
    select(SIEVE)
    .where(exists().where(SUBSCRIPTION.c.sieve == SIEVE.c.id).correlate_except(SUBSCRIPTION))
    .order_by(SIEVE.c.id)
)
# A sieve may be gone by now, though this process has not heard of it yet.
_THERE = (
    select(SIEVE.c.id, number("post")).where(within(SIEVE.c.id, "sieves")).with_for_update(read=True, key_share=True)
)
_CATCH = Ready(
    {
        name: insert(CAUGHT).from_select(("sieve", "post"), _THERE).on_conflict_do_nothing()
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)
_CHANGES: ColumnElement[str] = literal_column("'sieves'")
_VERSION = Ready(select(COUNTER.c.value).where(COUNTER.c.name == _CHANGES))
_CHANGED = {
    name: insert(COUNTER)
    .from_select(["name", "value"], select(_CHANGES, literal_column("1")).where(literal_column("1") == ONE))
    .on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + 1})
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_CAUGHT = Ready(select(CAUGHT.c.sieve).where(CAUGHT.c.post == number("post")))


class SqlSieves:
    """See `bridge.model.kept.Sieves`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def put(self, sieve: Sieve) -> None:
        values = {"id": sieve.id, "subject": sieve.subject, "words": sieve.words}
        self._conn.execute(_PUT[self._conn.dialect.name], values)
        self._conn.execute(_CHANGED[self._conn.dialect.name])

    def remove(self, id: SieveId) -> None:
        self._conn.execute(_REMOVE, {"which": id})
        self._conn.execute(_CHANGED[self._conn.dialect.name])

    def get(self, id: SieveId) -> Sieve | None:
        row = self._conn.execute(_GET, {"id": id}).first()
        return None if row is None else _sieve(row)

    def phrase(self, words: str) -> Sieve | None:
        row = self._conn.execute(_PHRASE, {"words": words}).first()
        return None if row is None else _sieve(row)

    def all(self) -> list[Sieve]:
        return [_sieve(row) for row in self._conn.execute(_ALL)]

    def version(self) -> int:
        return _VERSION.scalar(self._conn, {}) or 0

    def catch(self, post: PostId, sieves: Collection[SieveId]) -> None:
        if sieves:
            _CATCH.change(self._conn, {"post": post, "sieves": sieves})

    def caught(self, post: Post) -> list[SieveId]:
        return [SieveId(id) for id in _CAUGHT.column(self._conn, {"post": post.id})]


def _sieve(row: Row[Any]) -> Sieve:
    return Sieve(SieveId(row.id), row.words, None if row.subject is None else SubjectId(row.subject))
