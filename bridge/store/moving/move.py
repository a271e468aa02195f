"""The move itself: refuse, copy, compare, keep. Everything is kept or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Table, make_url
from sqlalchemy.exc import ArgumentError

from bridge.model.errors import MoveDiffers, MoveElsewhere, MoveFromElsewhere
from bridge.model.secret import register_secret
from bridge.store.moving.source import Found, Source, has_bytes, opened
from bridge.store.moving.sums import Sum, shortened, sum_up, without_nuls
from bridge.store.moving.target import Target, connected
from bridge.store.tables import POST_NUMBERS

STEP = 2_000
"""Rows between two words about how far it is."""

Tell = Callable[[str, int, int], None]
"""Told what is being done ("Copying post"), how many rows of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class MovedTable:
    """One table, equal on both sides. `checksum`: of all its rows."""

    name: str
    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Move:
    """What was moved: from which file, to which database (without its password). `nuls`: texts that had a NUL in them,
    where � stands now."""

    path: Path
    target: str
    tables: tuple[MovedTable, ...]
    nuls: int

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def move(source: str, target: str, tell: Tell) -> Move:
    """Copies every table of a SQLite file into an empty PostgreSQL database and compares them.

    The file is only read, and no bridge may run on it. The database gets the newest schema, and everything in one
    transaction: interrupted at any moment, it is as it was before. Raises MoveError and its kin, StoreError.
    """
    theirs, ours = _address(target), make_url(source)
    if ours.get_backend_name() != "sqlite":
        raise MoveFromElsewhere
    for secret in (theirs.password, theirs.query.get("password"), theirs.query.get("sslpassword")):
        if secret:
            register_secret(str(secret))
    with opened(ours) as here, connected(theirs) as there:
        there.prepare(here.sealed())
        found = here.survey()
        for one in found:
            there.take(one.table, _told(_rows(here, one), f"Copying {one.table.name}", one.rows, tell))
        _count_on(here, there, [one.table for one in found])
        moved = tuple(_compared(here, there, found, tell))
        there.commit(sum(table.rows for table in moved))
        return Move(here.path, there.name, moved, sum(one.nuls for one in found))


def _address(target: str) -> URL:
    try:
        url = make_url(target.strip())
    except (ArgumentError, ValueError) as error:
        raise MoveElsewhere from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise MoveElsewhere
    return url


def _rows(here: Source, one: Found) -> Iterator[tuple[Any, ...]]:
    rows = here.rows(one.table)
    return without_nuls(rows) if one.nuls else rows


def _count_on(here: Source, there: Target, tables: Iterable[Table]) -> None:
    """What the database itself counts up goes on from the highest ever given: on some platforms a message bears its
    number, and people call an update by its."""
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            there.count_on(there.sequence_of(table, column.name), here.last_id(table, column.name))
    there.count_on(POST_NUMBERS.name, here.last_number())


def _compared(here: Source, there: Target, found: Iterable[Found], tell: Tell) -> Iterator[MovedTable]:
    """Raises MoveDiffers when it has seen them all."""
    different: list[str] = []
    for one in found:
        what = f"Comparing {one.table.name}"
        sent = _sum(one.table, _told(_rows(here, one), what, 2 * one.rows, tell))
        came = _sum(one.table, _told(there.rows(one.table), what, 2 * one.rows, tell, before=one.rows))
        if sent != came:
            different.append(_difference(one.table, sent, came))
        yield MovedTable(one.table.name, came.rows, str(came))
    if different:
        raise MoveDiffers(target=there.name, tables=", ".join(different))


def _sum(table: Table, rows: Iterator[tuple[Any, ...]]) -> Sum:
    return sum_up(shortened(rows) if has_bytes(table) else rows)


def _difference(table: Table, sent: Sum, came: Sum) -> str:
    if sent.rows != came.rows:
        return f"{table.name} has {came.rows:,} of {sent.rows:,} rows"
    return f"{table.name} has another checksum"


def _told(
    rows: Iterator[tuple[Any, ...]], what: str, of: int, tell: Tell, before: int = 0
) -> Iterator[tuple[Any, ...]]:
    done = before
    for done, row in enumerate(rows, before + 1):
        yield row
        if done % STEP == 0:
            tell(what, done, of)
    tell(what, done, of)
