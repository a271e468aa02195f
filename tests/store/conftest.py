"""A database for each test: `engine` on SQLite and on PostgreSQL, empty; `conn` with all tables, in a transaction that
is rolled back afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import psycopg
import pytest
from sqlalchemy import ClauseElement, Connection, create_engine, make_url
from sqlmodel import SQLModel

from bridge.store import tables
from bridge.store.engines.engine import Engine, open_engine
from bridge.store.engines.sqlite_link import driver
from bridge.store.tx import SqlStore, SqlTx, open_store
from tests.conftest import POSTGRES
from tests.databases import schema_name, schema_url


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    """An empty database on each engine."""
    opened = open_engine(url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def sqlite_tables() -> Iterator[Connection]:
    link = create_engine("sqlite://", module=driver()).connect()
    link.exec_driver_sql("PRAGMA foreign_keys = ON")
    yield from _with_tables(link)


@pytest.fixture(scope="session")
def postgres_tables(postgres: psycopg.Connection) -> Iterator[Connection]:
    schema = schema_name()
    postgres.execute(f"CREATE SCHEMA {schema}")
    url = make_url(schema_url(POSTGRES, schema)).set(drivername="postgresql+psycopg")
    link = create_engine(url).connect()
    yield from _with_tables(link)
    link.close()
    postgres.execute(f"DROP SCHEMA {schema} CASCADE")


def _with_tables(link: Connection) -> Iterator[Connection]:
    assert tables.PostRow in SQLModel.__subclasses__()  # importing them declares them
    SQLModel.metadata.create_all(link)
    link.commit()
    yield link
    link.close()


@pytest.fixture(params=["sqlite", "postgres"])
def conn(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """All tables, nothing in them; what a test writes is rolled back."""
    link: Connection = request.getfixturevalue(f"{request.param}_tables")
    with link.begin() as whole:
        yield link
        whole.rollback()


@pytest.fixture
def plan() -> Callable[[Connection, ClauseElement], str]:
    """How SQLite means to run a statement, whatever its parameters: one step a line."""
    return _plan


def _plan(conn: Connection, statement: ClauseElement) -> str:
    text = str(statement.compile(dialect=conn.dialect, compile_kwargs={"render_postcompile": True}))
    with conn.begin():
        return "\n".join(
            row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?"))
        )


@pytest.fixture
def tx(conn: Connection) -> SqlTx:
    """Everything of the store, inside the transaction of `conn`."""
    return SqlTx(conn)


@pytest.fixture
async def store(ready_url: str) -> AsyncIterator[SqlStore]:
    """A store with the newest schema, nothing in it."""
    opened = open_store(ready_url)
    yield opened
    await opened.close()
