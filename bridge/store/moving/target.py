"""The PostgreSQL database that a bridge moves into: everything in one transaction, so that whatever breaks off, nothing
is there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, Boolean, Connection, Table, func, inspect, select, update
from sqlalchemy import Engine as Connector
from sqlalchemy.exc import DBAPIError

from bridge.model.errors import (
    MoveCrowded,
    MoveDone,
    MoveEncoding,
    MoveError,
    MoveFilled,
    MoveForeign,
    MoveNewer,
    MoveUnreached,
    MoveUnsure,
    StoreNewer,
)
from bridge.model.secret import redact
from bridge.store.delivery.orphans import let_go
from bridge.store.engines.failures import driver_error, sqlstate
from bridge.store.engines.postgres import connector
from bridge.store.moving.source import TABLES, has_bytes
from bridge.store.schema import HEAD, ONE_AT_A_TIME, migrate, revision
from bridge.store.tables import PersonRow, PostRow, table

_PERSON, _POST = table(PersonRow), table(PostRow)

LOCK_SECONDS = 30
"""How long somebody else may be at work in the database before the move gives up."""
SHOWN = 3
"""Tables that a refusal names."""
FETCHED = 500
"""Rows at a time."""
_LOOKS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each look whether a COMMIT that nobody answered took place."""
_LOCKED = "55P03"  # lock_not_available

_PATIENT = """SELECT set_config(name, '0', true) FROM pg_settings
    WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')"""


_NEWEST_OF_EACH = update(_PERSON).values(
    last_post=select(func.max(_POST.c.id)).where(_POST.c.author == _PERSON.c.id).scalar_subquery()
)
"""SQLite keeps no newest post with its people."""


class Target:
    """One transaction. What the database says comes out as a MoveError; `name` names it to people."""

    def __init__(self, connector: Connector, link: Connection, name: str) -> None:
        self.name = name
        self._connector = connector
        self._link = link
        self._whole = link.begin()
        self._raw: psycopg.Connection = link.connection.dbapi_connection  # type: ignore[assignment]

    def prepare(self, sealed: Sequence[bytes]) -> None:
        """The newest schema, empty, and nobody else writes there until the end. `sealed`: some of the source's
        encrypted values, to know a bridge that was moved before. Raises MoveCrowded, MoveDone, MoveEncoding,
        MoveFilled, MoveForeign, MoveNewer, MoveError."""
        with self._explained():
            self._raw.execute(_PATIENT)
            self._lock_all(self._link)
            encoding = self._value("SHOW server_encoding")
            if encoding != "UTF8":
                raise MoveEncoding(target=self.name, encoding=encoding)
            present = set(inspect(self._link).get_table_names())
            there = [table for table in TABLES if table.name in present]
            if there and revision(self._link) is None:
                raise MoveForeign(target=self.name, tables=_some(there))
            self._lock(there)
            self._refuse_filled(there, sealed)
            try:
                migrate(self._link)
            except StoreNewer as error:
                raise MoveNewer(target=self.name, **error.params) from error
            self._lock(TABLES)

    def take(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Adds rows as SQLite keeps them: COPY reads 1 and 0 as truth values by itself."""
        columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        with self._explained(), self._raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def count_on(self, sequence: str, last: int) -> None:
        """The next one after `last`. Undone with everything else, unlike setval."""
        with self._explained():
            self._link.exec_driver_sql(f"ALTER SEQUENCE {sequence} RESTART WITH {last + 1}")

    def sequence_of(self, table: Table, column: str) -> str:
        """The sequence that gives a column its numbers, quoted."""
        with self._explained():
            return str(self._value("SELECT pg_get_serial_sequence(quote_ident(%s), %s)", table.name, column))

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """All rows, a few at a time, by SELECT; truth values as 1 and 0."""
        columns = (
            sql.SQL("{}::int" if isinstance(column.type, Boolean) else "{}").format(sql.Identifier(column.name))
            for column in table.columns
        )
        statement = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns), sql.Identifier(table.name))
        with self._explained(), self._raw.cursor(name="moved") as cursor:
            cursor.itersize = 1 if has_bytes(table) else FETCHED
            cursor.execute(statement)
            yield from cursor

    def commit(self, rows: int) -> None:
        """For good; `rows`: how many there are in all. What a process that died held is free first, and what PostgreSQL
        keeps beside it is worked out. Raises MoveError, MoveUnsure."""
        with self._explained():
            let_go(self._link)
            self._link.execute(_NEWEST_OF_EACH)
            self._link.exec_driver_sql("ANALYZE " + ", ".join(f'"{table.name}"' for table in TABLES))
            try:
                self._keep()
            except DBAPIError:
                if not self._landed(rows):
                    raise

    def _keep(self) -> None:
        self._whole.commit()

    def _landed(self, rows: int) -> bool:
        """Whether a COMMIT took place whose answer was lost."""
        for wait in _LOOKS:
            time.sleep(wait)
            try:
                with self._connector.connect() as link:
                    self._lock_all(link)  # until the server has done with the transaction before
                    return bool(_filled(link, TABLES)) if rows else revision(link) == HEAD
            except DBAPIError as error:
                if sqlstate(error) == "42P01":  # undefined_table
                    return False
        raise MoveUnsure(target=self.name)

    def _refuse_filled(self, tables: Sequence[Table], sealed: Sequence[bytes]) -> None:
        filled = _filled(self._link, tables)
        if not filled:
            return
        if any(table.name == "secret" for table in filled) and self._value(
            "SELECT EXISTS (SELECT FROM secret WHERE value = ANY(%s))", list(sealed)
        ):
            raise MoveDone(target=self.name)
        raise MoveFilled(target=self.name, tables=_some(filled))

    def _lock_all(self, link: Connection) -> None:
        link.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        link.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")

    def _lock(self, tables: Sequence[Table]) -> None:
        """Others may read. A bridge that starts meanwhile waits with its first row, and finds ours."""
        if tables:
            every = sql.SQL(", ").join(sql.Identifier(table.name) for table in tables)
            self._raw.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(every))

    def _value(self, statement: Any, *values: Any) -> Any:
        row = self._raw.execute(statement, values).fetchone()
        return row[0] if row else None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, DBAPIError) as error:
            if sqlstate(error) == _LOCKED:
                raise MoveCrowded(target=self.name) from error
            raise MoveError(target=self.name, detail=_detail(error)) from error


@contextmanager
def connected(url: URL) -> Iterator[Target]:
    """A transaction that is rolled back unless `commit` comes through. Raises MoveUnreached."""
    connects = connector(url)
    try:
        link = connects.connect()
    except DBAPIError as error:
        server = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or 5432}"
        raise MoveUnreached(server=server, detail=_detail(error)) from error
    try:
        yield Target(connects, link, _name(url))
    finally:
        link.invalidate()  # closes it at once: the server rolls back by itself, whatever state the connection is in
        link.close()


def _name(url: URL) -> str:
    """Without the password; also the query may hold one."""
    return url.set(drivername="postgresql", password=None, query={}).render_as_string()


def _filled(link: Connection, tables: Iterable[Table]) -> list[Table]:
    return [t for t in tables if link.exec_driver_sql(f'SELECT EXISTS (SELECT FROM "{t.name}")').scalar()]


def _some(tables: Sequence[Table]) -> str:
    named = [table.name for table in tables[:SHOWN]]
    more = len(tables) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _detail(error: BaseException) -> str:
    """What PostgreSQL said, and at which row and column of a COPY, but never what stands there."""
    cause = driver_error(error) or error
    said = str(cause).strip().partition("\n")[0].rstrip(".")
    diag = getattr(cause, "diag", None)
    context = (getattr(diag, "context", None) or "").splitlines()
    where = [line.partition(":")[0] for line in context if line.startswith("COPY ")]
    return redact(f"{said} ({where[0]})" if where else said)
