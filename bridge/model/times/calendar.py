"""When things are due: Schedule -> next Slot in UTC, lateness, quiet hours, and the names of zones.

Wall time meets UTC here and nowhere else. What people type about time is read in `when`; no clock is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from itertools import count
from typing import Literal
from zoneinfo import ZoneInfo

from bridge.model.errors import ZoneUnknown

WORKING_DAYS = frozenset({0, 1, 2, 3, 4})
EVERY_DAY = frozenset(range(7))
MOST_TIMES = 6
GRACE = timedelta(hours=4)
MIDNIGHT = time(0)
DAY = timedelta(days=1)
# Single words such as `central` or `istanbul` name several zones; the earlier region is meant.
_REGIONS = ("Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian", "Antarctica", "Arctic")
# What people call their zone though it is no city; EST as a zone of its own would have no summer time.
_NICKNAMES = {
    "est": "America/New_York",
    "edt": "America/New_York",
    "cdt": "America/Chicago",
    "mdt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "bst": "Europe/London",
    "cest": "CET",
    "eest": "EET",
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscriber wants digests: one to six wall-clock times on weekdays (0 is Monday) of a zone.

    Times are whole minutes; they get sorted and made unique. Raises ValueError for anything else.
    """

    times: tuple[time, ...]
    days: frozenset[int]
    zone: str

    def __post_init__(self) -> None:
        times = tuple(sorted(set(self.times)))
        if not 1 <= len(times) <= MOST_TIMES or any(at != time(at.hour, at.minute) for at in times):
            raise ValueError(f"a schedule has 1 to {MOST_TIMES} wall-clock times in whole minutes")
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError("a schedule's days are some of 0..6")
        object.__setattr__(self, "times", times)

    @property
    def key(self) -> str:
        """The same text for equal Schedules, e.g. `01234 09:00,17:30 Europe/Vienna`."""
        days = "".join(str(day) for day in sorted(self.days))
        times = ",".join(at.isoformat("minutes") for at in self.times)
        return f"{days} {times} {self.zone}"

    def in_zone(self, zone: str) -> Schedule:
        """The same wall-clock times, elsewhere."""
        return replace(self, zone=zone)


DEFAULT = Schedule((time(9),), WORKING_DAYS, "UTC")
"""Working days at nine; the first follow puts it into the person's zone with `in_zone`."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment of a Schedule: its local date and wall-clock time (its name), and when that is in UTC."""

    on: date
    at: time
    due: datetime


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which no live message rings: from `start` to `end` (wall clock, may cross midnight) on working days,
    and all of the other days. Equal ends: working days have no quiet hours. Raises ValueError for no working day.
    """

    start: time
    end: time
    working_days: frozenset[int]
    zone: str

    def __post_init__(self) -> None:
        if not self.working_days or not self.working_days <= EVERY_DAY:
            raise ValueError("working days are some of 0..6")


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of this exact name; raises ZoneUnknown with the nearest name. Looks into no file for unknown names."""
    if name not in zone_names():
        raise ZoneUnknown(typed=name[:60], nearest=nearest_zone(name))
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every name of the time zone database."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {"Factory"}


@lru_cache(maxsize=1)
def _spoken_names() -> dict[str, str]:
    """Lower-case full names and last parts (`new_york`) -> zone name."""
    spoken: dict[str, str] = {}
    by_region = [name for region in _REGIONS for name in sorted(zone_names(), key=len) if name.startswith(f"{region}/")]
    for name in by_region:
        spoken.setdefault(name.rpartition("/")[2].casefold(), name)
    return spoken | {name.casefold(): name for name in zone_names()} | _NICKNAMES


def find_zone(typed: str) -> str | None:
    """The zone's name for `europe/vienna`, `Vienna`, `new york` or `utc`; None where there is none."""
    return _spoken_names().get("_".join(typed[:64].casefold().split()))


def nearest_zone(typed: str, likeness: float = 0.5) -> str:
    """The zone whose name looks most like what was typed; UTC if none is as like as `likeness` (0 to 1)."""
    spoken = _spoken_names()
    near = get_close_matches("_".join(typed[:40].casefold().split()), spoken, n=1, cutoff=likeness)
    return spoken[near[0]] if near else "UTC"


def zones_like(typed: str, limit: int) -> list[str]:
    """Zone names that begin with what was typed, or whose last part does: `eu` and `vie` find Europe/Vienna."""
    start = "_".join(typed[:64].casefold().split())
    found = (name for said, name in _spoken_names().items() if said.startswith(start))
    return list(dict.fromkeys(found))[:limit]


def local(now: datetime, zone: str) -> datetime:
    """The same moment on the wall clock of a zone."""
    return now.astimezone(zone_of(zone))


def resolve(on: date, at: time, zone: str) -> datetime:
    """The moment, in UTC, of a wall-clock time: a gap moves it forward by the gap, a fold takes the first."""
    return datetime.combine(on, at.replace(fold=0), zone_of(zone)).astimezone(UTC)


def slot_at(schedule: Schedule, on: date, at: time) -> Slot:
    """The Slot of that name, e.g. read back from a row."""
    return Slot(on, at, resolve(on, at, schedule.zone))


def next_slot(schedule: Schedule, after: datetime) -> Slot:
    """The first Slot that is due later than `after` (aware). Two Slots that a gap pushes together are one."""
    today = after.astimezone(zone_of(schedule.zone)).date()
    return next(slot for slot in _coming(schedule, today) if slot.due > after)


def last_slot(schedule: Schedule, now: datetime) -> Slot | None:
    """The latest Slot that is due by `now` (aware); None where there was none since yesterday."""
    today = now.astimezone(zone_of(schedule.zone)).date()
    return next((slot for slot in reversed(_coming(schedule, today)) if slot.due <= now), None)


@lru_cache(maxsize=4096)
def _coming(schedule: Schedule, today: date) -> tuple[Slot, ...]:
    """What can be next while it is `today` there, soonest first.

    Yesterday is among them since a gap can push its last Slot past midnight, and two later dates since a gap can push
    the first of them behind the second, or a fold at midnight put it behind us.
    """
    later = (day for ahead in count(1) if (day := today + ahead * DAY).weekday() in schedule.days)
    dates = [day for day in (today - DAY, today) if day.weekday() in schedule.days]
    dates += [next(later), next(later)]
    slots = {(slot := slot_at(schedule, on, at)).due: slot for on in dates for at in schedule.times}
    return tuple(slots[due] for due in sorted(slots))


def verdict(slot: Slot, now: datetime, zone: str) -> Literal["send", "skip"]:
    """Whether a Slot's digest is still worth sending: late by less than four hours, on the same local day.

    Skipping loses no content: the next Slot takes it up.
    """
    on_time = now - slot.due < GRACE and local(now, zone).date() <= local(slot.due, zone).date()
    return "send" if on_time else "skip"


def quiet_until(quiet: Quiet, now: datetime) -> datetime | None:
    """When the present quiet ends (UTC, later than `now`), over weekends and midnights; None if it is not quiet."""
    first = local(now, quiet.zone).date() - DAY
    spans = (span for ahead in count() for span in _loud(quiet, first + ahead * DAY))
    begins = next(begins for begins, ends in spans if now < ends)
    return begins if now < begins else None


def loud_since(quiet: Quiet | None, now: datetime, span: timedelta) -> datetime:
    """The moment (UTC) since which `span` has passed by now, hours of quiet not counted; with no Quiet, by the clock.

    What is older has been on its way for longer than that.
    """
    if quiet is None:
        return now - span
    on = local(now, quiet.zone).date() + DAY
    for begins, ends in (loud for behind in count() for loud in reversed(_loud(quiet, on - behind * DAY))):
        until = min(ends, now)
        if until - begins >= span:
            return until - span
        span -= max(timedelta(0), until - begins)
    raise AssertionError("working days never end")


@lru_cache(maxsize=4096)
def _loud(quiet: Quiet, on: date) -> tuple[tuple[datetime, datetime], ...]:
    """The spans (UTC, half open, earliest first) of one local date in which messages may ring."""
    if on.weekday() not in quiet.working_days:
        return ()
    return tuple((begins, ends) for begins, ends in _spans(quiet, on) if begins < ends)


def _spans(quiet: Quiet, on: date) -> Iterator[tuple[datetime, datetime]]:
    starts, ends = resolve(on, quiet.start, quiet.zone), resolve(on, quiet.end, quiet.zone)
    morning, night = resolve(on, MIDNIGHT, quiet.zone), resolve(on + DAY, MIDNIGHT, quiet.zone)
    if quiet.start == quiet.end:
        yield morning, night
    elif quiet.start > quiet.end:
        yield ends, starts
    else:
        yield morning, starts
        yield ends, night
