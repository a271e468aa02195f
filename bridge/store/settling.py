"""What the courier writes: attempts before they are made, and what came of them. Fenced by each place's epoch, in a
bounded number of statements for any number of places.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model.delivery import HOUR, LIVE_BUDGET, Kind, State
from bridge.model.ids import DeliveryId
from bridge.model.kept import Attempt, Result
from bridge.store.claiming import read_lives
from bridge.store.delivered import STALE
from bridge.store.rows import PLACE
from bridge.store.sql import DELIVERY, ITEM, LANE, NOW, ZERO, engine_of, number, pairs, within, word
from bridge.store.tables import Moment, to_micros

_UNCLEAR = (State.SENDING, State.UNCERTAIN)
_UNSETTLED = (State.WAITING, *_UNCLEAR)

_FENCE = (
    select(LANE.c.place, LANE.c.epoch, LANE.c.lives)
    .where(within(LANE.c.place, "places"))
    .order_by(LANE.c.place)
    .with_for_update(of=LANE)
)
_STATES = select(DELIVERY.c.id, DELIVERY.c.state).where(within(DELIVERY.c.id, "deliveries"))
_ADD = {
    "sqlite": sqlite.insert(DELIVERY).on_conflict_do_nothing(index_elements=["nonce"]),
    "postgresql": postgresql.insert(DELIVERY).on_conflict_do_nothing(index_elements=["nonce"]),
}
_ADDED = select(DELIVERY.c.nonce, DELIVERY.c.id).where(DELIVERY.c.nonce.in_(bindparam("nonces", expanding=True)))
_FREEZE = (
    update(ITEM)
    .where(ITEM.c.seq == number("which"), ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)
    .values(delivery=number("into"), position=number("at"), tried=number("rev"))
)
_TRY = update(ITEM).where(ITEM.c.seq == number("which")).values(tried=number("rev"))
_unclear = DELIVERY.c.state.in_([word(state) for state in _UNCLEAR])
_ATTEMPT = (
    update(DELIVERY)
    .where(DELIVERY.c.id == number("which"))
    .values(
        state=case((bindparam("first", type_=Boolean), word(State.SENDING)), else_=DELIVERY.c.state),
        attempts=DELIVERY.c.attempts + 1,
        first_tried_at=case((_unclear, DELIVERY.c.first_tried_at), else_=bindparam("at", type_=Moment)),
        tried_at=bindparam("at", type_=Moment),
        payload_tried=func.coalesce(number("rev"), DELIVERY.c.payload_tried),
    )
)

_OUTCOME = (
    update(DELIVERY)
    .where(DELIVERY.c.id == number("which"))
    .values(
        state=bindparam("to"),
        message=func.coalesce(bindparam("stands", type_=DELIVERY.c.message.type), DELIVERY.c.message),
        settled_at=func.coalesce(bindparam("at", type_=Moment), DELIVERY.c.settled_at),
        payload_shown=case(
            (bindparam("is_shown", type_=Boolean), DELIVERY.c.payload_tried), else_=DELIVERY.c.payload_shown
        ),
        error=bindparam("why"),
        plain=func.coalesce(bindparam("as_plain", type_=Boolean), DELIVERY.c.plain),
    )
)
_SHOWN = (
    update(ITEM)
    .where(within(ITEM.c.delivery, "deliveries"), ITEM.c.parted == ZERO)
    .values(
        shown=ITEM.c.tried,
        shown_at=case((ITEM.c.tried.is_(None), ITEM.c.shown_at), else_=func.coalesce(ITEM.c.shown_at, NOW)),
    )
)
_TAKEN = update(ITEM).where(within(ITEM.c.delivery, "deliveries")).values(shown=None)
_GIVE_BACK = delete(ITEM).where(within(ITEM.c.seq, "seqs"))
_PART = update(ITEM).where(within(ITEM.c.seq, "seqs")).values(parted=number("how"))
_AT_REST = (
    update(DELIVERY)
    .where(within(DELIVERY.c.id, "deliveries"))
    .values(
        restless=or_(
            DELIVERY.c.state.in_([word(state) for state in _UNSETTLED]),
            (DELIVERY.c.state == word(State.SETTLED)) & STALE,
        )
    )
)
_PAUSE = update(PLACE).where(PLACE.c.id == number("which")).values(paused=bindparam("why"))
_lets_go = bindparam("release", type_=Boolean)
_LANE = (
    update(LANE)
    .where(LANE.c.place == number("which"))
    .values(
        owner=case((_lets_go, None), else_=LANE.c.owner),
        leased_until=case((_lets_go, None), else_=LANE.c.leased_until),
        # Touched since the claim: what came in meanwhile has not been looked at, so the place stays due.
        due=case(
            (bindparam("stops", type_=Boolean), None),
            (_lets_go & (LANE.c.touched == LANE.c.seen), bindparam("next", type_=Moment)),
            else_=LANE.c.due,
        ),
        free=func.coalesce(bindparam("free_at", type_=Moment), LANE.c.free),
        failures=bindparam("failed"),
        lives=bindparam("went"),
        pace=func.coalesce(bindparam("paced", type_=LANE.c.pace.type), LANE.c.pace),
    )
)


def begin(conn: Connection, attempts: Sequence[Attempt], now: datetime) -> dict[int, DeliveryId]:
    """See `bridge.model.kept.Outbox.begin`.

    While an earlier attempt is uncertain, the revisions it tried stay on record: if that message is there, those are
    what it shows.
    """
    fence = _fenced(conn, [attempt.place for attempt in attempts])
    ours = [(i, attempt) for i, attempt in enumerate(attempts) if _holds(fence, attempt)]
    begun = {i: attempt.delivery for i, attempt in ours if attempt.delivery is not None}
    fresh = [(i, attempt) for i, attempt in ours if attempt.delivery is None]
    if fresh:
        conn.execute(_ADD[engine_of(conn)], [_new(attempt, now) for _, attempt in fresh])
        ids: dict[str, int] = pairs(conn.execute(_ADDED, {"nonces": [a.nonce for _, a in fresh]}))
        begun.update({i: DeliveryId(ids[attempt.nonce]) for i, attempt in fresh})
        _each(
            conn,
            _FREEZE,
            [
                {"which": seq, "into": begun[i], "at": at, "rev": rev}
                for i, attempt in fresh
                for at, (seq, rev) in enumerate(attempt.tries)
            ],
        )
    again = [attempt for _, attempt in ours if attempt.delivery is not None]
    if again:
        states = _states(conn, [attempt.delivery for attempt in again])
        clear = [attempt for attempt in again if states.get(attempt.delivery) not in _UNCLEAR]
        _each(conn, _TRY, [{"which": seq, "rev": rev} for attempt in clear for seq, rev in attempt.tries])
        payloads = {attempt.delivery: attempt.payload_rev for attempt in clear}
        _each(
            conn,
            _ATTEMPT,
            [{"which": a.delivery, "first": a.first, "at": now, "rev": payloads.get(a.delivery)} for a in again],
        )
    return begun


def settle(conn: Connection, results: Sequence[Result], now: datetime) -> None:
    """See `bridge.model.kept.Outbox.settle`. Of several results for a place the last says what the place does next."""
    fence = _fenced(conn, [result.place for result in results])
    ours = [result for result in results if _holds(fence, result)]
    if not ours:
        return
    came = [result for result in ours if result.delivery is not None]
    touched = [result.delivery for result in came if result.delivery is not None]
    if came:
        states = _states(conn, touched)
        _each(conn, _OUTCOME, [_outcome(r, states[r.delivery], now) for r in came if r.delivery in states])
    _on(conn, _SHOWN, "deliveries", [r.delivery for r in came if r.shown], now=now)
    _on(conn, _TAKEN, "deliveries", [r.delivery for r in came if r.state is State.GONE])
    _on(conn, _GIVE_BACK, "seqs", [seq for r in ours if r.give_back for seq in r.drop])
    _on(conn, _PART, "seqs", [seq for r in ours if not r.give_back for seq in r.drop], how=2)
    _on(conn, _PART, "seqs", [seq for r in ours for seq in r.divert], how=1)
    _on(conn, _AT_REST, "deliveries", touched, now=now)
    _each(conn, _PAUSE, [{"which": r.place, "why": r.pause} for r in ours if r.pause is not None])
    lives = {place: row.lives for place, row in fence.items()}
    for result in ours:
        if result.live_at is not None:
            lives[result.place] = _with_live(lives[result.place], result.live_at, now)
    _each(conn, _LANE, [_next(r, lives[r.place]) for r in {r.place: r for r in ours}.values()])


def _fenced(conn: Connection, places: Iterable[int]) -> dict[int, Any]:
    """Locks the places, so that nobody claims them before this is committed."""
    return {row.place: row for row in conn.execute(_FENCE, {"places": sorted(set(places))})}


def _holds(fence: dict[int, Any], step: Attempt | Result) -> bool:
    return step.place in fence and fence[step.place].epoch == step.epoch


def _states(conn: Connection, deliveries: Sequence[int | None]) -> dict[int | None, str]:
    return {row.id: row.state for row in conn.execute(_STATES, {"deliveries": deliveries})}


def _each(conn: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        conn.execute(statement, rows)


def _on(conn: Connection, statement: Any, name: str, ids: list[Any], **more: Any) -> None:
    if ids:
        conn.execute(statement, {name: ids, **more})


def _new(attempt: Attempt, now: datetime) -> dict[str, Any]:
    return {
        "place": attempt.place,
        "kind": Kind.LIVE.value,
        "state": State.SENDING.value,
        "restless": True,
        "nonce": attempt.nonce,
        "created_at": now,
        "attempts": 1,
        "first_tried_at": now,
        "tried_at": now,
        "deadline": now + LIVE_BUDGET,
        "payload_rev": 1,
        "plain": False,
        "error": "",
    }


def _outcome(result: Result, state: str, now: datetime) -> dict[str, Any]:
    return {
        "which": result.delivery,
        "to": state if result.state is None else result.state.value,
        "stands": result.message,
        "at": now if result.state is State.SETTLED and state != State.SETTLED else None,
        "is_shown": result.shown,
        "why": result.error,
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
    }
