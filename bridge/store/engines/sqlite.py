"""The SQLite engine: one writer thread that commits in groups, and a few readers.

Which SQLite is used, and how a connection is set up, lives in `sqlite_link`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Literal, TypeVar

from sqlalchemy import URL, Connection

from bridge.model.errors import ConfigError, StoreDamaged, StoreError, StoreFull, StoreReadOnly
from bridge.store.engines.ballast import Ballast
from bridge.store.engines.failures import translate
from bridge.store.engines.jobs import Job, Outcome, settle
from bridge.store.engines.ownership import Ownership
from bridge.store.engines.sqlite_link import Link, file_of, first_link, prepare_file, prepare_folder

T = TypeVar("T")

GROUP = 64
"""At most so many closures share a COMMIT."""
READERS = 3

log = logging.getLogger(__name__)


class SqliteEngine:
    """See `bridge.store.engines.engine.Engine`."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(
        self, url: URL, *, read_only: bool = False, busy_seconds: float = 30.0, ballast_bytes: int = 0
    ) -> None:
        """`busy_seconds` is how long a statement waits for another program that has locked the file. `ballast_bytes`:
        see `ballast`."""
        file = file_of(url)
        if file is None:
            raise ConfigError(problem="a database in memory would be lost. Write sqlite:///bridge.db")
        self.url = url
        self._path = str(file)
        ballast = Ballast(file, 0 if read_only else ballast_bytes)
        self.ballast: Ballast | None = ballast
        self._ownership: Ownership | None = None
        self._writer: _Writer | None = None
        self._closed = False
        self._hand_over = Lock()
        links: list[Link] = []
        try:
            if not read_only:
                prepare_folder(file.parent)
                self._ownership = Ownership(file)
                prepare_file(file)
                links.append(first_link(file, busy_seconds, ballast))
                ballast.make()
                self._writer = _Writer(links[0], self._path, ballast)
            links += [Link(file, busy_seconds, "stranger" if read_only else "reader") for _ in range(READERS)]
        except BaseException as error:
            for link in reversed(links):
                link.close()
            if self._ownership:
                self._ownership.release()
            failure = translate(error, self._path)
            if failure is error:
                raise
            raise failure from error
        self._reads: SimpleQueue[Job | None] = SimpleQueue()
        self._readers = [
            Thread(target=_read, args=(link, self._reads, self._path), name="store-reader", daemon=True)
            for link in links[-READERS:]
        ]
        for thread in self._readers:
            thread.start()

    async def write(self, fn: Callable[[Connection], T]) -> T:
        return await self._through_writer(fn, reshapes=False)

    async def reshape(self, fn: Callable[[Connection], T]) -> T:
        return await self._through_writer(fn, reshapes=True)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        return await self._through(self._reads, fn)

    async def close(self) -> None:
        with self._hand_over:
            if self._closed:
                return
            self._closed = True
            for _ in self._readers:
                self._reads.put(None)
        await asyncio.to_thread(self._let_go)

    def _let_go(self) -> None:
        for thread in self._readers:
            thread.join()
        if self._writer:  # last, so that it alone checkpoints the log
            self._writer.stop()
        if self._ownership:
            self._ownership.release()

    async def _through_writer(self, fn: Callable[[Connection], T], *, reshapes: bool) -> T:
        if self._writer is None:
            raise StoreReadOnly(path=self._path)
        return await self._through(self._writer.queue, fn, reshapes=reshapes)

    async def _through(
        self, queue: SimpleQueue[Job | None], fn: Callable[[Connection], T], *, reshapes: bool = False
    ) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._hand_over:  # else a job could stand behind the word to stop, for ever
            if self._closed:
                raise StoreError(path=self._path)
            queue.put(Job(fn, future, reshapes=reshapes))
        return await future


class _Writer:
    """The only thread that writes. It takes what is queued and commits it together."""

    def __init__(self, link: Link, path: str, ballast: Ballast) -> None:
        self.queue: SimpleQueue[Job | None] = SimpleQueue()
        self._link = link
        self._path = path
        self._ballast = ballast
        self._thread = Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        stumbled = False
        while batch := self._take():
            try:
                if stumbled:
                    self._link.reopen()
                outcomes, stumbled = self._make_room(self._run(batch)), False
            except Exception as error:  # the loop's supervisor: nobody may wait for ever
                log.exception("the store's writer stumbled; it will open its connection anew")
                outcomes, stumbled = [self._failed(job, error) for job in batch], True
            settle(outcomes)
            del batch, outcomes  # else the last results live until the next write
        self._link.close()

    def _take(self) -> list[Job]:
        """What is queued, oldest first; waits for the first; empty when it is time to stop."""
        batch: list[Job] = []
        job = self.queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) == GROUP:
                return batch
            try:
                job = self.queue.get_nowait()
            except Empty:
                return batch
        if batch:
            self.queue.put(None)
        return batch

    def _make_room(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Where the disk was full, and room is kept for that: what failed is run once more."""
        if not any(isinstance(outcome.error, StoreFull) for outcome in outcomes) or not self._ballast.give_up():
            return outcomes
        return [self._run([done.job])[0] if isinstance(done.error, StoreFull) else done for done in outcomes]

    def _run(self, batch: list[Job]) -> list[Outcome]:
        if len(batch) > 1 and not any(job.reshapes for job in batch):
            together = self._together(batch)
            if together is not None:
                return together
        return [self._reshape(job) if job.reshapes else self._alone(job) for job in batch]

    def _together(self, batch: list[Job]) -> list[Outcome] | None:
        """All in one transaction, each in a savepoint of its own. None: nothing was kept, run each alone."""
        link, outcomes = self._link, []
        try:
            link.sql("BEGIN IMMEDIATE")
        except link.Error as error:
            return [self._failed(job, error) for job in batch]
        try:
            for job in batch:
                link.sql("SAVEPOINT job")
                outcome = job.attempt(link.tx)
                if outcome.error is not None:
                    # A full disk may have rolled back everything; then this fails, and each runs alone.
                    link.sql("ROLLBACK TO job")
                    outcome = self._failed(job, outcome.error)
                link.sql("RELEASE job")
                outcomes.append(outcome)
            link.sql("COMMIT")
        except link.Error:
            link.undo()
            return None
        return outcomes

    def _alone(self, job: Job) -> Outcome:
        link = self._link
        try:
            link.sql("BEGIN IMMEDIATE")
            outcome = job.attempt(link.tx)
            if outcome.error is None:
                link.sql("COMMIT")
                return outcome
            error = outcome.error
        except link.Error as refused:
            error = refused
        link.undo()
        return self._failed(job, error)

    def _reshape(self, job: Job) -> Outcome:
        def checked(tx: Connection) -> Any:
            value = job.fn(tx)
            if broken := tx.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
                raise StoreDamaged(path=self._path, detail=f"a row of {broken[0]} points at a missing {broken[2]}")
            return value

        self._link.sql("PRAGMA foreign_keys = OFF")
        try:
            outcome = self._alone(Job(checked, job.future))
        finally:
            self._link.sql("PRAGMA foreign_keys = ON")
        return outcome

    def _failed(self, job: Job, error: BaseException) -> Outcome:
        return Outcome(job, error=translate(error, self._path))


def _read(link: Link, queue: SimpleQueue[Job | None], path: str) -> None:
    while (job := queue.get()) is not None:
        try:
            link.sql("BEGIN")
            outcome = job.attempt(link.tx)
            link.undo()
        except link.Error as error:
            outcome = Outcome(job, error=error)
        if outcome.error is not None:
            outcome = Outcome(job, error=translate(outcome.error, path))
        settle([outcome])
        del job, outcome
    link.close()
