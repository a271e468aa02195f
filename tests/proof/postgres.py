"""PostgreSQL goes away under a running bridge: restarted at once, or its connections killed again and again."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from tests.bench.figures import Progress
from tests.proof.cluster import Cluster, cluster
from tests.proof.database import at_rest
from tests.proof.findings import Finding
from tests.proof.judge import GONE
from tests.proof.kill import LEASED, RESTS_WITHIN
from tests.proof.nursery import nursery
from tests.proof.process import Process
from tests.proof.town import SHORTER, Town, leased, town
from tests.proof.traffic import Traffic
from tests.proof.verdicts import Course, findings

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
    async with cluster() as server:
        return [*await _restarted(server, restarts, say, seed), *await _cut(server, seconds, say, seed)]


async def _restarted(server: Cluster, restarts: int, say: Progress, seed: int) -> list[Finding]:
    times = "at once" if restarts == 1 else f"at once, {restarts} times"
    course = Course("postgres restarted", f"restarted {times}", recovers_within=RECOVERED_WITHIN)
    async with _world(server, course, say, seed) as (places, traffic):
        for number in range(restarts):
            say(course.name, number, restarts)
            await asyncio.sleep(BETWEEN)
            await server.restart()
            course.recovered.append(await _works(places, traffic))
    return course.findings


async def _cut(server: Cluster, seconds: float, say: Progress, seed: int) -> list[Finding]:
    course = Course("postgres cut off", "", recovers_within=RECOVERED_WITHIN)
    killed = 0
    async with _world(server, course, say, seed) as (places, traffic):
        end = time.monotonic() + seconds
        say(course.name)
        async with await psycopg.AsyncConnection.connect(server.url, autocommit=True) as admin:
            while time.monotonic() < end:
                due = time.monotonic() + EVERY
                row = await (await admin.execute(KILL)).fetchone()
                killed += row[0] if row else 0
                course.recovered.append(await _works(places, traffic))
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        course.did = f"{killed} connections killed in {seconds:.0f} s"
    return course.findings


async def _works(places: Town, traffic: Traffic) -> float:
    """Seconds until somebody who shares something from now on has a receipt, and it stands where it belongs."""
    began = time.monotonic()
    update = await traffic.next_shared(began, 60)
    while time.monotonic() - began < 60:
        if places.shows(update) or GONE in update.revisions:
            return time.monotonic() - began
        await asyncio.sleep(0.02)
    raise AssertionError("a receipt, and no message")


@asynccontextmanager
async def _world(server: Cluster, course: Course, say: Progress, seed: int) -> AsyncIterator[tuple[Town, Traffic]]:
    """A bridge over an empty database of the server, and people who write. At the end it is judged."""
    schema = course.name.replace(" ", "_")
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}".encode())
    url = f"{server.url}?options=-csearch_path%3D{schema}"
    async with nursery() as born, town(seed) as places:
        with tempfile.TemporaryDirectory() as folder:
            bridge = Process(born, Path(folder), places.variables(url), SHORTER | leased(LEASED))
            await bridge.start()
            try:
                say(f"{course.name}: fifty places follow")
                await places.settle(bridge)
                traffic = Traffic(places, seed)
                async with traffic.flowing():
                    yield places, traffic
                say(f"{course.name}: until it is at rest")
                course.rested = await at_rest(url, RESTS_WITHIN)
                await bridge.stop()
            finally:
                if bridge.running:
                    await bridge.kill()
            course.findings = findings(course, places, traffic, bridge.log)
