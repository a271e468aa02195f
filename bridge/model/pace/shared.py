"""What all places of a workspace, or of a bot, share: budgets of requests. Each may be divided among processes.

Nobody waits here: a budget is asked for a turn at a moment (monotonic seconds), and gives it or says when to ask again.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bridge.model.pace.places import CAREFUL, MARGIN, WARM
from bridge.model.pace.told import Hint

LOST = 60.0
"""Seconds after which a request without an answer has none."""

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


class Queue:
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


class Turns(Queue):
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


class Window(Queue):
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
