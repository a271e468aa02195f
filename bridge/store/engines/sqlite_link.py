"""One connection to a SQLite file, set up for its task; which SQLite that is. Threads and grouping live in `sqlite`."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast

from sqlalchemy import URL, Connection, NullPool, create_engine

from bridge.model.errors import StoreFull, StoreMissing, StoreReadOnly
from bridge.store.engines.ballast import Ballast
from bridge.store.engines.failures import translate

Role = Literal["writer", "reader", "stranger"]
"""A stranger reads a file whose owner is another process, or nobody."""

_PRAGMAS: dict[Role, tuple[str, ...]] = {
    "writer": ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "journal_size_limit = 67108864"),
    # Only the writer may checkpoint: two that do can corrupt the file (https://www.sqlite.org/wal.html, section 11).
    "reader": ("query_only = ON", "wal_autocheckpoint = 0"),
    "stranger": ("query_only = ON", "wal_autocheckpoint = 0"),
}
CACHE_KIB = 4096
"""Of pages that a connection remembers. The writer's fill up as it meets them; a reader begins anew after each change
(sqlite.org, pager.c: pagerBeginReadTransaction)."""


def driver() -> ModuleType:
    """The newer SQLite of the `pysqlite3` wheel where there is one, else Python's own."""
    try:
        import pysqlite3 as sqlite
    except ImportError:
        import sqlite3 as sqlite
    module: ModuleType = sqlite
    return module


def sqlite_version_note() -> tuple[str, bool]:
    """Which SQLite is in use, e.g. "SQLite 3.53.4 (pysqlite3)", and whether it has the WAL-reset bug.

    That bug can corrupt a file on which two connections checkpoint in the same instant; it was fixed in 3.51.3, 3.50.7
    and 3.44.6 (https://www.sqlite.org/wal.html). One owner and one writer keep us clear of it.
    """
    module = driver()
    version = module.sqlite_version
    return f"SQLite {version} ({module.__name__})", has_wal_reset_bug(version)


def has_wal_reset_bug(version: str) -> bool:
    """Whether SQLite `version`, e.g. "3.40.1", has the bug named above."""
    parts = tuple(int(part) for part in version.split("."))
    fixed_branch = (3, 50, 7) <= parts < (3, 51) or (3, 44, 6) <= parts < (3, 45)
    return (3, 7) <= parts < (3, 51, 3) and not fixed_branch


def file_of(url: URL) -> Path | None:
    """The file a `sqlite:///` URL names; None if it names a database in memory."""
    if url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).absolute()


def prepare_folder(folder: Path) -> None:
    """Makes the folder (0700) if it is missing. Raises StoreReadOnly."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(path=folder) from error


def prepare_file(file: Path) -> None:
    """Makes an empty file (0600; SQLite gives its logs the same mode) if there is none. Raises StoreReadOnly."""
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        # Asked, not opened: closing it would drop the locks SQLite may hold on it in this process.
        # SQLite itself would open it to read, and say so at the first write only.
        if not os.access(file, os.W_OK):
            raise StoreReadOnly(path=file) from None
    except OSError as error:
        raise StoreReadOnly(path=file.parent) from error


def first_link(file: Path, busy_seconds: float, ballast: Ballast) -> Link:
    """The writer's: with it come files of SQLite's own, for which there may be no room."""
    try:
        return Link(file, busy_seconds, "writer")
    except driver().Error as error:
        if not isinstance(translate(error, str(file)), StoreFull) or not ballast.give_up():
            raise
    return Link(file, busy_seconds, "writer")


class Link:
    """One connection. Transactions are begun and ended by `sql`, so SQLAlchemy's `tx` believes in an endless one.

    Only one thread may use it at a time.
    """

    def __init__(self, file: Path, busy_seconds: float, role: Role) -> None:
        if role == "stranger" and not file.exists():
            raise StoreMissing(path=file)
        module = driver()
        self.Error: type[Exception] = module.Error
        self._role = role
        address = f"{file.as_uri()}?mode={'ro' if role == 'stranger' else 'rw'}"
        self._engine = create_engine(
            "sqlite://",
            module=module,
            poolclass=NullPool,
            creator=lambda: module.connect(
                address, uri=True, isolation_level=None, check_same_thread=False, timeout=busy_seconds
            ),
        )
        self._open()

    def _open(self) -> None:
        self.tx: Connection = self._engine.connect()
        try:
            self._raw: Any = cast(Any, self.tx.connection.dbapi_connection)
            self.sql = self._raw.cursor().execute
            for pragma in (*_PRAGMAS[self._role], "temp_store = MEMORY", f"cache_size = -{CACHE_KIB}"):
                self.sql(f"PRAGMA {pragma}").fetchall()
            self.sql("SELECT 1 FROM sqlite_master").fetchall()  # what is no database says so now
            self.tx.begin()
        except BaseException:
            self.close()
            raise

    def undo(self) -> None:
        """Rolls back what is open, if something is."""
        if self._raw.in_transaction:
            self.sql("ROLLBACK")

    def close(self) -> None:
        self.tx.invalidate()
        self.tx.close()

    def reopen(self) -> None:
        self.close()
        self._open()
