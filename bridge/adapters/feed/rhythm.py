"""How long a feed asks not to be looked at again, from its own words and its server's. Pure.

Sources: RFC 9111, sections 4.2.1 and 5.3 (max-age before Expires; Age), RFC 9110, 10.2.3 (Retry-After), RSS 2.0 (ttl,
skipHours, skipDays; in GMT).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from bridge.adapters.feed.dates import read_date
from bridge.adapters.feed.parsed import Pace

SHORTEST = 300.0
DAY = 86_400.0
"""Seconds. So long at most for what programs write unasked: many serve a feed as fresh for a year."""
LONGEST = 7 * DAY
"""For what somebody asks on purpose: Retry-After, and days and hours that are skipped."""

_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_FRESH = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)
_FAR = timedelta(days=3_650)


def wait_of(headers: Mapping[str, str], pace: Pace, now: datetime) -> float | None:
    """Seconds, from five minutes to a week; None where nobody said anything. `headers`: names in small letters."""
    asked = max(
        _after(headers.get("retry-after", ""), now), min(max(_fresh_for(headers, now), float(pace.seconds)), DAY)
    )
    rested = _rested(pace, now + timedelta(seconds=min(max(asked, SHORTEST), LONGEST)))
    if asked <= 0 and rested is None:
        return None
    wait = max(asked, 0.0 if rested is None else (rested - now).total_seconds())
    return min(max(wait, SHORTEST), LONGEST)


def _after(said: str, now: datetime) -> float:
    said = said.strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    at = read_date(said, now + _FAR)
    return max((at - now).total_seconds(), 0.0) if at else 0.0


def _fresh_for(headers: Mapping[str, str], now: datetime) -> float:
    """As long as its answer is fresh, so long nothing new is to be had."""
    control = headers.get("cache-control", "")
    if _FRESH.search(control):
        return 0.0
    if told := _MAX_AGE.search(control):
        age = headers.get("age", "").strip()
        return max(float(told[1]) - (float(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0.0), 0.0)
    expires = read_date(headers.get("expires", ""), now + _FAR)
    sent = read_date(headers.get("date", ""), now + _FAR) or now
    return max((expires - sent).total_seconds(), 0.0) if expires else 0.0


def _rested(pace: Pace, at: datetime) -> datetime | None:
    """The first moment from `at` on that lies in no hour and no day that it skips; None where `at` itself does."""
    if not pace.hours and not pace.days:
        return None
    first = at
    for _ in range(24 * 8):
        if at.hour not in pace.hours and at.weekday() not in pace.days:
            return at if at > first else None
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return None
