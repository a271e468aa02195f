"""One request a host at a time, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.adapters._outside.gate import alone_at, hosts_in_use
from bridge.adapters._outside.http import Fetched, Fetcher
from bridge.model.errors import SourceFailure, SourceThrottled
from tests.fakes.outside import Page, Web


@pytest.fixture(autouse=True)
async def nothing_left() -> AsyncIterator[None]:
    yield
    assert hosts_in_use() == 0


async def get(fetcher: Fetcher, url: str) -> Fetched:
    return await fetcher.get(url, accept="*/*", types=("text/",))


async def test_a_host_is_asked_by_one_at_a_time_whatever_the_fetchers(web: Web) -> None:
    web.on("/feed", Page(b"x"))
    fetchers = [web.fetcher() for _ in range(4)]

    await asyncio.gather(*(get(fetchers[nth % 4], web.url("/feed")) for nth in range(20)))

    assert (web.times("/feed"), web.crowd["blog.test"]) == (20, 1)


async def test_several_hosts_are_asked_at_once(web: Web) -> None:
    free = asyncio.Event()
    web.on("/feed", Page(b"x", wait=free))
    asking = [asyncio.create_task(get(web.fetcher(), web.url("/feed", name))) for name in web.names]

    await web.until_asked(2)
    free.set()

    assert [fetched.body for fetched in await asyncio.gather(*asking)] == [b"x", b"x"]


async def test_who_waits_too_long_for_a_busy_host_comes_back_later_and_the_host_is_not_to_blame(web: Web) -> None:
    free = asyncio.Event()
    web.on("/feed", Page(b"x", wait=free))
    first = asyncio.create_task(get(web.fetcher(), web.url("/feed")))
    await web.until_asked()

    with pytest.raises(SourceThrottled) as caught:
        await get(web.fetcher(patience=0.01), web.url("/feed"))

    free.set()
    assert (await first).body == b"x"
    assert (caught.value.seconds, caught.value.params) == (60, {"host": "blog.test"})
    assert web.times("/feed") == 1


async def test_waiting_for_a_busy_host_takes_nothing_from_the_time_for_an_answer(web: Web) -> None:
    free = asyncio.Event()
    web.on("/feed", Page(b"x", wait=free))
    first = asyncio.create_task(get(web.fetcher(), web.url("/feed")))
    await web.until_asked()
    second = asyncio.create_task(get(web.fetcher(seconds=0.2), web.url("/feed")))

    asyncio.get_running_loop().call_later(0.3, free.set)

    assert [(await each).body for each in (first, second)] == [b"x", b"x"]


@pytest.mark.parametrize("waiting", [False, True])
async def test_a_caller_who_is_cancelled_frees_the_host(web: Web, waiting: bool) -> None:
    web.on("/feed", Page(b"x", wait=asyncio.Event()), Page(b"y"))
    asking = [asyncio.create_task(get(web.fetcher(), web.url("/feed"))) for _ in range(2)]
    await web.until_asked()

    asking[waiting].cancel()
    await asyncio.wait([asking[waiting]])

    asking[0].cancel()
    await asyncio.wait([asking[0]])
    assert (await get(web.fetcher(), web.url("/feed"))).body == b"y"
    await asyncio.gather(*asking, return_exceptions=True)


async def test_a_failure_frees_the_host(web: Web) -> None:
    for _ in range(3):
        with pytest.raises(SourceFailure):
            await get(web.fetcher(), web.url("/nothing"))

    assert hosts_in_use() == 0


async def test_those_who_wait_come_in_turn() -> None:
    order: list[int] = []

    async def come(nth: int) -> None:
        async with alone_at("example.org", 10):
            order.append(nth)
            await asyncio.sleep(0)

    await asyncio.gather(*map(come, range(5)))

    assert order == [0, 1, 2, 3, 4]


def test_each_loop_has_hosts_of_its_own() -> None:
    async def alone() -> int:
        async with alone_at("example.org", 0.01):
            return hosts_in_use()

    assert [asyncio.run(alone()) for _ in range(2)] == [1, 1]
