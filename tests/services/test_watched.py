"""Why nothing new is taken just now is remembered until something is."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.model.errors import StoreFull
from bridge.services.watched import WatchedStore


class Disk:
    """A store whose writes fail while it is full."""

    full = False
    low = False

    async def write(self, fn: Any) -> None:
        if self.full:
            raise StoreFull

    async def read(self, fn: Any) -> None: ...

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


async def test_what_is_kept_for_a_full_disk_is_in_use_until_there_is_room_again() -> None:
    disk = Disk()
    store = WatchedStore(disk)  # type: ignore[arg-type]
    disk.low = True
    await store.look_again("me")
    assert store.refusal == "the disk is full"

    disk.low = False
    await store.look_again("me")

    assert store.refusal == ""
