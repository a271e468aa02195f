"""One workspace to test with: fixtures of the fake, a token's Api, and a Vault and Media in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bridge.adapters.slack.web.api import Api
from bridge.model.clock import FixedClock
from bridge.model.ids import PlaceId
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.secret import Secret
from tests.fakes.slack import FakeSlack, Team

__all__ = ["MemoryMedia", "MemoryVault", "acme", "api", "place", "slack"]


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


@dataclass
class MemoryMedia:
    kept: dict[str, bytes] = field(default_factory=dict)

    async def get(self, digest: str) -> bytes | None:
        return self.kept.get(digest)

    def url(self, digest: str, name: str, mime: str) -> str:
        return f"/media/{digest}/{name}"


@pytest.fixture
async def slack(clock: FixedClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock) as slack:
        yield slack


@pytest.fixture
def acme(slack: FakeSlack) -> Team:
    """Ana and Bo in #team with the bot, Cy elsewhere."""
    team = slack.team("T1", "Acme")
    for id, name in (("U1", "ana"), ("U2", "bo"), ("U3", "cy")):
        team.user(id, name)
    team.channel("C1", "team", members=["U1", "U2"], creator="U1", bot=True)
    return team


@pytest.fixture
async def api(slack: FakeSlack, acme: Team, clock: FixedClock) -> AsyncIterator[Api]:
    api = Api(Secret(acme.bot_token), slack.base, clock)
    await api.open()
    yield api
    await api.close()


def place(key: str = "C1", kind: PlaceKind = PlaceKind.CHANNEL) -> Place:
    return Place(PlaceId(1), "slack", "T1", key, kind, key, Circle.TEAM)
