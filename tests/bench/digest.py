"""10,000 digests that are due, each of 20 follows: selected and enqueued by the tick; not composed, not sent.

The limit: the raw driver writing the same rows, as many digests a commit, without looking for what is in them. The
percentiles are of a batch.
"""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from bridge.model.subscription import Cadence
from bridge.services.delivery.digest import BATCH, tick
from bridge.store.tx import open_store
from tests.bench.database import Loader, Raw, batches, database, engines, insert
from tests.bench.figures import Figure, Progress, rate
from tests.bench.stage import Timed, world_on
from tests.bench.town import Town, some_follows

FOLLOWS = 20
UPDATES_EACH = 2
"""Of a person in the last two days, on average."""


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Digests a second; the main figure is SQLite's."""
    return [await _on(engine, 1_000 if quick else 10_000, say) for engine in engines()]


async def _on(engine: str, count: int, say: Progress) -> Figure:
    async with database(engine) as url:
        say(f"{engine}: making {count:,} people with a digest each")
        with Loader(url) as loader:
            town = Town(loader)
            citizens = town.people(count)
            town.follow(some_follows(town, citizens, citizens, FOLLOWS), Cadence.DIGEST)
            town.posts(citizens, count * UPDATES_EACH, span=timedelta(days=2))
            town.schedules(citizens)
        store = Timed(open_store(url))
        say(f"{engine}: making digests")
        began = time.perf_counter()
        ticked = await tick(world_on(store))
        took = time.perf_counter() - began
        await store.close()
        if ticked.total != count or ticked.made < count * 0.9:
            raise SystemExit(f"of {count} digests that were due, these were made: {ticked}")
        limit = _raw(url)
    name = "digest" if engine == "sqlite" else f"digest: {engine}"
    return rate(name, ticked.total / took, "digests/s", ticked.made / limit, store.writes)


def _raw(url: str) -> float:
    with Raw(url) as driver:
        names, deliveries = driver.rows("delivery")
        columns, items = driver.rows("item")
        driver.run("DELETE FROM item")
        driver.run("DELETE FROM delivery")
        id, of = names.index("id"), columns.index("delivery")
        place, subscriber = names.index("place"), names.index("subscriber")
        held = {key: list(rows) for key, rows in groupby(sorted(items, key=itemgetter(of)), itemgetter(of))}
        began = time.perf_counter()
        for some in batches(deliveries, BATCH):
            driver.commit(
                [
                    (insert("delivery", names), some),
                    (insert("item", columns), [item for row in some for item in held[row[id]]]),
                    ("UPDATE lane SET touched = touched + 1 WHERE place = ?", [(row[place],) for row in some]),
                    ("UPDATE schedule SET empty = 0 WHERE subscriber = ?", [(row[subscriber],) for row in some]),
                ]
            )
        return time.perf_counter() - began
