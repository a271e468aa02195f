"""Words between processes on one PostgreSQL: heard at once, gathered, and never needed."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from bridge.model.given import MISSED, Unheard
from bridge.store.engines.waking import LONGEST, Timing, Waking
from bridge.store.tx import open_news, open_store
from tests.store.proxy import deaf_proxy

QUICK = Timing(heard=5.0, deaf=600.0, first=0.02, longest=0.1)


@dataclass
class Process:
    """One end; `words` is what it heard from others or itself, `told` and `heard` how many notifications there were."""

    news: Waking
    words: list[str] = field(default_factory=list)
    told: int = 0
    heard: int = 0

    async def until(self, look: Callable[[], Any], seconds: float = 5.0) -> None:
        time = asyncio.get_running_loop().time
        end = time() + seconds
        while not look():
            assert time() < end, self.words
            await asyncio.sleep(0.005)


@asynccontextmanager
async def process(url: str, timing: Timing = QUICK, listening: bool = True) -> AsyncIterator[Process]:
    def told() -> None:
        one.told += 1

    def heard() -> None:
        one.heard += 1

    one = Process(Waking(make_url(url), told, heard, timing))
    one.news.hear(one.words.append)
    one.news.start()
    try:
        if listening:
            await one.until(lambda: one.news.working)
        yield one
    finally:
        async with asyncio.timeout(2):
            await one.news.stop()


async def test_a_word_told_in_one_process_is_heard_in_all(postgres_url: str) -> None:
    async with process(postgres_url) as one, process(postgres_url) as two:
        one.news.tell("work")

        await two.until(lambda: "work" in two.words)
        await one.until(lambda: "work" in one.words)
        assert (one.told, two.heard) == (1, 1)


async def test_words_are_gathered_ten_times_a_second(postgres_url: str) -> None:
    async with process(postgres_url) as one, process(postgres_url) as two:
        loop = asyncio.get_running_loop()
        began = loop.time()
        count = 0
        while loop.time() - began < 1.0:
            one.news.tell("work")
            one.news.tell(f"word {count}")
            count += 1
            await asyncio.sleep(0.001)
        await two.until(lambda: f"word {count - 1}" in two.words)

        assert count > 100
        assert one.told <= 13
        assert [word for word in two.words if word.startswith("word")] == [f"word {n}" for n in range(count)]


async def test_what_fits_no_notification_goes_out_in_several(postgres_url: str) -> None:
    async with process(postgres_url) as one:
        words = [f"{n} {'x' * 1000}" for n in range(20)]
        assert sum(map(len, words)) > 2 * LONGEST

        for word in words:
            one.news.tell(word)

        await one.until(lambda: one.words[-1] == words[-1])
        assert [word for word in one.words if word != MISSED] == words


@pytest.mark.parametrize("which", ["LISTEN%", "SELECT pg_notify%"])
async def test_a_connection_that_died_is_made_anew(postgres_url: str, postgres: psycopg.Connection, which: str) -> None:
    # By this name only the connections of this test are found.
    named = f"waking {secrets.token_hex(4)}"
    url = make_url(postgres_url).update_query_dict({"application_name": named}).render_as_string(hide_password=False)
    async with process(url) as one, process(url) as two:
        one.news.tell("before")
        await two.until(lambda: "before" in two.words)
        missed = two.words.count(MISSED)

        found = postgres.execute(
            "SELECT pid, pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = %s AND query LIKE %s",
            (named, which),
        )
        assert len(found.fetchall()) == 2

        if which.startswith("LISTEN"):
            await two.until(lambda: two.words.count(MISSED) > missed)
        await two.until(lambda: one.news.working and two.news.working)
        one.news.tell("after")
        await two.until(lambda: "after" in two.words)


async def test_bridges_in_one_database_do_not_hear_each_other(postgres_url: str, postgres: psycopg.Connection) -> None:
    postgres.execute("CREATE SCHEMA IF NOT EXISTS another_bridge")
    elsewhere = make_url(postgres_url).update_query_dict({"options": "-csearch_path=another_bridge"})
    async with (
        process(postgres_url) as one,
        process(elsewhere.render_as_string(hide_password=False)) as other,
    ):
        other.news.tell("elsewhere")
        await other.until(lambda: "elsewhere" in other.words)
        one.news.tell("here")
        await one.until(lambda: "here" in one.words)

        assert ("elsewhere" in one.words, "here" in other.words) == (False, False)
    postgres.execute("DROP SCHEMA another_bridge")


async def test_behind_a_pooler_that_passes_nothing_on_it_says_so_once(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    timing = Timing(heard=0.2, deaf=0.05, first=0.01, longest=0.02)
    with caplog.at_level(logging.INFO, logger="bridge.store.engines.waking"):
        async with deaf_proxy(postgres_url) as (url, connections), process(url, timing, listening=False) as one:
            one.news.tell("work")
            await one.until(lambda: one.told and len(connections) >= 4)

    assert [record.getMessage()[:40] for record in caplog.records] == ["the database passes no wake-ups on (a po"]
    assert (one.news.working, one.words) == (False, [])


async def test_a_test_that_could_not_go_out_yet_is_no_sign_of_a_pooler(
    postgres_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an outage the two connections come back apart."""
    timing = Timing(heard=0.1, deaf=600.0, first=0.01, longest=0.02)
    telling = Waking._telling
    late = asyncio.Event()

    async def later(news: Waking, link: psycopg.AsyncConnection) -> None:
        await late.wait()
        await telling(news, link)

    monkeypatch.setattr(Waking, "_telling", later)
    with caplog.at_level(logging.INFO, logger="bridge.store.engines.waking"):
        async with process(postgres_url, timing, listening=False) as one:
            await asyncio.sleep(0.4)
            late.set()
            await one.until(lambda: one.news.working)

    assert caplog.records == []


async def test_nobody_listens_to_a_sqlite_file(sqlite_url: str) -> None:
    store = open_store(sqlite_url)

    news = open_news(store, lambda: None, lambda: None)

    assert isinstance(news, Unheard)
    news.tell("work")
    await store.close()
