"""Two servers to test with, one of the team and one of the community; one that is not listed; and what knows of them,
each by itself: a token's Api, people, rooms, direct messages; a Vault, a Media and a Log in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.adapters.discord import Settings
from bridge.adapters.discord.install.permissions import ASKED
from bridge.adapters.discord.known.directory import Directory
from bridge.adapters.discord.known.people import People
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.names import PEOPLE, PLATFORM
from bridge.adapters.discord.rest import api as rest
from bridge.adapters.discord.rest.api import Api, open_api
from bridge.adapters.discord.rest.direct import Directs
from bridge.app import Bridge
from bridge.model.clock import FixedClock, SystemClock
from bridge.model.command import Who
from bridge.model.errors import StoreBusy
from bridge.model.ids import PlaceId
from bridge.model.kept import Tx
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.secret import Secret
from tests.adapters.discord.test_doors import holding
from tests.adapters.discord.test_heard import kept
from tests.core import MONDAY
from tests.fakes.discord import FakeDiscord, Message

TEAM, CLUB, ELSEWHERE = "100", "200", "500"
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.a-token-of-the-fake-that-opens-all"


class MovedClock(SystemClock):
    """Goes as the machine's, from a Monday at ten, and is put forward when a test says so: for whole bridges, where
    timeouts and leases run too."""

    def __init__(self) -> None:
        self._by = -super().monotonic()

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return super().monotonic() + self._by

    def advance(self, **parts: float) -> None:
        self._by += timedelta(**parts).total_seconds()


@dataclass
class MemoryVault:
    kept: dict[str, tuple[bytes, int]] = field(default_factory=dict)

    async def get(self, key: str) -> tuple[bytes, int] | None:
        return self.kept.get(key)

    async def put(self, key: str, value: bytes | None, version: int) -> bool:
        if (self.kept[key][1] if key in self.kept else 0) != version:
            return False
        if value is None:
            del self.kept[key]
        else:
            self.kept[key] = value, version + 1
        return True


class LockedVault(MemoryVault):
    async def get(self, key: str) -> tuple[bytes, int] | None:
        raise StoreBusy()


@dataclass
class MemoryMedia:
    kept: dict[str, bytes] = field(default_factory=dict)

    async def get(self, digest: str) -> bytes | None:
        return self.kept.get(digest)

    def url(self, digest: str, name: str, mime: str) -> str:
        return f"/media/{digest}/{name}"


@dataclass
class MemoryLog:
    """Of the Log port what the adapter asks. `said`: what an administrator said, by workspace."""

    said: dict[str, Circle] = field(default_factory=dict)
    locked: bool = False

    async def channels(self, platform: str, workspace: str) -> list[Place]:
        return []

    async def circle(self, platform: str, workspace: str) -> Circle | None:
        if self.locked:
            raise StoreBusy()
        return self.said.get(workspace)

    async def handle(self, who: Who) -> str:
        if self.locked:
            raise StoreBusy()
        return f"person{who.user}"


def organisation(discord: FakeDiscord) -> None:
    """Ana (1) and Bo (2) are of the team, Bo also of the club, Eve (9) of the club alone; Kim (5) is elsewhere. The bot
    is in all three servers."""
    app = discord.app(token=TOKEN, name="Bridge")
    acme = discord.guild(TEAM, "Acme", owner="1")
    acme.member("1", "ana", nick="Ana Kovač")
    acme.member("2", "bo", nick="Bo Lind")
    acme.channel("300", "team")
    acme.channel("301", "quiet", private=True, allow=["1", "2", app.user_id])
    acme.forum("302", "ideas")
    club = discord.guild(CLUB, "Club", owner="9")
    club.member("9", "eve")
    club.member("2", "bo", nick="Bo from Acme")
    club.channel("400", "lounge")
    other = discord.guild(ELSEWHERE, "Elsewhere", owner="5")
    other.member("5", "kim")
    other.channel("600", "general")
    for guild in (acme, club, other):
        discord.install(app, guild, permissions=ASKED)


@pytest.fixture
async def discord(clock: FixedClock) -> AsyncIterator[FakeDiscord]:
    """Its limits are far away."""
    async with FakeDiscord(clock) as discord:
        organisation(discord)
        discord.limits.enforce = False
        yield discord


@pytest.fixture
def freely(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands, so the budget of the whole bot would fill up for ever."""
    monkeypatch.setattr(rest, "MOST", 1_000_000)


@pytest.fixture
def section(discord: FakeDiscord) -> Settings:
    return Settings(token=Secret(TOKEN), team=(TEAM,), community=(CLUB,), api=discord.api, gateway=discord.gateway_url)


@pytest.fixture
async def api(section: Settings, clock: FixedClock, freely: None) -> AsyncIterator[Api]:
    api = await open_api(section.token, section, clock)
    yield api
    await api.close()


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
def kept_log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def rooms(api: Api, clock: FixedClock) -> Rooms:
    """No connection to the gateway stands."""
    return Rooms(api, lambda guild: None, clock)


@pytest.fixture
def people(api: Api, rooms: Rooms, kept_log: Any, section: Settings, clock: FixedClock) -> People:
    return People(api, rooms, kept_log, section, clock)


@pytest.fixture
def directs(api: Api, vault: MemoryVault, clock: FixedClock) -> Directs:
    return Directs(api, vault, clock)


@pytest.fixture
def book(api: Api, rooms: Rooms, people: People, directs: Directs, section: Settings) -> Directory:
    return Directory(api, rooms, people, directs, section)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody sleeps half a second or more; how long it would have been, in order."""
    skipped, sleep = list[float](), asyncio.sleep

    async def at_once(seconds: float, result: Any = None) -> Any:
        if seconds >= 0.5:
            skipped.append(seconds)
        return await sleep(0 if seconds >= 0.5 else seconds, result)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    return skipped


def place(key: str = "300", kind: PlaceKind = PlaceKind.CHANNEL, guild: str = TEAM) -> Place:
    workspace = PEOPLE if kind is PlaceKind.DIRECT else guild
    return Place(PlaceId(1), PLATFORM, workspace, key, kind, key, Circle.TEAM)


async def standing(bridge: Bridge, discord: FakeDiscord, channel: str, words: str) -> Message:
    """The newest message there that reads so, once the bridge knows that it stands there: nobody finds it sooner.
    `channel`: an id, or "@" and a user's, for their direct message."""
    user = channel.removeprefix("@") if channel.startswith("@") else ""
    at = discord.direct(user).id if user else channel
    found: Message = await discord.until(lambda: holding(discord, at, words))

    def settled(tx: Tx) -> bool:
        guild = PEOPLE if user else found.guild
        place = tx.places.at(PLATFORM, guild, user or channel, bool(user))
        return place is not None and tx.outbox.by_message(place.id, found.id) is not None

    await kept(bridge, settled)
    return found
