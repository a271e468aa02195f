"""What `People` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time

import pytest

from bridge.model.errors import HandleTaken
from bridge.model.ids import AccountId, PersonId, PlaceId
from bridge.model.person import Account, Hours, Person, Role
from bridge.model.place import Circle
from bridge.store.tx import SqlStore, SqlTx

FULL = Person(
    id=PersonId(1),
    handle="Ana",
    name="Ana Ångström",
    circle=Circle.COMMUNITY,
    title="Release captain, 100 % Graz",
    zone="Europe/Vienna",
    language="de",
    quiet=Hours(time(18, 30), time(0)),
    working_days=frozenset({0, 6}),
    mentions_live=False,
    never_ask=True,
    send_replies=True,
    roles=frozenset({Role.ADMIN, Role.ANNOUNCER}),
    home=PlaceId(7),
    sample=True,
)


def someone(id: int, handle: str, name: str = "", **more: object) -> Person:
    return replace(Person(PersonId(id), handle, name or handle, Circle.TEAM), **more)  # type: ignore[arg-type]


def add(tx: SqlTx, *people: Person) -> None:
    for person in people:
        tx.people.add(person)


def found(people: list[Person]) -> list[str]:
    return [person.handle for person in people]


@pytest.mark.parametrize(
    "person", [FULL, someone(2, "bo"), someone(3, "cy", roles=frozenset(), working_days=frozenset())]
)
def test_a_person_comes_back_as_they_were(tx: SqlTx, person: Person) -> None:
    tx.people.add(person)

    assert tx.people.get(person.id) == person
    assert tx.people.many([person.id, PersonId(99)]) == {person.id: person}


def test_nobody_is_none(tx: SqlTx) -> None:
    assert tx.people.get(PersonId(1)) is None
    assert tx.people.many([]) == {}
    assert tx.people.by_handle("ana") is None
    assert tx.people.by_handles([]) == {}


def test_a_handle_is_found_in_any_case(tx: SqlTx) -> None:
    add(tx, FULL)

    assert tx.people.by_handle("aNA") == FULL
    assert tx.people.by_handles(["ana", "nobody"]) == {"ana": FULL}


def test_more_people_are_fetched_than_fit_one_statement(tx: SqlTx) -> None:
    add(tx, *(someone(n, f"p{n}") for n in range(1, 1102)))

    assert len(tx.people.many([PersonId(n) for n in range(1, 1102)])) == 1101
    assert len(tx.people.by_handles([f"p{n}" for n in range(1, 1102)])) == 1101


def test_a_taken_handle_is_refused_by_name_and_nothing_is_kept(tx: SqlTx) -> None:
    add(tx, someone(1, "ana"))

    with pytest.raises(HandleTaken, match="@ANA is taken"):
        tx.people.add(someone(2, "ANA"))

    assert tx.people.get(PersonId(2)) is None


def test_adding_the_same_person_again_is_the_same_closure_running_again(tx: SqlTx) -> None:
    add(tx, FULL, FULL)

    assert tx.people.get(FULL.id) == FULL


def test_save_writes_every_field_but_the_circle_and_what_is_searched(tx: SqlTx) -> None:
    add(tx, someone(1, "bo"), someone(2, "cy"))

    tx.people.save(FULL)

    assert tx.people.get(PersonId(1)) == replace(FULL, circle=Circle.TEAM)
    assert tx.people.get(PersonId(2)) == someone(2, "cy")
    assert found(tx.people.search("captain", 9)) == ["Ana"]
    assert tx.people.by_handle("bo") is None


def test_save_refuses_somebody_elses_handle(tx: SqlTx) -> None:
    add(tx, someone(1, "ana"), someone(2, "bo"))

    with pytest.raises(HandleTaken):
        tx.people.save(someone(2, "Ana"))


def test_search_wants_every_word_in_handle_name_or_title(tx: SqlTx) -> None:
    add(tx, FULL, someone(2, "anatol"), someone(3, "bo", "Bo Graz"))

    assert found(tx.people.search("GRAZ ana", 9)) == ["Ana"]
    assert found(tx.people.search("ångström", 9)) == ["Ana"]
    assert tx.people.search("graz vienna", 9) == []


def test_search_puts_the_exact_handle_first_and_then_goes_by_name(tx: SqlTx) -> None:
    add(tx, someone(1, "anatol", "B"), someone(2, "zana", "A"), someone(3, "ana", "C"))

    assert found(tx.people.search("ana", 9)) == ["ana", "zana", "anatol"]
    assert found(tx.people.search("ana", 2)) == ["ana", "zana"]


@pytest.mark.parametrize("typed", ["%", "_", "\\", "a%a", "a_a"])
def test_nothing_that_is_typed_is_a_wildcard(tx: SqlTx, typed: str) -> None:
    add(tx, someone(1, "ana"), someone(2, "bo"))

    assert tx.people.search(typed, 9) == []
    assert tx.people.handles(typed, 9) == []


def test_wildcards_find_themselves(tx: SqlTx) -> None:
    add(tx, FULL, someone(2, "a_b"))

    assert found(tx.people.search("100 %", 9)) == ["Ana"]
    assert found(tx.people.handles("a_", 9)) == ["a_b"]


def test_completion_goes_by_the_beginning_of_handle_or_name(tx: SqlTx) -> None:
    add(
        tx,
        someone(1, "ana", "Zoe"),
        someone(2, "bo", "Ana Karenina"),
        someone(3, "cy", "Cy Anaheim"),
        someone(4, "di", title="Ana's deputy"),
    )

    assert found(tx.people.handles("ANA", 9)) == ["ana", "bo"]
    assert found(tx.people.handles("ana k", 9)) == ["bo"]
    assert found(tx.people.handles("", 2)) == ["ana", "bo"]


def test_count_is_the_team_without_samples(tx: SqlTx) -> None:
    add(tx, someone(1, "ana"), someone(2, "bo", circle=Circle.COMMUNITY), someone(3, "cy", sample=True))

    assert tx.people.count() == 1


def test_an_account_is_found_by_its_names_and_by_its_id(tx: SqlTx) -> None:
    add(tx, FULL)
    account = Account(AccountId(5), FULL.id, "chat", "w", "u", guest=True)

    tx.people.add_account(account)

    assert tx.people.account("chat", "w", "u") == account == tx.people.account_by_id(AccountId(5))
    assert tx.people.account("chat", "w", "other") is None
    assert tx.people.account_by_id(AccountId(6)) is None


def test_an_account_keeps_what_its_person_chose_for_it(tx: SqlTx) -> None:
    add(tx, FULL)
    account = Account(AccountId(5), FULL.id, "chat", "w", "u")
    tx.people.add_account(account)

    chosen = replace(account, guest=True, shares_status=True, status="On a train")
    tx.people.save_account(chosen)

    assert tx.people.account_by_id(account.id) == chosen == tx.people.account("chat", "w", "u")


def test_saving_an_account_leaves_the_others_alone(tx: SqlTx) -> None:
    add(tx, FULL)
    one, other = (Account(AccountId(id), FULL.id, "chat", f"w{id}", "u") for id in (5, 6))
    tx.people.add_account(one)
    tx.people.add_account(other)

    tx.people.save_account(replace(one, status="Away"))

    assert tx.people.account_by_id(other.id) == other


def test_all_accounts_of_a_person_and_no_others_are_found_the_oldest_first(tx: SqlTx) -> None:
    add(tx, FULL, someone(FULL.id + 1, "other"))
    mine = [Account(AccountId(id), FULL.id, "chat", f"w{id}", "u", shares_status=True) for id in (5, 6)]
    for account in (*reversed(mine), Account(AccountId(7), PersonId(FULL.id + 1), "chat", "w7", "u")):
        tx.people.add_account(account)

    assert tx.people.accounts(FULL.id) == mine
    assert tx.people.accounts(PersonId(FULL.id + 2)) == []


async def test_one_of_many_gets_a_handle_they_all_want(store: SqlStore) -> None:
    results = await asyncio.gather(
        *(store.write(lambda tx, n=n: tx.people.add(someone(n, "ana"))) for n in range(1, 9)), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in results) == ["HandleTaken"] * 7 + ["NoneType"]
    assert await store.read(lambda tx: tx.people.count()) == 1
