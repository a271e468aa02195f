"""What people type about time, as tables; whatever else they type is BadInput or prose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.errors import (
    BadInput,
    DateAhead,
    DateFar,
    DatePast,
    DateUnknown,
    DaysUnclear,
    HoursUnclear,
    ScheduleUnclear,
    SpanUnknown,
    TimesTooMany,
    TimeUnknown,
    WhenUnclear,
    ZoneUnknown,
)
from bridge.model.times.calendar import WORKING_DAYS, Schedule
from bridge.model.times.timewords import ENGLISH
from bridge.model.times.when import (
    parse_days,
    parse_for,
    parse_hours,
    parse_schedule,
    parse_since,
    parse_until,
    parse_zone,
    split_until,
)

VIENNA = "Europe/Vienna"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday, 11:00 in Vienna
DAILY = frozenset(range(7))


def vienna(text: str) -> datetime:
    """A winter moment in Vienna."""
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


READERS: list[Callable[[str], object]] = [
    parse_zone,
    parse_days,
    parse_hours,
    parse_for,
    lambda typed: parse_schedule(typed, VIENNA),
    lambda typed: parse_until(typed, NOW, VIENNA),
    lambda typed: parse_since(typed, NOW, VIENNA),
    lambda typed: split_until(f"Graz office until {typed}", NOW, VIENNA),
    lambda typed: split_until(typed, NOW, VIENNA),
]

_VOCABULARY = sorted(
    {*ENGLISH.weekdays, *ENGLISH.months, *ENGLISH.relative, *ENGLISH.clocks, *ENGLISH.units, *ENGLISH.phrases}
    | {*ENGLISH.working, *ENGLISH.until, *ENGLISH.to, *ENGLISH.fillers, *ENGLISH.ordinals, *ENGLISH.am, *ENGLISH.off}
    | {"next", "last", "this", "-", "–", ":", "/", ".", ",", "0", "9", "12", "31", "99", "2026", "9999", "0000", "٣"}
    | {"15:00", "25:00", "9h", "2026-02-31", "0001-01-01", "9999-12-31", "europe/viena", "\0", "\ud800", "²", "İ"}
)
almost_times = st.lists(st.tuples(st.sampled_from(_VOCABULARY), st.sampled_from(["", " "])), max_size=8).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
anything = st.one_of(almost_times, st.text(st.characters(exclude_categories=())))


def complaint(read: Callable[[str], object], typed: str) -> str:
    """What a person would read; empty if the text was fine. A sentence with a place left open is a KeyError."""
    try:
        read(typed)
    except BadInput as error:
        return type(error).template.format(**error.params)
    return ""


@given(st.sampled_from(READERS), anything)
def test_any_text_is_read_or_answered_with_a_sentence(read: Callable[[str], object], typed: str) -> None:
    assert len(complaint(read, typed)) < 250


@given(anything)
def test_an_end_is_always_ahead_and_the_rest_is_what_stood_before(typed: str) -> None:
    try:
        rest, end = split_until(typed, NOW, VIENNA)
    except BadInput:
        return
    if end is None:
        assert rest == typed
    else:
        assert end > NOW
        assert end.tzinfo is UTC
        assert typed.startswith(rest)
        assert split_until(rest + " until the end", NOW, VIENNA) == (rest + " until the end", None)


@given(anything)
def test_since_is_never_ahead(typed: str) -> None:
    try:
        assert parse_since(typed, NOW, VIENNA) <= NOW
    except BadInput:
        pass


@pytest.mark.parametrize("huge", ["9" * 10_000_000, " until fri" * 1_000_000, " " * 10_000_000, "until " * 1_000_000])
def test_huge_texts_are_looked_at_from_their_ends_only(huge: str) -> None:
    # With any work that grows faster than the text, this test would not come to an end.
    for read in READERS:
        assert len(complaint(read, huge)) < 250


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("vienna", VIENNA),
        ("EUROPE/VIENNA", VIENNA),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("CET", "CET"),
        ("est", "America/New_York"),
    ],
)
def test_zones(typed: str, zone: str) -> None:
    assert parse_zone(typed) == zone


@pytest.mark.parametrize("typed", ["europe/viena", "../etc", "/etc/passwd", "", "\0", "Factory", "Europe"])
def test_unknown_zones_come_with_a_real_one(typed: str) -> None:
    with pytest.raises(ZoneUnknown) as caught:
        parse_zone(typed)

    assert parse_zone(str(caught.value.params["nearest"]))


def test_a_mistyped_zone_is_guessed() -> None:
    with pytest.raises(ZoneUnknown) as caught:
        parse_zone("europe/viena")

    assert caught.value.english() == "I know no time zone “europe/viena”. Did you mean Europe/Vienna?"


@pytest.mark.parametrize(
    ("typed", "times", "days", "zone"),
    [
        ("weekdays 09:00 Europe/Vienna", [time(9)], WORKING_DAYS, VIENNA),
        ("daily 9", [time(9)], DAILY, "Asia/Tokyo"),
        ("daily 9 17:30", [time(9), time(17, 30)], DAILY, "Asia/Tokyo"),
        ("17:30 and 9 every day", [time(9), time(17, 30)], DAILY, "Asia/Tokyo"),
        ("mon wed fri 8:15", [time(8, 15)], {0, 2, 4}, "Asia/Tokyo"),
        ("Mondays, Wed. and FRIDAY at 8.15", [time(8, 15)], {0, 2, 4}, "Asia/Tokyo"),
        ("9am", [time(9)], WORKING_DAYS, "Asia/Tokyo"),
        ("12 am", [time(0)], WORKING_DAYS, "Asia/Tokyo"),
        ("12:30 p.m. daily", [time(12, 30)], DAILY, "Asia/Tokyo"),
        ("noon", [time(12)], WORKING_DAYS, "Asia/Tokyo"),
        ("weekends 10", [time(10)], {5, 6}, "Asia/Tokyo"),
        ("working days 9", [time(9)], WORKING_DAYS, "Asia/Tokyo"),
        ("mon-fri 0900", [time(9)], WORKING_DAYS, "Asia/Tokyo"),
        ("sun – thu 9h30", [time(9, 30)], {6, 0, 1, 2, 3}, "Asia/Tokyo"),
        ("fri to mon 9", [time(9)], {4, 5, 6, 0}, "Asia/Tokyo"),
        ("daily", [time(9)], DAILY, "Asia/Tokyo"),
        ("daily 9 new york", [time(9)], DAILY, "America/New_York"),
        ("vienna daily 9", [time(9)], DAILY, VIENNA),
    ],
)
def test_schedules(typed: str, times: list[time], days: set[int], zone: str) -> None:
    assert parse_schedule(typed, "Asia/Tokyo") == Schedule(tuple(times), frozenset(days), zone)


def test_working_days_are_the_persons_own() -> None:
    sunday_to_thursday = frozenset({6, 0, 1, 2, 3})

    assert parse_schedule("weekdays 9", VIENNA, working=sunday_to_thursday).days == sunday_to_thursday
    assert parse_schedule("9", VIENNA, working=sunday_to_thursday).days == sunday_to_thursday
    assert parse_schedule("weekends 9", VIENNA, working=sunday_to_thursday).days == {4, 5}
    assert parse_schedule("weekends 9", VIENNA, working=DAILY).days == {5, 6}


@pytest.mark.parametrize(
    ("typed", "error", "sentence"),
    [
        ("daily 25:00", TimeUnknown, "That time doesn't exist: 25:00. Try daily 9."),
        ("daily 9:60", TimeUnknown, "That time doesn't exist: 9:60. Try daily 9."),
        ("13pm", TimeUnknown, "That time doesn't exist: 13pm. Try daily 9."),
        ("daily 9 europe/viena", ZoneUnknown, "I know no time zone “europe/viena”. Did you mean Europe/Vienna?"),
        ("daily 9 Europe/Viena", ZoneUnknown, "I know no time zone “Europe/Viena”. Did you mean Europe/Vienna?"),
        ("daily 9 viena", ZoneUnknown, "I know no time zone “viena”. Did you mean Europe/Vienna?"),
        ("daily 9 blorp", ScheduleUnclear, "I can't read “daily 9 blorp” as days and times. Try daily 9."),
        ("", ScheduleUnclear, "I can't read “” as days and times. Try daily 9."),
        ("1 2 3 4 5 6 7", TimesTooMany, "That's 7 times a day, and 6 is the most. Try daily 9 13 17:30."),
    ],
)
def test_wrong_schedules_say_what_to_type(typed: str, error: type[BadInput], sentence: str) -> None:
    with pytest.raises(error) as caught:
        parse_schedule(typed, VIENNA)

    assert caught.value.english() == sentence


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("fri", "2026-11-28T00:00"),
        ("Friday", "2026-11-28T00:00"),
        ("tue", "2026-11-25T00:00"),  # today
        ("tue 10:00", "2026-12-01T10:00"),  # too late for today
        ("fri at 3pm", "2026-11-27T15:00"),
        ("today", "2026-11-25T00:00"),
        ("tomorrow", "2026-11-26T00:00"),
        ("9:00 tomorrow", "2026-11-25T09:00"),
        ("15:00", "2026-11-24T15:00"),
        ("11:00", "2026-11-25T11:00"),  # now is over
        ("noon", "2026-11-24T12:00"),
        ("midnight", "2026-11-25T00:00"),
        ("12 Jan", "2027-01-13T00:00"),
        ("Jan 12", "2027-01-13T00:00"),
        ("the 12th of Jan", None),
        ("12th of Jan, 2028", "2028-01-13T00:00"),
        ("12 Jan 15:00", "2027-01-12T15:00"),
        ("24 Nov", "2026-11-25T00:00"),
        ("24 Nov 11:00", "2027-11-24T11:00"),
        ("29 Feb", "2028-03-01T00:00"),
        ("2026-12-24", "2026-12-25T00:00"),
        ("2026-12-24 15:00", "2026-12-24T15:00"),
        ("this week", "2026-11-30T00:00"),
        ("next week", "2026-11-30T00:00"),
        ("next fri", "2026-12-05T00:00"),
        ("tomorrow 8", "2026-11-25T08:00"),
        ("fri at 17", "2026-11-27T17:00"),
        ("3h", "2026-11-24T14:00"),
        ("2 days", "2026-11-26T11:00"),
        ("2 days before the deadline", None),
        ("3 people agree", None),
        ("fri 27", None),
        ("3.11", None),  # a version
        ("5", None),
        ("12/5", None),
        ("the build is green", None),
        ("10:00 people came", None),
        ("may", None),
        ("now", None),
        ("yesterday", None),
        ("2019-05-01", None),  # past: a story
        ("24 Nov 2025", None),
    ],
)
@pytest.mark.parametrize("shape", ["Graz office until {}", "Graz office UNTIL  {}.", "Graz office\ntill {}!"])
def test_updates_that_end(shape: str, typed: str, end: str | None) -> None:
    text = shape.format(typed)

    assert split_until(text, NOW, VIENNA) == (("Graz office", vienna(end)) if end else (text, None))


@pytest.mark.parametrize(
    "text",
    [
        "until",
        "Graz until",
        "say “until fri”",
        "funtil fri",
        "until the #build is green",
        "until fri until all is done",
        "",
    ],
)
def test_prose_stays_whole(text: str) -> None:
    assert split_until(text, NOW, VIENNA) == (text, None)


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("Graz until fri #graz", "Graz #graz"),
        ("Graz until fri, @ana #graz", "Graz @ana #graz"),
        ("Graz until fri.\n\n#graz", "Graz #graz"),
        ("until fri #graz", "#graz"),
    ],
)
def test_tags_and_mentions_behind_the_time_stay(typed: str, rest: str) -> None:
    assert split_until(typed, NOW, VIENNA) == (rest, vienna("2026-11-28T00:00"))


@pytest.mark.parametrize(
    ("today", "end"),
    [
        ("2026-11-26T12:00", "2026-11-30T00:00"),  # Thursday
        ("2026-11-28T12:00", "2026-12-07T00:00"),  # Saturday
        ("2026-11-29T12:00", "2026-12-07T00:00"),  # Sunday: next week begins tonight
        ("2026-11-30T12:00", "2026-12-07T00:00"),  # Monday
    ],
)
def test_next_week_is_never_over_at_once(today: str, end: str) -> None:
    assert split_until("Graz until next week", vienna(today), VIENNA) == ("Graz", vienna(end))


def test_only_the_last_until_is_taken() -> None:
    rest, end = split_until("waiting until it works until fri", NOW, VIENNA)

    assert (rest, end) == ("waiting until it works", vienna("2026-11-28T00:00"))


def test_summer_and_winter_have_midnights_of_their_own() -> None:
    assert split_until("x until 12 May 15:00", NOW, VIENNA)[1] == datetime(2027, 5, 12, 13, 0, tzinfo=UTC)
    assert split_until("x until 2027-03-28 02:30", NOW, VIENNA)[1] == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_a_leap_day_can_be_eight_years_away() -> None:
    after_the_last = datetime(2096, 3, 1, 12, tzinfo=UTC)

    assert split_until("x until 29 Feb", after_the_last, VIENNA)[1] == vienna("2104-03-01T00:00")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("31 Feb", DateUnknown),
        ("feb 30th 2027", DateUnknown),
        ("29 Feb 2027", DateUnknown),
        ("2026-02-31", DateUnknown),
        ("0000-01-01", DateUnknown),
        ("40 may 15:00", DateUnknown),
        ("25:00", TimeUnknown),
        ("fri 9:75", TimeUnknown),
        ("13pm", TimeUnknown),
        ("9999-12-31", DateFar),
    ],
)
def test_times_that_do_not_exist_are_said_to(typed: str, error: type[BadInput]) -> None:
    with pytest.raises(error):
        split_until(f"Graz office until {typed}", NOW, VIENNA)
    with pytest.raises(error):
        parse_until(typed, NOW, VIENNA)


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("until fri", vienna("2026-11-28T00:00")),
        ("fri", vienna("2026-11-28T00:00")),
        ("12 Jan", vienna("2027-01-13T00:00")),
        ("2w", NOW + timedelta(weeks=2)),
        ("for 3 hours", NOW + timedelta(hours=3)),
    ],
)
def test_pauses_end(typed: str, end: datetime) -> None:
    assert parse_until(typed, NOW, VIENNA) == end


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("2019-05-01", DatePast),
        ("yesterday", DatePast),
        ("whenever", WhenUnclear),
        ("", WhenUnclear),
        ("0d", SpanUnknown),
    ],
)
def test_pauses_that_cannot_be(typed: str, error: type[BadInput]) -> None:
    with pytest.raises(error):
        parse_until(typed, NOW, VIENNA)


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("2d", timedelta(days=2)),
        ("3h", timedelta(hours=3)),
        ("1w", timedelta(weeks=1)),
        ("30m", timedelta(minutes=30)),
        ("2 Days", timedelta(days=2)),
        ("for 1 month", timedelta(days=30)),
        ("1y", timedelta(days=365)),
        ("d", None),
        ("2", None),
        ("2 moons", None),
        ("-2d", None),
        ("²d", None),
        ("fri", None),
    ],
)
def test_lengths(typed: str, length: timedelta | None) -> None:
    assert parse_for(typed) == length


@pytest.mark.parametrize("typed", ["0m", "0 days", "367d", "2y", "9" * 100 + "w"])
def test_lengths_are_from_a_minute_to_a_year(typed: str) -> None:
    with pytest.raises(SpanUnknown):
        parse_for(typed)


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("mon", "2026-11-23T00:00"),
        ("since Monday", "2026-11-23T00:00"),
        ("tue", "2026-11-24T00:00"),  # today
        ("tue 12:00", "2026-11-17T12:00"),
        ("wed", "2026-11-18T00:00"),
        ("yesterday", "2026-11-23T00:00"),
        ("today", "2026-11-24T00:00"),
        ("2d", "2026-11-22T00:00"),
        ("1 week", "2026-11-17T00:00"),
        ("3h", "2026-11-24T08:00"),
        ("9:00", "2026-11-24T09:00"),
        ("12:00", "2026-11-23T12:00"),
        ("25 Nov", "2025-11-25T00:00"),
        ("24 Nov", "2026-11-24T00:00"),
        ("29 Feb", "2024-02-29T00:00"),
        ("2026-11-20", "2026-11-20T00:00"),
        ("this week", "2026-11-23T00:00"),
        ("last week", "2026-11-16T00:00"),
        ("last fri", "2026-11-20T00:00"),
        ("0001-01-01", "1970-01-02T00:00"),
    ],
)
def test_looking_back(typed: str, start: str) -> None:
    assert parse_since(typed, NOW, VIENNA) == vienna(start)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("tomorrow", DateAhead),
        ("2027-01-01", DateAhead),
        ("31 Feb", DateUnknown),
        ("25:00", TimeUnknown),
        ("5y", SpanUnknown),
        ("christmas", WhenUnclear),
        ("", WhenUnclear),
    ],
)
def test_looking_back_at_nothing(typed: str, error: type[BadInput]) -> None:
    with pytest.raises(error):
        parse_since(typed, NOW, VIENNA)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("18:00-08:00", (time(18), time(8))),
        ("18-8", (time(18), time(8))),
        ("18:00 – 08:00", (time(18), time(8))),
        ("6 pm - 8 am", (time(18), time(8))),
        ("6pm to 8am", (time(18), time(8))),
        ("22 7:30", (time(22), time(7, 30))),
        ("midnight-noon", (time(0), time(12))),
        ("off", None),
        ("None", None),
    ],
)
def test_quiet_hours(typed: str, hours: tuple[time, time] | None) -> None:
    assert parse_hours(typed) == hours


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("18-25", TimeUnknown),
        ("18", HoursUnclear),
        ("night", HoursUnclear),
        ("1-2-3", HoursUnclear),
        ("", HoursUnclear),
    ],
)
def test_wrong_quiet_hours(typed: str, error: type[BadInput]) -> None:
    with pytest.raises(error):
        parse_hours(typed)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("mon-fri", WORKING_DAYS),
        ("sun-thu", {6, 0, 1, 2, 3}),
        ("Sunday to Thursday", {6, 0, 1, 2, 3}),
        ("mon tue", {0, 1}),
        ("mon, wed-fri", {0, 2, 3, 4}),
        ("weekdays", WORKING_DAYS),
        ("every day", DAILY),
        ("fri-fri", {4}),
    ],
)
def test_days(typed: str, days: set[int]) -> None:
    assert parse_days(typed) == days


@pytest.mark.parametrize("typed", ["", "9", "mon-", "mon to", "mon-funday", "off"])
def test_wrong_days(typed: str) -> None:
    with pytest.raises(DaysUnclear):
        parse_days(typed)
