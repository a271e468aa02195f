"""Schedules, lateness and quiet hours, with `whenever` as the oracle for wall time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import whenever
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.errors import ZoneUnknown
from bridge.model.times.calendar import (
    DEFAULT,
    WORKING_DAYS,
    Quiet,
    Schedule,
    find_zone,
    last_slot,
    local,
    nearest_zone,
    next_slot,
    quiet_until,
    resolve,
    slot_at,
    verdict,
    zone_of,
)

VIENNA = "Europe/Vienna"
ZONES = [
    "UTC",
    "Europe/Vienna",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Istanbul",
    "Europe/Chisinau",
    "Europe/Moscow",
    "Europe/Kyiv",
    "Atlantic/Azores",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Gaza",
    "Asia/Almaty",
    "Australia/Sydney",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Australia/Brisbane",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Easter",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Phoenix",
    "America/Havana",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
]
EVERY_DAY = frozenset(range(7))
HALF_HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]

wall_times = st.times().map(lambda at: time(at.hour, at.minute))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
schedules = st.builds(
    Schedule, st.lists(wall_times, min_size=1, max_size=6).map(tuple), weekdays, st.sampled_from(ZONES)
)
# From 2009 to 2035, in half seconds.
moments = st.integers(1_230_768_000 * 2, 2_051_222_400 * 2).map(lambda half: datetime.fromtimestamp(half / 2, UTC))
quiets = st.builds(Quiet, wall_times, wall_times, weekdays, st.sampled_from(ZONES))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def oracle(on: date, at: time, zone: str) -> datetime:
    plain = whenever.PlainDateTime(on.year, on.month, on.day, at.hour, at.minute)
    return plain.assume_tz(zone, disambiguation="compatible").to_instant().to_stdlib()


def test_there_are_forty_zones() -> None:
    assert len(set(ZONES)) == 40


@pytest.mark.parametrize("zone", ZONES)
def test_every_wall_time_of_three_years_comes_once_and_when_the_oracle_says(zone: str) -> None:
    # Six times around the hours in which clocks change, seen by following the Schedule from Slot to Slot.
    schedule = Schedule((time(0), time(0, 30), time(1, 45), time(2, 30), time(3, 15), time(9)), EVERY_DAY, zone)
    first, days = date(2024, 1, 1), 3 * 366
    dates = [first + timedelta(days=ahead) for ahead in range(days)]
    expected = {(on, at): oracle(on, at, zone) for on in dates for at in schedule.times}

    seen = {}
    slot = next_slot(schedule, oracle(first, time(0), zone) - timedelta(microseconds=1))
    while slot.on < first + timedelta(days=days):
        assert (slot.on, slot.at) not in seen
        seen[slot.on, slot.at] = slot.due
        slot = next_slot(schedule, slot.due)

    assert seen.items() <= expected.items()
    # Those that a gap pushed onto another one's moment came with that one.
    assert set(seen.values()) == set(expected.values())
    assert len(seen) == len(set(expected.values()))


@given(st.sampled_from(ZONES), st.dates(date(2009, 1, 1), date(2035, 1, 1)), wall_times)
def test_wall_time_becomes_the_moment_the_oracle_says(zone: str, on: date, at: time) -> None:
    assert resolve(on, at, zone) == oracle(on, at, zone)


@given(schedules, moments)
def test_the_next_slot_is_the_first_one_after(schedule: Schedule, after: datetime) -> None:
    slot = next_slot(schedule, after)

    today = local(after, schedule.zone).date()
    around = [today + timedelta(days=ahead) for ahead in range(-3, 17)]
    dues = [oracle(on, at, schedule.zone) for on in around if on.weekday() in schedule.days for at in schedule.times]
    assert slot.due == min(due for due in dues if due > after)
    assert slot.on.weekday() in schedule.days
    assert slot.at in schedule.times
    assert slot == slot_at(schedule, slot.on, slot.at)


@pytest.mark.parametrize(
    ("zone", "on", "at", "due"),
    [
        (VIENNA, date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),  # gap: 03:30 there
        (VIENNA, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # fold: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),  # a gap of half an hour
        ("Pacific/Apia", date(2011, 12, 30), time(9), "2011-12-30T19:00"),  # a day that never was: the 31st there
        ("America/Nuuk", date(2026, 3, 28), time(23, 30), "2026-03-29T01:30"),  # pushed past midnight
    ],
)
def test_gaps_move_forward_and_folds_take_the_first(zone: str, on: date, at: time, due: str) -> None:
    assert resolve(on, at, zone) == utc(due)


def test_a_fold_gives_one_slot_only() -> None:
    schedule = Schedule((time(1, 30),), EVERY_DAY, "America/New_York")

    first = next_slot(schedule, utc("2026-11-01T04:00"))
    second = next_slot(schedule, first.due)

    assert (first.on, second.on) == (date(2026, 11, 1), date(2026, 11, 2))


def test_yesterdays_last_slot_can_come_today() -> None:
    late = Schedule((time(23, 30),), EVERY_DAY, "America/Nuuk")

    # The clock there has just gone from 23:00 on the 28th to 00:00 on the 29th.
    assert next_slot(late, utc("2026-03-29T01:00")).on == date(2026, 3, 28)


def test_tomorrows_first_slot_can_be_behind_us() -> None:
    midnight = Schedule((time(0),), EVERY_DAY, "America/St_Johns")

    # The second 23:30 of the 6th: the clock there went back an hour at 00:01 on the 7th.
    assert next_slot(midnight, utc("2010-11-07T03:00")).on == date(2010, 11, 8)


def test_the_default_is_nine_on_working_days_in_the_persons_zone() -> None:
    schedule = DEFAULT.in_zone(VIENNA)

    friday_noon = next_slot(schedule, utc("2026-11-27T11:00"))

    assert (friday_noon.on, friday_noon.at, friday_noon.due) == (date(2026, 11, 30), time(9), utc("2026-11-30T08:00"))


def test_equal_schedules_have_one_key() -> None:
    one = Schedule((time(17, 30), time(9), time(9)), frozenset({0, 4}), VIENNA)
    two = Schedule((time(9), time(17, 30)), frozenset({4, 0}), VIENNA)

    assert one == two
    assert one.key == two.key == "04 09:00,17:30 Europe/Vienna"


@pytest.mark.parametrize(
    ("times", "days"),
    [
        ((), WORKING_DAYS),
        (tuple(time(hour) for hour in range(7)), WORKING_DAYS),
        ((time(9, 0, 1),), WORKING_DAYS),
        ((time(9, tzinfo=UTC),), WORKING_DAYS),
        ((time(9),), frozenset()),
        ((time(9),), frozenset({7})),
    ],
)
def test_impossible_schedules_are_refused(times: tuple[time, ...], days: frozenset[int]) -> None:
    with pytest.raises(ValueError):
        Schedule(times, days, VIENNA)


@pytest.mark.parametrize(
    ("at", "now", "what"),
    [
        (time(9), "2026-11-24T08:00", "send"),
        (time(9), "2026-11-24T11:59:59", "send"),
        (time(9), "2026-11-24T12:00", "skip"),  # four hours late
        (time(22), "2026-11-24T22:59:59", "send"),
        (time(22), "2026-11-24T23:00", "skip"),  # the next local day
        (time(9), "2026-11-24T07:59", "send"),  # a clock that is a minute behind
        (time(0), "2026-11-23T22:59", "send"),  # the same over midnight
    ],
)
def test_a_slot_is_sent_late_within_four_hours_of_its_day(at: time, now: str, what: str) -> None:
    slot = slot_at(DEFAULT.in_zone(VIENNA), date(2026, 11, 24), at)

    assert verdict(slot, utc(now), VIENNA) == what


def test_a_slot_that_a_gap_pushed_past_midnight_is_still_sent() -> None:
    slot = slot_at(DEFAULT.in_zone("America/Nuuk"), date(2026, 3, 28), time(23, 30))

    assert verdict(slot, slot.due + timedelta(minutes=1), "America/Nuuk") == "send"


NIGHTS = Quiet(time(18), time(8), WORKING_DAYS, VIENNA)
LUNCH = Quiet(time(12), time(13), WORKING_DAYS, VIENNA)
NO_HOURS = Quiet(time(0), time(0), WORKING_DAYS, VIENNA)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHTS, "2026-11-24T12:00", None),
        (NIGHTS, "2026-11-24T07:00", None),  # 08:00 there: the end is not quiet
        (NIGHTS, "2026-11-24T06:59", "2026-11-24T07:00"),
        (NIGHTS, "2026-11-24T17:00", "2026-11-25T07:00"),  # 18:00 there: the start is
        (NIGHTS, "2026-11-24T23:30", "2026-11-25T07:00"),  # after midnight
        (NIGHTS, "2026-11-27T17:00", "2026-11-30T07:00"),  # over the weekend
        (NIGHTS, "2026-11-28T12:00", "2026-11-30T07:00"),
        (LUNCH, "2026-11-24T11:30", "2026-11-24T12:00"),
        (LUNCH, "2026-11-24T22:00", None),
        (LUNCH, "2026-11-28T11:30", "2026-11-29T23:00"),  # a Saturday is quiet up to Monday
        (NO_HOURS, "2026-11-24T03:00", None),
        (NO_HOURS, "2026-11-28T03:00", "2026-11-29T23:00"),
    ],
)
def test_quiet_ends_when_the_working_day_is_loud_again(quiet: Quiet, now: str, until: str | None) -> None:
    assert quiet_until(quiet, utc(now)) == (utc(until) if until else None)


@given(quiets, moments)
def test_quiet_ends_later_and_in_a_loud_moment(quiet: Quiet, now: datetime) -> None:
    end = quiet_until(quiet, now)

    if end is not None:
        assert end > now
        assert quiet_until(quiet, end) is None
        assert quiet_until(quiet, end - timedelta(microseconds=1)) == end


@given(st.sampled_from(HALF_HOURS), st.sampled_from(HALF_HOURS), weekdays, moments)
def test_without_clock_changes_quiet_is_what_the_wall_clock_says(
    start: time, end: time, working: frozenset[int], now: datetime
) -> None:
    # Kolkata has had one offset all along.
    there = local(now, "Asia/Kolkata")
    by_hours = start <= there.time() < end if start <= end else there.time() >= start or there.time() < end

    quiet = quiet_until(Quiet(start, end, working, "Asia/Kolkata"), now) is not None

    assert quiet == (there.weekday() not in working or by_hours)


def test_quiet_without_a_working_day_would_never_end() -> None:
    with pytest.raises(ValueError):
        Quiet(time(18), time(8), frozenset(), VIENNA)


@pytest.mark.parametrize("name", ["Europe/Viena", "europe/vienna", "../etc/passwd", "/etc/localtime", "Europe", ""])
def test_only_exact_names_are_zones(name: str) -> None:
    with pytest.raises(ZoneUnknown) as caught:
        zone_of(name)

    assert zone_of(str(caught.value.params["nearest"]))


def test_the_nearest_zone_is_the_likely_one() -> None:
    assert nearest_zone("europe/viena") == VIENNA
    assert nearest_zone("New Yrok") == "America/New_York"
    assert nearest_zone("☃") == "UTC"


@pytest.mark.parametrize(
    ("typed", "name"),
    [("vienna", VIENNA), ("  EUROPE/vienna ", VIENNA), ("istanbul", "Europe/Istanbul"), ("atlantis", None)],
)
def test_zones_are_found_by_city_in_any_case(typed: str, name: str | None) -> None:
    assert find_zone(typed) == name


@given(st.sampled_from(ZONES), st.integers(0, 3 * 366 * 24 * 60))
def test_between_the_last_slot_and_the_next_one_there_is_none(zone: str, minutes: int) -> None:
    schedule = Schedule((time(0, 30), time(2, 15), time(9)), frozenset(range(7)), zone)
    now = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    last = last_slot(schedule, now)

    assert last is not None
    assert last.due <= now
    assert next_slot(schedule, last.due) == next_slot(schedule, now)


def test_of_days_before_yesterday_no_slot_is_told() -> None:
    monday_noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert last_slot(Schedule((time(9),), frozenset({2}), "UTC"), monday_noon) is None
