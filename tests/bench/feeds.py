"""Looks a second at 1,000 feeds of 20 items, which a server in another process has on loopback: at first, when all is
new, and again, when every one answers that nothing happened (304). Beside it what the package `reader` does in the same
run, which keeps what it finds in SQLite; ours is asked, read and made into items here, and kept by nobody.

The limit: the same requests over bare sockets, the answers thrown away. Each client is a process of its own, so that
its memory is.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import resource
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

from bridge.adapters.feed import Settings
from bridge.adapters.feed.adapter import Feed
from bridge.model.clock import SystemClock
from bridge.model.source import Outside
from tests.bench.figures import Figure, Progress, rate

HOSTS = 200
"""Addresses of loopback; feeds that are looked at together are at different ones, as they are out there."""
AT_ONCE = 24
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
        figures = [
            rate("feeds: first look", count / ours["first"], "feeds/s", count / raw["first"], ours["looks"]),
            rate("feeds: all answer 304", count / ours["again"], "feeds/s", count / raw["again"], ours["asks"]),
            Figure("feeds: peak memory", ours["memory"], "MB"),
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


async def serve() -> None:
    """Prints its port, and ends with its input."""
    hosts = [f"127.0.1.{host + 1}" for host in range(HOSTS)]
    first = await asyncio.start_server(_answer, hosts[0], 0, backlog=1_000)
    port = first.sockets[0].getsockname()[1]
    others = await asyncio.start_server(_answer, hosts[1:], port, backlog=100)
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    first.close()
    others.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, EOFError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            if f"if-none-match: {ETAG}\r\n".encode() in head.lower():
                writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
            else:
                body = document(int(head.split(b" ", 2)[1].strip(b"/")))
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
    """The adapter over the guarded client."""
    allowed = frozenset((f"127.0.1.{host + 1}", port) for host in range(HOSTS))
    given = SimpleNamespace(clock=SystemClock(), outside=Outside("bench@example.org", allowed))
    feed = Feed(Settings(), cast("Any", given))
    states: dict[str, str] = {}

    async def first(url: str) -> None:
        look = await feed.look(url, "")
        if len(look.items) != ITEMS:
            raise SystemExit(f"{len(look.items)} items instead of {ITEMS}")
        states[url] = look.state

    async def again(url: str) -> None:
        if not (await feed.look(url, states[url])).unchanged:
            raise SystemExit("there was something new")

    took, looks = await _all(first, urls(port, count))
    took_again, asks = await _all(again, urls(port, count))
    await feed.close()
    return {"first": took, "again": took_again, "looks": looks, "asks": asks, "memory": _peak()}


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

    with tempfile.TemporaryDirectory() as folder:
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
    return {"first": first, "again": again, "memory": _peak()}


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


def _peak() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve())
    elif sys.argv[1] == "reader":
        print(json.dumps(theirs(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        client = {"ours": ours, "raw": raw}[sys.argv[1]]
        print(json.dumps(asyncio.run(client(int(sys.argv[2]), int(sys.argv[3])))))
