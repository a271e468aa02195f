"""Asks the worker (worker.py): one process at most, started by the first document that needs it, ended when it was idle
for a minute or takes too long. It ends with this process in any case, since its input does."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from bridge.adapters.feed.told import Document, Told, from_data

DEADLINE = 5.0
"""Seconds for one document, from when it is its turn; the start of the process included."""
IDLE = 60.0
WAITING = 20
"""Documents that may stand in line; each has its turn within WAITING x DEADLINE seconds."""
_LARGEST_ANSWER = 8 * 1024 * 1024


class Beside:
    """Reads documents in the worker, one at a time."""

    def __init__(self, deadline: float = DEADLINE, idle: float = IDLE) -> None:
        self._deadline = deadline
        self._idle = idle
        self._turn = asyncio.Lock()
        self._line = 0
        self._worker: Process | None = None
        self._retiring: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process at the moment."""
        return self._worker is not None

    async def read(self, document: Document) -> Told | None:
        """None for no feed, and where it takes too much time or memory. Raises TimeoutError where too many wait."""
        if self._line >= WAITING:
            raise TimeoutError
        self._line += 1
        try:
            async with self._turn:
                return await self._ask(document)
        finally:
            self._line -= 1

    async def close(self) -> None:
        """Ends the process, if there is one."""
        async with self._turn:
            await self._end()

    async def _ask(self, document: Document) -> Told | None:
        if self._retiring is not None:
            self._retiring.cancel()
        settled = False
        try:
            async with asyncio.timeout(self._deadline):
                found = await self._answer(document)
            settled = True
            return found
        except (TimeoutError, OSError, EOFError, ValueError):
            return None
        finally:
            if settled:
                self._retiring = asyncio.get_running_loop().call_later(self._idle, self._retire)
            else:
                await self._end()

    async def _answer(self, document: Document) -> Told | None:
        if self._worker is None or self._worker.returncode is not None:
            self._worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bridge.adapters.feed.worker", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        into, out = self._worker.stdin, self._worker.stdout
        assert into is not None
        assert out is not None
        about = [document.url, document.charset, document.now.isoformat(), document.most]
        line = json.dumps(about).encode("ascii") + b"\n"
        into.write((len(line) + len(document.body)).to_bytes(4, "big") + line)
        into.write(document.body)
        await into.drain()
        size = int.from_bytes(await out.readexactly(4), "big")
        if size > _LARGEST_ANSWER:
            raise ValueError("more than a feed can hold")
        answer = await out.readexactly(size)
        return None if answer == b"null" else await asyncio.to_thread(lambda: from_data(json.loads(answer)))

    def _retire(self) -> None:
        """Nobody needed it for a while; at the end of its input it ends."""
        if self._worker is not None and not self._turn.locked():
            if self._worker.stdin is not None:
                self._worker.stdin.close()
            self._worker = None

    async def _end(self) -> None:
        if self._retiring is not None:
            self._retiring.cancel()
        worker, self._worker = self._worker, None
        if worker is not None and worker.returncode is None:
            worker.kill()
            await worker.wait()
