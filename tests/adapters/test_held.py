"""A lease that is kept, and what waits while nobody can be certain of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bridge.adapters._held import MOST, Fence, Held
from bridge.metrics import Metrics
from bridge.model.clock import FixedClock
from bridge.model.errors import StoreBusy
from bridge.services.keeping import NamedLeases


@dataclass
class Table:
    """What the database knows: whose the lease is. `down`: it does not answer."""

    owner: str = ""
    down: bool = False
    asked: int = 0

    async def write(self, fn: object) -> int | None:
        self.asked += 1
        if self.down:
            raise StoreBusy()
        return 1 if self.owner in ("", "one") else None


@dataclass
class Holder:
    """A process with a lease of fifteen seconds, and what it did."""

    clock: FixedClock
    table: Table = field(default_factory=Table)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        leases = NamedLeases(self.table, "one", self.clock, Metrics())  # type: ignore[arg-type]  # it only writes
        self.held = Held(leases, "shard", 15)
        self.fence: Fence[str] = Fence(self.done.append, self.held)


@pytest.fixture
async def holder(clock: FixedClock) -> Holder:
    holder = Holder(clock)
    assert await holder.held.take()
    return holder


async def test_what_comes_is_acted_on_while_the_lease_is_certain(holder: Holder) -> None:
    holder.fence.take("first")
    holder.clock.advance(seconds=9)
    holder.fence.take("second")

    assert holder.done == ["first", "second"]


async def test_whoever_was_stopped_does_nothing_before_it_knows(holder: Holder) -> None:
    holder.clock.advance(seconds=30)

    holder.fence.take("old")
    assert holder.done == []

    # Nobody had it meanwhile.
    assert await holder.held.take()
    holder.fence.open()
    assert holder.done == ["old"]


async def test_what_waited_goes_before_what_comes_after(holder: Holder) -> None:
    holder.clock.advance(seconds=11)
    holder.fence.take("first")
    await holder.held.take()
    holder.fence.take("second")
    assert holder.done == []

    holder.fence.open()

    assert holder.done == ["first", "second"]


async def test_what_another_process_hears_by_now_is_left_to_it(holder: Holder) -> None:
    holder.clock.advance(seconds=30)
    holder.fence.take("theirs")
    holder.table.owner = "two"
    assert not await holder.held.take()

    holder.fence.open()
    holder.fence.drop()
    holder.table.owner = ""
    await holder.held.take()
    holder.fence.open()

    assert holder.done == []


async def test_no_more_waits_than_fits(holder: Holder) -> None:
    holder.clock.advance(seconds=30)
    for number in range(MOST + 5):
        holder.fence.take(str(number))

    await holder.held.take()
    holder.fence.open()

    assert len(holder.done) == MOST


async def test_what_waits_has_the_database_asked_at_once(holder: Holder) -> None:
    keeping = asyncio.create_task(holder.held.kept(holder.fence.open))
    await asyncio.sleep(0)
    asked = holder.table.asked
    holder.clock.advance(seconds=30)

    holder.fence.take("old")
    for _ in range(5):
        await asyncio.sleep(0)

    assert (holder.table.asked, holder.done) == (asked + 1, ["old"])
    keeping.cancel()


async def test_a_lease_is_kept_through_a_silent_database_and_ends_with_another_owner(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, renewed = Holder(clock), []
    turns: list[bool] = []

    async def turn(held: Held) -> None:
        turns.append(held.silent)
        match len(turns):
            case 2:
                holder.table.down = True
            case 3:
                holder.table.down = False
            case 4:
                holder.table.owner = "two"

    monkeypatch.setattr(Held, "_next", turn)
    await holder.held.kept(lambda: renewed.append(len(turns)))

    assert turns == [False, False, True, False]
    assert renewed == [1, 3]
