"""How often each method may be asked in one workspace, so that Slack never has to say 429 in steady state.

Slack counts by method, workspace and app; the tiers are its lower bounds (docs.slack.dev/apis/web-api/rate-limits).
The spacing of messages in one channel is not here: it belongs to the place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

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
    "users.conversations": 50,
    "users.info": 100,
    "users.list": 20,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}
"""Requests a minute. Of `chat.postMessage` Slack says "several hundred messages per minute" for a workspace."""

TIER_3 = 50
WINDOW = 61.0
"""Slack counts over a minute; requests do not all take as long to get there."""
SPARE = 5
"""A fifth of a minute's requests is kept from those that can wait."""
PATIENCE = 1.0
"""Seconds worth waiting for a turn; whoever would wait longer is told when to come back."""
SPREAD = 120.0
"""Seconds over which those are spread who were told to come back."""


@dataclass(slots=True)
class Window:
    """The requests of the last minute. A quiet minute's first ones pass at once, however many there are; in any 60
    seconds fewer than `minute` do."""

    minute: int
    passed: deque[float] = field(default_factory=deque)
    refused: int = 0
    closed_until: float = 0.0

    def spend(self, now: float, spare: bool = False) -> float:
        """Seconds to wait before the request may go out. Raises Throttled where that is more than PATIENCE.

        `spare`: of a request that can wait, so that others find some left."""
        while self.passed and self.passed[0] <= now - WINDOW:
            self.passed.popleft()
            self.refused = max(0, self.refused - 1)
        if now < self.closed_until:
            raise Throttled(seconds=round(self.closed_until - now + self._turn(), 2))
        most = self.minute - 1 - (self.minute // SPARE if spare else 0)
        over = len(self.passed) - most
        wait = max(0.0, self.passed[over] + WINDOW - now) if over >= 0 else 0.0
        if wait > PATIENCE:
            raise Throttled(seconds=round(wait + self._turn(), 2))
        self.passed.append(now + wait)
        return wait

    def close(self, now: float, seconds: float) -> None:
        """Slack said when it will listen again."""
        self.closed_until = max(self.closed_until, now + seconds)

    def _turn(self) -> float:
        """Those who were refused come back one after the other, not all at once."""
        turn = self.refused * WINDOW / self.minute % SPREAD
        self.refused += 1
        return turn


class Budgets:
    """One workspace's windows, by method."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, Window] = {}

    def spend(self, method: str, spare: bool = False) -> float:
        """Seconds to wait before asking. Raises Throttled with the seconds after which to come back."""
        return self._of(method).spend(self._clock.monotonic(), spare)

    def close(self, method: str, seconds: float) -> None:
        """After a rate error: the method is not asked again before that."""
        self._of(method).close(self._clock.monotonic(), seconds)

    def _of(self, method: str) -> Window:
        return self._windows.setdefault(method, Window(TIERS.get(method, TIER_3)))
