"""What a courier holds: leases renewed in time, nothing asked once they may be over, nothing of its own claimed twice,
and no platform that hangs in the way of others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bridge.model.card import Card
from bridge.model.command import Call, Where, Who
from bridge.model.delivery import State
from bridge.model.errors import StoreError
from bridge.model.place import Circle, Members, Place
from bridge.model.ports import Key, Sent
from bridge.services import circles
from bridge.services.delivery.courier import LEASE, Courier
from bridge.services.delivery.showing import Showing
from tests.services.conftest import Chat, Falling, Team, restarted, use


@dataclass
class Slow(Chat):
    """Each send waits until it is let through."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        self.begun.set()
        await self.gate.wait()
        return await super().send(place, card, key)


@pytest.fixture
async def solo(lite: Team) -> Team:
    """Ana writes, Bo follows her live in his direct messages."""
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    return lite


async def in_flight(team: Team) -> tuple[Courier, Slow]:
    """A courier whose request is under way."""
    chat = Slow(team.clock)
    use(team, chat)
    await team.say("ana", "status One")
    courier = restarted(team, "first")
    while not chat.begun.is_set():
        await courier.turn()
        await asyncio.sleep(0)
    return courier, chat


async def claims(team: Team, owner: str) -> int:
    """How many places another process could take now."""
    now = team.clock.now()
    lanes = await team.store.write(lambda tx: tx.outbox.claim(owner, now, now + LEASE, 100))
    return len(lanes)


async def test_a_lease_is_renewed_while_its_request_is_under_way(solo: Team) -> None:
    courier, chat = await in_flight(solo)
    for _ in range(9):
        solo.clock.advance(seconds=LEASE.total_seconds() / 3)
        await courier.turn()

    others = await claims(solo, "second")
    chat.gate.set()
    await courier.stop()

    assert others == 0
    assert len(solo.chat.texts("@bo")) == 1


async def test_whoever_does_not_renew_loses_the_place_within_the_lease(solo: Team) -> None:
    await in_flight(solo)
    solo.clock.advance(seconds=LEASE.total_seconds())

    assert await claims(solo, "second") == 1


async def test_what_could_not_be_renewed_in_time_asks_for_nothing_more(solo: Team) -> None:
    """Stopped between recording the attempt and making it, and let go on when another may have the place."""
    await solo.say("ana", "status One")
    courier = restarted(solo, "first")
    while not courier._ready:
        await courier.turn()
        await asyncio.sleep(0.001)
    await courier.turn()  # recorded; its task has not run yet
    solo.clock.advance(seconds=LEASE.total_seconds() * 2 / 3)
    await courier.stop()

    assert solo.chat.requests == []
    found = await solo.store.read(lambda tx: tx.outbox.listing(list(State), 20))
    assert [delivery.state for _, delivery in found] == [State.WAITING], "it is certainly not there"


async def test_what_it_has_in_flight_it_does_not_claim_again_whatever_the_clock_says(solo: Team) -> None:
    courier, chat = await in_flight(solo)
    solo.clock.set(solo.clock.now() + timedelta(hours=1))
    for _ in range(3):
        await courier.turn()
    chat.gate.set()
    await courier.drain()

    assert [what for what, _ in chat.requests] == ["send"]
    assert len(solo.chat.texts("@bo")) == 1


@dataclass
class Hanging(Chat):
    """From some moment on it tells nobody who is in its channels."""

    platform: str = "other"
    hangs: bool = False

    async def members(self, place: Place) -> Members:
        if self.hangs:
            await asyncio.Event().wait()
        return await super().members(place)


async def test_a_platform_that_hangs_leaves_room_for_others(solo: Team) -> None:
    """Nine of its channels wait since before; the courier holds six places at a time."""
    hanging = Hanging(solo.clock)
    solo.world.adapters = {**solo.world.adapters, hanging.platform: hanging}
    zed = Who(hanging.platform, "elsewhere", "zed", "zed")
    home = Where(hanging.platform, "elsewhere", "home", name="home")
    await solo.intake.dispatch(Call("zed", zed, home, "help", solo.clock.now()))
    await circles.choose(solo.world, "elsewhere", Circle.TEAM)
    for number in range(9):
        channel = replace(home, key=f"c{number}", name=f"c{number}")
        call = Call(f"zed {number}", zed, channel, "follow @ana live here", solo.clock.now())
        assert (await solo.intake.dispatch(call)).ok
    await solo.deliver()
    hanging.hangs = True
    await solo.say("ana", "status One")
    courier = Courier(solo.world, Showing(solo.world), "small", capacity=6)
    for _ in range(50):
        await courier.turn()
        await asyncio.sleep(0.001)

    assert courier.held == 4, "the others have two places of six left"
    assert len(solo.chat.texts("@bo")) == 1
    await courier.stop(0)


async def test_a_place_that_cannot_be_prepared_delays_no_other(solo: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    await solo.say("cy", "follow @ana live")
    compose = Showing.compose

    def broken(self: Showing, place: Place, *rest: object) -> object:
        if place.key == "cy":
            raise RuntimeError("a mistake of ours")
        return compose(self, place, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Showing, "compose", broken)
    await solo.say("ana", "status One")
    await solo.deliver()
    monkeypatch.undo()
    early = solo.chat.texts("@cy")
    solo.clock.advance(minutes=2)
    await solo.deliver()

    assert (early, len(solo.chat.texts("@bo")), len(solo.chat.texts("@cy"))) == ([], 1, 1)


async def test_a_turn_that_fails_loses_nothing_of_what_came_of_requests(
    solo: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier, chat = await in_flight(solo)
    write, failing = solo.store.write, True

    async def down(fn: object) -> object:
        if failing:
            raise StoreError(path="test")
        return await write(fn)  # type: ignore[arg-type]

    monkeypatch.setattr(solo.store, "write", down)
    chat.gate.set()
    for _ in range(3):
        await asyncio.sleep(0)
        with pytest.raises(StoreError):
            await courier.turn()
    failing = False
    await courier.drain()

    assert [what for what, _ in chat.requests] == ["send"]
    found = await solo.store.read(lambda tx: tx.outbox.listing(list(State), 20))
    assert [delivery.state for _, delivery in found] == [State.SETTLED]


async def test_what_a_turn_claimed_whose_commit_was_not_confirmed_is_delivered_by_the_next(
    solo: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept, but the answer is lost with the connection."""
    write = solo.store.write

    async def unconfirmed(fn: object) -> object:
        await write(fn)  # type: ignore[arg-type]
        raise StoreError(path="test")

    await solo.say("ana", "status One")
    courier = restarted(solo, "first")
    monkeypatch.setattr(solo.store, "write", unconfirmed)
    with pytest.raises(StoreError):
        await courier.turn()
    monkeypatch.undo()
    await courier.drain()

    assert [what for what, _ in solo.chat.requests] == ["send"]
    assert len(solo.chat.texts("@bo")) == 1


async def test_so_it_is_where_the_turn_runs_again_by_itself(solo: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    write = solo.store.write

    async def twice(fn: object) -> object:
        await write(fn)  # type: ignore[arg-type]
        return await write(fn)  # type: ignore[arg-type]

    await solo.say("ana", "status One")
    courier = restarted(solo, "first")
    monkeypatch.setattr(solo.store, "write", twice)
    await courier.drain()

    assert [what for what, _ in solo.chat.requests] == ["send"]
    assert len(solo.chat.texts("@bo")) == 1


async def test_where_a_request_failed_oddly_nothing_is_asked_before_the_lease_is_over(solo: Team) -> None:
    falling = Falling(solo.clock, deaths=["before"] * 9)
    use(solo, falling)
    await solo.say("ana", "status One")
    courier = restarted(solo, "first")
    for _ in range(3):
        await courier.drain()
    early = len(falling.deaths)
    solo.clock.advance(seconds=91)
    falling.deaths.clear()
    await courier.drain()

    assert early == 8
    assert len(falling.texts("@bo")) == 1
