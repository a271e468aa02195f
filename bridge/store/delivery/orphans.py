"""What a process that died still held. Nobody else can hold anything when a SQLite file is opened: it has one owner. On
PostgreSQL others may be at work, so there each lease runs out by itself."""

from __future__ import annotations

from sqlalchemy import Connection, update

from bridge.store.sql import LANE
from bridge.store.tables import InboxRow, LeaseRow, from_micros, table

_INBOX, _LEASE = table(InboxRow), table(LeaseRow)

_HELD = (
    # The epochs stay as they are: they only ever grow.
    update(LANE).where(LANE.c.leased_until.is_not(None)).values(owner=None, leased_until=None),
    update(_INBOX).where(_INBOX.c.until.is_not(None)).values(until=None),
    update(_LEASE).values(owner="", until=from_micros(0)),
)


def let_go(conn: Connection) -> None:
    """Places, events and leases are free again, at once rather than when their time is over."""
    for held in _HELD:
        conn.execute(held)
