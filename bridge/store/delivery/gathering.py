"""Making one message of live updates that waited in a place for too long, or were too many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, false, func, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model.delivery import LIVE_BUDGET, Kind, State
from bridge.model.kept import Gathered
from bridge.store.engines.ready import Ready
from bridge.store.sql import DELIVERY, ITEM, NOW, ONE, ZERO, number, within, word
from bridge.store.tables import Moment


def _add(insert: Any) -> Any:
    values: dict[str, Any] = {
        "place": number("place"),
        "nonce": bindparam("nonce", type_=Text),
        "kind": word(Kind.AWAY),
        "state": word(State.WAITING),
        "restless": true(),
        "created_at": NOW,
        "attempts": ZERO,
        "deadline": bindparam("deadline", type_=Moment),
        "payload": bindparam("why", type_=Text),
        "payload_rev": ONE,
        "plain": false(),
        "error": word(""),
    }
    new = select(*values.values()).where(ONE == ONE)
    return insert(DELIVERY).from_select(list(values), new).on_conflict_do_nothing().returning(DELIVERY.c.id)


_ADD = Ready({"sqlite": _add(sqlite.insert), "postgresql": _add(postgresql.insert)})
_WAITS = and_(ITEM.c.place == number("there"), ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)
_OLD = ITEM.alias()
_NEWEST = (
    select(func.max(_OLD.c.seq))
    .where(
        _OLD.c.place == number("there"),
        _OLD.c.delivery.is_(None),
        _OLD.c.parted == ZERO,
        _OLD.c.queued_at <= bindparam("until", type_=Moment),
    )
    .scalar_subquery()
)
# Up to the newest of the old ones, whatever the clocks of several processes said of those between: order is `seq`.
_TAKE = Ready(
    update(ITEM)
    .where(or_(and_(_WAITS, ITEM.c.seq <= _NEWEST), and_(within(ITEM.c.delivery, "joining"), ITEM.c.parted == ZERO)))
    .values(delivery=number("into"), position=ZERO, tried=None)
)
_WHOSE = Ready(
    update(DELIVERY)
    .where(DELIVERY.c.id == number("into"))
    .values(subscriber=select(func.min(ITEM.c.subscriber)).where(ITEM.c.delivery == number("into")).scalar_subquery())
)
_JOINED = Ready(
    update(DELIVERY)
    .where(within(DELIVERY.c.id, "joining"), DELIVERY.c.state == word(State.WAITING))
    .values(state=word(State.GONE), restless=false())
)


def gather(conn: Connection, place: int, wanted: Gathered, now: datetime) -> None:
    """See `bridge.model.kept.Gathered`. The place is locked."""
    new = {"place": place, "nonce": wanted.nonce, "now": now, "deadline": now + LIVE_BUDGET, "why": wanted.why.value}
    id = _ADD.scalar(conn, new)
    if id is None:  # made already: this closure runs again
        return
    _TAKE.change(conn, {"there": place, "until": wanted.until, "joining": wanted.joining, "into": id})
    _WHOSE.change(conn, {"into": id})
    if wanted.joining:
        _JOINED.change(conn, {"joining": wanted.joining})
