"""The words in which people type about time, a table a language; `when` reads them. Everything is in lower case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class TimeWords:
    """One language's words. Weekdays count from 0 (Monday), months from 1, units in minutes."""

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    relative: Mapping[str, int]
    """Days away from today."""
    clocks: Mapping[str, time]
    units: Mapping[str, int]
    phrases: Mapping[str, str]
    """Several words -> the one word that stands for them."""
    working: frozenset[str]
    weekend: frozenset[str]
    daily: frozenset[str]
    this: frozenset[str]
    next: frozenset[str]
    last: frozenset[str]
    week: frozenset[str]
    am: frozenset[str]
    pm: frozenset[str]
    ordinals: frozenset[str]
    to: frozenset[str]
    """Between the ends of a range, beside the dash."""
    fillers: frozenset[str]
    until: frozenset[str]
    since: frozenset[str]
    lasting: frozenset[str]
    """Before a length of time: for 2 days."""
    off: frozenset[str]


_DAYS = (
    ("mon", "monday", "mondays"),
    ("tue", "tues", "tuesday", "tuesdays"),
    ("wed", "weds", "wednesday", "wednesdays"),
    ("thu", "thur", "thurs", "thursday", "thursdays"),
    ("fri", "friday", "fridays"),
    ("sat", "saturday", "saturdays"),
    ("sun", "sunday", "sundays"),
)
_MONTHS = (
    ("jan", "january"),
    ("feb", "february"),
    ("mar", "march"),
    ("apr", "april"),
    ("may",),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
)
_UNITS = {
    1: ("m", "min", "mins", "minute", "minutes"),
    60: ("h", "hr", "hrs", "hour", "hours"),
    24 * 60: ("d", "day", "days"),
    7 * 24 * 60: ("w", "wk", "wks", "week", "weeks"),
    30 * 24 * 60: ("month", "months"),
    365 * 24 * 60: ("y", "year", "years"),
}

ENGLISH = TimeWords(
    weekdays={word: day for day, words in enumerate(_DAYS) for word in words},
    months={word: month for month, words in enumerate(_MONTHS, 1) for word in words},
    relative={"today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "yesterday": -1},
    clocks={"noon": time(12), "midday": time(12), "midnight": time(0)},
    units={word: minutes for minutes, words in _UNITS.items() for word in words},
    phrases={"working days": "weekdays", "work days": "weekdays", "week days": "weekdays", "every day": "daily"},
    working=frozenset({"weekdays", "weekday", "workdays", "workday"}),
    weekend=frozenset({"weekends", "weekend"}),
    daily=frozenset({"daily", "everyday"}),
    this=frozenset({"this"}),
    next=frozenset({"next"}),
    last=frozenset({"last"}),
    week=frozenset({"week"}),
    am=frozenset({"am", "a.m"}),
    pm=frozenset({"pm", "p.m"}),
    ordinals=frozenset({"st", "nd", "rd", "th"}),
    to=frozenset({"to", "through", "thru"}),
    fillers=frozenset({"at", "on", "of", "and", "every", "each"}),
    until=frozenset({"until", "till", "til"}),
    since=frozenset({"since", "from"}),
    lasting=frozenset({"for"}),
    off=frozenset({"off", "none", "no", "never"}),
)
