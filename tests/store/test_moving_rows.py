"""What a move carries over: every table, every value, and what the database counts up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.clock import FixedClock
from bridge.model.errors import StoreDamaged
from bridge.store.engines.sqlite_link import driver
from bridge.store.moving import Move, move
from bridge.store.moving.source import TABLES
from bridge.store.moving.sums import sum_up
from bridge.store.tx import open_store
from tests.core import MONDAY
from tests.store.filled import ROWS, file_of, filled, made

NOT_OURS = {"alembic_version"}
Rows = list[tuple[Any, ...]]


def moved(source: str, target: str) -> Move:
    return move(source, target, lambda what, done, of: None)


def on_sqlite(url: str, statement: str) -> Rows:
    with closing(driver().connect(file_of(url), isolation_level=None)) as raw:
        found: Rows = raw.execute(statement).fetchall()
        return found


def on_postgres(url: str, statement: str) -> Rows:
    with psycopg.connect(url, autocommit=True) as raw:
        done = raw.execute(statement.encode())
        return done.fetchall() if done.description else []


def tables(url: str) -> set[str]:
    if url.startswith("sqlite"):
        found = on_sqlite(url, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        found = on_postgres(url, "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {name for (name,) in found} - NOT_OURS


def everything(url: str) -> dict[str, Rows]:
    """Each table's rows, whatever columns the database says it has, sorted by themselves."""
    read = on_sqlite if url.startswith("sqlite") else on_postgres
    return {name: sorted(read(url, f'SELECT * FROM "{name}"'), key=repr) for name in tables(url)}


def freed(rows: dict[str, Rows]) -> dict[str, Rows]:
    """Without the columns in which somebody holds something, of which a move lets go, and without what only PostgreSQL
    keeps up."""
    held = {"lane": ("owner", "leased_until"), "inbox": ("until",), "lease": ("owner", "until")}
    held["person"] = ("last_post",)
    places = {
        table.name: [at for at, column in enumerate(table.columns) if column.name in held.get(table.name, ())]
        for table in TABLES
    }
    return {
        name: sorted((tuple(v for at, v in enumerate(row) if at not in places[name]) for row in some), key=repr)
        for name, some in rows.items()
    }


def as_truth(rows: Rows) -> Rows:
    return [tuple(int(value) if isinstance(value, bool) else value for value in row) for row in rows]


def test_every_table_there_is_arrives_with_every_value(sqlite_url: str, postgres_url: str) -> None:
    """Given rows in every table, also in one that somebody adds without thinking of moves."""
    filled(sqlite_url)
    before = everything(sqlite_url)

    done = moved(sqlite_url, postgres_url)

    after = {name: as_truth(rows) for name, rows in everything(postgres_url).items()}
    assert set(after) == set(before) == {table.name for table in done.tables}
    assert {name: len(rows) for name, rows in after.items()} == dict.fromkeys(before, ROWS)
    assert freed(after) == freed(before)
    assert {name: sorted(rows, key=repr) for name, rows in everything(sqlite_url).items()} == before


def test_what_somebody_held_is_free(sqlite_url: str, postgres_url: str) -> None:
    """Whoever wrote the file last may have been killed."""
    filled(sqlite_url)

    moved(sqlite_url, postgres_url)

    assert on_postgres(postgres_url, "SELECT DISTINCT owner, leased_until FROM lane") == [(None, None)]
    assert on_postgres(postgres_url, "SELECT DISTINCT until FROM inbox") == [(None,)]
    assert on_postgres(postgres_url, "SELECT DISTINCT owner, until FROM lease") == [("", 0)]


def test_an_empty_bridge_moves_too(sqlite_url: str, postgres_url: str) -> None:
    asyncio.run(made(sqlite_url))

    done = moved(sqlite_url, postgres_url)

    assert (done.rows, len(done.tables)) == (0, len(TABLES))
    assert tables(postgres_url) == {table.name for table in TABLES}
    assert next_of(postgres_url) == {"delivery_id_seq": 1, "item_seq_seq": 1, "post_number": 1}


def next_of(url: str) -> dict[str, int]:
    """What every sequence there is gives next."""
    names = on_postgres(url, "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
    return {name: on_postgres(url, f"SELECT nextval('{name}')")[0][0] for (name,) in names}


def test_what_the_database_counts_goes_on_from_the_highest_ever_given(sqlite_url: str, postgres_url: str) -> None:
    """Given an update, a message and its items that are gone: their numbers stand in messages and in people's heads."""
    filled(sqlite_url)
    on_sqlite(sqlite_url, f"DELETE FROM item WHERE seq = {ROWS}")
    on_sqlite(sqlite_url, f"DELETE FROM delivery WHERE id = {ROWS}")
    on_sqlite(sqlite_url, "UPDATE counter SET name = 'post', value = 4711 WHERE name LIKE '1 %'")

    moved(sqlite_url, postgres_url)

    assert next_of(postgres_url) == {"delivery_id_seq": ROWS + 1, "item_seq_seq": ROWS + 1, "post_number": 4712}


def test_what_is_still_there_counts_as_well(sqlite_url: str, postgres_url: str) -> None:
    filled(sqlite_url)
    on_sqlite(sqlite_url, "UPDATE post SET number = 9000 WHERE id = 1")
    on_sqlite(sqlite_url, "DELETE FROM sqlite_sequence")

    moved(sqlite_url, postgres_url)

    assert next_of(postgres_url) == {"delivery_id_seq": ROWS + 1, "item_seq_seq": ROWS + 1, "post_number": 9001}


def test_a_nul_in_a_text_is_replaced_and_told(sqlite_url: str, postgres_url: str) -> None:
    """PostgreSQL keeps none. Nothing that people type has one, but a platform's own name for something might."""
    filled(sqlite_url)
    on_sqlite(sqlite_url, "UPDATE person SET name = 'A' || char(0) || 'na', title = char(0) WHERE id = 1")

    done = moved(sqlite_url, postgres_url)

    assert done.nuls == 2
    assert on_postgres(postgres_url, "SELECT name, title FROM person WHERE id = 1") == [("A�na", "�")]


def test_a_text_that_is_none_is_named_by_its_table_alone(sqlite_url: str, postgres_url: str) -> None:
    filled(sqlite_url)
    on_sqlite(sqlite_url, "UPDATE person SET name = CAST(x'73656372657480' AS TEXT) WHERE id = 1")

    with pytest.raises(StoreDamaged, match=r"a text in person is not in UTF-8") as refused:
        moved(sqlite_url, postgres_url)

    assert "secret" not in str(refused.value)
    assert tables(postgres_url) == set()


def test_huge_texts_and_files_arrive(sqlite_url: str, postgres_url: str) -> None:
    filled(sqlite_url)
    on_sqlite(sqlite_url, "UPDATE post SET text = printf('%.*c', 5000000, 'ü') WHERE id = 1")
    on_sqlite(sqlite_url, "UPDATE media SET data = randomblob(20000000) WHERE digest LIKE '1 %'")

    moved(sqlite_url, postgres_url)

    assert on_postgres(postgres_url, "SELECT length(text) FROM post WHERE id = 1") == [(5_000_000,)]
    assert on_postgres(postgres_url, "SELECT data FROM media WHERE digest LIKE '1 %'") == on_sqlite(
        sqlite_url, "SELECT data FROM media WHERE digest LIKE '1 %'"
    )


ROW = st.tuples(
    st.integers(-(2**63), 2**63 - 1) | st.none(),
    st.text() | st.none(),
    st.sampled_from(["", "None", "1", "'", "', '"]) | st.integers(0, 2),
)


@given(st.lists(ROW, max_size=6), st.lists(ROW, max_size=6), st.randoms())
def test_sums_are_equal_for_the_same_rows_in_any_order_and_for_no_others(one: Rows, other: Rows, chance: Any) -> None:
    mixed = list(one)
    chance.shuffle(mixed)

    assert sum_up(mixed) == sum_up(one)
    assert (sum_up(one) == sum_up(other)) is (sorted(one, key=repr) == sorted(other, key=repr))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline


async def test_a_bridge_that_starts_meanwhile_finds_what_was_moved(sqlite_url: str, postgres_url: str) -> None:
    """It waits for the move, and makes neither tables nor secrets of its own."""
    await asyncio.to_thread(filled, sqlite_url)
    clock = FixedClock(MONDAY)
    starting: list[asyncio.Task[bool]] = []
    loop = asyncio.get_running_loop()

    async def start() -> bool:
        store = open_store(postgres_url)
        await store.upgrade()
        key = (await asyncio.to_thread(on_postgres, postgres_url, "SELECT key FROM event LIMIT 1"))[0][0]
        new = await store.write(lambda tx: tx.memory.once(key, clock.now()))
        await store.close()
        return new

    def tell(what: str, done: int, of: int) -> None:
        if what == "Copying item" and not starting:
            loop.call_soon_threadsafe(lambda: starting.append(loop.create_task(start())))
        if what == "Comparing item" and done == of:
            until(lambda: bool(on_postgres(postgres_url, "SELECT 1 FROM pg_locks WHERE NOT granted")))

    await asyncio.to_thread(move, sqlite_url, postgres_url, tell)

    assert [await task for task in starting] == [False]
