"""The process dies at each named point between an update and its message, with all else going on: see dying."""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bridge.model.clock import SystemClock
from tests.bench.database import database
from tests.bench.figures import Progress
from tests.proof.kill import LEASED, RESTS_WITHIN
from tests.proof.means.database import at_rest, engines, make_due, unclear
from tests.proof.means.dying import POINTS
from tests.proof.means.findings import Finding
from tests.proof.means.process import Process
from tests.proof.means.town import DIGESTS, SHORTER, leased, town
from tests.proof.means.traffic import Traffic
from tests.proof.means.verdicts import Course, findings

ROUNDS_LONG = 20
PASSES = (1, 3)
"""At which time that a point is passed the process dies, drawn by lot."""
REACHED_WITHIN = 30.0


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    rounds = ROUNDS_LONG if long else 1
    return [one for engine in engines() for one in await _on(engine, rounds, say, seed)]


async def _on(engine: str, rounds: int, say: Progress, seed: int) -> Sequence[Finding]:
    began = SystemClock().now()
    slots = (began - timedelta(minutes=before) for before in itertools.count(1))
    lots, deaths = random.Random(seed), [*POINTS] * rounds
    course = Course(
        f"points, {engine}", f"dead at each of {len(POINTS)} points{f' {rounds} times' if rounds > 1 else ''}"
    )
    async with town(seed, digests=True) as places, database(engine) as url:
        with tempfile.TemporaryDirectory() as folder:
            bridge = Process(Path(folder), places.variables(url), SHORTER | leased(LEASED))
            await bridge.start()
            try:
                say(f"points, {engine}: fifty places follow")
                await places.settle(bridge)
                await bridge.kill()
                traffic = Traffic(places, seed, topics=places.topics)
                async with traffic.flowing():
                    for number, point in enumerate(deaths):
                        say(f"points, {engine}: {point}", number, len(deaths))
                        times = lots.randint(*PASSES)
                        if "digest" in point:
                            make_due(url, DIGESTS, next(slots))
                            times = 1
                        course.trouble(await _dies(bridge, f"{point}*{times}"))
                        course.in_flight |= await unclear(url)
                    started = time.monotonic()
                    await bridge.start()
                    course.recovered.append(await traffic.next_receipt(started, 60))
                say(f"points, {engine}: until it is at rest")
                await places.told()
                course.rested = await at_rest(url, RESTS_WITHIN)
                await bridge.kill()
                # What the last digest did not hold yet.
                make_due(url, DIGESTS, next(slots))
                await bridge.start()
                course.rested &= await at_rest(url, RESTS_WITHIN)
                await bridge.stop()
            finally:
                if bridge.running:
                    await bridge.kill()
            return findings(course, places, traffic, bridge.log, url)


async def _dies(bridge: Process, point: str) -> str:
    """What is wrong with it: that it did not."""
    await bridge.start(dies=point)
    try:
        await bridge.ended(REACHED_WITHIN)
    except TimeoutError:
        await bridge.kill()
        return f"nobody passed the point: {point}"
    return "" if bridge.died else f"it ended by itself, before the point: {point}"
