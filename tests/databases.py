"""Databases of the newest schema with nothing in them, made once a process and then only handed on."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import make_url

from bridge.store.tx import open_store

IN_USE_SECONDS = 1
"""How long a test waits for whoever an earlier one left in the schema."""
VERSION = "alembic_version"

_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull, t.tgname), ','
                      ORDER BY c.oid, a.attnum, t.oid))
FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
WHERE c.relnamespace = %s::regnamespace"""
"""All that a test might have changed of the tables themselves."""
_NAMES = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = %s"


async def made(url: str) -> None:
    """The newest schema is there."""
    store = open_store(url)
    await store.upgrade()
    await store.close()


@cache
def newest() -> bytes:
    """A SQLite file, closed."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as aside:  # a loop may be running here
        file = Path(folder) / "bridge.db"
        aside.submit(asyncio.run, made(f"sqlite:///{file}")).result()
        return file.read_bytes()


def laid(file: Path) -> Path:
    """The file is there; one that was there before stays as it is."""
    if not file.exists():
        file.touch(0o600)
        file.write_bytes(newest())
    return file


class Kept:
    """One schema in PostgreSQL that is emptied and renamed for each test: whoever is left from an earlier one finds
    nothing under the name that they know. Where a test changed its tables, or somebody still holds them, another schema
    takes its place."""

    def __init__(self, link: psycopg.Connection, server: str) -> None:
        self._link, self._server = link, server
        self._all: list[str] = []
        self._shape: tuple[object, ...] = ()

    def url(self) -> str:
        """Where it is until the next call."""
        if not self._all or not self._renewed():
            self._make()
        return schema_url(self._server, self._all[-1])

    def drop(self) -> None:
        for name in self._all:
            self._link.execute(f"DROP SCHEMA {name} CASCADE")

    def _renewed(self) -> bool:
        old, new = self._all[-1], schema_name()
        try:
            with self._link.transaction():
                self._link.execute(f"SET LOCAL lock_timeout = '{IN_USE_SECONDS}s'")
                if self._looks(old) != self._shape:
                    return False
                self._link.execute(f"TRUNCATE {self._listed(old)}")
                for sequence in self._names(old, "S"):
                    self._link.execute(f"ALTER SEQUENCE {old}.{sequence} RESTART")
                self._link.execute(f"ALTER SCHEMA {old} RENAME TO {new}")
        except LockNotAvailable:
            return False
        self._all[-1] = new
        return True

    def _make(self) -> None:
        name = schema_name()
        self._link.execute(f"CREATE SCHEMA {name}")
        self._all.append(name)
        asyncio.run(made(schema_url(self._server, name)))
        for table in self._names(name, "r"):
            # Else what the server counted in one test would change its plans in the next.
            self._link.execute(f"ALTER TABLE {name}.{table} SET (autovacuum_enabled = off)")
            filled = self._link.execute(f"SELECT 1 FROM {name}.{table}").fetchall()
            assert bool(filled) is (table == VERSION), f"a migration fills {table}, which is emptied here"
        self._shape = self._looks(name)

    def _looks(self, name: str) -> tuple[object, ...]:
        found = self._link.execute(_SHAPE, (name,)).fetchall()
        return (*found, *self._link.execute(f"SELECT * FROM {name}.{VERSION}").fetchall())

    def _listed(self, name: str) -> str:
        return ", ".join(f"{name}.{table}" for table in self._names(name, "r") if table != VERSION)

    def _names(self, schema: str, kind: str) -> list[str]:
        return [name for (name,) in self._link.execute(_NAMES, (schema, kind))]


def schema_name() -> str:
    return f"bridge_{secrets.token_hex(8)}"


def schema_url(server: str, name: str) -> str:
    """A session there does not wait for the disk: no test switches the machine off."""
    # A tab, since SQLAlchemy writes a space as "+", which libpq takes for itself.
    options = f"-csynchronous_commit=off\t-csearch_path={name}"
    return make_url(server).update_query_dict({"options": options}).render_as_string(hide_password=False)
