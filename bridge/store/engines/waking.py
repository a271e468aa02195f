"""Words between the processes on one PostgreSQL, by LISTEN and NOTIFY. Only latency depends on them: what they speak of
stands in the tables, and everybody looks there now and then.

NOTIFY takes a lock that all commits of a server share, so it rides in no transaction of ours: words are gathered, and
go out on a connection of their own, ten times a second at most.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from bridge.model.given import MISSED
from bridge.store.engines.postgres import CONNECTION

log = logging.getLogger(__name__)

SPACING = 0.1
"""Seconds between two notifications."""
LONGEST = 7000
"""Bytes of one; PostgreSQL takes less than 8,000."""
MOST = 1000
"""Words that wait to be told. Beyond that they are not: whoever is interested looks by itself."""
TEST = "test "
"""How the word begins by which a process hears whether any come through."""

_BROKEN = (psycopg.Error, OSError)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `heard`: how long a word of one's own may take to come back; `deaf`: until that is tried again; `first`
    and `longest`: between two attempts to connect."""

    heard: float = 5.0
    deaf: float = 600.0
    first: float = 0.25
    longest: float = 15.0

    def wait(self, tries: int) -> float:
        """Doubling, with jitter. `tries` counts from 1."""
        longest = min(self.longest, self.first * 2.0 ** min(tries, 10))
        return random.uniform(longest / 2, longest)


class Waking:
    """The News port between processes. `told` and `heard` count notifications."""

    def __init__(
        self,
        url: URL,
        told: Callable[[], None] = lambda: None,
        heard: Callable[[], None] = lambda: None,
        timing: Timing | None = None,
    ) -> None:
        # Not as a URL: what stands for a space in one is no space for PostgreSQL's library.
        parts = url.translate_connect_args(username="user", database="dbname")
        self._address = make_conninfo("", **{**CONNECTION, **parts, **url.query})
        self._told, self._heard, self._timing = told, heard, timing or Timing()
        self._words: dict[str, None] = {}
        self._stir = asyncio.Event()
        self._hearers: list[Callable[[str], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._test = TEST + secrets.token_hex(4)
        self._complained = False
        self._patience: asyncio.Timeout | None = None
        self.working = False
        """Whether what other processes tell arrives."""

    def tell(self, word: str) -> None:
        """See `bridge.model.given.News`."""
        if len(self._words) < MOST:
            self._words[word] = None
        self._stir.set()

    def hear(self, heard: Callable[[str], None]) -> None:
        """See `bridge.model.given.News`."""
        self._hearers.append(heard)

    def start(self) -> None:
        """Begins, in the running loop."""
        self._tasks = [asyncio.create_task(self._for_ever(work)) for work in (self._telling, self._listening)]

    async def stop(self) -> None:
        """What was told last may not have gone out."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _for_ever(self, work: Callable[[psycopg.AsyncConnection], Awaitable[None]]) -> None:
        tries = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as link:
                    await work(link)
            except _BROKEN as error:
                if tries == 0:
                    log.info("no wake-ups for a moment: %s", type(error).__name__)
            # One that held for a while was no failed attempt.
            held = asyncio.get_running_loop().time() - began > self._timing.longest
            tries = 1 if held else tries + 1
            await asyncio.sleep(self._timing.wait(tries))

    async def _telling(self, link: psycopg.AsyncConnection) -> None:
        channel = await _channel(link)
        while True:
            await self._stir.wait()
            self._stir.clear()
            batch = self._batch()
            # A word that is told again from here on goes out again: it may speak of what came meanwhile.
            for word in batch:
                del self._words[word]
            try:
                await link.execute("SELECT pg_notify(%s, %s)", (channel, "\n".join(batch)))
            except _BROKEN:
                self._words = {**dict.fromkeys(batch), **self._words}
                self._stir.set()
                raise
            if any(not word.startswith(TEST) for word in batch):
                self._told()
            if self._test in batch and self._patience is not None and not self.working:
                self._patience.reschedule(asyncio.get_running_loop().time() + self._timing.heard)
            if self._words:
                self._stir.set()
            await asyncio.sleep(SPACING)

    def _batch(self) -> list[str]:
        """The words that go out next: as many as fit."""
        batch, size = [], 0
        for word in self._words:
            size += len(word.encode()) + 1
            if size > LONGEST:
                break
            batch.append(word)
        return batch

    async def _listening(self, link: psycopg.AsyncConnection) -> None:
        channel = await _channel(link)
        await link.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        try:
            async with asyncio.timeout(None) as self._patience:
                # From when it has gone out, it has a while to come back.
                self.tell(self._test)
                async for notified in link.notifies():
                    words = notified.payload.split("\n")
                    if self._test in words and not self.working:
                        self._patience.reschedule(None)
                        self.working, self._complained = True, False
                        # Whatever was told while nobody listened here is not told again.
                        self._pass_on(MISSED)
                    fresh = [word for word in words if not word.startswith(TEST)]
                    if fresh:
                        self._heard()
                    for word in fresh:
                        self._pass_on(word)
        except TimeoutError:
            if not self._complained:
                log.warning(
                    "the database passes no wake-ups on (a pooler in transaction mode does not); "
                    "each process looks for work by itself, twice a second"
                )
            self._complained = True
            await asyncio.sleep(self._timing.deaf)
        finally:
            self.working, self._patience = False, None

    def _pass_on(self, word: str) -> None:
        for heard in self._hearers:
            heard(word)


async def _channel(link: psycopg.AsyncConnection) -> str:
    """Channels are the whole database's; bridges may live in it side by side, a schema each."""
    found = await (await link.execute("SELECT 'bridge ' || md5(current_schema())")).fetchone()
    return str(found[0]) if found else "bridge"
