"""Looking after a database: a copy of it while it runs, and whether it is sound."""

from __future__ import annotations

import asyncio
import errno
import os
import shlex
import tempfile
from pathlib import Path

from sqlalchemy import Connection

from bridge.model.errors import (
    BackupElsewhere,
    BackupThere,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNewer,
    StoreOlder,
    StoreReadOnly,
)
from bridge.store.engines.engine import Engine
from bridge.store.engines.failures import translate
from bridge.store.engines.sqlite_link import Link, file_of
from bridge.store.schema import HEAD, current

_PROBLEMS_SHOWN = 20


async def backup(engine: Engine, file: Path) -> None:
    """Writes a consistent copy of a SQLite database to `file` (mode 0600) while others go on writing.

    The file appears only when it is whole. Raises BackupThere if it exists, BackupElsewhere (with the command to run)
    on PostgreSQL, StoreFull, StoreReadOnly.
    """
    source = file_of(engine.url) if engine.dialect == "sqlite" else None
    if source is None:
        raise BackupElsewhere(command=_pg_dump(engine, file))
    try:
        await asyncio.to_thread(_copy, source, file)
    except OSError as error:
        failure = StoreFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StoreReadOnly
        raise failure(path=file.parent) from error


def _pg_dump(engine: Engine, file: Path) -> str:
    url = engine.url.set(drivername="postgresql", password=None)
    return shlex.join(["pg_dump", "--format=custom", f"--file={file}", url.render_as_string()])


def _copy(source: Path, file: Path) -> None:
    if file.exists():
        raise BackupThere(path=file)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # made with mode 0600
    part = Path(name)
    try:
        link = Link(source, 30.0, "stranger")
        try:
            link.sql("PRAGMA query_only = OFF")  # it forbids VACUUM INTO; the file stays opened read-only
            link.sql("VACUUM INTO ?", (name,))
        except link.Error as error:
            raise translate(error, str(file)) from error
        finally:
            link.close()
        os.fsync(handle)  # VACUUM INTO leaves that to us
        try:
            os.link(part, file)  # unlike a rename it never overwrites
        except FileExistsError:
            raise BackupThere(path=file) from None
        except OSError:  # a file system without links, as on a USB stick
            part.replace(file)
        _sync_folder(file.parent)
    finally:
        part.unlink(missing_ok=True)
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def wal_bytes(engine: Engine) -> int:
    """Size of SQLite's write-ahead log; 0 where there is none."""
    if engine.dialect != "sqlite":
        return 0
    try:
        return Path(f"{file_of(engine.url)}-wal").stat().st_size
    except OSError:
        return 0


async def check(engine: Engine) -> list[StoreError]:
    """What is wrong with the database, the gravest first; empty if it is sound. On PostgreSQL: its schema only."""
    problems: list[StoreError] = []
    if engine.dialect == "sqlite":
        path = file_of(engine.url)
        problems += [StoreDamaged(path=path, detail=detail) for detail in await engine.read(_unsound)]
    found = await current(engine)
    if found is None or found < HEAD:
        problems.append(StoreOlder(found=found or "0000", wanted=HEAD))
    elif found > HEAD:
        problems.append(StoreNewer(found=found))
    return problems


def _unsound(tx: Connection) -> list[str]:
    quick = [str(row[0]) for row in tx.exec_driver_sql(f"PRAGMA quick_check({_PROBLEMS_SHOWN})")]
    if quick != ["ok"]:
        return quick
    orphans = tx.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_PROBLEMS_SHOWN)
    return [f"a row of {table} points at a missing {parent}" for table, _, parent, _ in orphans]
