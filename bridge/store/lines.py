"""Ordinary lines of places and the reactions on lines and cards, for adapters that have no memory of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from bridge.model.ids import AccountId, PlaceId
from bridge.model.kept import Line
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.rows import pieces
from bridge.store.tables import LineRow, ReactionRow, table

LINE = table(LineRow)
REACTION = table(ReactionRow)

_GET = select(LINE).where(LINE.c.id == bindparam("id"))
_OF = select(LINE).where(LINE.c.place == bindparam("place")).limit(bindparam("limit"))
_NEWEST_FIRST, _OLDEST_FIRST = _OF.order_by(LINE.c.id.desc()), _OF.order_by(LINE.c.id)
_AFTER, _BEFORE = LINE.c.id > bindparam("after"), LINE.c.id < bindparam("before")
_CHANGE = update(LINE).where(LINE.c.id == bindparam("which"))
_REMOVE = delete(LINE).where(LINE.c.id == bindparam("id")).returning(LINE.c.place)
_FORGET_REACTIONS = delete(REACTION).where(
    REACTION.c.place == bindparam("place"), REACTION.c.message == bindparam("message")
)
_REACT = add_if_new(REACTION)
_UNREACT = _FORGET_REACTIONS.where(REACTION.c.emoji == bindparam("emoji"), REACTION.c.account == bindparam("account"))
_COUNT = func.count().label("people")
_REACTIONS = (
    select(REACTION.c.message, REACTION.c.emoji, _COUNT)
    .where(REACTION.c.place == bindparam("place"), REACTION.c.message.in_(bindparam("messages", expanding=True)))
    .group_by(REACTION.c.message, REACTION.c.emoji)
    .order_by(_COUNT.desc(), REACTION.c.emoji)
)


class SqlLines:
    """See `bridge.model.kept.Lines`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def add(self, line: Line) -> None:
        values = {
            "id": line.id,
            "place": line.place,
            "account": line.account,
            "name": line.name,
            "text": line.text,
            "at": line.at,
            "thread": line.thread,
        }
        self._conn.execute(insert(LINE), values)

    def get(self, id: int) -> Line | None:
        return next(iter(self._with_reactions(self._conn.execute(_GET, {"id": id}).all())), None)

    def of(self, place: PlaceId, after: int | None, before: int | None, limit: int) -> list[Line]:
        """Threads' lines too. With `after` alone the oldest `limit` later than it."""
        backward = before is not None or after is None
        asked = _NEWEST_FIRST if backward else _OLDEST_FIRST
        given: dict[str, int] = {"place": place, "limit": limit}
        if after is not None:
            asked, given["after"] = asked.where(_AFTER), after
        if before is not None:
            asked, given["before"] = asked.where(_BEFORE), before
        rows = self._conn.execute(asked, given).all()
        return self._with_reactions(rows[::-1] if backward else rows)

    def change(self, id: int, text: str) -> bool:
        return self._conn.execute(_CHANGE, {"which": id, "text": text}).rowcount > 0

    def remove(self, id: int) -> bool:
        """Its reactions go with it; what stands under it stays."""
        place = self._conn.execute(_REMOVE, {"id": id}).scalar()
        if place is None:
            return False
        self._conn.execute(_FORGET_REACTIONS, {"place": place, "message": str(id)})
        return True

    def react(self, message: str, place: PlaceId, account: AccountId, emoji: str, on: bool) -> bool:
        values = {"place": place, "message": message, "emoji": emoji, "account": account}
        if on:
            return added(self._conn, _REACT, values)
        return self._conn.execute(_UNREACT, values).rowcount > 0

    def reactions(self, place: PlaceId, messages: Collection[str]) -> dict[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = {}
        for some in pieces(messages):
            for message, emoji, people in self._conn.execute(_REACTIONS, {"place": place, "messages": some}):
                found.setdefault(message, []).append((emoji, people))
        return found

    def _with_reactions(self, rows: Sequence[Row[Any]]) -> list[Line]:
        """Lines of one place."""
        if not rows:
            return []
        found = self.reactions(rows[0].place, [str(row.id) for row in rows])
        return [
            Line(
                id=row.id,
                place=row.place,
                account=row.account,
                name=row.name,
                text=row.text,
                at=row.at,
                thread=row.thread,
                reactions=tuple(found.get(str(row.id), ())),
            )
            for row in rows
        ]
