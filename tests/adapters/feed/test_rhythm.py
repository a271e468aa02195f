"""How long a feed asks for peace, and what is asked with next time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.feed.asking import Asked, after, read_state
from bridge.adapters.feed.head import read_head
from bridge.adapters.feed.parsed import Pace
from bridge.adapters.feed.rhythm import LONGEST, SHORTEST, wait_of

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
"""A Thursday."""
HOUR, DAY = 3_600, 86_400
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SAID = [
    ({}, None),
    ({"cache-control": "max-age=3600"}, HOUR),
    ({"cache-control": 'public, MAX-AGE="3600"', "expires": "Fri, 27 Nov 2026 12:00:00 GMT"}, HOUR),
    ({"cache-control": "max-age=3600", "age": "600"}, 3_000),
    ({"cache-control": "no-cache, max-age=3600"}, None),
    ({"cache-control": "max-age=0"}, None),
    ({"cache-control": "max-age=31536000"}, DAY),
    ({"cache-control": "max-age=10"}, 300),
    ({"expires": "Thu, 26 Nov 2026 14:00:00 GMT"}, 2 * HOUR),
    ({"expires": "Thu, 26 Nov 2026 14:00:00 GMT", "date": "Thu, 26 Nov 2026 13:00:00 GMT"}, HOUR),
    ({"expires": "0"}, None),
    ({"expires": "Thu, 01 Jan 2015 00:00:00 GMT"}, None),
    ({"retry-after": "7200", "cache-control": "max-age=60"}, 2 * HOUR),
    ({"retry-after": "Thu, 26 Nov 2026 13:00:00 GMT"}, HOUR),
    ({"retry-after": "172800", "cache-control": "max-age=31536000"}, 2 * DAY),
    ({"retry-after": "999999999"}, 7 * DAY),
    ({"retry-after": "later"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), SAID)
def test_the_server_says_how_long_its_answer_is_good(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_of(headers, Pace(), NOW) == seconds


PACES = [
    ("<ttl>90</ttl>", 90 * 60),
    ("<ttl> <![CDATA[60]]> </ttl>", HOUR),
    ("<ttl>soon</ttl>", None),
    ("<ttl>999999</ttl>", DAY),
    ("<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", HOUR),
    ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 6 * HOUR),
    ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", HOUR),
    ("<ttl>5</ttl><sy:updatePeriod>daily</sy:updatePeriod>", DAY),
    ("<skipHours><hour>3</hour></skipHours>", None),
    ("<skipHours><hour>12</hour><hour>13</hour></skipHours>", 2 * HOUR),
    ("<skipDays><day>Thursday</day></skipDays>", 12 * HOUR),
    ("<skipDays><day>Thursday</day><day>Friday</day><day>Saturday</day></skipDays>", 2.5 * DAY),
    ("<skipDays>" + "".join(f"<day>{day}</day>" for day in DAYS if day != "Wednesday") + "</skipDays>", 5.5 * DAY),
    ("<skipDays><day>Thursday</day></skipDays><skipHours><hour>0</hour></skipHours>", 13 * HOUR),
    ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(25)) + "</skipHours>", None),
]


@pytest.mark.parametrize(("said", "seconds"), PACES)
def test_the_feed_says_how_often_it_wants_to_be_asked(said: str, seconds: float | None) -> None:
    pace = read_head(f"<rss><channel><title>x</title>{said}<item><ttl>7</ttl></item></channel></rss>").pace

    assert wait_of({}, pace, NOW) == seconds


def test_an_hour_that_it_skips_is_waited_out_after_what_it_asks_for() -> None:
    assert wait_of({"cache-control": "max-age=3600"}, Pace(hours=(13, 14)), NOW) == 3 * HOUR


PACE = st.builds(
    Pace,
    st.integers(0, 10**9),
    st.lists(st.integers(0, 23), unique=True, max_size=23).map(sorted).map(tuple),
    st.lists(st.integers(0, 6), unique=True, max_size=6).map(sorted).map(tuple),
)
HEADERS = st.dictionaries(
    st.sampled_from(["cache-control", "expires", "date", "age", "retry-after", "etag", "last-modified"]),
    st.text(max_size=50) | st.from_regex(r"max-age=\d{1,12}", fullmatch=True) | st.integers().map(str),
)


@given(HEADERS, PACE)
def test_it_is_never_less_than_five_minutes_or_more_than_a_week(headers: dict[str, str], pace: Pace) -> None:
    wait = wait_of(headers, pace, NOW)

    assert wait is None or SHORTEST <= wait <= LONGEST


@given(HEADERS, st.binary(max_size=50), PACE)
def test_what_is_known_comes_back_from_its_state(headers: dict[str, str], body: bytes, pace: Pace) -> None:
    known = after(headers, body, pace)

    assert read_state(known.to_state()) == known
    assert len(known.to_state()) <= 4_000


@given(st.text(max_size=100) | st.from_regex(r'\{"[emhp]": ?(\d|null|\[\d?\]|"x")\}', fullmatch=True))
def test_a_state_of_anybody_else_is_none(state: str) -> None:
    assert isinstance(read_state(state), Asked)


def test_validators_are_sent_back_as_they_came() -> None:
    known = after({"etag": 'W/"1"', "last-modified": "Wed, 25 Nov 2026 10:00:00 GMT"}, b"", Pace())

    assert known.headers() == {"If-None-Match": 'W/"1"', "If-Modified-Since": "Wed, 25 Nov 2026 10:00:00 GMT"}
    assert Asked().headers() == {}


def test_an_answer_without_a_document_may_bring_newer_validators_and_keeps_the_rest() -> None:
    known = after({"etag": '"1"', "last-modified": "x"}, b"body", Pace(60))

    later = known.answered({"etag": '"2"'})

    assert later == Asked('"2"', "x", known.digest, Pace(60))


def test_a_validator_that_is_too_long_or_no_header_is_not_kept() -> None:
    assert after({"etag": "x" * 5_000, "last-modified": "a\r\nb: c"}, b"", Pace()).headers() == {}
