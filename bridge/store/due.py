"""Making places due: whatever makes work for a place calls this, in the same transaction and before it touches the
place's deliveries. The courier locks lanes first too, so that on PostgreSQL nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Connection, bindparam, case, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bridge.store.ready import Ready
from bridge.store.rows import PLACE
from bridge.store.sql import ITEM, LANE, NOW, ONE, ZERO, number, within, word

_NEW = ("place", "due", "touched", "seen", "epoch", "live", "failures", "lives", "pace", "backlog")


def _touch(which: ColumnElement[bool]) -> Ready:
    """A paused place is not due; resuming it makes it so."""
    live = bindparam("live", type_=Boolean)
    places = (
        select(PLACE.c.id, NOW, ONE, ZERO, ZERO, live, ZERO, word("[]"), word(""), ONE)
        .where(PLACE.c.paused.is_(None), which)
        .order_by(PLACE.c.id)
    )
    found: dict[str, Any] = {}
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
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


_TOUCH = _touch(within(PLACE.c.id, "places"))
_TOUCH_WAITING_FOR = _touch(
    PLACE.c.id.in_(
        select(ITEM.c.place).where(ITEM.c.post == number("post"), ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)
    )
)


def make_due(conn: Connection, places: Collection[int], now: datetime, *, live: bool) -> None:
    """`live`: it is work that people wait for."""
    if places:
        _TOUCH.change(conn, {"places": places, "now": now, "live": live})


def make_waiting_due(conn: Connection, post: int, now: datetime) -> None:
    """All places where a live item of this post waits."""
    _TOUCH_WAITING_FOR.change(conn, {"post": post, "now": now, "live": True})
