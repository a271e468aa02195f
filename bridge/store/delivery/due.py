"""Making places due: whatever makes work for a place calls this, in the same transaction and before it touches the
place's deliveries. The courier locks lanes first too, so that on PostgreSQL nobody waits in a circle; and whoever makes
several posts' places due does so once, in the one order that there is (`Due.together`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, Select, bindparam, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bridge.store.engines.ready import Ready
from bridge.store.rows import PLACE
from bridge.store.sql import DELIVERY, ENGINES, ITEM, LANE, NOW, ONE, ZERO, Engine, each, number, within, word

_NEW = ("place", "due", "touched", "seen", "epoch", "live", "failures", "lives", "pace", "backlog")


def _touch(which: Callable[[Engine], ColumnElement[bool]]) -> Ready:
    """A paused place is not due; resuming it makes it so."""
    live = bindparam("live", type_=Boolean)
    found: dict[str, Any] = {}
    for name, insert in zip(ENGINES, (sqlite.insert, postgresql.insert), strict=True):
        places = (
            select(PLACE.c.id, NOW, ONE, ZERO, ZERO, live, ZERO, word("[]"), word(""), ONE)
            .where(PLACE.c.paused.is_(None), which(name))
            .order_by(PLACE.c.id)
        )
        statement: Any = insert(LANE).from_select(_NEW, places)
        new = statement.excluded
        was_due = func.coalesce(LANE.c.due <= new.due, False)
        found[name] = statement.on_conflict_do_update(
            index_elements=["place"],
            set_={
                "due": case((was_due, LANE.c.due), else_=new.due),
                "touched": LANE.c.touched + 1,
                "backlog": LANE.c.backlog + 1,
                "live": or_(new.live, case((was_due, LANE.c.live), else_=False)),
            },
        )
    return Ready(found)


def _waiting(of: ColumnElement[bool]) -> Select[Any]:
    return select(ITEM.c.place).where(of, ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)


def _either(engine: Engine) -> ColumnElement[bool]:
    named = select(each(engine, "places").c.value)
    return PLACE.c.id.in_(_waiting(within(ITEM.c.post, "posts")).union(named))


_TOUCH = _touch(lambda engine: within(PLACE.c.id, "places"))
_TOUCH_WAITING_FOR = _touch(lambda engine: PLACE.c.id.in_(_waiting(ITEM.c.post == number("post"))))
_TOUCH_EITHER = _touch(_either)
_STIR = Ready(update(DELIVERY).where(within(DELIVERY.c.id, "deliveries")).values(restless=True))


def make_due(conn: Connection, places: Collection[int], now: datetime, *, live: bool) -> None:
    """`live`: it is work that people wait for."""
    if places:
        _TOUCH.change(conn, {"places": places, "now": now, "live": live})


class Due:
    """What one transaction makes due that people wait for: at once, or all of it at the end of `together`."""

    __slots__ = ("_conn", "_deep", "_deliveries", "_places", "_posts")

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._deep = 0
        self._posts: set[int] = set()
        self._places: set[int] = set()
        self._deliveries: set[int] = set()

    @contextmanager
    def together(self, now: datetime) -> Iterator[None]:
        """One within another is a part of it. Nothing is made due where it ends in an error."""
        self._deep += 1
        try:
            yield
        finally:
            self._deep -= 1
        self._make(now)

    def waiting_for(self, post: int, now: datetime) -> None:
        """All places where a live item of this post waits."""
        self._posts.add(post)
        self._make(now)

    def at(self, places: Collection[int], now: datetime, stirred: Collection[int] = ()) -> None:
        """`stirred`: deliveries there that are looked at again."""
        self._places.update(places)
        self._deliveries.update(stirred)
        self._make(now)

    def _make(self, now: datetime) -> None:
        if self._deep:
            return
        posts, places, deliveries = self._posts, self._places, self._deliveries
        self._posts, self._places, self._deliveries = set(), set(), set()
        if len(posts) == 1 and not places:
            _TOUCH_WAITING_FOR.change(self._conn, {"post": posts.pop(), "now": now, "live": True})
        elif posts:
            _TOUCH_EITHER.change(self._conn, {"posts": posts, "places": places, "now": now, "live": True})
        else:
            make_due(self._conn, places, now, live=True)
        if deliveries:
            _STIR.change(self._conn, {"deliveries": deliveries})
