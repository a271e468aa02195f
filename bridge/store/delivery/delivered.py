"""Deliveries with their items, as values: the loading that claims, lists and looks-up share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select

from bridge.model.delivery import Delivery, Item, Kind, Reason, State
from bridge.model.place import Circle
from bridge.store.engines.ready import Ready
from bridge.store.rows import ACCOUNT, PERSON, PLACE, POST
from bridge.store.sql import DELIVERY, ITEM, ONE, ZERO, within, word
from bridge.store.visibility import visible

_OWN = PLACE.outerjoin(ACCOUNT, ACCOUNT.c.id == PLACE.c.account).outerjoin(PERSON, PERSON.c.id == ACCOUNT.c.person)

OF_PLACE = and_(PLACE.c.id == ITEM.c.place)
GONE: ColumnElement[bool] = not_(
    # A channel's circle and members are looked at when something is sent there.
    func.coalesce(
        visible(POST, ACCOUNT.c.person, or_(PLACE.c.account.is_(None), PERSON.c.circle == word(Circle.TEAM))), False
    )
)
"""The post was deleted, or its audience leaves the item's place out."""

ITEMS: Select[Any] = select(
    ITEM.c.seq,
    ITEM.c.place,
    ITEM.c.delivery,
    ITEM.c.post,
    ITEM.c.reason,
    ITEM.c.subject,
    ITEM.c.queued_at,
    ITEM.c.shown,
    ITEM.c.tried,
    POST.c.revision,
    GONE.label("gone"),
).select_from(ITEM.join(POST, POST.c.id == ITEM.c.post).join(_OWN, OF_PLACE))
"""Needs the parameter `now`."""

_HELD = Ready(
    ITEMS.where(within(ITEM.c.delivery, "deliveries"), ITEM.c.parted == ZERO).order_by(
        ITEM.c.delivery, ITEM.c.position, ITEM.c.seq
    )
)
STALE: ColumnElement[bool] = or_(
    and_(DELIVERY.c.kind == word(Kind.NOTICE), DELIVERY.c.payload_shown.is_distinct_from(DELIVERY.c.payload_rev)),
    select(ITEM.c.seq)
    .select_from(ITEM.join(POST, POST.c.id == ITEM.c.post).join(_OWN, OF_PLACE))
    .where(
        ITEM.c.delivery == DELIVERY.c.id,
        ITEM.c.parted == ZERO,
        or_(and_(GONE, ITEM.c.shown.is_not(None)), and_(not_(GONE), ITEM.c.shown.is_distinct_from(POST.c.revision))),
    )
    .correlate(DELIVERY)
    .limit(ONE)
    .scalar_subquery()
    # As EXISTS, PostgreSQL may answer it for all deliveries there are, to look up a few.
    .is_not(None),
)
"""What `Delivery.stale` says, in SQL. Needs the parameter `now`."""


def to_item(row: Any) -> Item:
    return Item(
        seq=row.seq,
        post=row.post,
        reason=Reason(row.reason),
        wanted=row.revision,
        created_at=row.queued_at,
        subject=row.subject,
        shown=row.shown,
        tried=row.tried,
        gone=bool(row.gone),
    )


def with_items(conn: Connection, rows: Sequence[Any], now: object) -> list[Delivery]:
    """Deliveries from rows that have all columns of DELIVERY, in the same order."""
    if not rows:
        return []
    items: dict[int, list[Item]] = {}
    for row in _HELD.rows(conn, {"deliveries": [row.id for row in rows], "now": now}):
        items.setdefault(row.delivery, []).append(to_item(row))
    return [_to_delivery(row, items.get(row.id, ())) for row in rows]


def _to_delivery(row: Any, items: Iterable[Item]) -> Delivery:
    return Delivery(
        id=row.id,
        kind=Kind(row.kind),
        state=State(row.state),
        nonce=row.nonce,
        created_at=row.created_at,
        items=tuple(items),
        attempts=row.attempts,
        tried_at=row.tried_at,
        deadline=row.deadline,
        message=row.message,
        payload=row.payload,
        payload_rev=row.payload_rev,
        payload_shown=row.payload_shown,
        plain=row.plain,
        error=row.error,
        subscriber=row.subscriber,
        first_tried_at=row.first_tried_at,
    )
