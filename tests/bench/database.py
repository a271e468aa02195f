"""Databases to measure on: empty, upgraded, gone afterwards. Rows go in past the store, as fast as the driver can."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Table, make_url

from bridge.store.engines.sqlite_link import driver
from bridge.store.tables import to_micros
from bridge.store.tx import open_store

POSTGRES = os.environ.get("BRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
ENGINES = ("sqlite", "postgresql")


def engines() -> list[str]:
    """SQLite, and PostgreSQL where one answers."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError:
        return ["sqlite"]
    return list(ENGINES)


@asynccontextmanager
async def database(engine: str) -> AsyncIterator[str]:
    """The URL of a database with the newest schema and nothing in it; removed at the end."""
    with _sqlite() if engine == "sqlite" else _postgres() as url:
        store = open_store(url)
        await store.upgrade()
        await store.close()
        yield url


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as folder:
        yield f"sqlite:///{folder}/bridge.db"


@contextmanager
def _postgres() -> Iterator[str]:
    schema = f"bridge_bench_{secrets.token_hex(6)}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
    try:
        url = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


def raw(url: str) -> Any:
    """A connection of the driver's own that commits by itself and waits for the disk as the store's does."""
    if url.startswith("sqlite"):
        connection = driver().connect(file_of(url), isolation_level=None)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "cache_size = -16384", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection
    return psycopg.connect(url, autocommit=True)


class Loader:
    """Puts many rows into tables. Indexes are made anew at the end, which is several times as quick."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite")
        self._raw = raw(url)
        self._indexes: list[str] = []

    def __enter__(self) -> Loader:
        if self._sqlite:
            for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
                self._raw.execute(f"PRAGMA {pragma}")
            found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        else:
            found = (
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema AND NOT EXISTS "
                "(SELECT FROM pg_constraint WHERE conname = indexname AND connamespace = current_schema::regnamespace)"
            )
        for name, sql in self._raw.execute(found).fetchall():
            self._raw.execute(f'DROP INDEX "{name}"')
            self._indexes.append(sql)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            for sql in self._indexes:
                self._raw.execute(sql)
            if not self._sqlite:
                self._raw.execute("ANALYZE")
        self._raw.close()

    def run(self, sql: str) -> None:
        self._raw.execute(sql)

    def numbered(self, updates: int) -> None:
        """The next update's number comes after these. SQLite looks at what is there."""
        if not self._sqlite:
            self._raw.execute("SELECT setval('post_number', %s)", (updates,))

    def add(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows as the store's own helpers make them; columns that all lack keep their default."""
        listed = list(rows)
        if listed:
            columns = list(listed[0])
            self.add_tuples(table, columns, (tuple(_kept(row[name]) for name in columns) for row in listed))

    def add_tuples(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Rows whose values are as they are kept: times in microseconds."""
        names = ", ".join(f'"{name}"' for name in columns)
        if self._sqlite:
            marks = ", ".join("?" * len(columns))
            self._raw.execute("BEGIN")
            self._raw.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)
            self._raw.execute("COMMIT")
            return
        with self._raw.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


def _kept(value: Any) -> Any:
    return to_micros(value) if isinstance(value, datetime) else value


class Raw:
    """The driver without the store: rows out, and batches of statements in, each batch one commit."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite")
        self._raw = raw(url)

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *error: object) -> None:
        self._raw.close()

    def rows(self, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns' names and every row."""
        cursor = self._raw.execute(f'SELECT * FROM "{table}"')
        return [column[0] for column in cursor.description], cursor.fetchall()

    def run(self, sql: str) -> None:
        self._raw.execute(sql)

    def commit(self, statements: Iterable[tuple[str, Sequence[Sequence[Any]]]]) -> None:
        """Each statement (parameters as `?`) for every one of its rows, all in one transaction."""
        self._raw.execute("BEGIN IMMEDIATE" if self._sqlite else "BEGIN")
        for sql, rows in statements:
            cursor = self._raw.cursor()
            cursor.executemany(sql if self._sqlite else sql.replace("?", "%s"), rows)
        self._raw.execute("COMMIT")


def insert(table: str, columns: Sequence[str]) -> str:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks})'


def batches(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[first : first + size] for first in range(0, len(rows), size))
