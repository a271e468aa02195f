"""The schema's version, copies of a running database, and finding what is broken."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

from bridge.model.errors import (
    BackupElsewhere,
    BackupThere,
    StoreDamaged,
    StoreError,
    StoreNewer,
    StoreOlder,
    StoreReadOnly,
)
from bridge.store.engines.engine import Engine, open_engine
from bridge.store.schema import HEAD, current, upgrade
from bridge.store.upkeep import backup, check


async def test_an_empty_database_is_brought_to_the_newest_schema(engine: Engine) -> None:
    assert await current(engine) is None

    await upgrade(engine)

    assert await current(engine) == HEAD
    assert await check(engine) == []


async def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    await upgrade(engine)
    await upgrade(engine)

    assert await current(engine) == HEAD


async def test_two_processes_may_upgrade_at_once(postgres_url: str) -> None:
    engines = [open_engine(postgres_url) for _ in range(2)]

    await asyncio.gather(*(upgrade(engine) for engine in engines))

    assert await current(engines[0]) == HEAD
    for engine in engines:
        await engine.close()


async def test_a_database_of_a_newer_bridge_is_refused_and_left_alone(engine: Engine) -> None:
    await upgrade(engine)
    await engine.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")).close())

    with pytest.raises(StoreNewer, match="schema 9999"):
        await upgrade(engine)

    assert await current(engine) == "9999"
    assert [type(problem) for problem in await check(engine)] == [StoreNewer]


async def test_a_database_without_a_schema_is_a_problem_with_a_way_out(engine: Engine) -> None:
    [problem] = await check(engine)

    assert isinstance(problem, StoreOlder)
    assert "bridge db upgrade" in str(problem)


def test_head_is_the_one_alembic_knows() -> None:
    config = Config()
    config.set_main_option("script_location", "bridge.store:migrations")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_start_on_the_newest_schema_does_not_import_alembic(sqlite_url: str) -> None:
    async def prepare() -> None:
        engine = open_engine(sqlite_url)
        await upgrade(engine)
        await engine.close()

    asyncio.run(prepare())
    program = f"""
import asyncio, sys
from bridge.store.engines.engine import open_engine
from bridge.store.schema import upgrade
async def start():
    engine = open_engine({sqlite_url!r})
    await upgrade(engine)
    await engine.close()
asyncio.run(start())
print([name for name in ("alembic", "psycopg") if name in sys.modules])
"""
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert output.strip() == "[]"


async def test_a_migration_may_build_a_table_anew_without_losing_what_points_at_it(engine: Engine) -> None:
    def tables(tx: Connection) -> None:
        tx.execute(text("CREATE TABLE parents (id BIGINT PRIMARY KEY)"))
        tx.execute(text("CREATE TABLE children (parent BIGINT REFERENCES parents ON DELETE CASCADE)"))
        tx.execute(text("INSERT INTO parents VALUES (1)"))
        tx.execute(text("INSERT INTO children VALUES (1)"))

    def anew(tx: Connection) -> None:
        tx.execute(text("CREATE TABLE parents2 (id BIGINT PRIMARY KEY, name TEXT)"))
        tx.execute(text("INSERT INTO parents2 SELECT id, 'Ana' FROM parents"))
        tx.execute(text("DROP TABLE parents" + (" CASCADE" if tx.dialect.name == "postgresql" else "")))
        tx.execute(text("ALTER TABLE parents2 RENAME TO parents"))

    await engine.write(tables)

    await engine.reshape(anew)

    assert await engine.read(lambda tx: tx.execute(text("SELECT count(*) FROM children")).scalar_one()) == 1


async def test_a_migration_that_leaves_a_row_pointing_nowhere_is_undone(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)

    def orphan(tx: Connection) -> None:
        tx.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        tx.execute(text("CREATE TABLE children (parent INTEGER REFERENCES parents)"))
        tx.execute(text("INSERT INTO children VALUES (1)"))

    with pytest.raises(StoreDamaged, match="children points at a missing parents"):
        await engine.reshape(orphan)

    assert await engine.read(lambda tx: tx.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()) == 0
    assert await engine.write(lambda tx: tx.exec_driver_sql("PRAGMA foreign_keys").scalar_one()) == 1
    await engine.close()


def insert_pair(n: int) -> Callable[[Connection], None]:
    return lambda tx: tx.execute(text("INSERT INTO pairs VALUES (:n, :n)"), {"n": n}).close()


async def test_a_backup_under_way_is_whole_and_for_its_owner_only(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    await upgrade(engine)
    await engine.write(lambda tx: tx.execute(text("CREATE TABLE pairs (a INTEGER, b INTEGER)")).close())
    done = asyncio.Event()

    async def write_pairs() -> int:
        n = 0
        while not done.is_set():
            n += 1
            await engine.write(insert_pair(n))
        return n

    writing = asyncio.create_task(write_pairs())
    await backup(engine, tmp_path / "copy.db")
    done.set()
    written = await writing

    copy = open_engine(f"sqlite:///{tmp_path}/copy.db", read_only=True)
    assert await check(copy) == []
    counts = await copy.read(lambda tx: tuple(tx.execute(text("SELECT count(*), max(a) FROM pairs")).one()))
    assert counts in {(n, n or None) for n in range(written + 1)}
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert not [name for name in await asyncio.to_thread(os.listdir, tmp_path) if name.startswith(".copy")]
    await copy.close()
    await engine.close()


async def test_a_backup_never_overwrites(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    (tmp_path / "precious").write_text("mine")

    with pytest.raises(BackupThere, match="precious"):
        await backup(engine, tmp_path / "precious")

    assert (tmp_path / "precious").read_text() == "mine"
    await engine.close()


async def test_a_backup_into_a_place_that_is_not_there_says_so(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)

    with pytest.raises(StoreReadOnly, match="nowhere"):
        await backup(engine, tmp_path / "nowhere" / "copy.db")

    await engine.close()


async def test_a_backup_of_postgresql_names_the_command_and_keeps_the_password(postgres_url: str) -> None:
    secret = make_url(postgres_url).set(password="hunter2").render_as_string(hide_password=False)
    engine = open_engine(secret)

    with pytest.raises(BackupElsewhere) as caught:
        await backup(engine, Path("my backup.dump"))

    assert "pg_dump --format=custom '--file=my backup.dump' " in str(caught.value)
    assert "hunter2" not in str(caught.value)
    await engine.close()


async def test_a_damaged_file_is_noticed(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    await upgrade(engine)
    await engine.write(lambda tx: tx.execute(text("CREATE TABLE words (w TEXT UNIQUE)")).close())
    await engine.write(
        lambda tx: tx.execute(text("INSERT INTO words VALUES (:w)"), [{"w": "x" * n} for n in range(999)]).close()
    )
    await engine.close()
    file = tmp_path / "bridge.db"
    data = bytearray(file.read_bytes())
    data[-3 * 4096 : -4096] = b"\x55" * (2 * 4096)
    file.write_bytes(data)

    engine = open_engine(sqlite_url)
    try:
        problems = await check(engine)
    except StoreError as error:
        problems = [error]

    assert isinstance(problems[0], StoreDamaged)
    await engine.close()


async def test_a_row_that_points_nowhere_is_noticed(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    await upgrade(engine)

    def orphan(tx: Connection) -> None:
        tx.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        tx.execute(text("CREATE TABLE children (parent INTEGER)"))
        tx.execute(text("INSERT INTO children VALUES (1)"))
        tx.exec_driver_sql("PRAGMA writable_schema = ON")
        tx.execute(
            text(
                "UPDATE sqlite_master SET sql = 'CREATE TABLE children (parent INTEGER REFERENCES parents)' "
                "WHERE name = 'children'"
            )
        )
        tx.exec_driver_sql("PRAGMA writable_schema = OFF")

    await engine.write(orphan)
    await engine.close()
    engine = open_engine(sqlite_url)

    [problem] = await check(engine)

    assert "children points at a missing parents" in str(problem)
    await engine.close()
