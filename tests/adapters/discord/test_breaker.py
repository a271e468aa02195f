"""Long before Discord bans an address, we stop asking by ourselves; and a token that was refused makes no storm."""

from __future__ import annotations

import pytest

from bridge.adapters.discord.rest.breaker import LIMIT, PROBE_SECONDS, WINDOW, Breaker
from bridge.adapters.discord.rest.errors import TokenRefused
from bridge.adapters.discord.rest.pace import Heard
from bridge.model.clock import FixedClock
from bridge.model.errors import Throttled

BAN = 10_000
"""Invalid requests in ten minutes (docs: topics/rate-limits)."""


def waits(breaker: Breaker) -> float:
    """Seconds until a request may go out; 0 when at once."""
    try:
        breaker.check()
    except Throttled as throttled:
        return float(str(throttled.params["seconds"]))
    return 0.0


def fail(breaker: Breaker, times: int, status: int = 403, scope: str = "") -> None:
    for _ in range(times):
        breaker.hear(Heard(status, scope=scope))


@pytest.mark.parametrize("status", [403, 429])
def test_it_opens_at_the_limit_which_is_far_from_a_ban(clock: FixedClock, status: int) -> None:
    breaker = Breaker(clock)

    fail(breaker, LIMIT - 1, status)
    assert waits(breaker) == 0

    fail(breaker, 1, status)
    assert waits(breaker) == WINDOW
    assert LIMIT * 5 <= BAN


@pytest.mark.parametrize("status", [200, 204, 400, 404, 500])
def test_only_invalid_requests_count(clock: FixedClock, status: int) -> None:
    breaker = Breaker(clock)

    fail(breaker, LIMIT * 2, status)

    assert waits(breaker) == 0


def test_a_limit_that_others_share_does_not_count(clock: FixedClock) -> None:
    breaker = Breaker(clock)

    fail(breaker, LIMIT, 429, "shared")
    assert waits(breaker) == 0

    fail(breaker, LIMIT, 429, "user")
    assert waits(breaker) > 0


def test_it_says_when_enough_have_left_the_window(clock: FixedClock) -> None:
    breaker = Breaker(clock)
    fail(breaker, 3)
    clock.advance(seconds=60)
    fail(breaker, LIMIT + 2)

    # Of five too many, and one more to make room, three leave a minute earlier: that is not enough.
    assert waits(breaker) == WINDOW

    clock.advance(seconds=WINDOW - 0.5)
    assert waits(breaker) == 0.5
    clock.advance(seconds=0.5)
    assert waits(breaker) == 0


def test_whoever_comes_back_when_told_is_let_through_and_a_storm_stays_below_the_limit(clock: FixedClock) -> None:
    breaker, asked = Breaker(clock), list[float]()

    while clock.monotonic() < 3 * WINDOW:
        if wait := waits(breaker):
            clock.advance(seconds=wait)
            assert waits(breaker) == 0
        breaker.hear(Heard(403))
        asked.append(clock.monotonic())
        clock.advance(seconds=0.05)

    busiest = max(sum(start <= at < start + WINDOW for at in asked) for start in asked[::50])
    assert LIMIT * 0.9 < busiest <= LIMIT


def test_a_ban_opens_it_at_once_for_as_long_as_it_says(clock: FixedClock) -> None:
    breaker = Breaker(clock)

    breaker.hear(Heard(429, retry_after=90, banned=True))
    breaker.hear(Heard(429, retry_after=20, banned=True))
    assert waits(breaker) == 90

    clock.advance(seconds=90)
    assert waits(breaker) == 0


def test_discords_own_429_stops_nobody_else(clock: FixedClock) -> None:
    breaker = Breaker(clock)

    breaker.hear(Heard(429, retry_after=90, scope="user"))

    assert waits(breaker) == 0


def test_a_refused_token_is_named_and_tried_once_a_minute(clock: FixedClock) -> None:
    breaker, tried = Breaker(clock), 0
    breaker.hear(Heard(401))
    assert "Developer Portal" in breaker.refused

    for _ in range(600):
        clock.advance(seconds=1)
        try:
            breaker.check()
        except TokenRefused:
            continue
        tried += 1
        breaker.hear(Heard(401))

    assert tried == pytest.approx(600 / PROBE_SECONDS, abs=1)


def test_while_a_probe_is_under_way_nobody_follows_it(clock: FixedClock) -> None:
    breaker = Breaker(clock)
    breaker.hear(Heard(401))
    clock.advance(seconds=PROBE_SECONDS)

    breaker.check()

    with pytest.raises(TokenRefused):
        breaker.check()


@pytest.mark.parametrize(("status", "taken"), [(200, True), (403, True), (404, True), (429, False), (502, False)])
def test_an_answer_that_needs_the_token_shows_that_it_is_taken_again(
    clock: FixedClock, status: int, taken: bool
) -> None:
    breaker = Breaker(clock)
    breaker.hear(Heard(401))

    breaker.hear(Heard(status))

    assert (breaker.refused == "") is taken


def test_an_interactions_own_token_says_nothing_about_the_bots(clock: FixedClock) -> None:
    breaker = Breaker(clock)
    breaker.hear(Heard(401, by_token=False))
    breaker.check()
    assert breaker.refused == ""

    breaker.hear(Heard(401))
    breaker.hear(Heard(200, by_token=False))
    assert breaker.refused
