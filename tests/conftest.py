"""What all tests share: a database for each test, the rule for parts that may be missing on a machine, and how long
Hypothesis looks."""

from __future__ import annotations

import os
import secrets
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

# No deadline: on a busy machine it would fail tests that are merely slow.
settings.register_profile("suite", deadline=None)
settings.register_profile("long", deadline=None, max_examples=5_000)  # pytest --hypothesis-profile=long
settings.register_profile("mutants", deadline=None, phases=(Phase.explicit, Phase.generate))  # one failure will do
settings.load_profile("suite")

POSTGRES = os.environ.get("BRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


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
    schema = f"bridge_{secrets.token_hex(8)}"
    postgres.execute(f"CREATE SCHEMA {schema}")
    url = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    postgres.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Where an empty database is."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
async def team(url: str, clock: FixedClock) -> AsyncIterator[Team]:
    """A whole core over an empty database."""
    store = open_store(url)
    await store.upgrade()
    yield Team(store, clock, Policy(zone="Europe/Vienna"))
    await store.close()
