"""What the heads of Discord's answers tell of limits. When the next request may go out is model/pace's to say; invalid
requests are breaker.py's.

Discord counts by route and place, and the numbers are nobody's to know beforehand: each answer's head tells how many
requests are left and when there will be more (docs: topics/rate-limits). The SDK keeps the head to itself, so it is
read where the answer comes in, by `trace`; and it paces by it as well, which `alone` takes from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import SimpleNamespace

import aiohttp
import discord
from discord.http import HTTPClient, Ratelimit, Route
from yarl import URL

from bridge.model.clock import Clock
from bridge.model.errors import NotYet, SendFailure, Throttled
from bridge.model.pace.told import Hint, Whose, at_least, seconds_told

WAIT_SECONDS = 5.0
"""After a 429 that does not say how long."""
BAN_SECONDS = 60.0
"""The same, where it is not Discord's own but Cloudflare's, before it."""
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
    left = seconds_told(headers.get("X-RateLimit-Remaining"))
    reset_after = seconds_told(headers.get("X-RateLimit-Reset-After"))
    if status != 429:
        return Heard(status, None if left is None else int(left), reset_after or 0.0, by_token=by_token)
    # Discord's own answers come through a proxy that says so (discord/http.py).
    banned = "Via" not in headers
    told = seconds_told(headers.get("Retry-After"))
    otherwise = BAN_SECONDS if banned else WAIT_SECONDS if reset_after is None else reset_after
    scope = "global" if headers.get("X-RateLimit-Global") else headers.get("X-RateLimit-Scope", "")
    return Heard(status, 0, reset_after or 0.0, otherwise if told is None else told, scope, banned, by_token)


class Seen:
    """What the answer to one request told, even before the request returns. `began`, `at`: when it was asked, and when
    its answer came, monotonic seconds. `alone`: the SDK neither waits before it nor keeps its answer back."""

    def __init__(self, clock: Clock, posts: bool = False, alone: bool = False) -> None:
        self._clock = clock
        self.posts, self.alone = posts, alone
        self.began = self.at = clock.monotonic()
        self.heard: Heard | None = None

    def hear(self, heard: Heard) -> None:
        self.heard, self.at = heard, self._clock.monotonic()

    @property
    def hint(self) -> Hint:
        heard = self.heard
        if heard is None:
            return Hint()
        told = heard.retry_after if heard.status == 429 else None
        whose = Whose.SHARED if heard.scope == "global" or heard.banned else Whose.PLACE
        return Hint(heard.remaining, heard.reset_after, told, whose, self.began, self.at)

    def hint_of(self, failure: SendFailure) -> Hint:
        """The same; some of Discord's errors are rate errors without being a 429."""
        if isinstance(failure, Throttled) and self.heard is not None and self.heard.status != 429:
            return replace(self.hint, retry_after=float(str(failure.params["seconds"])))
        return self.hint

    @property
    def closed_until(self) -> float:
        """When another request like it may go out. Those of the courier come just in time to arrive then: so this is
        counted from the question where Discord has not said no."""
        hint = self.hint
        return (self.at if hint.retry_after is not None else self.began) + hint.wait


_WATCHED: ContextVar[Seen | None] = ContextVar("watched", default=None)


class Pace:
    """`listeners` are told each answer, as soon as its head is there."""

    def __init__(self, clock: Clock, *listeners: Callable[[Heard], None]) -> None:
        self._clock, self._listeners = clock, listeners
        self._closed: dict[str, float] = {}

    @contextmanager
    def watch(self, key: str = "", posts: bool = False, paced: bool = False) -> Iterator[Seen]:
        """Around one request, in the same task: what its answer tells is in `Seen` before the request returns.

        `key`: route and place, so that after a 429 nobody asks there again too early. `posts`: doing it twice shows it
        twice; so it is asked once only. `paced`: whoever asks goes by what the answer tells. The answer to
        either is handed on at once, whatever is left. Raises NotYet where it is too early.
        """
        if (wait := self._closed.get(key, 0.0) - self._clock.monotonic()) > 0:
            raise NotYet(seconds=at_least(wait))
        seen = Seen(self._clock, posts, alone=bool(key) and (posts or paced))
        before = _WATCHED.set(seen)
        try:
            yield seen
        finally:
            _WATCHED.reset(before)
            if key and (seen.alone or (seen.heard and seen.heard.status == 429)):
                self._close(key, seen.closed_until)

    def hear(self, heard: Heard) -> Seen | None:
        """An answer came in. Returns who watches for it, if anybody does."""
        seen = _WATCHED.get()
        if seen is not None:
            seen.hear(heard)
        for listener in self._listeners:
            listener(heard)
        return seen

    def _close(self, key: str, until: float) -> None:
        now = self._clock.monotonic()
        if len(self._closed) >= REMEMBERED:
            self._closed = {key: until for key, until in self._closed.items() if until > now}
        if until > now:
            self._closed[key] = until


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


class _Alone(Ratelimit):
    """Lets every request through at once."""

    async def __aenter__(self) -> _Alone:
        return self

    async def __aexit__(self, *_: object) -> None: ...


def let_alone(http: HTTPClient) -> None:
    """Takes from the SDK the pacing of what we pace ourselves. It would keep the answer to the last request of a window
    back until there are more (discord/http.py: Ratelimit.__aexit__), and what is not handed on can't be remembered; and
    of a window longer than its bound it lets one request through, whatever is left of it."""
    paced, free = http.get_ratelimit, _Alone(None)

    def get_ratelimit(key: str) -> Ratelimit:
        seen = _WATCHED.get()
        return free if seen is not None and seen.alone else paced(key)

    http.get_ratelimit = get_ratelimit  # type: ignore[method-assign]
