"""What is kept free for a full disk: taken up, given up once, taken up again; what it lets through meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import Connection

from bridge.model.errors import StoreFull
from bridge.store.engines import ballast
from bridge.store.engines.ballast import MEGABYTE, Ballast, Room, ballast_of
from bridge.store.engines.engine import Engine, open_engine
from bridge.store.engines.sqlite_link import driver
from bridge.store.tx import SqlStore

SIZE = 4 * MEGABYTE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return ballast_of(tmp_path / "bridge.db")


def disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """From now on the disk has so many bytes free."""
    look = ballast.room

    def told(file: Path, most: int) -> Room:
        found = look(file, most)
        return Room(free, found.kept, found.wanted)

    monkeypatch.setattr(ballast, "room", told)


def test_it_really_takes_up_room(file: Path) -> None:
    kept = Ballast(file.with_name("bridge.db"), SIZE)

    assert kept.make()
    assert kept.there
    assert file.stat().st_blocks * 512 >= SIZE
    assert file.stat().st_mode & 0o777 == 0o600

    assert kept.give_up()
    assert not kept.there
    assert not file.exists()
    assert not kept.give_up(), "there is nothing more to give"


def test_it_is_not_made_where_it_would_be_what_fills_the_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(monkeypatch, 2 * SIZE - 1)
    kept = Ballast(file.with_name("bridge.db"), SIZE)

    assert not kept.make()
    assert not kept.there
    assert not file.exists()


def test_on_a_small_disk_it_is_small_but_large_enough_for_sqlites_log(file: Path) -> None:
    whole = os.statvfs(file.parent)

    assert ballast.room(file, 1 << 60).wanted == max(ballast.LEAST, whole.f_blocks * whole.f_frsize // ballast.SHARE)


def test_none_is_made_where_none_is_wanted(file: Path) -> None:
    kept = Ballast(file.with_name("bridge.db"), 0)

    assert kept.make()
    assert kept.there
    assert not kept.room().short()
    assert not file.exists()


def test_room_is_short_only_while_it_is_gone_and_nothing_is_free() -> None:
    assert not Room(free=0, kept=SIZE, wanted=SIZE).short()
    assert Room(free=SIZE - 1, kept=0, wanted=SIZE).short()
    assert not Room(free=SIZE, kept=0, wanted=SIZE).short()
    assert not Room(free=0, kept=0, wanted=SIZE).short(inside=SIZE)


def there(file: Path) -> bool:
    return file.exists()


def run(engine: Engine, sql: str) -> Any:
    return engine.write(lambda conn: conn.exec_driver_sql(sql).close())


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/bridge.db", ballast_bytes=SIZE)
    yield engine
    await engine.close()


def full_while(file: Path) -> Callable[[Connection], str]:
    """A closure that the disk has no room for as long as a file is there."""

    def fn(conn: Connection) -> str:
        if file.exists():
            error: Any = driver().OperationalError("database or disk is full")
            error.sqlite_errorcode = 13
            raise error
        return "done"

    return fn


async def test_what_a_full_disk_refused_is_done_with_the_room_that_was_kept(engine: Engine, file: Path) -> None:
    assert there(file)

    assert await engine.write(full_while(file)) == "done"

    assert not there(file)


async def test_what_the_kept_room_does_not_help_is_refused(engine: Engine, file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreFull):
        await engine.write(full_while(tmp_path))

    assert not there(file)


async def test_there_is_room_again_once_the_disk_has_some(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlStore(engine)
    await engine.write(full_while(file))
    with monkeypatch.context() as full:
        disk(full, 0)
        assert not await store.spacious()
        assert not there(file)

    assert await store.spacious()

    assert there(file)


async def test_room_within_the_database_counts(engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqlStore(engine)
    await run(engine, "CREATE TABLE ballast (data BLOB)")
    await run(engine, f"INSERT INTO ballast VALUES (zeroblob({2 * SIZE}))")
    await engine.write(full_while(file))
    disk(monkeypatch, 0)
    assert not await store.spacious()

    await run(engine, "DELETE FROM ballast")

    assert await store.spacious(), "what was deleted makes room, though the disk got none back"


@pytest.fixture
def tiny(tmp_path: Path, missing: Callable[[str, str], NoReturn]) -> Iterator[Path]:
    """A disk of 64 MiB of its own."""
    if os.getuid() or not shutil.which("mount"):
        missing("root", "only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", folder], capture_output=True)
    if mounted.returncode:
        missing("mount", mounted.stderr.decode().strip())
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> None:
    """Not a byte is left."""
    with (folder / "filler").open("ab", buffering=0) as out:
        for size in (MEGABYTE, 4096, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue


async def test_on_a_disk_that_is_really_full_what_is_old_goes_and_what_waits_is_written(tiny: Path) -> None:
    engine = open_engine(f"sqlite:///{tiny}/bridge.db", ballast_bytes=64 * MEGABYTE)
    store, kept = SqlStore(engine), ballast_of(tiny / "bridge.db")
    await run(engine, "CREATE TABLE note (id INTEGER PRIMARY KEY, data BLOB)")
    for _ in range(30):
        await run(engine, "INSERT INTO note (data) VALUES (randomblob(500000))")
    assert there(kept)
    fill(tiny)
    assert await store.spacious()

    while there(kept):  # as long as there is room in SQLite's log, nobody notices
        await run(engine, "INSERT INTO note (data) VALUES (zeroblob(9000))")
    assert not await store.spacious()
    await run(engine, "DELETE FROM note WHERE length(data) = 500000")

    assert await store.spacious(), "of what was deleted there is room within the database"
    assert not there(kept)
    (tiny / "filler").unlink()
    assert await store.spacious()
    assert there(kept)
    await engine.close()
