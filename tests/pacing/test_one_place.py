"""One place, 3,000 messages: as fast as its limit allows, and no rate error in steady state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pacing.askers import Kept, OurDiscord, OurSlack
from tests.pacing.loop import VirtualClock
from tests.pacing.platforms import Fixed, Gcra, Limit, Platform, Sliding
from tests.pacing.runs import ONE, Run, fastest_spaced, fastest_windows, sent, virtually

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("burst", [0, 1, 3])
def test_a_place_that_tells_nothing(burst: int, seed: int) -> None:
    """One that never lets two pass says so once; then it has nothing more to say."""
    run = sent(Platform(lambda: Gcra(1.0, burst)), OurSlack, ONE, seed)

    assert run.share(fastest_spaced(ONE, 1.0, burst)) >= 0.95
    assert run.refused <= (1 if burst == 0 else 0)
    assert run.early == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [Fixed, Sliding])
def test_windows_that_tell_nothing(limit: Callable[[], Limit], seed: int) -> None:
    run = sent(Platform(limit), OurSlack, ONE, seed)

    assert run.share(fastest_windows(ONE)) >= 0.95
    assert run.refused <= 1
    assert run.early == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", [Fixed, Sliding])
@pytest.mark.parametrize(("size", "seconds"), [(5, 5.0), (1, 5.0), (30, 60.0)])
def test_windows_that_tell(kind: type[Fixed] | type[Sliding], size: int, seconds: float, seed: int) -> None:
    backlog = {"C1": 600 * size if size == 5 else 300}

    run = sent(Platform(lambda: kind(size, seconds), tells=True), OurDiscord, backlog, seed)

    assert run.share(fastest_windows(backlog, size, seconds)) >= 0.95
    assert run.refused == 0


def test_a_limit_that_changes_is_followed_at_once() -> None:
    limit = Fixed()
    run = Run(Platform(lambda: limit, tells=True), 1)

    async def work() -> None:
        asker = OurDiscord()
        for size, seconds in [(5, 5.0), (10, 5.0), (5, 7.5)]:
            limit.size, limit.seconds = size, seconds
            await run.send(asker, {"C1": 500})

    virtually(work)
    assert run.refused == 0


HALF = {"C1": 500}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_learned_outlives_a_restart(seed: int) -> None:
    """The next process has what the store kept: a time and a text."""
    run = Run(Platform(lambda: Gcra(1.0, 0)), seed)
    kept = Kept()

    async def work() -> None:
        for _ in range(4):
            await run.send(OurSlack(kept), HALF)

    virtually(work)
    assert run.refused == 1, "each process learned it anew"
    assert run.early == 0
    assert run.share(fastest_spaced({"C1": 2_000})) >= 0.95


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("off", [-0.5, 0.5])
def test_a_place_that_moves_to_a_process_whose_clock_is_off(off: float, seed: int) -> None:
    """At most one rate error for a clock that is ahead, and a short wait for one that is behind."""
    run = Run(Platform(lambda: Gcra(1.0, 0)), seed)
    kept = Kept()

    async def work() -> None:
        await run.send(OurSlack(kept), HALF)
        await run.send(OurSlack(kept, VirtualClock(off)), HALF)

    virtually(work)
    assert run.refused <= 2
    assert run.early == 0
    assert run.share(fastest_spaced({"C1": 1_000})) >= 0.95


@pytest.mark.parametrize("off", [-86_400.0, -3_600.0, 3_600.0, 86_400.0])
def test_a_clock_that_is_off_all_the_time_changes_nothing(off: float) -> None:
    platforms = [Platform(lambda: Gcra(1.0, 0)) for _ in range(2)]

    right, wrong = (
        sent(platform, lambda off=by: OurSlack(clock=VirtualClock(off)), HALF)  # type: ignore[misc]
        for platform, by in zip(platforms, (0.0, off), strict=True)
    )

    assert (wrong.seconds, wrong.refused) == (pytest.approx(right.seconds, abs=0.01), right.refused)
