"""A whole SQLite bridge to PostgreSQL, as `bridge db move` does it; the limit: the drivers carrying the same rows from
one to the other, and comparing nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import closing

import psycopg

from bridge.model.delivery import Kind, State
from bridge.model.subscription import Cadence
from bridge.store.moving import move
from bridge.store.moving.source import TABLES
from bridge.store.rows import POST
from bridge.store.sql import DELIVERY, ITEM
from bridge.store.tables import to_micros
from tests.bench.database import Loader, Raw, batches, database, engines, raw
from tests.bench.figures import Figure, Progress, rate
from tests.bench.town import NOW, Citizen, Town, some_follows

FOLLOWS = 20
POSTS_A_DELIVERY = 4


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Rows a second; half of them are updates, the others what was sent of them, people and follows."""
    if "postgresql" not in engines():
        raise SystemExit("There is no PostgreSQL to move to.")
    posts = 20_000 if quick else 200_000
    async with database("sqlite") as source:
        say(f"making {posts:,} updates")
        fill(source, people=posts // 100, posts=posts)
        async with database("postgresql") as target:
            say("moving them")
            began = time.perf_counter()
            moved = await asyncio.to_thread(move, source, target, lambda what, done, of: None)
            seconds = time.perf_counter() - began
        async with database("postgresql") as other:
            say("the drivers alone")
            limit = moved.rows / _raw(source, other)
    return [rate(f"move: {moved.rows:,} rows", moved.rows / seconds, "rows/s", limit)]


def fill(url: str, people: int, posts: int) -> None:
    with Loader(url) as loader:
        town = Town(loader)
        folk = town.people(people)
        town.follow(some_follows(town, folk, folk, FOLLOWS), Cadence.LIVE)
        town.posts(folk, posts)
    with Raw(url) as driver:
        names, rows = driver.rows(POST.name)
    ids = [row[names.index("id")] for row in rows]
    with Loader(url) as loader:
        _sent(loader, ids, town.random.choices(folk, k=len(ids) // POSTS_A_DELIVERY))


def _sent(loader: Loader, posts: Sequence[int], readers: Sequence[Citizen]) -> None:
    """Every update was shown to one person, a few in a message."""
    kind, state, at = Kind.LIVE.value, State.SETTLED.value, to_micros(NOW)
    shown = list(zip(batches(posts, POSTS_A_DELIVERY), readers, strict=True))
    columns = "id place kind state restless nonce created_at attempts message payload_rev plain error"
    deliveries = (
        (id, reader.home, kind, state, False, f"{id:032x}", at, 1, f"{id:09}", 1, False, "")
        for id, (_, reader) in enumerate(shown, 1)
    )
    loader.add_tuples(DELIVERY, columns.split(), deliveries)
    columns = "subscriber place post reason delivery position tried shown queued_at shown_at parted"
    items = (
        (reader.id, reader.home, post, "follow", id, position, 1, 1, at, at, 0)
        for id, (some, reader) in enumerate(shown, 1)
        for position, post in enumerate(some)
    )
    loader.add_tuples(ITEM, columns.split(), items)


def _raw(source: str, target: str) -> float:
    """Seconds for the same rows in one transaction, by COPY."""
    began = time.perf_counter()
    with closing(raw(source)) as theirs, psycopg.connect(target) as ours:
        for table in TABLES:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            with ours.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN'.encode()) as copy:
                for row in theirs.execute(f'SELECT {names} FROM "{table.name}"'):
                    copy.write_row(row)
    return time.perf_counter() - began
