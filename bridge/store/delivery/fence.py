"""The fence of a place: rows are written only by whoever holds the newest epoch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from bridge.model.delivery import State
from bridge.model.kept import Attempt, Result
from bridge.store.engines.ready import Ready
from bridge.store.sql import DELIVERY, LANE, pairs, within

UNCLEAR = (State.SENDING, State.UNCERTAIN)

Fence = dict[int, Any]
"""Rows (place, epoch, lives) of locked lanes, by place."""

_FENCE = Ready(
    select(LANE.c.place, LANE.c.epoch, LANE.c.lives)
    .where(within(LANE.c.place, "places"))
    .order_by(LANE.c.place)
    .with_for_update(of=LANE)
)
_STATES = Ready(select(DELIVERY.c.id, DELIVERY.c.state).where(within(DELIVERY.c.id, "deliveries")))


def fenced(conn: Connection, places: Iterable[int]) -> Fence:
    """Locks the places, so that nobody claims them before this is committed."""
    return {row.place: row for row in _FENCE.rows(conn, {"places": sorted(set(places))})}


def holds(fence: Fence, step: Attempt | Result) -> bool:
    return step.place in fence and fence[step.place].epoch == step.epoch


def states_of(conn: Connection, deliveries: Sequence[int | None]) -> dict[int | None, str]:
    return pairs(_STATES.tuples(conn, {"deliveries": deliveries}))
