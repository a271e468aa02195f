"""Dates as feeds write them: RFC 822 and ISO 8601 by the book, and what stands there instead. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""What is older is a clock that stood still or an empty field, not a date."""
AHEAD = timedelta(days=1)
"""A date further in the future than this is none."""
LONGEST = 100
"""Characters of a date."""

_HOURS = {
    # RFC 822, section 5.1, and what servers in Europe, Asia and Australia write in its place.
    **dict.fromkeys(("ut", "utc", "gmt", "z", "wet"), 0),
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
    **{"akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3},
    **{"bst": 1, "west": 1, "cet": 1, "mez": 1, "met": 1, "cest": 2, "mesz": 2, "mest": 2, "eet": 2, "eest": 3},
    **{"msk": 3, "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9},
    **{"acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13},
}
_MONTHS = {
    # English, German, French, Spanish, Italian, Portuguese, Dutch, Polish; by their first letters.
    **dict.fromkeys(("jan", "jän", "ene", "gen", "sty"), 1),
    **dict.fromkeys(("feb", "fév", "fev", "lut"), 2),
    **dict.fromkeys(("mar", "mär", "maa", "mrt"), 3),
    **dict.fromkeys(("apr", "avr", "abr", "kwi"), 4),
    **dict.fromkeys(("may", "mai", "mag", "mei", "maj"), 5),
    **dict.fromkeys(("jun", "juin", "giu", "cze"), 6),
    **dict.fromkeys(("jul", "juil", "lug", "lip"), 7),
    **dict.fromkeys(("aug", "aoû", "aou", "ago", "sie"), 8),
    **dict.fromkeys(("sep", "set", "wrz"), 9),
    **dict.fromkeys(("oct", "okt", "ott", "out", "paź"), 10),
    **dict.fromkeys(("nov", "lis"), 11),
    **dict.fromkeys(("dec", "dez", "déc", "dic", "gru"), 12),
}
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?:\s*(?P<zone>(?:(?:GMT|UTC?)\s*)?[+\-−]\s?\d{1,2}:?(?:\d{2})?\b|[A-Za-z]{1,5}\b))?"
_WORD = r"[^\W\d_]{3,12}"
_WEEKDAY = r"[^\W\d_]{2,12}"
_AT = r"(?:\s*(?:,|T|at|um|à)?\s*" + _TIME + _ZONE + ")?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # 2026-11-25T10:00:00.5+01:00, 2026-11-25 10:00, 2026/11/25, 20261125T100000Z
        r"(?P<year>\d{4})(?P<gap>[-/.])(?P<month>\d{1,2})(?P=gap)(?P<day>\d{1,2})" + _AT,
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?" + _ZONE + ")?(?!\\d)",
        r"(?P<year>\d{4})-(?P<month>\d{2})(?![\d-])",
        # Wed, 25 Nov 2026 10:00:00 +0100; 25-Nov-26 10:00; 25. November 2026
        rf"(?:{_WEEKDAY}\.?,?\s*)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?[.\s-]+(?:de\s+)?(?P<name>{_WORD})"
        r"[.,\s-]+(?:de\s+)?(?P<year>\d{4}|\d{2})(?!\d)" + _AT,
        # November 25, 2026 10:00 AM; Wed Nov 25 2026
        rf"(?:{_WORD}\.?,?\s+)?(?P<name>{_WORD})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?!\d)"
        + _AT,
        # Wed Nov 25 10:00:00 CET 2026
        rf"{_WORD}\s+(?P<name>{_WORD})\s+(?P<day>\d{{1,2}})\s+{_TIME}{_ZONE}\s+(?P<year>\d{{4}})(?!\d)",
        # 25.11.2026 10:00, 25/11/2026; 11/25/2026
        r"(?P<first>\d{1,2})(?P<gap>[./-])(?P<then>\d{1,2})(?P=gap)(?P<year>\d{4})(?!\d)" + _AT,
    )
)
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_OFFSET = re.compile(r"([+\-−])\s?(\d{1,2}):?(\d{2})?$")


def read_date(said: str, now: datetime) -> datetime | None:
    """The moment, aware UTC; None where nothing certain stands there, or what lies more than a day ahead of `now`.

    Without a zone, or with one that nobody knows, it is taken as UTC; a day alone is its first moment. Two digits of a
    year are those of 1970 to 2069, as in RFC 2822, section 4.3.
    """
    said = " ".join(said.split())
    if not said or len(said) > LONGEST:
        return None
    at = _since_epoch(said) or _written(said)
    return at if at is not None and EARLIEST <= at <= now + AHEAD else None


def _since_epoch(said: str) -> datetime | None:
    if not said.isascii() or not _SECONDS.fullmatch(said):
        return None
    seconds = int(said) / 1000 if len(said) == 13 and "." not in said else float(said)
    return datetime.fromtimestamp(seconds, UTC)


def _written(said: str) -> datetime | None:
    for form in _FORMS:
        if found := form.match(said):
            return _moment({key: value for key, value in found.groupdict().items() if value is not None})
    return None


def _moment(parts: dict[str, str]) -> datetime | None:
    month = _month(parts)
    if month is None:
        return None
    day = int(parts.get("day") or "1")
    if "first" in parts:
        day = int(parts["then"] if month == int(parts["first"]) and int(parts["then"]) > 12 else parts["first"])
    hour, second = int(parts.get("hour", 0)), min(int(parts.get("second", 0)), 59)
    if "half" in parts:
        hour = hour % 12 + (12 if parts["half"] in "pP" else 0)
    try:
        local = datetime(_year(parts["year"]), month, day, hour % 24, int(parts.get("minute", 0)), second, tzinfo=UTC)
        return local + timedelta(days=hour // 24 if hour == 24 else 0) - _offset(parts.get("zone", ""))
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _month(parts: dict[str, str]) -> int | None:
    if "month" in parts:
        return int(parts["month"])
    if "first" in parts:
        first, then = int(parts["first"]), int(parts["then"])
        if then > 12 >= first and parts["gap"] == "/":
            return first
        # Between day and month of a date with slashes one can only guess.
        return then if first > 12 or parts["gap"] != "/" or first == then else None
    name = parts["name"].lower()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])


def _offset(zone: str) -> timedelta:
    if written := _OFFSET.search(zone):
        sign, hours, minutes = written.groups()
        away = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if away > timedelta(hours=15) or int(minutes or 0) > 59:
            return timedelta(0)
        return timezone(away if sign == "+" else -away).utcoffset(None)
    return timedelta(hours=_HOURS.get(zone.lower(), 0))
