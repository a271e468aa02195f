"""Keeping digests: their deliveries and items, for any number of them in a handful of statements. What they may show is
chosen in `candidates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, false, select, true

from bridge.model.delivery import Kind, State
from bridge.model.ids import DeliveryId
from bridge.model.kept import Digest
from bridge.store.delivery.due import make_due
from bridge.store.engines.batch import Batch
from bridge.store.engines.ready import Ready
from bridge.store.rows import POST
from bridge.store.sql import DELIVERY, ITEM, NOW, ONE, ZERO, within, word
from bridge.store.tables import Moment

_AGAIN = ("delivery", "position", "parted", "reason", "subject", "place", "queued_at")


def _add(row: Any, insert: Any) -> Any:
    """Unless one of the same Slot or nonce is there."""
    values = {
        "place": row.place,
        "subscriber": row.subscriber,
        "slot_on": row.slot_on,
        "slot_at": row.slot_at,
        "nonce": row.nonce,
        "deadline": row.deadline,
        "kind": word(Kind.DIGEST),
        "state": word(State.WAITING),
        "restless": true(),
        "created_at": NOW,
        "attempts": ZERO,
        "payload_rev": ONE,
        "plain": false(),
        "error": word(""),
    }
    new = insert(DELIVERY).from_select(list(values), select(*values.values()).where(ONE == ONE))
    return new.on_conflict_do_nothing().returning(DELIVERY.c.nonce, DELIVERY.c.id)


def _add_items(row: Any, insert: Any) -> Any:
    """What was left to the digest is taken up again; anything else of that post and subscriber stays as it is."""
    columns = {
        "post": row.post,
        "position": row.position,
        "reason": row.reason,
        "subject": row.subject,
        "subscriber": row.subscriber,
        "place": row.place,
        "delivery": row.delivery,
        "queued_at": NOW,
        "parted": ZERO,
    }
    items = insert(ITEM).from_select(list(columns), select(*columns.values()).where(ONE == ONE))
    again = {name: items.excluded[name] for name in _AGAIN}
    return items.on_conflict_do_update(index_elements=["post", "subscriber"], set_=again, where=ITEM.c.parted == ONE)


_ADD = Batch(_add, nonce=Text, place=BigInteger, subscriber=BigInteger, slot_on=Text, slot_at=Text, deadline=Moment)
_ADD_ITEMS = Batch(
    _add_items,
    ("post", "subscriber"),
    post=BigInteger,
    subscriber=BigInteger,
    position=BigInteger,
    reason=Text,
    subject=BigInteger,
    place=BigInteger,
    delivery=BigInteger,
)
_THERE = Ready(select(POST.c.id).where(within(POST.c.id, "ids")))


def add_digests(conn: Connection, digests: Sequence[Digest], now: datetime) -> list[DeliveryId | None]:
    """See `bridge.model.kept.Outbox.add_digests`."""
    make_due(conn, [digest.plan.place for digest in digests], now, live=False)
    ids: dict[str, int] = dict(_ADD.tuples(conn, [_values(digest) for digest in digests], now=now))
    held = {candidate.post for digest in digests for candidate in digest.candidates}
    there = set(_THERE.column(conn, {"ids": held})) if held else set()
    items = [
        {
            "post": candidate.post,
            "subscriber": digest.plan.subscriber,
            "position": position,
            "reason": candidate.reason.value,
            "subject": candidate.subject,
            "place": digest.plan.place,
            "delivery": ids[digest.nonce],
        }
        for digest in digests
        if digest.nonce in ids
        for position, candidate in enumerate(digest.candidates)
        if candidate.post in there
    ]
    _ADD_ITEMS.run(conn, items, now=now)
    return [DeliveryId(ids[digest.nonce]) if digest.nonce in ids else None for digest in digests]


def _values(digest: Digest) -> dict[str, Any]:
    day, at = digest.slot_key or (None, None)
    return {
        "nonce": digest.nonce,
        "place": digest.plan.place,
        "subscriber": digest.plan.subscriber,
        "slot_on": day.isoformat() if day else None,
        "slot_at": at.isoformat("minutes") if at else None,
        "deadline": digest.deadline,
    }
