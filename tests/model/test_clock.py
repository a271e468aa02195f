"""The clock that several processes agree on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.model.clock import FixedClock, SharedClock
from tests.core import MONDAY

HOUR = timedelta(hours=1)


@pytest.fixture
def own() -> FixedClock:
    return FixedClock(MONDAY)


def test_until_it_was_told_it_is_the_machines_own(own: FixedClock) -> None:
    assert SharedClock(own).now() == MONDAY


def test_it_goes_on_from_what_it_was_told(own: FixedClock) -> None:
    shared = SharedClock(own)
    off = shared.hear(MONDAY + HOUR, own.monotonic())
    own.advance(seconds=5)

    assert shared.now() == MONDAY + HOUR + timedelta(seconds=5)
    assert off == HOUR


def test_a_jump_of_the_machines_own_clock_does_not_move_it(own: FixedClock) -> None:
    shared = SharedClock(own)
    shared.hear(MONDAY, own.monotonic())
    own.set(MONDAY + 24 * HOUR)

    assert shared.now() == MONDAY


def test_half_of_the_way_there_and_back_lies_behind_the_answer(own: FixedClock) -> None:
    shared, asked = SharedClock(own), own.monotonic()
    own.advance(seconds=0.5)
    shared.hear(MONDAY + HOUR, asked)

    assert shared.now() == MONDAY + HOUR + timedelta(seconds=0.25)


def test_a_slow_answer_corrects_nothing(own: FixedClock) -> None:
    shared = SharedClock(own)
    shared.hear(MONDAY, own.monotonic())
    asked = own.monotonic()
    own.advance(seconds=2)
    shared.hear(MONDAY + HOUR, asked)

    assert shared.now() == MONDAY + timedelta(seconds=2)


def test_the_first_answer_counts_however_slow(own: FixedClock) -> None:
    shared, asked = SharedClock(own), own.monotonic()
    own.advance(seconds=2)
    shared.hear(MONDAY + HOUR, asked)

    assert shared.now() == MONDAY + HOUR + timedelta(seconds=1)
