"""What both engines promise to a closure and to those who wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bridge.model.errors import ConfigError, StoreError
from bridge.store.engines.engine import Engine, open_engine


@pytest.fixture
async def numbers(engine: Engine) -> Engine:
    """A database with one table of unique numbers."""
    await engine.write(lambda tx: tx.execute(text("CREATE TABLE numbers (n BIGINT PRIMARY KEY)")).close())
    return engine


def add(n: int) -> Callable[[Connection], int]:
    def fn(tx: Connection) -> int:
        tx.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})
        return n

    return fn


def all_numbers(tx: Connection) -> list[int]:
    return list(tx.execute(text("SELECT n FROM numbers ORDER BY n")).scalars())


async def test_a_write_returns_its_value_and_is_seen_by_the_next_read(numbers: Engine) -> None:
    assert await numbers.write(add(7)) == 7

    assert await numbers.read(all_numbers) == [7]


async def test_a_closure_that_raises_leaves_nothing_and_its_error_comes_out(numbers: Engine) -> None:
    def fn(tx: Connection) -> None:
        add(1)(tx)
        raise KeyError("changed my mind")

    with pytest.raises(KeyError, match="changed my mind"):
        await numbers.write(fn)

    assert await numbers.read(all_numbers) == []


async def test_a_driver_s_error_comes_out_as_ours(numbers: Engine) -> None:
    await numbers.write(add(1))

    with pytest.raises(StoreError) as caught:
        await numbers.write(add(1))

    assert isinstance(caught.value.__cause__, IntegrityError)


async def test_one_failing_closure_spares_its_neighbours(numbers: Engine) -> None:
    results = await asyncio.gather(*(numbers.write(add(n % 40)) for n in range(80)), return_exceptions=True)

    assert sum(isinstance(result, StoreError) for result in results) == 40
    assert await numbers.read(all_numbers) == list(range(40))


async def test_many_writers_and_readers_at_once_lose_nothing(numbers: Engine) -> None:
    async def writer(first: int) -> None:
        for n in range(first, first + 25):
            await numbers.write(add(n))
            assert n in await numbers.read(all_numbers)

    await asyncio.gather(*(writer(100 * i) for i in range(12)))

    assert len(await numbers.read(all_numbers)) == 12 * 25


async def test_a_read_cannot_write(numbers: Engine) -> None:
    with pytest.raises(StoreError):
        await numbers.read(add(1))

    assert await numbers.write(all_numbers) == []


async def test_an_error_inside_a_nested_savepoint_may_be_caught(numbers: Engine) -> None:
    def fn(tx: Connection) -> str:
        add(1)(tx)
        try:
            with tx.begin_nested():
                add(1)(tx)
        except IntegrityError:
            return "was there"
        return "is new"

    assert await numbers.write(fn) == "was there"
    assert await numbers.read(all_numbers) == [1]


async def test_a_cancelled_caller_breaks_nobody_and_its_write_still_happens(numbers: Engine) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Connection) -> None:
        begun.set()
        assert go_on.wait(10)
        add(1)(tx)

    blocked = asyncio.create_task(numbers.write(slow))
    await asyncio.to_thread(begun.wait, 10)
    others = [asyncio.create_task(numbers.write(add(n))) for n in range(2, 6)]
    await asyncio.sleep(0)
    blocked.cancel()
    others[0].cancel()
    go_on.set()

    assert await asyncio.gather(*others[1:]) == [3, 4, 5]
    with pytest.raises(asyncio.CancelledError):
        await blocked
    await numbers.close()
    again = open_engine(numbers.url.render_as_string(hide_password=False))
    assert await again.read(all_numbers) == [1, 2, 3, 4, 5]
    await again.close()


async def test_close_finishes_what_was_handed_over_and_refuses_what_comes_later(numbers: Engine) -> None:
    handed_over = [asyncio.create_task(numbers.write(add(n))) for n in range(100)]
    await asyncio.sleep(0)

    await numbers.close()

    assert await asyncio.gather(*handed_over) == list(range(100))
    for call in (numbers.write, numbers.read):
        with pytest.raises(StoreError):
            await call(all_numbers)
    await numbers.close()


async def test_a_closure_may_raise_what_asyncio_would_refuse(numbers: Engine) -> None:
    def fn(tx: Connection) -> None:
        raise StopIteration

    results = await asyncio.gather(numbers.write(fn), numbers.write(add(1)), return_exceptions=True)

    assert isinstance(results[0], RuntimeError)
    assert results[1] == 1


async def test_several_event_loops_may_share_an_engine(numbers: Engine) -> None:
    def in_another_loop() -> int:
        return asyncio.run(numbers.write(add(1)))

    results = await asyncio.gather(asyncio.to_thread(in_another_loop), numbers.write(add(2)))

    assert list(results) == [1, 2]


@pytest.mark.parametrize(
    ("url", "hint"), [("bridge.db", "sqlite:///bridge.db"), ("mysql://x/y", "mysql"), ("sqlite://", "memory")]
)
def test_a_url_that_cannot_work_is_refused_with_one_that_can(url: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        open_engine(url)
