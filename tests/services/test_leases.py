"""What must be single over all processes: whoever holds a lease knows by its own clock when that is in doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge.metrics import Metrics
from bridge.model.clock import FixedClock
from bridge.model.errors import StoreError
from bridge.services.keeping import NamedLeases
from bridge.store.tx import SqlStore, open_store
from tests.core import MONDAY


@pytest.fixture
async def store(ready_url: str) -> AsyncIterator[SqlStore]:
    opened = open_store(ready_url)
    yield opened
    await opened.close()


def lost(metrics: Metrics) -> float:
    return metrics.registry.get_sample_value("bridge_leases_lost_total") or 0.0


async def test_two_thirds_of_its_time_a_lease_is_certainly_ours(store: SqlStore, clock: FixedClock) -> None:
    leases = NamedLeases(store, "one", clock, Metrics())
    assert not leases.sure("shard")

    await leases.take("shard", 15)

    clock.advance(seconds=9.9)
    assert leases.sure("shard")
    clock.advance(seconds=0.2)
    assert not leases.sure("shard"), "it was stopped, or the database silent, for too long"

    await leases.take("shard", 15)
    assert leases.sure("shard")


async def test_the_wall_clock_says_nothing_about_a_lease(store: SqlStore, clock: FixedClock) -> None:
    leases = NamedLeases(store, "one", clock, Metrics())
    await leases.take("shard", 15)

    clock.set(MONDAY.replace(year=2030))

    assert leases.sure("shard")


async def test_time_counts_from_before_the_database_was_asked(store: SqlStore, clock: FixedClock) -> None:
    class Slow:
        async def write(self, fn: object) -> int:
            clock.advance(seconds=8)
            return 1

    leases = NamedLeases(Slow(), "one", clock, Metrics())  # type: ignore[arg-type]  # it only writes
    await leases.take("shard", 15)

    clock.advance(seconds=2.5)
    assert not leases.sure("shard")


async def test_a_lease_that_went_to_another_process_is_counted_once(store: SqlStore, clock: FixedClock) -> None:
    metrics = Metrics()
    one, two = NamedLeases(store, "one", clock, metrics), NamedLeases(store, "two", clock, Metrics())
    await one.take("shard", 15)
    await store.write(lambda tx: tx.memory.release("shard", "one"))
    assert await two.take("shard", 15) is not None

    assert await one.take("shard", 15) is None
    assert await one.take("shard", 15) is None

    assert (one.sure("shard"), lost(metrics)) == (False, 1)


async def test_what_was_given_back_is_ours_no_more(store: SqlStore, clock: FixedClock) -> None:
    leases = NamedLeases(store, "one", clock, Metrics())
    await leases.take("shard", 15)

    await leases.release("shard")

    assert not leases.sure("shard")


async def test_a_renewal_that_failed_leaves_the_old_time(clock: FixedClock) -> None:
    class Failing:
        down = False

        async def write(self, fn: object) -> int:
            if self.down:
                raise StoreError
            return 1

    store = Failing()
    leases = NamedLeases(store, "one", clock, Metrics())  # type: ignore[arg-type]  # it only writes
    await leases.take("shard", 15)
    store.down = True
    clock.advance(seconds=5)
    with pytest.raises(StoreError):
        await leases.take("shard", 15)

    assert leases.sure("shard")
    clock.advance(seconds=6)
    assert not leases.sure("shard")
