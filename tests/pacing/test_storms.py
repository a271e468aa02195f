"""A platform that says no to half of all requests: none goes out before its told time, and afterwards all is as before.

What is told: seconds, or nothing, or nonsense, or far too much."""

from __future__ import annotations

import random

import pytest

from bridge.adapters.slack.web.budgets import MOST
from tests.pacing.askers import Asker, OurDiscord, OurSlack
from tests.pacing.platforms import Answer, Fixed, Gcra, Platform
from tests.pacing.runs import Run, even, sent, virtually

STORM = (120.0, 180.0)
"""Seconds: from when until when."""
ODD = ["", "soon", "-5", "nan", "Wed, 21 Oct 2015 07:28:00 GMT"]


def storm(seed: int, tells: bool, odd: bool = False, refused: float = 0.5, ends: float = STORM[1]) -> Platform:
    draw = random.Random(seed)

    def strange(now: float) -> Answer | None:
        if not STORM[0] <= now < ends or draw.random() >= refused:
            return None
        told = draw.choice(ODD) if odd else str(draw.randint(1, 30))
        headers = {"Via": "1.1 google", "X-RateLimit-Scope": "user"} | ({"Retry-After": told} if told else {})
        return Answer(False, headers)

    return Platform(lambda: Fixed() if tells else Gcra(1.0, 1), tells=tells, strange=strange)


def asker(tells: bool) -> Asker:
    return OurDiscord() if tells else OurSlack()


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("seed", range(3, 6))
@pytest.mark.parametrize("places", [1, 20])
def test_nobody_asks_before_the_told_time_and_soon_all_is_as_before(tells: bool, seed: int, places: int) -> None:
    platform = storm(seed, tells)
    run = sent(platform, lambda: asker(tells), even(places, 1_500 if places == 1 else 6_000 if tells else 3_000), seed)
    window = 5.0 if tells else 60.0
    ends = STORM[1] + 30 + 2 * window

    before = sum(60 <= at < STORM[0] for at in platform.taken) / 60
    after = sum(ends <= at < ends + 60 for at in platform.taken) / 60

    assert run.refused > 0
    assert run.early == 0
    assert after >= 0.95 * before


@pytest.mark.parametrize("refused", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("places", [4, 20])
@pytest.mark.parametrize("seed", range(3))
def test_a_long_storm_says_nothing_of_a_workspaces_limit(refused: float, places: int, seed: int) -> None:
    """Its errors hit any number of messages: after ten minutes of them it goes on as fast as ever."""
    ends = STORM[0] + 600
    platform = storm(seed, tells=False, refused=refused, ends=ends)
    run = sent(platform, OurSlack, even(places, places * 900 if places == 4 else 9_000), seed)
    usual = min(places / 1.02, MOST / 60)

    after = sum(ends + 90 <= at < ends + 120 for at in platform.taken) / 30

    assert run.refused > 5
    assert run.early == 0
    assert after >= 0.95 * usual


@pytest.mark.parametrize("tells", [True, False])
def test_what_cannot_be_believed_is_sat_out_for_a_sensible_time(tells: bool) -> None:
    platform = storm(1, tells, odd=True)
    run = sent(platform, lambda: asker(tells), even(5, 1_000), 1)

    assert run.refused > 0
    # At least five seconds each (Discord) or thirty (Slack) were waited in every place, and no hour.
    least = 5 if tells else 30
    assert run.refused <= 5 * (60 / least + 1)
    assert run.seconds < 1_000


def test_of_a_huge_time_an_hour_is_believed() -> None:
    huge = Answer(False, {"Retry-After": "1000000000"})
    answers = [huge]
    run = Run(Platform(lambda: Gcra(1.0, 1), strange=lambda now: answers.pop() if answers else None))

    async def work() -> None:
        await run.send(OurSlack(), {"C1": 10})

    virtually(work)
    assert 3_600 <= run.seconds <= 3_620
    assert run.early == 0


@pytest.mark.parametrize("tells", [True, False])
def test_a_limit_of_all_is_kept_to_by_all(tells: bool) -> None:
    """Also by those who already wait for their turn."""
    answers = [Answer(False, {"Retry-After": "9", "Via": "1.1 google", "X-RateLimit-Scope": "global"}, whole=True)]
    run = Run(
        Platform(
            lambda: Fixed() if tells else Gcra(1.0, 1),
            tells=tells,
            strange=lambda now: answers.pop() if answers and now > 20 else None,
        )
    )

    async def work() -> None:
        await run.send(asker(tells), even(50, 10_000 if tells else 500))

    virtually(work)
    assert run.refused == 1
    assert run.early == 0
