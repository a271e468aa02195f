"""One change made for many rows: on SQLite row by row, since a statement costs it no round trip; on PostgreSQL as one
statement that reads the rows from JSON, since there each row would be planned, sent and answered by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, column, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.selectable import TableValuedAlias

from bridge.store.engines.ready import Ready, Values
from bridge.store.sql import engine_of
from bridge.store.tables import to_micros


def listed(name: str, **columns: Any) -> TableValuedAlias:
    """PostgreSQL: the JSON given as the parameter `rows`, a list of objects, as a table of these columns."""
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSON))
    as_table = rows.table_valued(*(column(named, kind) for named, kind in columns.items()))
    return as_table.render_derived(name=name, with_types=True)


class Batch:
    """`build` makes the statement from a row's columns, and from the INSERT of an engine where it wants one. `columns`
    names their types; a row's key is `key`, or the first of them. In an UPDATE they may not be called as columns of its
    table are. What is the same for all rows may be a parameter besides.
    """

    __slots__ = ("_alone", "_key", "_together")

    def __init__(self, build: Callable[[Any, Any], Any], key: Sequence[str] = (), /, **columns: Any) -> None:
        self._key = itemgetter(*(key or list(columns)[:1]))
        alone = SimpleNamespace(**{name: bindparam(name, type_=kind) for name, kind in columns.items()})
        self._alone = Ready(build(alone, sqlite.insert))
        self._together = Ready(build(listed("given", **columns).c, postgresql.insert))

    def run(self, conn: Connection, rows: Sequence[Values], **shared: Any) -> None:
        """For `rows` that all name every column. Where a key comes twice, the later row finds what the earlier left."""
        if not rows:
            return
        if engine_of(conn) == "sqlite":
            self._alone.change_each(conn, [{**row, **shared} for row in rows] if shared else rows)
            return
        once = len(set(map(self._key, rows))) == len(rows)
        for some in [rows] if once else [[row] for row in rows]:
            self._together.change(conn, {"rows": json.dumps(some, default=to_micros), **shared})

    def tuples(self, conn: Connection, rows: Sequence[Values], **shared: Any) -> list[Any]:
        """What the statement returns for all `rows` together, as the driver gives it, in no order."""
        if engine_of(conn) == "sqlite":
            return [found for row in rows for found in self._alone.tuples(conn, {**row, **shared})]
        return self._together.tuples(conn, {"rows": json.dumps(rows, default=to_micros), **shared}) if rows else []
