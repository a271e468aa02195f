"""A budget for a limit that nobody tells."""

from __future__ import annotations

import math
from collections import deque

from bridge.model.pace.shared import Queue, Share, alone
from bridge.model.pace.told import Hint, Whose

MINUTE = 60.0
HALF = MINUTE / 2


class Rising(Queue):
    """A limit that nobody tells: found by going faster until the platform says no, at most `most` a second.

    From `first` a second it rises by half after each clean half minute. A rate error tells how many the platform took
    in the minute that ends with its Retry-After. Those of an outage tell another number each, and nothing follows from
    them. What three say one after the other, at most three minutes apart, is the limit; so is what one says if it is
    about the limit known. Each error slows down, so that the platform forgets; half a clean minute later it goes as
    fast as before, or just below the limit. After twenty clean minutes it goes a tenth faster; if they last two more,
    the limit is not there any more. Only time that was used up counts as clean.

    After a quiet time some seconds' worth goes close together, as long as the platform takes that.
    """

    slower, below, faster = 0.7, 0.96, 1.1
    probe_after, gone_after = 40, 44
    """Clean half minutes."""
    of_one, of_several = (3, 1.03), (2, 1.25)
    """How many have to tell the same, and how far apart that may be; of several processes each only guesses what the
    others sent, and each meets errors of its own."""
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
        self._told, self._times = 0.0, 0  # what the last trouble told, and how many in a row told that
        self._refused = -math.inf  # when the platform last said no
        self._usual: float | None = None  # in trouble: how fast it goes afterwards
        self._since: float | None = None
        self._clean = 0

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
        self._burst, self._since = self.hardly, self._closed_until
        self._forget(answered)
        if bursting or len(self._gone) * self._processes < MINUTE:
            return  # so few it takes, whatever its limit
        counted = answered - MINUTE + max(0.0, hint.retry_after - 1.0)  # whole seconds are told
        taken = sum(at > counted for at in self._gone) * self._processes / MINUTE
        if self._usual is None:
            self._usual = self._concluded(answered, taken)
        self._refused = answered
        self.rate = min(max(min(self.rate, taken) * self.slower, 1.0), self._usual)
        self._clean = 0

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
            self.rate, self._usual = self._usual, None
        elif self.limit is None:
            self.rate *= 1.5
        elif self._clean == self.probe_after:
            self.rate *= self.faster
        elif self._clean == self.gone_after:
            self.limit = None
        self.rate = min(self.rate, self.most)

    def _concluded(self, now: float, taken: float) -> float:
        """How fast to go after a trouble that began with that."""
        enough, apart = self.of_one if self._processes == 1 else self.of_several
        again = now - self._refused < 3 * MINUTE and _alike(taken, self._told, apart)
        self._told, self._times = taken, self._times + 1 if again else 1
        if self._times < enough and not (self.limit is not None and _alike(taken, self.limit, apart)):
            return self.rate
        self.limit = taken
        return taken * self.below

    def _forget(self, now: float) -> None:
        while self._gone and self._gone[0] <= now - MINUTE:
            self._gone.popleft()


def _alike(one: float, other: float, apart: float) -> bool:
    return max(one, other) <= apart * min(one, other)
