"""Dates in every form the wild has; what is uncertain is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whenever import Instant, OffsetDateTime

from bridge.adapters.feed.dates import AHEAD, EARLIEST, read_date

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TEN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)

READ = {
    # RFC 822, 2822, 850, asctime
    "Wed, 25 Nov 2026 10:00:00 GMT": TEN,
    "Wed, 25 Nov 2026 10:00:00 +0000": TEN,
    "Wed, 25 Nov 2026 10:00 UT": TEN,
    "Wed, 25 Nov 2026 10:00:00": TEN,
    "25 Nov 2026 11:00:00 +0100": TEN,
    "Wed, 25 Nov 2026 05:00:00 EST": TEN,
    "Wed, 25 Nov 2026 12:00:00 CEST": TEN,
    "Wed, 25 Nov 2026 11:00:00 CET": TEN,
    "Wed, 25 Nov 2026 15:30:00 IST": TEN,
    "Wed, 25 Nov 2026 11:00:00 GMT+0100": TEN,
    "Wed, 25 Nov 2026 11:00:00 GMT+1": TEN,
    "Wed, 25 Nov 2026 11:00:00 +01:00": TEN,
    "Wed, 25 Nov 2026 11:00:00 +0100 (CET)": TEN,
    "Wed, 25 Nov 26 10:00:00 GMT": TEN,
    "Wednesday, 25-Nov-26 10:00:00 GMT": TEN,
    "Wed Nov 25 10:00:00 2026": TEN,
    "Wed Nov 25 11:00:00 CET 2026": TEN,
    "WED, 25 NOV 2026 10:00:00 GMT": TEN,
    "Thu, 25 Nov 2026 10:00:00 GMT": TEN,
    "Wed,25 Nov 2026 10:00:00 GMT": TEN,
    " Wed,\n  25 Nov 2026  10:00:00\tGMT ": TEN,
    "Wed, 25 Nov 2026 10:00:60 GMT": TEN + timedelta(seconds=59),
    "Tue, 24 Nov 2026 24:00:00 GMT": datetime(2026, 11, 25, tzinfo=UTC),
    "Wed, 25 Nov 2026 10:00:00 Z": TEN,
    # zones that are none
    "Wed, 25 Nov 2026 10:00:00 +9900": TEN,
    "Wed, 25 Nov 2026 10:00:00 XYZ": TEN,
    "Wed, 25 Nov 2026 10:00:00 A": TEN,
    "Wed, 25 Nov 2026 10:00:00 Europe/Vienna": TEN,
    # other languages
    "Mi, 25 Nov 2026 11:00:00 MEZ": TEN,
    "25. November 2026 11:00 MEZ": TEN,
    "mer., 25 févr. 2026 10:00:00 +0000": datetime(2026, 2, 25, 10, tzinfo=UTC),
    "25 août 2026": datetime(2026, 8, 25, tzinfo=UTC),
    "5 juillet 2026": datetime(2026, 7, 5, tzinfo=UTC),
    "5 juin 2026": datetime(2026, 6, 5, tzinfo=UTC),
    "25 de enero de 2026": datetime(2026, 1, 25, tzinfo=UTC),
    "Mi, 25 Dez 2019 10:00:00 +0100": datetime(2019, 12, 25, 9, tzinfo=UTC),
    # ISO 8601 and W3C-DTF
    "2026-11-25T10:00:00Z": TEN,
    "2026-11-25T10:00:00.123456789Z": TEN,
    "2026-11-25T11:00:00+01:00": TEN,
    "2026-11-25T11:00:00+0100": TEN,
    "2026-11-25T11:00:00+01": TEN,
    "2026-11-25t10:00:00z": TEN,
    "2026-11-25T10:00": TEN,
    "2026-11-25 10:00:00": TEN,
    "2026-11-25 10:00:00 UTC": TEN,
    "2026-11-25 11:00:00 +0100": TEN,
    "2026-11-25": datetime(2026, 11, 25, tzinfo=UTC),
    "2026-11": datetime(2026, 11, 1, tzinfo=UTC),
    "2026/11/25 10:00": TEN,
    "20261125T100000Z": TEN,
    "20261125": datetime(2026, 11, 25, tzinfo=UTC),
    # by hand
    "November 25, 2026": datetime(2026, 11, 25, tzinfo=UTC),
    "Nov 25, 2026 10:00 AM": TEN,
    "Nov. 25, 2026, 10:00 a.m.": TEN,
    "Wednesday, November 25, 2026": datetime(2026, 11, 25, tzinfo=UTC),
    "November 25th, 2026": datetime(2026, 11, 25, tzinfo=UTC),
    "25.11.2026 10:00": TEN,
    "04.03.2026": datetime(2026, 3, 4, tzinfo=UTC),
    "11/25/2026": datetime(2026, 11, 25, tzinfo=UTC),
    "25/11/2026": datetime(2026, 11, 25, tzinfo=UTC),
    "1795600800": TEN,
    "1795600800000": TEN,
    "Thu, 31 Dec 99 23:00:00 GMT": datetime(1999, 12, 31, 23, tzinfo=UTC),
}

NONE = [
    *("", " ", "yesterday", "Mon", "12", "1234", "12345", "10:30", "soon, 2026", "Wed, 25 Foo 2026 10:00:00 GMT"),
    *("Wed, 31 Nov 2026 10:00:00 GMT", "2026-13-01", "2026-02-30", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z"),
    *("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 25 Nov 2026 25:61:00 GMT"),
    *(
        "04/03/2026",
        "99999999999999999999",
        "9999-12-31T23:59:59-12:00",
        "x" * 5_000,
        "²⁰²⁶-11-25",
        "2026-11-27T12:00:01Z",
    ),
]


@pytest.mark.parametrize("said", READ)
def test_a_date_is_the_moment_it_says(said: str) -> None:
    assert read_date(said, NOW) == READ[said]


@pytest.mark.parametrize("said", NONE)
def test_what_is_no_certain_date_is_none(said: str) -> None:
    assert read_date(said, NOW) is None


def test_a_day_ahead_may_be_a_wrong_clock_and_more_is_no_date() -> None:
    assert read_date((NOW + AHEAD).isoformat(), NOW) == NOW + AHEAD
    assert read_date((NOW + AHEAD + timedelta(seconds=1)).isoformat(), NOW) is None


MOMENTS = st.datetimes(EARLIEST.replace(tzinfo=None), NOW.replace(tzinfo=None)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(MOMENTS, ZONES)
def test_it_agrees_with_others_on_rfc_2822(at: datetime, zone: timezone) -> None:
    said = format_datetime(at.astimezone(zone))

    assert read_date(said, NOW) == parsedate_to_datetime(said) == at
    assert at == OffsetDateTime.parse_rfc2822(said).to_instant().to_stdlib()


@given(MOMENTS, ZONES)
def test_it_agrees_with_others_on_iso_8601(at: datetime, zone: timezone) -> None:
    said = at.astimezone(zone).isoformat()

    assert read_date(said, NOW) == datetime.fromisoformat(said) == at
    assert read_date(Instant(at).format_iso(), NOW) == at


@given(st.text(max_size=200) | st.from_regex(r"[\d:./+\-TZ, a-z]{1,40}", fullmatch=True))
def test_whatever_stands_there_nothing_is_raised(said: str) -> None:
    at = read_date(said, NOW)

    assert at is None or EARLIEST <= at <= NOW + AHEAD
