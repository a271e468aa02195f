"""Tags, each kept once by its folded name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, select

from bridge.model.audience import Viewer
from bridge.model.ids import PersonId, SubjectId, TagId
from bridge.model.subscription import Subject, SubjectKind
from bridge.store.engines.upsert import add_if_new
from bridge.store.rows import POST, escape
from bridge.store.sql import POST_TAG, TAG, within
from bridge.store.visibility import visible_to

_BY_NAME = select(TAG).where(TAG.c.folded == bindparam("folded"))
_MANY = select(TAG).where(within(TAG.c.id, "ids"))


@lru_cache
def _starting(person: bool, team: bool) -> Select[Any]:
    viewer = Viewer(PersonId(1) if person else None, team)
    seen = (
        exists()
        .where(POST_TAG.c.tag == TAG.c.id, POST.c.id == POST_TAG.c.post, visible_to(POST, viewer))
        .correlate(TAG)
    )
    begins = TAG.c.folded.like(bindparam("start"), escape="\\")
    return select(TAG).where(begins, seen).order_by(TAG.c.folded).limit(bindparam("limit"))


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

    def starting(self, folded: str, viewer: Viewer, now: datetime, limit: int) -> list[Subject]:
        asked = {"start": f"{escape(folded)}%", "now": now, "viewer": viewer.person, "limit": limit}
        rows = self._conn.execute(_starting(viewer.person is not None, viewer.team), asked)
        return [_subject(row) for row in rows]


def _subject(row: Row[Any]) -> Subject:
    return Subject(SubjectKind.TAG, SubjectId(row.id), f"#{row.name}")
