"""The means of the proofs: a proxy that really harms, time that really passes, judges that see what is wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.proof.means.proxy import Proxy, Trouble
from tests.proof.means.virtual import MONDAY, LoopClock, virtually
from tests.proof.soak import slope
from tests.proof.storm import Asked, Sky


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Proxy, list[bytes]]]:
    """A server that answers each line with itself, behind a proxy; and the lines that it got."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            heard.append(line)
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy, heard
    server.close()


async def asked(proxy: Proxy, line: bytes) -> bytes:
    """What comes back; raises ConnectionError where the connection is cut, TimeoutError where nothing comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(line)
        async with asyncio.timeout(0.3):
            if not (answer := await reader.readline()).endswith(b"\n"):
                raise ConnectionResetError
            return answer
    finally:
        writer.transport.abort()


async def test_without_trouble_all_comes_through(echo: tuple[Proxy, list[bytes]]) -> None:
    proxy, _ = echo

    assert await asked(proxy, b"hello\n") == b"hello\n"
    assert proxy.harmed == 0


async def test_slices_arrive_whole(echo: tuple[Proxy, list[bytes]]) -> None:
    proxy, _ = echo
    proxy.trouble = Trouble(slices=1)

    assert await asked(proxy, b"hello\n") == b"hello\n"


@pytest.mark.parametrize(
    ("trouble", "error", "arrives"),
    [
        (Trouble(reset=1.0), ConnectionError, False),
        (Trouble(lost=1.0), ConnectionError, True),
        (Trouble(hole=True), TimeoutError, False),
        (Trouble(close_after=2), ConnectionError, True),
    ],
)
async def test_each_trouble_harms(
    echo: tuple[Proxy, list[bytes]], trouble: Trouble, error: type[Exception], arrives: bool
) -> None:
    proxy, heard = echo
    proxy.trouble = trouble

    with pytest.raises(error):
        await asked(proxy, b"hello\n")

    assert heard == ([b"hello\n"] if arrives else [])
    assert proxy.harmed == 1


async def test_only_answers_to_what_was_named_are_lost(echo: tuple[Proxy, list[bytes]]) -> None:
    proxy, _ = echo
    proxy.trouble = Trouble(lost=1.0, lost_after=b"COMMIT\n")

    assert await asked(proxy, b"SELECT\n") == b"SELECT\n"
    with pytest.raises(ConnectionError):
        await asked(proxy, b"COMMIT\n")


def test_a_day_passes_in_a_moment() -> None:
    async def live() -> float:
        clock = LoopClock()
        await asyncio.sleep(86_400)
        return (clock.now() - MONDAY).total_seconds()

    began = time.monotonic()
    assert virtually(live()) == pytest.approx(86_400)
    assert time.monotonic() - began < 5


def test_time_stands_still_while_a_thread_works() -> None:
    async def live() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(asyncio.to_thread(time.sleep, 0.2), asyncio.sleep(0))
        return loop.time() - began

    assert virtually(live()) == 0.0


def test_a_request_before_its_time_is_seen() -> None:
    sky = Sky(1)
    sky.asked = [Asked(0, "a", refused=True, told=5.0), Asked(1, "b"), Asked(5.0, "a"), Asked(6, "a", True, 3.0)]
    assert sky.too_early() == []

    sky.asked.append(Asked(8.5, "a"))

    assert len(sky.too_early()) == 1


def test_the_slope_is_that_of_the_line() -> None:
    assert slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) == pytest.approx(2.0)
