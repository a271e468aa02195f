"""What all tests share: a database for each test, the rule for parts that may be missing on a machine, and how long
Hypothesis looks.

How a test gets its database. It asks for one of

- `team`, a whole core, or `ready_url`, `ready_sqlite_url`, `ready_postgres_url`: the newest schema with nothing in it,
  which `store.upgrade()` then leaves as it is. In SQLite it is a copy of one file that each worker migrates once. In
  PostgreSQL it is one schema a worker, emptied and renamed for each test (`tests.databases.Kept`): for tests that write
  rows, however many sessions they leave behind.
- `url`, `sqlite_url`, `postgres_url`: nothing at all, for tests of migrations, moves, engines and whole processes, and
  for those that change tables. In PostgreSQL it is a schema of the test's own, dropped afterwards.

Those without a word for the engine come once with each. A bridge that is built in a folder finds a copy of that file
there too, where its stage lays one (`tests.databases.laid`). All files lie in memory where there is room for them, and
PostgreSQL's sessions don't wait for the disk: what survives a killed process does not depend on it.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from hypothesis import Phase, settings
from sqlalchemy import make_url

from bridge.model.clock import FixedClock
from bridge.model.policy import Policy
from bridge.store.tx import open_store
from tests.core import MONDAY, Team
from tests.databases import Kept, laid, schema_name, schema_url

# No deadline: on a busy machine it would fail tests that are merely slow.
settings.register_profile("suite", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5_000)  # pytest --hypothesis-profile=long
settings.register_profile("mutants", deadline=None, phases=(Phase.explicit, Phase.generate))  # one failure will do
settings.load_profile("suite")

MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # for what tests start, too

POSTGRES = os.environ.get("BRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: whole bridges wait more than they work."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those come first, so that one worker has most of them, and is not the last one because of them."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


def pytest_collection_finish() -> None:
    """What is imported and collected stays: looking through it for garbage took a seventh of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], NoReturn]:
    """`missing("postgres", "none answers at …")` skips the test with that reason, or fails it where the part is
    required: `BRIDGE_TEST_REQUIRE=postgres,chromium,specs`."""
    return _missing


def _missing(part: str, reason: str) -> NoReturn:
    required = os.environ.get("BRIDGE_TEST_REQUIRE", "").replace(" ", "").split(",")
    if part in required:
        pytest.fail(f"{part} is required here, but missing: {reason}", pytrace=False)
    pytest.skip(f"{part} is missing: {reason}")


@pytest.fixture(scope="session")
def postgres(missing: Callable[[str, str], NoReturn]) -> Iterator[psycopg.Connection]:
    """A connection of the tests' own, outside the engine."""
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        missing("postgres", f"{make_url(POSTGRES).render_as_string()} says: {str(error).strip()}")
    with connection:
        yield connection


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/bridge.db"


@pytest.fixture
def postgres_url(postgres: psycopg.Connection) -> Iterator[str]:
    """A schema of its own in the test database, dropped afterwards: tests may run side by side."""
    schema = schema_name()
    postgres.execute(f"CREATE SCHEMA {schema}")
    yield schema_url(POSTGRES, schema)
    postgres.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Where an empty database is."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def ready_sqlite_url(tmp_path: Path) -> str:
    """A copy of a migrated file: migrating takes longer than most tests."""
    return f"sqlite:///{laid(tmp_path / 'bridge.db')}"


@pytest.fixture(scope="session")
def kept(postgres: psycopg.Connection) -> Iterator[Kept]:
    schema = Kept(postgres, POSTGRES)
    yield schema
    schema.drop()


@pytest.fixture
def ready_postgres_url(kept: Kept) -> str:
    """The schema that is kept, emptied."""
    return kept.url()


@pytest.fixture(params=["sqlite", "postgres"])
def ready_url(request: pytest.FixtureRequest) -> str:
    """Where a database of the newest schema is, with nothing in it."""
    found: str = request.getfixturevalue(f"ready_{request.param}_url")
    return found


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
async def team(ready_url: str, clock: FixedClock) -> AsyncIterator[Team]:
    """A whole core over an empty database."""
    store = open_store(ready_url)
    yield Team(store, clock, Policy(zone="Europe/Vienna"))
    await store.close()
