"""The PostgreSQL engine: eight threads, a connection each, and the patience to try again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Literal, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, NullPool, create_engine, event
from sqlalchemy import Engine as Connector
from sqlalchemy.exc import DBAPIError

from bridge.model.errors import StoreError, StoreReadOnly
from bridge.store.engines.ballast import Ballast
from bridge.store.engines.failures import driver_error, sqlstate, translate
from bridge.store.engines.jobs import Job, Outcome, settle

T = TypeVar("T")

THREADS = 8

CONNECTION = {"application_name": "bridge", "connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 15_000}
"""Unless the URL says otherwise: seconds, and for the last one milliseconds until a silent server counts as gone."""

_IN_UTC = ("SET TIME ZONE 'UTC'",)
_SETTINGS = (
    *_IN_UTC,
    "SET default_transaction_read_only = on",
    "SET enable_seqscan = off",
    "SET jit = off",
)
"""What runs often is served by an index. PostgreSQL would walk through whole tables instead while it has no statistics
of them, and go on doing so: it plans once, when they are small. A walk it can't avoid looks so dear to it that it would
compile the statement first."""
STANDS_STILL = timedelta(seconds=5)
"""After so long without a word in a transaction its process has stopped or is cut off: the server ends the session,
else what it locked would stay closed to everybody, whatever their leases say. Less than a lease."""

_COLLIDED = {"40001", "40P01", "23505"}
"""serialization_failure, deadlock_detected, and unique_violation: somebody made the same at that moment, unseen, and
is seen by a closure that runs again."""
_LOST = {"57P01", "57P02", "57P03", "25P03"}
"""The server is going down or coming up, or we stood still; class 08 besides."""
_WAITS_COLLIDED = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_WAITS_LOST = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Seconds before the next attempt, each jittered down to a half: a restarted server is back within them."""


class PostgresEngine:
    """See `bridge.store.engines.engine.Engine`. It connects when first used."""

    dialect: Literal["postgresql"] = "postgresql"
    ballast: Ballast | None = None

    def __init__(self, url: URL, *, read_only: bool = False, random_: Callable[[], float] = random.random) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        self._name = str(url.database)
        self._read_only = read_only
        self._random = random_
        still = STANDS_STILL // timedelta(milliseconds=1)
        self._engine = connector(url, (*_SETTINGS, f"SET idle_in_transaction_session_timeout = {still}"))
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._hand_over = Lock()
        self._closing = Event()
        self._threads = [Thread(target=self._serve, name="store", daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if self._read_only:
            raise StoreReadOnly(path=self._name)
        return await self._through(fn, writes=True)

    async def reshape(self, fn: Callable[[Connection], T]) -> T:
        return await self.write(fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        return await self._through(fn, writes=False)

    async def close(self) -> None:
        with self._hand_over:
            if self._closing.is_set():
                return
            self._closing.set()
            for _ in self._threads:
                self._queue.put(None)
        await asyncio.to_thread(self._let_go)

    def _let_go(self) -> None:
        for thread in self._threads:
            thread.join()

    async def _through(self, fn: Callable[[Connection], T], *, writes: bool) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._hand_over:  # else a job could stand behind the word to stop, for ever
            if self._closing.is_set():
                raise StoreError(path=self._name)
            self._queue.put(Job(fn, future, writes=writes))
        return await future

    def _serve(self) -> None:
        link: Connection | None = None
        while (job := self._queue.get()) is not None:
            link, outcome = self._persist(link, job)
            if outcome.error is not None:
                outcome = Outcome(job, error=translate(outcome.error, self._name))
            settle([outcome])
            del job, outcome
        if link is not None:
            link.close()

    def _persist(self, link: Connection | None, job: Job) -> tuple[Connection | None, Outcome]:
        """Runs the job until it succeeds, fails by its own fault, or the waits are used up."""
        waits = {True: iter(_WAITS_LOST), False: iter(_WAITS_COLLIDED)}
        while True:
            try:
                link = link or self._engine.connect()
                outcome = _attempt(link, job)
            except (DBAPIError, psycopg.Error) as error:
                outcome = Outcome(job, error=error)
            if outcome.error is None:
                return link, outcome
            lost = link is None or _lost(link, outcome.error)
            if lost:
                _drop(link)
                link = None
            elif sqlstate(outcome.error) not in _COLLIDED:
                return link, outcome
            wait = next(waits[lost], None)
            if wait is None or self._closing.wait(wait * (1 + self._random()) / 2):
                return link, outcome


def connector(url: URL, settings: Sequence[str] = _IN_UTC) -> Connector:
    """Makes connections, each a new one, that give up on a server that has gone and speak of times in UTC."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={name: value for name, value in CONNECTION.items() if name not in url.query},
    )
    event.listen(engine, "connect", partial(_set_up, settings))
    return engine


def _attempt(link: Connection, job: Job) -> Outcome:
    raw: Any = link.connection.dbapi_connection
    # Each statement sees what is committed when it begins, in a transaction or not. So reading does without one, and
    # without its two round trips; what a statement without one may do, `_SETTINGS` says.
    raw.autocommit, raw.read_only = not job.writes, not job.writes
    with link.begin() as whole:
        outcome = job.attempt(link)
        if outcome.error is not None or not job.writes:
            whole.rollback()
        elif raw.info.transaction_status == TransactionStatus.INERROR:
            # The closure swallowed an error. COMMIT would then roll back, and say so to nobody.
            whole.rollback()
            return Outcome(job, error=StoreError(detail="a closure went on after a failed statement"))
    return outcome


def _lost(link: Connection, error: BaseException) -> bool:
    if driver_error(error) is None:
        return False
    code = sqlstate(error)
    raw: Any = None if link.invalidated else link.connection.dbapi_connection
    return raw is None or raw.closed or code in _LOST or code.startswith("08")


def _drop(link: Connection | None) -> None:
    if link is not None:
        link.invalidate()
        link.close()


def _set_up(settings: Sequence[str], raw: Any, _record: Any) -> None:
    raw.autocommit = True
    for setting in settings:
        raw.execute(setting)
    raw.autocommit = False
