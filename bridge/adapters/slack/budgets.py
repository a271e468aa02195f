"""How often each method may be asked in one workspace, so that Slack never has to say 429 in steady state.

Slack counts by method, workspace and app; the tiers are its lower bounds (docs.slack.dev/apis/web-api/rate-limits).
The spacing of messages in one channel is not here: it belongs to the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.model.clock import Clock
from bridge.model.errors import Throttled

TIERS: Mapping[str, int] = {
    "chat.postMessage": 300,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.join": 50,
    "conversations.members": 100,
    "conversations.open": 50,
    "conversations.replies": 50,
    "emoji.list": 20,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "reactions.get": 50,
    "team.info": 50,
    "users.info": 100,
    "users.list": 20,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}
"""Requests a minute. Of `chat.postMessage` Slack says "several hundred messages per minute" for a workspace."""

TIER_3 = 50
BURST = 5
"""A fifth of a minute's requests may go out at once."""
PATIENCE = 1.0
"""Seconds worth waiting for a turn; whoever would wait longer is told when to come back."""
SPREAD = 120.0
"""Seconds over which those are spread who were told to come back."""


@dataclass(slots=True)
class Bucket:
    """Tokens that come back with time. In any 60 seconds fewer than `minute` requests pass, however they bunch."""

    minute: int
    tokens: float
    at: float
    refused: int = 0
    closed_until: float = 0.0

    @classmethod
    def full(cls, minute: int, now: float) -> Bucket:
        return cls(minute, float(max(1, minute // BURST)), now)

    @property
    def rate(self) -> float:
        """Tokens a second: what a minute has left after a burst."""
        return (self.minute - max(1, self.minute // BURST) - 1) / 60

    def spend(self, now: float) -> float:
        """Seconds to wait before the request may go out. Raises Throttled where that is more than PATIENCE."""
        if now < self.closed_until:
            raise Throttled(seconds=round(self.closed_until - now + self._turn(), 2))
        self.tokens = min(float(max(1, self.minute // BURST)), self.tokens + (now - self.at) * self.rate)
        self.at = now
        wait = max(0.0, (1 - self.tokens) / self.rate)
        if wait > PATIENCE:
            raise Throttled(seconds=round(wait + self._turn(), 2))
        self.tokens -= 1
        self.refused = 0 if wait == 0 else self.refused
        return wait

    def close(self, now: float, seconds: float) -> None:
        """Slack said when it will listen again."""
        self.closed_until = max(self.closed_until, now + seconds)
        self.tokens, self.at = min(self.tokens, 1.0), self.closed_until

    def _turn(self) -> float:
        """Those who were refused come back one after the other, not all at once."""
        turn = self.refused / self.rate % SPREAD
        self.refused += 1
        return turn


class Budgets:
    """One workspace's buckets, by method."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def spend(self, method: str) -> float:
        """Seconds to wait before asking. Raises Throttled with the seconds after which to come back."""
        return self._of(method).spend(self._clock.monotonic())

    def close(self, method: str, seconds: float) -> None:
        """After a rate error: the method is not asked again before that."""
        self._of(method).close(self._clock.monotonic(), seconds)

    def _of(self, method: str) -> Bucket:
        found = self._buckets.get(method)
        if found is None:
            found = Bucket.full(TIERS.get(method, TIER_3), self._clock.monotonic())
            self._buckets[method] = found
        return found
