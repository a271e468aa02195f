"""Asks the worker (worker.py): one process at most, started by the first document that needs it, ended when it was idle
for a minute or takes too long. It ends with this process in any case, since its input does."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field

from bridge.adapters.feed.reading import NeedsPatience
from bridge.adapters.feed.told import Document, Told, from_data
from bridge.adapters.feed.worker import PATIENCE

DEADLINE = 5.0
"""Seconds for one document, from when it is its turn; the start of the process included."""
IDLE = 60.0
WAITING = 20
"""Documents that may stand in line; each has its turn within WAITING x DEADLINE seconds."""
AHEAD = 3
"""Documents that are given to the worker before it has told of the first, so that it need not wait for this loop."""
_LARGEST_ANSWER = 8 * 1024 * 1024
_SHORT_ANSWER = 64 * 1024


@dataclass(slots=True)
class _Worker:
    """`turn`: whose answer is next; answers come in the order of the documents, as does who waits for a lock."""

    process: Process
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    ended: bool = False


class Beside:
    """Reads documents in a worker of its own, one after the other. `patient`: what the quick parser refuses is given to
    feedparser there, else back to whoever asked."""

    def __init__(
        self, *, patient: bool = True, waiting: int = WAITING, deadline: float = DEADLINE, idle: float = IDLE
    ) -> None:
        self._patient = patient
        self._waiting = waiting
        self._deadline = deadline
        self._idle = idle
        self._line = 0
        self._ahead = asyncio.Semaphore(AHEAD)
        self._starting = asyncio.Lock()
        self._worker: _Worker | None = None
        self._retiring: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process at the moment."""
        return self._worker is not None

    async def read(self, document: Document) -> Told | None:
        """None for no feed, and where it takes too much time or memory. Raises TimeoutError where too many wait, and
        NeedsPatience where this one has none."""
        if self._line >= self._waiting:
            raise TimeoutError
        self._line += 1
        if self._retiring is not None:
            self._retiring.cancel()
        try:
            async with self._ahead:
                return await self._ask(document)
        finally:
            self._line -= 1
            if not self._line:
                self._retiring = asyncio.get_running_loop().call_later(self._idle, self._retire)

    async def close(self) -> None:
        """Ends the process, if there is one."""
        if self._retiring is not None:
            self._retiring.cancel()
        async with self._starting:
            if self._worker is not None:
                await self._end(self._worker)

    async def _ask(self, document: Document) -> Told | None:
        try:
            while True:
                worker = await self._running()
                self._give(worker, document)
                async with worker.turn:
                    if not worker.ended:
                        return await self._answered(worker)
                # Another's document has ended it meanwhile.
        except OSError:
            return None

    async def _answered(self, worker: _Worker) -> Told | None:
        settled = False
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._answer(worker)
            settled = True
        except (TimeoutError, OSError, EOFError, ValueError):
            return None
        finally:
            if not settled:
                await self._end(worker)
        if answer == PATIENCE:
            raise NeedsPatience
        try:
            if len(answer) <= _SHORT_ANSWER:
                return _told(answer)
            return await asyncio.to_thread(_told, answer)
        except ValueError:
            return None

    async def _running(self) -> _Worker:
        async with self._starting:
            if self._worker is None or self._worker.process.returncode is not None:
                self._worker = _Worker(
                    await asyncio.create_subprocess_exec(
                        sys.executable, "-m", "bridge.adapters.feed.worker", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
                    )
                )
            return self._worker

    def _give(self, worker: _Worker, document: Document) -> None:
        into = worker.process.stdin
        assert into is not None
        about = [document.url, document.charset, document.now.isoformat(), document.most, self._patient]
        line = json.dumps(about).encode("ascii") + b"\n"
        into.write((len(line) + len(document.body)).to_bytes(4, "big") + line)
        into.write(document.body)

    async def _answer(self, worker: _Worker) -> bytes:
        out = worker.process.stdout
        assert out is not None
        size = int.from_bytes(await out.readexactly(4), "big")
        if size > _LARGEST_ANSWER:
            raise ValueError("more than a feed can hold")
        return await out.readexactly(size)

    def _retire(self) -> None:
        """Nobody needed it for a while; at the end of its input it ends."""
        if self._worker is not None and not self._line:
            if self._worker.process.stdin is not None:
                self._worker.process.stdin.close()
            self._worker = None

    async def _end(self, worker: _Worker) -> None:
        worker.ended = True
        if self._worker is worker:
            self._worker = None
        if worker.process.returncode is None:
            worker.process.kill()
            await worker.process.wait()


def _told(answer: bytes) -> Told | None:
    """Raises ValueError."""
    return None if answer == b"null" else from_data(json.loads(answer))
