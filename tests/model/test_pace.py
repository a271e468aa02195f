"""What of a limit is believed, and when a place may be asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.model.pace.blame import Blame
from bridge.model.pace.places import CAREFUL, JITTER, MARGIN, WARM, Headers, Pacer, Spacing, Trip, Unpaced
from bridge.model.pace.rising import Rising
from bridge.model.pace.shared import Turns, Window
from bridge.model.pace.told import LONGEST, Hint, Whose, seconds_told
from tests.core import MONDAY

REFUSED = Hint(retry_after=7.0)


@pytest.mark.parametrize("odd", [None, "", "soon", "-1", "nan", "-inf", "Wed, 21 Oct 2015 07:28:00 GMT", "0x10"])
def test_what_is_no_number_of_seconds_is_not_told(odd: str | None) -> None:
    assert seconds_told(odd) is None


@pytest.mark.parametrize(
    ("told", "seconds"), [("0", 0), ("1.5", 1.5), ("3601", LONGEST), ("1e9", LONGEST), ("9" * 5_000, LONGEST)]
)
def test_an_hour_is_believed_at_most(told: str, seconds: float) -> None:
    assert seconds_told(told) == seconds


def waits(pacer: Pacer, state: str, trip: Trip) -> float:
    """Seconds from the answer."""
    free = pacer.after(state, trip).free
    return (free - trip.ended).total_seconds() if free else 0.0


def warm(pacer: Pacer, took: float = 0.07, times: int = WARM) -> str:
    state = ""
    for _ in range(times):
        state = pacer.after(state, Trip(MONDAY, took)).state
    return state


def test_messages_go_out_evenly_however_long_the_answer_takes() -> None:
    assert waits(Spacing(), "", Trip(MONDAY, 0.3)) == pytest.approx(0.72)
    assert waits(Spacing(), "", Trip(MONDAY, 2.0)) == 0
    assert waits(Spacing(), "", Trip(MONDAY, None)) == pytest.approx(1.02)
    assert waits(Spacing(), "", Trip(MONDAY, 0.1, writes=False)) == 0, "a look is no message"


def test_after_a_rate_error_the_distance_counts_from_the_answer_for_an_hour() -> None:
    pacer = Spacing()
    state = pacer.after(warm(pacer), Trip(MONDAY, 0.07, REFUSED)).state

    assert waits(pacer, state, Trip(MONDAY, 0.3)) == pytest.approx(1 + MARGIN - 0.07)
    later = MONDAY + timedelta(seconds=CAREFUL + 1)
    assert waits(pacer, state, Trip(later, 0.3)) == pytest.approx(1.02 - 0.3)


def test_before_enough_round_trips_are_known_none_is_counted_on() -> None:
    pacer = Spacing()
    state = pacer.after(warm(pacer, times=WARM - 5), Trip(MONDAY, None, REFUSED)).state

    assert waits(pacer, state, Trip(MONDAY, 0.3)) == pytest.approx(1 + MARGIN)


@pytest.mark.parametrize("pacer", [Spacing(), Headers()])
def test_what_was_told_is_kept_to_and_not_everybody_comes_at_once(pacer: Pacer) -> None:
    assert waits(pacer, "", Trip(MONDAY, 0.07, REFUSED)) == 7
    assert 7 < waits(pacer, "", Trip(MONDAY, 0.07, REFUSED, jitter=0.99)) <= 7 + JITTER


def test_every_request_of_a_window_is_used_and_the_next_arrives_with_the_new_one() -> None:
    pacer = Headers()
    state = warm(pacer)

    assert waits(pacer, state, Trip(MONDAY, 0.07, Hint(1, 3.5))) == 0
    assert waits(pacer, state, Trip(MONDAY, 0.07, Hint(0, 3.5))) == pytest.approx(3.5 - 0.07 + MARGIN)
    assert waits(pacer, "", Trip(MONDAY, 0.07, Hint(0, 3.5))) == pytest.approx(3.5 + MARGIN)
    assert waits(pacer, state, Trip(MONDAY, 0.07)) == 0


def test_a_platform_without_limits_is_never_waited_for() -> None:
    assert Unpaced().after("what another kept", Trip(MONDAY, 0.07)).free is None


@pytest.mark.parametrize("pacer", [Spacing(), Headers()])
@pytest.mark.parametrize(
    "state",
    ["", "{", "[]", "7", "null", '"x"', '{"rtt":-1,"trips":50}', '{"rtt":NaN,"trips":50}', '{"rtt":"x"}',
     '{"rtt":1e999,"trips":1e999}', '{"careful":1e999}', '{"careful":NaN}', '{"rtt":' + "9" * 400 + "}"],
)  # fmt: skip
def test_a_state_that_cannot_be_read_is_not_known(pacer: Pacer, state: str) -> None:
    paced = pacer.after(state, Trip(MONDAY, 0.07, Hint(0, 1.0)))

    assert paced.free is not None
    assert paced.free <= MONDAY + timedelta(seconds=1.1)
    again = pacer.after(paced.state, Trip(MONDAY + timedelta(seconds=CAREFUL + 1), 0.07, Hint(0, 1.0)))
    assert again.free is not None


def test_a_clock_that_was_wrong_keeps_nobody_careful_for_days() -> None:
    pacer = Spacing()
    state = pacer.after("", Trip(MONDAY + timedelta(days=3), None, REFUSED)).state
    state = pacer.after(state, Trip(MONDAY, 0.07)).state

    assert "careful" not in pacer.after(state, Trip(MONDAY + timedelta(seconds=CAREFUL + 1), 0.07)).state


def test_turns_come_evenly_and_those_sent_away_one_after_the_other() -> None:
    turns = Turns(6.0, spread=7_200.0)
    assert turns.spend(0.0) == 0

    away = [turns.away(0.0, turns.spend(0.0)) for _ in range(100)]

    assert away[:3] == [6, 12, 18]
    assert len(set(away)) == 100
    turns.close(6.0, 600.0)
    assert turns.spend(7.0) == 599


def test_a_window_keeps_some_for_what_cannot_wait() -> None:
    window = Window(10, 60.0, kept=2)

    assert [window.spend(0.0, spare=True) for _ in range(8)] == [0.0] * 8
    assert window.spend(0.0, spare=True) > 0
    assert [window.spend(0.0) for _ in range(2)] == [0.0] * 2
    assert window.spend(0.0) == pytest.approx(60.0)


def test_a_window_is_a_tenth_smaller_for_an_hour_after_a_rate_error() -> None:
    window = Window(10, 1.0)
    window.heard(0.0, 0.0, Hint(retry_after=3.0, whose=Whose.SHARED))

    assert window.spend(2.9) > 0
    assert [window.spend(3.0) for _ in range(9)] == [0.0] * 9
    assert window.spend(3.0) > 0


def test_whose_limit_it_was_is_told_by_the_distance_to_the_message_before() -> None:
    blame = Blame()
    for place in ("near", "far"):
        blame.heard(place, 0.0, 0.1, Hint())

    assert blame.heard("near", 1.05, 1.1, REFUSED).whose is Whose.PLACE
    assert blame.heard("far", 1.2, 1.3, REFUSED).whose is Whose.SHARED
    assert blame.heard("new", 1.2, 1.3, REFUSED).whose is Whose.SHARED


def test_one_rate_error_in_a_quiet_hour_slows_nobody_down() -> None:
    rising = Rising(4.0, 10.0)
    rising.spend(0.0)

    rising.heard(0.0, 0.1, Hint(retry_after=1.0, whose=Whose.SHARED))

    assert rising.rate == 4.0
    assert rising.spend(0.9) > 0
    assert rising.spend(1.1) == 0


def refused_each(rising: Rising, told: list[float], since: float = 0.0) -> float:
    """Four a second, and after each 90 seconds a rate error that tells so many seconds. When it ended."""
    now = since
    for seconds in told:
        until = now + 90.0
        while now < until:
            rising.spend(now)
            now += 0.25
        rising.spend(now)
        rising.heard(now, now + 0.1, Hint(retry_after=seconds, whose=Whose.SHARED))
        now += seconds + 0.2
    return now


def test_a_limit_is_what_three_rate_errors_tell() -> None:
    rising = Rising(4.0, 4.0)

    now = refused_each(rising, [1.0, 1.0, 1.0])
    assert rising.limit is None, "the very first one may have been about what went close together"
    refused_each(rising, [1.0], now)

    assert rising.limit == pytest.approx(4.0, rel=0.1)


def test_rate_errors_that_tell_different_numbers_tell_nothing() -> None:
    rising = Rising(4.0, 4.0)

    now = refused_each(rising, [1.0, 20.0, 5.0, 28.0, 12.0])
    slow = rising.rate
    for step in range(200):
        rising.spend(now + step / 4)

    assert rising.limit is None
    assert (slow < 3.0, rising.rate) == (True, 4.0), "as fast as before after half a clean minute"
