"""Events of adapters, from before they are acknowledged until nobody repeats them any more. Their payloads come
encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.sql import NOW, among, number
from bridge.store.tables import InboxRow, Moment, table

INBOX = table(InboxRow)

_SPACE = INBOX.c.namespace == bindparam("space")
_ADD = add_if_new(INBOX)
_KEPT = select(INBOX.c.payload).where(_SPACE, INBOX.c.key == bindparam("name"))
_PICK = Ready(
    select(INBOX.c.key, INBOX.c.payload, INBOX.c.tries)
    .where(_SPACE, INBOX.c.payload.is_not(None), or_(INBOX.c.until.is_(None), INBOX.c.until <= NOW))
    .order_by(INBOX.c.at, INBOX.c.key)
    .limit(number("limit"))
    .with_for_update(skip_locked=True)  # SQLite has one writer and leaves it out
)
_TAKE = Ready(update(INBOX).where(_SPACE, among(INBOX.c.key, "keys")).values(until=bindparam("later", type_=Moment)))
# `until` names who has it: nobody else was given the same moment. `later` too, where the same closure runs again.
_HAD = (
    _SPACE,
    INBOX.c.key == bindparam("name"),
    INBOX.c.payload.is_not(None),
    or_(INBOX.c.until == bindparam("held", type_=Moment), INBOX.c.until == bindparam("later", type_=Moment)),
)
_RENEW = Ready(update(INBOX).where(*_HAD).values(until=bindparam("later", type_=Moment)))
_BEGIN = (
    update(INBOX)
    .where(*_HAD)
    .values(until=bindparam("later", type_=Moment), tries=INBOX.c.tries + 1)
    .returning(INBOX.c.tries)
)
_DONE = (
    update(INBOX)
    .where(_SPACE, INBOX.c.key == bindparam("name"), INBOX.c.payload.is_not(None))
    .values(payload=None, until=None, at=bindparam("when", type_=Moment))
)
_FORGET = delete(INBOX).where(INBOX.c.payload.is_(None), INBOX.c.at < bindparam("before"))


def remember(conn: Connection, namespace: str, key: str, payload: bytes, at: datetime, until: datetime) -> bool:
    """See `bridge.model.kept.Memory.remember`."""
    row = {"namespace": namespace, "key": key, "at": at, "payload": payload, "tries": 0, "until": until}
    if added(conn, _ADD, row):
        return True
    # No two encrypted payloads are equal: this one is kept already where the same closure runs again.
    return conn.execute(_KEPT, {"space": namespace, "name": key}).scalar() == payload


def take(conn: Connection, namespace: str, now: datetime, until: datetime, limit: int) -> list[tuple[str, bytes, int]]:
    """See `bridge.model.kept.Memory.take_remembered`."""
    found = _PICK.rows(conn, {"space": namespace, "now": now, "limit": limit})
    if found:
        _TAKE.change(conn, {"space": namespace, "keys": [row.key for row in found], "later": until})
    return [(row.key, bytes(row.payload), row.tries) for row in found]


def renew(conn: Connection, namespace: str, held: Mapping[str, datetime], until: datetime) -> set[str]:
    """See `bridge.model.kept.Memory.renew_remembered`."""
    asked = {"space": namespace, "later": until}
    return {key for key, since in held.items() if _RENEW.change(conn, {**asked, "name": key, "held": since})}


def begin(conn: Connection, namespace: str, key: str, held: datetime, until: datetime) -> int | None:
    """See `bridge.model.kept.Memory.begin_remembered`."""
    had = {"space": namespace, "name": key, "held": held, "later": until}
    tries: int | None = conn.execute(_BEGIN, had).scalar()
    return None if tries is None else tries - 1


def done(conn: Connection, namespace: str, key: str, at: datetime) -> None:
    """See `bridge.model.kept.Memory.done_with`."""
    conn.execute(_DONE, {"space": namespace, "name": key, "when": at})


def forget(conn: Connection, before: datetime) -> int:
    """See `bridge.model.kept.Memory.forget_done`."""
    return conn.execute(_FORGET, {"before": before}).rowcount
