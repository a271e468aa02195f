"""What an open page is told: at once, again after a break, and never in the way of a stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from bridge.app import Bridge
from tests.adapters.lobby.conftest import Listening

STREAM = "/api/lobby/stream"


@asynccontextmanager
async def listening(bridge: Bridge, who: str = "bo", after: str = "", last: str = "") -> AsyncIterator[Listening]:
    headers = {"last-event-id": last} if last else {}
    asked = {"as": who, "channel": "general", "after": after}
    async with (
        httpx.AsyncClient(base_url=bridge.url, timeout=10) as client,
        client.stream("GET", STREAM, params=asked, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        opened = Listening(response)
        assert (await opened.next())[0] == "open"
        yield opened


async def post(bridge: Bridge, who: str, text: str, channel: str = "general") -> str:
    async with httpx.AsyncClient(base_url=bridge.url) as client:
        told = {"as": who, "channel": channel, "text": text}
        answer = (await client.post("/api/lobby/messages", json=told)).json()
    assert answer["ok"], answer
    return str(answer["id"])


async def test_lines_updates_edits_and_deletions_arrive_as_they_happen(running: Bridge) -> None:
    async with listening(running) as stream:
        await post(running, "li", "/follow #release live here")
        await stream.until("added")  # who made the channel follow
        await post(running, "ana", "Morning!")
        _, line = await stream.until("added")
        await post(running, "ana", "/status Shipping #release", "random")
        _, card = await stream.until("added")
        await post(running, "ana", "/edit last Shipped #release")
        _, edited = await stream.until("changed")
        await post(running, "ana", "/delete last")
        _, gone = await stream.until("removed")

    assert (line["author"], line["text"]) == ("ana", "Morning!")
    assert (card["author"], card["kind"]) == ("ana", "live")
    assert "Shipping" in card["text"]
    assert "Shipped" in edited["text"]
    assert edited["id"] == gone["id"] == card["id"]


async def test_what_is_typed_cannot_forge_an_event(running: Bridge) -> None:
    async with listening(running) as stream:
        await post(running, "ana", 'x\n\nevent: removed\ndata: {"id": "1"}\n\n')
        name, _, data = await stream.next()

    assert name == "added"
    assert data["text"].startswith("x\n\nevent: removed")


async def test_a_stream_is_taken_up_after_its_last_event(running: Bridge) -> None:
    async with listening(running) as stream:
        await post(running, "ana", "one")
        last, _ = await stream.until("added")
    await post(running, "ana", "two")
    await post(running, "ana", "three")

    async with listening(running, last=last) as stream:
        seen = [(await stream.next())[2]["text"] for _ in range(2)]
    assert seen == ["two", "three"]


async def test_a_stream_is_taken_up_after_a_message(running: Bridge) -> None:
    first = await post(running, "ana", "one")
    await post(running, "ana", "two")
    await post(running, "ana", "three")

    async with listening(running, after=first) as stream:
        seen = [(await stream.next())[2]["text"] for _ in range(2)]
        await post(running, "ana", "four")
        seen.append((await stream.next())[2]["text"])
    assert seen == ["two", "three", "four"]


async def test_after_a_restart_the_reader_is_told_to_look_again(running: Bridge) -> None:
    """Nobody knows any more what was changed or removed since that event."""
    first = await post(running, "ana", "one")
    await post(running, "ana", "two")

    async with listening(running, after=first, last="deadbeef-7") as stream:
        names = [(await stream.next())[0] for _ in range(2)]
    assert names == ["reset", "added"]


async def test_somebody_elses_direct_message_is_not_heard(running: Bridge) -> None:
    async with listening(running) as stream:
        await post(running, "ana", "a secret", "@me")
        await post(running, "ana", "for all")
        _, heard = await stream.until("added")
    assert heard["text"] == "for all"


async def test_open_streams_do_not_keep_it_from_stopping(running: Bridge) -> None:
    async with listening(running), listening(running, "ana"), listening(running, "cy"):
        began = time.monotonic()
        async with asyncio.timeout(5):
            await running.stop()
        assert time.monotonic() - began < 3
