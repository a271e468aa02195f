"""Claiming places for the courier, and loading what it needs to decide their next step: a handful of statements for
any number of places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)

from bridge.model.delivery import HOUR, Delivery, Item, Lane
from bridge.model.ids import PlaceId
from bridge.store.delivery.delivered import ITEMS, to_item, with_items
from bridge.store.engines.ready import Ready
from bridge.store.rows import ACCOUNT, PLACE, to_place
from bridge.store.sql import (
    DELIVERY,
    ITEM,
    LANE,
    NOW,
    SCHEDULE,
    ZERO,
    Engine,
    among,
    each,
    engine_of,
    number,
    pairs,
    within,
)
from bridge.store.tables import RANK, Moment, from_micros

FIRST_ITEMS = 12
"""Waiting items loaded of a place: at most ten join in one message."""

_RANK = re.sub(r"\b(due|live|backlog)\b", r"lane.\1", RANK)
_PICK = Ready(
    select(LANE.c.place)
    .join(PLACE, PLACE.c.id == LANE.c.place)
    .where(
        LANE.c.due <= NOW,
        or_(LANE.c.free.is_(None), LANE.c.free <= NOW),
        or_(LANE.c.leased_until.is_(None), LANE.c.leased_until <= NOW, LANE.c.owner == bindparam("by")),
        PLACE.c.paused.is_(None),
        not_(within(LANE.c.place, "but")),
        not_(among(PLACE.c.platform, "full")),
    )
    .order_by(literal_column(_RANK), LANE.c.place)
    .limit(number("limit"))
    .with_for_update(of=LANE, skip_locked=True)  # SQLite has one writer and knows no such words
)
_TAKE = Ready(
    update(LANE)
    .where(within(LANE.c.place, "places"))
    .values(
        owner=bindparam("by"),
        epoch=LANE.c.epoch + 1,
        seen=LANE.c.touched,
        leased_until=bindparam("until", type_=Moment),
    )
)
_RENEW = Ready(
    update(LANE)
    .where(within(LANE.c.place, "places"), LANE.c.owner == bindparam("by"))
    .values(leased_until=bindparam("until", type_=Moment))
)
_DIGESTS = (
    select(SCHEDULE.c.subscriber)
    .where(SCHEDULE.c.subscriber == func.coalesce(ACCOUNT.c.person, PLACE.c.id), SCHEDULE.c.enabled)
    .correlate(ACCOUNT, PLACE)
    .exists()
)
_LANES = Ready(
    select(PLACE, LANE.c.epoch, LANE.c.failures, LANE.c.lives, LANE.c.pace, ACCOUNT.c.person, _DIGESTS.label("digests"))
    .select_from(LANE.join(PLACE, PLACE.c.id == LANE.c.place).outerjoin(ACCOUNT, ACCOUNT.c.id == PLACE.c.account))
    .where(within(LANE.c.place, "places"))
)
_RESTLESS = Ready(
    select(DELIVERY).where(within(DELIVERY.c.place, "places"), DELIVERY.c.restless).order_by(DELIVERY.c.id)
)
_BACKLOG = Ready(
    select(ITEM.c.place, func.count())
    .where(within(ITEM.c.place, "places"), ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)
    .group_by(ITEM.c.place)
)


def claim(
    conn: Connection,
    owner: str,
    now: datetime,
    until: datetime,
    limit: int,
    but: Collection[PlaceId] = (),
    full: Collection[str] = (),
) -> list[Lane]:
    """See `bridge.model.kept.Outbox.claim`. In the order in which they are to be served."""
    places = _PICK.column(conn, {"now": now, "by": owner, "limit": limit, "but": but, "full": full})
    if not places:
        return []
    _TAKE.change(conn, {"places": places, "by": owner, "until": until})
    found = _load(conn, places, now)
    return [found[place] for place in places]


def renew(conn: Connection, owner: str, places: Collection[PlaceId], until: datetime) -> None:
    """The leases that `owner` still has. The places are locked."""
    _RENEW.change(conn, {"places": places, "by": owner, "until": until})


def lanes(conn: Connection, places: Mapping[PlaceId, int], now: datetime) -> list[Lane]:
    """See `bridge.model.kept.Outbox.lanes`."""
    found = _load(conn, places, now) if places else {}
    return [found[place] for place, epoch in places.items() if place in found and found[place].epoch == epoch]


def _load(conn: Connection, places: Collection[int], now: datetime) -> dict[int, Lane]:
    asked = {"places": places, "now": now}
    restless = _RESTLESS.rows(conn, asked)
    deliveries: dict[int, list[Delivery]] = {}
    for row, delivery in zip(restless, with_items(conn, restless, now), strict=True):
        deliveries.setdefault(row.place, []).append(delivery)
    waiting: dict[int, list[Item]] = {}
    for row in _waiting(engine_of(conn)).rows(conn, asked):
        waiting.setdefault(row.place, []).append(to_item(row))
    counts = {place: len(items) for place, items in waiting.items()}
    if many := [place for place, count in counts.items() if count == FIRST_ITEMS]:
        counts.update(pairs(_BACKLOG.tuples(conn, {"places": many})))
    return {
        row.id: Lane(
            place=to_place(row),
            epoch=row.epoch,
            deliveries=tuple(deliveries.get(row.id, ())),
            waiting=tuple(waiting.get(row.id, ())),
            waiting_count=counts.get(row.id, 0),
            lives=tuple(at for at in read_lives(row.lives) if now - at < HOUR),
            person=row.person,
            digests=bool(row.digests),
            failures=row.failures,
            pace=row.pace,
        )
        for row in _LANES.rows(conn, asked)
    }


def read_lives(kept: str) -> list[datetime]:
    return [] if kept == "[]" else [from_micros(micros) for micros in json.loads(kept)]


@lru_cache
def _waiting(engine: Engine) -> Ready:
    """The first waiting items of each place, by `seq`."""
    place, first = each(engine, "places"), ITEM.alias()
    newest = (
        select(first.c.seq)
        .where(first.c.place == place.c.value, first.c.delivery.is_(None), first.c.parted == ZERO)
        .order_by(first.c.seq)
        .limit(literal_column(str(FIRST_ITEMS)))
        .correlate(place)
    )
    if engine == "sqlite":
        return Ready(ITEMS.join(place, ITEM.c.seq.in_(newest)).order_by(ITEM.c.seq))
    of_place = newest.lateral()
    of_all = ITEMS.where(ITEM.c.seq == of_place.c.seq).select_from(place.join(of_place, true()))
    return Ready(of_all.order_by(ITEM.c.seq))
