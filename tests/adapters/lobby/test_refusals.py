"""What can't be done is refused with a sentence, and nothing that was written is lost on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NoReturn

import httpx
import pytest

from bridge.adapters.lobby.desk import LIMIT_LINE
from bridge.app import Bridge
from bridge.model.errors import StoreFull
from bridge.settings import settings_type
from tests.adapters.lobby.conftest import Site

MEGABYTE = 1024 * 1024


@pytest.fixture
def full_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(fn: Any) -> NoReturn:
        raise StoreFull

    monkeypatch.setattr(site.bridge.store.engine, "write", refuse)


@pytest.mark.usefixtures("full_disk")
async def test_a_newcomer_to_a_full_disk_gets_the_reason(site: Site) -> None:
    asked = {"as": "ana", "channel": "general", "text": "hello"}

    answer = await site.here.post("/api/lobby/messages", json=asked)
    page = await site.here.post("/lobby/join", data={"name": "Ana"}, headers={"accept": "text/html"})

    assert (answer.status_code, answer.json()) == (503, {"error": StoreFull.template})
    assert page.status_code == 503
    assert StoreFull.template in page.text


async def test_a_line_that_a_full_disk_refuses_is_answered_in_the_pages_language(
    site: Site, request: pytest.FixtureRequest
) -> None:
    ana = await site.join("Ana")
    request.getfixturevalue("full_disk")

    said = await ana.post("/lobby/say", data={"channel": "general", "text": "hello"})
    german = {"accept-language": "de"}
    gesagt = await ana.post("/lobby/say", data={"channel": "general", "text": "hallo"}, headers=german)

    assert (said.status_code, said.json()) == (503, {"error": StoreFull.template})
    assert gesagt.status_code == 503
    assert gesagt.json()["error"] not in ("", StoreFull.template)


async def test_a_line_has_its_limit(site: Site) -> None:
    longest = await site.post("ana", "a" * LIMIT_LINE)
    asked = {"as": "ana", "channel": "general", "text": "a" * (LIMIT_LINE + 7)}

    answer = await site.here.post("/api/lobby/messages", json=asked)

    assert longest["ok"]
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("That's too long by 7")


async def test_more_files_than_fit_are_counted_and_the_text_comes_back(site: Site) -> None:
    ana = await site.join("Ana")
    files = [("file", (f"{n}.txt", b"x")) for n in range(5)]

    answer = await ana.post("/lobby/say", data={"channel": "general", "text": "/status Look"}, files=files)

    told = answer.json()
    assert (answer.status_code, told["ok"], told["typed"]) == (200, False, "/status Look")
    assert "5 attachments: an update has at most 4" in told["html"]


async def test_a_file_that_is_too_big_is_named_and_the_text_comes_back(site: Site) -> None:
    ana = await site.join("Ana")
    files = [("file", ("film.mp4", b"x" * (10 * MEGABYTE + 1)))]

    answer = await ana.post("/lobby/say", data={"channel": "general", "text": "/status Look"}, files=files)

    told = answer.json()
    assert (answer.status_code, told["ok"], told["typed"]) == (200, False, "/status Look")
    assert "film.mp4" in told["html"]
    assert "at most 10 MB" in told["html"]


async def test_ten_megabytes_get_their_answer_with_a_length_and_without(running: Bridge) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"a" * MEGABYTE

    async with httpx.AsyncClient(base_url=running.url) as client:
        chunked = await client.post("/api/lobby/messages", content=pieces())
        whole = await client.post("/api/lobby/messages", content=b"a" * 10 * MEGABYTE)

    assert (chunked.status_code, whole.status_code) == (413, 413)
    assert chunked.json() == whole.json()
    assert "too much" in whole.json()["error"]


@pytest.mark.parametrize("reactions", [["a"], ["mega"], [""], ["👍" * 17]])
def test_what_is_no_reaction_is_refused_at_the_start(reactions: list[str]) -> None:
    with pytest.raises(ValueError, match="reactions"):
        settings_type().model_validate({"lobby": {"reactions": reactions}})


@pytest.mark.usefixtures("full_disk")
async def test_a_full_disk_makes_the_bridge_not_ready(site: Site) -> None:
    await site.here.post("/lobby/join", data={"name": "Ana"})

    assert "the disk is full" in site.bridge.not_ready()
