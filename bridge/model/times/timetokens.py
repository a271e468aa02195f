"""The pieces of what people type about time: tokens, clocks, runs of weekdays, dates. `when` puts them together.

Each reader gives None where the tokens mean something else, and raises BadInput where they mean a time or a date that
does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time

from bridge.model.errors import DateFar, DateUnknown, TimeUnknown
from bridge.model.times.calendar import DAY, EVERY_DAY
from bridge.model.times.timewords import TimeWords

LONGEST = 120
"""Characters; whatever is longer says nothing about time."""
YEARS_AHEAD = 10
SATURDAY = 5

_CLOCK = re.compile(r"(\d{1,2})(?:([:.h])(\d{2}))?(\D{0,4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_OF_MONTH = re.compile(r"(\d{1,2})(\D{0,3})")
_YEAR = re.compile(r"\d{4}")
_HOUR = re.compile(r"[01]?\d|2[0-3]")
_DASH = re.compile(r"\s*[–—−]\s*|\s+-\s+")


def clip(typed: str) -> str:
    """What was typed, short enough to be quoted in a sentence."""
    typed = " ".join(typed[:LONGEST].split())
    return typed if len(typed) <= 60 else typed[:59] + "…"


def without(tokens: Iterable[str], dropped: frozenset[str]) -> list[str]:
    return [token for token in tokens if token not in dropped]


def tokens_of(typed: str, words: TimeWords) -> list[str]:
    """Lower-case words, phrases replaced, ranges and `9 am` joined; none for a text that is too long."""
    if len(typed) > LONGEST:
        return []
    halves = "|".join(re.escape(half) for half in sorted(words.am | words.pm, reverse=True))
    text = re.sub(rf"(?<=\d)\s+({halves})(?![^\W_])", r"\1", typed.casefold())
    text = " ".join(_DASH.sub("-", text).replace(",", " ").split())
    for phrase, word in words.phrases.items():
        text = re.sub(rf"(?<!\S){re.escape(phrase)}(?!\S)", word, text)
    return [token for raw in text.split() if (token := raw.rstrip("."))]


def loose_clock(token: str, words: TimeWords, example: str) -> time | None:
    """A time of day where one is expected: `9`, `9.30`, `0930` and all of `exact_clock`. Raises TimeUnknown for
    whatever else begins with a digit."""
    if token in words.clocks:
        return words.clocks[token]
    if not token[:1].isdigit():
        return None
    if re.fullmatch(r"\d{4}", token):
        token = f"{token[:2]}:{token[2:]}"
    match = _CLOCK.fullmatch(token)
    if match is None:
        raise TimeUnknown(typed=clip(token), example=example)
    return _time_of(match, words, example)


def is_exact_clock(token: str, words: TimeWords) -> bool:
    """Whether a token can be nothing but a time of day: `15:00`, `9h30`, `3pm`, `noon`, also `25:00`."""
    match = _CLOCK.fullmatch(token)
    if match is None:
        return token in words.clocks
    if match[4] not in {"", "h"} | words.am | words.pm:
        return False
    return match[2] in {":", "h"} or match[4] != ""


def _time_of(match: re.Match[str], words: TimeWords, example: str) -> time:
    hour, minute, suffix = int(match[1]), int(match[3] or 0), match[4]
    unknown = TimeUnknown(typed=clip(match[0]), example=example)
    if suffix in words.am or suffix in words.pm:
        if not 1 <= hour <= 12:
            raise unknown
        hour = hour % 12 + (12 if suffix in words.pm else 0)
    elif suffix not in {"", "h"} or (suffix and match[2]):
        raise unknown
    if hour > 23 or minute > 59:
        raise unknown
    return time(hour, minute)


def take_days(tokens: Sequence[str], working: frozenset[int], words: TimeWords) -> tuple[frozenset[int], list[str]]:
    """The weekdays that are named one by one, as sets or as ranges (which may cross Sunday), and the other tokens."""
    groups = dict.fromkeys(words.working, working) | dict.fromkeys(words.daily, EVERY_DAY)
    groups |= dict.fromkeys(words.weekend, EVERY_DAY - working or frozenset({5, 6}))
    days: set[int] = set()
    rest: list[str] = []
    at = 0
    while at < len(tokens):
        token, ends = tokens[at], tokens[at].split("-")
        if tokens[at + 1 : at + 2] and tokens[at + 1] in words.to:
            ends = [token, *tokens[at + 2 : at + 3]]
        if len(ends) == 2 and all(end in words.weekdays for end in ends):
            first, last = (words.weekdays[end] for end in ends)
            days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
            at += 1 if "-" in token else 3
            continue
        if token in words.weekdays:
            days.add(words.weekdays[token])
        elif token in groups:
            days |= groups[token]
        else:
            rest.append(token)
        at += 1
    return frozenset(days), rest


def moments(
    tokens: Sequence[str], today: date, step: int, words: TimeWords, example: str
) -> tuple[list[date], time | None] | None:
    """What a day, a time of day or both can mean, nearest first: dates from `today` forwards (`step` 1) or backwards
    (-1), and the time. None for anything else; raises TimeUnknown, DateUnknown, DateFar."""
    tokens = without(tokens, words.fillers)
    clocks = [token for token in {*tokens[:1], *tokens[-1:]} if is_exact_clock(token, words)]
    # Behind a day's own name a bare number is an hour: `tomorrow 8`. Elsewhere it may be anything.
    if (
        not clocks
        and len(tokens) > 1
        and _HOUR.fullmatch(tokens[-1])
        and tokens[-2] in {*words.relative, *words.weekdays}
    ):
        clocks = tokens[-1:]
    if not tokens or len(clocks) > 1:
        return None
    rest = without(tokens, frozenset(clocks))
    days = _days(rest, today, step, words, example) if rest else [today + ahead * step * DAY for ahead in range(3)]
    if days is None:
        return None
    return days, loose_clock(clocks[0], words, example) if clocks else None


def _days(tokens: list[str], today: date, step: int, words: TimeWords, example: str) -> list[date] | None:
    match tokens:
        case [one] if one in words.relative:
            return [today + words.relative[one] * DAY]
        case [one] if one in words.weekdays:
            away = (words.weekdays[one] - today.weekday()) * step % 7
            return [today + (away + more) * step * DAY for more in (0, 7)]
        case [one] if found := _ISO.fullmatch(one):
            return list(_dates(int(found[3]), int(found[2]), [int(found[1])], today, one, example))
        case [which, one] if which in words.this | words.next | words.last:
            return _day_of_week(which, one, today, step, words)
        case [_, _] | [_, _, _]:
            return _named_date(tokens, today, step, words, example)
    return None


def _day_of_week(which: str, one: str, today: date, step: int, words: TimeWords) -> list[date] | None:
    """`next fri`, `last mon`, `this week`. A week begun is meant up to its end ahead, and from its start behind;
    `until next week` is over when that week begins; said on a weekend, that is the Monday after the coming week."""
    monday = today - today.weekday() * DAY
    weeks = 0 if which in words.this else 1 if which in words.next else -1
    if one in words.weekdays:
        return [monday + (7 * weeks + words.weekdays[one]) * DAY]
    if one not in words.week:
        return None
    if step < 0:
        return [monday + 7 * weeks * DAY]
    if weeks > 0 and today.weekday() >= SATURDAY:
        return [monday + 13 * DAY]
    return [monday + (6 if weeks >= 0 else -1) * DAY]


def _named_date(tokens: list[str], today: date, step: int, words: TimeWords, example: str) -> list[date] | None:
    """`12 May`, `May 12th`, `12 May 2027`."""
    day_word, month_word = tokens[:2]
    if day_word in words.months:
        day_word, month_word = month_word, day_word
    day = _DAY_OF_MONTH.fullmatch(day_word)
    if day is None or day[2] not in words.ordinals | {""} or month_word not in words.months:
        return None
    if tokens[2:] and not _YEAR.fullmatch(tokens[2]):
        return None
    # Without a year the nearest that has the date: 29 February can be eight years away.
    years = [int(year) for year in tokens[2:]] or [today.year + step * away for away in range(9)]
    return list(_dates(int(day[1]), words.months[month_word], years, today, " ".join(tokens), example))


def _dates(day: int, month: int, years: list[int], today: date, typed: str, example: str) -> Iterator[date]:
    found = [on for year in years if (on := _date(year, month, day))]
    if not found:
        raise DateUnknown(typed=clip(typed), example=example)
    if found[0].year > today.year + YEARS_AHEAD:
        raise DateFar(typed=clip(typed), example=example)
    # Zones knew no rules before 1970; further back is as good as there.
    return (max(on, date(1970, 1, 2)) for on in found)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
