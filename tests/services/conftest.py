"""What surrounds the core of tests/core.py: other platforms for it, and other processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bridge.model.card import Card, Limits
from bridge.model.clock import FixedClock
from bridge.model.errors import Uncertain
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.services.delivery.courier import Courier
from bridge.services.delivery.showing import Showing
from bridge.store.tx import open_store
from tests.core import CHAT, HOME, MONDAY, Chat, Team

__all__ = ["CHAT", "HOME", "MONDAY", "Chat", "Deduping", "Falling", "Team", "restarted", "use"]


def restarted(team: Team, owner: str = "two") -> Courier:
    """The courier of another process over the same database: nothing is remembered from before."""
    return Courier(team.world, Showing(team.world), owner)


@dataclass
class Deduping(Chat):
    """A platform that gives back the first message of a nonce, for two minutes from when it took that."""

    limits: Limits = field(default_factory=lambda: Limits(rings=False, dedupes_for=120))
    taken: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        first = self.taken.get(key.nonce)
        if first and self.clock.now() - first[1] < timedelta(seconds=self.limits.dedupes_for):
            self._asked("send", place)
            if self.lost_answers:
                self.lost_answers -= 1
                raise Uncertain(reason="the answer was lost")
            return Sent(first[0])
        self.taken[key.nonce] = f"{self.number + 1:06}", self.clock.now()
        return await super().send(place, card, key)


def use(team: Team, chat: Chat) -> None:
    """From now on the team talks there."""
    team.chat = chat
    team.world.adapters = {CHAT: chat}


@dataclass
class Falling(Chat):
    """The process dies at the next sends: `before` the platform took the message, or `after`."""

    deaths: list[str] = field(default_factory=list)

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        death = self.deaths.pop(0) if self.deaths else ""
        if death == "before":
            raise Death
        sent = await super().send(place, card, key)
        if death == "after":
            raise Death
        return sent


class Death(Exception):
    """Nobody catches it, as nobody catches kill -9."""


@pytest.fixture
async def lite(ready_sqlite_url: str, clock: FixedClock) -> AsyncIterator[Team]:
    """The core over SQLite alone, for what the database does not decide."""
    store = open_store(ready_sqlite_url)
    yield Team(store, clock, Policy(zone="Europe/Vienna"))
    await store.close()
