"""Statements made ready: compiled by SQLAlchemy once for each engine, and from then on run by the driver itself.

SQLAlchemy's own way of running one costs several times what the database needs for it, so the hot paths come here.
Tables, types and both engines' spellings stay with SQLAlchemy. Errors come as the driver's own; `failures` knows them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect

Values = Mapping[str, Any]
_Process = Callable[[Any], Any]


class Ready:
    """One statement for both engines, or one by each dialect's name. Values are given by the names of its parameters,
    and for an INSERT without values by the names of columns. It may not hold an expanding IN: see `sql.within`.
    """

    __slots__ = ("_made", "statements")

    def __init__(self, statements: Any) -> None:
        both = {"sqlite": statements, "postgresql": statements}
        self.statements: Mapping[str, Any] = statements if isinstance(statements, Mapping) else both
        self._made: dict[tuple[str, ...], _Made] = {}

    def rows(self, conn: Connection, values: Values) -> list[Any]:
        """All rows, as named tuples."""
        made = self._for(conn, values)
        return made.named(run(conn, made.sql, made.bound(values)).fetchall())

    def first(self, conn: Connection, values: Values) -> Any:
        """The first row, None where there is none."""
        rows = self.rows(conn, values)
        return rows[0] if rows else None

    def tuples(self, conn: Connection, values: Values) -> list[Any]:
        """All rows as the driver gives them: for numbers and words."""
        made = self._for(conn, values)
        found: list[Any] = run(conn, made.sql, made.bound(values)).fetchall()
        return found

    def column(self, conn: Connection, values: Values) -> list[Any]:
        """The first column of all rows, as the driver gives it."""
        return [row[0] for row in self.tuples(conn, values)]

    def scalar(self, conn: Connection, values: Values) -> Any:
        """The first column of the first row, as the driver gives it; None where there is none."""
        found = self.column(conn, values)
        return found[0] if found else None

    def change(self, conn: Connection, values: Values) -> int:
        """How many rows it changed."""
        made = self._for(conn, values)
        count: int = run(conn, made.sql, made.bound(values)).rowcount
        return count

    def change_each(self, conn: Connection, rows: Sequence[Values]) -> None:
        """Once for each of `rows`, which all name the same."""
        if rows:
            made = self._for(conn, rows[0])
            _driver(conn).cursor().executemany(made.sql, [made.bound(values) for values in rows])

    def _for(self, conn: Connection, values: Values) -> _Made:
        key = (conn.dialect.name, *values)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = _make(self.statements[conn.dialect.name], conn.dialect, list(values))
        return made


def run(conn: Connection, sql: str, values: Any) -> Any:
    """The driver's cursor after this statement."""
    return _driver(conn).cursor().execute(sql, values)


def _driver(conn: Connection) -> Any:
    return conn.connection.dbapi_connection


@dataclass(frozen=True, slots=True)
class _Made:
    """`names` and `processes`: the parameters in the driver's order. `fixes`: columns that the driver gives raw."""

    sql: str
    names: tuple[str, ...]
    processes: tuple[_Process | None, ...]
    constants: Mapping[str, Any]
    keys: tuple[str, ...] | None
    fixes: tuple[tuple[int, _Process], ...]
    row: Any

    def bound(self, values: Values) -> Any:
        if self.constants:
            values = {**self.constants, **values}
        found = [
            values[name] if process is None else process(values[name])
            for name, process in zip(self.names, self.processes, strict=True)
        ]
        return found if self.keys is None else dict(zip(self.keys, found, strict=True))

    def named(self, rows: list[Any]) -> list[Any]:
        if not self.fixes:
            return [self.row._make(row) for row in rows]
        return [self._fixed(row) for row in rows]

    def _fixed(self, row: Any) -> Any:
        values = list(row)
        for at, process in self.fixes:
            if (value := values[at]) is not None:
                values[at] = process(value)
        return self.row._make(values)


def _make(statement: Any, dialect: Dialect, given: list[str]) -> _Made:
    compiled: Any = statement.compile(dialect=dialect, column_keys=given)
    if compiled.post_compile_params or getattr(compiled, "insert_prefetch", None):
        raise ValueError("a statement that is made ready may have neither an expanding IN nor a default made by Python")
    by_place = compiled.positiontup
    spelled = list(by_place) if by_place is not None else list(compiled.bind_names.values())
    binds = [compiled.binds[name] for name in spelled]
    columns = list(getattr(statement, "exported_columns", ()))
    raw = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Made(
        sql=compiled.string,
        names=tuple(bind.key for bind in binds),
        processes=tuple(bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds),
        constants={bind.key: bind.effective_value for bind in binds if not bind.required},
        keys=None if by_place is not None else tuple(compiled.escaped_bind_names.get(name, name) for name in spelled),
        fixes=tuple((at, process) for at, process in enumerate(raw) if process is not None),
        row=namedtuple("row", [column.key for column in columns], rename=True),
    )
