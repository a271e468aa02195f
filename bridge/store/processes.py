"""Which processes work on this database, and what time it is there.

Each stands as a lease of its own, named after what it does, which runs out by the database's clock when it dies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from bridge.store.tables import from_micros

MICROS_NOW = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
}
"""The database's own clock."""

BEGINS = "process"
_KEPT_MICROS = 60_000_000
"""Who did not come back for so long after its end has died."""

_NOW = {name: text(f"SELECT {now}") for name, now in MICROS_NOW.items()}
_ALIVE = {
    name: text(f"SELECT name FROM lease WHERE name LIKE '{BEGINS} %' AND until > {now}")
    for name, now in MICROS_NOW.items()
}
_BURY = {
    name: text(f"DELETE FROM lease WHERE name LIKE '{BEGINS} %' AND until < {now} - {_KEPT_MICROS}")
    for name, now in MICROS_NOW.items()
}
_LEAVE = text(f"DELETE FROM lease WHERE name LIKE '{BEGINS} %' AND owner = :owner")


def name_of(role: str, owner: str) -> str:
    return f"{BEGINS} {role} {owner}"


def alive(conn: Connection) -> Mapping[str, int]:
    """How many live, by role."""
    return Counter(name.split(" ", 2)[1] for (name,) in conn.execute(_ALIVE[conn.dialect.name]))


def bury(conn: Connection) -> None:
    """Forgets those that died: nobody needs their epochs."""
    conn.execute(_BURY[conn.dialect.name])


def leave(conn: Connection, owner: str) -> None:
    conn.execute(_LEAVE, {"owner": owner})


def clock(conn: Connection) -> datetime:
    return from_micros(conn.execute(_NOW[conn.dialect.name]).scalar_one())
