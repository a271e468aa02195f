"""How the courier, a fan-out, the digests' tick and a timeline grow with people, updates and places: one of them
varies, the others stay as they are in the middle. A table for a README, and a plot.

A thousand people write, whatever the number of people, and as much a day, whatever the number of updates: so what a
reader gets to see stays the same, and only what lies around it grows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from bridge.model.clock import FixedClock
from bridge.model.subscription import Cadence
from bridge.services.delivery.courier import Courier
from bridge.services.delivery.digest import tick
from bridge.services.delivery.showing import Showing
from bridge.store.tx import SqlStore, open_store
from tests.bench.database import Loader, database, engines
from tests.bench.fanout import publish_once
from tests.bench.figures import Figure, Progress, percentile
from tests.bench.plot import Panel, drawn, short
from tests.bench.stage import Nowhere, world_on
from tests.bench.timeline import FOLLOWS, read_timelines
from tests.bench.town import NOW, Citizen, Town, some_follows

PLOT = Path(__file__).parents[2] / "docs" / "growth.svg"
VIEWERS = 200
"""Who open timelines, with as many follows."""
FEW = 7
"""People that all others follow: about twenty updates a day."""
A_DAY = 2_900
"""Updates: two million are kept for two years."""


@dataclass(frozen=True, slots=True)
class Size:
    people: int
    updates: int
    places: int


@dataclass(frozen=True, slots=True)
class Scale:
    """`varied`: by the axis's name, what it is instead. `rounds`: updates sent out to be measured, fewer where there
    would be more than so many `deliveries`, but three."""

    middle: Size
    varied: dict[str, tuple[int, int, int]]
    writers: int
    digests: int
    rounds: int
    deliveries: int

    def sizes(self) -> list[Size]:
        """Each once."""
        found = [replace(self.middle, **{axis: n}) for axis, values in self.varied.items() for n in values]
        return list(dict.fromkeys(found))


FULL = Scale(
    Size(10_000, 200_000, 1_000),
    {
        "people": (1_000, 10_000, 100_000),
        "updates": (10_000, 200_000, 2_000_000),
        "places": (10, 1_000, 10_000),
    },
    writers=1_000,
    digests=1_000,
    rounds=20,
    deliveries=20_000,
)
QUICK = Scale(
    Size(1_000, 10_000, 100),
    {"people": (400, 1_000, 4_000), "updates": (5_000, 10_000, 40_000), "places": (10, 100, 400)},
    writers=300,
    digests=200,
    rounds=3,
    deliveries=1_000,
)
MEASURED = {
    "timeline": ("A timeline, the newest 50 of 200 follows: p95", "ms"),
    "fanout": ("An update until it is committed for all places: median", "ms"),
    "digest": ("Digests that are due, made a second", "digests/s"),
    "courier": ("Deliveries a second", "deliveries/s"),
}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

Found = dict[tuple[str, Size], dict[str, float]]
"""By engine and size: what is measured -> its figure."""


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Prints the table, draws the plot; the figures are called `growth: what, engine, people, updates, places`."""
    scale = QUICK if quick else FULL
    found: Found = {}
    for engine in engines():
        for size in scale.sizes():
            say(f"{engine}: {size.people:,} people, {size.updates:,} updates, {size.places:,} places")
            async with database(engine) as url:
                found[engine, size] = await _measured(url, size, scale)
    say.end()
    path = Path(tempfile.gettempdir()) / PLOT.name if quick else PLOT
    path.write_text(drawn(_panels(scale, found)), "utf-8")
    print(_table(scale, found), f"\nThe plot is in {path}.\n", sep="\n", file=sys.stderr)
    return [
        Figure(f"growth: {what}, {engine}, {size.people}, {size.updates}, {size.places}", value, MEASURED[what][1])
        for (engine, size), values in found.items()
        for what, value in values.items()
    ]


async def _measured(url: str, size: Size, scale: Scale) -> dict[str, float]:
    """By what is measured."""
    viewers, author = _made(url, size, scale)
    store = open_store(url)
    try:
        timeline = await _timeline(store, viewers)
        rounds = min(scale.rounds, max(3, scale.deliveries // size.places))
        fanout, courier = await _sent(store, author, size.places, rounds)
        digest = await _digests(store, min(scale.digests, size.people - len(viewers)))
    finally:
        await store.close()
    return {"timeline": timeline, "fanout": fanout, "digest": digest, "courier": courier}


def _made(url: str, size: Size, scale: Scale) -> tuple[list[Citizen], Citizen]:
    """Who opens timelines, and an author whom so many people follow live, each in a place of their own."""
    with Loader(url) as loader:
        town = Town(loader)
        *citizens, author = town.people(size.people + 1)
        viewers, others, writers = citizens[:VIEWERS], citizens[VIEWERS:], citizens[: scale.writers]
        town.follow(some_follows(town, viewers, writers, FOLLOWS), Cadence.DIGEST)
        town.follow(some_follows(town, others, writers, FEW), Cadence.DIGEST)
        town.follow(((one.id, one.home, author.id) for one in citizens[: size.places]), Cadence.LIVE)
        town.posts(writers, size.updates, span=timedelta(days=size.updates / A_DAY))
        town.schedules(others[: scale.digests])
    return viewers, author


async def _timeline(store: SqlStore, viewers: Sequence[Citizen]) -> float:
    await read_timelines(store, viewers)
    return percentile([second for _ in range(3) for second in await read_timelines(store, viewers)], 95) * 1000


async def _sent(store: SqlStore, author: Citizen, places: int, rounds: int) -> tuple[float, float]:
    """Milliseconds until an update is committed for all places, and deliveries a second."""
    clock, nowhere = FixedClock(NOW), Nowhere()
    world = world_on(store, {nowhere.platform: nowhere}, clock)
    committed, delivered = [], 0.0
    for number in range(rounds):
        committed.append(await publish_once(world, author, number))
        began = time.perf_counter()
        await Courier(world, Showing(world), "bench").drain()
        delivered += time.perf_counter() - began
        clock.advance(hours=1)  # else the noise cap would hold them
    if nowhere.sent != places * rounds:
        raise SystemExit(f"{nowhere.sent} messages were sent instead of {places * rounds}")
    return median(committed) * 1000, nowhere.sent / delivered


async def _digests(store: SqlStore, count: int) -> float:
    began = time.perf_counter()
    ticked = await tick(world_on(store))
    took = time.perf_counter() - began
    if ticked.made < count * 0.8:
        raise SystemExit(f"of {count} digests that were due, these were made: {ticked}")
    return ticked.total / took


def _table(scale: Scale, found: Found) -> str:
    """Markdown: what is measured by rows, what varies by columns."""
    columns = [(axis, value) for axis, values in scale.varied.items() for value in values]
    head = ["", "", *(f"{short(value)} {axis}" for axis, value in columns)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for what, (name, unit) in MEASURED.items():
        for engine in dict.fromkeys(engine for engine, _ in found):
            values = [found[engine, replace(scale.middle, **{axis: value})][what] for axis, value in columns]
            lines.append(f"| {_with(name, unit)} | {NAMES[engine]} | " + " | ".join(map(_shown, values)) + " |")
    middle = scale.middle
    others = f"{middle.people:,} people, {middle.updates:,} updates and {middle.places:,} places"
    return "\n".join([*lines, "", f"What does not vary: {others}."])


def _with(name: str, unit: str) -> str:
    return f"{name}, ms" if unit == "ms" else name


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _panels(scale: Scale, found: Found) -> list[list[Panel]]:
    """A row for each thing that is measured."""
    engines_there = list(dict.fromkeys(engine for engine, _ in found))
    return [
        [
            Panel(
                _with(name, unit),
                axis,
                values,
                {
                    NAMES[engine]: [found[engine, replace(scale.middle, **{axis: n})][what] for n in values]
                    for engine in engines_there
                },
            )
            for axis, values in scale.varied.items()
        ]
        for what, (name, unit) in MEASURED.items()
    ]
