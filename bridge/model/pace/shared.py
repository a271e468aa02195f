"""What all places of a workspace, or of a bot, share: budgets of requests. Each may be divided among processes.

Nobody waits here: a budget is asked for a turn at a moment (monotonic seconds), and gives it or says when to ask again.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bridge.model.pace.places import CAREFUL, MARGIN, WARM
from bridge.model.pace.told import Hint, Whose

LOST = 60.0
"""Seconds after which a request without an answer has none."""
MINUTE = 60.0
HALF = MINUTE / 2

Share = Callable[[], int]
"""How many processes there are to divide a budget among, this one counted."""


def alone() -> int:
    return 1


class Budget(Protocol):
    """`spend` comes before a request, `heard` with its answer, where one comes."""

    patience: float
    """Seconds worth waiting for a turn; whoever would wait longer is told when to come back."""

    def spend(self, now: float, spare: bool = False) -> float:
        """0: the turn is taken. Else seconds until it is worth asking again. `spare`: for a request that can wait, so
        that others find some left."""
        ...

    def away(self, now: float, wait: float) -> float:
        """Seconds after which one of those comes back for whom it is worth asking in `wait` seconds."""
        ...

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        """`began`: the moment at which `spend` gave the turn."""
        ...


class _Queue:
    """Those who are sent away come back one after the other, within `spread` seconds."""

    def __init__(self, patience: float, spread: float, share: Share) -> None:
        self.patience = patience
        self._spread = spread
        self._share = share
        self._promised = 0.0
        self._closed_until = 0.0

    @property
    def spacing(self) -> float:
        """Seconds from one turn to the next, on average."""
        raise NotImplementedError

    def close(self, now: float, seconds: float) -> None:
        """Nobody goes before that."""
        self._closed_until = max(self._closed_until, now + seconds)

    def away(self, now: float, wait: float) -> float:
        opens = now + wait
        self._promised = max(self._promised + self.spacing, opens)
        if self._promised > opens + self._spread:
            self._promised = opens
        return self._promised - now

    @property
    def _processes(self) -> int:
        return max(1, self._share())


class Turns(_Queue):
    """One in `seconds`."""

    def __init__(self, seconds: float, patience: float = 1.0, spread: float = 60.0, share: Share = alone) -> None:
        super().__init__(patience, spread, share)
        self._seconds = seconds
        self._due = 0.0

    @property
    def spacing(self) -> float:
        return self._seconds * self._processes

    def spend(self, now: float, spare: bool = False) -> float:
        opens = max(now, self._closed_until, self._due)
        if opens <= now:
            self._due = now + self.spacing
        return opens - now

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        if hint.retry_after is not None:
            self.close(answered, hint.retry_after)


class Window(_Queue):
    """`size` requests in any `seconds`, counted where they arrive: each takes up its room from when it goes out until
    `seconds` after it must have arrived, which is the shortest round trip before its answer.

    `kept`: how many of them only those find that can't wait. After a rate error it is a tenth smaller for an hour.
    """

    def __init__(
        self,
        size: int,
        seconds: float,
        kept: int = 0,
        patience: float = 1.0,
        spread: float = 60.0,
        share: Share = alone,
    ) -> None:
        super().__init__(patience, spread, share)
        self.size, self.seconds, self.kept = size, seconds, kept
        self._flying: deque[float] = deque()
        self._held: list[float] = []  # until when each answered one takes up its room; a heap
        self._rtt, self._trips = 0.0, 0
        self._careful_until = 0.0

    @property
    def spacing(self) -> float:
        return self.seconds * self._processes / self.size

    def spend(self, now: float, spare: bool = False) -> float:
        while self._held and self._held[0] <= now:
            heapq.heappop(self._held)
        while self._flying and self._flying[0] <= now - self.seconds - LOST:
            self._flying.popleft()
        room = self.size - (self.kept if spare else 0) - (self.size // 10 if now < self._careful_until else 0)
        over = len(self._flying) + len(self._held) - max(1, room // self._processes)
        opens = max(now, self._closed_until)
        if over >= 0:
            opens = max(opens, self._frees(over), now + 0.001)
        if opens <= now:
            self._flying.append(now)
        return opens - now

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

    def _frees(self, over: int) -> float:
        """The first moment at which one more than so many may be over. What was not answered yet may be at once."""
        if not over and self._held:
            return min(self._held[0], self._flying[0] + self.seconds) if self._flying else self._held[0]
        return heapq.nsmallest(over + 1, self._held + [began + self.seconds for began in self._flying])[over]


class Rising(_Queue):
    """A limit that nobody tells: found by going faster until the platform says no, at most `most` a second.

    From `first` a second half as fast again after each clean half minute, until there is trouble: rate errors, with no
    clean half minute between them. Its first one tells what the minute before it held, if that is more than what was
    `held` for a clean minute already, as `first` is said to be. If it is not, the limit was not this one, unless there
    is trouble again within three minutes. Each error slows down, so that the platform forgets; half a clean minute
    later it goes on as before, or just below what was told; and after twelve clean minutes (it may have changed) a
    little faster in each. Only time that was used up counts as clean.

    After a quiet time some seconds' worth goes close together, as long as the platform takes that.
    """

    slower, below, faster, probe_after = 0.7, 0.96, 1.1, 24
    """`probe_after`: clean half minutes."""
    alike, believed = 1.05, 3
    """Two counts of the same pace may be so far apart."""
    at_once, hardly, crowd = 15.0, 1.0, 5.0
    """Seconds whose worth goes close together: at first, and after a rate error; and at most in one second."""

    def __init__(
        self, first: float, most: float, patience: float = 1.0, spread: float = 120.0, share: Share = alone
    ) -> None:
        super().__init__(patience, spread, share)
        self.rate, self.most = min(first, most), most
        self._burst = self.at_once
        self._due = 0.0  # when the next one goes, if they go evenly
        self._gone: deque[float] = deque()  # when those of the last minute went
        self.limit: float | None = None
        self._usual: float | None = None  # in trouble: how fast it goes afterwards
        self._refused = -math.inf  # when the platform last said no
        self._since: float | None = None
        self._clean = 0
        self._told = 0.0
        self._agree = 0

    @property
    def spacing(self) -> float:
        return self._processes / self.rate

    def spend(self, now: float, spare: bool = False) -> float:
        self._look_back(now)
        opens = max(now, self._closed_until, self._due - max(0.0, self._burst - self.spacing))
        crowd = max(1, int(self.crowd / self.spacing))
        if len(self._gone) >= crowd:
            opens = max(opens, self._gone[-crowd] + 1.0)
        if opens <= now:
            self._due = max(self._due, now) + self.spacing
            self._gone.append(now)
        return opens - now

    def heard(self, began: float, answered: float, hint: Hint) -> None:
        if hint.retry_after is None:
            return
        told_before = began < self._closed_until
        self.close(answered, hint.retry_after)
        if hint.whose is Whose.PLACE or told_before:
            return  # of those that were under way together, the first one told all
        bursting = self._burst > self.hardly and self._due - answered < self._burst - 2 * self.spacing
        self._burst = self.hardly
        self._forget(answered)
        if bursting or len(self._gone) * self._processes < MINUTE:
            return  # so few it takes, whatever its limit
        counted = answered - MINUTE + max(0.0, hint.retry_after - 1.0)  # whole seconds are told
        taken = sum(at > counted for at in self._gone) * self._processes / MINUTE
        if self._usual is None:
            recent = answered - self._refused < 3 * MINUTE
            self._agree = self._agree + 1 if self._told and recent and self._alike(taken, self._told) else 1
            self._told = taken
            known = self.limit is not None and self._alike(taken, self.limit)
            if known or self._agree >= self.believed:
                self.limit = taken
                self._usual = taken * self.below
            else:
                self._usual = self.rate
        self._refused = answered
        self.rate = min(max(min(self.rate, taken) * self.slower, 1.0), self._usual)
        self._since, self._clean = self._closed_until, 0

    def _look_back(self, now: float) -> None:
        """Now and then: how it went since the last time."""
        self._forget(now)
        if self._since is None or now - self._since >= 2 * HALF:
            self._since = now
        if now - self._since < HALF:
            return
        went = sum(at > now - HALF for at in self._gone) * self._processes / HALF
        self._since = now
        if went < 0.9 * self.rate:
            return
        self._clean += 1
        if self._usual is not None:
            self.rate, self._usual = max(self.rate, self._usual), None
        elif self.limit is None:
            self.rate *= 1.5
        elif self._clean > self.probe_after and self._clean % 2:
            self.rate *= self.faster
        self.rate = min(self.rate, self.most)

    def _alike(self, one: float, other: float) -> bool:
        return max(one, other) <= self.alike * min(one, other)

    def _forget(self, now: float) -> None:
        while self._gone and self._gone[0] <= now - MINUTE:
            self._gone.popleft()
