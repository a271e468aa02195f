"""Rate limits of the fake: buckets by route and major parameter, the global one, and Discord's headers.

Time is that of the fake's clock (`monotonic`): with a FixedClock a bucket fills up again only when the test moves the
clock; with a SystemClock it does so by itself. Only the limit of creating messages (5 in 5 s a channel, observed, not
documented) is near; all others are far away, unless a test sets them with `rate`.
Source: docs.discord.com/developers/topics/rate-limits.
"""

from __future__ import annotations

import hashlib
import math
from collections import deque
from dataclasses import dataclass, field

from bridge.model.clock import Clock

MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")
GENEROUS = (1_000, 1.0)
CREATE = "POST /channels/{channel_id}/messages"


@dataclass(frozen=True)
class Held:
    """A request that came too early: the seconds to wait, and whose limit it is."""

    retry_after: float
    scope: str
    globally: bool = False


@dataclass
class Bucket:
    """A window that begins with its first request."""

    limit: int
    seconds: float
    begun: float = 0.0
    used: int = 0

    def left(self, now: float) -> float:
        """Seconds until it is empty again."""
        if now >= self.begun + self.seconds:
            self.begun, self.used = now, 0
        return self.begun + self.seconds - now


@dataclass
class Limits:
    """`enforce`: whether anybody is held; where not, the headers say that there is room.

    `globally`: requests in so many seconds over all routes but those of interactions (50 in 1 s at Discord).
    """

    clock: Clock
    enforce: bool = True
    globally: tuple[int, float] = GENEROUS
    rates: dict[str, tuple[int, float]] = field(default_factory=lambda: {CREATE: (5, 5.0)})
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def rate(self, route: str, limit: int, seconds: float) -> None:
        """Sets the limit of one route, for each major parameter of its own."""
        from tests.fakes.discord.tables import ROUTES

        assert route in ROUTES, f"there is no route {route!r}"
        self.rates[route] = (limit, seconds)
        self._buckets.clear()

    def take(self, route: str, ids: dict[str, str], *, free: bool) -> tuple[dict[str, str], Held | None]:
        """The headers, and whether the request is held. `free`: the global limit does not count it."""
        now = self.clock.monotonic()
        bucket = self._bucket(route, ids)
        left = bucket.left(now)
        held = None
        if self.enforce:
            held = None if free else self._global(now)
            if held is None and bucket.used >= bucket.limit:
                held = Held(left, "user")
            if held is None:
                bucket.used += 1
        remaining = bucket.limit - (bucket.used if self.enforce else 1)
        return self._headers(route, bucket, remaining, left), held

    def _bucket(self, route: str, ids: dict[str, str]) -> Bucket:
        key = " ".join([route, *(ids.get(name, "") for name in MAJOR)])
        return self._buckets.setdefault(key, Bucket(*self.rates.get(route, GENEROUS)))

    def _global(self, now: float) -> Held | None:
        limit, seconds = self.globally
        while self._all and self._all[0] <= now - seconds:
            self._all.popleft()
        if len(self._all) >= limit:
            return Held(self._all[0] + seconds - now, "global", True)
        self._all.append(now)
        return None

    def _headers(self, route: str, bucket: Bucket, remaining: int, left: float) -> dict[str, str]:
        reset = self.clock.now().timestamp() + left
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(remaining, 0)),
            "X-RateLimit-Reset": f"{reset:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
        }


def held_headers(held: Held) -> dict[str, str]:
    """Of a 429."""
    made = {"Retry-After": str(math.ceil(held.retry_after)), "X-RateLimit-Scope": held.scope}
    return made | ({"X-RateLimit-Global": "true"} if held.globally else {})
