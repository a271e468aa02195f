"""INSERT … ON CONFLICT for both engines, built once: SQLAlchemy has a construct of its own for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Statements = Mapping[str, Any]
"""The same statement for each dialect's name."""


def add_if_new(table: Table) -> Statements:
    """Inserts a row unless one with any equal unique key is there."""
    return {
        name: insert(table).on_conflict_do_nothing().returning(*table.primary_key)
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }


def put(table: Table, change: Sequence[str]) -> Statements:
    """Inserts a row, or writes the columns `change` over the one with the same primary key."""
    found: dict[str, Any] = {}
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
        statement: Any = insert(table)
        found[name] = statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={column: statement.excluded[column] for column in change},
        )
    return found


def added(conn: Connection, statements: Statements, values: Mapping[str, Any]) -> bool:
    """Runs an `add_if_new`; True when the row is new."""
    return conn.execute(statements[conn.dialect.name], values).first() is not None
