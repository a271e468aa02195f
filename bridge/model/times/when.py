"""What people type about time: schedules, zones, hours, weekdays, and days or moments before or behind us.

Every reader takes any text and raises nothing but BadInput. The words stand in `timewords`; wall time becomes UTC in
`calendar`. No reader guesses an order of day and month, so `12/5` is asked about.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from bridge.model.errors import (
    BadInput,
    DateAhead,
    DatePast,
    DaysUnclear,
    HoursUnclear,
    ScheduleUnclear,
    SpanUnknown,
    TimesTooMany,
    WhenUnclear,
    ZoneUnknown,
)
from bridge.model.times.calendar import (
    DAY,
    DEFAULT,
    MIDNIGHT,
    MOST_TIMES,
    WORKING_DAYS,
    Schedule,
    find_zone,
    local,
    nearest_zone,
    resolve,
)
from bridge.model.times.timetokens import LONGEST, clip, loose_clock, moments, take_days, tokens_of, without
from bridge.model.times.timewords import ENGLISH, TimeWords

_LONGEST_SPAN = timedelta(days=366)
_EXAMPLE_SCHEDULE = "daily 9"
_EXAMPLE_HOURS = "18:00-08:00"
_EXAMPLE_UNTIL = "until 12 May 15:00"
_EXAMPLE_SINCE = "since mon"

_TAGGED = re.compile(r"(?:[\s,;]+[#@]\S+)+\s*$")
_SPAN = re.compile(r"(\d+)\s*([^\W\d_]+)")


def parse_zone(typed: str) -> str:
    """The zone's own name for what was typed in any case (`vienna`, `new york`); raises ZoneUnknown."""
    found = find_zone(typed) if len(typed) <= LONGEST else None
    if found is None:
        raise ZoneUnknown(typed=clip(typed), nearest=nearest_zone(typed))
    return found


def parse_schedule(
    typed: str, zone: str, working: frozenset[int] = WORKING_DAYS, words: TimeWords = ENGLISH
) -> Schedule:
    """Days, times and a zone in any order: `weekdays 09:00 Europe/Vienna`, `mon-fri 9 17:30`, `daily 9am`.

    Left out: working days, nine o'clock, `zone`. Raises TimeUnknown, TimesTooMany, ZoneUnknown, ScheduleUnclear.
    """
    unclear = ScheduleUnclear(typed=clip(typed), example=_EXAMPLE_SCHEDULE)
    tokens = without(tokens_of(typed, words), words.fillers)
    if not tokens:
        raise unclear
    days, rest = take_days(tokens, working, words)
    clocks = [(token, loose_clock(token, words, _EXAMPLE_SCHEDULE)) for token in rest]
    times = [at for _, at in clocks if at is not None]
    place = " ".join(token for token, at in clocks if at is None)
    if place:
        zone = _zone_among(_as_typed(place, typed), unclear)
    if len(set(times)) > MOST_TIMES:
        raise TimesTooMany(count=len(set(times)), limit=MOST_TIMES, example="daily 9 13 17:30")
    return Schedule(tuple(times) or DEFAULT.times, days or working, zone)


def parse_days(typed: str, words: TimeWords = ENGLISH) -> frozenset[int]:
    """Weekdays (0 is Monday, never empty) of `mon-fri`, `sun to thu`, `mon tue`, `weekdays`; raises DaysUnclear."""
    days, rest = take_days(without(tokens_of(typed, words), words.fillers), WORKING_DAYS, words)
    if rest or not days:
        raise DaysUnclear(typed=clip(typed), example="mon-fri")
    return days


def parse_hours(typed: str, words: TimeWords = ENGLISH) -> tuple[time, time] | None:
    """Start and end of `18:00-08:00`, `6pm to 8am`, `18-8`; None for `off`. Raises TimeUnknown, HoursUnclear."""
    tokens = tokens_of(typed, words)
    if len(tokens) == 1 and tokens[0] in words.off:
        return None
    ends = [end for token in tokens if token not in words.to for end in token.split("-")]
    match [loose_clock(end, words, _EXAMPLE_HOURS) for end in ends]:
        case [time() as start, time() as end]:
            return start, end
    raise HoursUnclear(typed=clip(typed), example=_EXAMPLE_HOURS)


def parse_for(typed: str, words: TimeWords = ENGLISH) -> timedelta | None:
    """The length of `2d`, `3 hours`, `for 1w`, `30m`; None if it is none.

    A month has 30 days, a year 365. Raises SpanUnknown for nothing or more than a year.
    """
    tokens = tokens_of(typed, words)
    span = _SPAN.fullmatch(" ".join(without(tokens[:1], words.lasting) + tokens[1:]))
    if not span or span[2] not in words.units:
        return None
    # Seven digits are over a year in any unit.
    length = timedelta(minutes=int(span[1]) * words.units[span[2]]) if len(span[1]) < 7 else timedelta.max
    if not timedelta() < length <= _LONGEST_SPAN:
        raise SpanUnknown(typed=clip(typed), example="2d")
    return length


def parse_until(typed: str, now: datetime, zone: str, words: TimeWords = ENGLISH) -> datetime:
    """When `12 May`, `until fri 15:00`, `tomorrow`, `2w` ends: UTC, later than now. A day ends at its midnight.

    Raises TimeUnknown, DateUnknown, DatePast, DateFar, SpanUnknown; WhenUnclear for anything else.
    """
    tokens = tokens_of(typed, words)
    if (length := parse_for(typed, words)) is not None:
        return now + length
    end = _until(without(tokens[:1], words.until) + tokens[1:], now, zone, words)
    if end is None:
        raise WhenUnclear(typed=clip(typed), example=_EXAMPLE_UNTIL)
    return end


def split_until(typed: str, now: datetime, zone: str, words: TimeWords = ENGLISH) -> tuple[str, datetime | None]:
    """An update without its trailing `until …`, and when that ends (UTC, later than now). Tags and mentions behind the
    time stay in the update.

    Prose stays whole, with None: `until the build is green`, `at Acme until 2019-05-01`. Raises TimeUnknown,
    DateUnknown, DateFar, SpanUnknown where a time is meant but does not exist.
    """
    text = typed.rstrip()
    marks = "|".join(sorted(words.until))
    tail = list(re.compile(rf"(?<!\S)(?:{marks})\s", re.IGNORECASE).finditer(text, max(0, len(text) - LONGEST)))
    if not tail:
        return typed, None
    ends = text[tail[-1].end() :]
    tags = _TAGGED.search(ends)
    ends, behind = (ends[: tags.start()], tags[0].strip(",; \r\n\t")) if tags else (ends, "")
    ends = ends.rstrip("!.;,")
    try:
        length = parse_for(ends, words)
        end = _until(tokens_of(ends, words), now, zone, words) if length is None else now + length
    except DatePast:
        return typed, None
    return (typed, None) if end is None else (f"{text[: tail[-1].start()].rstrip()} {behind}".strip(), end)


def parse_since(typed: str, now: datetime, zone: str, words: TimeWords = ENGLISH) -> datetime:
    """The latest moment, not after now, that `mon`, `yesterday`, `12 May`, `9:00` names: a day means its start.

    Lengths go back from now, those of days to the start of that day. UTC. Raises TimeUnknown, DateUnknown, DateAhead,
    DateFar, SpanUnknown; WhenUnclear for anything else.
    """
    tokens = tokens_of(typed, words)
    tokens = without(tokens[:1], words.since) + tokens[1:]
    if (length := parse_for(" ".join(tokens), words)) is not None:
        whole_days = length % DAY == timedelta()
        return resolve(local(now - length, zone).date(), MIDNIGHT, zone) if whole_days else now - length
    read = moments(tokens, local(now, zone).date(), -1, words, _EXAMPLE_SINCE)
    if read is None:
        raise WhenUnclear(typed=clip(typed), example=_EXAMPLE_SINCE)
    days, at = read
    for day in days:
        if (start := resolve(day, at or MIDNIGHT, zone)) <= now:
            return start
    raise DateAhead(typed=clip(typed), example=_EXAMPLE_SINCE)


def _until(tokens: list[str], now: datetime, zone: str, words: TimeWords) -> datetime | None:
    """The end that the tokens name, None if they name no time."""
    read = moments(tokens, local(now, zone).date(), 1, words, _EXAMPLE_UNTIL)
    if read is None:
        return None
    days, at = read
    for day in days:
        end = resolve(day + DAY, MIDNIGHT, zone) if at is None else resolve(day, at, zone)
        if end > now:
            return end
    raise DatePast(typed=" ".join(tokens), example=_EXAMPLE_UNTIL)


def _as_typed(words: str, typed: str) -> str:
    """Lower-case words as they stood in what was typed, where they stood together."""
    at = typed.casefold().find(words)
    return typed[at : at + len(words)] if at >= 0 else words


def _zone_among(place: str, unclear: BadInput) -> str:
    """The zone that the words of a schedule name which are neither days nor times; else the fitting mistake."""
    if found := find_zone(place):
        return found
    nearest = nearest_zone(place, likeness=0.75)
    if "/" in place or nearest != "UTC":
        raise ZoneUnknown(typed=clip(place), nearest=nearest)
    raise unclear
