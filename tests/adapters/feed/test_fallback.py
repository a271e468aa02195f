"""The patient parser's process: begun by the first who needs it, one for all, ended when it takes too long or idles."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest

from bridge.adapters.feed.fallback import Fallback
from bridge.adapters.feed.worker import MEMORY
from tests.adapters.feed.documents import rdf_netscape, rss, stories

OLD = rdf_netscape(stories(2))
ENDLESS = "<rss><channel>" + "<item><title>x</title></item>" * 60_000
"""Takes feedparser many seconds."""


@pytest.fixture
async def fallback() -> AsyncIterator[Fallback]:
    fallback = Fallback()
    yield fallback
    await fallback.close()


def process(fallback: Fallback) -> int:
    assert fallback._worker is not None
    return fallback._worker.pid


async def test_there_is_no_process_until_somebody_needs_it(fallback: Fallback) -> None:
    assert not fallback.is_running

    entries = await fallback.read(OLD)

    assert [entry.title for entry in entries] == ["Story 1", "Story 0"]
    assert fallback.is_running


async def test_many_at_once_share_one_process(fallback: Fallback) -> None:
    await fallback.read(OLD)
    first = process(fallback)

    found = await asyncio.gather(*(fallback.read(OLD) for _ in range(5)))

    assert [len(entries) for entries in found] == [2] * 5
    assert process(fallback) == first


async def test_what_takes_too_long_ends_the_process_and_the_next_has_another() -> None:
    fallback = Fallback(deadline=0.0)
    assert await fallback.read(ENDLESS) == ()
    assert not fallback.is_running

    patient = Fallback()
    assert len(await patient.read(OLD)) == 2
    await patient.close()


async def test_a_process_that_dies_costs_its_document_alone(fallback: Fallback) -> None:
    await fallback.read(OLD)
    os.kill(process(fallback), 9)

    found = [await fallback.read(OLD), await fallback.read(OLD)]

    assert len(found[-1]) == 2


async def test_an_idle_process_is_ended() -> None:
    fallback = Fallback(idle=0.0)
    await fallback.read(OLD)
    worker = fallback._worker
    while fallback.is_running:
        await asyncio.sleep(0)

    assert worker is not None
    assert await asyncio.wait_for(worker.wait(), 10) == 0


async def test_it_ends_with_the_process_that_asked() -> None:
    code = (
        "import asyncio, os\n"
        "from bridge.adapters.feed.fallback import Fallback\n"
        "async def main():\n"
        "    fallback = Fallback()\n"
        "    await fallback.read('<rss><channel><item><title>x</title></item></channel></rss>')\n"
        "    print(fallback._worker.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    asker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await asker.communicate()

    async with asyncio.timeout(10):
        while _is_alive(int(out)):
            await asyncio.sleep(0)


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: ASYNC230
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def test_its_memory_is_limited(fallback: Fallback) -> None:
    await fallback.read(OLD)

    with open(f"/proc/{process(fallback)}/limits", encoding="ascii") as limits:  # noqa: ASYNC230
        [line] = [line for line in limits if line.startswith("Max address space")]
    assert str(MEMORY) in line


async def test_nonsense_is_no_entry(fallback: Fallback) -> None:
    for document in ("", "<", "\ud800", "<rss>", rss([])):
        assert await fallback.read(document) == ()
