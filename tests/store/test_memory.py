"""What `Memory` promises."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from bridge.store.tx import SqlStore, SqlTx, open_store

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_an_event_is_new_once(tx: SqlTx) -> None:
    assert tx.memory.once("e1", NOW) is True
    assert tx.memory.once("e1", NOW + timedelta(seconds=1)) is False
    assert tx.memory.once("e2", NOW) is True


def test_old_events_are_forgotten(tx: SqlTx) -> None:
    tx.memory.once("old", NOW - timedelta(seconds=1))
    tx.memory.once("young", NOW)

    assert tx.memory.forget_events(NOW) == 1

    assert tx.memory.once("old", NOW) is True
    assert tx.memory.once("young", NOW) is False


async def test_an_event_that_comes_many_times_at_once_is_new_once(store: SqlStore) -> None:
    new = await asyncio.gather(*(store.write(lambda tx: tx.memory.once("e", NOW)) for _ in range(16)))

    assert new.count(True) == 1


def test_a_secret_is_made_changed_and_removed_by_who_knows_its_version(tx: SqlTx) -> None:
    assert tx.memory.secret("core", "token") is None
    assert tx.memory.put_secret("core", "token", b"\x00a", 0) is True
    assert tx.memory.secret("core", "token") == (b"\x00a", 1)

    assert tx.memory.put_secret("core", "token", b"b", 1) is True
    assert tx.memory.secret("core", "token") == (b"b", 2)

    assert tx.memory.put_secret("core", "token", None, 2) is True
    assert tx.memory.secret("core", "token") is None


def test_a_stale_version_changes_nothing(tx: SqlTx) -> None:
    tx.memory.put_secret("core", "token", b"a", 0)
    tx.memory.put_secret("core", "token", b"b", 1)

    for version in (0, 1, 3):
        assert tx.memory.put_secret("core", "token", b"c", version) is False
        assert tx.memory.put_secret("core", "token", None, version) is False
    assert tx.memory.put_secret("core", "missing", b"c", 1) is False

    assert tx.memory.secret("core", "token") == (b"b", 2)
    assert tx.memory.secret("core", "missing") is None


def test_namespaces_keep_their_secrets_apart(tx: SqlTx) -> None:
    tx.memory.put_secret("one", "token", b"1", 0)
    tx.memory.put_secret("two", "token", b"2", 0)

    assert tx.memory.secret("one", "token") == (b"1", 1)
    assert tx.memory.secret("two", "token") == (b"2", 1)


@pytest.mark.parametrize("version", [0, 1])
async def test_of_many_who_set_a_secret_at_once_one_succeeds(store: SqlStore, version: int) -> None:
    if version:
        await store.write(lambda tx: tx.memory.put_secret("core", "t", b"", 0))

    done = await asyncio.gather(
        *(store.write(lambda tx, n=n: tx.memory.put_secret("core", "t", b"%d" % n, version)) for n in range(8))
    )

    assert done.count(True) == 1
    assert await store.read(lambda tx: tx.memory.secret("core", "t")) == (b"%d" % done.index(True), version + 1)


def test_a_lease_is_held_by_one_and_renewed_under_the_same_epoch(tx: SqlTx) -> None:
    assert tx.memory.lease("shard", "me", 15) == 1
    assert tx.memory.lease("shard", "other", 15) is None
    assert tx.memory.lease("shard", "me", 15) == 1
    assert tx.memory.lease("another", "other", 15) == 1


def test_a_lease_that_ran_out_goes_to_the_next_under_a_new_epoch(tx: SqlTx) -> None:
    tx.memory.lease("shard", "me", 0)

    assert tx.memory.lease("shard", "other", 15) == 2
    assert tx.memory.lease("shard", "me", 15) is None


def test_a_lease_taken_again_after_it_ran_out_has_a_new_epoch(tx: SqlTx) -> None:
    tx.memory.lease("shard", "me", 0)

    assert tx.memory.lease("shard", "me", 15) == 2


def test_a_released_lease_is_free_and_its_epoch_is_not_used_again(tx: SqlTx) -> None:
    tx.memory.lease("shard", "me", 15)
    tx.memory.release("shard", "other")
    assert tx.memory.lease("shard", "other", 15) is None

    tx.memory.release("shard", "me")

    assert tx.memory.lease("shard", "other", 15) == 2


async def test_of_many_who_want_a_lease_at_once_one_gets_it(store: SqlStore) -> None:
    epochs = await asyncio.gather(
        *(store.write(lambda tx, n=n: tx.memory.lease("shard", f"process {n}", 15)) for n in range(8))
    )

    assert [epoch for epoch in epochs if epoch is not None] == [1]


def test_media_are_kept_once_by_content(tx: SqlTx) -> None:
    assert tx.memory.media("d") is None

    tx.memory.put_media("d", b"\x00bytes", NOW)
    tx.memory.put_media("d", b"\x00bytes", NOW)

    assert tx.memory.media("d") == b"\x00bytes"


def test_media_go_when_nothing_has_used_them_for_long(tx: SqlTx) -> None:
    tx.memory.put_media("old", b"1", NOW - timedelta(days=3))
    tx.memory.put_media("again", b"2", NOW - timedelta(days=3))
    tx.memory.put_media("again", b"2", NOW)

    assert tx.memory.forget_media(NOW - timedelta(days=2)) == 1
    assert tx.memory.media("old") is None
    assert tx.memory.media("again") == b"2"


LATER = NOW + timedelta(minutes=1)


def remember(tx: SqlTx, *keys: str, namespace: str = "chat") -> None:
    """One a second, sealed as "sealed KEY", and nobody has them after `NOW` any more."""
    for second, key in enumerate(keys):
        at = NOW - timedelta(hours=1) + timedelta(seconds=second)
        tx.memory.remember(namespace, key, b"sealed " + key.encode(), at, NOW)


def taken(tx: SqlTx, now: datetime = NOW, limit: int = 50, namespace: str = "chat") -> list[str]:
    found = tx.memory.take_remembered(namespace, now, now + timedelta(minutes=1), limit)
    return [key for key, _, _ in found]


def test_an_event_is_remembered_once(tx: SqlTx) -> None:
    assert tx.memory.remember("chat", "e1", b"\x00one", NOW, LATER) is True
    assert tx.memory.remember("chat", "e1", b"\x00another sealing", NOW, LATER) is False
    assert tx.memory.remember("chat", "e2", b"\x00two", NOW, LATER) is True
    assert tx.memory.remember("other", "e1", b"\x00three", NOW, LATER) is True

    assert tx.memory.take_remembered("chat", LATER, LATER, 9) == [("e1", b"\x00one", 0), ("e2", b"\x00two", 0)]


def test_remembering_the_very_same_again_is_the_same_closure_running_again(tx: SqlTx) -> None:
    tx.memory.remember("chat", "e1", b"sealed", NOW, LATER)

    assert tx.memory.remember("chat", "e1", b"sealed", NOW, LATER) is True


def test_who_remembers_an_event_has_it_for_a_while(tx: SqlTx) -> None:
    tx.memory.remember("chat", "e1", b"sealed", NOW, LATER)

    assert taken(tx, LATER - timedelta(microseconds=1)) == []
    assert taken(tx, LATER) == ["e1"]


def test_events_are_taken_oldest_first_and_no_more_than_asked_for(tx: SqlTx) -> None:
    remember(tx, "c", "a", "b")

    assert taken(tx, limit=2) == ["c", "a"]
    assert taken(tx, limit=2) == ["b"]
    assert taken(tx, limit=2) == []


def test_who_takes_an_event_has_it_for_a_while_and_each_beginning_counts(tx: SqlTx) -> None:
    remember(tx, "e1")

    for now in (NOW, NOW, LATER):
        tx.memory.take_remembered("chat", now, now + timedelta(minutes=1), 9)
    until = LATER + timedelta(minutes=1)
    begun = [tx.memory.begin_remembered("chat", "e1", until, until + timedelta(seconds=n)) for n in (0, 1)]

    assert begun == [0, 1]
    assert tx.memory.take_remembered("chat", until + timedelta(minutes=1), until, 9) == [("e1", b"sealed e1", 2)]


def test_who_lost_an_event_to_another_neither_begins_nor_keeps_it(tx: SqlTx) -> None:
    remember(tx, "lost", "kept")
    mine, others, then = NOW + timedelta(minutes=1), LATER + timedelta(minutes=1), LATER + timedelta(minutes=2)
    tx.memory.take_remembered("chat", NOW, mine, 9)
    tx.memory.take_remembered("chat", LATER, others, 1)

    kept = tx.memory.renew_remembered("chat", {"lost": mine, "kept": mine, "never came": mine}, then)

    assert kept == {"kept"}
    assert tx.memory.begin_remembered("chat", "lost", mine, then) is None
    assert tx.memory.begin_remembered("chat", "lost", others, then) == 0
    assert taken(tx, then - timedelta(microseconds=1)) == []


def test_what_is_done_with_is_not_begun(tx: SqlTx) -> None:
    tx.memory.remember("chat", "e1", b"sealed", NOW, LATER)
    tx.memory.done_with("chat", "e1", NOW)

    assert tx.memory.begin_remembered("chat", "e1", LATER, LATER) is None


def test_an_event_of_another_namespace_is_never_taken(tx: SqlTx) -> None:
    remember(tx, "e1", namespace="one")
    remember(tx, "e1", "e2", namespace="two")

    assert taken(tx, namespace="one") == ["e1"]
    assert taken(tx, namespace="two") == ["e1", "e2"]


def test_what_is_done_with_is_taken_no_more_but_known(tx: SqlTx) -> None:
    remember(tx, "e1", "e2")

    tx.memory.done_with("chat", "e1", NOW)
    tx.memory.done_with("chat", "never came", NOW)

    assert taken(tx) == ["e2"]
    assert tx.memory.remember("chat", "e1", b"sealed e1", NOW, LATER) is False


def test_the_payload_of_what_is_done_with_is_gone(tx: SqlTx, conn: Connection) -> None:
    remember(tx, "e1")

    tx.memory.done_with("chat", "e1", NOW)

    assert conn.execute(text("SELECT payload FROM inbox")).scalars().all() == [None]


def test_what_is_done_with_is_known_from_then_on_and_forgotten_after_a_while(tx: SqlTx) -> None:
    remember(tx, "early", "late")
    tx.memory.done_with("chat", "early", NOW - timedelta(seconds=1))
    tx.memory.done_with("chat", "late", NOW)
    tx.memory.done_with("chat", "early", NOW + timedelta(hours=1))  # a second time changes nothing

    assert tx.memory.forget_done(NOW) == 1

    assert tx.memory.remember("chat", "early", b"again", NOW, LATER) is True
    assert tx.memory.remember("chat", "late", b"again", NOW, LATER) is False


def test_what_is_not_done_with_is_never_forgotten(tx: SqlTx) -> None:
    remember(tx, "waiting", "in work")

    assert tx.memory.forget_done(NOW + timedelta(days=365)) == 0

    assert taken(tx) == ["waiting", "in work"]


async def test_an_event_that_is_remembered_many_times_at_once_is_remembered_by_one(store: SqlStore) -> None:
    new = await asyncio.gather(
        *(store.write(lambda tx, n=n: tx.memory.remember("chat", "e", b"%d" % n, NOW, LATER)) for n in range(16))
    )

    assert new.count(True) == 1


async def test_no_two_who_take_at_once_get_the_same(store: SqlStore) -> None:
    keys = [f"e{n:02}" for n in range(40)]
    await store.write(lambda tx: remember(tx, *keys))

    parts = await asyncio.gather(*(store.write(lambda tx: taken(tx, limit=5)) for _ in range(8)))

    assert sorted(key for part in parts for key in part) == keys


async def test_who_takes_waits_for_nobody_who_takes_too(ready_postgres_url: str) -> None:
    store = open_store(ready_postgres_url)
    await store.write(lambda tx: remember(tx, "e1", "e2", "e3", "e4"))
    both = threading.Barrier(2)

    def take(tx: SqlTx) -> list[str]:
        found = taken(tx, limit=2)
        both.wait(timeout=5)  # neither has committed yet
        return found

    parts = await asyncio.gather(store.write(take), store.write(take))
    await store.close()

    assert sorted(parts) == [["e1", "e2"], ["e3", "e4"]]
