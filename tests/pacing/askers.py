"""Who asks a platform: our pacers as the adapters use them, and beside them aiolimiter and the SDKs' own code."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Protocol

from aiolimiter import AsyncLimiter
from discord.http import Ratelimit
from multidict import CIMultiDict
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.state import RetryState

from bridge.adapters._turns import Line
from bridge.adapters.discord.rest.api import MOST
from bridge.adapters.discord.rest.pace import Seen, read_head
from bridge.adapters.slack.web import errors
from bridge.adapters.slack.web.budgets import MESSAGES, Budgets
from bridge.model.errors import NotYet
from bridge.model.pace.places import Headers, Pacer, Spacing, Trip
from bridge.model.pace.shared import Share, Window, alone
from bridge.model.pace.told import NOTHING_TOLD, Hint, Whose
from tests.pacing.loop import VirtualClock
from tests.pacing.platforms import Answer

Ask = Callable[[], Awaitable[Answer]]


class Asker(Protocol):
    """`post` makes one message stand in a place, however often it has to ask. `load`: how many wait there."""

    async def post(self, place: str, ask: Ask, load: int = 0) -> None: ...


@dataclass
class Kept:
    """What the store keeps of places: it outlives a process. A time and a text, as in the table of lanes."""

    free: dict[str, datetime] = field(default_factory=dict)
    pace: dict[str, str] = field(default_factory=dict)


class Ours:
    """As the courier asks: not before the place is free, in the turn of the shared budgets."""

    pacer: Pacer

    def __init__(self, kept: Kept | None = None, clock: VirtualClock | None = None, seed: int = 0) -> None:
        self.kept, self.clock = kept or Kept(), clock or VirtualClock()
        self._draw = random.Random(seed)

    async def post(self, place: str, ask: Ask, load: int = 0) -> None:
        while True:
            wait = (self.kept.free.get(place, self.clock.now()) - self.clock.now()).total_seconds()
            if wait > 0:
                await asyncio.sleep(wait)
            try:
                turn = await self.turn(load)
            except NotYet as later:
                await asyncio.sleep(float(str(later.params["seconds"])))
                continue
            began = self.clock.monotonic()
            answer = await ask()
            hint = self.heard(place, turn, began, answer)
            state = self.kept.pace.get(place, "")
            trip = Trip(self.clock.now(), self.clock.monotonic() - began, hint, self._draw.random())
            paced = self.pacer.after(state, trip)
            self.kept.pace[place] = paced.state
            if paced.free is not None:
                self.kept.free[place] = paced.free
            if answer.ok:
                return

    async def turn(self, load: int) -> float: ...  # type: ignore[empty-body]

    def heard(self, place: str, turn: float, began: float, answer: Answer) -> Hint: ...  # type: ignore[empty-body]


class OurSlack(Ours):
    pacer = Spacing()

    def __init__(
        self,
        kept: Kept | None = None,
        clock: VirtualClock | None = None,
        most: int = 600,
        share: Share = alone,
    ) -> None:
        super().__init__(kept, clock)
        self.budgets = Budgets(self.clock, most, share)

    async def turn(self, load: int) -> float:
        return await self.budgets.turn(MESSAGES, load)

    def heard(self, place: str, turn: float, began: float, answer: Answer) -> Hint:
        told = errors.retry_after(200 if answer.ok else 429, {}, answer.headers)
        hint = Hint(retry_after=told, began=began, answered=self.clock.monotonic())
        return self.budgets.heard(MESSAGES, place, turn, hint)


class OurDiscord(Ours):
    pacer = Headers()

    def __init__(self, kept: Kept | None = None, clock: VirtualClock | None = None, share: Share = alone) -> None:
        super().__init__(kept, clock)
        self.line = Line(Window(MOST, 1.0, patience=2.0, share=share), self.clock)

    async def turn(self, load: int) -> float:
        return await self.line.turn(load)

    def heard(self, place: str, turn: float, began: float, answer: Answer) -> Hint:
        seen = Seen(self.clock)
        seen.began = began
        seen.hear(read_head(200 if answer.ok else 429, CIMultiDict(answer.headers)))
        whole = seen.hint.retry_after is not None and seen.hint.whose is Whose.SHARED
        self.line.budget.heard(turn, seen.at, seen.hint if whole else NOTHING_TOLD)
        return seen.hint


async def sit_out(answer: Answer) -> None:
    await asyncio.sleep(float(answer.headers["Retry-After"]))


class Aiolimiter:
    """One limiter a place; what it lets through too early is sat out."""

    def __init__(self, rate: float, seconds: float) -> None:
        self._make = lambda: AsyncLimiter(rate, seconds)
        self._limiters: dict[str, AsyncLimiter] = {}

    async def post(self, place: str, ask: Ask, load: int = 0) -> None:
        limiter = self._limiters.setdefault(place, self._make())
        while True:
            await limiter.acquire()
            answer = await ask()
            if answer.ok:
                return
            await sit_out(answer)


class SlackSdk:
    """Asks at once, and after a rate error its own handler sleeps."""

    def __init__(self) -> None:
        self._handler = AsyncRateLimitErrorRetryHandler()

    async def post(self, place: str, ask: Ask, load: int = 0) -> None:
        while not (answer := await ask()).ok:
            response: Any = SimpleNamespace(headers={"retry-after": [answer.headers["Retry-After"]]})
            with suppress(Exception):
                await self._handler.prepare_for_next_attempt_async(
                    state=RetryState(),
                    request=SimpleNamespace(),
                    response=response,
                    error=None,  # type: ignore[arg-type]
                )


class DiscordPy:
    """Its own class for the limit of one route in one place, used as its HTTP client uses it."""

    def __init__(self) -> None:
        self._limits: dict[str, Ratelimit] = {}

    async def post(self, place: str, ask: Ask, load: int = 0) -> None:
        limit = self._limits.setdefault(place, Ratelimit(None))
        async with limit:
            while True:
                answer = await ask()
                if answer.ok:
                    response: Any = SimpleNamespace(headers=CIMultiDict(answer.headers))
                    limit.update(response)
                    return
                await asyncio.sleep(float(answer.headers["X-RateLimit-Reset-After"]))
