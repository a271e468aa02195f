"""Statements that go to the driver directly give what SQLAlchemy would give, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import BigInteger, Connection, Text, func, insert, select, update

from bridge.store.engines.batch import Batch
from bridge.store.engines.ready import Ready
from bridge.store.memory import EVENT
from bridge.store.rows import PERSON
from bridge.store.sql import NOW, TAG, among, within

AT = datetime(2026, 11, 24, 9, 0, 0, 5, tzinfo=UTC)
ODD = 'ñ"\\,{}\n%s:x?'


def tag(id: int, name: str) -> dict[str, Any]:
    return {"id": id, "folded": name, "name": name}


def test_rows_are_those_of_sqlalchemy(conn: Connection) -> None:
    conn.execute(insert(EVENT), [{"key": ODD, "at": AT}, {"key": "b", "at": AT}])
    asked = select(EVENT).where(EVENT.c.at <= NOW, EVENT.c.key != "b")

    row = Ready(asked).first(conn, {"now": AT})

    assert tuple(row) == tuple(conn.execute(asked, {"now": AT}).one())
    assert (row.key, row.at) == (ODD, AT)


def test_lists_find_numbers_and_words(conn: Connection) -> None:
    conn.execute(insert(TAG), [tag(2**62, ODD), tag(2, "two"), tag(3, "three")])
    by_id, by_name = (
        Ready(select(TAG.c.id).where(within(TAG.c.id, "ids"))),
        Ready(select(TAG.c.id).where(among(TAG.c.folded, "names"))),
    )

    assert set(by_id.column(conn, {"ids": {2**62, 3}})) == {2**62, 3}
    assert set(by_name.column(conn, {"names": (ODD, "two")})) == {2**62, 2}
    assert by_id.column(conn, {"ids": ()}) == by_name.column(conn, {"names": []}) == []


def test_what_is_missing_is_told(conn: Connection) -> None:
    with pytest.raises(KeyError):
        Ready(select(TAG).where(within(TAG.c.id, "ids"))).rows(conn, {})


def test_a_default_that_only_sqlalchemy_would_fill_in_is_refused(conn: Connection) -> None:
    with pytest.raises(ValueError, match="default"):
        Ready(insert(PERSON)).change(conn, {"id": 1, "handle": "ada"})


def test_a_batch_changes_each_row_as_it_says(conn: Connection) -> None:
    conn.execute(insert(TAG), [tag(1, "one"), tag(2, "two"), tag(3, "three")])
    rename = Batch(
        lambda row, _: update(TAG).where(TAG.c.id == row.which).values(name=func.coalesce(row.to, TAG.c.name)),
        which=BigInteger,
        to=Text,
    )

    rename.run(conn, [{"which": 1, "to": ODD}, {"which": 2, "to": None}])
    rename.run(conn, [])

    assert dict(map(tuple, conn.execute(select(TAG.c.id, TAG.c.name)))) == {1: ODD, 2: "two", 3: "three"}


def test_of_two_changes_in_a_batch_the_later_finds_what_the_earlier_left(conn: Connection) -> None:
    conn.execute(insert(TAG), [tag(1, "one")])
    append = Batch(
        lambda row, _: update(TAG).where(TAG.c.id == row.which).values(name=TAG.c.name + row.more),
        which=BigInteger,
        more=Text,
    )

    append.run(conn, [{"which": 1, "more": "a"}, {"which": 1, "more": "b"}])

    assert conn.execute(select(TAG.c.name)).scalar() == "oneab"
