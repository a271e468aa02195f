"""Many places of one workspace or one bot: the limit of all together is used up, and nobody starves."""

from __future__ import annotations

import asyncio

import pytest

from tests.pacing.askers import OurDiscord, OurSlack
from tests.pacing.platforms import Fixed, Gcra, Limit, Platform, Sliding
from tests.pacing.runs import Run, even, fastest_spaced, fastest_windows, sent, skewed, virtually

BACKLOGS = {
    "20 even": even(20),
    "100 even": even(100),
    "20 skewed": skewed(20),
    "100 skewed": skewed(100),
}
backlogs = pytest.mark.parametrize("backlog", BACKLOGS.values(), ids=BACKLOGS)


def whole_second(kind: str) -> Limit:
    return Sliding(50, 1.0) if kind == "sliding" else Fixed(50, 1.0, aligned=True)


@backlogs
@pytest.mark.parametrize("kind", ["sliding", "fixed"])
def test_a_bots_fifty_a_second_are_used_and_never_passed(backlog: dict[str, int], kind: str) -> None:
    run = sent(Platform(Fixed, (whole_second(kind),), tells=True), OurDiscord, backlog)

    assert run.share(fastest_windows(backlog, whole=50)) >= 0.95
    assert run.refused == 0


@backlogs
@pytest.mark.parametrize("cap", [5, 8])
def test_a_workspaces_hidden_cap_is_found(backlog: dict[str, int], cap: int) -> None:
    run = sent(Platform(lambda: Gcra(1.0, 1), (Sliding(60 * cap, 60.0),)), OurSlack, backlog)

    assert run.share(fastest_spaced(backlog, 1.0, 1, cap)) >= 0.85
    assert run.refused <= 8
    assert run.early == 0


def test_a_hidden_cap_is_kept_to_for_long() -> None:
    """Half an hour with its beginning, where most errors are; `python -m tests.bench pacing` takes a whole one."""
    backlog = even(20, 30 * 60 * 5)

    run = sent(Platform(lambda: Gcra(1.0, 1), (Fixed(300, 60.0, aligned=True),)), OurSlack, backlog)

    assert run.share(fastest_spaced(backlog, 1.0, 1, 5)) >= 0.85
    assert run.refused <= 6
    assert run.early == 0


def test_a_cap_that_is_set_is_never_passed() -> None:
    backlog = even(20, 1_200)
    run = sent(Platform(lambda: Gcra(1.0, 1)), lambda: OurSlack(most=120), backlog)

    assert run.share(fastest_spaced(backlog, 1.0, 1, 2)) == pytest.approx(1.0, abs=0.05)
    assert run.refused == 0


def test_processes_share_one_limit() -> None:
    """Two couriers of one bot, each with half of it."""
    run = Run(Platform(Fixed, (whole_second("sliding"),), tells=True))

    async def work() -> None:
        askers = [OurDiscord(share=lambda: 2) for _ in range(2)]
        halves = [{f"{name}{place}": 30 for place in range(50)} for name in "AB"]
        await asyncio.gather(*(run.send(asker, half) for asker, half in zip(askers, halves, strict=True)))

    virtually(work)
    assert run.refused == 0
    assert run.share(fastest_windows(even(100), whole=50)) >= 0.9


@pytest.mark.parametrize("cap", [5, 8])
def test_processes_find_a_workspaces_hidden_cap_together(cap: int) -> None:
    """Each hears only its own rate errors."""
    run = Run(Platform(lambda: Gcra(1.0, 1), (Sliding(60 * cap, 60.0),)))

    async def work() -> None:
        askers = [OurSlack(share=lambda: 2) for _ in range(2)]
        halves = [{f"{name}{place}": 90 * cap for place in range(10)} for name in "AB"]
        await asyncio.gather(*(run.send(asker, half) for asker, half in zip(askers, halves, strict=True)))

    virtually(work)
    assert run.share(fastest_spaced(even(20, 1_800 * cap), 1.0, 1, cap)) >= 0.85
    assert run.refused <= 8
