"""What the larger queries share: tables under short names, the usual parameters, and lists of ids as one parameter.

Such a list keeps a statement's text the same for any length: it is compiled, and on PostgreSQL prepared, once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Text,
    TypeDecorator,
    bindparam,
    column,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from bridge.store.tables import (
    CaughtRow,
    CounterRow,
    DeliveryRow,
    GotItRow,
    ItemRow,
    LaneRow,
    LikeRow,
    MentionRow,
    Moment,
    MuteRow,
    PostTagRow,
    ScheduleRow,
    SubscriptionRow,
    TagRow,
    table,
)

CAUGHT = table(CaughtRow)
COUNTER = table(CounterRow)
DELIVERY = table(DeliveryRow)
GOT_IT = table(GotItRow)
ITEM = table(ItemRow)
LANE = table(LaneRow)
LIKED = table(LikeRow)
MENTION = table(MentionRow)
MUTE = table(MuteRow)
POST_TAG = table(PostTagRow)
SCHEDULE = table(ScheduleRow)
SUBSCRIPTION = table(SubscriptionRow)
TAG = table(TagRow)

Engine = Literal["sqlite", "postgresql"]
ENGINES: tuple[Engine, ...] = ("sqlite", "postgresql")

NOW = bindparam("now", type_=Moment)
ZERO: ColumnElement[int] = literal_column("0")
ONE: ColumnElement[int] = literal_column("1")
"""Spelled out: neither engine proves from a parameter that a partial index serves."""


def engine_of(conn: Connection) -> Engine:
    return "sqlite" if conn.dialect.name == "sqlite" else "postgresql"


def number(name: str) -> BindParameter[int]:
    """A parameter that is an id, or some other whole number."""
    return bindparam(name, type_=BigInteger)


def word(text: str) -> ColumnElement[str]:
    """One of our own constants, spelled out."""
    return literal_column(f"'{text}'")


class _Listed(TypeDecorator[Collection[Any]]):
    impl = Text
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]] = BigInteger) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        listed = list(value or ())
        return listed if dialect.name == "postgresql" else json.dumps(listed)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Ids in PostgreSQL's own spelling of an array: its driver looks at each number of a list with a pattern."""
        if dialect.name == "postgresql" and self.of is BigInteger:
            return _spelled
        return super().bind_processor(dialect)


def _spelled(ids: Collection[int] | None) -> str:
    return f"{{{','.join(map(str, ids or ()))}}}"


class _Within(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """As it is: made a truth value for SQLite (`… = 1`), it would be served by no index."""
        return self


@compiles(_Within, "sqlite")
def _within_sqlite(element: _Within, compiler: SQLCompiler, **kw: Any) -> str:
    which, ids = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({which} IN (SELECT value FROM json_each({ids})))"


@compiles(_Within, "postgresql")
def _within_postgresql(element: _Within, compiler: SQLCompiler, **kw: Any) -> str:
    which, ids = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({which} = ANY ({ids}))"


def within(which: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`which` is one of the ids given as the parameter `name`."""
    return _Within(which, bindparam(name, type_=_Listed))


def among(which: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`which` is one of the words given as the parameter `name`."""
    return _Within(which, bindparam(name, type_=_Listed(Text)))


def each(engine: Engine, name: str) -> TableValuedAlias:
    """The ids given as the parameter `name`, as a table with the column `value`."""
    ids = bindparam(name, type_=_Listed)
    if engine == "sqlite":
        return func.json_each(ids).table_valued(column("value", BigInteger))
    return func.unnest(ids).table_valued(column("value", BigInteger)).render_derived()


def pairs(found: Iterable[Any]) -> dict[Any, Any]:
    """Rows of two columns: the first leads to the second."""
    return {row[0]: row[1] for row in found}
