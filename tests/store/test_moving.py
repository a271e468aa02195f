"""A move is refused, breaks off, or is whole: what it leaves behind in each case."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Boolean, Column, create_engine, make_url
from sqlalchemy.exc import OperationalError

from bridge.model.errors import (
    BridgeError,
    MoveCrowded,
    MoveDiffers,
    MoveDone,
    MoveElsewhere,
    MoveEncoding,
    MoveError,
    MoveFilled,
    MoveForeign,
    MoveFromElsewhere,
    MoveNewer,
    MoveRunning,
    MoveUnreached,
    MoveUnsure,
    StoreMissing,
    StoreNewer,
    StoreOlder,
)
from bridge.store.engines.ownership import Ownership
from bridge.store.moving import move
from bridge.store.moving import target as moving_target
from bridge.store.moving.source import TABLES
from bridge.store.moving.target import Target
from bridge.store.tables import to_micros
from bridge.store.tx import open_store
from tests.conftest import POSTGRES
from tests.core import MONDAY
from tests.store.filled import ROWS, file_of, filled, insert, made, row
from tests.store.test_migrations import as_it_was
from tests.store.test_moving_rows import moved, next_of, on_postgres, on_sqlite, tables

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("filled") / "bridge.db"
    filled(f"sqlite:///{file}")
    return file


@pytest.fixture
def source(whole: Path, tmp_path: Path) -> str:
    """A bridge with rows in every table."""
    return f"sqlite:///{shutil.copy(whole, tmp_path / 'bridge.db')}"


@pytest.fixture
async def empty(postgres_url: str) -> str:
    """A database whose tables are there, with nothing in them."""
    await made(postgres_url)
    return postgres_url


def rows(url: str) -> int:
    return sum(on_postgres(url, f'SELECT count(*) FROM "{name}"')[0][0] for name in tables(url))


# Refused before anything is changed.


def test_a_target_that_has_a_row_is_refused(source: str, empty: str) -> None:
    on_postgres(empty, "INSERT INTO tag (id, folded, name) VALUES (1, 'release', 'release')")

    with pytest.raises(MoveFilled, match=r"rows in tag\."):
        moved(source, empty)

    assert rows(empty) == 1


def test_a_row_in_any_table_counts(source: str, empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as raw:
        raw.execute("SET session_replication_role = replica")  # nothing need be there that a row points at
        for table in TABLES:
            values = [_of_theirs(column, value) for column, value in zip(table.columns, row(table, 2), strict=True)]
            raw.execute(insert(table, "%s").encode(), values)

            with pytest.raises(MoveFilled, match=rf"rows in {table.name}\."):
                moved(source, empty)

            raw.execute(f'DELETE FROM "{table.name}"'.encode())


def _of_theirs(column: Column[Any], value: Any) -> Any:
    if isinstance(value, bytes):
        return b"of another bridge"
    return bool(value) if isinstance(column.type, Boolean) else value


def test_a_bridge_that_was_moved_there_before_is_recognised(source: str, postgres_url: str) -> None:
    moved(source, postgres_url)
    before = rows(postgres_url)

    with pytest.raises(MoveDone):
        moved(source, postgres_url)

    assert rows(postgres_url) == before


def test_an_older_target_with_nothing_in_it_gets_the_newest_schema(source: str, postgres_url: str) -> None:
    as_of("0001", postgres_url)

    assert moved(source, postgres_url).rows == rows(postgres_url) > 0


def test_an_older_target_with_a_row_keeps_its_schema(source: str, postgres_url: str) -> None:
    as_of("0001", postgres_url)
    on_postgres(postgres_url, "INSERT INTO tag (id, folded, name) VALUES (1, 'release', 'release')")

    with pytest.raises(MoveFilled):
        moved(source, postgres_url)

    assert on_postgres(postgres_url, "SELECT version_num FROM alembic_version") == [("0001",)]


def as_of(revision: str, url: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as tx:
        as_it_was(revision)(tx)
    engine.dispose()


def test_a_newer_target_is_refused(source: str, empty: str) -> None:
    on_postgres(empty, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(MoveNewer, match="schema 9999"):
        moved(source, empty)

    assert rows(empty) == 0


def test_a_target_with_tables_of_something_else_is_refused(source: str, postgres_url: str) -> None:
    on_postgres(postgres_url, "CREATE TABLE person (name text)")

    with pytest.raises(MoveForeign, match=r"\(person\)"):
        moved(source, postgres_url)

    assert tables(postgres_url) == {"person"}


def test_tables_with_other_names_are_left_alone(source: str, postgres_url: str) -> None:
    on_postgres(postgres_url, "CREATE TABLE invoice AS SELECT 1 AS id")

    moved(source, postgres_url)

    assert on_postgres(postgres_url, "SELECT id FROM invoice") == [(1,)]


@pytest.fixture
def latin(postgres: psycopg.Connection) -> Iterator[str]:
    name = f"bridge_{secrets.token_hex(8)}"
    postgres.execute(f"CREATE DATABASE {name} ENCODING LATIN1 LOCALE 'C' TEMPLATE template0".encode())
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    postgres.execute(f"DROP DATABASE {name}".encode())


def test_a_target_that_cannot_keep_every_script_is_refused(source: str, latin: str) -> None:
    with pytest.raises(MoveEncoding, match="LATIN1"):
        moved(source, latin)

    assert tables(latin) == set()


@pytest.mark.parametrize("target", ["sqlite:///x.db", "mysql://localhost/x", "somewhere", "", "postgresql://h:x/y"])
def test_what_is_no_postgresql_is_refused(source: str, target: str) -> None:
    with pytest.raises(MoveElsewhere):
        moved(source, target)


def test_a_server_that_does_not_answer_is_named_without_its_password(source: str) -> None:
    with pytest.raises(MoveUnreached, match=r"127\.0\.0\.1:9 ") as refused:
        moved(source, "postgresql://bridge:canary-in-a-mine@127.0.0.1:9/bridge?password=canary-in-a-mine")

    assert "canary" not in str(refused.value)


def test_somebody_at_work_in_the_target_is_not_waited_for_without_end(
    source: str, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving_target, "LOCK_SECONDS", 0.1)
    with psycopg.connect(empty) as other:
        other.execute("LOCK TABLE post IN ROW EXCLUSIVE MODE")

        with pytest.raises(MoveCrowded):
            moved(source, empty)


def test_a_bridge_that_runs_is_not_moved(source: str, postgres_url: str) -> None:
    running = Ownership(file_of(source))

    with pytest.raises(MoveRunning):
        moved(source, postgres_url)

    running.release()
    assert tables(postgres_url) == set()
    assert moved(source, postgres_url).rows > 0


def test_what_a_killed_bridge_had_only_in_its_log_is_moved(source: str, postgres_url: str, tmp_path: Path) -> None:
    """SQLite keeps the newest commits beside the file until it is closed."""
    left = tmp_path / "left"
    left.mkdir()

    async def write_and_die() -> None:
        store = open_store(source)
        await store.write(lambda tx: tx.memory.once("the last word", MONDAY))
        await asyncio.to_thread(copy_all)
        await store.close()

    def copy_all() -> None:
        for file in tmp_path.glob("bridge.db*"):
            shutil.copy(file, left)

    asyncio.run(write_and_die())

    moved(f"sqlite:///{left}/bridge.db", postgres_url)

    assert on_postgres(postgres_url, "SELECT at FROM event WHERE key = 'the last word'") == [(to_micros(MONDAY),)]


def test_no_bridge_starts_on_the_file_during_the_move(source: str, postgres_url: str) -> None:
    refused: list[str] = []

    def tell(what: str, done: int, of: int) -> None:
        try:
            Ownership(file_of(source)).release()
        except BridgeError as error:
            refused.append(error.english())

    move(source, postgres_url, tell)

    assert len(refused) >= 2 * len(TABLES)
    Ownership(file_of(source)).release()


def test_a_bridge_that_is_not_there_is_not_made(tmp_path: Path, postgres_url: str) -> None:
    with pytest.raises(StoreMissing):
        moved(f"sqlite:///{tmp_path}/none/bridge.db", postgres_url)

    assert list(tmp_path.iterdir()) == []
    assert tables(postgres_url) == set()


@pytest.mark.parametrize(("schema", "refusal"), [("0001", StoreOlder), ("9999", StoreNewer)])
def test_a_file_of_another_schema_is_refused_and_stays_as_it_is(
    schema: str, refusal: type[BridgeError], source: str, postgres_url: str
) -> None:
    """Upgrading would write into what is only to be read."""
    on_sqlite(source, f"UPDATE alembic_version SET version_num = '{schema}'")
    before = file_of(source).read_bytes()

    with pytest.raises(refusal):
        moved(source, postgres_url)

    assert file_of(source).read_bytes() == before
    assert tables(postgres_url) == set()


def test_what_is_on_postgresql_already_is_not_moved(postgres_url: str) -> None:
    with pytest.raises(MoveFromElsewhere):
        moved(postgres_url, postgres_url)


# Broken off on the way.


def left_nothing(source: str, target: str) -> None:
    """Nothing is there, and the next move succeeds."""
    assert tables(target) == set()
    assert on_postgres(target, "SELECT FROM pg_sequences WHERE schemaname = current_schema()") == []
    assert moved(source, target).rows == rows(target) == ROWS * len(TABLES)


STAGES = ["Copying counter", "Copying post", "Copying item", "Comparing counter", "Comparing item"]


@pytest.mark.parametrize("stage", STAGES)
def test_ctrl_c_leaves_nothing(stage: str, source: str, postgres_url: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        move(source, postgres_url, at(stage, lambda: raised(KeyboardInterrupt())))

    left_nothing(source, postgres_url)


@pytest.mark.parametrize("stage", STAGES)
def test_a_lost_connection_leaves_nothing(stage: str, source: str, postgres_url: str) -> None:
    with pytest.raises(MoveError, match="broke off"):
        move(source, marked(postgres_url), at(stage, lambda: lost(postgres_url)))

    left_nothing(source, postgres_url)


def marked(url: str) -> str:
    """The server can tell its connections by the name of the schema."""
    schema = url.rpartition("bridge_")[2]
    return f"{url}&application_name={schema}"


def lost(url: str) -> None:
    schema = url.rpartition("bridge_")[2]
    stopped = on_postgres(
        url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{schema}'"
    )
    assert stopped == [(True,)]


@pytest.mark.parametrize("stage", ["Copying item", "Comparing item"])
def test_kill_9_leaves_nothing(stage: str, source: str, postgres_url: str) -> None:
    code = (
        "import os, signal, sys; from bridge.store.moving import move\n"
        f"def tell(what, done, of):\n    if what == {stage!r}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "move(sys.argv[1], sys.argv[2], tell)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    killed = subprocess.run([sys.executable, "-c", code, source, postgres_url], env=environment, check=False)

    assert killed.returncode == -signal.SIGKILL
    left_nothing(source, postgres_url)


def at(stage: str, deed: Callable[[], None]) -> Callable[[str, int, int], None]:
    waiting = [stage]

    def tell(what: str, done: int, of: int) -> None:
        if what in waiting:
            waiting.clear()
            deed()

    return tell


def raised(error: BaseException) -> None:
    raise error


def trigger(url: str, table: str, body: str) -> None:
    """Runs `body` before each row of a table that comes in."""
    on_postgres(
        url,
        f"CREATE FUNCTION meddle_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$; "
        f'CREATE TRIGGER meddle BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION meddle_{table}()',
    )


def test_a_full_disk_leaves_nothing_and_says_so(source: str, empty: str) -> None:
    full = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';"
    trigger(empty, "item", f"IF NEW.seq = 3 THEN {full} END IF;")

    with pytest.raises(MoveError, match=r"No space left on device \(COPY item, line 3\)"):
        moved(source, empty)

    assert rows(empty) == 0
    assert next_of(empty) == {"delivery_id_seq": 1, "item_seq_seq": 1, "post_number": 1}


def test_what_postgresql_cannot_take_is_named_by_its_place_and_not_shown(source: str, postgres_url: str) -> None:
    on_sqlite(source, "UPDATE lease SET epoch = 99999999999 WHERE rowid = 2")

    with pytest.raises(MoveError, match=r"\(COPY lease, line 2, column epoch\)"):
        moved(source, postgres_url)

    assert tables(postgres_url) == set()


# Compared at the end.


def test_a_row_that_arrives_otherwise_is_noticed(source: str, empty: str) -> None:
    trigger(empty, "post", "IF NEW.id = 3 THEN NEW.revision := NEW.revision - 1; END IF;")

    with pytest.raises(MoveDiffers, match=r"\(post has another checksum\)"):
        moved(source, empty)

    assert rows(empty) == 0
    assert next_of(empty) == {"delivery_id_seq": 1, "item_seq_seq": 1, "post_number": 1}


def test_a_row_that_does_not_arrive_is_noticed_in_any_table(source: str, empty: str) -> None:
    for table, link in on_postgres(
        empty,
        "SELECT conrelid::regclass, conname FROM pg_constraint "
        "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
    ):
        on_postgres(empty, f'ALTER TABLE {table} DROP CONSTRAINT "{link}"')
    for table in TABLES:
        on_postgres(empty, f"CREATE SEQUENCE came_{table.name}")
        trigger(empty, table.name, f"IF nextval('came_{table.name}') = 2 THEN RETURN NULL; END IF;")

    with pytest.raises(MoveDiffers) as refused:
        moved(source, empty)

    named = str(refused.value.params["tables"]).split(", ")
    assert named == [f"{table.name} has {ROWS - 1} of {ROWS} rows" for table in TABLES]
    assert rows(empty) == 0


def test_a_commit_whose_answer_is_lost_is_looked_up(
    source: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Target._keep

    def kept_unheard(target: Target) -> None:
        keep(target)
        raise OperationalError("COMMIT", {}, psycopg.OperationalError("the connection is closed"))

    monkeypatch.setattr(Target, "_keep", kept_unheard)

    assert moved(source, postgres_url).rows == rows(postgres_url) == ROWS * len(TABLES)


def test_a_commit_that_never_arrived_leaves_nothing(
    source: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Target._keep

    def lose(target: Target) -> None:
        lost(postgres_url)
        keep(target)

    monkeypatch.setattr(Target, "_keep", lose)
    with pytest.raises(MoveError, match="broke off"):
        moved(source, marked(postgres_url))

    monkeypatch.setattr(Target, "_keep", keep)
    left_nothing(source, postgres_url)


def test_where_nobody_answers_any_more_it_says_that_it_does_not_know(
    source: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(target: Target) -> None:
        target._connector = moving_target.connector(make_url("postgresql://postgres@127.0.0.1:9/test"))
        raise OperationalError("COMMIT", {}, psycopg.OperationalError("the connection is closed"))

    monkeypatch.setattr(moving_target, "_LOOKS", (0.0,))
    monkeypatch.setattr(Target, "_keep", gone)

    with pytest.raises(MoveUnsure):
        moved(source, postgres_url)
