"""A whole bridge at a modest rate for half an hour: whether its memory grows, its descriptors, SQLite's log.

What fills up to a bound is no leak, and is full before anything is counted. The slowest of it is SQLite's page cache:
it grows as the database does, so in a new one at this rate its 4 MiB take more than half an hour, and memory grows by
them, once in the life of a process (measured: 1.5 MB in ten minutes, and nothing from then on). Here it is smaller,
and that it was full when counting began is looked at. All else is as in a bridge that people use.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.database import database, file_of
from tests.bench.figures import Progress
from tests.proof.means.database import at_rest
from tests.proof.means.findings import Finding, Measured, Missing
from tests.proof.means.judge import Verdict, judge
from tests.proof.means.process import Process
from tests.proof.means.town import BLIND, town
from tests.proof.means.traffic import Traffic
from tests.proof.means.verdicts import DETAILS

MINUTES = 30
COUNTS_AFTER = 1 / 3
"""Of the time: until then what is remembered of people, places and requests fills up, and SQLite's page cache."""
CACHE_KIB = 1024
FULL = 1.2
"""MB of a database that has filled it."""
EVERY = 5.0
RATE = 2.0
"""Updates a second: a busy organisation of thousands."""
RESTS_WITHIN = 120.0
SMALLER = {"bridge.store.engines.sqlite_link:CACHE_KIB": CACHE_KIB}
MB = 1024 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Sample:
    """`minutes` since it began; `memory`: resident, MB; `log`, `database`: SQLite's files, MB."""

    minutes: float
    memory: float
    descriptors: int
    log: float
    database: float


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    if not long:
        raise Missing(f"it takes {MINUTES} minutes: --long")
    async with town(seed) as places, database("sqlite") as url:
        with tempfile.TemporaryDirectory() as folder:
            bridge = Process(Path(folder), places.variables(url), SMALLER)
            await bridge.start()
            try:
                say("soak: fifty places follow")
                await places.settle(bridge)
                traffic = Traffic(places, seed, RATE)
                async with traffic.flowing():
                    samples = await _watched(bridge.pid, file_of(url), MINUTES, say)
                rested = await at_rest(url, RESTS_WITHIN)
                await bridge.stop()
            finally:
                if bridge.running:
                    await bridge.kill()
            verdict = Verdict()
            for kind, one in judge(traffic.updates, places.spots()).items():
                if kind != BLIND:
                    verdict.add(one)
            return [_found(samples, traffic, verdict, rested, bridge.log)]


async def _watched(pid: int, file: Path, minutes: float, say: Progress) -> list[Sample]:
    began, samples = time.monotonic(), list[Sample]()
    while (passed := time.monotonic() - began) < minutes * 60:
        say("soak", int(passed), int(minutes * 60))
        samples.append(Sample(passed / 60, *await asyncio.to_thread(_look, pid, file)))
        await asyncio.sleep(EVERY)
    return samples


def _look(pid: int, file: Path) -> tuple[float, int, float, float]:
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / MB
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return resident, descriptors, _size(file.with_name(f"{file.name}-wal")), _size(file)


def _size(file: Path) -> float:
    return file.stat().st_size / MB if file.exists() else 0.0


def slope(points: Sequence[tuple[float, float]]) -> float:
    """By least squares: y for one of x."""
    middle_x, middle_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    above = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return above / sum((x - middle_x) ** 2 for x, _ in points)


def _found(samples: Sequence[Sample], traffic: Traffic, verdict: Verdict, rested: bool, log: str) -> Finding:
    counted = [one for one in samples if one.minutes >= samples[-1].minutes * COUNTS_AFTER]
    memory = 10 * slope([(one.minutes, one.memory) for one in counted])
    half = len(counted) // 2
    before, after = (sum(one.descriptors for one in some) / len(some) for some in (counted[:half], counted[half:]))
    troubles = [*([] if rested else ["it did not come to rest"]), *traffic.errors]
    troubles += [f"in the log: {line}" for line in log.splitlines() if "Traceback" in line][:3]
    course = [f"minute {one.minutes:4.1f}: {one.memory:.1f} MB, {one.descriptors} fds" for one in samples[:: 60 // 5]]
    bad = memory >= 1 or after - before >= 1
    return Finding(
        "soak",
        f"{samples[-1].minutes:.0f} minutes, {traffic.acknowledged:,} updates, {verdict.shown:,} messages, "
        f"counted from minute {counted[0].minutes:.0f} on",
        (
            Measured("memory in ten minutes", memory, "MB", most=0.999),
            Measured("descriptors more in the second half", after - before, most=0.999),
            Measured("database when counting began", counted[0].database, "MB", least=FULL),
            Measured("SQLite's log", max(one.log for one in samples), "MB", most=63.999),
            Measured("lost", verdict.lost, most=0),
            Measured("doubled", verdict.doubled, most=0),
            Measured("unexpected", len(troubles), most=0),
            Measured("memory at first", samples[0].memory, "MB"),
            Measured("when counting began", counted[0].memory, "MB"),
            Measured("at the end", samples[-1].memory, "MB"),
            Measured("descriptors", samples[-1].descriptors),
        ),
        tuple([*troubles, *verdict.details, *(course if bad else [])][:DETAILS]),
    )
