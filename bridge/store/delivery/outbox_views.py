"""Looking at the outbox: what stands where, what became of a post, what waits. Only `wake` changes anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, select, update

from bridge.model.delivery import LIVE_BUDGET, Delivery, Kind, Reason, State
from bridge.model.ids import DeliveryId, PlaceId, PostId, SubscriberId
from bridge.model.kept import Trace
from bridge.model.place import Place
from bridge.store.delivery.claiming import read_lives
from bridge.store.delivery.delivered import with_items
from bridge.store.delivery.due import make_due
from bridge.store.rows import PLACE, to_place
from bridge.store.sql import DELIVERY, ITEM, LANE, number, within, word
from bridge.store.tables import Moment

_ALL_RELEASED = datetime.max.replace(tzinfo=UTC)
"""Without a now: as if every held post were released, which it is before it gets into an outbox."""

_SETTLED = DELIVERY.c.state == word(State.SETTLED)
_GET = select(DELIVERY).where(DELIVERY.c.id == number("id"))
_BY_MESSAGE = select(DELIVERY).where(DELIVERY.c.place == number("place"), DELIVERY.c.message == bindparam("message"))
_PLACE_OF = select(PLACE).join(DELIVERY, DELIVERY.c.place == PLACE.c.id).where(DELIVERY.c.id == number("id"))
_SHOWN = select(DELIVERY).where(DELIVERY.c.place == number("place"), _SETTLED, DELIVERY.c.message.is_not(None))
_NEWEST = _SHOWN.order_by(DELIVERY.c.message.desc()).limit(number("limit"))
_BEFORE = _NEWEST.where(DELIVERY.c.message < bindparam("before"))
_AFTER = _SHOWN.where(DELIVERY.c.message > bindparam("after")).order_by(DELIVERY.c.message).limit(number("limit"))
_COPIES = (
    select(PLACE, DELIVERY.c.message)
    .join(DELIVERY, DELIVERY.c.place == PLACE.c.id)
    .join(ITEM, ITEM.c.delivery == DELIVERY.c.id)
    .where(ITEM.c.post == number("post"), ITEM.c.shown.is_not(None), _SETTLED, DELIVERY.c.message.is_not(None))
    .order_by(DELIVERY.c.id)
)
_TRACES = (
    select(
        ITEM.c.subscriber,
        ITEM.c.place,
        ITEM.c.reason,
        ITEM.c.subject,
        ITEM.c.queued_at,
        ITEM.c.shown_at,
        ITEM.c.parted,
        DELIVERY.c.kind,
        DELIVERY.c.state,
        DELIVERY.c.error,
        LANE.c.lives,
    )
    .select_from(
        ITEM.outerjoin(DELIVERY, DELIVERY.c.id == ITEM.c.delivery).outerjoin(LANE, LANE.c.place == ITEM.c.place)
    )
    .where(ITEM.c.post == number("post"), within(ITEM.c.subscriber, "subscribers"))
    .order_by(ITEM.c.seq)
)
_PLACES = select(PLACE).where(within(PLACE.c.id, "places"))
_LISTING = (
    select(DELIVERY)
    .where(DELIVERY.c.state.in_(bindparam("states", expanding=True)))
    .order_by(DELIVERY.c.id.desc())
    .limit(number("limit"))
)
_BURIED_AT = select(DELIVERY.c.place).where(DELIVERY.c.id == number("id"), DELIVERY.c.state == word(State.BURIED))
_RESUME = update(PLACE).where(PLACE.c.id == number("which")).values(paused=None)
_WAKE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == number("which"), DELIVERY.c.state == word(State.BURIED))
    .values(
        state=case((DELIVERY.c.message.is_(None), word(State.WAITING)), else_=word(State.SETTLED)),
        restless=True,
        deadline=bindparam("until", type_=Moment),
        plain=False,
        error="",
    )
)


def get(conn: Connection, id: DeliveryId) -> Delivery | None:
    return _first(conn, conn.execute(_GET, {"id": id}).all())


def by_message(conn: Connection, place: PlaceId, message: str) -> Delivery | None:
    return _first(conn, conn.execute(_BY_MESSAGE, {"place": place, "message": message}).all())


def place_of(conn: Connection, id: DeliveryId) -> Place | None:
    row = conn.execute(_PLACE_OF, {"id": id}).first()
    return None if row is None else to_place(row)


def shown(conn: Connection, place: PlaceId, after: str | None, before: str | None, limit: int) -> list[Delivery]:
    """See `bridge.model.kept.Outbox.shown`. With both given: the newest `limit` of those between."""
    asked: dict[str, Any] = {"place": place, "limit": limit, "after": after, "before": before}
    if after is not None and before is None:
        return with_items(conn, conn.execute(_AFTER, asked).all(), _ALL_RELEASED)
    newest = _NEWEST if before is None else _BEFORE
    if after is not None:
        newest = newest.where(DELIVERY.c.message > bindparam("after"))
    return with_items(conn, conn.execute(newest, asked).all()[::-1], _ALL_RELEASED)


def copies(conn: Connection, post: PostId) -> list[tuple[Place, str]]:
    return [(to_place(row), row.message) for row in conn.execute(_COPIES, {"post": post})]


def traces(conn: Connection, post: PostId, subscribers: Collection[SubscriberId]) -> list[Trace]:
    rows = conn.execute(_TRACES, {"post": post, "subscribers": subscribers}).all()
    places = _places(conn, {row.place for row in rows})
    return [
        Trace(
            subscriber=row.subscriber,
            place=places[row.place],
            reason=Reason(row.reason),
            subject=row.subject,
            kind=None if row.kind is None else Kind(row.kind),
            state=None if row.state is None else State(row.state),
            queued_at=row.queued_at,
            shown_at=row.shown_at,
            diverted=row.parted == 1,
            error=row.error or "",
            lives=tuple(read_lives(row.lives or "[]")),
        )
        for row in rows
    ]


def listing(conn: Connection, states: Collection[State], limit: int) -> list[tuple[Place, Delivery]]:
    rows = conn.execute(_LISTING, {"states": [state.value for state in states], "limit": limit}).all()
    places = _places(conn, {row.place for row in rows})
    found = with_items(conn, rows, _ALL_RELEASED)
    return [(places[row.place], delivery) for row, delivery in zip(rows, found, strict=True)]


def wake(conn: Connection, id: DeliveryId, now: datetime) -> bool:
    """See `bridge.model.kept.Outbox.wake`. It has as long as a new live message to get there."""
    place = conn.execute(_BURIED_AT, {"id": id}).scalar()
    if place is None:
        return False
    conn.execute(_RESUME, {"which": place})
    make_due(conn, [place], now, live=True)
    return conn.execute(_WAKE, {"which": id, "until": now + LIVE_BUDGET}).rowcount == 1


def _first(conn: Connection, rows: Sequence[Row[Any]]) -> Delivery | None:
    return next(iter(with_items(conn, rows, _ALL_RELEASED)), None)


def _places(conn: Connection, ids: Collection[int]) -> dict[int, Place]:
    return {row.id: to_place(row) for row in conn.execute(_PLACES, {"places": ids})}
