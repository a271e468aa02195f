"""Limits as platforms have them, and the way there and back. Seconds, by the platform's own clock."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers`: as on the wire. `whole`: the rate error is of more than the place."""

    ok: bool
    headers: Mapping[str, str]
    whole: bool = False


class Limit(Protocol):
    """`wait`: seconds until it takes another one; 0: now. `take` counts one."""

    def wait(self, now: float) -> float: ...

    def take(self, now: float) -> None: ...


@dataclass
class Gcra:
    """One in `seconds`, and after a quiet time `burst` more at once."""

    seconds: float = 1.0
    burst: int = 0
    due: float = 0.0

    def wait(self, now: float) -> float:
        return max(0.0, self.due - self.burst * self.seconds - now)

    def take(self, now: float) -> None:
        self.due = max(self.due, now) + self.seconds


@dataclass
class Fixed:
    """`size` in a window; `aligned`: windows are the clock's, else each begins with its first request."""

    size: int = 5
    seconds: float = 5.0
    aligned: bool = False
    ends: float = 0.0
    left: int = 0

    def wait(self, now: float) -> float:
        return self.ends - now if now < self.ends and self.left <= 0 else 0.0

    def take(self, now: float) -> None:
        if now >= self.ends:
            begins = now // self.seconds * self.seconds if self.aligned else now
            self.ends, self.left = begins + self.seconds, self.size
        self.left -= 1

    def told(self, now: float) -> tuple[int, float]:
        return (self.left, self.ends - now) if now < self.ends else (self.size, 0.0)


@dataclass
class Sliding:
    """`size` in any `seconds`."""

    size: int = 5
    seconds: float = 5.0
    taken: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        return self.taken[0] + self.seconds - now if len(self.taken) >= self.size else 0.0

    def take(self, now: float) -> None:
        self.taken.append(now)

    def told(self, now: float) -> tuple[int, float]:
        return self.size - len(self.taken), (self.taken[0] + self.seconds - now) if self.taken else 0.0


@dataclass
class Platform:
    """`place`: makes the limit of one place; `whole`: those of all together. `tells`: answers carry the place's numbers
    and a rate error's milliseconds, as Discord's do. `strange`: may make another answer of one at a moment."""

    place: Callable[[], Limit]
    whole: tuple[Limit, ...] = ()
    tells: bool = False
    strange: Callable[[float], Answer | None] = lambda now: None
    places: dict[str, Limit] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)

    def ask(self, place: str, now: float) -> Answer:
        if (odd := self.strange(now)) is not None:
            if not odd.ok:
                self.refused.append(now)
            return odd
        own = self.places.setdefault(place, self.place())
        shared = max((limit.wait(now) for limit in self.whole), default=0.0)
        wait = max(own.wait(now), shared)
        if wait > 0:
            self.refused.append(now)
            return Answer(False, self._refusal(wait, shared > 0), shared > 0)
        for limit in (own, *self.whole):
            limit.take(now)
        self.taken.append(now)
        return Answer(True, self._head(own, now))

    def _refusal(self, wait: float, whole: bool) -> dict[str, str]:
        told = {"Retry-After": str(math.ceil(wait))}
        if self.tells:
            told |= {"Via": "1.1 google", "X-RateLimit-Reset-After": f"{wait:.3f}"}
            told |= {"X-RateLimit-Scope": "global" if whole else "user"}
        return told

    def _head(self, own: Limit, now: float) -> dict[str, str]:
        if not (self.tells and isinstance(own, Fixed | Sliding)):
            return {}
        left, after = own.told(now)
        names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset-After")
        return dict(zip(names, (str(own.size), str(left), f"{after:.3f}"), strict=True))


def one_way(draw: random.Random) -> float:
    """Seconds: 35 ms, some 13 ms of jitter, and now and then a spike."""
    return 0.035 + 0.010 * draw.lognormvariate(0, 0.7) + (0.3 if draw.random() < 0.01 else 0.0)
