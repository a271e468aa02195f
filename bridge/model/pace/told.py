"""What an answer tells of limits, and how far it is believed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 3600.0
"""Seconds believed. Asking once an hour harms nobody, and no mistake of theirs may silence a place for years."""


class Whose(StrEnum):
    """Whose limit a rate error was about."""

    PLACE = "place"
    SHARED = "shared"
    """Of more than this place: of a method in a workspace, or of a whole bot."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What one answer told. `remaining`: requests left to the place, until there are all again in `reset_after`
    seconds; None where that is not told. Of a rate error: `retry_after`, seconds until the platform listens again, and
    `whose` limit it was; None for any other answer. `began`, `answered`: when the request itself went out and when its
    answer came, monotonic seconds of the adapter's clock; None where whoever asked has to measure it."""

    remaining: int | None = None
    reset_after: float = 0.0
    retry_after: float | None = None
    whose: Whose = Whose.PLACE
    began: float | None = None
    answered: float | None = None

    @property
    def wait(self) -> float:
        """Seconds from the answer until the next request like it; 0: at once."""
        if self.retry_after is not None:
            return self.retry_after
        return self.reset_after if self.remaining is not None and self.remaining <= 0 else 0.0


NOTHING_TOLD = Hint()


def seconds_told(text: str | None) -> float | None:
    """The seconds of a header such as Retry-After, at most an hour; None where it is absent, negative, a date or no
    number at all."""
    try:
        told = float(text or "nan")
    except ValueError:
        return None
    return bounded(told) if told >= 0 else None


def bounded(seconds: float) -> float:
    """Seconds to wait as far as they are believed: from none to an hour."""
    return min(max(seconds, 0.0), LONGEST) if math.isfinite(seconds) else LONGEST


def at_least(seconds: float) -> float:
    """The seconds in whole hundredths, so that nobody comes too early."""
    return math.ceil(seconds * 100) / 100
