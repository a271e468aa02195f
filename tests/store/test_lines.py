"""What `Lines` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bridge.model.ids import AccountId, PlaceId
from bridge.model.kept import Line
from bridge.store.rows import ACCOUNT
from bridge.store.tx import SqlTx
from tests.store.worlds import NOW, World


@pytest.fixture
def room(conn: Connection, tx: SqlTx) -> tuple[PlaceId, list[AccountId]]:
    """A channel with lines 1 to 5 in it, and four accounts."""
    world = World(conn)
    for _ in range(4):
        world.person()
    place, other = world.channel(), world.channel()
    accounts = [AccountId(id) for id in conn.execute(select(ACCOUNT.c.id).order_by(ACCOUNT.c.id)).scalars()]
    for id in range(1, 6):
        tx.lines.add(Line(id, place, accounts[0], "Ana", f"line {id}", NOW + timedelta(seconds=id)))
    tx.lines.add(Line(6, other, accounts[0], "Ana", "elsewhere", NOW))
    return place, accounts


Room = tuple[PlaceId, list[AccountId]]


def test_a_line_comes_back_as_it_was(tx: SqlTx, room: Room) -> None:
    place, accounts = room
    line = Line(9, place, accounts[1], "Bo", "hm 🙂", NOW, thread="4")

    tx.lines.add(line)

    assert tx.lines.get(9) == line
    assert tx.lines.get(10) is None


@pytest.mark.parametrize(
    ("after", "before", "limit", "expected"),
    [
        (None, None, 9, [1, 2, 3, 4, 5]),
        (None, None, 2, [4, 5]),
        (None, 4, 2, [2, 3]),
        (2, None, 2, [3, 4]),
        (1, 5, 2, [3, 4]),
        (5, None, 9, []),
        (None, 1, 9, []),
    ],
)
def test_lines_of_a_place_oldest_first(
    tx: SqlTx, room: Room, after: int | None, before: int | None, limit: int, expected: list[int]
) -> None:
    assert [line.id for line in tx.lines.of(room[0], after, before, limit)] == expected


def test_a_line_can_be_changed_and_removed_once(tx: SqlTx, room: Room) -> None:
    assert tx.lines.change(1, "better") is True
    assert tx.lines.remove(2) is True

    assert tx.lines.change(2, "too late") is False
    assert tx.lines.remove(2) is False
    assert [line.text for line in tx.lines.of(room[0], None, None, 9)][:2] == ["better", "line 3"]


def test_a_reaction_counts_once_an_account(tx: SqlTx, room: Room) -> None:
    place, accounts = room

    assert tx.lines.react("1", place, accounts[0], "👍", on=True) is True
    assert tx.lines.react("1", place, accounts[0], "👍", on=True) is False
    assert tx.lines.react("1", place, accounts[0], "👍", on=False) is True
    assert tx.lines.react("1", place, accounts[0], "👍", on=False) is False

    assert tx.lines.reactions(place, ["1"]) == {}


def test_reactions_of_lines_and_cards_most_first(tx: SqlTx, room: Room) -> None:
    place, accounts = room
    for account, emoji in zip(accounts, ("👀", "👍", "👍", "👍"), strict=True):
        tx.lines.react("1", place, account, emoji, on=True)
        tx.lines.react("card-7", place, account, "👍", on=True)

    assert tx.lines.reactions(place, ["1", "card-7", "2"]) == {
        "1": [("👍", 3), ("👀", 1)],
        "card-7": [("👍", 4)],
    }
    assert tx.lines.reactions(place, []) == {}


def test_lines_bring_their_reactions(tx: SqlTx, room: Room) -> None:
    place, accounts = room
    plain = tx.lines.get(2)
    tx.lines.react("2", place, accounts[0], "👍", on=True)

    assert plain is not None
    assert tx.lines.get(2) == replace(plain, reactions=(("👍", 1),))
    assert tx.lines.of(place, 1, 3, 9) == [tx.lines.get(2)]


def test_a_removed_line_takes_its_reactions_along(tx: SqlTx, room: Room) -> None:
    place, accounts = room
    for message in ("1", "2"):
        tx.lines.react(message, place, accounts[0], "👍", on=True)

    tx.lines.remove(1)

    assert tx.lines.reactions(place, ["1", "2"]) == {"2": [("👍", 1)]}
