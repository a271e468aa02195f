"""Serving: ports, and an end within three seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import Message, Receive, Scope, Send

from bridge.model.errors import ConfigError
from bridge.web.app import make_app
from bridge.web.routes import Mounted
from bridge.web.server import Ending, serve

entered = asyncio.Event()
leave = asyncio.Event()


async def stream(request: Request) -> Response:
    async def events() -> AsyncIterator[str]:
        yield "data: hello\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(events(), media_type="text/event-stream")


async def slow(request: Request) -> Response:
    entered.set()
    await leave.wait()
    return PlainTextResponse("finished")


APP = make_app([Mounted("/", Router([Route("/stream", stream), Route("/slow", slow)]))], lambda: (), lambda: (b"", ""))


async def test_port_zero_takes_any_free_one_and_says_where() -> None:
    server = await serve(APP, "127.0.0.1", 0)

    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get("/healthz")

    assert server.port > 0
    assert answer.status_code == 200
    assert "server" not in answer.headers
    await server.stop()
    await server.stop()


async def test_a_port_in_use_is_named_with_the_way_out() -> None:
    first = await serve(APP, "127.0.0.1", 0)

    with pytest.raises(ConfigError) as refused:
        await serve(APP, "127.0.0.1", first.port)

    assert f"port {first.port}" in str(refused.value)
    assert "BRIDGE_WEB__PORT" in str(refused.value)
    await first.stop()


async def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"203\.0\.113\.7"):
        await serve(APP, "203.0.113.7", 0)


async def test_open_streams_do_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    server = await serve(APP, "127.0.0.1", 0)
    async with httpx.AsyncClient(base_url=server.url) as client, client.stream("GET", "/stream") as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "data: hello"

        began = time.monotonic()
        await server.stop()

        assert time.monotonic() - began < 1.5
        assert [line async for line in lines] == [""]
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


async def test_what_is_in_flight_is_finished() -> None:
    server = await serve(APP, "127.0.0.1", 0)
    async with httpx.AsyncClient(base_url=server.url) as client:
        asked = asyncio.create_task(client.get("/slow"))
        await entered.wait()

        stopping = asyncio.create_task(server.stop())
        leave.set()

        assert (await asked).text == "finished"
        await stopping


async def test_a_request_that_is_cut_off_while_stopping_ends_quietly() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    ending = Ending(slow)
    with pytest.raises(asyncio.CancelledError):
        await ending({"type": "http"}, _nothing, _nowhere)

    ending.now.set()
    await ending({"type": "http"}, _nothing, _nowhere)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _nowhere(_: Message) -> None: ...
