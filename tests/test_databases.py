"""The databases that tests share one after the other: nothing of one test is there in the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import UndefinedTable

from tests import databases
from tests.conftest import POSTGRES
from tests.databases import Kept, laid, newest

SHARED = "INSERT INTO counter VALUES ('post', 7)"
ASKED = "SELECT (SELECT count(*) FROM counter), nextval('post_number'), current_schema()"


@pytest.fixture
def kept(postgres: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr(databases, "IN_USE_SECONDS", 0.05)
    kept = Kept(postgres, POSTGRES)
    yield kept
    kept.drop()


def asked(url: str) -> tuple[int, int, str]:
    """(rows, the next number, the schema's name)."""
    with psycopg.connect(url, autocommit=True) as link:
        rows, number, name = link.execute(ASKED).fetchall()[0]
        return rows, number, name


def test_rows_and_numbers_of_an_earlier_test_are_gone_and_so_is_its_name(kept: Kept) -> None:
    with psycopg.connect(kept.url(), autocommit=True) as left:
        left.execute(SHARED)
        before = left.execute(ASKED).fetchall()[0]

        after = asked(kept.url())

        with pytest.raises(UndefinedTable):  # it is still connected, and would write for the next test
            left.execute(SHARED)
    assert before[:2] == (1, 1)
    assert after[:2] == (0, 1)
    assert after[2] != before[2]
    assert len(kept._all) == 1, "it is the same one"


def test_where_somebody_is_still_at_work_another_one_is_made(kept: Kept) -> None:
    with psycopg.connect(kept.url()) as left:
        left.execute(SHARED)

        assert asked(kept.url())[:2] == (0, 1)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE numbers (n INT)",
        "ALTER TABLE post ADD COLUMN n INT",
        "DROP INDEX lane_rank",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_where_a_test_changed_the_tables_another_one_is_made(kept: Kept, change: str) -> None:
    first = kept.url()
    shape = kept._shape
    with psycopg.connect(first, autocommit=True) as link:
        link.execute(change.encode())

    assert asked(kept.url())[:2] == (0, 1)
    assert kept._looks(kept._all[-1])[-1] == shape[-1]
    assert len(kept._all) == 2


def test_a_file_that_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    made = laid(tmp_path / "made.db")
    (tmp_path / "own.db").write_bytes(b"own")

    assert made.read_bytes() == newest()
    assert laid(tmp_path / "own.db").read_bytes() == b"own"
