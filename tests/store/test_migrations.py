"""The migrations lead to exactly what the tables declare, on both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlmodel import SQLModel

from bridge.model.ids import AccountId, PersonId
from bridge.model.person import Account, Person, Role
from bridge.model.place import Circle
from bridge.store import tables
from bridge.store.engines.engine import Engine
from bridge.store.schema import HEAD, current, upgrade
from bridge.store.tx import SqlStore

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


def comparable(thing: object, name: str | None, kind: str, *rest: object) -> bool:
    """An index of an expression alembic can't read back; the next test compares those as they are written."""
    return (kind, name) != ("index", "lane_rank")


async def test_an_empty_database_is_upgraded_to_what_the_tables_declare(engine: Engine) -> None:
    await upgrade(engine)

    def differences(tx: Connection) -> list[object]:
        opts = {"compare_type": True, "include_object": comparable}
        return list(compare_metadata(MigrationContext.configure(tx, opts=opts), declared()))

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


def as_it_was(revision: str) -> Callable[[Connection], None]:
    """Makes an empty database into what that revision left behind."""

    def upgraded(tx: Connection) -> None:
        config = Config(attributes={"connection": tx})
        config.set_main_option("script_location", "bridge.store:migrations")
        config.set_main_option("path_separator", "os")
        command.upgrade(config, revision)

    return upgraded


OF_THE_FIRST = (
    "INSERT INTO workspace (platform, key, name, circle) VALUES ('chat', 'w', 'w', 'team')",
    """INSERT INTO person (id, handle, folded, name, searched, circle, title, working_days, mentions_live, never_ask,
        roles, sample) VALUES (1, 'Ana', 'ana', 'Ana K', '', 'team', 'Captain', 31, true, true, 'admin', false)""",
    """INSERT INTO account (id, person, platform, workspace, "user", guest) VALUES (2, 1, 'chat', 'w', 'u', true)""",
    """INSERT INTO place (id, platform, workspace, key, kind, direct, name, folded, circle, private)
        VALUES (3, 'chat', 'w', 'c', 'channel', false, 'team', 'team', 'team', false)""",
    """INSERT INTO share_request (id, origin_platform, origin_workspace, origin_message, place, author, sharer, text,
        attachments, audience, at, lapses_at) VALUES (4, 'chat', 'w', 'm', 3, 1, 1, 'Hello', '[]', 'everyone', 0, 1)""",
)


def written_by_the_first(tx: Connection) -> None:
    for row in OF_THE_FIRST:
        tx.execute(text(row))


async def test_what_the_first_release_kept_is_there_after_the_upgrade_with_the_new_defaults(engine: Engine) -> None:
    await engine.reshape(as_it_was("0001"))
    await engine.write(written_by_the_first)
    assert await current(engine) == "0001"

    await upgrade(engine)

    store = SqlStore(engine)
    person = await store.read(lambda tx: tx.people.get(PersonId(1)))
    assert person == Person(
        PersonId(1), "Ana", "Ana K", Circle.TEAM, "Captain", never_ask=True, roles=frozenset({Role.ADMIN})
    )
    assert person.send_replies is False
    accounts = await store.read(lambda tx: tx.people.accounts(PersonId(1)))
    assert accounts == [Account(AccountId(2), PersonId(1), "chat", "w", "u", True, shares_status=False, status="")]
    request = await store.read(lambda tx: tx.shares.get(4))
    assert request is not None
    assert (request.text, request.author, request.in_reply_to) == ("Hello", 1, None)


async def test_a_workspace_of_the_first_release_leaves_the_first_place_to_the_teams_own(engine: Engine) -> None:
    """That release knew nothing but the stand-in, which may be switched off from now on."""
    await engine.reshape(as_it_was("0001"))
    await engine.write(written_by_the_first)

    await upgrade(engine)

    store = SqlStore(engine)
    first = await store.write(lambda tx: tx.places.add_workspace("real", "w"))
    assert first.circle is Circle.TEAM
    before = await store.write(lambda tx: tx.places.workspace("chat", "w"))
    assert before is not None
    assert before.circle is Circle.TEAM


async def test_a_process_of_the_first_release_still_writes_beside_new_ones(engine: Engine) -> None:
    await upgrade(engine)

    await engine.write(written_by_the_first)

    store = SqlStore(engine)
    account = await store.read(lambda tx: tx.people.account_by_id(AccountId(2)))
    assert account is not None
    assert (account.shares_status, account.status) == (False, "")
    second = await store.write(lambda tx: tx.places.add_workspace("chat", "v"))
    assert second.circle is Circle.COMMUNITY


OF_THE_FOURTH = (
    """INSERT INTO person (id, handle, folded, name, searched, circle, title, working_days, mentions_live, never_ask,
        roles, sample) VALUES (7, 'blog', 'blog', 'Blog', '', 'outside', '', 31, false, false, '', false)""",
    """INSERT INTO source (id, adapter, key, home, internal, "by", created_at, state, epoch, every, next_at, error,
        told, rests, a_day) VALUES (7, 'feed', 'https://blog.example.org/feed', '', false, 1, 0, '["etag"]', 3, 1800, 5,
        '', false, '', 1500)""",
)


def written_by_the_fourth(tx: Connection) -> None:
    for row in OF_THE_FOURTH:
        tx.execute(text(row))


@pytest.mark.parametrize("beside", [False, True], ids=["before", "beside"])
async def test_a_source_that_the_fourth_schema_keeps_has_never_moved(engine: Engine, beside: bool) -> None:
    """Written before the upgrade, or by a process of that release that still runs beside new ones."""
    await engine.reshape(as_it_was("0005" if beside else "0004"))
    await engine.write(written_by_the_fourth)

    await upgrade(engine)

    kept = await SqlStore(engine).read(lambda tx: tx.sources.named("blog"))
    assert kept is not None
    assert (kept.key, kept.epoch, kept.every, kept.a_day) == ("https://blog.example.org/feed", 3, 1800, 1.5)
    host = await engine.read(lambda tx: tx.execute(text("SELECT host FROM source")).scalar_one())
    assert host == ("" if beside else "blog.example.org")
    assert (kept.moved_from, kept.moved_at, kept.burst) == ("", None, 0)


async def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    await upgrade(engine)
    before = await engine.read(shape)

    await upgrade(engine)

    assert await engine.read(shape) == before
