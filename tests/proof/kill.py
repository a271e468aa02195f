"""kill -9 of the whole process at random times, while twenty updates a second go to fifty places."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.database import database
from tests.bench.figures import Progress
from tests.proof.means.database import at_rest, engines, unclear
from tests.proof.means.findings import Finding
from tests.proof.means.process import Process
from tests.proof.means.town import SHORTER, leased, town
from tests.proof.means.traffic import Traffic
from tests.proof.means.verdicts import Course, findings

KILLS, KILLS_LONG = 5, 1000
LIVES = (0.3, 3.0)
"""Seconds that a process lives, once it is heard: drawn by lot."""
LEASED = 2.0
RESTS_WITHIN = 120.0


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    kills = KILLS_LONG if long else KILLS
    return [one for engine in engines() for one in await _on(engine, kills, say, seed)]


async def _on(engine: str, kills: int, say: Progress, seed: int) -> Sequence[Finding]:
    lots, course = random.Random(seed), Course(f"kill, {engine}", f"{kills} kills")
    async with town(seed) as places, database(engine) as url:
        with tempfile.TemporaryDirectory() as folder:
            bridge = Process(Path(folder), places.variables(url), SHORTER | leased(LEASED))
            await bridge.start()
            try:
                say(f"kill, {engine}: fifty places follow")
                await places.settle(bridge)
                traffic = Traffic(places, seed)
                async with traffic.flowing():
                    for number in range(kills):
                        say(f"kill, {engine}", number, kills)
                        await places.lives(lots.uniform(*LIVES))
                        killed = time.monotonic()
                        await bridge.kill()
                        course.in_flight |= await unclear(url)
                        await bridge.start()
                        course.recovered.append(await traffic.next_receipt(killed, 60))
                say(f"kill, {engine}: until it is at rest")
                await places.told()
                course.rested = await at_rest(url, RESTS_WITHIN)
                await bridge.stop()
            finally:
                if bridge.running:
                    await bridge.kill()
            return findings(course, places, traffic, bridge.log, url)
