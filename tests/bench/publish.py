"""Updates a second from 16 callers through the service, on SQLite; each reaches two live places and has a tag.

The limit: the raw driver writing the same rows, each update waiting for the disk; beside it, 16 updates a commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from bridge.model.ids import PersonId
from bridge.model.person import Person
from bridge.model.post import Origin
from bridge.model.subscription import Cadence
from bridge.services.sharing.publish import Draft, publish
from bridge.store.tx import open_store
from tests.bench.database import Loader, database, raw
from tests.bench.figures import Figure, Progress, rate
from tests.bench.stage import world_on
from tests.bench.town import PLATFORM, WORDS, WORKSPACE, Citizen, Town, some_follows

CALLERS = 16
LIVE_EACH = 2
TABLES = {"post": "id", "post_tag": "post", "mention": "post", "item": "post"}
"""What an update adds rows to, and the column that names it there."""

Rows = list[tuple[str, tuple[Any, ...]]]
"""Statements with their parameters, for one update."""


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """The main figure's ratio is to one update at a time."""
    count = 2_000 if quick else 20_000
    async with database("sqlite") as url:
        citizens, tags = _town(url)
        say(f"publishing {count:,} updates")
        took, seconds = await _publish(url, citizens, tags, count)
        updates = _rows(url)
    if len(updates) != count:
        raise SystemExit(f"{len(updates)} updates were kept instead of {count}")
    say("the same rows through the raw driver")
    alone, together = await _raw(updates, 1), await _raw(updates, CALLERS)
    return [
        rate("publish", count / took, "updates/s", count / alone, seconds),
        rate(f"publish: raw driver {CALLERS} a commit", count / took, "updates/s", count / together),
    ]


def _town(url: str) -> tuple[list[Citizen], list[str]]:
    with Loader(url) as loader:
        town = Town(loader)
        citizens, tags = town.people(1_000), town.tags(50)
        town.follow(some_follows(town, citizens, citizens, LIVE_EACH), Cadence.LIVE)
        town.posts(citizens, 10_000)
        loader.run("INSERT INTO counter (name, value) VALUES ('post', 10000)")
    return citizens, tags


async def _publish(url: str, citizens: Sequence[Citizen], tags: Sequence[str], count: int) -> tuple[float, list[float]]:
    store = open_store(url)
    world = world_on(store)
    ids = [PersonId(citizen.id) for citizen in citizens]
    people: list[Person] = list((await store.read(lambda tx: tx.people.many(ids))).values())
    seconds: list[float] = []
    waiting = iter(range(count))

    async def caller() -> None:
        for number in waiting:
            origin = Origin(PLATFORM, WORKSPACE, f"m{number}")
            raw_text = f"{WORDS} #{tags[number % len(tags)]}"
            began = time.perf_counter()
            await publish(world, Draft(people[number % len(people)], raw_text, origin))
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    took = time.perf_counter() - began
    await store.close()
    return took, seconds


def _rows(url: str) -> list[Rows]:
    """What each published update left in the database."""
    connection = raw(url)
    found: dict[int, Rows] = {}
    new = connection.execute("SELECT id, author, number FROM post WHERE origin_message IS NOT NULL ORDER BY number")
    for post, author, number in new.fetchall():
        found[post] = [
            ("UPDATE counter SET value = ? WHERE name = 'post'", (number,)),
            ("UPDATE person SET last_post = ? WHERE id = ?", (post, author)),
        ]
    for table, column in TABLES.items():
        for row, names in _all(connection, table):
            post = row[names.index(column)]
            if post in found:
                found[post].append((_insert("INSERT", table, names), row))
                if table == "item":
                    place = row[names.index("place")]
                    lane, columns = next(_all(connection, "lane", f"WHERE place = {place}"))
                    found[post].append((_insert("INSERT OR REPLACE", "lane", columns), lane))
    connection.close()
    return list(found.values())


def _all(connection: Any, table: str, where: str = "") -> Any:
    cursor = connection.execute(f'SELECT * FROM "{table}" {where}')
    names = [column[0] for column in cursor.description]
    return ((row, names) for row in cursor.fetchall())


def _insert(verb: str, table: str, names: Sequence[str]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f'{verb} INTO "{table}" ({columns}) VALUES ({", ".join("?" * len(names))})'


async def _raw(updates: Sequence[Rows], a_commit: int) -> float:
    """Seconds, into a database that is as it was before."""
    async with database("sqlite") as url:
        _town(url)
        connection = raw(url)
        began = time.perf_counter()
        for first in range(0, len(updates), a_commit):
            connection.execute("BEGIN IMMEDIATE")
            for rows in updates[first : first + a_commit]:
                for statement, parameters in rows:
                    connection.execute(statement, parameters)
            connection.execute("COMMIT")
        took = time.perf_counter() - began
        connection.close()
        return took
