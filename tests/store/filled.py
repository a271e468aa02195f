"""A SQLite database with rows in every table that there is, also in one that is added tomorrow: every column by its
type, with the values that are hard to carry over."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table
from sqlalchemy.types import TypeDecorator

from bridge.store.engines.sqlite_link import driver
from bridge.store.moving.source import TABLES
from bridge.store.tx import open_store

TEXTS = (
    "",
    "\\N",
    "\\.",
    "a\tb\nc\r\\d \"e\" 'f' {g} %s %%",
    "Größer, 本日休業, שלום, 👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "\x01\x7f\u2028\u202e\ufeff\ue000\U0010ffff",
    "x" * 1_000 + "é" * 1_000,
)
BYTES = (b"", b"\x00\xff\\x", bytes(range(256)) * 1_000)
BIG = (2**63 - 1, -(2**63), 0, 1_763_978_400_000_001)
SMALL = (2**31 - 1, -(2**31), 0)
ROWS = len(TEXTS)
COUNTED_WITH = {("lane", "due"), ("lane", "backlog")}
"""An index adds them up, so neither is near the end of what there is."""


def filled(url: str) -> None:
    """So many rows in each table: those numbered 1 point at those numbered 1, and so on."""
    asyncio.run(made(url))
    with closing(driver().connect(file_of(url), isolation_level=None)) as raw:
        for table in TABLES:
            raw.executemany(insert(table, "?"), [row(table, number) for number in range(1, ROWS + 1)])
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def insert(table: Table, mark: str) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join([mark] * len(table.columns))})'


def row(table: Table, number: int) -> list[Any]:
    """In the order of the table's columns."""
    return [_value(table, column, number) for column in table.columns]


async def made(url: str) -> None:
    store = open_store(url)
    await store.upgrade()
    await store.close()


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _value(table: Table, column: Column[Any], row: int) -> Any:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    alone = column.primary_key or column.foreign_keys or _is_unique(table, column)
    if isinstance(kind, Boolean):
        return row % 2
    if isinstance(kind, LargeBinary):
        return BYTES[row % len(BYTES)]
    if isinstance(kind, Integer):
        if alone:
            return row
        if (table.name, column.name) in COUNTED_WITH:
            return row * 1_000_000
        return None if column.nullable and row == 1 else _one_of(BIG if isinstance(kind, BigInteger) else SMALL, row)
    if column.nullable and row == 1:
        return None
    text = TEXTS[row % len(TEXTS)]
    # An index holds a third of a page at most.
    return f"{row} {text[:500]}" if alone or _is_indexed(table, column) else text


def _one_of(values: tuple[int, ...], row: int) -> int:
    return values[row % len(values)]


def _is_unique(table: Table, column: Column[Any]) -> bool:
    return bool(column.unique) or any(index.unique and column.name in index.columns for index in table.indexes)


def _is_indexed(table: Table, column: Column[Any]) -> bool:
    return any(column.name in index.columns for index in table.indexes)
