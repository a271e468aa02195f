"""The private sockets of processes that share a data folder."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from bridge import control
from bridge.control import Declined, StillAtIt, Unanswered
from bridge.model.errors import ConfigError, DeliveryUnknown
from bridge.settings import settings_type


def sockets(folder: Path) -> list[Path]:
    url = f"sqlite:///{folder}/bridge.db"
    return control.sockets_of(settings_type().model_validate({"store": {"url": url}}))


def deeds(name: str) -> dict[str, control.Deed]:
    async def say(words: Sequence[str]) -> str:
        if not words:
            raise DeliveryUnknown(id="?")
        return f"{name}: {' '.join(words)}"

    return {"say": say}


def left_in(folder: Path) -> list[str]:
    return [found.name for found in folder.glob("*.sock")]


async def asked(folder: Path, *words: str) -> str | None:
    return await asyncio.to_thread(control.ask, sockets(folder), "say", words)


async def test_each_process_has_one_and_any_of_them_is_asked(tmp_path: Path) -> None:
    one = await control.listen(sockets(tmp_path), deeds("one"))
    two = await control.listen(sockets(tmp_path), deeds("two"))

    assert (one.path.name, two.path.name) == ("bridge.sock", "bridge-2.sock")
    assert stat.S_IMODE(two.path.stat().st_mode) == 0o600
    assert await asked(tmp_path, "hi") == "one: hi"
    one.close()
    assert await asked(tmp_path, "hi") == "two: hi"
    two.close()
    assert await asked(tmp_path, "hi") is None
    assert left_in(tmp_path) == []


async def test_what_a_dead_process_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "bridge.sock").write_text("")

    one = await control.listen(sockets(tmp_path), deeds("one"))

    assert one.path.name == "bridge.sock"
    assert await asked(tmp_path, "hi") == "one: hi"
    one.close()
    one.close()


async def test_a_place_that_is_free_again_is_taken_again(tmp_path: Path) -> None:
    one = await control.listen(sockets(tmp_path), deeds("one"))
    two = await control.listen(sockets(tmp_path), deeds("two"))
    one.close()

    three = await control.listen(sockets(tmp_path), deeds("three"))

    assert three.path.name == "bridge.sock"
    assert await asked(tmp_path, "hi") == "three: hi"
    two.close()
    three.close()


async def test_a_refusal_is_a_sentence(tmp_path: Path) -> None:
    one = await control.listen(sockets(tmp_path), deeds("one"))

    with pytest.raises(Declined, match="no buried delivery"):
        await asked(tmp_path)
    one.close()


async def test_a_long_path_goes_to_the_temporary_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()

    one = await control.listen(sockets(deep), deeds("one"))

    assert await asked(deep, "hi") == "one: hi"
    assert deep not in one.path.parents
    one.close()
    await asyncio.to_thread(Path(f"{one.path}.lock").unlink)


async def test_where_none_can_be_made_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="the private socket"):
        await control.listen(sockets(tmp_path / "file"), deeds("one"))


async def test_its_folder_is_made_where_nobody_has_yet(tmp_path: Path) -> None:
    """The key comes from the environment and the database is elsewhere."""
    one = await control.listen(sockets(tmp_path / "data"), deeds("one"))

    assert stat.S_IMODE(one.path.parent.stat().st_mode) == 0o700
    one.close()


async def test_an_answer_that_takes_too_long_is_a_sentence_and_the_deed_goes_on(tmp_path: Path) -> None:
    go, done = asyncio.Event(), asyncio.Event()

    async def slow(words: Sequence[str]) -> str:
        await go.wait()
        done.set()
        return "late"

    one = await control.listen(sockets(tmp_path), {"slow": slow})

    with pytest.raises(StillAtIt, match="may finish all the same"):
        await asyncio.to_thread(control.ask, sockets(tmp_path), "slow", [], 0.05)

    go.set()
    await done.wait()
    one.close()


async def test_a_bridge_that_stops_in_the_middle_is_a_sentence(tmp_path: Path) -> None:
    def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_unix_server(hang_up, sockets(tmp_path)[0])

    with pytest.raises(Unanswered, match="not known whether that was done"):
        await asked(tmp_path, "hi")

    server.close()
