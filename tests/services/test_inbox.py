"""What `Inbox` promises: an event that was acknowledged is not lost, and nobody reads it in the database."""

from __future__ import annotations

import asyncio
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from bridge.model.clock import FixedClock
from bridge.model.errors import ConfigError, StoreFull
from bridge.model.given import Inbox, Remembered
from bridge.model.kept import Store, Tx
from bridge.services.keeping import EncryptedInbox, EncryptedVault
from bridge.services.upkeep import forget
from bridge.store.tx import open_store
from tests.services.conftest import Team

T = TypeVar("T")

KEY = secrets.token_bytes(32)


class FullStore:
    """A store on a full disk."""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        raise StoreFull()

    async def read(self, fn: Callable[[Tx], T]) -> T:
        raise AssertionError("remembering reads nothing")

    async def close(self) -> None: ...


@pytest.fixture
async def store(ready_url: str) -> AsyncIterator[Store]:
    opened = open_store(ready_url)
    yield opened
    await opened.close()


@pytest.fixture
def inbox(store: Store, clock: FixedClock) -> Inbox:
    return EncryptedInbox(store, KEY, "chat", clock)


async def test_an_event_is_remembered_once_done_with_or_not(inbox: Inbox) -> None:
    assert await inbox.remember("e1", b"Hello") is True
    assert await inbox.remember("e1", b"Hello") is False

    await inbox.done("e1")

    assert await inbox.remember("e1", b"Hello") is False


async def test_an_event_whose_process_dies_goes_to_another_after_a_minute(inbox: Inbox, clock: FixedClock) -> None:
    await inbox.remember("e1", b"Hello")

    clock.advance(seconds=59)
    early = await inbox.take()
    clock.advance(seconds=1)
    taken = await inbox.take()

    assert early == []
    assert taken == [Remembered("e1", b"Hello")]


def test_what_was_remembered_outlives_kill_9(ready_url: str, clock: FixedClock) -> None:
    command = [sys.executable, "-m", "tests.crash.inbox", ready_url, KEY.hex(), "e1", "e2"]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], timeout=60, check=False)
    clock.advance(minutes=1)

    async def take() -> list[Remembered]:
        store = open_store(ready_url)
        found = await EncryptedInbox(store, KEY, "chat", clock).take()
        await store.close()
        return found

    assert killed.returncode == -signal.SIGKILL
    assert asyncio.run(take()) == [Remembered("e1", b"Hello"), Remembered("e2", b"Hello")]


async def test_an_event_that_nobody_gets_done_counts_how_often_it_was_begun(inbox: Inbox, clock: FixedClock) -> None:
    await inbox.remember("e1", b"Hello")

    begun = [await inbox.begin("e1")]
    clock.advance(minutes=1)
    [again] = await inbox.take()
    begun.append(await inbox.begin("e1"))

    assert begun == [0, 1]
    assert again.tries == 1


async def test_what_waits_for_longer_than_a_minute_stays_with_whoever_renews_it(
    inbox: Inbox, store: Store, clock: FixedClock
) -> None:
    another = EncryptedInbox(store, KEY, "chat", clock)
    await inbox.remember("e1", b"Hello")

    clock.advance(seconds=59)
    await inbox.renew(["e1", "never came"])
    clock.advance(seconds=59)

    assert await another.take() == []
    assert await inbox.begin("e1") == 0


async def test_what_another_process_took_is_left_to_it(inbox: Inbox, store: Store, clock: FixedClock) -> None:
    another = EncryptedInbox(store, KEY, "chat", clock)
    await inbox.remember("e1", b"Hello")
    await inbox.remember("e2", b"Hello")
    clock.advance(seconds=61)
    await another.take()

    clock.advance(seconds=1)
    await inbox.renew(["e1"])

    assert [await inbox.begin("e1"), await inbox.begin("e2")] == [None, None]
    assert [await another.begin("e1"), await another.begin("e2")] == [0, 0]


async def test_the_oldest_come_first_and_only_so_many(inbox: Inbox, clock: FixedClock) -> None:
    for key in ("c", "a", "b"):
        await inbox.remember(key, key.encode())
        clock.advance(seconds=1)
    clock.advance(minutes=1)

    assert [event.key for event in await inbox.take(2)] == ["c", "a"]
    assert [event.key for event in await inbox.take(2)] == ["b"]


async def test_what_is_done_with_never_comes_back(inbox: Inbox, clock: FixedClock) -> None:
    await inbox.remember("e1", b"Hello")
    await inbox.done("e1")
    clock.advance(hours=1)

    assert await inbox.take() == []


async def test_a_full_disk_is_told_so_that_the_event_is_not_acknowledged(clock: FixedClock) -> None:
    inbox = EncryptedInbox(FullStore(), KEY, "chat", clock)

    with pytest.raises(StoreFull):
        await inbox.remember("e1", b"Hello")


async def test_another_key_is_a_mistake_of_the_settings(inbox: Inbox, store: Store, clock: FixedClock) -> None:
    await inbox.remember("e1", b"Hello")
    clock.advance(minutes=1)

    with pytest.raises(ConfigError, match=r"another key.*BRIDGE_KEY"):
        await EncryptedInbox(store, secrets.token_bytes(32), "chat", clock).take()


async def test_a_payload_that_is_put_under_another_name_is_not_opened(
    inbox: Inbox, store: Store, clock: FixedClock
) -> None:
    await inbox.remember("e1", b"Hello")
    clock.advance(minutes=1)
    now = clock.now()
    [(_, sealed, _)] = await store.write(lambda tx: tx.memory.take_remembered("chat", now, now, 1))

    await store.write(lambda tx: tx.memory.remember("chat", "e2", sealed, now, now))
    await store.write(lambda tx: tx.memory.done_with("chat", "e1", now))
    await store.write(lambda tx: tx.memory.put_secret("chat", "e1", sealed, 0))

    with pytest.raises(ConfigError):
        await inbox.take()
    with pytest.raises(ConfigError):
        await EncryptedVault(store, KEY, "chat").get("e1")


async def test_adapters_do_not_see_each_others_events(inbox: Inbox, store: Store, clock: FixedClock) -> None:
    other = EncryptedInbox(store, KEY, "other", clock)
    await inbox.remember("e1", b"Hello")

    assert await other.remember("e1", b"Servus") is True
    clock.advance(minutes=1)
    assert await other.take() == [Remembered("e1", b"Servus")]


async def test_nobody_reads_an_event_in_the_database_file(lite: Team, tmp_path: Path) -> None:
    inbox = EncryptedInbox(lite.world.store, KEY, "chat", lite.clock)

    await inbox.remember("known by its key", b"said in confidence")

    kept = b"".join(bytes_in(tmp_path))
    assert b"known by its key" in kept  # so that what is said would be found, too
    assert b"said in confidence" not in kept


def bytes_in(folder: Path) -> Iterator[bytes]:
    return (file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_an_event_is_known_for_a_day_after_it_was_done_with(team: Team) -> None:
    inbox = EncryptedInbox(team.world.store, KEY, "chat", team.clock)
    await inbox.remember("e1", b"Hello")
    await inbox.remember("never done", b"Hello")
    team.clock.advance(days=3)
    await inbox.done("e1")

    team.clock.advance(hours=25)
    await forget(team.world)
    known = await inbox.remember("e1", b"Hello")
    team.clock.advance(microseconds=1)
    await forget(team.world)

    assert known is False
    assert await inbox.remember("e1", b"Hello") is True
    assert [event.key for event in await inbox.take()] == ["never done"]
