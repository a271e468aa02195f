"""Looks a second at 1,000 feeds of 20 items, which a server in another process has on loopback: at first, when all is
new, and again, when every one answers that nothing happened (304): by the collector of a bridge, which keeps what it
finds in SQLite, as does the package `reader`, which is measured beside it in the same run. And what 10,000 sources cost
while none is due; and how much longer ordinary feeds wait for their look when servers that mean harm are due before
them.

The limit: the same requests over bare sockets, the answers thrown away. Each client is a process of its own, so that
its memory is: what it and the processes that it began hold, pages they share counted once.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bridge.adapters.feed import Settings
from bridge.adapters.feed.adapter import Feed
from bridge.model.clock import FixedClock
from bridge.model.ids import Ids, PersonId
from bridge.model.source import Look, Outside, Watch
from bridge.services.outside.collect import Collector
from bridge.store.tx import SqlStore, open_store
from tests.bench.figures import Figure, Progress, rate
from tests.bench.harm import HARM, harm
from tests.bench.stage import world_on
from tests.bench.town import NOW

HOSTS = 200
"""Addresses of loopback; feeds that are looked at together are at different ones, as they are out there."""
AT_ONCE = 24
IDLE, TICKS = 10_000, 300
HARMFUL = [f"127.0.2.{host + 1}" for host in range(2 * AT_ONCE)]
DAY = timedelta(days=1)
ITEMS = 20
ETAG = '"one"'
WORDS = "Every update stands in one place and is shown in many, so that nobody has to look for it twice. "


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """Looks a second; the main figure is the first look."""
    count = 100 if quick else 1_000
    async with _server() as port:
        say("the sockets alone")
        raw = await _client("raw", port, count)
        say(f"looking at {count:,} feeds")
        ours = await _client("ours", port, count)
        say("looking at them while servers that mean harm are looked at")
        beside = await _client("beside", port, count)
        figures = [
            rate("feeds: first look", count / ours["first"], "feeds/s", count / raw["first"], ours["looks"]),
            rate("feeds: all answer 304", count / ours["again"], "feeds/s", count / raw["again"], ours["asks"]),
            Figure("feeds: first look, twice as many as fit at once mean harm", count / beside["last"], "feeds/s"),
            Figure("feeds: beside them it takes", beside["last"] / ours["last"], "times"),
            Figure("feeds: peak memory", ours["memory"], "MB"),
            Figure("feeds: 10,000 sources, none due: of a core", ours["idle"], "%"),
        ]
        if importlib.util.find_spec("reader") is None:
            say("beside it nothing: pip install -c constraints.txt '.[bench]'")
            return figures
        say("the package reader")
        theirs = await _client("reader", port, count)
    return [
        *figures,
        Figure("feeds: reader, first look", count / theirs["first"], "feeds/s"),
        Figure("feeds: reader, all answer 304", count / theirs["again"], "feeds/s"),
        Figure("feeds: reader, peak memory", theirs["memory"], "MB"),
    ]


def document(number: int) -> bytes:
    """An ordinary feed: a picture, a link and some paragraphs an item."""
    html = f'<p>{WORDS * 3}<a href="/more">More</a></p><p><img src="/cat.jpg" alt="A cat"></p><p>{WORDS * 4}</p>'
    items = "".join(
        f"<item><title>Story {item} of feed {number}</title><link>https://blog.example.org/{number}/{item}</link>"
        f'<guid isPermaLink="false">{number}-{item}</guid><pubDate>Wed, 25 Nov 2026 10:{59 - item}:00 +0000</pubDate>'
        f"<description><![CDATA[{html}]]></description></item>"
        for item in range(ITEMS)
    )
    return f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()


def urls(port: int, count: int) -> list[str]:
    return [f"http://127.0.1.{number % HOSTS + 1}:{port}/{number}" for number in range(count)]


def harmful(port: int) -> list[str]:
    """Each at a host of its own."""
    return [f"http://{host}:{port}/{kind}" for host, kind in zip(HARMFUL, itertools.cycle(HARM), strict=False)]


async def serve() -> None:
    """Prints its port, and ends with its input."""
    hosts = [f"127.0.1.{host + 1}" for host in range(HOSTS)]
    first = await asyncio.start_server(_answer, hosts[0], 0, backlog=1_000)
    port = first.sockets[0].getsockname()[1]
    others = await asyncio.start_server(_answer, [*hosts[1:], *HARMFUL], port, backlog=100)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    first.close()
    others.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # Cancelled at the end, which asyncio's streams would print (github.com/python/cpython/issues/113538).
    with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            if (path := head.split(b" ", 2)[1].decode().strip("/")) in HARM:
                await harm(path, writer)
                break
            if f"if-none-match: {ETAG}\r\n".encode() in head.lower():
                writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
            else:
                body = document(int(path))
                about = f"Content-Type: application/rss+xml\r\nETag: {ETAG}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n" + about.encode() + body)
            if b"connection: close" in head.lower():
                break
    writer.close()


@asynccontextmanager
async def _server() -> AsyncIterator[int]:
    server = await _python("serve")
    assert server.stdout is not None
    try:
        yield int(await server.stdout.readline())
    finally:
        assert server.stdin is not None
        server.stdin.close()
        await server.wait()


async def _client(name: str, port: int, count: int) -> dict[str, Any]:
    client = await _python(name, str(port), str(count))
    out, _ = await client.communicate()
    if client.returncode:
        raise SystemExit(f"the client {name} failed")
    told: dict[str, Any] = json.loads(out)
    return told


async def _python(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.feeds", *arguments, stdin=PIPE, stdout=PIPE
    )


async def ours(port: int, count: int) -> dict[str, Any]:
    """The collector of a bridge, over a store of its own."""
    with held() as peak:
        async with _bridge(port) as (store, clock, feed, collector):
            await _watch(store, clock, urls(port, count), clock.now())
            began = time.perf_counter()
            await collector.drain()
            took, last = time.perf_counter() - began, feed.last - began
            kept = await store.read(lambda tx: sum(watch.looked_at is not None for watch in tx.sources.all()))
            looks, feed.seconds = feed.seconds, []
            clock.advance(hours=25)
            began = time.perf_counter()
            await collector.drain()
            took_again = time.perf_counter() - began
            asks = feed.seconds
            if kept != count or len(looks) != count or len(asks) != count or feed.unchanged != count:
                raise SystemExit(f"of {count} feeds {kept} were looked at, {feed.unchanged} had nothing new")
            memory = peak()
            await _watch(
                store, clock, [f"https://{number}.example.org/feed" for number in range(IDLE)], clock.now() + DAY
            )
            share = await _idle(collector)
    asked = {"looks": looks, "asks": asks}
    return {"first": took, "last": last, "again": took_again, **asked, "memory": memory, "idle": share}


async def beside(port: int, count: int) -> dict[str, Any]:
    """Until the last of the ordinary feeds is looked at, while those that mean harm were due before them."""
    async with _bridge(port) as (store, clock, feed, collector):
        await _watch(store, clock, harmful(port), clock.now() - DAY)
        await _watch(store, clock, urls(port, count), clock.now())
        began = time.perf_counter()
        ticking = asyncio.create_task(_every_second(collector))
        await collector.drain()
        ticking.cancel()
        if len(feed.seconds) != count + feed.harmed:
            raise SystemExit(f"{len(feed.seconds) - feed.harmed} of {count} looks went well")
        return {"last": feed.last - began}


async def _every_second(collector: Collector) -> None:
    """As the service does."""
    while True:
        await asyncio.sleep(1)
        await collector.tick()


@asynccontextmanager
async def _bridge(port: int) -> AsyncIterator[tuple[SqlStore, FixedClock, Timed, Collector]]:
    """What of a bridge looks at feeds."""
    hosts = [*(f"127.0.1.{host + 1}" for host in range(HOSTS)), *HARMFUL]
    clock = FixedClock(NOW)
    given = SimpleNamespace(
        clock=clock, outside=Outside("bench@example.org", frozenset((host, port) for host in hosts))
    )
    feed = Timed(Settings(), cast("Any", given))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/bridge.db")
        await store.upgrade()
        yield store, clock, feed, Collector(world_on(store, {"feed": feed}, clock))
        await store.close()
    await feed.close()


class Timed(Feed):
    """Notes how long each look took, and how many found nothing."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.seconds: list[float] = []
        self.unchanged = 0
        self.harmed = 0
        self.last = 0.0

    async def look(self, key: str, state: str) -> Look:
        began = time.perf_counter()
        look = await super().look(key, state)
        self.seconds.append(time.perf_counter() - began)
        self.unchanged += look.unchanged
        if key.endswith(HARM):
            self.harmed += 1
        else:
            self.last = time.perf_counter()
        return look


async def _watch(store: SqlStore, clock: FixedClock, addresses: list[str], due: datetime) -> None:
    ids = Ids(clock.now)
    watches = [
        Watch(PersonId(ids.new()), "feed", url, f"{number}-{url[8:30]}", url, PersonId(0), clock.now(), next_at=due)
        for number, url in enumerate(addresses)
    ]
    for some in range(0, len(watches), 500):
        await store.write(lambda tx, some=some: [tx.sources.add(one) for one in watches[some : some + 500]])  # type: ignore[misc]


async def _idle(collector: Collector) -> float:
    """Which share of a core a tick a second takes, when nothing is due."""
    began = time.process_time()
    for _ in range(TICKS):
        if await collector.tick():
            raise SystemExit("something was due")
    return (time.process_time() - began) / TICKS * 100


async def raw(port: int, count: int) -> dict[str, Any]:
    """Nothing but sockets."""

    async def ask(url: str, more: str = "") -> None:
        host, _, path = url.removeprefix("http://").partition("/")
        reader, writer = await asyncio.open_connection(host.partition(":")[0], port)
        writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode())
        await reader.read(-1)
        writer.close()

    first, _ = await _all(ask, urls(port, count))
    again, _ = await _all(lambda url: ask(url, f"If-None-Match: {ETAG}\r\n"), urls(port, count))
    return {"first": first, "again": again}


def theirs(port: int, count: int) -> dict[str, Any]:
    """The package reader with as many workers."""
    import reader

    with tempfile.TemporaryDirectory() as folder, held() as peak:
        their = reader.make_reader(f"{folder}/reader.sqlite")
        for url in urls(port, count):
            their.add_feed(url)
        began = time.perf_counter()
        their.update_feeds(scheduled=False, workers=AT_ONCE)
        first = time.perf_counter() - began
        found = their.get_entry_counts().total
        if found != count * ITEMS:
            raise SystemExit(f"{found} entries instead of {count * ITEMS}")
        began = time.perf_counter()
        their.update_feeds(scheduled=False, workers=AT_ONCE)
        again = time.perf_counter() - began
        their.close()
        memory = peak()
    return {"first": first, "again": again, "memory": memory}


async def _all(ask: Callable[[str], Any], of: list[str]) -> tuple[float, list[float]]:
    """Seconds in all, and for each."""
    waiting, seconds = iter(of), []

    async def one() -> None:
        for url in waiting:
            began = time.perf_counter()
            await ask(url)
            seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return time.perf_counter() - began, seconds


@contextlib.contextmanager
def held() -> Iterator[Callable[[], float]]:
    """Looks every fifth of a second at what this process and those it began hold; gives the most so far, in megabytes
    (proc_pid_smaps(5): Pss counts a page that n processes share as one nth)."""
    most, over = 0.0, threading.Event()

    def look() -> None:
        nonlocal most
        while not over.wait(0.2):
            most = max(most, sum(map(_holds, [os.getpid(), *_children(os.getpid())])))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield lambda: most
    over.set()
    thread.join()


def _holds(process: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve())
    elif sys.argv[1] == "reader":
        print(json.dumps(theirs(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        client = {"ours": ours, "beside": beside, "raw": raw}[sys.argv[1]]
        print(json.dumps(asyncio.run(client(int(sys.argv[2]), int(sys.argv[3])))))
