"""PostgreSQL goes away under a running bridge: restarted at once, or its connections killed again and again."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.figures import Progress
from tests.proof.kill import LEASED, RESTS_WITHIN
from tests.proof.means.cluster import Cluster, cluster
from tests.proof.means.database import at_rest
from tests.proof.means.findings import Finding, Measured
from tests.proof.means.judge import GONE
from tests.proof.means.process import Process
from tests.proof.means.town import SHORTER, Town, leased, town
from tests.proof.means.traffic import Traffic
from tests.proof.means.verdicts import Course, findings

RESTARTS, RESTARTS_LONG = 1, 20
FOR, FOR_LONG = 10.0, 60.0
"""Seconds during which connections are killed."""
EVERY = 2.0
BETWEEN = 3.0
"""Seconds of peace before each blow."""
RECOVERED_WITHIN = 5.0
KILL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'bridge'"


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    restarts, seconds = (RESTARTS_LONG, FOR_LONG) if long else (RESTARTS, FOR)
    course = Course("postgres", "", refuses=True)
    async with (
        cluster() as server,
        town(seed) as places,
    ):
        with tempfile.TemporaryDirectory() as folder:
            bridge = Process(Path(folder), places.variables(server.url), SHORTER | leased(LEASED))
            await bridge.start()
            try:
                say("postgres: fifty places follow")
                await places.settle(bridge)
                traffic = Traffic(places, seed)
                async with traffic.flowing():
                    course.did = await _restarted(server, restarts, course, places, traffic, say)
                    course.did += await _cut(server, seconds, course, places, traffic, say)
                say("postgres: until it is at rest")
                await places.told()
                course.rested = await at_rest(server.url, RESTS_WITHIN)
                await bridge.stop()
            finally:
                if bridge.running:
                    await bridge.kill()
            return findings(course, places, traffic, bridge.log, server.url)


async def _restarted(
    server: Cluster, restarts: int, course: Course, places: Town, traffic: Traffic, say: Progress
) -> str:
    took = []
    for number in range(restarts):
        say("postgres restarted", number, restarts)
        await asyncio.sleep(BETWEEN)
        await server.restart()
        took.append(await _works(places, traffic))
    course.figures += _figures("longest recovery after a restart", took)
    return f"restarted at once{f' {restarts} times' if restarts > 1 else ''}, "


async def _cut(server: Cluster, seconds: float, course: Course, places: Town, traffic: Traffic, say: Progress) -> str:
    took, killed, end = [], 0, time.monotonic() + seconds
    say("postgres cut off")
    async with await psycopg.AsyncConnection.connect(server.url, autocommit=True) as admin:
        while time.monotonic() < end:
            due = time.monotonic() + EVERY
            row = await (await admin.execute(KILL)).fetchone()
            killed += row[0] if row else 0
            took.append(await _works(places, traffic))
            await asyncio.sleep(max(0.0, due - time.monotonic()))
    course.figures += _figures("after lost connections", took)
    return f"{killed} connections killed in {seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds until somebody who shares something after a blow has a receipt, and it stands where nothing waited
    before it; and until it stands `everywhere`. What waits in a place comes first, one a second in Slack."""

    alone: float
    everywhere: float


async def _works(places: Town, traffic: Traffic) -> Recovery:
    began = time.monotonic()
    update = await traffic.next_shared(began, 60)
    earlier = [one for one in traffic.updates.values() if one.topic == update.topic and one.begun < update.begun]
    owed = {one.id for one in earlier if one.acknowledged is not None and GONE not in one.revisions}
    busy = {place for place, ids in places.standing(update.topic).items() if owed - ids}
    alone: float | None = None
    while (passed := time.monotonic() - began) < 60:
        lacking = {place for place, ids in places.standing(update.topic).items() if update.id not in ids}
        if GONE in update.revisions:
            lacking = set()
        if alone is None and lacking <= busy:
            alone = passed
        if alone is not None and not lacking:
            return Recovery(alone, passed)
        await asyncio.sleep(0.02)
    raise AssertionError("a receipt, and no message")


def _figures(what: str, took: Sequence[Recovery]) -> list[Measured]:
    return [
        Measured(what, max(one.alone for one in took), "s", most=RECOVERED_WITHIN),
        Measured("behind what waited in its place", max(one.everywhere for one in took), "s"),
    ]
