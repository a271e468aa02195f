"""What only PostgreSQL does: connections that die, transactions that collide."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ProgrammingError

from bridge.model.errors import StoreError, StoreReadOnly
from bridge.store.engines.engine import Engine, open_engine
from bridge.store.engines.postgres import PostgresEngine


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[Engine]:
    opened = open_engine(postgres_url)
    await opened.write(lambda tx: tx.execute(text("CREATE TABLE notes (id INT PRIMARY KEY, body TEXT)")).close())
    await opened.write(lambda tx: tx.execute(text("INSERT INTO notes VALUES (1, ''), (2, '')")).close())
    yield opened
    await opened.close()


def read_notes(tx: Connection) -> list[str]:
    return list(tx.execute(text("SELECT body FROM notes ORDER BY id")).scalars())


@pytest.mark.parametrize("moment", ["before", "midway"])
async def test_a_killed_connection_is_replaced_and_the_closure_runs_again(
    engine: Engine, postgres: psycopg.Connection, moment: str
) -> None:
    runs: list[int] = []

    def fn(tx: Connection) -> int:
        pid: int = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        if moment == "midway":
            tx.execute(text("UPDATE notes SET body = body || 'x' WHERE id = 1"))
        runs.append(pid)
        if len(runs) == 1:
            # with a time to wait, it returns only when that backend is gone
            assert postgres.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchone() == (True,)
        if moment == "before":
            tx.execute(text("UPDATE notes SET body = body || 'x' WHERE id = 1"))
        return pid

    last = await engine.write(fn)

    assert len(runs) == 2
    assert last == runs[1] != runs[0]
    assert await engine.read(read_notes) == ["x", ""]


async def test_connections_killed_while_idle_are_not_noticed_by_anybody(
    engine: Engine, postgres: psycopg.Connection
) -> None:
    pids = {await engine.read(lambda tx: tx.execute(text("SELECT pg_backend_pid()")).scalar_one()) for _ in range(20)}

    for pid in pids:
        postgres.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    for _ in range(20):
        assert await engine.read(read_notes) == ["", ""]


async def test_a_deadlock_is_resolved_by_running_again(engine: Engine) -> None:
    met = threading.Barrier(2)
    runs: list[int] = []

    def fn(first: int, second: int) -> Callable[[Connection], None]:
        def inner(tx: Connection) -> None:
            runs.append(first)
            tx.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            tx.execute(text("UPDATE notes SET body = body || 'x' WHERE id = :id"), {"id": first})
            if len(runs) <= 2:
                met.wait(10)
            tx.execute(text("UPDATE notes SET body = body || 'y' WHERE id = :id"), {"id": second})

        return inner

    await asyncio.gather(engine.write(fn(1, 2)), engine.write(fn(2, 1)))

    assert len(runs) == 3
    assert sorted("".join(await engine.read(read_notes))) == ["x", "x", "y", "y"]


async def test_of_two_that_make_the_same_at_once_the_second_finds_it_made(engine: Engine) -> None:
    met = threading.Barrier(2)
    runs: list[str] = []

    def fn(tx: Connection) -> str:
        if tx.execute(text("SELECT body FROM notes WHERE id = 3")).first():
            return "found"
        runs.append("looked")
        if len(runs) <= 2:
            met.wait(10)
        tx.execute(text("INSERT INTO notes VALUES (3, 'new')"))
        return "made"

    assert sorted(await asyncio.gather(engine.write(fn), engine.write(fn))) == ["found", "made"]


async def test_who_stands_still_in_a_transaction_locks_nobody_out(
    engine: Engine, postgres: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.store.engines.postgres.STANDS_STILL", timedelta(milliseconds=50))
    runs: list[int] = []

    def fn(tx: Connection) -> None:
        pid: int = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        tx.execute(text("UPDATE notes SET body = body || 'x' WHERE id = 1"))
        runs.append(pid)
        if len(runs) == 1:
            # Not a word more, as if its process had been stopped, until the server has had enough of it.
            gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
            for _ in range(500):
                if postgres.execute(gone, (pid,)).fetchone() == (0,):
                    break
                threading.Event().wait(0.01)

    await asyncio.wait_for(engine.write(fn), 10)

    assert len(runs) == 2
    assert await engine.read(read_notes) == ["x", ""]


async def test_a_swallowed_database_error_is_no_silent_rollback(engine: Engine) -> None:
    def fn(tx: Connection) -> str:
        tx.execute(text("UPDATE notes SET body = 'acknowledged'"))
        try:
            tx.execute(text("SELECT nonsense"))
        except ProgrammingError:
            return "fine"
        return "odd"

    with pytest.raises(StoreError):
        await engine.write(fn)

    assert await engine.read(read_notes) == ["", ""]


async def test_a_server_that_is_gone_gives_a_sentence_in_the_end(postgres_url: str) -> None:
    nobody = make_url(postgres_url).set(host="127.0.0.1", port=1)
    gone = PostgresEngine(nobody, random_=lambda: -1.0)  # waits of no length

    with pytest.raises(StoreError, match="didn't answer"):
        await gone.read(read_notes)

    await gone.close()


async def test_times_come_back_in_utc(engine: Engine) -> None:
    zone = await engine.read(lambda tx: tx.execute(text("SHOW TIME ZONE")).scalar_one())

    assert zone == "UTC"


async def test_opened_to_read_only_it_refuses_to_write(postgres_url: str) -> None:
    engine = open_engine(postgres_url, read_only=True)

    with pytest.raises(StoreReadOnly):
        await engine.write(lambda tx: None)

    await engine.close()
