"""One bot's REST API: we ask once, and whatever comes of it is its answer or a SendFailure.

The SDK's HTTP client carries the request. What it would sit out or ask again by itself is taken from it where the
answer comes in (`pace.trace`); where it still waits for a place's next turn, it does so for at most 30 seconds
(discord/http.py: max_ratelimit_timeout).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bridge.adapters._turns import Line
from bridge.adapters._walk import word
from bridge.adapters.discord import Settings
from bridge.adapters.discord.rest.breaker import Breaker
from bridge.adapters.discord.rest.errors import TokenRefused, failure_of
from bridge.adapters.discord.rest.pace import Heard, Pace, let_alone, trace
from bridge.adapters.discord.rest.sdk import point_sdk_at, proxy_for
from bridge.model.clock import Clock
from bridge.model.errors import ConfigError, SendFailure, Transient
from bridge.model.pace.shared import Share, Window, alone
from bridge.model.pace.told import Hint, Whose
from bridge.model.secret import Secret

MOST = 50
"""Requests of the bot in a second, answers to interactions not counted (docs: topics/rate-limits)."""
LONGEST_WAIT = 30.0
"""Seconds that the SDK may wait by itself; it takes no less."""
WITHIN = 25.0
"""Seconds for one request, less than the courier gives it (model.delivery.REQUEST_DEADLINE)."""
CONTENT, CONTENT_LIMITED = 1 << 18, 1 << 19
MEMBERS, MEMBERS_LIMITED = 1 << 14, 1 << 15
"""Flags of an application: privileged intents that are switched on (docs.discord.com: application flags)."""

_FOREIGN = (
    discord.DiscordException,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
)
"""What the SDK's HTTP client raises. The last four: a closed session, an answer that is no JSON, or is not of its kind,
or whose head lacks something (discord/http.py)."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes out with a message."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token is. `app`: the application's id; `user`: the bot's; `handle`: its user name. `content`, `members`:
    whether the privileged intents are switched on at Discord. `owner`: the user id of whoever made the application."""

    app: str
    name: str
    user: str
    handle: str
    content: bool
    members: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`hint`: what its head told of limits."""

    data: Any
    hint: Hint


class Api:
    """`open` first; it learns who we are."""

    def __init__(self, token: Secret, settings: Settings, clock: Clock, share: Share = alone) -> None:
        self._token, self._settings, self._clock = token, settings, clock
        self._breaker = Breaker(clock)
        self._line = Line(Window(MOST, 1.0, patience=2.0, share=share), clock)
        self._pace = Pace(clock, self._breaker.hear, self._hear)
        self._client: discord.Client | None = None
        self._closed = False
        self._identity: Identity | None = None

    @property
    def identity(self) -> Identity:
        """As of `open`."""
        if self._identity is None:
            raise RuntimeError("not open")
        return self._identity

    async def open(self) -> Identity:
        """Logs in. Raises ConfigError where the token is nobody's, SendFailure where Discord does not answer."""
        point_sdk_at(self._settings)
        client = discord.Client(
            intents=discord.Intents.none(),
            http_trace=trace(self._pace),
            max_ratelimit_timeout=LONGEST_WAIT,
            proxy=proxy_for(self._settings.api),
        )
        try:
            await client.login(self._token.reveal())
        except _FOREIGN as error:
            await client.close()
            failure = failure_of(error, posts=False)
            if isinstance(failure, TokenRefused):
                raise ConfigError(problem="Discord refuses the bot's token") from None
            raise failure from error
        self._client = client
        let_alone(client.http)
        try:
            told = await self.call("GET", "/applications/@me")
        except SendFailure:
            self._client = None
            await client.close()
            raise
        self._identity = identity_in(told, client.user)
        return self._identity

    async def close(self) -> None:
        """Whatever is asked after that is Transient: it was not sent."""
        self._closed = True
        if self._client is not None:
            await self._client.close()

    async def call(
        self,
        method: str,
        path: str,
        /,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        files: Sequence[Attached] = (),
        posts: bool = False,
        **ids: str,
    ) -> Any:
        """The decoded answer; None where there is none. Raises SendFailure."""
        return (await self.ask(method, path, ids, body=body, query=query, files=files, posts=posts)).data

    async def ask(
        self,
        method: str,
        path: str,
        ids: Mapping[str, str],
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        files: Sequence[Attached] = (),
        posts: bool = False,
        paced: bool = False,
        load: int = 0,
        counted: bool = True,
    ) -> Answer:
        """`path`: a template, "/channels/{channel_id}/messages", and `ids` what stands in it. `posts`: doing it
        twice shows it twice. `paced`: the courier asks, when its pacer says so; `load`: how much waits there.
        `counted`: it counts against the limit for the whole bot, as all but answers to interactions do. Raises
        SendFailure."""
        client = self._client
        if client is None or self._closed:
            raise Transient(reason="Bridge is stopping")
        self._breaker.check()
        more: dict[str, Any] = {"params": dict(query)} if query else {}
        if files:
            more["form"] = _form(body, files)
        elif body is not None:
            more["json"] = body
        route = Route(method, path, **ids)
        turn = await self._line.turn(load) if counted else None
        with self._pace.watch(f"{route.key}:{route.major_parameters}" if counted else "", posts, paced) as seen:
            try:
                async with asyncio.timeout(WITHIN):
                    data = await client.http.request(route, **more)
            except _FOREIGN as error:
                failure = failure_of(error, posts=posts, handle=self._handle)
                failure.hint = seen.hint_of(failure)
                raise failure from error
            finally:
                if turn is not None and seen.heard is not None:
                    self._line.budget.heard(turn, seen.at, Hint())
        return Answer(None if data == "" else data, seen.hint)

    def _hear(self, heard: Heard) -> None:
        """An answer came in: of a limit for the whole bot, everybody waits."""
        if heard.status == 429 and heard.scope == "global":
            now = self._clock.monotonic()
            self._line.budget.heard(now, now, Hint(retry_after=heard.retry_after, whose=Whose.SHARED))

    @property
    def _handle(self) -> str:
        return self._identity.name if self._identity else "Bridge"


async def open_api(token: Secret, settings: Settings, clock: Clock) -> Api:
    """Logged in. Raises ConfigError, SendFailure."""
    api = Api(token, settings, clock)
    try:
        await api.open()
    except (ConfigError, SendFailure):
        await api.close()
        raise
    return api


@asynccontextmanager
async def opened(token: Secret, settings: Settings, clock: Clock) -> AsyncIterator[Api]:
    """The same, closed at the end."""
    api = await open_api(token, settings, clock)
    try:
        yield api
    finally:
        await api.close()


def identity_in(told: object, user: discord.ClientUser | None) -> Identity:
    """From the application object that Discord tells of a bot's own application."""
    flags = told.get("flags") if isinstance(told, Mapping) else 0
    on = flags if isinstance(flags, int) else 0
    return Identity(
        app=word(told, "id"),
        name=word(told, "name") or "Bridge",
        user=str(user.id) if user else word(told, "bot", "id"),
        handle=user.name if user else word(told, "bot", "username"),
        content=bool(on & (CONTENT | CONTENT_LIMITED)),
        members=bool(on & (MEMBERS | MEMBERS_LIMITED)),
        owner=word(told, "owner", "id"),
    )


def _form(body: object, files: Sequence[Attached]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(body, separators=(",", ":"))}]
    for number, file in enumerate(files):
        kind = "application/octet-stream"
        parts.append({"name": f"files[{number}]", "value": file.data, "filename": file.name, "content_type": kind})
    return parts
