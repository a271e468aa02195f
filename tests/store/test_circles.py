"""What workspaces are to the team, and what becomes of their places and people."""

from __future__ import annotations

import asyncio
import random
import threading

import pytest

from bridge.model.ids import AccountId, PersonId, PlaceId
from bridge.model.kept import Connected, Tx
from bridge.model.person import Account, Person
from bridge.model.place import Circle, Place, PlaceKind, Workspace
from bridge.store.tx import SqlStore, SqlTx

TEAM, COMMUNITY = Circle.TEAM, Circle.COMMUNITY


def circles(tx: Tx) -> dict[str, Circle]:
    return {one.key: one.circle for one in tx.places.workspaces()}


def came(tx: Tx, id: int, workspace: str, circle: Circle = TEAM, guest: bool = False, sample: bool = False) -> None:
    """A person with one account."""
    tx.people.add(Person(PersonId(id), f"p{id}", f"P {id}", circle, sample=sample))
    account(tx, id, workspace, guest)


def account(tx: Tx, person: int, workspace: str, guest: bool = False) -> None:
    user = f"u{person}"
    id = AccountId(1000 * person + ord(workspace[-1]))
    tx.people.add_account(Account(id, PersonId(person), "chat", workspace, user, guest))


def place(id: int, workspace: str, circle: Circle, kind: PlaceKind = PlaceKind.CHANNEL) -> Place:
    return Place(PlaceId(id), "chat", workspace, f"c{id}", kind, f"c{id}", circle)


def test_one_that_was_told_leaves_the_first_place_to_another(tx: SqlTx) -> None:
    stand_in = tx.places.add_workspace("own", "stand-in", "Stand-in", TEAM)
    first = tx.places.add_workspace("chat", "w", "Acme")
    second = tx.places.add_workspace("chat", "v", "Friends")

    assert [one.circle for one in (stand_in, first, second)] == [TEAM, TEAM, COMMUNITY]


def test_one_that_held_the_first_place_gives_it_free_when_it_is_told(tx: SqlTx) -> None:
    tx.places.add_workspace("own", "stand-in")
    tx.places.add_workspace("own", "stand-in", "Stand-in", TEAM)

    assert tx.places.add_workspace("chat", "w", "Acme").circle is TEAM
    assert tx.places.workspace("own", "stand-in") == Workspace("own", "stand-in", "Stand-in", TEAM)


def test_a_circle_that_is_told_again_leaves_standing_what_an_administrator_said(tx: SqlTx) -> None:
    tx.places.add_workspace("own", "stand-in", "", TEAM)
    tx.places.set_circle("own", "stand-in", COMMUNITY)

    again = tx.places.add_workspace("own", "stand-in", "", TEAM)

    assert again.circle is COMMUNITY
    assert circles(tx) == {"stand-in": COMMUNITY}


@pytest.mark.parametrize("said", [TEAM, COMMUNITY])
def test_what_an_administrator_says_of_the_first_makes_no_other_one_the_first(tx: SqlTx, said: Circle) -> None:
    tx.places.add_workspace("chat", "w")
    tx.places.set_circle("chat", "w", said)

    assert tx.places.add_workspace("chat", "v").circle is COMMUNITY


def test_a_workspace_without_a_name_goes_by_its_key_and_keeps_the_name_it_gets(tx: SqlTx) -> None:
    names = [tx.places.add_workspace("chat", "w", name).name for name in ("", "Acme", "", "Acme & Co")]

    assert names == ["w", "Acme", "Acme", "Acme & Co"]
    assert [one.name for one in tx.places.workspaces()] == ["Acme & Co"]


def test_its_places_and_its_people_become_what_it_is(tx: SqlTx) -> None:
    tx.places.add_workspace("chat", "w")
    tx.places.add_workspace("chat", "v")
    came(tx, 1, "w")
    came(tx, 2, "w", COMMUNITY, guest=True)
    came(tx, 3, "v", COMMUNITY)
    for one in (place(1, "w", TEAM), place(2, "v", COMMUNITY), place(3, "v", COMMUNITY, PlaceKind.THREAD)):
        tx.places.add(one)

    tx.places.set_circle("chat", "w", COMMUNITY)
    tx.places.set_circle("chat", "v", TEAM)

    people = tx.people.many([PersonId(id) for id in (1, 2, 3)])
    places = tx.places.many([PlaceId(id) for id in (1, 2, 3)])
    assert [people[PersonId(id)].circle for id in (1, 2, 3)] == [COMMUNITY, COMMUNITY, TEAM]
    assert [places[PlaceId(id)].circle for id in (1, 2, 3)] == [COMMUNITY, TEAM, TEAM]


def test_a_circle_that_is_told_late_is_that_of_its_people_too(tx: SqlTx) -> None:
    tx.places.add_workspace("chat", "w")
    tx.places.add_workspace("own", "stand-in")
    came(tx, 1, "w")
    tx.people.add(Person(PersonId(2), "p2", "P 2", COMMUNITY))
    tx.people.add_account(Account(AccountId(2), PersonId(2), "own", "stand-in", "u2"))

    tx.places.add_workspace("own", "stand-in", "", TEAM)

    assert tx.people.many([PersonId(2)])[PersonId(2)].circle is TEAM


def test_somebody_who_is_also_in_another_workspace_of_the_team_stays_in_it(tx: SqlTx) -> None:
    tx.places.add_workspace("chat", "w")
    tx.places.add_workspace("chat", "v")
    tx.places.set_circle("chat", "v", TEAM)
    came(tx, 1, "w")
    account(tx, 1, "v")

    tx.places.set_circle("chat", "w", COMMUNITY)

    assert tx.people.many([PersonId(1)])[PersonId(1)].circle is TEAM


@pytest.mark.parametrize("seed", range(12))
def test_people_and_places_follow_the_rule_whatever_they_are_in(tx: SqlTx, seed: int) -> None:
    """Against the rule in plain words, after each of a dozen changes."""
    dice = random.Random(seed)
    keys = [f"w{n}" for n in range(4)]
    is_now = {key: tx.places.add_workspace("chat", key).circle for key in keys}
    accounts = {
        person: {key: dice.random() < 0.4 for key in dice.sample(keys, dice.randint(0, 3))} for person in range(1, 15)
    }
    """Person -> workspace -> whether they are a guest there."""

    def rule(person: int) -> Circle:
        full = [key for key, guest in accounts[person].items() if not guest]
        return TEAM if any(is_now[key] is TEAM for key in full) else COMMUNITY

    for person, theirs in accounts.items():
        tx.people.add(Person(PersonId(person), f"p{person}", f"P {person}", rule(person)))
        for key, guest in theirs.items():
            account(tx, person, key, guest)
    for n, key in enumerate(keys * 3, 1):
        tx.places.add(place(n, key, is_now[key]))

    for _ in range(12):
        key = dice.choice(keys)
        is_now[key] = dice.choice([TEAM, COMMUNITY])
        tx.places.set_circle("chat", key, is_now[key])

        people = tx.people.many([PersonId(id) for id in accounts])
        assert {id: one.circle for id, one in people.items()} == {id: rule(id) for id in accounts}
        places = tx.places.many([PlaceId(n) for n in range(1, 13)]).values()
        assert all(one.circle is is_now[one.workspace] for one in places)
        assert circles(tx) == is_now


def test_a_census_counts_people_and_channels(tx: SqlTx) -> None:
    acme, empty = tx.places.add_workspace("chat", "w", "Acme"), tx.places.add_workspace("own", "v", "Empty")
    came(tx, 1, "w")
    came(tx, 2, "w", guest=True)
    came(tx, 3, "w", sample=True)
    came(tx, 4, "elsewhere")
    for one in (place(1, "w", TEAM), place(2, "w", TEAM, PlaceKind.THREAD), place(3, "elsewhere", TEAM)):
        tx.places.add(one)

    assert tx.places.census() == [Connected(acme, 2, 1), Connected(empty, 0, 0)]


async def test_somebody_who_comes_while_it_changes_becomes_what_it_is(store: SqlStore) -> None:
    await store.write(lambda tx: tx.places.add_workspace("chat", "w"))
    seen, changed = threading.Event(), threading.Event()

    def meet(tx: Tx) -> None:
        workspace = tx.places.workspace("chat", "w")
        assert workspace is not None
        seen.set()
        changed.wait(0.2)  # in vain, where the change has to wait for our commit
        came(tx, 1, "w", workspace.circle)
        tx.places.add(place(1, "w", workspace.circle))

    def change(tx: Tx) -> None:
        assert seen.wait(10)
        tx.places.set_circle("chat", "w", COMMUNITY)
        changed.set()

    await asyncio.gather(store.write(meet), store.write(change))

    person = await store.read(lambda tx: tx.people.get(PersonId(1)))
    channel = await store.read(lambda tx: tx.places.get(PlaceId(1)))
    assert person is not None
    assert channel is not None
    assert (person.circle, channel.circle) == (COMMUNITY, COMMUNITY)
