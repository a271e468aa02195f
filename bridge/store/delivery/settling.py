"""What the courier writes once it knows what came of an attempt, and what the place does next: a bounded number of
statements for any number of places.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Text,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from bridge.model.delivery import ARROWS, HOUR, State
from bridge.model.kept import Result
from bridge.store.delivery.claiming import read_lives
from bridge.store.delivery.delivered import STALE
from bridge.store.delivery.fence import UNCLEAR, Fence, holds, states_of
from bridge.store.delivery.gathering import gather
from bridge.store.engines.batch import Batch
from bridge.store.engines.ready import Ready
from bridge.store.rows import PLACE
from bridge.store.sql import DELIVERY, ITEM, LANE, NOW, ZERO, among, number, within, word
from bridge.store.tables import Moment, to_micros

_UNSETTLED = (State.WAITING, *UNCLEAR)


def _outcome(row: Any, _: Any) -> Any:
    values = {
        "state": row.to,
        "message": func.coalesce(row.stands, DELIVERY.c.message),
        "settled_at": func.coalesce(row.at, DELIVERY.c.settled_at),
        "payload_shown": case((row.is_shown, DELIVERY.c.payload_tried), else_=DELIVERY.c.payload_shown),
        "error": row.why,
        "plain": func.coalesce(row.as_plain, DELIVERY.c.plain),
    }
    return update(DELIVERY).where(DELIVERY.c.id == row.which).values(values)


def _pause(row: Any, _: Any) -> Any:
    return update(PLACE).where(PLACE.c.id == row.which).values(paused=row.why)


def _lane(row: Any, _: Any) -> Any:
    values = {
        "owner": case((row.release, None), else_=LANE.c.owner),
        "leased_until": case((row.release, None), else_=LANE.c.leased_until),
        # Touched since the claim: what came in meanwhile has not been looked at, so the place stays due.
        "due": case(
            (row.stops, None),
            (row.release & (LANE.c.touched == LANE.c.seen), row.next),
            else_=LANE.c.due,
        ),
        "free": func.coalesce(row.free_at, LANE.c.free),
        "failures": row.failed,
        "lives": row.went,
        "pace": func.coalesce(row.paced, LANE.c.pace),
        "backlog": row.remains + LANE.c.touched - LANE.c.seen,
    }
    return update(LANE).where(LANE.c.place == row.which).values(values)


_OUTCOME = Batch(
    _outcome, which=BigInteger, to=Text, stands=Text, at=Moment, is_shown=Boolean, why=Text, as_plain=Boolean
)
_PAUSE = Batch(_pause, which=BigInteger, why=Text)
_LANE = Batch(
    _lane,
    which=BigInteger,
    release=Boolean,
    stops=Boolean,
    next=Moment,
    free_at=Moment,
    failed=BigInteger,
    went=Text,
    paced=Text,
    remains=BigInteger,
)
_OWNERS = Ready(
    select(DELIVERY.c.id, DELIVERY.c.place, DELIVERY.c.message).where(
        within(DELIVERY.c.place, "places"), among(DELIVERY.c.message, "messages")
    )
)
_SHOWN = Ready(
    update(ITEM)
    .where(within(ITEM.c.delivery, "deliveries"), ITEM.c.parted == ZERO)
    .values(
        shown=ITEM.c.tried,
        shown_at=case((ITEM.c.tried.is_(None), ITEM.c.shown_at), else_=func.coalesce(ITEM.c.shown_at, NOW)),
    )
)
_TAKEN = Ready(update(ITEM).where(within(ITEM.c.delivery, "deliveries")).values(shown=None))
_GIVE_BACK = Ready(delete(ITEM).where(within(ITEM.c.seq, "seqs")))
_PART = Ready(update(ITEM).where(within(ITEM.c.seq, "seqs")).values(parted=number("how")))
_AT_REST = Ready(
    update(DELIVERY)
    .where(within(DELIVERY.c.id, "deliveries"))
    .values(
        restless=or_(
            DELIVERY.c.state.in_([word(state) for state in _UNSETTLED]),
            (DELIVERY.c.state == word(State.SETTLED)) & STALE,
        )
    )
)


def settle(conn: Connection, results: Sequence[Result], now: datetime, fence: Fence) -> None:
    """See `bridge.model.kept.Outbox.settle`. Of several results for a place the last says what the place does next."""
    ours = _believable(conn, [result for result in results if holds(fence, result)])
    if not ours:
        return
    came = [result for result in ours if result.delivery is not None]
    touched = [result.delivery for result in came if result.delivery is not None]
    if came:
        states = states_of(conn, touched)
        _OUTCOME.run(conn, [_came(r, states[r.delivery], now) for r in came if r.delivery in states])
    _on(conn, _SHOWN, "deliveries", [r.delivery for r in came if r.shown], now=now)
    _on(conn, _TAKEN, "deliveries", [r.delivery for r in came if r.state is State.GONE])
    _on(conn, _GIVE_BACK, "seqs", [seq for r in ours if r.give_back for seq in r.drop])
    _on(conn, _PART, "seqs", [seq for r in ours if not r.give_back for seq in r.drop], how=2)
    _on(conn, _PART, "seqs", [seq for r in ours for seq in r.divert], how=1)
    _on(conn, _AT_REST, "deliveries", touched, now=now)
    for result in ours:
        if result.gathered is not None:
            gather(conn, result.place, result.gathered, now)
    _PAUSE.run(conn, [{"which": r.place, "why": r.pause} for r in ours if r.pause is not None])
    lives = {place: row.lives for place, row in fence.items()}
    for result in ours:
        if result.live_at is not None:
            lives[result.place] = _with_live(lives[result.place], result.live_at, now)
    _LANE.run(conn, [_next(r, lives[r.place]) for r in {r.place: r for r in ours}.values()])


def _believable(conn: Connection, results: list[Result]) -> list[Result]:
    """The same, but a message id that another delivery of the place has is not believed: that one is buried, and does
    not stand in the way of the others."""
    named = [result for result in results if result.message is not None]
    asked = {"places": [r.place for r in named], "messages": [r.message for r in named]}
    owner = {(place, message): id for id, place, message in _OWNERS.tuples(conn, asked)} if named else {}
    believed = []
    for result in results:
        if (
            result.message is not None
            and owner.setdefault((result.place, result.message), result.delivery) != result.delivery
        ):
            why = f"the platform named it {result.message}, as it has named another message there"
            result = replace(result, state=State.BURIED, message=None, shown=False, error=why)
        believed.append(result)
    return believed


def _on(conn: Connection, statement: Ready, name: str, ids: list[Any], **more: Any) -> None:
    if ids:
        statement.change(conn, {name: ids, **more})


def _came(result: Result, state: str, now: datetime) -> dict[str, Any]:
    to, why = state if result.state is None else result.state.value, result.error
    if result.state is not None and result.state not in ARROWS[State(state)]:
        to, why = state, f"it was to go from {state} to {result.state}, which no delivery does"
    return {
        "which": result.delivery,
        "to": to,
        "stands": result.message,
        "at": now if result.state is State.SETTLED and state != State.SETTLED else None,
        "is_shown": result.shown,
        "why": why,
        "as_plain": result.plain,
    }


def _with_live(kept: str, at: datetime, now: datetime) -> str:
    return json.dumps([to_micros(live) for live in [*read_lives(kept), at] if now - live < HOUR])


def _next(result: Result, lives: str) -> dict[str, Any]:
    return {
        "which": result.place,
        "release": result.release,
        "stops": result.pause is not None,
        "next": result.due,
        "free_at": result.free,
        "failed": result.failures,
        "went": lives,
        "paced": result.pace,
        "remains": result.left,
    }
