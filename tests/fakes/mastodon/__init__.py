"""Mastodon on the loopback: the public REST API and WebFinger of one server, as strict as the real one or stricter.

    async with FakeMastodon(clock) as server:
        ana = server.person("ana", "Ana Example")
        toot = server.post(ana, "Hello #world")
        server.edit(toot, "Hello again")
        server.fail("html", path="/statuses")
        ... a client of `server.root`, which believes it to be https://social.example ...

What people do stands in mastodon_hands (post, edit, delete, boost, pin, move, suspend; replies and quotes are posts).

Stricter: unknown parameters, a limit out of 1 to 40 and an id that is no number are refused with 400, where the real
one ignores them, cuts the limit, or compares with 0. Nothing of it was compared with a running server; it follows the
documentation and the source of Mastodon (mastodon_tables says which).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bridge.model.clock import Clock, FixedClock
from tests.fakes.mastodon import shapes as shapes
from tests.fakes.mastodon import tables as tables
from tests.fakes.mastodon.hands import World
from tests.fakes.mastodon.pages import Pages, Refusal
from tests.fakes.mastodon.state import Person, Picture, Poll, Toot

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FAULTS = ("429", "500", "503", "403", "404", "html", "junk", "cut", "reset", "slow")
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(16)


@dataclass(frozen=True)
class Call:
    """A request that came. `token`: what Authorization said, without "Bearer "."""

    path: str
    query: dict[str, str]
    token: str
    status: int


class FakeMastodon(World):
    """`host`: where it is for the world; `domain`: what stands in its people's names. `ids`: where ids of statuses come
    from, instead of the clock. `locked`: it answers only whom it knows (DISALLOW_UNAUTHENTICATED_API_ACCESS).
    `etags`: whether an unchanged answer is a 304. `between`: called before each request, for what happens meanwhile."""

    def __init__(
        self,
        clock: Clock | None = None,
        host: str = "social.example",
        domain: str = "",
        ids: Iterator[int] | None = None,
    ) -> None:
        super().__init__(clock or FixedClock(MONDAY), host, domain or host, ids)
        self.tokens: set[str] = set()
        self.locked = False
        self.etags = True
        self.calls: list[Call] = []
        self.between: Callable[[], object] = lambda: None
        self._faults: list[tuple[str, str]] = []
        self._used: dict[tuple[str, int], int] = {}
        self._done = asyncio.Event()

    async def __aenter__(self) -> FakeMastodon:
        app = web.Application()
        pages = Pages(self)
        for name, endpoint in tables.ENDPOINTS.items():
            app.router.add_get(endpoint.path, self._door(name, getattr(pages, name)))
        app.router.add_get("/media/{name}", self._media)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port: int = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._done.set()
        await self._runner.cleanup()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, fault: str, times: int = 1, path: str = "") -> None:
        """What the next requests to a path that contains `path` meet, one of FAULTS. "cut": half a body; "junk": JSON
        of another kind; "slow": no answer before the server stops."""
        assert fault in FAULTS
        self._faults += [(fault, path)] * times

    def asked(self, part: str) -> list[Call]:
        """Requests to paths that contain it, oldest first."""
        return [call for call in self.calls if part in call.path]

    def _door(self, name: str, answer: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.between()
            response = await self._through(name, answer, request)
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            self.calls.append(Call(request.path, dict(request.query), token, response.status))
            return response

        return handle

    async def _through(
        self, name: str, answer: Callable[[web.Request], Any], request: web.Request
    ) -> web.StreamResponse:
        api = name != "webfinger"
        headers = self._throttle(request) if api else {}
        fault = self._fault(request.path)
        if headers.get("X-RateLimit-Remaining", "") == "-1" or fault == "429":
            headers = headers | {"X-RateLimit-Remaining": "0"}
            return web.json_response(shapes.error(tables.TOO_MANY), status=429, headers=headers)
        if fault:
            return await self._faulty(fault, request, headers)
        try:
            self._check(name, request)
            body, more = answer(request)
        except Refusal as refusal:
            if not api:
                return web.Response(status=refusal.status)
            return web.json_response(shapes.error(refusal.sentence), status=refusal.status, headers=headers)
        return self._answered(body, request, {**headers, **more}, api)

    def _answered(self, body: Any, request: web.Request, headers: dict[str, str], api: bool) -> web.Response:
        raw = json.dumps(body).encode()
        etag = f'W/"{hashlib.md5(raw).hexdigest()}"'
        if self.etags and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={**headers, "ETag": etag})
        mime = "application/json" if api else "application/jrd+json"
        headers = {**headers, "ETag": etag, "Content-Type": f"{mime}; charset=utf-8"}
        return web.Response(body=raw, headers=headers)

    async def _faulty(self, fault: str, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        match fault:
            case "html":
                return web.Response(
                    text="<!doctype html><title>Hello</title>", content_type="text/html", headers=headers
                )
            case "junk":
                return web.json_response({"hello": ["world"]}, headers=headers)
            case "slow":
                await self._done.wait()
            case "cut":
                response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
                await response.prepare(request)
                await response.write(b'[{"id": "1", ')
            case "reset":
                pass
            case _:
                return web.json_response(shapes.error("Something went wrong"), status=int(fault), headers=headers)
        if request.transport:
            request.transport.abort()
        return web.Response()

    def _fault(self, path: str) -> str:
        for place, (fault, part) in enumerate(self._faults):
            if part in path:
                del self._faults[place]
                return fault
        return ""

    def _throttle(self, request: web.Request) -> dict[str, str]:
        """The headers are those of the limit that is nearest (app/controllers/concerns/api/rate_limit_headers.rb)."""
        now = int(self.clock.now().timestamp())
        paging = any(request.query.get(name) for name in ("min_id", "max_id", "since_id"))
        left: list[tuple[int, int, int]] = []
        for name in ("api", "paging") if paging else ("api",):
            limit, period = tables.THROTTLES[name]
            window = (name, now // period)
            self._used[window] = self._used.get(window, 0) + 1
            left.append((limit - self._used[window], limit, period))
        remaining, limit, period = min(left)
        reset = datetime.fromtimestamp(now - now % period + period, UTC)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(remaining, -1)),
            "X-RateLimit-Reset": reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def spend(self, left: int) -> None:
        """From now on, so many requests are left in this window."""
        limit, period = tables.THROTTLES["api"]
        self._used["api", int(self.clock.now().timestamp()) // period] = limit - left

    def refill(self) -> None:
        """As if all windows had just begun."""
        self._used.clear()

    def _check(self, name: str, request: web.Request) -> None:
        endpoint = tables.ENDPOINTS[name]
        for given in request.query:
            if given in endpoint.known:
                raise Refusal(501, f"the fake does not play {given}")
            if given not in endpoint.played:
                raise Refusal(400, f"unknown parameter {given}")
        if name == "webfinger":
            return
        token = request.headers.get("Authorization")
        if token is not None and token.removeprefix("Bearer ") not in self.tokens:
            raise Refusal(401, tables.BAD_TOKEN)
        if self.locked and token is None:
            raise Refusal(401, tables.NO_USER)

    async def _media(self, request: web.Request) -> web.Response:
        self.calls.append(Call(request.path, dict(request.query), request.headers.get("Authorization", ""), 200))
        return web.Response(body=PIXEL, content_type="image/png")


__all__ = ["FAULTS", "MONDAY", "FakeMastodon", "Person", "Picture", "Poll", "Toot"]
