"""A bare client of the fake, for its own tests: requests without discord.py's patience, and a gateway whose payloads
can be looked at one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.state import Json

USUAL_INTENTS = 1 << 0 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13
"""Guilds, messages and reactions, in guilds and direct messages; none of them privileged."""
File = tuple[str, bytes]


@dataclass
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> int:
        """Discord's own error."""
        return int(self.body["code"])

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong with a body: `embeds.0.title` -> code of it."""
        found: dict[str, str] = {}

        def walk(part: Json, path: str) -> None:
            for name, inner in part.items():
                if name == "_errors":
                    found[path.removeprefix(".")] = inner[0]["code"]
                else:
                    walk(inner, f"{path}.{name}")

        walk(self.body.get("errors", {}), "")
        return found


class Raw:
    """`token`: what is sent as the bot's."""

    def __init__(self, fake: FakeDiscord, http: aiohttp.ClientSession) -> None:
        self.fake, self.http = fake, http
        self.token = fake.bot.token

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        files: Sequence[File] = (),
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {"Authorization": f"Bot {self.token}"}
        data: Any = None
        if files:
            data = aiohttp.FormData(quote_fields=False)
            if body is not None:
                data.add_field("payload_json", json.dumps(body), content_type="application/json")
            for number, (name, content) in enumerate(files):
                data.add_field(f"files[{number}]", content, filename=name)
        elif body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = "application/json"
        async with self.http.request(
            method, self.fake.api + path, data=data, headers=headers, params=query
        ) as response:
            text = await response.text()
            is_json = response.headers.get("Content-Type") == "application/json"
            return Answer(response.status, json.loads(text) if is_json else text, response.headers)

    async def post(self, channel: str, **body: Any) -> Answer:
        """A message."""
        return await self("POST", f"/channels/{channel}/messages", body)

    async def callback(self, payload: Json, type_: int, data: Json | None = None, **query: str) -> Answer:
        """The first answer to an interaction."""
        path = f"/interactions/{payload['id']}/{payload['token']}/callback"
        return await self("POST", path, {"type": type_} | ({} if data is None else {"data": data}), query=query)

    async def original(self, method: str, payload: Json, body: Any = None) -> Answer:
        return await self(method, f"/webhooks/{self.fake.bot.id}/{payload['token']}/messages/@original", body)


@asynccontextmanager
async def raw(fake: FakeDiscord) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as http:
        yield Raw(fake, http)


@dataclass
class Ear:
    """What came over the gateway. `answers`: what is done with each INTERACTION_CREATE."""

    socket: aiohttp.ClientWebSocketResponse
    payloads: list[Json] = field(default_factory=list)
    answers: Callable[[Json], Awaitable[Any]] | None = None

    def heard(self, event: str) -> list[Json]:
        """The data of all events of that name, oldest first."""
        return [p["d"] for p in self.payloads if p.get("t") == event]

    @property
    def names(self) -> list[str]:
        return [str(p["t"]) for p in self.payloads if p["op"] == 0]

    async def send(self, opcode: int, data: Any) -> None:
        await self.socket.send_json({"op": opcode, "d": data})


@asynccontextmanager
async def listening(fake: FakeDiscord, intents: int = USUAL_INTENTS) -> AsyncIterator[Ear]:
    """A session, after READY."""
    async with aiohttp.ClientSession() as http, http.ws_connect(fake.gateway_url + "?v=10&encoding=json") as socket:
        ear = Ear(socket)
        doing: set[asyncio.Task[Any]] = set()

        async def listen() -> None:
            async for message in socket:
                payload = json.loads(message.data)
                ear.payloads.append(payload)
                fake.changed()
                if payload["t"] == "INTERACTION_CREATE" and ear.answers is not None:
                    doing.add(asyncio.ensure_future(ear.answers(payload["d"])))

        task = asyncio.create_task(listen())
        await ear.send(2, {"token": fake.bot.token, "intents": intents, "properties": {}})
        await fake.until(lambda: ear.heard("READY") or socket.closed)
        yield ear
        task.cancel()
        await asyncio.gather(*doing)


def crew(fake: FakeDiscord) -> None:
    """Ana (the owner), bo and a guest in #team, #quiet (ana only), the forum #ideas and a thread; the bot everywhere
    but in #quiet. Zoe is in another guild, where the bot is not; the bot is in a third one, alone with yan."""
    fake.app(token="MTIz.fake.token")
    acme = fake.guild("100", "Acme", owner="1")
    acme.member("1", "ana", nick="Ana Example")
    acme.member("2", "bo")
    acme.member("3", "guest")
    acme.role("201", "Crew", mentionable=True)
    acme.channel("300", "team")
    acme.channel("301", "quiet", private=True, allow=["1"])
    acme.forum("302", "ideas")
    acme.thread("310", "300", "talk")
    fake.install(fake.bot, acme)
    other = fake.guild("101", "Other", owner="8")
    other.member("8", "zoe")
    other.channel("400", "elsewhere")
    third = fake.guild("102", "Third", owner="9")
    third.member("9", "yan")
    third.channel("500", "lonely")
    fake.install(fake.bot, third)
