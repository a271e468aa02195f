"""Counts of what waits, for /metrics: looked at every few seconds, so each is read off an index or a small table."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from bridge.model.delivery import State
from bridge.model.kept import Backlog
from bridge.store.engines.ready import Ready
from bridge.store.rows import PLACE
from bridge.store.sql import DELIVERY, ITEM, LANE, NOW, ZERO, word
from bridge.store.tables import from_micros

_A_PLACE = (
    select(ITEM.c.place, func.count().label("count"), func.min(ITEM.c.queued_at).label("since"))
    .where(ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)
    .group_by(ITEM.c.place)
    .subquery()
)
_ITEMS = Ready(
    select(PLACE.c.platform, func.sum(_A_PLACE.c.count), func.min(_A_PLACE.c.since))
    .join(_A_PLACE, _A_PLACE.c.place == PLACE.c.id)
    .group_by(PLACE.c.platform)
)
_DELIVERIES = Ready(
    select(PLACE.c.platform, func.count(), func.min(DELIVERY.c.created_at))
    .join(DELIVERY, DELIVERY.c.place == PLACE.c.id)
    .where(DELIVERY.c.state == word(State.WAITING), DELIVERY.c.restless)
    .group_by(PLACE.c.platform)
)
_LEASED = Ready(select(func.count()).where(LANE.c.due.is_not(None), LANE.c.leased_until > NOW))
_DUE = Ready(
    select(func.count(), func.min(LANE.c.due))
    .select_from(LANE.join(PLACE, PLACE.c.id == LANE.c.place))
    .where(
        LANE.c.due <= NOW,
        or_(LANE.c.free.is_(None), LANE.c.free <= NOW),
        or_(LANE.c.leased_until.is_(None), LANE.c.leased_until <= NOW),
        PLACE.c.paused.is_(None),
    )
)
_PAUSED = Ready(select(func.count()).where(PLACE.c.paused.is_not(None)))
_STATES = Ready(
    select(DELIVERY.c.state, func.count())
    .where(DELIVERY.c.state.in_([word(State.UNCERTAIN), word(State.BURIED)]))
    .group_by(DELIVERY.c.state)
)


def backlog(conn: Connection, now: datetime) -> Backlog:
    """See `bridge.model.kept.Outbox.backlog`."""
    waiting: Counter[str] = Counter()
    since: list[int] = []
    for asked in (_ITEMS, _DELIVERIES):
        for platform, count, oldest in asked.tuples(conn, {}):
            waiting[platform] += int(count)
            since.append(oldest)
    due, longest = _DUE.tuples(conn, {"now": now})[0]
    states = dict(_STATES.tuples(conn, {}))
    return Backlog(
        waiting=waiting,
        oldest_waiting=from_micros(min(since)) if since else None,
        leased=_LEASED.scalar(conn, {"now": now}),
        due=due,
        oldest_due=from_micros(longest) if longest is not None else None,
        paused=_PAUSED.scalar(conn, {}),
        uncertain=states.get(State.UNCERTAIN, 0),
        buried=states.get(State.BURIED, 0),
    )
