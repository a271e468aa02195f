"""The newest 50 of 200 follows through the store, visibility included; the limit: the raw driver with the same SQL."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from bridge.model.audience import Viewer
from bridge.model.ids import PersonId, SubscriberId
from bridge.model.kept import Stream, Tx
from bridge.model.subscription import Cadence
from bridge.store.engines import ready
from bridge.store.tx import SqlStore, SqlTx, open_store
from tests.bench.database import Loader, database, engines, raw
from tests.bench.figures import Figure, Progress, duration, percentile
from tests.bench.town import NOW, Citizen, Town, some_follows

NEWEST, FOLLOWS, OTHERS_FOLLOW = 50, 200, 50


@dataclass(frozen=True, slots=True)
class _Size:
    posts: int
    people: int
    viewers: int
    rounds: int


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """p95 in milliseconds; the main figure is SQLite's."""
    size = _Size(100_000, 2_000, 50, 4) if quick else _Size(2_000_000, 20_000, 200, 10)
    return [await _on(engine, size, say) for engine in engines()]


async def _on(engine: str, size: _Size, say: Progress) -> Figure:
    async with database(engine) as url:
        say(f"{engine}: making {size.posts:,} updates")
        with Loader(url) as loader:
            town = Town(loader)
            citizens = town.people(size.people)
            viewers, others = citizens[: size.viewers], citizens[size.viewers :]
            town.follow(some_follows(town, viewers, citizens, FOLLOWS), Cadence.DIGEST)
            town.follow(some_follows(town, others, citizens, OTHERS_FOLLOW), Cadence.DIGEST)
            town.posts(citizens, size.posts)
        store = open_store(url)
        try:
            say(f"{engine}: reading timelines")
            await read_timelines(store, viewers)
            seconds = [second for _ in range(size.rounds) for second in await read_timelines(store, viewers)]
            asked = [await _statements(store, viewer) for viewer in viewers]
        finally:
            await store.close()
        say(f"{engine}: the same SQL through the raw driver")
        bare = _replay(url, asked, size.rounds)
    name = "timeline" if engine == "sqlite" else f"timeline: {engine}"
    return duration(name, percentile(seconds, 95) * 1000, "ms", percentile(bare, 95) * 1000, seconds)


def _timeline(tx: Tx, viewer: Citizen) -> int:
    stream = Stream(of=SubscriberId(viewer.id))
    return len(tx.posts.timeline(Viewer(PersonId(viewer.id), team=True), stream, NOW, NEWEST))


async def read_timelines(store: SqlStore, viewers: Sequence[Citizen]) -> list[float]:
    """Seconds for each."""
    seconds = []
    for viewer in viewers:
        began = time.perf_counter()
        found = await store.read(partial(_timeline, viewer=viewer))
        seconds.append(time.perf_counter() - began)
        if found != NEWEST:
            raise SystemExit(f"a timeline held {found} updates instead of {NEWEST}")
    return seconds


async def _statements(store: SqlStore, viewer: Citizen) -> list[tuple[str, Any]]:
    """What the store asks the driver for one timeline."""
    asked: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.append((statement, parameters))

    def run(conn: Any, statement: str, parameters: Any) -> Any:
        asked.append((statement, parameters))
        return bare(conn, statement, parameters)

    bare = ready.run

    def look(conn: Any) -> None:
        event.listen(conn, "before_cursor_execute", note)
        try:
            with patch.object(ready, "run", run):
                _timeline(SqlTx(conn), viewer)
        finally:
            event.remove(conn, "before_cursor_execute", note)

    await store.engine.read(look)
    return asked


def _replay(url: str, asked: list[list[tuple[str, Any]]], rounds: int) -> list[float]:
    connection = raw(url)
    seconds = []
    for number in range(rounds + 1):
        for statements in asked:
            began = time.perf_counter()
            connection.execute("BEGIN")
            for statement, parameters in statements:
                connection.execute(statement, parameters).fetchall()
            connection.execute("ROLLBACK")
            if number:
                seconds.append(time.perf_counter() - began)
    connection.close()
    return seconds
