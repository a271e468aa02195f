"""The door of the fake's REST: finds the route, plays faults, checks the token, holds rate limits, reads query and
body, and only then lets a handler play. Strict where the real one is kind: what the tables do not know is refused."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.discord.bodies import FILE_SIZE, FILES
from tests.fakes.discord.faults import Fault
from tests.fakes.discord.fields import Field, Shape, Wrong, check, check_field, nested
from tests.fakes.discord.limits import Held, held_headers
from tests.fakes.discord.state import App, Json
from tests.fakes.discord.tables import ALWAYS, ERRORS, ROUTES, Route

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

REQUEST_SIZE = 25 * 1024 * 1024
JSON_TYPE = {"Content-Type": "application/json"}
"""Exactly so: discord.py does not read JSON with a charset behind it."""
VIA = {"Via": "1.1 google"}
CLOUDFLARE = "<html><head><title>Access denied | discord.com used Cloudflare</title></head></html>"


class Refused(Exception):
    """A request is answered with an error of ERRORS; `wrongs`: what of its body; `status`: where it is not the usual
    one of that code."""

    def __init__(self, code: int, *wrongs: Wrong, status: int = 0) -> None:
        super().__init__(code)
        self.code, self.wrongs, self.status = code, list(wrongs), status or ERRORS[code][0]

    def body(self) -> Json:
        made: Json = {"message": ERRORS[self.code][1], "code": self.code}
        return made | ({"errors": nested(self.wrongs)} if self.wrongs else {})


@dataclass(frozen=True)
class Upload:
    """One `files[n]` of a multipart body."""

    number: int
    filename: str
    content: bytes


@dataclass(eq=False)
class Call:
    """One request, and what became of it. `route` is `METHOD /template`; `ids` what stood in its braces; `answer` None
    for 204. `status` is what the fake decided, whatever a fault made the caller see; `seen` is that (0: the line was
    cut)."""

    route: str
    ids: dict[str, str]
    query: Json
    json: Any
    files: list[Upload]
    at: float
    authorization: str = ""
    host: str = ""
    """By which address the fake was reached: one of several processes may have its own."""
    app: App | None = None
    status: int = 0
    answer: Any = None
    seen: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def needs(self) -> int:
        return int(ROUTES[self.route].needs)

    @property
    def method(self) -> str:
        return self.route.partition(" ")[0]

    @property
    def template(self) -> str:
        return self.route.partition(" ")[2]

    def checked(self, shape: Shape | Field | None = None) -> Any:
        """The body. Raises Refused with all that is wrong in it."""
        known = ROUTES[self.route].body if shape is None else shape
        assert known is not None
        given = {} if self.json is None and isinstance(known, dict) else self.json
        wrongs = check(known, given) if isinstance(known, dict) else check_field(known, given)
        if wrongs:
            raise Refused(50035, *wrongs)
        return given


Handler = Callable[["FakeDiscord", Call], Any]
HANDLERS: dict[str, Handler] = {}


def handler(route: str) -> Callable[[Handler], Handler]:
    """Marks what plays a route. It returns what is answered with 200, or None for 204, and raises Refused."""
    assert route in ROUTES, route

    def mark(play: Handler) -> Handler:
        HANDLERS[route] = play
        return play

    return mark


class Door:
    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake

    async def answer(self, request: web.Request) -> web.StreamResponse:
        found = _find(request.method, request.raw_path.partition("?")[0].removeprefix("/api/v10"))
        if found is None:
            self.fake.errors.append(f"not played: {request.method} {request.path}")
            return _json(404, {"message": "404: Not Found", "code": 0})
        route, ids = found
        call = Call(route, ids, dict(request.query), None, [], self.fake.now())
        call.authorization, call.host = request.headers.get("Authorization", ""), request.host
        self.fake.calls.append(call)
        broken = await _read(request, call)
        fault = self.fake.faults.take(route)
        if fault is None or fault.done:
            self._play(call, ROUTES[route], broken)
        self.fake.changed()
        response = await self._respond(request, call, fault)
        if response.status in (401, 403, 429) and response.headers.get("X-RateLimit-Scope") != "shared":
            self.fake.invalid[response.status] += 1
        return response

    def _play(self, call: Call, route: Route, broken: Refused | None) -> None:
        try:
            if route.auth:
                call.app = self.fake.app_of(call.authorization.removeprefix("Bot "))
                if call.app is None or self.fake.token_refused or not call.authorization.startswith("Bot "):
                    raise Refused(0)
            else:
                call.app = self.fake.bot
            call.headers, held = self.fake.limits.take(call.route, call.ids, free=not route.auth)
            if held is not None:
                call.status, call.answer = 429, _limited(held)
                call.headers |= held_headers(held)
                return
            if broken is not None:
                raise broken
            call.query = _typed(route.query, call.query)
            call.answer = HANDLERS[call.route](self.fake, call)
            call.status = 204 if call.answer is None else 200
        except Refused as refused:
            if refused.code not in ALWAYS | route.errors:
                self.fake.errors.append(f"{call.route} does not answer with {refused.code}")
            call.status, call.answer = refused.status, refused.body()
            if refused.code == 0:
                call.answer = {"message": "401: Unauthorized", "code": 0}

    async def _respond(self, request: web.Request, call: Call, fault: Fault | None) -> web.StreamResponse:
        if fault is None or fault.seconds:
            if fault is not None:
                await asyncio.sleep(fault.seconds)
            call.seen = call.status
            return _json(call.status, call.answer, call.headers)
        call.seen = 0 if fault.reset else fault.status or 200
        if fault.reset:
            _cut(request, hard=not fault.polite)
            return web.Response()
        if fault.retry_after:
            held = Held(fault.retry_after, fault.scope, fault.scope == "global")
            call.seen = 429
            headers = held_headers(held)
            if fault.told is not None:
                headers.pop("Retry-After")
                headers |= {"Retry-After": fault.told} if fault.told else {}
            return _json(429, _limited(held) | ({} if fault.told is None else {"retry_after": fault.told}), headers)
        if fault.code:
            call.seen = ERRORS[fault.code][0]
            return _json(call.seen, Refused(fault.code).body())
        if fault.text:
            return web.Response(body=fault.text.encode(), headers=JSON_TYPE | VIA)
        retry = {"Retry-After": "3600"} if fault.cloudflare and fault.status == 429 else {}
        page = web.Response(status=fault.status, text=CLOUDFLARE, content_type="text/html", headers=retry)
        if not fault.cloudflare:
            page.headers.update(VIA)
        return page


def _cut(request: web.Request, *, hard: bool) -> None:
    """`hard`: the other side reads ECONNRESET, else the end of the line."""
    transport = request.transport
    assert transport is not None
    if hard:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _limited(held: Held) -> Json:
    message = "The resource is being rate limited." if held.scope == "shared" else "You are being rate limited."
    return {"message": message, "retry_after": round(held.retry_after, 3), "global": held.globally, "code": 0}


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers=(headers or {}) | VIA)
    return web.Response(status=status, body=json.dumps(body).encode(), headers=JSON_TYPE | VIA | (headers or {}))


def _find(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """The route of a path, and what stands in its braces. Literal parts win over braces."""
    given = path.split("/")
    best: tuple[int, str, dict[str, str]] | None = None
    for route in ROUTES:
        known_method, _, template = route.partition(" ")
        parts = template.split("/")
        if known_method != method or len(parts) != len(given):
            continue
        ids = {}
        for part, one in zip(parts, given, strict=True):
            if part.startswith("{") and one:
                ids[part[1:-1]] = unquote(one)
            elif part != unquote(one):
                break
        else:
            if best is None or len(ids) < best[0]:
                best = (len(ids), route, ids)
    return best[1:] if best else None


async def _read(request: web.Request, call: Call) -> Refused | None:
    """Puts the body into the call; returns what is wrong with it as a whole."""
    if request.content_length and request.content_length > REQUEST_SIZE:
        await request.read()
        return Refused(40005)
    kind = request.content_type if request.can_read_body else ""
    if kind == "application/json":
        return _parsed(call, await request.text())
    if kind == "multipart/form-data":
        if not ROUTES[call.route].files:
            return Refused(50035, Wrong((), "CONTENT_TYPE_INVALID", "multipart is not read here"))
        return await _multipart(request, call)
    data = await request.read()
    if data:
        expected = "Expected \"Content-Type\" header to be one of {'application/json'}."
        return Refused(50035, Wrong((), "CONTENT_TYPE_INVALID", expected))
    return None


def _parsed(call: Call, text: str) -> Refused | None:
    try:
        call.json = json.loads(text) if text else None
    except ValueError:
        return Refused(50109)
    return None


async def _multipart(request: web.Request, call: Call) -> Refused | None:
    wrong: Refused | None = None
    reader = await request.multipart()
    async for part in reader:
        content = bytes(await part.read())  # type: ignore[union-attr]
        name = part.name or ""  # type: ignore[union-attr]
        if name == "payload_json":
            wrong = wrong or _parsed(call, content.decode())
        elif match := re.fullmatch(r"files\[(\d)\]", name):
            call.files.append(Upload(int(match[1]), part.filename or "", content))  # type: ignore[union-attr]
        else:
            wrong = wrong or Refused(50035, Wrong((name,), "UNKNOWN_FIELD", "The fake refuses it."))
    if any(len(one.content) > FILE_SIZE for one in call.files):
        return wrong or Refused(40005)
    if len(call.files) > FILES or any(not one.filename for one in call.files):
        return wrong or Refused(50035, Wrong(("files",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."))
    return wrong


def _typed(known: Shape, given: Json) -> Json:
    """The query with its types."""
    typed: Json = {}
    for name, value in given.items():
        field_ = known.get(name)
        if field_ is None or field_.kind == "id":
            typed[name] = value
        elif field_.kind == "int":
            typed[name] = int(value) if re.fullmatch(r"-?\d+", value) else value
        else:
            words = {"true": True, "1": True, "True": True, "false": False, "0": False, "False": False}
            typed[name] = words.get(value, value)
    if wrongs := check(known, typed):
        raise Refused(50035, *wrongs)
    return typed
