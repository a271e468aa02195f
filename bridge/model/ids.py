"""Time-ordered 63-bit integers, unique over all tables: a subscriber or a subject is thus one number.

Layout: 41 bits of milliseconds since 2024-01-01 UTC, then 22 bits that start at random each millisecond and count
up, so that several processes hardly ever meet (a meeting is refused by the primary key). Outside Python ids are
strings, since JavaScript loses the low bits of such a number.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import NewType

PersonId = NewType("PersonId", int)
AccountId = NewType("AccountId", int)
PlaceId = NewType("PlaceId", int)
PostId = NewType("PostId", int)
TagId = NewType("TagId", int)
MediaId = NewType("MediaId", int)
SieveId = NewType("SieveId", int)
"""A filter's or a tracked phrase's."""
DeliveryId = NewType("DeliveryId", int)
SubscriberId = NewType("SubscriberId", int)
"""A Person's or a Place's id."""
SubjectId = NewType("SubjectId", int)
"""A Person's, source's, Tag's, conversation's or phrase's id; 0 is everyone."""

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_LOW = 22


class Ids:
    """Makes ids that only grow, even when the wall clock goes back. Safe to call from several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0
        self._lock = Lock()

    def new(self) -> int:
        """The next id: greater than every one this generator made before."""
        fresh = _millis(self._now()) << _LOW | secrets.randbits(_LOW - 1)
        with self._lock:
            self._last = fresh if fresh >> _LOW > self._last >> _LOW else self._last + 1
            return self._last


def lowest_id(at: datetime) -> int:
    """The smallest id a thing made at `at` or later can have: the bound of a range over ids."""
    return max(0, _millis(at)) << _LOW


def made_at(some_id: int) -> datetime:
    """When an id was made, to the millisecond (UTC)."""
    return EPOCH + timedelta(milliseconds=some_id >> _LOW)


def _millis(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)
