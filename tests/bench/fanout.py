"""One update to 10,000 live places, from the call to its commit; the limit: the raw driver writing the same rows."""

from __future__ import annotations

import time
from statistics import median

from bridge.model.ids import PersonId
from bridge.model.post import Origin
from bridge.model.subscription import Cadence
from bridge.services.sharing.publish import Draft, publish
from bridge.services.world import World
from bridge.store.tx import open_store
from tests.bench.database import Loader, Raw, database, engines, insert
from tests.bench.figures import Figure, Progress, duration
from tests.bench.stage import world_on
from tests.bench.town import PLATFORM, WORDS, WORKSPACE, Citizen, Town

UPDATES = 20


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Milliseconds, the median of twenty; the main figure is SQLite's."""
    return [await _on(engine, 1_000 if quick else 10_000, say) for engine in engines()]


async def _on(engine: str, places: int, say: Progress) -> Figure:
    async with database(engine) as url:
        say(f"{engine}: making {places:,} live places")
        author = crowd(url, places)
        store = open_store(url)
        say(f"{engine}: publishing")
        world = world_on(store)
        seconds = [await publish_once(world, author, number) for number in range(UPDATES)]
        await store.close()
        limit = _raw(url, places)
    name = "fanout" if engine == "sqlite" else f"fanout: {engine}"
    return duration(name, median(seconds) * 1000, "ms", limit * 1000, seconds)


def crowd(url: str, places: int) -> Citizen:
    """Somebody whom so many people follow live, each in their own place."""
    with Loader(url) as loader:
        town = Town(loader)
        author, *followers = town.people(places + 1)
        town.follow(((one.id, one.home, author.id) for one in followers), Cadence.LIVE)
    return author


async def publish_once(world: World, author: Citizen, number: int) -> float:
    """Seconds until it is committed."""
    person = await world.store.read(lambda tx: tx.people.get(PersonId(author.id)))
    if person is None:
        raise LookupError(author.id)
    began = time.perf_counter()
    await publish(world, Draft(person, WORDS, Origin(PLATFORM, WORKSPACE, f"m{number}")))
    return time.perf_counter() - began


def _raw(url: str, places: int) -> float:
    """Seconds for the items of one update, and a note at each place that there is work."""
    with Raw(url) as driver:
        names, items = driver.rows("item")
        if len(items) != UPDATES * places:
            raise SystemExit(f"{len(items)} items were made instead of {UPDATES * places}")
        driver.run("DELETE FROM item")
        seq, place = names.index("seq"), names.index("place")
        one = sorted(items, key=lambda row: row[seq])[:places]
        began = time.perf_counter()
        driver.commit(
            [
                (insert("item", names), one),
                ("UPDATE lane SET touched = touched + 1 WHERE place = ?", [(row[place],) for row in one]),
            ]
        )
        return time.perf_counter() - began
