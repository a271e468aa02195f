"""Deliveries a second to a platform that costs nothing: claimed, composed, the attempt recorded, settled.

The limit: the raw driver writing the same attempts and settlements, as many a commit as the courier takes at once. The
percentiles are of its transactions.
"""

from __future__ import annotations

import time

from bridge.services.delivery.courier import CAPACITY, Courier
from bridge.services.delivery.showing import Showing
from bridge.store.tx import open_store
from tests.bench.database import Raw, batches, database, engines, insert
from tests.bench.fanout import crowd, publish_once
from tests.bench.figures import Figure, Progress, rate
from tests.bench.stage import Nowhere, Timed, world_on


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Deliveries a second; the main figure is SQLite's."""
    return [await _on(engine, 1_000 if quick else 10_000, say) for engine in engines()]


async def _on(engine: str, places: int, say: Progress) -> Figure:
    async with database(engine) as url:
        say(f"{engine}: an update to {places:,} places")
        author = crowd(url, places)
        store, nowhere = Timed(open_store(url)), Nowhere()
        world = world_on(store, {nowhere.platform: nowhere})
        await publish_once(world, author, 1)
        say(f"{engine}: delivering")
        store.writes.clear()
        began = time.perf_counter()
        await Courier(world, Showing(world), "bench").drain()
        took = time.perf_counter() - began
        await store.close()
        if nowhere.sent != places:
            raise SystemExit(f"{nowhere.sent} messages were sent instead of {places}")
        limit = raw_courier(url)
    name = "courier" if engine == "sqlite" else f"courier: {engine}"
    return rate(name, places / took, "deliveries/s", places / limit, store.writes)


def raw_courier(url: str) -> float:
    """Seconds for what the database holds by now."""
    with Raw(url) as driver:
        names, deliveries = driver.rows("delivery")
        columns, items = driver.rows("item")
        driver.run("UPDATE item SET delivery = NULL, tried = NULL, shown = NULL, shown_at = NULL")
        driver.run("DELETE FROM delivery")
        id, place, state, message, settled = map(names.index, ("id", "place", "state", "message", "settled_at"))
        seq, of, at = map(columns.index, ("seq", "delivery", "shown_at"))
        item_of = {item[of]: item for item in items}
        began = time.perf_counter()
        for some in batches(deliveries, CAPACITY):
            held = [item_of[row[id]] for row in some]
            lanes = [(row[place],) for row in some]
            driver.commit([("UPDATE lane SET epoch = epoch + 1 WHERE place = ?", lanes)])
            driver.commit(
                [
                    (insert("delivery", names), some),
                    ("UPDATE item SET delivery = ?, tried = 1 WHERE seq = ?", [(item[of], item[seq]) for item in held]),
                ]
            )
            driver.commit(
                [
                    (
                        "UPDATE delivery SET state = ?, message = ?, settled_at = ? WHERE id = ?",
                        [(row[state], row[message], row[settled], row[id]) for row in some],
                    ),
                    ("UPDATE item SET shown = 1, shown_at = ? WHERE seq = ?", [(i[at], i[seq]) for i in held]),
                    ("UPDATE lane SET due = NULL WHERE place = ?", lanes),
                ]
            )
        return time.perf_counter() - began
