"""What the courier writes: attempts before they are made, and what came of them. Fenced by each place's epoch, in a
bounded number of statements for any number of places.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Text,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from bridge.model.delivery import HOUR, LIVE_BUDGET, Kind, State
from bridge.model.ids import DeliveryId
from bridge.model.kept import Attempt, Result
from bridge.store.batch import Batch
from bridge.store.claiming import read_lives
from bridge.store.delivered import STALE
from bridge.store.ready import Ready
from bridge.store.rows import PLACE
from bridge.store.sql import DELIVERY, ITEM, LANE, NOW, ONE, ZERO, among, number, pairs, within, word
from bridge.store.tables import Moment, to_micros

_UNCLEAR = (State.SENDING, State.UNCERTAIN)
_UNSETTLED = (State.WAITING, *_UNCLEAR)

_FENCE = Ready(
    select(LANE.c.place, LANE.c.epoch, LANE.c.lives)
    .where(within(LANE.c.place, "places"))
    .order_by(LANE.c.place)
    .with_for_update(of=LANE)
)
_STATES = Ready(select(DELIVERY.c.id, DELIVERY.c.state).where(within(DELIVERY.c.id, "deliveries")))


def _add(row: Any, insert: Any) -> Any:
    values = {
        "place": row.place,
        "nonce": row.nonce,
        "kind": word(Kind.LIVE),
        "state": word(State.SENDING),
        "restless": true(),
        "created_at": NOW,
        "attempts": ONE,
        "first_tried_at": NOW,
        "tried_at": NOW,
        "deadline": bindparam("deadline", type_=Moment),
        "payload_rev": ONE,
        "plain": false(),
        "error": word(""),
    }
    new = select(*values.values()).where(ONE == ONE)
    return insert(DELIVERY).from_select(list(values), new).on_conflict_do_nothing(index_elements=["nonce"])


def _freeze(row: Any, _: Any) -> Any:
    waits = (ITEM.c.seq == row.which, ITEM.c.delivery.is_(None), ITEM.c.parted == ZERO)
    return update(ITEM).where(*waits).values(delivery=row.into, position=row.at, tried=row.rev)


def _try(row: Any, _: Any) -> Any:
    return update(ITEM).where(ITEM.c.seq == row.which).values(tried=row.rev)


def _attempt(row: Any, _: Any) -> Any:
    unclear = DELIVERY.c.state.in_([word(state) for state in _UNCLEAR])
    values = {
        "state": case((row.first, word(State.SENDING)), else_=DELIVERY.c.state),
        "attempts": DELIVERY.c.attempts + ONE,
        "first_tried_at": case((unclear, DELIVERY.c.first_tried_at), else_=NOW),
        "tried_at": NOW,
        "payload_tried": func.coalesce(row.rev, DELIVERY.c.payload_tried),
    }
    return update(DELIVERY).where(DELIVERY.c.id == row.which).values(values)


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
    }
    return update(LANE).where(LANE.c.place == row.which).values(values)


_ADD = Batch(_add, nonce=Text, place=BigInteger)
_ADDED = Ready(select(DELIVERY.c.nonce, DELIVERY.c.id).where(among(DELIVERY.c.nonce, "nonces")))
_FREEZE = Batch(_freeze, which=BigInteger, into=BigInteger, at=BigInteger, rev=BigInteger)
_TRY = Batch(_try, which=BigInteger, rev=BigInteger)
_ATTEMPT = Batch(_attempt, which=BigInteger, first=Boolean, rev=BigInteger)
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
        new = [{"nonce": attempt.nonce, "place": attempt.place} for _, attempt in fresh]
        _ADD.run(conn, new, now=now, deadline=now + LIVE_BUDGET)
        ids: dict[str, int] = pairs(_ADDED.tuples(conn, {"nonces": [a.nonce for _, a in fresh]}))
        begun.update({i: DeliveryId(ids[attempt.nonce]) for i, attempt in fresh})
        items = [
            {"which": seq, "into": begun[i], "at": at, "rev": rev}
            for i, attempt in fresh
            for at, (seq, rev) in enumerate(attempt.tries)
        ]
        _FREEZE.run(conn, items)
    again = [attempt for _, attempt in ours if attempt.delivery is not None]
    if again:
        states = _states(conn, [attempt.delivery for attempt in again])
        clear = [attempt for attempt in again if states.get(attempt.delivery) not in _UNCLEAR]
        _TRY.run(conn, [{"which": seq, "rev": rev} for attempt in clear for seq, rev in attempt.tries])
        payloads = {attempt.delivery: attempt.payload_rev for attempt in clear}
        tried = [{"which": a.delivery, "first": a.first, "rev": payloads.get(a.delivery)} for a in again]
        _ATTEMPT.run(conn, tried, now=now)
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
        _OUTCOME.run(conn, [_came(r, states[r.delivery], now) for r in came if r.delivery in states])
    _on(conn, _SHOWN, "deliveries", [r.delivery for r in came if r.shown], now=now)
    _on(conn, _TAKEN, "deliveries", [r.delivery for r in came if r.state is State.GONE])
    _on(conn, _GIVE_BACK, "seqs", [seq for r in ours if r.give_back for seq in r.drop])
    _on(conn, _PART, "seqs", [seq for r in ours if not r.give_back for seq in r.drop], how=2)
    _on(conn, _PART, "seqs", [seq for r in ours for seq in r.divert], how=1)
    _on(conn, _AT_REST, "deliveries", touched, now=now)
    _PAUSE.run(conn, [{"which": r.place, "why": r.pause} for r in ours if r.pause is not None])
    lives = {place: row.lives for place, row in fence.items()}
    for result in ours:
        if result.live_at is not None:
            lives[result.place] = _with_live(lives[result.place], result.live_at, now)
    _LANE.run(conn, [_next(r, lives[r.place]) for r in {r.place: r for r in ours}.values()])


def _fenced(conn: Connection, places: Iterable[int]) -> dict[int, Any]:
    """Locks the places, so that nobody claims them before this is committed."""
    return {row.place: row for row in _FENCE.rows(conn, {"places": sorted(set(places))})}


def _holds(fence: dict[int, Any], step: Attempt | Result) -> bool:
    return step.place in fence and fence[step.place].epoch == step.epoch


def _states(conn: Connection, deliveries: Sequence[int | None]) -> dict[int | None, str]:
    return pairs(_STATES.tuples(conn, {"deliveries": deliveries}))


def _on(conn: Connection, statement: Ready, name: str, ids: list[Any], **more: Any) -> None:
    if ids:
        statement.change(conn, {name: ids, **more})


def _came(result: Result, state: str, now: datetime) -> dict[str, Any]:
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
