"""What all places of a workspace, or of a bot, share: budgets of requests. Each may be divided among processes.

Nobody waits here: a budget is asked for a turn at a moment (monotonic seconds) and answers with seconds to wait, or
raises NotYet, of which nobody learns anything: nothing was asked.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bridge.model.errors import NotYet
from bridge.model.pace.places import CAREFUL, MARGIN, WARM
from bridge.model.pace.told import Hint, Whose, at_least

PATIENCE = 1.0
LOST = 60.0
"""Seconds after which a request without an answer has none."""
MINUTE = 60.0

Share = Callable[[], int]
"""How many processes there are to divide a budget among, this one counted."""


def alone() -> int:
    return 1


class Budget(Protocol):
    """`spend` comes before a request, `heard` with its answer, where one comes.

    `reserves`: a wait of more than 0 is a promise, and the turn is taken. Otherwise it is only when to ask again.
    """

    patience: float
    """Seconds worth waiting for a turn; whoever would wait longer is told when to come back."""

    @property
    def reserves(self) -> bool: ...

    def spend(self, now: float, spare: bool = False) -> float:
        """Seconds to wait. `spare`: of a request that can wait, so that others find some left. Raises NotYet."""
        ...

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        """`began`: the moment at which `spend` was asked for the turn."""
        ...


class _Queue:
    """Those who are sent away come back one after the other, within `spread` seconds."""

    def __init__(self, spread: float) -> None:
        self._spread = spread
        self._promised = 0.0
        self._closed_until = 0.0

    def close(self, now: float, seconds: float) -> None:
        """Nobody goes before that."""
        self._closed_until = max(self._closed_until, now + seconds)

    def _away(self, now: float, opens: float, spacing: float) -> NotYet:
        self._promised = max(self._promised + spacing, opens)
        if self._promised > opens + self._spread:
            self._promised = opens
        return NotYet(seconds=at_least(self._promised - now))


class Turns(_Queue):
    """One in `spacing` seconds; after a quiet time `burst` at once."""

    reserves = True

    def __init__(
        self, spacing: float, burst: int = 1, patience: float = PATIENCE, spread: float = 60.0, share: Share = alone
    ) -> None:
        super().__init__(spread)
        self.spacing, self.burst, self.patience = spacing, burst, patience
        self._share = share
        self._due = 0.0  # when the next one goes, if they go evenly

    def spend(self, now: float, spare: bool = False) -> float:
        spacing = self.spacing * max(1, self._share())
        opens = max(now, self._closed_until, self._due - (self.burst - 1) * spacing)
        if opens - now > self.patience:
            raise self._away(now, opens, spacing)
        self._due = max(self._due, opens) + spacing
        return opens - now

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        if hint.retry_after is not None:
            self.close(answered, hint.retry_after)


class Window(_Queue):
    """`size` requests in any `seconds`, counted where they arrive: each takes up its room from when it goes out until
    `seconds` after it must have arrived, which is the shortest round trip before its answer.

    `kept`: how many of them only those find that can't wait. After a rate error it is a tenth smaller for an hour.
    """

    reserves = False

    def __init__(
        self,
        size: int,
        seconds: float,
        kept: int = 0,
        patience: float = PATIENCE,
        spread: float = 60.0,
        share: Share = alone,
    ) -> None:
        super().__init__(spread)
        self.size, self.seconds, self.kept, self.patience = size, seconds, kept, patience
        self._share = share
        self._flying: deque[float] = deque()
        self._held: list[float] = []  # until when each answered one takes up its room; a heap
        self._rtt, self._trips = 0.0, 0
        self._careful_until = 0.0

    def spend(self, now: float, spare: bool = False) -> float:
        while self._held and self._held[0] <= now:
            heapq.heappop(self._held)
        while self._flying and self._flying[0] <= now - self.seconds - LOST:
            self._flying.popleft()
        size = self.size - (self.kept if spare else 0)
        if now < self._careful_until:
            size -= self.size // 10
        size = max(1, size // max(1, self._share()))
        over = len(self._flying) + len(self._held) - size
        opens = max(now, self._closed_until)
        if over >= 0:
            # An answer that has not come yet may come at once.
            ends = heapq.nsmallest(over + 1, self._held + [began + self.seconds for began in self._flying])
            opens = max(opens, ends[over], now + 0.001)
        if opens - now > self.patience:
            raise self._away(now, opens, self.seconds / size)
        if opens > now:
            return opens - now
        self._flying.append(now)
        return 0.0

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        if began in self._flying:
            self._flying.remove(began)
            self._rtt = min(self._rtt, answered - began) if self._trips else answered - began
            self._trips += 1
            shortest = self._rtt if self._trips >= WARM else 0.0
            heapq.heappush(self._held, answered - shortest + self.seconds + MARGIN)
        if hint.retry_after is not None:
            self.close(answered, hint.retry_after)
            self._careful_until = answered + CAREFUL


class Rising(_Queue):
    """A limit that nobody tells: found by going faster until the platform says no, at most `most` a second.

    From `first` a second half as fast again after each clean minute, until the first rate error. That tells what the
    minute before it held. (A place's own limit tells nothing of it.) A minute at half of it lets the platform forget;
    then just below it, and after ten clean minutes (it may have changed) a little faster in each. Only a minute that
    was used up counts as clean.

    After a quiet time half a minute's worth goes at once, as long as the platform takes that; never more than a
    minute's in a minute.
    """

    reserves = True
    slower, below, faster, probe_after = 0.5, 0.95, 1.02, 10
    at_once, hardly = 30.0, 1.0
    """Seconds whose worth goes at once: at first, and after a rate error."""

    def __init__(
        self, first: float, most: float, patience: float = PATIENCE, spread: float = 120.0, share: Share = alone
    ) -> None:
        super().__init__(spread)
        self.rate, self.most, self.patience = min(first, most), most, patience
        self._share = share
        self._burst = self.at_once
        self._due = 0.0  # when the next one goes, if they go evenly
        self._gone: deque[float] = deque()  # when those of the last minute went
        self._told: float | None = None  # what the platform took in a second when it said no
        self._since: float | None = None
        self._clean = 0

    def spend(self, now: float, spare: bool = False) -> float:
        self._look_back(now)
        spacing = max(1, self._share()) / self.rate
        opens = max(now, self._closed_until, self._due - max(0.0, self._burst - spacing))
        minute = max(1, int(MINUTE / spacing))
        if len(self._gone) >= minute:
            opens = max(opens, self._gone[-minute] + MINUTE)
        if opens - now > self.patience:
            raise self._away(now, opens, spacing)
        self._due = max(self._due, opens) + spacing
        self._gone.append(opens)
        return opens - now

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        if hint.retry_after is None:
            return
        told_before = answered < self._closed_until
        self.close(answered, hint.retry_after)
        if hint.whose is Whose.PLACE or told_before:
            return  # of those that were under way together, the first one told all
        spacing = max(1, self._share()) / self.rate
        bursting = self._burst > self.hardly and self._due - answered < self._burst - 2 * spacing
        self._burst = self.hardly
        self._forget(answered)
        if not bursting:
            span = min(MINUTE, max(5.0, answered - self._gone[0])) if self._gone else MINUTE
            self._told = min(self.rate, max(1, self._share()) * max(1, len(self._gone) - 1) / span)
            self.rate = max(self._told * self.slower, 1 / MINUTE)
        self._since, self._clean = self._closed_until, 0

    def _look_back(self, now: float) -> None:
        """Once a minute: how it went since the last time."""
        self._forget(now)
        if self._since is None or now - self._since >= 2 * MINUTE:
            self._since = now
        if now - self._since < MINUTE:
            return
        used = len(self._gone) * max(1, self._share()) >= 0.9 * self.rate * MINUTE
        self._since = now
        if not used:
            return
        self._clean += 1
        if self._told is None:
            self.rate *= 1.5
        elif self._clean == 1:
            self.rate = max(self.rate, self._told * self.below)
        elif self._clean > self.probe_after:
            self.rate *= self.faster
        self.rate = min(self.rate, self.most)

    def _forget(self, now: float) -> None:
        while self._gone and self._gone[0] <= now - MINUTE:
            self._gone.popleft()
