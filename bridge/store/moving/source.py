"""The SQLite bridge that moves: read, never written, and nobody else's meanwhile. So it can be gone back to, and a disk
that is full is no obstacle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, LargeBinary, String, Table
from sqlalchemy.exc import DBAPIError

from bridge.model.errors import MoveRunning, StoreDamaged, StoreMissing, StoreNewer, StoreOlder, StoreOwned
from bridge.store.engines.failures import translate
from bridge.store.engines.ownership import Ownership
from bridge.store.engines.sqlite_link import Link, driver, file_of
from bridge.store.rows import POST
from bridge.store.schema import HEAD, revision
from bridge.store.sql import COUNTER

BUSY_SECONDS = 30.0

TABLES: tuple[Table, ...] = tuple(POST.metadata.sorted_tables)
"""All there are, each after those it points at."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table as it is before the move. `nuls`: texts that PostgreSQL can't keep as they are."""

    table: Table
    rows: int
    nuls: int


class Source:
    """One moment of the database. Rows are tuples as SQLite keeps them, columns in the order of the table's."""

    def __init__(self, link: Link, path: Path) -> None:
        self.path = path
        self._link = link

    def survey(self) -> list[Found]:
        """Every table, in the order of TABLES."""
        return [self._look(table) for table in TABLES]

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows, one at a time; another call ends the one before. Raises StoreDamaged, StoreError."""
        try:
            yield from self._link.sql(f'SELECT {names(table)} FROM "{table.name}"')
        except self._link.Error as error:
            if getattr(error, "sqlite_errorcode", None) is None:  # said by Python's decoder, with the text itself
                raise StoreDamaged(path=self.path, detail=f"a text in {table.name} is not in UTF-8") from None
            raise translate(error, str(self.path)) from error

    def sealed(self) -> list[bytes]:
        """Some encrypted values. No two bridges have an equal one."""
        return [row[0] for row in self._link.sql("SELECT value FROM secret LIMIT 100")]

    def last_id(self, table: Table, column: str) -> int:
        """The highest that was ever given, also to a row that is gone; 0 for none."""
        given = self._one("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", table.name)
        return max(given, self._one(f'SELECT max("{column}") FROM "{table.name}"'))

    def last_number(self) -> int:
        """The highest number of an update, also of one that is gone; 0 for none."""
        gone = self._one(f"SELECT value FROM {COUNTER.name} WHERE name = ?", POST.name)
        return max(gone, self._one(f"SELECT max(number) FROM {POST.name}"))

    def _look(self, table: Table) -> Found:
        texts = [column.name for column in table.columns if isinstance(column.type, String)]
        # As bytes: SQLite's functions on text may stop at a NUL.
        each = [f"sum(coalesce(instr(CAST(\"{name}\" AS BLOB), x'00') > 0, 0))" for name in texts]
        rows, *nuls = self._link.sql(f'SELECT {", ".join(["count(*)", *each])} FROM "{table.name}"').fetchone()
        return Found(table, rows, sum(count or 0 for count in nuls))

    def _one(self, statement: str, *values: str) -> int:
        row = self._link.sql(statement, values).fetchone()
        return (row[0] if row else None) or 0


@contextmanager
def opened(url: URL) -> Iterator[Source]:
    """Holds the file so that no bridge starts on it meanwhile.

    An older schema is refused, not upgraded: that would write into what the move promises only to read.
    Raises MoveRunning, StoreMissing, StoreOlder, StoreNewer, StoreReadOnly, StoreDamaged.
    """
    path = file_of(url)
    if path is None or not path.exists():
        raise StoreMissing(path=path or url.database)
    try:
        held = Ownership(path)
    except StoreOwned as error:
        raise MoveRunning(path=path) from error
    try:
        link = _linked(path)
        try:
            yield Source(link, path)
        finally:
            link.close()
    finally:
        held.release()


def _linked(path: Path) -> Link:
    link: Link | None = None
    try:
        link = Link(path, BUSY_SECONDS, "stranger")
        link.sql("BEGIN")
        found = revision(link.tx)
    except (driver().Error, DBAPIError) as error:
        if link is not None:
            link.close()
        raise translate(error, str(path)) from error
    if found == HEAD:
        return link
    link.close()
    if found is None or found < HEAD:
        raise StoreOlder(found=found or "0000", wanted=HEAD)
    raise StoreNewer(found=found)


def names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def has_bytes(table: Table) -> bool:
    return any(isinstance(column.type, LargeBinary) for column in table.columns)
