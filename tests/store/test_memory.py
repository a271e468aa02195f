"""What `Memory` promises."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bridge.store.tx import SqlStore, SqlTx

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
