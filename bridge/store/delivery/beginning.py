"""What the courier writes before it asks a platform: attempts, so that a crash leaves a trace of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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

from bridge.model.delivery import LIVE_BUDGET, Kind, State
from bridge.model.ids import DeliveryId
from bridge.model.kept import Attempt
from bridge.store.delivery.fence import UNCLEAR, Fence, holds, states_of
from bridge.store.engines.batch import Batch
from bridge.store.engines.ready import Ready
from bridge.store.sql import DELIVERY, ITEM, LANE, NOW, ONE, ZERO, among, pairs, within, word
from bridge.store.tables import Moment


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
    # In it already where the same closure runs again.
    waits = or_(ITEM.c.delivery.is_(None), ITEM.c.delivery == row.into)
    into = {"delivery": row.into, "position": row.at, "tried": row.rev}
    return update(ITEM).where(ITEM.c.seq == row.which, waits, ITEM.c.parted == ZERO).values(into).returning(row.into)


def _try(row: Any, _: Any) -> Any:
    return update(ITEM).where(ITEM.c.seq == row.which).values(tried=row.rev)


def _attempt(row: Any, _: Any) -> Any:
    unclear = DELIVERY.c.state.in_([word(state) for state in UNCLEAR])
    values = {
        "state": case((row.first, word(State.SENDING)), else_=DELIVERY.c.state),
        "attempts": DELIVERY.c.attempts + ONE,
        "first_tried_at": case((unclear, DELIVERY.c.first_tried_at), else_=NOW),
        "tried_at": NOW,
        "payload_tried": func.coalesce(row.rev, DELIVERY.c.payload_tried),
    }
    return update(DELIVERY).where(DELIVERY.c.id == row.which).values(values)


_ADD = Batch(_add, nonce=Text, place=BigInteger)
_ADDED = Ready(select(DELIVERY.c.nonce, DELIVERY.c.id).where(among(DELIVERY.c.nonce, "nonces")))
_THAW = Ready(
    update(ITEM).where(within(ITEM.c.delivery, "deliveries")).values(delivery=None, position=ZERO, tried=None)
)
_UNDO = Ready(delete(DELIVERY).where(within(DELIVERY.c.id, "deliveries")))
_LET_GO = Ready(update(LANE).where(within(LANE.c.place, "places")).values(owner=None, leased_until=None))
_FREEZE = Batch(_freeze, which=BigInteger, into=BigInteger, at=BigInteger, rev=BigInteger)
_TRY = Batch(_try, which=BigInteger, rev=BigInteger)
_ATTEMPT = Batch(_attempt, which=BigInteger, first=Boolean, rev=BigInteger)


def begin(conn: Connection, attempts: Sequence[Attempt], now: datetime, fence: Fence) -> dict[int, DeliveryId]:
    """See `bridge.model.kept.Outbox.begin`.

    While an earlier attempt is uncertain, the revisions it tried stay on record: if that message is there, those are
    what it shows.
    """
    ours = [(i, attempt) for i, attempt in enumerate(attempts) if holds(fence, attempt)]
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
        frozen = Counter(into for (into,) in _FREEZE.tuples(conn, items))
        torn = {i: attempt for i, attempt in fresh if frozen[begun[i]] < len(attempt.tries)}
        if torn:
            # Its message would stand there with nothing that leads to it.
            undone = {"deliveries": [begun.pop(i) for i in torn]}
            _THAW.change(conn, undone)
            _UNDO.change(conn, undone)
            _LET_GO.change(conn, {"places": [attempt.place for attempt in torn.values()]})
    again = [attempt for _, attempt in ours if attempt.delivery is not None]
    if again:
        states = states_of(conn, [attempt.delivery for attempt in again])
        clear = [attempt for attempt in again if states.get(attempt.delivery) not in UNCLEAR]
        _TRY.run(conn, [{"which": seq, "rev": rev} for attempt in clear for seq, rev in attempt.tries])
        payloads = {attempt.delivery: attempt.payload_rev for attempt in clear}
        tried = [{"which": a.delivery, "first": a.first, "rev": payloads.get(a.delivery)} for a in again]
        _ATTEMPT.run(conn, tried, now=now)
    return begun
