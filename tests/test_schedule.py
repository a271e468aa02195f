"""Ticks: at once and again, one at a time, whatever happened to the one before."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bridge.model.errors import StoreError
from bridge.schedule import Ticks

SOON = 0.01
LATER = 3600


class Steps:
    """A tick that tells when it has run `wanted` times; `fails` raises in the runs of these numbers (from 1)."""

    def __init__(self, wanted: int, fails: dict[int, Exception] | None = None) -> None:
        self.runs = 0
        self.wanted = wanted
        self.fails = fails or {}
        self.done = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        if self.runs >= self.wanted:
            self.done.set()
        if self.runs in self.fails:
            raise self.fails[self.runs]


async def test_a_tick_runs_at_once_and_again_and_its_lag_is_measured() -> None:
    lags: list[float] = []
    ticks = Ticks(lags.append)
    often, seldom = Steps(3), Steps(1)
    ticks.add("often", SOON, often)
    ticks.add("seldom", LATER, seldom)

    ticks.start()
    await asyncio.wait_for(asyncio.gather(often.done.wait(), seldom.done.wait()), 5)
    await ticks.stop()

    assert seldom.runs == 1
    assert len(lags) >= 4
    assert all(-0.01 < lag < 5 for lag in lags)


async def test_a_tick_that_raises_is_logged_once_a_kind_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bridge")
    ticks = Ticks(lambda lag: None)
    shaky = Steps(5, {1: ValueError("id 1"), 2: ValueError("id 2"), 4: ValueError("id 3")})
    ticks.add("shaky", SOON, shaky)

    ticks.start()
    await asyncio.wait_for(shaky.done.wait(), 5)
    await ticks.stop()

    assert ticks.failures == {"shaky": 3}
    said = [record.levelname for record in caplog.records if record.name == "bridge.schedule"]
    assert said == ["ERROR", "INFO", "ERROR", "INFO"]


async def test_stopping_waits_for_the_run_under_way() -> None:
    ticks = Ticks(lambda lag: None)
    entered, leave, finished = asyncio.Event(), asyncio.Event(), []

    async def tick() -> None:
        entered.set()
        await leave.wait()
        finished.append(True)

    ticks.add("slow", LATER, tick)
    ticks.start()
    await asyncio.wait_for(entered.wait(), 5)

    stopping = asyncio.create_task(ticks.stop())
    leave.set()
    await asyncio.wait_for(stopping, 5)
    await ticks.stop()

    assert finished == [True]


async def test_a_run_that_does_not_end_is_cancelled() -> None:
    ticks = Ticks(lambda lag: None)
    entered = asyncio.Event()

    async def tick() -> None:
        entered.set()
        await asyncio.Event().wait()

    ticks.add("stuck", LATER, tick)
    ticks.start()
    await asyncio.wait_for(entered.wait(), 5)

    await asyncio.wait_for(ticks.stop(seconds=0.01), 5)

    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_one_run_at_a_time() -> None:
    ticks = Ticks(lambda lag: None)
    inside, most = 0, 0
    other = Steps(5)
    leave = asyncio.Event()

    async def tick() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await leave.wait()
        inside -= 1

    ticks.add("slow", SOON, tick)
    ticks.add("other", SOON, other)
    ticks.start()
    await asyncio.wait_for(other.done.wait(), 5)
    leave.set()
    await ticks.stop()

    assert most == 1


async def test_a_database_that_does_not_answer_takes_a_line_of_the_log_and_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticks, tick = Ticks(lambda lag: None), Steps(3, fails={1: StoreError(), 2: StoreError()})
    ticks.add("digests", SOON, tick)

    ticks.start()
    async with asyncio.timeout(5):
        await tick.done.wait()
    await ticks.stop()

    [failed] = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert "tick digests failed: The database didn't answer." in failed.getMessage()
    assert failed.exc_info is None
