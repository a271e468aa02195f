"""Databases to try things on, and looks into them from outside. Empty ones of both kinds come from tests/bench."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, create_engine, text

from bridge.model.clock import SystemClock
from bridge.model.errors import StoreError
from bridge.store.tables import to_micros
from bridge.store.tx import open_store
from tests.bench.database import engines as found
from tests.proof.means.findings import Missing, missing

T = TypeVar("T")


def engines() -> list[str]:
    """SQLite, and PostgreSQL where one answers; where it is required, AssertionError for one that does not."""
    engines = found()
    if "postgresql" not in engines:
        with contextlib.suppress(Missing):
            missing("postgres", "none answers")
    return engines


OnItsWay = tuple[str, str, int]
"""Workspace and nonce of a message of which it is not known whether it stands, and when it was first sent so: sent anew
since nobody could look for it, it is on its way once more."""


async def unclear(url: str) -> set[OnItsWay]:
    """On their way at a crash."""
    return await _looked(url, _unclear)


async def at_rest(url: str, seconds: float) -> bool:
    """Waits until nothing is left to do; False where that takes longer."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if await _looked(url, _rests):
                return True
        except StoreError:
            pass
        await asyncio.sleep(0.2)
    return False


def make_due(url: str, channel: str, at: datetime) -> None:
    """The channel's digest is due since `at`, in a minute of its own: each Slot is sent once. While no process has the
    file open."""
    slot = {"on": f"{at:%Y-%m-%d}", "at": f"{at:%H:%M}", "due": to_micros(at)}
    engine = create_engine(url if url.startswith("sqlite") else url.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.begin() as conn:
        done = conn.execute(
            text(
                "UPDATE schedule SET slot_on = :on, slot_at = :at, slot_due = :due, due = :due "
                "WHERE place = (SELECT id FROM place WHERE key = :key AND platform = 'discord')"
            ),
            slot | {"key": channel},
        )
        assert done.rowcount == 1
    engine.dispose()


def kept_of(url: str, word: str) -> list[str]:
    """Whatever is kept of an update that holds this word: itself, its items, their deliveries, the places' lanes."""
    engine = create_engine(url if url.startswith("sqlite") else url.replace("postgresql:", "postgresql+psycopg:", 1))
    post = "(SELECT id FROM post WHERE text LIKE :word)"
    item, found = f"item WHERE post IN {post}", list[str]()
    with engine.connect() as conn:
        for table, which in (
            ("post", f"id IN {post}"),
            ("item", f"post IN {post}"),
            ("delivery", f"id IN (SELECT delivery FROM {item})"),
            ("lane", f"place IN (SELECT place FROM {item})"),
        ):
            rows = conn.execute(text(f"SELECT * FROM {table} WHERE {which}"), {"word": f"%{word}%"}).mappings()
            found += [f"{table}: { {name: value for name, value in row.items() if value is not None} }" for row in rows]
    engine.dispose()
    return found or ["nothing is kept of it"]


async def _looked(url: str, look: Callable[[Connection], T]) -> T:
    store = open_store(url, read_only=True)
    try:
        return await store.engine.read(look)
    finally:
        await store.close()


def _unclear(conn: Connection) -> set[OnItsWay]:
    asked = "SELECT workspace, nonce, first_tried_at FROM delivery JOIN place ON place.id = delivery.place"
    found = conn.exec_driver_sql(f"{asked} WHERE delivery.state IN ('sending', 'uncertain')")
    return {(workspace, nonce, first or 0) for workspace, nonce, first in found}


def _rests(conn: Connection) -> bool:
    due = f"schedule WHERE due <= {to_micros(SystemClock().now())}"
    waiting = "item WHERE delivery IS NULL AND parted = 0"
    # In the order in which work goes on, so that nothing slips from what is yet to be looked at to what was.
    for left in ("inbox WHERE payload IS NOT NULL", due, waiting, "delivery WHERE restless"):
        if conn.exec_driver_sql(f"SELECT count(*) FROM {left}").scalar():
            return False
    return True
