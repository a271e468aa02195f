"""Tells open streams what changed in which place. Nothing is kept here but a short memory of it.

What stands in a place comes from `standing`; the memory only bridges a reconnect, and the moment in which a card was
sent but is not settled yet.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from bridge.adapters.lobby.standing import Entry
from bridge.model.ids import PlaceId
from bridge.model.place import Place

REMEMBERED = 500
WAITING = 200
"""Changes that may wait for one slow reader; beyond that its stream ends, and it comes back for the rest."""


class What(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """`number` counts up over all places. `entry` is None for what was removed."""

    number: int
    what: What
    place: PlaceId
    message: str
    entry: Entry | None


class Hub:
    """One a process. `queue.get()` of a reader gives a Change, or None when its stream must end."""

    def __init__(self) -> None:
        self.run = secrets.token_hex(4)
        """Tells one run's numbers from another's."""
        self._number = 0
        self._recent: deque[Change] = deque(maxlen=REMEMBERED)
        self._readers: dict[asyncio.Queue[Change | None], frozenset[PlaceId]] = {}
        self._reading: dict[asyncio.Queue[Change | None], Place] = {}
        self._open = True
        self.abroad: Callable[[What, PlaceId, str], None] = lambda what, place, message: None
        """Is told what changed by way of this process."""

    @property
    def number(self) -> int:
        """Of the last change."""
        return self._number

    def tell(self, what: What, place: PlaceId, message: str, entry: Entry | None = None) -> None:
        """It changed by way of this process."""
        self.repeat(what, place, message, entry)
        self.abroad(what, place, message)

    def repeat(self, what: What, place: PlaceId, message: str, entry: Entry | None) -> None:
        """It changed, by way of this process or another. Where nobody reads the place itself no entry is needed."""
        self._number += 1
        change = Change(self._number, what, place, message, entry)
        self._recent.append(change)
        for queue, places in list(self._readers.items()):
            if place not in places:
                continue
            if queue.qsize() >= WAITING:
                self._end(queue)
            else:
                queue.put_nowait(change)

    def since(self, number: int, place: PlaceId) -> list[Change] | None:
        """What changed in the place after that number; None when that is longer ago than the memory goes."""
        oldest = self._recent[0].number if self._recent else self._number + 1
        if number > self._number or number < oldest - 1:
            return None
        return [change for change in self._recent if change.number > number and change.place == place]

    def recent(self, place: PlaceId) -> list[Change]:
        return [change for change in self._recent if change.place == place]

    def watched(self, place: PlaceId) -> bool:
        """Whether anybody wants to know what changes there."""
        return any(place in places for places in self._readers.values())

    def read(self, place: PlaceId) -> Place | None:
        """The place, if anybody reads it, beyond wanting to know that something changed."""
        return next((one for one in self._reading.values() if one.id == place), None)

    @contextmanager
    def reader(self, places: Collection[PlaceId], read: Place | None = None) -> Iterator[asyncio.Queue[Change | None]]:
        """A queue of what changes in these places from now on. `read`: the one of them that is open."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        if self._open:
            self._readers[queue] = frozenset(places)
            if read is not None:
                self._reading[queue] = read
        else:
            queue.put_nowait(None)
        try:
            yield queue
        finally:
            self._readers.pop(queue, None)
            self._reading.pop(queue, None)

    def close(self) -> None:
        """Ends every stream, and those to come."""
        self._open = False
        for queue in list(self._readers):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[Change | None]) -> None:
        self._readers.pop(queue, None)
        queue.put_nowait(None)
