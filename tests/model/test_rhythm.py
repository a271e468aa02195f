"""When a source is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.rhythm import (
    FIRST,
    LATEST,
    SOONEST,
    SPREAD,
    after_failure,
    first_pace,
    items_a_day,
    next_look,
    next_pace,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = 3600.0
moments = st.integers(0, 60 * 365 * 86_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
paces = st.floats(SOONEST, LATEST)
jitters = st.floats(0, 1, exclude_max=True)


def every(hours: float, count: int = 10) -> list[datetime]:
    return [NOW - timedelta(hours=hours * number) for number in range(count)]


def seconds(at: datetime) -> float:
    return (at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("times", "pace"),
    [
        ([], FIRST),
        ([NOW], FIRST),
        ([NOW] * 20, FIRST),
        (every(4), HOUR),
        (every(4)[::-1], HOUR),
        (every(0.01), 300),
        (every(24 * 30), 86_400),
        ([moment for moment in every(24, 4) for _ in range(5)], 6 * HOUR),
        (every(4, 20) + [NOW - timedelta(days=900 + number) for number in range(50)], HOUR),
    ],
    ids=["none", "one", "all at once", "each 4 h", "newest last", "often", "seldom", "five each day", "long history"],
)
def test_a_new_source_is_looked_at_about_four_times_between_two_items(times: list[datetime], pace: float) -> None:
    assert first_pace(times) == pytest.approx(pace)


@given(st.lists(moments, max_size=40), st.integers(0, 20), st.integers(0, 60))
def test_a_pace_never_leaves_its_bounds(times: list[datetime], new: int, looks: int) -> None:
    pace = first_pace(times)
    for _ in range(looks):
        pace = next_pace(pace, new)

    assert SOONEST <= pace <= LATEST


@given(paces)
def test_what_has_news_is_looked_at_sooner_and_what_has_none_later(pace: float) -> None:
    assert next_pace(pace, 1) <= pace <= next_pace(pace, 0)


@given(paces, jitters, st.none() | st.floats(0, 3 * LATEST))
def test_the_next_look_is_near_its_time_and_never_before_it_was_asked_for(
    pace: float, jitter: float, wait: float | None
) -> None:
    comes = seconds(next_look(NOW, pace, jitter, wait))

    assert comes >= pace * (1 - SPREAD) - 1
    assert comes >= (wait or 0) - 1e-3
    assert comes <= max(pace * (1 + SPREAD), wait or 0) + 1


@pytest.mark.parametrize("wait", [float("inf"), float("nan"), 1e18, -5.0])
def test_a_wait_that_is_no_time_ends(wait: float) -> None:
    assert 0 < seconds(next_look(NOW, HOUR, 0.5, wait)) <= 7 * LATEST


def test_those_added_together_do_not_stay_together() -> None:
    assert len({next_look(NOW, HOUR, number / 10) for number in range(10)}) == 10
    assert len({next_look(NOW, LATEST, number / 10) for number in range(10)}) == 10


@given(paces, jitters, st.floats(0, 30 * LATEST))
def test_a_failure_is_tried_again_between_five_minutes_and_a_day(pace: float, jitter: float, failed: float) -> None:
    comes = seconds(after_failure(NOW, NOW - timedelta(seconds=failed), jitter))

    assert SOONEST * (1 - SPREAD) - 1 <= comes <= LATEST * (1 + SPREAD) + 1
    assert comes >= min(failed, LATEST) * (1 - SPREAD) - 1


def test_two_weeks_of_failures_cost_few_requests() -> None:
    since = at = NOW
    looks = 0
    while at < since + timedelta(days=14):
        at = after_failure(at, since, 0.5)
        looks += 1

    assert looks < 30


def test_items_a_day_are_of_the_newest() -> None:
    assert items_a_day([], NOW) == 0
    assert items_a_day([NOW], NOW) == 1
    assert items_a_day(every(6, 21), NOW) == pytest.approx(4.2, abs=0.1)
    assert items_a_day([NOW + timedelta(days=3)], NOW) == 1
