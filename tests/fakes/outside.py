"""The outside, on loopback: an HTTP/1.1 server at socket level that answers for every host there is, as scripted, with
conditional GET and with faults. It remembers what it was asked.

    async with open_outside("blog.test") as web:
        web.on("/feed", Page(b"<rss/>", mime="application/rss+xml", etag='"1"'))
        fetched = await web.fetcher().get(web.url("/feed", "blog.test"), accept="*/*", types=("application/",))
        assert web.asked[-1].headers["user-agent"].startswith("Bridge/")

An adapter under test is given `web.outside` as its `given.outside`; `web.resolve` stands in for the resolver of a
`Fetcher`, and names nobody opened do not exist there.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from bridge.adapters._outside.http import Fetcher
from bridge.model.clock import Clock
from bridge.model.source import Outside

_REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. `target`: path and query as sent; `headers`: names in small letters."""

    method: str
    host: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Page:
    """What stands at a path, and what goes wrong with it.

    `etag`, `modified`: answered with 304 to who has it already. `location`: where a redirect leads. `packed`: gzip.
    Faults: `wait` for an event before anything is said; `length` told in place of the true one ("" none: the end is the
    end of the connection); `chunk`: in chunks of this many bytes; `stream` in place of `body`: pieces, perhaps without
    end; `drip`: seconds between one byte and the next, headers included; `cut`: the connection is reset after this many
    bytes of the answer; `raw`: sent in place of everything; `hang`: the connection stays open behind it, and silent.
    """

    body: bytes = b""
    status: int = 200
    mime: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    etag: str = ""
    modified: str = ""
    packed: bool = False
    wait: asyncio.Event | None = None
    length: str | None = None
    chunk: int = 0
    stream: Iterable[bytes] | None = None
    drip: float | None = None
    cut: int | None = None
    raw: bytes | None = None
    hang: bool = False


Answer = Page | Callable[[Asked], Page]


class Web:
    """The servers. `asked`: every request in its order; `opened`: how many connections there were; `crowd`: how many
    requests were under way at once at a host, at the most."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.asked: list[Asked] = []
        self.opened = 0
        self.crowd: Counter[str] = Counter()
        self.port = 0
        self._pages: dict[tuple[str, str], list[Answer]] = {}
        self._now: Counter[str] = Counter()
        self._news = asyncio.Condition()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def outside(self) -> Outside:
        """What lets a Fetcher through to all of them."""
        return Outside("admin@example.org", frozenset((name, self.port) for name in self.names))

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The resolver: every name that was opened is here."""
        if host not in self.names:
            raise OSError("no such name")
        return ["127.0.0.1"]

    def fetcher(self, *, seconds: float = 20, patience: float = 20, clock: Clock | None = None) -> Fetcher:
        """One that may ask here, and nowhere else in its own network."""
        return Fetcher(self.outside, seconds=seconds, patience=patience, resolve=self.resolve, clock=clock)

    def url(self, path: str = "/", host: str = "", scheme: str = "http") -> str:
        """The address of a path at a host, the first one if none is named."""
        return f"{scheme}://{host or self.names[0]}:{self.port}{path}"

    def on(self, path: str, *answers: Answer, host: str = "") -> None:
        """What is answered there (at every host if none is named), one after the other; the last one stays. A function
        makes its page from the request."""
        self._pages[host, path] = list(answers)

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    async def until_asked(self, times: int = 1) -> None:
        """Waits until so many requests came in all."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.asked) >= times)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.opened += 1
        self._serve_on(asyncio.current_task())
        try:
            while (asked := await _read(reader)) is not None:
                async with self._news:
                    self.asked.append(asked)
                    self._news.notify_all()
                self._now[asked.host] += 1
                self.crowd[asked.host] = max(self.crowd[asked.host], self._now[asked.host])
                try:
                    page = self._page(asked)
                    stays = await _say(writer, asked, page)
                    if page.hang:
                        await reader.read()
                finally:
                    self._now[asked.host] -= 1
                if not stays or asked.headers.get("connection") == "close":
                    return
        except (OSError, EOFError, ValueError, asyncio.CancelledError):
            pass  # cancelled only by `close`
        finally:
            writer.close()

    def _serve_on(self, task: asyncio.Task[None] | None) -> None:
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def close(self) -> None:
        """Ends every connection."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _page(self, asked: Asked) -> Page:
        if asked.method != "GET":
            return Page(b"method not allowed", 405)
        answers = self._pages.get((asked.host, asked.path)) or self._pages.get(("", asked.path))
        if not answers:
            return Page(b"not found", 404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, Page) else answer(asked)


@asynccontextmanager
async def open_outside(*names: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """Servers for these names, on one port of loopback."""
    web = Web(names or ("outside.test",))
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0, ssl=tls, backlog=1000)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        await web.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    """The next request, None at the end. A request that no server would take is answered by closing."""
    try:
        first = await reader.readexactly(1)
        if not first.isalpha():
            return None
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    line, *rest = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, protocol = line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    if protocol != "HTTP/1.1" or not target.startswith("/") or "host" not in headers:
        return None
    return Asked(method, headers["host"].rpartition(":")[0] or headers["host"], target, headers)


async def _say(writer: asyncio.StreamWriter, asked: Asked, page: Page) -> bool:
    """Whether the connection may go on."""
    if page.wait is not None:
        await page.wait.wait()
    sent = 0
    for piece in _pieces(asked, page):
        if page.cut is not None and sent + len(piece) >= page.cut:
            writer.write(piece[: page.cut - sent])
            await writer.drain()
            _reset(writer)
            return False
        if page.drip is not None:
            for byte in piece:
                writer.write(bytes((byte,)))
                await asyncio.sleep(page.drip)
        else:
            writer.write(piece)
        sent += len(piece)
        await writer.drain()
    return page.length != "" and page.raw is None


def _reset(writer: asyncio.StreamWriter) -> None:
    """So that the other side sees a reset and no ordinary end."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _pieces(asked: Asked, page: Page) -> Iterable[bytes]:
    """The answer, byte for byte."""
    if page.raw is not None:
        yield page.raw
        return
    known = _is_known(asked, page)
    body = b"" if known else gzip.compress(page.body, mtime=0) if page.packed else page.body
    status = 304 if known else page.status
    headers = {**({} if known else {"Content-Type": page.mime}), **page.headers}
    headers |= {"ETag": page.etag} if page.etag else {}
    headers |= {"Last-Modified": page.modified} if page.modified else {}
    headers |= {"Location": page.location} if page.location else {}
    headers |= {"Content-Encoding": "gzip"} if page.packed and not known else {}
    if page.chunk and not known:
        headers["Transfer-Encoding"] = "chunked"
    elif page.length != "" and not known:
        headers["Content-Length"] = page.length or str(len(body))
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Whatever')}", *(f"{n}: {v}" for n, v in headers.items())]
    yield "\r\n".join([*lines, "", ""]).encode("latin-1")
    if known:
        return
    stream = page.stream if page.stream is not None else (body,)
    if not page.chunk:
        yield from stream
        return
    for piece in stream:
        for at in range(0, len(piece), page.chunk):
            part = piece[at : at + page.chunk]
            yield f"{len(part):x}\r\n".encode() + part + b"\r\n"
    yield b"0\r\n\r\n"


def _is_known(asked: Asked, page: Page) -> bool:
    """RFC 9110 13.1: If-None-Match decides where it is given, If-Modified-Since otherwise."""
    if page.status != 200:
        return False
    if held := asked.headers.get("if-none-match"):
        return bool(page.etag) and page.etag in [tag.strip() for tag in held.split(",")]
    return bool(page.modified) and asked.headers.get("if-modified-since") == page.modified
