"""The whole bridge with its lobby over a SQLite file: in this process without a socket, or really listening."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.app import Bridge
from bridge.model.clock import FixedClock
from bridge.settings import settings_type
from bridge.store.tx import open_store
from bridge.web.app import make_app
from bridge.web.media import media_route
from tests.databases import laid

HERE = "http://127.0.0.1:8080"
ELSEWHERE = "http://192.0.2.7:8080"
"""Another interface of this machine, as the socket sees it."""


def build(folder: Path, clock: FixedClock | None = None, **sections: dict[str, Any]) -> Bridge:
    """A bridge on the file in this folder; not started."""
    told = {"store": {"url": f"sqlite:///{laid(folder / 'bridge.db')}"}, "web": {"port": 0}} | sections
    settings = settings_type()(**told)
    return Bridge(settings, open_store(settings.store_url), clock, ticking=False)


class Site:
    """The lobby without a socket. `here` calls over loopback; `at` makes other callers."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.lobby: Any = bridge.adapters["lobby"]
        routes = [media_route(bridge.media), *self.lobby.routes()]
        self.app = make_app(routes, lambda: [], bridge.metrics.page)
        self.here = self.at(HERE)

    def at(self, base: str, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app)  # type: ignore[arg-type]  # httpx writes the type out by hand
        return httpx.AsyncClient(transport=transport, base_url=base, headers=headers)

    async def post(self, who: str, text: str, channel: str = "general") -> dict[str, Any]:
        answer = await self.here.post("/api/lobby/messages", json={"as": who, "channel": channel, "text": text})
        assert answer.status_code == 200, answer.text
        await self.bridge.courier.drain()
        told: dict[str, Any] = answer.json()
        return told

    async def read(self, who: str, channel: str = "general", after: str = "") -> list[dict[str, Any]]:
        answer = await self.here.get("/api/lobby/messages", params={"as": who, "channel": channel, "after": after})
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.json()
        return told

    async def join(self, name: str, base: str = HERE, **fields: str) -> httpx.AsyncClient:
        """A browser that has joined."""
        client = self.at(base)
        answer = await client.post("/lobby/join", data={"name": name, **fields})
        assert answer.status_code == 303, answer.text
        client.cookies = answer.cookies
        return client


Opening = Callable[[], Any]


@pytest.fixture
async def open_site(tmp_path: Path, clock: FixedClock) -> Opening:
    """`async with open_site() as site` as often as one likes: always on the same file."""

    @asynccontextmanager
    async def opened(**sections: dict[str, Any]) -> AsyncIterator[Site]:
        bridge = build(tmp_path, clock, **({"web": {"port": 8080}} | sections))
        await bridge.prepare()
        site = Site(bridge)
        await site.lobby.start()
        yield site
        await bridge.stop()

    return opened


@pytest.fixture
async def site(open_site: Opening) -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Bridge]:
    """A bridge that listens on a port and delivers."""
    bridge = build(tmp_path)
    await bridge.start()
    yield bridge
    await bridge.stop()


class Listening:
    """Reads an open stream event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, str, Any]:
        """(name, id, data) of the next event, within five seconds."""
        async with asyncio.timeout(5):
            told: dict[str, str] = {}
            async for line in self._lines:
                if not line and "event" in told:
                    return told["event"], told["id"], json.loads(told["data"])
                name, _, value = line.partition(": ")
                told[name] = value
        raise AssertionError("the stream ended")

    async def until(self, name: str) -> tuple[str, Any]:
        """(id, data) of the next event of that name."""
        while True:
            found, id, data = await self.next()
            if found == name:
                return id, data
