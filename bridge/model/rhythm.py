"""When a source is looked at again: by its own rhythm, by what it asks for, and after failures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

SOONEST, LATEST = 300.0, 86_400.0
"""Seconds between two looks."""
FIRST = 1_800.0
"""Of a source that tells nothing of its rhythm."""
LONGEST_WAIT = 7 * LATEST
"""A source that asks for more may have meant something else."""
A_GAP = 4
"""Looks in the time between two items, about."""
SPREAD = 0.1
"""So far around its time a look may be, so that those that were added together do not stay together."""
_AFTER_NEW, _AFTER_NONE = 0.7, 1.15
_SOME = 20


def first_pace(times: Sequence[datetime]) -> float:
    """Seconds between two looks at a source whose newest items are of these times. What comes together counts once."""
    newest = sorted(set(times))[-_SOME:]
    gaps = [(after - before).total_seconds() for before, after in pairwise(newest)]
    return _within(median(gaps) / A_GAP) if gaps else FIRST


def next_pace(pace: float, new: int) -> float:
    """The same after a look that brought so many new items: sooner where there were some, later where there were
    none."""
    return _within(pace * (_AFTER_NEW if new else _AFTER_NONE))


def next_look(now: datetime, pace: float, jitter: float, wait: float | None = None) -> datetime:
    """`wait`: seconds that the source asked for; for up to a week it is not asked sooner. `jitter` is in [0, 1)."""
    spread = pace * (1 + SPREAD * (2 * jitter - 1))
    return now + timedelta(seconds=max(spread, min(wait or 0.0, LONGEST_WAIT)))


def after_failure(now: datetime, failing_since: datetime, jitter: float) -> datetime:
    """The longer it has failed the longer it is left alone: about as long again, between five minutes and a day."""
    return next_look(now, _within((now - failing_since).total_seconds()), jitter)


def items_a_day(times: Sequence[datetime], now: datetime) -> float:
    """About how many items a day, by the times of the newest ones."""
    newest = sorted(times)[-_SOME:]
    if not newest:
        return 0.0
    days = max((now - newest[0]).total_seconds() / 86_400, 1.0)
    return len(newest) / days


def _within(seconds: float) -> float:
    return min(max(seconds, SOONEST), LATEST)
