"""Events between their acknowledgement and the work on them: in order, each by one process, none overtaken."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bridge.adapters import _events as events
from bridge.adapters._events import ODD_TRIES, TRIES, Events
from bridge.adapters._tasks import Tasks
from bridge.model.clock import FixedClock
from bridge.model.errors import Throttled
from bridge.model.kept import Store
from bridge.services.keeping import EncryptedInbox
from bridge.store.tx import open_store

KEY = secrets.token_bytes(32)


class Process:
    """One process's events. `fails`: how often the work on an event fails, by its number; `slow`: those that are not
    done before `go`. `failure`: how it fails."""

    def __init__(
        self,
        store: Store,
        clock: FixedClock,
        fails: dict[int, int] | None = None,
        slow: int = 0,
        failure: Exception | None = None,
    ) -> None:
        self._failure = failure or Throttled(seconds="3")
        self.tasks, self.done, self.begun = Tasks(), list[int](), list[int]()
        self._fails, self._slow, self.go = fails or {}, slow, asyncio.Event()
        inbox = EncryptedInbox(store, KEY, "chat", clock)
        self.events = Events(inbox, self._lane, self._work, self.tasks)
        self.there = True

    def _lane(self, team: str, payload: dict[str, Any]) -> str | None:
        return str(payload["lane"]) if self.there else None

    async def _work(self, team: str, payload: dict[str, Any]) -> None:
        number = payload["number"]
        self.begun.append(number)
        if number == self._slow:
            await self.go.wait()
        if self._fails.get(number, 0) > 0:
            self._fails[number] -= 1
            raise self._failure
        self.done.append(number)

    async def hear(self, number: int, lane: str = "C1") -> None:
        await self.events.take("T1", f"T1 E{number}", {"number": number, "lane": lane})

    async def settle(self) -> None:
        await self.tasks.finish(5)

    async def sweep(self) -> None:
        await self.events.sweep()
        await self.settle()


@pytest.fixture
async def store(ready_sqlite_url: str) -> AsyncIterator[Store]:
    opened = open_store(ready_sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def start(store: Store, clock: FixedClock) -> Callable[..., Process]:
    return lambda fails=None, slow=0, failure=None: Process(store, clock, fails, slow, failure)


async def test_what_came_after_an_event_that_failed_waits_for_it(start: Callable[..., Process]) -> None:
    process = start(fails={1: 1})
    await process.hear(1)
    await process.settle()

    await process.hear(2)
    await process.hear(3, lane="C2")
    await process.settle()
    waiting = list(process.done)
    await process.sweep()

    assert waiting == [3]
    assert process.done == [3, 1, 2]


async def test_an_event_that_fails_each_time_is_given_up_and_the_next_goes_on(
    start: Callable[..., Process], caplog: pytest.LogCaptureFixture
) -> None:
    process = start(fails={1: TRIES})
    await process.hear(1)
    await process.hear(2)
    await process.settle()

    with caplog.at_level(logging.ERROR):
        for _ in range(TRIES):
            await process.sweep()

    assert process.begun == [1] * TRIES + [2]
    assert process.done == [2]
    assert [record.getMessage() for record in caplog.records] == [
        f"the event T1 E1 failed {TRIES} times and is given up"
    ]


async def test_an_event_that_ends_in_an_error_of_ours_is_given_up_sooner(start: Callable[..., Process]) -> None:
    process = start(fails={1: TRIES}, failure=KeyError("ours"))
    await process.hear(1)
    await process.hear(2)
    await process.settle()

    for _ in range(ODD_TRIES):
        await process.sweep()

    assert process.begun == [1] * ODD_TRIES + [2]


async def test_waiting_behind_a_slow_event_is_no_failure(start: Callable[..., Process], clock: FixedClock) -> None:
    process = start(slow=1, fails={2: 1})
    await process.hear(1)
    await process.hear(2)

    for _ in range(TRIES + 1):
        clock.advance(seconds=61)
        await process.events.sweep()
    process.go.set()
    await process.settle()
    await process.sweep()

    assert process.done == [1, 2]


async def test_what_waits_for_long_is_worked_on_by_one_process(
    start: Callable[..., Process], clock: FixedClock
) -> None:
    one, other = start(slow=1), start()
    for number in (1, 2, 3):
        await one.hear(number)

    for _ in range(4):
        clock.advance(seconds=20)
        await one.events.sweep()
        await other.sweep()
    one.go.set()
    await one.settle()

    assert (one.done, other.done) == ([1, 2, 3], [])


async def test_what_another_process_took_over_is_not_worked_on_again(
    start: Callable[..., Process], clock: FixedClock
) -> None:
    """Given a process that stood still for more than a minute."""
    one, other = start(slow=1), start()
    for number in (1, 2, 3):
        await one.hear(number)
    await asyncio.sleep(0)

    clock.advance(seconds=61)
    await other.sweep()
    one.go.set()
    await one.settle()

    assert other.done == [1, 2, 3]
    assert one.done == [1]


async def test_all_that_waits_is_taken_up_at_once_and_in_order(
    start: Callable[..., Process], clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST", 2)
    dead, alive = start(), start()
    dead.events.stop()
    for number in range(1, 6):
        await dead.hear(number)
        clock.advance(seconds=1)
    clock.advance(seconds=61)

    taken = await alive.events.sweep()
    await alive.hear(6)
    await alive.settle()

    assert taken == 5
    assert alive.done == [1, 2, 3, 4, 5, 6]


async def test_what_belongs_to_a_workspace_that_is_still_to_come_waits_for_it(
    start: Callable[..., Process], clock: FixedClock
) -> None:
    dead, alive = start(), start()
    dead.events.stop()
    for number in (1, 2):
        await dead.hear(number)
        clock.advance(seconds=1)
    clock.advance(seconds=61)
    alive.there = False
    await alive.sweep()
    early = list(alive.done)

    alive.there = True
    await alive.events.look()
    await alive.hear(3)
    await alive.settle()

    assert early == []
    assert alive.done == [1, 2, 3]
