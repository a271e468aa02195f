"""One run: so many messages to so many places of a simulated platform, and what came of it."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bridge.model.pace.told import seconds_told
from tests.pacing.askers import Ask, Asker
from tests.pacing.loop import VirtualLoop
from tests.pacing.platforms import Answer, Platform, one_way


@dataclass
class Run:
    """`early`: requests that went out before the moment that a rate error had told, to the place or, where it was of
    all, to any. `seconds`: until the last one stood there."""

    platform: Platform
    seed: int = 0
    early: int = 0
    asked: int = 0
    seconds: float = 0.0
    _told: dict[str, float] = field(default_factory=dict)
    _draw: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)

    @property
    def refused(self) -> int:
        return len(self.platform.refused)

    def share(self, fastest: float) -> float:
        """Of the speed that the limits allow: `fastest`, seconds."""
        return fastest / self.seconds

    def asking(self, place: str) -> Ask:
        async def ask() -> Answer:
            now = asyncio.get_running_loop().time
            self.asked += 1
            if now() < max(self._told.get(place, 0.0), self._told.get("", 0.0)):
                self.early += 1
            await asyncio.sleep(one_way(self._draw))
            answer = self.platform.ask(place, now())
            await asyncio.sleep(one_way(self._draw))
            if not answer.ok and (wait := seconds_told(answer.headers.get("Retry-After"))) is not None:
                scope = "" if answer.whole else place
                self._told[scope] = max(self._told.get(scope, 0.0), now() + wait)
            return answer

        return ask

    async def send(self, asker: Asker, backlog: Mapping[str, int]) -> None:
        """One after the other in a place, all places at once, as the courier does."""

        async def serve(place: str, messages: int) -> None:
            ask = self.asking(place)
            for left in range(messages, 0, -1):
                await asker.post(place, ask, left)

        await asyncio.gather(*(serve(place, messages) for place, messages in backlog.items()))
        self.seconds = asyncio.get_running_loop().time()


def virtually(work: Callable[[], Awaitable[None]]) -> None:
    """Runs it on a loop of its own, whose time passes only by waiting."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work())  # type: ignore[arg-type]
    finally:
        loop.close()


def sent(platform: Platform, make: Callable[[], Asker], backlog: Mapping[str, int], seed: int = 0) -> Run:
    run = Run(platform, seed)

    async def work() -> None:
        await run.send(make(), backlog)

    virtually(work)
    return run


ONE = {"C1": 3_000}


def even(places: int, messages: int = 3_000) -> dict[str, int]:
    return {f"C{number}": messages // places for number in range(places)}


def skewed(places: int, messages: int = 3_000) -> dict[str, int]:
    """The first has the most, each further one a fifth less, and at least one."""
    weights = [0.8**number for number in range(places)]
    return {f"C{number}": max(1, round(messages * weight / sum(weights))) for number, weight in enumerate(weights)}


def fastest_spaced(backlog: Mapping[str, int], seconds: float = 1.0, burst: int = 0, whole: float = math.inf) -> float:
    """Seconds that one message in `seconds` a place and `whole` a second of all allow at best."""
    return max(max(backlog.values()) * seconds - (burst + 1) * seconds, sum(backlog.values()) / whole)


def fastest_windows(backlog: Mapping[str, int], size: int = 5, seconds: float = 5.0, whole: float = math.inf) -> float:
    longest = seconds * (math.ceil(max(backlog.values()) / size) - 1)
    return max(longest, (sum(backlog.values()) - 50) / whole)
