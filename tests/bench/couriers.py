"""Deliveries a second of 1, 2 and 4 processes together, each a courier over the same PostgreSQL, to a platform that
costs nothing. Every place is counted: none may be sent to twice, and none be left out.

The limit: one connection of the raw driver, writing what they wrote. The percentiles are of their transactions.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from typing import Any

import psycopg

from bridge.services.delivery.courier import Courier
from bridge.services.delivery.showing import Showing
from bridge.store.tx import open_store
from tests.bench.courier import raw_courier
from tests.bench.database import database, engines
from tests.bench.fanout import crowd, publish_once
from tests.bench.figures import Figure, Progress, rate
from tests.bench.stage import Nowhere, Timed, world_on

PROCESSES = (1, 2, 4)


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Deliveries a second in sum; the main figure is that of one process."""
    if "postgresql" not in engines():
        raise SystemExit("no PostgreSQL answers, and a SQLite file has one process")
    return [await _with(processes, 1_000 if quick else 10_000, say) for processes in PROCESSES]


async def _with(processes: int, places: int, say: Progress) -> Figure:
    async with database("postgresql") as url:
        say(f"an update to {places:,} places")
        author = crowd(url, places)
        store = open_store(url)
        await publish_once(world_on(store), author, 1)
        await store.close()
        say(f"delivering by {processes}")
        told = await _run(url, processes)
        _check(url, places, sum(one["sent"] for one in told))
        took = max(one["ended"] for one in told) - min(one["began"] for one in told)
        limit = raw_courier(url)
    seconds = [second for one in told for second in one["writes"]]
    return rate(_name(processes), places / took, "deliveries/s", places / limit, seconds)


def _name(processes: int) -> str:
    return "couriers: 1 process" if processes == 1 else f"couriers: {processes} processes"


async def _run(url: str, processes: int) -> list[dict[str, Any]]:
    """What each of them told, once all had begun together."""
    command = (sys.executable, "-m", "tests.bench.couriers", url)
    started = [
        await asyncio.create_subprocess_exec(*command, str(n), stdin=PIPE, stdout=PIPE) for n in range(processes)
    ]
    try:
        for process in started:
            await _line(process)  # connected
        for process in started:
            assert process.stdin
            process.stdin.write(b"go\n")
        told = [json.loads(await _line(process)) for process in started]
        for process in started:
            await process.wait()
        return told
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _line(process: Process) -> bytes:
    assert process.stdout
    async with asyncio.timeout(120):
        line = await process.stdout.readline()
    if not line:
        raise SystemExit("a courier's process ended early")
    return line


def _check(url: str, places: int, sent: int) -> None:
    with psycopg.connect(url) as connection:
        settled, distinct = connection.execute(
            "SELECT count(*), count(DISTINCT place) FROM delivery WHERE state = 'settled' AND message IS NOT NULL"
        ).fetchone() or (0, 0)
    if not sent == settled == distinct == places:
        raise SystemExit(f"{sent} messages were sent and {settled} settled in {distinct} places instead of {places}")


async def _one(url: str, number: int) -> None:
    """One process: connects, waits for the word to begin, delivers until nothing is due, and tells."""
    store, nowhere = Timed(open_store(url)), Nowhere()
    world = world_on(store, {nowhere.platform: nowhere})
    await store.write(lambda tx: None)
    store.writes.clear()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()  # of the machine, so all processes' compare
    await Courier(world, Showing(world), f"bench {number}").drain()
    ended = time.monotonic()
    await store.close()
    print(json.dumps({"sent": nowhere.sent, "began": began, "ended": ended, "writes": store.writes}), flush=True)


if __name__ == "__main__":
    asyncio.run(_one(sys.argv[1], int(sys.argv[2])))
