"""The migrations lead to exactly what the tables declare, on both engines."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlmodel import SQLModel

from bridge.store import tables
from bridge.store.engine import Engine
from bridge.store.schema import HEAD, current, upgrade

_NOT_OURS = {"alembic_version"}
_PRECISE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": """
        SELECT indexname, replace(indexdef, current_schema() || '.', '') FROM pg_indexes
        WHERE schemaname = current_schema()
        UNION ALL SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = current_schema()
        UNION ALL SELECT table_name || '.' || column_name, collation_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND collation_name IS NOT NULL""",
}


def declared() -> MetaData:
    assert issubclass(tables.PostRow, SQLModel)  # importing them declares them
    return SQLModel.metadata


def shape(tx: Connection) -> dict[str, object]:
    """What can be seen of a schema: columns in their order, keys and their links, conditions of indexes, collations."""
    look = inspect(tx)
    found: dict[str, object] = {}
    for name in sorted(set(look.get_table_names()) - _NOT_OURS):
        columns = [(c["name"], str(c["type"]), c["nullable"], c.get("autoincrement")) for c in look.get_columns(name)]
        links = sorted(
            (k["constrained_columns"], k["referred_table"], k["options"]) for k in look.get_foreign_keys(name)
        )
        unique = sorted(tuple(u["column_names"]) for u in look.get_unique_constraints(name))
        found[name] = (columns, look.get_pk_constraint(name)["constrained_columns"], links, unique)
    found["precisely"] = {
        tuple(row) for row in tx.execute(text(_PRECISE[tx.dialect.name])) if not row[0].startswith("alembic_version")
    }
    if tx.dialect.name == "sqlite":
        made = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        found["counting up"] = {name for name, sql in made if "AUTOINCREMENT" in sql}
    return found


async def test_an_empty_database_is_upgraded_to_what_the_tables_declare(engine: Engine) -> None:
    await upgrade(engine)

    def differences(tx: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), declared()))

    assert await engine.read(differences) == []
    assert await current(engine) == HEAD


async def test_nothing_that_alembic_overlooks_differs(engine: Engine) -> None:
    await upgrade(engine)
    migrated = await engine.read(shape)

    def anew(tx: Connection) -> dict[str, object]:
        tx.execute(text("DROP TABLE alembic_version"))
        declared().drop_all(tx)
        assert shape(tx)["precisely"] == set()
        declared().create_all(tx)
        return shape(tx)

    assert migrated == await engine.reshape(anew)


async def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    await upgrade(engine)
    before = await engine.read(shape)

    await upgrade(engine)

    assert await engine.read(shape) == before
