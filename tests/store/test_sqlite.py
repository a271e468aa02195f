"""What only SQLite does: commits in groups, one owner, a file that can be full or closed to us."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, text

from bridge.model.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreMissing,
    StoreOwned,
    StoreReadOnly,
)
from bridge.store.engines.engine import Engine, open_engine
from bridge.store.engines.sqlite import GROUP, SqliteEngine
from bridge.store.engines.sqlite_link import driver, has_wal_reset_bug, sqlite_version_note


@pytest.fixture
async def engine(sqlite_url: str) -> AsyncIterator[Engine]:
    opened = open_engine(sqlite_url)
    for statement in (
        "CREATE TABLE authors (id INTEGER PRIMARY KEY)",
        # deferred, so that only COMMIT finds out
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, "
        "author INTEGER REFERENCES authors DEFERRABLE INITIALLY DEFERRED)",
    ):
        await opened.write(do(statement))
    yield opened
    await opened.close()


def do(statement: str) -> Callable[[Connection], None]:
    return lambda tx: tx.exec_driver_sql(statement).close()


class Held:
    """`async with Held(engine)`: the writer is busy, so that what is queued inside is taken together afterwards."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begun, self._go_on = threading.Event(), threading.Event()

    def _hold(self, tx: Connection) -> None:
        self._begun.set()
        assert self._go_on.wait(10)

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._engine.write(self._hold))
        assert await asyncio.to_thread(self._begun.wait, 10)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.sleep(0)  # one turn of the loop: what was started inside stands in the queue
        self._go_on.set()
        await self._task


def add(note: int, *, author: int | None = None, body: str = "") -> Callable[[Connection], int]:
    def fn(tx: Connection) -> int:
        tx.execute(text("INSERT INTO notes VALUES (:id, :body, :author)"), {"id": note, "body": body, "author": author})
        return note

    return fn


def all_notes(tx: Connection) -> list[int]:
    return list(tx.execute(text("SELECT id FROM notes ORDER BY id")).scalars())


def database_of(engine: Engine) -> str:
    return str(make_url(engine.url).database)


def driver_of(tx: Connection) -> Any:
    return tx.connection.dbapi_connection


async def spy(engine: Engine) -> list[str]:
    """Every statement the writer executes from now on."""
    said: list[str] = []
    await engine.write(lambda tx: driver_of(tx).set_trace_callback(said.append))
    said.clear()
    return said


async def test_what_is_queued_shares_a_commit(engine: Engine) -> None:
    said = await spy(engine)

    async with Held(engine):
        tasks = [asyncio.create_task(engine.write(add(n))) for n in range(GROUP + 20)]

    assert await asyncio.gather(*tasks) == list(range(GROUP + 20))
    assert said.count("COMMIT") == 3, "one for the closure that held the writer, one for a full group, one for the rest"


async def test_a_lonely_closure_needs_no_savepoint(engine: Engine) -> None:
    said = await spy(engine)

    await engine.write(add(1))

    assert said[0] == "BEGIN IMMEDIATE"
    assert said[-1] == "COMMIT"
    assert not any(statement.startswith("SAVEPOINT") for statement in said)


async def test_results_come_only_after_commit(engine: Engine) -> None:
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[int]] = []
    done_too_early: list[bool] = []

    async def look() -> None:
        for _ in range(3):  # turns of the loop: what was settled would be known
            await asyncio.sleep(0)
        done_too_early.extend(task.done() for task in tasks)

    def when(statement: str) -> None:  # called by the writer as the statement begins
        if statement == "COMMIT":
            asyncio.run_coroutine_threadsafe(look(), loop).result(10)

    await engine.write(lambda tx: driver_of(tx).set_trace_callback(when))
    async with Held(engine):
        tasks += [asyncio.create_task(engine.write(add(n))) for n in range(20)]
    await asyncio.gather(*tasks)
    await engine.write(add(20))

    assert done_too_early[:40] == [False] * 40, "at the holder's COMMIT, and at the group's"
    assert done_too_early[40:] == [True] * 20


async def test_if_commit_fails_each_runs_again_alone_and_only_the_guilty_one_hears_of_it(engine: Engine) -> None:
    said = await spy(engine)

    async with Held(engine):
        tasks = [asyncio.create_task(engine.write(add(n, author=404 if n == 3 else None))) for n in range(6)]
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(results[3], StoreError)
    assert [result for n, result in enumerate(results) if n != 3] == [0, 1, 2, 4, 5]
    assert await engine.read(all_notes) == [0, 1, 2, 4, 5]
    assert said.count("BEGIN IMMEDIATE") == 1 + 1 + 6, "the holder, the group, and each alone"


async def test_a_closure_that_ends_the_transaction_harms_only_itself(engine: Engine) -> None:
    def rude(tx: Connection) -> None:
        tx.exec_driver_sql("ROLLBACK")

    async with Held(engine):
        tasks = [asyncio.create_task(engine.write(fn)) for fn in (add(1), rude, add(2))]
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert results[0] == 1
    assert isinstance(results[1], StoreError)
    assert results[2] == 2
    assert await engine.read(all_notes) == [1, 2]


async def test_a_full_disk_says_so_loses_nothing_and_is_forgotten_when_there_is_room(engine: Engine) -> None:
    await engine.write(add(1))
    pages = await engine.write(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    await engine.write(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}").close())

    async with Held(engine):
        tasks = [
            asyncio.create_task(engine.write(fn)) for fn in (add(2), add(3, body="x" * 100_000), add(4, body="short"))
        ]
    small, large, small_too = await asyncio.gather(*tasks, return_exceptions=True)

    assert (small, small_too) == (2, 4)
    assert isinstance(large, StoreFull)
    assert await engine.read(all_notes) == [1, 2, 4]

    await engine.write(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count = 100000").close())
    assert await engine.write(add(3, body="x" * 100_000)) == 3


async def test_somebody_else_s_lock_is_waited_for_then_named(sqlite_url: str, engine: Engine) -> None:
    await engine.close()
    impatient = SqliteEngine(make_url(sqlite_url), busy_seconds=0.0)
    other = driver().connect(database_of(impatient), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusy):
        await impatient.write(add(1))
    other.execute("ROLLBACK")

    assert await impatient.write(add(1)) == 1
    other.close()
    await impatient.close()


async def test_a_reader_sees_one_moment(engine: Engine) -> None:
    looked, go_on = threading.Event(), threading.Event()

    def twice(tx: Connection) -> tuple[list[int], list[int]]:
        before = all_notes(tx)
        looked.set()
        assert go_on.wait(10)
        return before, all_notes(tx)

    reading = asyncio.create_task(engine.read(twice))
    await asyncio.to_thread(looked.wait, 10)
    await engine.write(add(1))
    go_on.set()

    assert await reading == ([], [])


async def test_the_writer_survives_its_own_connection(engine: Engine) -> None:
    def cut(tx: Connection) -> None:
        driver_of(tx).close()

    with pytest.raises(StoreError):
        await engine.write(cut)
    await asyncio.gather(engine.write(add(1)), return_exceptions=True)

    assert await engine.write(add(2)) == 2


async def test_the_settings_that_keep_what_was_acknowledged(engine: Engine) -> None:
    def settings(tx: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only", "wal_autocheckpoint")
        return [tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    full, on = 2, 1
    assert await engine.write(settings) == ["wal", full, on, 0, 1000]
    assert (await engine.read(settings))[3:] == [on, 0], "readers neither write nor checkpoint"


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "bridge.db"
    engine = open_engine(f"sqlite:///{file}")
    await engine.write(lambda tx: tx.exec_driver_sql("CREATE TABLE t (x)").close())

    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}

    assert modes == dict.fromkeys(("bridge.db", "bridge.db-wal", "bridge.db-shm", "bridge.db.lock"), 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    await engine.close()


OPEN_IN_ANOTHER_PROCESS = """
import asyncio, os, sys
from bridge.model.errors import StoreError
from bridge.store.engines.engine import open_engine
import bridge.store.engines.sqlite
if os.geteuid() == 0 and sys.argv[2] == "nobody":
    os.setuid(65534)
try:
    engine = open_engine(sys.argv[1])
    asyncio.run(engine.close())
    print("opened")
except StoreError as error:
    print(type(error).__name__, error)
"""


def opened_by_another_process(url: str, who: str = "me") -> str:
    command = [sys.executable, "-c", OPEN_IN_ANOTHER_PROCESS, url, who]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=30).stdout.strip()


async def test_a_second_process_is_refused_until_the_first_lets_go(engine: Engine, sqlite_url: str) -> None:
    answer = await asyncio.to_thread(opened_by_another_process, sqlite_url)

    assert answer.startswith("StoreOwned Another bridge already runs on")
    assert database_of(engine) in answer

    await engine.close()
    assert await asyncio.to_thread(opened_by_another_process, sqlite_url) == "opened"


async def test_a_second_engine_in_this_process_is_refused_too(engine: Engine, sqlite_url: str) -> None:
    with pytest.raises(StoreOwned):
        open_engine(sqlite_url)

    assert await engine.write(add(1)) == 1


async def test_a_stranger_may_read_while_the_owner_writes(engine: Engine, sqlite_url: str) -> None:
    stranger = open_engine(sqlite_url, read_only=True)
    await engine.write(add(1))

    assert await stranger.read(all_notes) == [1]
    with pytest.raises(StoreReadOnly):
        await stranger.write(add(2))

    await stranger.close()
    await engine.close()
    alone = open_engine(sqlite_url, read_only=True)
    assert await alone.read(all_notes) == [1]
    await alone.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach; those of pytest are the tester's own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_folder_closed_to_us_is_named(open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o555)

    answer = opened_by_another_process(f"sqlite:///{open_folder}/closed/bridge.db", "nobody")

    assert answer.startswith(f"StoreReadOnly The database can't be written: {open_folder}/closed is read-only.")


@pytest.mark.parametrize("made_before", [True, False])
def test_a_file_that_cannot_be_written_is_named(open_folder: Path, made_before: bool) -> None:
    folder = open_folder / "open"
    folder.mkdir()
    folder.chmod(0o777)
    file = folder / "bridge.db"
    if made_before:
        asyncio.run(open_engine(f"sqlite:///{file}").close())
        (folder / "bridge.db.lock").chmod(0o666)
    file.touch()
    file.chmod(0o444)

    answer = opened_by_another_process(f"sqlite:///{file}", "nobody")

    assert answer.startswith(f"StoreReadOnly The database can't be written: {file} is read-only.")


@pytest.mark.parametrize("place", ["file/bridge.db", "file/deeper/bridge.db", "folder"])
def test_a_place_that_can_hold_no_file_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()

    with pytest.raises(StoreReadOnly, match=str(tmp_path)):
        open_engine(f"sqlite:///{tmp_path}/{place}")


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_no_database_is_refused_and_let_go(tmp_path: Path, read_only: bool) -> None:
    file = tmp_path / "bridge.db"
    file.write_bytes(b"these are my holiday plans, please keep them" * 100)

    for _ in range(2):  # the second time would say "owned" if the first had kept the lock
        with pytest.raises(StoreDamaged, match="file is not a database"):
            open_engine(f"sqlite:///{file}", read_only=read_only)

    assert file.read_bytes().startswith(b"these are my holiday plans")


def test_reading_where_nothing_is_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"bridge\.db"):
        open_engine(f"sqlite:///{tmp_path}/bridge.db", read_only=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        *((version, True) for version in ("3.40.1", "3.44.5", "3.45.0", "3.50.6", "3.51.0", "3.51.2")),
        *((version, False) for version in ("3.6.23", "3.44.6", "3.50.7", "3.51.3", "3.53.4", "4.0.0")),
    ],
)
def test_which_sqlite_has_the_wal_reset_bug(version: str, bug: bool) -> None:
    assert has_wal_reset_bug(version) is bug


def test_the_note_names_the_sqlite_in_use() -> None:
    note, bug = sqlite_version_note()

    assert driver().sqlite_version in note
    assert bug is has_wal_reset_bug(driver().sqlite_version)
