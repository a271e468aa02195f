"""Stops asking long before Discord stops answering. Nothing here waits.

Discord bans an address for 10,000 invalid requests in ten minutes: those answered by 401, 403 or 429 (docs:
topics/rate-limits).
"""

from __future__ import annotations

from collections import deque

from bridge.adapters.discord.rest.errors import TokenRefused
from bridge.adapters.discord.rest.pace import Heard
from bridge.model.clock import Clock
from bridge.model.errors import NotYet
from bridge.model.pace.told import at_least

WINDOW = 600.0
LIMIT = 1_000
"""Invalid requests in a window: a tenth of what Discord bears, since others may share the address."""
PROBE_SECONDS = 60.0
"""Between two requests with a token that was refused: Discord may take it back."""

_INVALID = (401, 403, 429)


class Breaker:
    """One for each token and address. It hears every answer and is asked before every request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._invalid: deque[float] = deque()
        self._banned_until = 0.0
        self._probe_at: float | None = None

    @property
    def refused(self) -> str:
        """Why Discord takes the token no more, a sentence; empty while it does."""
        return "" if self._probe_at is None else TokenRefused().english()

    def hear(self, heard: Heard) -> None:
        """An answer came in."""
        now = self._clock.monotonic()
        if heard.banned:
            self._banned_until = max(self._banned_until, now + heard.retry_after)
        # Of a limit that others use up together with us, nobody says that it is our fault.
        if heard.status in _INVALID and heard.scope != "shared":
            self._invalid.append(now)
        if not heard.by_token:
            return
        if heard.status == 401:
            self._probe_at = now + PROBE_SECONDS
        elif heard.status < 500 and heard.status != 429:
            self._probe_at = None

    def check(self) -> None:
        """May a request go out? Raises NotYet where not now, TokenRefused where nobody would listen; a token that was
        refused is tried again once in a while."""
        now = self._clock.monotonic()
        while self._invalid and self._invalid[0] <= now - WINDOW:
            self._invalid.popleft()
        opens = self._banned_until
        if (over := len(self._invalid) - LIMIT) >= 0:
            opens = max(opens, self._invalid[over] + WINDOW)
        if opens > now:
            raise NotYet(seconds=at_least(opens - now))
        if self._probe_at is None:
            return
        if now < self._probe_at:
            raise TokenRefused()
        self._probe_at = now + PROBE_SECONDS
