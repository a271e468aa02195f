"""A TCP proxy that does to connections what networks do: it delays, cuts, swallows, slices and loses.

async with Proxy(port) as proxy:
    ... a client of proxy.port ...
    proxy.trouble = Trouble(reset=0.1)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to what comes through, both ways unless it says otherwise. Parts are of 1; seconds."""

    latency: float = 0.0
    jitter: float = 0.0
    """Up to so much more, drawn anew for each chunk; chunks of one connection stay in order."""
    reset: float = 0.0
    """This part of chunks cuts the connection instead."""
    hole: bool = False
    """Nothing comes through, and nobody is told; not of this connection, whatever comes later."""
    slices: int = 0
    """So many bytes at a time, a moment apart."""
    close_after: int = 0
    """Bytes of answers, at most, after which the connection is cut."""
    lost: float = 0.0
    """This part of answers is lost: the server did what it was asked, and the connection is cut."""
    lost_after: bytes = b""
    """Only answers to what ends in this are."""


CALM = Trouble()


class Proxy:
    """Before a server on this machine. `harmed`: connections that were cut or swallowed."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self._upstream, self._random = port, random.Random(seed)
        self.trouble = CALM
        self.port = 0
        self.harmed = 0
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Every connection, at once."""
        for link in list(self._links):
            link.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, self._random, writer, there[1])
        self._links.add(link)
        both = [self._begin(link.pump(reader, there[1], up=True)), self._begin(link.pump(there[0], writer, up=False))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            link.close()
            self._links.discard(link)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _Link:
    """One connection, and the one behind it."""

    def __init__(
        self, proxy: Proxy, dice: random.Random, near: asyncio.StreamWriter, far: asyncio.StreamWriter
    ) -> None:
        self._proxy, self._random, self._writers = proxy, dice, (near, far)
        self._answered = 0
        self._losing = False
        self._over = self._swallowed = False

    def abort(self) -> None:
        """Whoever waits is told that it was reset."""
        self._over = True
        for writer in self._writers:
            writer.transport.abort()

    def close(self) -> None:
        """What was written still arrives."""
        for writer in self._writers:
            with suppress(OSError, RuntimeError):
                writer.close()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, up: bool) -> None:
        """`up`: from the client to the server."""
        with suppress(OSError):
            while not self._over and (data := await reader.read(CHUNK)):
                if not await self._pass(data, writer, up):
                    return

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter, up: bool) -> bool:
        """False once the connection is cut."""
        trouble = self._proxy.trouble
        if wait := trouble.latency + self._random.random() * trouble.jitter:
            await asyncio.sleep(wait)
        if self._proxy.trouble.hole or self._swallowed:
            self._proxy.harmed += not self._swallowed
            self._swallowed = True
            return True
        if self._random.random() < trouble.reset or (not up and self._loses()):
            return self._harm()
        if up and self._random.random() < trouble.lost and data.rstrip(b"\0").endswith(trouble.lost_after):
            self._losing = True
        if not up and trouble.close_after:
            left = trouble.close_after - self._answered
            if len(data) > left:
                writer.write(data[: max(left, 0)])
                await writer.drain()
                await asyncio.sleep(0.001)
                return self._harm()
        self._answered += 0 if up else len(data)
        step = trouble.slices or len(data)
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
            await writer.drain()
            if trouble.slices:
                await asyncio.sleep(0.001)
        return True

    def _loses(self) -> bool:
        lost, self._losing = self._losing, False
        return lost

    def _harm(self) -> bool:
        self._proxy.harmed += 1
        self.abort()
        return False
