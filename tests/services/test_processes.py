"""Processes on one database count each other, so that the limits of one token are divided by as many as deliver."""

from __future__ import annotations

import pytest

from bridge.model.errors import StoreError
from bridge.model.role import Role
from bridge.services.processes import LIVES, Processes
from tests.core import Team


def among(team: Team, name: str, role: Role = Role.ALL) -> Processes:
    return Processes(team.world, name, role)


def measured(team: Team, name: str, **labels: str) -> float | None:
    value: float | None = team.world.meter.registry.get_sample_value(name, labels)  # type: ignore[attr-defined]
    return value


async def test_limits_are_divided_among_those_that_deliver(team: Team) -> None:
    one, two = among(team, "one"), among(team, "two", Role.COURIER)
    assert one.share() == 1, "before anybody was counted"

    await one.attend()
    await two.attend()
    await among(team, "three", Role.LISTENER).attend()
    await one.attend()

    assert one.share() == 2
    assert measured(team, "bridge_couriers") == 2
    assert measured(team, "bridge_processes", role="listener") == 1


async def test_attending_twice_counts_once(team: Team) -> None:
    one = among(team, "one")

    await one.attend()
    await one.attend()

    assert one.share() == 1
    assert measured(team, "bridge_processes", role="all") == 1


async def test_who_leaves_counts_no_more(team: Team) -> None:
    one, two = among(team, "one"), among(team, "two")
    await two.attend()
    await two.leave()

    await one.attend()

    assert one.share() == 1


async def test_who_never_came_or_finds_no_database_leaves_without_a_word(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = among(team, "one"), among(team, "two")
    await two.attend()
    asked = 0

    async def silent(fn: object) -> None:
        nonlocal asked
        asked += 1
        raise StoreError

    monkeypatch.setattr(team.world.store, "write", silent)
    await one.leave()
    assert asked == 0
    await two.leave()
    assert asked == 1


async def test_who_died_counts_for_a_quarter_of_a_minute(team: Team) -> None:
    one, two = among(team, "one"), among(team, "two")
    await two.attend()
    # The database's own clock says when that is over, so its lease is made to have run out there.
    await team.store.write(lambda tx: tx.memory.attend(Role.ALL, "two", -0.001))

    await one.attend()

    assert LIVES == 15
    assert one.share() == 1


async def test_those_that_died_are_forgotten(team: Team) -> None:
    await team.store.write(lambda tx: tx.memory.attend(Role.ALL, "old", -61))
    await among(team, "one").attend()

    # An epoch of one says that the row was made anew.
    assert await team.store.write(lambda tx: tx.memory.lease("process all old", "old", 1)) == 1


async def test_while_the_database_is_silent_the_last_count_holds(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    one = among(team, "one")
    await among(team, "two").attend()
    await one.attend()

    async def silent(fn: object) -> None:
        raise StoreError

    monkeypatch.setattr(team.world.store, "write", silent)
    with pytest.raises(StoreError):
        await one.attend()

    assert one.share() == 2
