"""Why nothing new is taken just now is remembered until something is."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.metrics import Metrics
from bridge.model.errors import StoreBusy, StoreError, StoreFull
from bridge.services.watched import WatchedStore


class Disk:
    """A store whose writes fail while it is full."""

    full = False
    gone: StoreError | None = None
    low = False

    async def write(self, fn: Any) -> None:
        if self.full:
            raise StoreFull
        await self.read(fn)

    async def read(self, fn: Any) -> None:
        if self.gone:
            raise self.gone

    async def spacious(self) -> bool:
        return not self.low

    async def close(self) -> None: ...


async def test_a_full_disk_is_the_reason_until_something_is_written_again() -> None:
    disk = Disk()
    store = WatchedStore(disk)  # type: ignore[arg-type]  # answers nothing, whatever is asked
    disk.full = True
    with pytest.raises(StoreFull):
        await store.write(lambda tx: None)
    with pytest.raises(StoreFull):
        await store.look_again("me")
    assert store.refusal == "the disk is full"

    disk.full = False
    await store.look_again("me")

    assert store.refusal == ""


async def test_a_database_that_does_not_answer_is_the_reason_until_it_does() -> None:
    disk, metrics = Disk(), Metrics()
    store = WatchedStore(disk, metrics)  # type: ignore[arg-type]  # answers nothing, whatever is asked
    disk.gone = StoreError()
    for asked in (store.read, store.write):
        with pytest.raises(StoreError):
            await asked(lambda tx: None)
    assert store.refusal == "the database does not answer"

    disk.gone = None
    await store.read(lambda tx: None)

    assert store.refusal == ""
    assert metrics.registry.get_sample_value("bridge_database_errors_total", {"kind": "StoreError"}) == 2


async def test_a_busy_database_answers_in_a_moment() -> None:
    disk = Disk()
    store = WatchedStore(disk)  # type: ignore[arg-type]  # answers nothing, whatever is asked
    disk.gone = StoreBusy()
    with pytest.raises(StoreBusy):
        await store.read(lambda tx: None)

    assert store.refusal == ""


async def test_what_is_kept_for_a_full_disk_is_in_use_until_there_is_room_again() -> None:
    disk = Disk()
    store = WatchedStore(disk)  # type: ignore[arg-type]
    disk.low = True
    await store.look_again("me")
    assert store.refusal == "the disk is full"

    disk.low = False
    await store.look_again("me")

    assert store.refusal == ""
