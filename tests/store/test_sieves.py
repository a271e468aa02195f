"""What `Sieves` promises, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, update

from bridge.model.ids import PersonId, SieveId, SubjectId
from bridge.model.kept import Sieve
from bridge.store.sql import SUBSCRIPTION
from bridge.store.tx import SqlTx
from tests.store.worlds import World


@pytest.fixture
def world(conn: Connection) -> World:
    return World(conn)


def goes_by(world: World, who: PersonId, what: PersonId, sieve: Sieve) -> None:
    world.follow(who, what)
    chosen = (SUBSCRIPTION.c.subscriber == who) & (SUBSCRIPTION.c.subject == what)
    world.conn.execute(update(SUBSCRIPTION).where(chosen).values(sieve=sieve.id))


def test_a_sieve_is_kept_changed_and_removed(world: World, tx: SqlTx) -> None:
    sieve = Sieve(SieveId(world.id()), "only:release", SubjectId(world.person()))
    tx.sieves.put(sieve)
    assert tx.sieves.get(sieve.id) == sieve

    changed = Sieve(sieve.id, "only:beta", sieve.subject)
    tx.sieves.put(changed)
    assert tx.sieves.get(sieve.id) == changed

    tx.sieves.remove(sieve.id)
    tx.sieves.remove(sieve.id)
    assert tx.sieves.get(sieve.id) is None


def test_a_phrase_is_found_by_exactly_its_words_and_a_filter_of_them_is_none(world: World, tx: SqlTx) -> None:
    phrase = Sieve(SieveId(world.id()), '"our product" not:hiring')
    tx.sieves.put(Sieve(SieveId(world.id()), phrase.words, SubjectId(world.person())))
    assert tx.sieves.phrase(phrase.words) is None

    tx.sieves.put(phrase)
    assert tx.sieves.phrase(phrase.words) == phrase
    assert tx.sieves.phrase("our product") is None


def test_only_those_that_a_follow_goes_by_are_learnt(world: World, tx: SqlTx) -> None:
    ana, bo, who = world.person(), world.person(), world.person()
    used, idle = (Sieve(SieveId(world.id()), words, SubjectId(who)) for words in ("a", "b"))
    for sieve in (used, idle):
        tx.sieves.put(sieve)
    goes_by(world, ana, who, used)
    goes_by(world, bo, who, used)

    assert tx.sieves.all() == [used]


def test_what_was_let_through_is_noted_once_and_goes_with_its_sieve(world: World, tx: SqlTx) -> None:
    one, two = (Sieve(SieveId(world.id()), words) for words in ("a", "b"))
    for sieve in (one, two):
        tx.sieves.put(sieve)
    post, other = world.post(world.person()), world.post(world.person())

    tx.sieves.catch(post.id, [two.id, one.id])
    tx.sieves.catch(post.id, [one.id])
    tx.sieves.catch(other.id, [])

    assert sorted(tx.sieves.caught(post)) == [one.id, two.id]
    assert tx.sieves.caught(other) == []
    tx.sieves.remove(one.id)
    assert tx.sieves.caught(post) == [two.id]


def test_whether_any_changed_is_told_by_one_number(world: World, tx: SqlTx) -> None:
    sieve = Sieve(SieveId(world.id()), "only:release", SubjectId(world.person()))
    versions = [tx.sieves.version()]
    tx.sieves.put(sieve)
    versions.append(tx.sieves.version())
    tx.sieves.put(sieve)
    versions.append(tx.sieves.version())
    tx.sieves.catch(world.post(world.person()).id, [sieve.id])
    versions.append(tx.sieves.version())
    tx.sieves.remove(sieve.id)
    versions.append(tx.sieves.version())

    assert versions == [0, 1, 2, 2, 3]
