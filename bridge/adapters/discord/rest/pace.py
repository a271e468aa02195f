"""When the next request may go out, so that Discord has no reason to say 429. Invalid requests are breaker.py's.

Discord counts by route and place, and the numbers are nobody's to know beforehand: each answer's head tells how many
requests are left and when there will be more (docs: topics/rate-limits). The SDK keeps the head to itself, so it is
read where the answer comes in, by `trace`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import ClassVar

import aiohttp
import discord
from discord.http import Route
from yarl import URL

from bridge.model.clock import Clock
from bridge.model.errors import Throttled

UNUSED = 1
"""Requests left to a place. Whoever takes the last one gets its answer late: the SDK sleeps until there are more before
it hands the answer on (discord/http.py: Ratelimit.__aexit__), and what is not handed on cannot be remembered."""
MARGIN = 0.02
"""Seconds after the moment that Discord told: it tells whole milliseconds, and a clock may be corrected meanwhile."""
WAIT_SECONDS = 5.0
"""After a 429 that does not say how long."""
BAN_SECONDS = 60.0
"""The same, where it is not Discord's own but Cloudflare's, before it."""
LONGEST = 3600.0
"""Seconds believed. Asking once an hour harms nobody, and no mistake of theirs may silence a place for years."""
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, as its head told; no address, since that may hold a token.

    `remaining`, `reset_after`: requests left of the route in that place, and seconds until there are all again; None
    where Discord does not count. Of a 429: `retry_after`, seconds until it listens again; `scope`, whose limit it was
    ("user", "global" or "shared"); `banned`: Cloudflare spoke, not Discord. `by_token`: the bot's token opened it, not
    that of an interaction.
    """

    status: int
    remaining: int | None = None
    reset_after: float = 0.0
    retry_after: float = 0.0
    scope: str = ""
    banned: bool = False
    by_token: bool = True


def read_head(status: int, headers: Mapping[str, str], by_token: bool = True) -> Heard:
    """`headers`: found whatever their case. What is missing or cannot be read counts as not told."""
    left, reset_after = _number(headers.get("X-RateLimit-Remaining")), _number(headers.get("X-RateLimit-Reset-After"))
    if status != 429:
        return Heard(status, None if left is None else int(left), reset_after or 0.0, by_token=by_token)
    # Discord's own answers come through a proxy that says so (discord/http.py).
    banned = "Via" not in headers
    told = _number(headers.get("Retry-After"))
    otherwise = BAN_SECONDS if banned else WAIT_SECONDS if reset_after is None else reset_after
    scope = "global" if headers.get("X-RateLimit-Global") else headers.get("X-RateLimit-Scope", "")
    return Heard(status, 0, reset_after or 0.0, otherwise if told is None else told, scope, banned, by_token)


def bounded(seconds: float) -> float:
    """Seconds to wait as far as they are believed: from none to an hour."""
    return min(max(seconds, 0.0), LONGEST) if math.isfinite(seconds) else LONGEST


def at_least(seconds: float) -> float:
    """The seconds in whole hundredths, so that nobody comes too early."""
    return math.ceil(seconds * 100) / 100


class Seen:
    """What the answer to one request told, even before the request returns. `at`: when it came, monotonic seconds."""

    def __init__(self, clock: Clock, posts: bool = False) -> None:
        self._clock = clock
        self.posts = posts
        self.at = 0.0
        self.heard: Heard | None = None

    def hear(self, heard: Heard) -> None:
        self.heard, self.at = heard, self._clock.monotonic()

    def free(self, now: datetime) -> datetime | None:
        """The earliest moment for the next request like it to the same place, one left unused; None: at once. `now`:
        aware UTC."""
        left = self.left()
        return now + timedelta(seconds=left + MARGIN) if left > 0 else None

    def left(self) -> float:
        """Seconds until the next one may be asked."""
        if self.heard is None:
            return 0.0
        wait = self.heard.retry_after
        if self.heard.remaining is not None and self.heard.remaining <= UNUSED:
            wait = max(wait, self.heard.reset_after)
        return max(0.0, self.at + wait - self._clock.monotonic())


_WATCHED: ContextVar[Seen | None] = ContextVar("watched", default=None)


class Pace:
    """`listeners` are told each answer, as soon as its head is there."""

    def __init__(self, clock: Clock, *listeners: Callable[[Heard], None]) -> None:
        self._clock, self._listeners = clock, listeners
        self._closed: dict[str, float] = {}

    @contextmanager
    def watch(self, key: str = "", posts: bool = False) -> Iterator[Seen]:
        """Around one request, in the same task: what its answer tells is in `Seen` before the request returns.

        `key`: route and place, so that after a 429 nobody asks there again too early. `posts`: doing it twice shows it
        twice; so it leaves one unused, and it is asked once only. Raises Throttled where it is too early.
        """
        if (wait := self._closed.get(key, 0.0) - self._clock.monotonic()) > 0:
            raise Throttled(seconds=at_least(wait))
        seen = Seen(self._clock, posts)
        before = _WATCHED.set(seen)
        try:
            yield seen
        finally:
            _WATCHED.reset(before)
            if key and (posts or (seen.heard and seen.heard.status == 429)) and (left := seen.left()) > 0:
                self._close(key, left)

    def hear(self, heard: Heard) -> Seen | None:
        """An answer came in. Returns who watches for it, if anybody does."""
        seen = _WATCHED.get()
        if seen is not None:
            seen.hear(heard)
        for listener in self._listeners:
            listener(heard)
        return seen

    def _close(self, key: str, seconds: float) -> None:
        now = self._clock.monotonic()
        if len(self._closed) >= REMEMBERED:
            self._closed = {key: until for key, until in self._closed.items() if until > now}
        self._closed[key] = now + seconds


def trace(pace: Pace) -> aiohttp.TraceConfig:
    """For `discord.Client(http_trace=…)`. Tells the pace each answer of the API, before the SDK does anything with it.

    What the SDK would sit out by itself is taken from it: any 429 becomes its RateLimited at once, 5xx to a post its
    DiscordServerError. Else it sleeps past our deadline and asks again behind our back; and cancelled while it sleeps
    for a global limit, it never makes a request again (discord/http.py: `_global_over` stays cleared).
    """

    async def ended(_: aiohttp.ClientSession, __: SimpleNamespace, told: aiohttp.TraceRequestEndParams) -> None:
        base, address = str(URL(Route.BASE)), str(told.url)
        if not address.startswith(f"{base}/"):
            return
        by_token = not address[len(base) :].startswith(("/interactions/", "/webhooks/"))
        heard = read_head(told.response.status, told.response.headers, by_token)
        seen = pace.hear(heard)
        if heard.status == 429:
            raise discord.RateLimited(heard.retry_after)
        if heard.status >= 500 and seen is not None and seen.posts:
            raise discord.DiscordServerError(told.response, None)

    config = aiohttp.TraceConfig()
    config.on_request_end.append(ended)
    return config


class Turns:
    """One in `spacing` seconds; after a quiet time `burst` at once. Who would wait longer than `patience` seconds is
    told when to come back: one after the other, within `spread` seconds."""

    spacing: ClassVar[float]
    burst: ClassVar[int]
    patience: ClassVar[float] = 1.0
    spread: ClassVar[float]

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due = 0.0  # when the next one goes, if they go evenly
        self._promised = 0.0
        self._closed_until = 0.0

    def spend(self) -> float:
        """Seconds to wait before asking. Raises Throttled with the seconds after which to come back."""
        now = self._clock.monotonic()
        opens = max(now, self._closed_until, self._due - (self.burst - 1) * self.spacing)
        if opens - now > self.patience:
            raise Throttled(seconds=at_least(self._turn(opens) - now))
        self._due = max(self._due, opens) + self.spacing
        return opens - now

    def close(self, seconds: float) -> None:
        """Nobody goes before that."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + seconds)

    def _turn(self, opens: float) -> float:
        self._promised = max(self._promised + self.spacing, opens)
        if self._promised > opens + self.spread:
            self._promised = opens
        return self._promised


class Budget(Turns):
    """All requests of the bot but answers to interactions: Discord takes 50 in a second (docs: topics/rate-limits)."""

    spacing = 1 / 40
    burst = 5
    spread = 60.0

    def hear(self, heard: Heard) -> None:
        """An answer came in: of a limit for the whole bot, everybody waits."""
        if heard.status == 429 and heard.scope == "global":
            self.close(heard.retry_after)


class Door(Turns):
    """To direct messages with people never written to before. Discord puts bots that open some tens of them in a row
    under quarantine, and says of no number that it is safe (discord-api-docs #5987)."""

    spacing = 6.0
    burst = 1
    patience = 0.05
    spread = 7200.0


def _number(text: str | None) -> float | None:
    try:
        told = float(text or "nan")
    except ValueError:
        return None
    return bounded(told) if told >= 0 and math.isfinite(told) else None
