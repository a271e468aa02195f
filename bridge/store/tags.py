"""Tags, each kept once by its folded name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from bridge.model.ids import SubjectId, TagId
from bridge.model.subscription import Subject, SubjectKind
from bridge.store.rows import escape
from bridge.store.sql import TAG, within
from bridge.store.upsert import add_if_new

_BY_NAME = select(TAG).where(TAG.c.folded == bindparam("folded"))
_MANY = select(TAG).where(within(TAG.c.id, "ids"))
_STARTING = (
    select(TAG)
    .where(TAG.c.folded.like(bindparam("start"), escape="\\"))
    .order_by(TAG.c.folded)
    .limit(bindparam("limit"))
)
_ADD = add_if_new(TAG)


class SqlTags:
    """See `bridge.model.kept.Tags`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def by_name(self, folded: str) -> Subject | None:
        row = self._conn.execute(_BY_NAME, {"folded": folded}).first()
        return None if row is None else _subject(row)

    def many(self, ids: Collection[TagId]) -> dict[SubjectId, Subject]:
        if not ids:
            return {}
        return {row.id: _subject(row) for row in self._conn.execute(_MANY, {"ids": ids})}

    def ensure(self, folded: str, name: str, id: TagId) -> Subject:
        if known := self.by_name(folded):
            return known
        self._conn.execute(_ADD[self._conn.dialect.name], {"id": id, "folded": folded, "name": name})
        return _subject(self._conn.execute(_BY_NAME, {"folded": folded}).one())

    def starting(self, folded: str, limit: int) -> list[Subject]:
        """By name."""
        rows = self._conn.execute(_STARTING, {"start": f"{escape(folded)}%", "limit": limit})
        return [_subject(row) for row in rows]


def _subject(row: Row[Any]) -> Subject:
    return Subject(SubjectKind.TAG, SubjectId(row.id), f"#{row.name}")
