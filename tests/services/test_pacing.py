"""The courier goes by the pacer: a place is asked when it is free, and what was learned there stays with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bridge.model.card import Card
from bridge.model.clock import SystemClock
from bridge.model.delivery import Kind, Later, decide
from bridge.model.errors import NotYet, Throttled
from bridge.model.pace.places import CAREFUL, Spacing, Trip
from bridge.model.pace.told import Hint
from bridge.model.place import Place
from bridge.model.ports import Key, Sent
from bridge.services.delivery import courier
from tests.core import MONDAY
from tests.services.conftest import Chat, Deduping, Team, restarted, use


@pytest.fixture
async def solo(lite: Team) -> Team:
    """Ana writes, Bo follows her live in his direct messages."""
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    lite.chat.pacer = Spacing()
    return lite


def asked(team: Team) -> list[str]:
    return [what for what, where in team.chat.requests if where == "@bo"]


async def pace(team: Team) -> str:
    """What is kept of Bo's place."""
    [lane] = await team.store.write(
        lambda tx: [one for one in tx.outbox.claim("test", team.clock.now(), team.clock.now(), 10) if one.person]
    )
    return lane.pace


def throttled(seconds: float) -> Throttled:
    failure = Throttled(seconds=seconds)
    failure.hint = Hint(retry_after=seconds)
    return failure


async def test_a_place_is_asked_once_a_second_and_no_earlier(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "status Two")
    await solo.deliver()
    solo.clock.advance(seconds=1.01)
    await solo.deliver()
    early = asked(solo)
    solo.clock.advance(seconds=0.01)
    await solo.deliver()

    assert early == ["send"]
    assert asked(solo) == ["send", "send"]


async def test_changes_and_deletions_are_paced_as_well(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.deliver()
    await solo.say("ana", "delete last")
    solo.clock.advance(seconds=1.02)
    await solo.deliver()
    await solo.say("ana", "status Two")
    await solo.deliver()
    early = asked(solo)
    solo.clock.advance(seconds=1.02)
    await solo.deliver()

    assert early == ["send", "delete"]
    assert asked(solo) == ["send", "delete", "send"]


async def test_what_was_learned_in_a_place_is_known_to_the_next_process(solo: Team) -> None:
    solo.chat.failing = [throttled(3)]
    await solo.say("ana", "status One")
    await solo.deliver()
    solo.clock.advance(seconds=4)

    solo.courier = restarted(solo)
    await solo.deliver()
    await solo.say("ana", "status Two")
    solo.clock.advance(seconds=60)
    kept = await pace(solo)

    assert asked(solo) == ["send", "send"]
    careful = Spacing().after(kept, Trip(MONDAY, 0.5)).free
    loose = Spacing().after("", Trip(MONDAY, 0.5)).free
    assert careful is not None
    assert loose is not None
    assert (careful - loose).total_seconds() == pytest.approx(0.485), "it is asked as if it had never said no"
    assert CAREFUL > 60


async def test_our_own_not_yet_is_no_failure(solo: Team) -> None:
    """It teaches nothing, makes no later wait longer, and ends nothing however long it lasts."""
    solo.chat.failing = [NotYet(seconds=60) for _ in range(30)]
    await solo.say("ana", "status One")
    for _ in range(30):
        await solo.deliver()
        solo.clock.advance(seconds=59)
        await solo.deliver()
        solo.clock.advance(seconds=1)
    await solo.deliver()

    assert len(solo.chat.texts("@bo")) == 1
    assert asked(solo) == ["send"] * 31
    far = decide(NotYet(seconds=5), Kind.LIVE, 9, MONDAY, MONDAY, 0.5)
    assert isinstance(far, Later), "the day that a message may be late is over, and we held it back ourselves"


async def test_what_may_have_arrived_stays_uncertain_when_the_next_attempt_is_told_to_wait(solo: Team) -> None:
    """Else it would be sent again once the platform has forgotten the first."""
    chat: Chat = Deduping(solo.clock)
    use(solo, chat)
    chat.lost_answers = 1
    await solo.say("ana", "status One")
    await solo.deliver()
    chat.failing = [throttled(600)]
    solo.clock.advance(seconds=5)
    await solo.deliver()
    solo.clock.advance(seconds=601)
    await solo.deliver()
    solo.clock.advance(seconds=60)
    await solo.deliver()

    assert len(chat.texts("@bo")) == 1
    assert "find" in asked(solo)


async def test_a_place_that_is_free_again_does_not_wait_for_the_next_look(
    lite: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "POLL_SECONDS", 60.0)
    lite.world.clock, arrived = SystemClock(), asyncio.Event()
    chat = Telling(lite.clock, arrived=arrived)
    use(lite, chat)
    chat.pacer = Spacing(0.5, 0.5)
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live here", "random")
    for number in range(2):
        await lite.say("ana", f"status {number}")

    running = asyncio.create_task(lite.courier.run())
    async with asyncio.timeout(20):
        await arrived.wait()
    await lite.courier.stop()
    await running


@dataclass
class Telling(Chat):
    """Tells when the third message stands there."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        sent = await super().send(place, card, key)
        if self.number == 3:
            self.arrived.set()
        return sent
