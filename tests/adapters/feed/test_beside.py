"""The process that reads beside: begun by who first needs it, one for all, ended when it takes too long or idles."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bridge.adapters.feed.beside import WAITING, Beside
from bridge.adapters.feed.reading import NeedsPatience
from bridge.adapters.feed.told import Document, read_document
from bridge.adapters.feed.worker import MEMORY, ROOM
from tests.adapters.feed.documents import RFC822, Story, rdf_netscape, rss_encoded, stories

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


REBLOG = (
    '<img src="https://blog.example.org/a.jpg" alt="A cat"><p><a class="tumblr_blog" href="https://bo.example.org/9">bo</a>:'
    "</p><blockquote><p>Their <b>words</b></p></blockquote><p>Mine</p>"
)


def document(text: str) -> Document:
    return Document(text.encode("utf-8", "replace"), "https://blog.example.org/feed", NOW)


OLD = document(rdf_netscape(stories(2)))


@pytest.fixture
async def beside() -> AsyncIterator[Beside]:
    beside = Beside()
    yield beside
    await beside.close()


def process(beside: Beside) -> int:
    assert beside._worker is not None
    return beside._worker.process.pid


async def test_there_is_no_process_until_somebody_needs_it(beside: Beside) -> None:
    assert not beside.is_running

    told = await beside.read(OLD)

    assert told is not None
    assert [item.link for item in told.items] == ["https://blog.example.org/0", "https://blog.example.org/1"]
    assert beside.is_running


async def test_many_at_once_share_one_process(beside: Beside) -> None:
    await beside.read(OLD)
    first = process(beside)

    found = await asyncio.gather(*(beside.read(OLD) for _ in range(5)))

    assert [told and len(told.items) for told in found] == [2] * 5
    assert process(beside) == first


async def test_what_takes_too_long_ends_the_process_and_the_next_has_another() -> None:
    beside = Beside(deadline=0.0)
    assert await beside.read(OLD) is None
    assert not beside.is_running

    patient = Beside()
    assert await patient.read(OLD)
    await patient.close()


async def test_a_process_that_dies_costs_its_document_alone(beside: Beside) -> None:
    await beside.read(OLD)
    os.kill(process(beside), 9)

    found = [await beside.read(OLD), await beside.read(OLD)]

    assert found[-1]


async def test_who_stands_behind_a_document_that_ends_the_process_has_another(beside: Beside) -> None:
    await beside.read(OLD)
    first = process(beside)
    os.kill(first, signal.SIGSTOP)
    waiting = [asyncio.create_task(beside.read(OLD)) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    os.kill(first, signal.SIGKILL)

    found = await asyncio.gather(*waiting)
    assert found[0] is None
    assert all(told and len(told.items) == 2 for told in found[1:])
    assert process(beside) != first


async def test_who_gives_up_takes_nobody_elses_answer(beside: Beside) -> None:
    await beside.read(OLD)
    os.kill(process(beside), signal.SIGSTOP)
    one, other = (asyncio.create_task(beside.read(document)) for document in (OLD, document(rss_encoded(stories(1)))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    one.cancel()

    told = await other
    assert told is not None
    assert len(told.items) == 1


async def test_without_patience_it_says_who_needs_it() -> None:
    quick = Beside(patient=False)
    try:
        with pytest.raises(NeedsPatience):
            await quick.read(OLD)
        assert await quick.read(document(rss_encoded(stories(1))))
    finally:
        await quick.close()


async def test_an_idle_process_is_ended() -> None:
    beside = Beside(idle=0.0)
    await beside.read(OLD)
    worker = beside._worker

    assert worker is not None
    assert await asyncio.wait_for(worker.process.wait(), 10) == 0
    assert not beside.is_running


async def test_it_ends_with_the_process_that_asked() -> None:
    code = (
        "import asyncio, os\n"
        "from bridge.adapters.feed.beside import Beside\n"
        "from tests.adapters.feed.test_beside import OLD\n"
        "async def main():\n"
        "    beside = Beside()\n"
        "    await beside.read(OLD)\n"
        "    print(beside._worker.process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    asker = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await asker.communicate()

    ends = os.pidfd_open(int(out))  # readable once it ended
    assert await asyncio.to_thread(lambda: select.select([ends], [], [], 10)[0])
    os.close(ends)


async def test_its_memory_is_limited(beside: Beside) -> None:
    await beside.read(OLD)

    assert resource.prlimit(process(beside), resource.RLIMIT_AS) == (MEMORY, MEMORY)


async def test_a_document_that_takes_more_memory_than_any_feed_needs_is_none(beside: Beside) -> None:
    await beside.read(OLD)
    most, _ = resource.prlimit(process(beside), resource.RLIMIT_DATA)

    assert ROOM < most < ROOM + 64_000_000
    assert await beside.read(document("<rss><channel>" + "<item/>" * 600_000 + "</channel></rss>")) is None
    assert await beside.read(OLD)


async def test_nonsense_is_no_feed(beside: Beside) -> None:
    for text in ("", "<", "\0", "<rss>", "{}", "<html>"):
        assert await beside.read(document(text)) is None


async def test_what_it_tells_is_what_is_told_here(beside: Beside) -> None:
    one = document(rss_encoded([Story("1", "A & B", REBLOG, "/1", RFC822)]))

    assert await beside.read(one) == read_document(one)


async def test_who_finds_a_long_line_comes_again_later(beside: Beside) -> None:
    waiting = [asyncio.create_task(beside.read(OLD)) for _ in range(WAITING)]
    await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        await beside.read(OLD)

    await asyncio.gather(*waiting)
