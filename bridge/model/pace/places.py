"""When the next request to a place may go out: one pacer a platform, and a short text of state kept with each place.

The state is all that a pacer knows of a place, so that pacing survives a restart and moves with the lease.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bridge.model.pace.told import NOTHING_TOLD, Hint

MARGIN = 0.005
"""Seconds after the moment that a limit allows: platforms tell whole milliseconds."""
WARM = 50
"""Round trips after which the shortest of them is believed to be about as short as they get."""
JITTER = 0.25
"""Seconds over which those come back who were told the same moment."""
CAREFUL = 3600.0
"""Seconds for which a place is paced by answers after a rate error."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One request and its answer. `ended`: aware UTC, when the answer came (or was given up). `took`: seconds from
    when the request went out, by a monotonic clock; None where there was no answer, or nobody measured. `jitter`: in
    [0, 1), drawn outside. `writes`: it may have changed what stands there."""

    ended: datetime
    took: float | None = None
    hint: Hint = NOTHING_TOLD
    jitter: float = 0.0
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Paced:
    """`state` is to be kept with the place. `free`: no request there before that moment; None: at once."""

    state: str
    free: datetime | None


class Pacer(Protocol):
    """Decides when a place may be asked again. Pure: the same state and trip give the same answer.

    `after` is called once for each request that was made, with the state that the last call returned ("" at first),
    maybe by another process in between. What it cannot read of the state counts as not known.
    """

    def after(self, state: str, trip: Trip) -> Paced: ...


class Unpaced:
    """For a platform without limits."""

    def after(self, state: str, trip: Trip) -> Paced:
        return Paced(state, None)


@dataclass(frozen=True, slots=True)
class Spacing:
    """For a platform that takes one request in `seconds` and tells nothing before it refuses.

    Requests go out `loose` seconds apart: a platform that lets two pass now and then never notices that they do not
    all travel equally long. One that does notice says so once; for an hour the distance then counts from the answer,
    less the shortest round trip known: so it holds where the requests arrive.
    """

    seconds: float = 1.0
    loose: float = 1.02

    def after(self, state: str, trip: Trip) -> Paced:
        known = _learned(_read(state, trip.ended), trip)
        if trip.hint.retry_after is not None:
            # Whose limit it was is not known for certain, and to be careful costs next to nothing.
            known = replace(known, careful_until=trip.ended.timestamp() + CAREFUL)
            return Paced(_written(known), _told(trip))
        if not trip.writes:
            return Paced(_written(known), None)
        if known.careful_until > trip.ended.timestamp():
            wait = self.seconds + MARGIN - known.shortest
        else:
            wait = self.loose - (trip.took or 0.0)
        return Paced(_written(known), _in(trip, wait))


@dataclass(frozen=True, slots=True)
class Headers:
    """For a platform whose answers tell how many requests are left, and when there are more. Each is used, and the
    first one after them arrives just as there are more."""

    def after(self, state: str, trip: Trip) -> Paced:
        known = _learned(_read(state, trip.ended), trip)
        if trip.hint.retry_after is not None:
            return Paced(_written(known), _told(trip))
        wait = trip.hint.wait
        return Paced(_written(known), _in(trip, wait + MARGIN - known.shortest) if wait > 0 else None)


@dataclass(frozen=True, slots=True)
class _Known:
    """`rtt`: the shortest round trip in seconds, of `trips` (at most WARM are counted). `careful_until`: seconds since
    1970."""

    rtt: float = 0.0
    trips: int = 0
    careful_until: float = 0.0

    @property
    def shortest(self) -> float:
        """Seconds by which a request may go out before it has to arrive; none before enough is known."""
        return self.rtt if self.trips >= WARM else 0.0


def _learned(known: _Known, trip: Trip) -> _Known:
    if trip.took is None or not trip.writes or trip.took < 0:
        return known
    rtt = min(known.rtt, trip.took) if known.trips else trip.took
    # Rounded down: rather too late than too early.
    return replace(known, rtt=int(rtt * 10_000) / 10_000, trips=min(known.trips + 1, WARM))


def _told(trip: Trip) -> datetime:
    """After a rate error: never before the platform listens, and not everybody at once."""
    return trip.ended + timedelta(seconds=trip.hint.wait + trip.jitter * JITTER)


def _in(trip: Trip, seconds: float) -> datetime | None:
    return trip.ended + timedelta(seconds=seconds) if seconds > 0 else None


def _read(state: str, now: datetime) -> _Known:
    """A clock that was wrong when the state was written keeps nobody careful for longer than a right one would."""
    try:
        kept = json.loads(state or "{}")
        rtt, trips, until = (float(kept.get(key, 0)) for key in ("rtt", "trips", "careful"))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return _Known()
    if not (0 <= rtt < 60 and 0 <= trips <= WARM):
        rtt, trips = 0.0, 0.0
    until = min(until, now.timestamp() + CAREFUL) if until == until else 0.0
    return _Known(rtt, int(trips), until if until > now.timestamp() else 0.0)


def _written(known: _Known) -> str:
    kept: dict[str, float] = {"rtt": known.rtt, "trips": known.trips}
    if known.careful_until:
        kept["careful"] = int(known.careful_until)
    return json.dumps(kept, separators=(",", ":")) if known != _Known() else ""
