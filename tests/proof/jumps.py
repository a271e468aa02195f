"""The courier while the wall clock jumps: what is in flight is nobody's to claim again, nothing is doubled, nothing
waits for longer than the clock jumped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bridge.model.card import Card
from bridge.model.clock import FixedClock
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.store.tx import open_store
from tests.bench.database import database
from tests.core import CHAT, MONDAY, Chat, Team
from tests.proof.means.findings import Finding, Measured

PLACES = 20
JUMPS = {
    "an hour forward": timedelta(hours=1),
    "an hour back": -timedelta(hours=1),
    "a day forward": timedelta(days=1),
    "ten minutes back": -timedelta(minutes=10),
}
TURNS = 30
"""The courier's turns while requests hang: it looks every second."""


@dataclass
class Hanging(Chat):
    """A request is on its way until it is let through. `sends`: the place of each."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    sends: list[str] = field(default_factory=list)

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        self.sends.append(place.key)
        await self.open.wait()
        return await super().send(place, card, key)


async def courier_under_jumps() -> list[Finding]:
    return [await _jump(name, by) for name, by in JUMPS.items()]


async def _jump(name: str, by: timedelta) -> Finding:
    async with database("sqlite") as url:
        store, clock = open_store(url), FixedClock(MONDAY)
        team = Team(store, clock, Policy(channel_cap=1_000, direct_cap=1_000))
        chat = team.chat = Hanging(clock)
        team.world.adapters = {CHAT: chat}
        rooms = [f"room{number}" for number in range(PLACES)]
        await team.say("ana", "help")
        for room in rooms:
            await team.say("bo", "follow @ana live here", room)
        chat.open.set()
        await team.deliver()
        await team.say("ana", "status Before the jump")
        chat.open.clear()
        chat.sends.clear()
        in_flight = await _in_flight(team, chat)
        clock.set(clock.now() + by)
        for _ in range(TURNS):
            clock.advance(seconds=1)
            await team.courier.turn()
            await asyncio.sleep(0)
        again = len(chat.sends) - in_flight
        chat.open.set()
        await team.say("ana", "status After the jump")
        waited = await _until_shown(team, clock, rooms)
        wrong = sum(abs(_times(chat, room, word) - 1) for room in rooms for word in ("Before", "After"))
        await store.close()
    return Finding(
        f"clock: the courier, {name}",
        f"{PLACES} places, {TURNS} turns while all requests hang",
        (
            Measured("in flight", in_flight, least=PLACES, most=PLACES),
            Measured("asked again", again, most=0),
            Measured("doubled or lost", wrong, most=0),
            Measured("waited", waited, "s", most=max(-by.total_seconds(), 0.0) + 90.0),
        ),
    )


async def _in_flight(team: Team, chat: Hanging) -> int:
    """How many places are asked."""
    for _ in range(TURNS):
        if len(chat.sends) >= PLACES:
            break
        await team.courier.turn()
        await asyncio.sleep(0)
    return len(chat.sends)


async def _until_shown(team: Team, clock: FixedClock, rooms: Sequence[str]) -> float:
    """Seconds by the clock until everything stands in every place; two days at most."""
    for waited in range(0, 2 * 86_400, 10):
        await team.deliver()
        if all(_times(team.chat, room, word) for room in rooms for word in ("Before", "After")):
            return float(waited)
        clock.advance(seconds=10)
    return float("inf")


def _times(chat: Chat, room: str, word: str) -> int:
    return sum(f"{word} the jump" in text for text in chat.texts(room))
