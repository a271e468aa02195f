"""Servers that mean harm, or are broken: each ends in one failure of ours, and costs little."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat

import pytest

from bridge.model.errors import SourceFailure, SourceSlow, SourceStrange, SourceTooBig, SourceUnreachable
from tests.adapters.outside.cost import MEMORY, STRETCH, counted_memory, counted_stretches, web_in_a_thread
from tests.fakes.outside import Page, Web

BLOCK = b"x" * 65_536
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_in_a_thread() as opened:
        yield opened


def packed(data: bytes, encoding: str = "gzip", **faults: str) -> Page:
    return Page(data, headers={"Content-Encoding": encoding}, **faults)


def bomb(window: int) -> bytes:
    packer = zlib.compressobj(wbits=window)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(30)), packer.flush()])


def chunks(*pieces: bytes) -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(pieces)


BIG: dict[str, Callable[[], Page]] = {
    "a gzip bomb": lambda: packed(bomb(31)),
    "a deflate bomb": lambda: packed(bomb(15), "deflate"),
    "a bare deflate bomb": lambda: packed(bomb(-15), "deflate"),
    "a bomb without length": lambda: packed(bomb(31), length=""),
    "a bomb in a bomb": lambda: packed(gzip.compress(bomb(31)) + bomb(31)),
    "100 MB, announced": lambda: Page(length="100000000", stream=repeat(BLOCK, 1_600)),
    "100 MB, not announced": lambda: Page(length="", stream=repeat(BLOCK, 1_600)),
    "a body without end": lambda: Page(length="", stream=repeat(BLOCK)),
    "chunks without end": lambda: Page(chunk=10_000, stream=repeat(BLOCK)),
    "a length beyond all numbers": lambda: Page(b"x", length="9" * 19),
    "long chunk extensions": lambda: Page(raw=chunks(*repeat(b"1;" + b"a" * 20_000 + b"\r\nx\r\n", 150))),
    "many little headers": lambda: Page(raw=OK + b"a:b\r\n" * 200_000 + b"\r\n"),
    "one long header": lambda: Page(raw=OK + b"A: " + b"x" * 500_000 + b"\r\n\r\n"),
    "continue, continue, continue": lambda: Page(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 50_000),
}
STRANGE: dict[str, Callable[[], Page]] = {
    "packed twice, and says so": lambda: packed(gzip.compress(gzip.compress(b"x")), "gzip, gzip"),
    "packed twice, and does not say so": lambda: packed(gzip.compress(gzip.compress(b"x"))),
    "packed in a way that was not asked for": lambda: packed(b"x", "br"),
    "says packed and is not": lambda: packed(b"<html></html>"),
    "packed and damaged": lambda: packed(gzip.compress(b"x" * 1_000)[:-8] + bytes(8)),
    "packed and cut short": lambda: packed(gzip.compress(b"x" * 1_000)[:-9]),
    "packed in a thousand pieces": lambda: packed(gzip.compress(b"") * 20_000),
    "chunks of one byte": lambda: Page(raw=chunks(b"1\r\nx\r\n" * 50_000)),
    "a longer body announced than comes": lambda: Page(b"x", length="100"),
    "two lengths": lambda: Page(raw=OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "no number for a length": lambda: Page(b"x", length="many"),
    "a length below nothing": lambda: Page(b"x", length="-1"),
    "no chunk where one was announced": lambda: Page(raw=chunks(b"zz\r\nx\r\n0\r\n\r\n")),
    "a chunk longer than all numbers": lambda: Page(raw=chunks(b"f" * 40 + b"\r\nx")),
    "many little headers behind the body": lambda: Page(raw=chunks(b"0\r\n" + b"a:b\r\n" * 100_000 + b"\r\n")),
    "closed within a chunk": lambda: Page(raw=chunks(b"10\r\nx")),
    "closed without a word": lambda: Page(raw=b""),
    "closed within the status": lambda: Page(raw=b"HTTP/1.1 2"),
    "closed within the headers": lambda: Page(raw=OK),
    "another protocol": lambda: Page(raw=b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
    "no protocol": lambda: Page(raw=b"<html>hello</html>"),
    "nothing but zeros": lambda: Page(raw=bytes(200_000)),
    "a zero in a header": lambda: Page(raw=OK + b"A: b\0c\r\n\r\n"),
    "a header without a name": lambda: Page(raw=OK + b": b\r\n\r\n"),
    "a status that is none": lambda: Page(raw=b"HTTP/1.1 abc OK\r\n\r\n"),
    "an upgrade nobody asked for in the middle": lambda: Page(raw=b"HTTP/3 200\r\n\r\n"),
}
CUT: dict[str, Callable[[], Page]] = {
    "reset within the headers": lambda: Page(b"x" * 100, cut=20),
    "reset within the body": lambda: Page(b"x" * 100, cut=150),
}
SLOW: dict[str, Callable[[], Page]] = {
    "a byte now and then": lambda: Page(b"x" * 10_000, drip=0.01),
    "no answer at all": lambda: Page(wait=asyncio.Event()),
    "no end": lambda: Page(b"x", length="100", hang=True),
    "no end of the headers": lambda: Page(raw=OK, hang=True),
    "redirected from one slow page to the next": lambda: Page(status=302, location="/page", drip=0.001),
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, SourceTooBig) for name in BIG),
        *((name, SourceStrange) for name in STRANGE),
        *((name, SourceUnreachable) for name in CUT),
        *((name, SourceSlow) for name in SLOW),
    ],
)
async def test_harm_ends_in_one_failure_and_costs_little(
    web: Web, monkeypatch: pytest.MonkeyPatch, name: str, kind: type[SourceFailure]
) -> None:
    page = (BIG | STRANGE | CUT | SLOW)[name]()
    web.on("/page", page)
    fetcher = web.fetcher(seconds=0.2 if name in SLOW else 20)

    async with counted_stretches(monkeypatch) as time:
        with pytest.raises(SourceFailure) as caught:
            await fetcher.get(web.url("/page"), accept="*/*", types=("text/",))
    with counted_memory() as space, pytest.raises(SourceFailure):
        await fetcher.get(web.url("/page"), accept="*/*", types=("text/",))

    assert (type(caught.value), caught.value.params) == (kind, {"host": "blog.test"})
    assert time.stretch < STRETCH
    assert space.memory < MEMORY


async def test_a_body_longer_than_announced_is_read_as_far_as_announced(web: Web) -> None:
    web.on("/page", Page(b"hello, and more", length="5"))

    fetched = await web.fetcher().get(web.url("/page"), accept="*/*", types=("text/",))

    assert fetched.body == b"hello"


async def test_just_as_much_as_is_allowed_is_taken(web: Web) -> None:
    web.on("/page", Page(b"x" * 2_000_000, chunk=4_000))

    fetched = await web.fetcher().get(web.url("/page"), accept="*/*", types=("text/",))

    assert len(fetched.body) == 2_000_000


@pytest.mark.parametrize("page", [Page(b"x" * 101), Page(b"x" * 101, length=""), packed(gzip.compress(b"x" * 101))])
async def test_a_caller_may_want_less(web: Web, page: Page) -> None:
    web.on("/page", page)

    with pytest.raises(SourceTooBig):
        await web.fetcher().get(web.url("/page"), accept="*/*", types=("text/",), most=100)


async def test_nobody_listens(web: Web) -> None:
    fetcher = web.fetcher()
    web_url = web.url("/page")
    closed = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()

    with pytest.raises(SourceFailure):
        await fetcher.get(web_url.replace(str(web.port), str(port)), accept="*/*", types=("text/",))
