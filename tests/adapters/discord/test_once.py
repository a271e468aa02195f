"""Laws 2 and 3 over the fake: whatever becomes of the answer, a place shows an update at most once, and as it is now.
And what comes in is remembered once, in order, however long the database takes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bridge.adapters._tasks import Tasks
from bridge.adapters.discord import incoming
from bridge.adapters.discord.heard.concerns import Us
from bridge.adapters.discord.incoming import Incoming
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.rest.bodies import Bodies
from bridge.adapters.discord.rest.direct import Directs
from bridge.adapters.discord.rest.sending import MESSAGES, Post
from bridge.adapters.discord.shown.render import LIMITS
from bridge.model.card import Card, Limits
from bridge.model.clock import FixedClock
from bridge.model.errors import StoreBusy
from bridge.model.pace.told import Hint
from bridge.model.person import Profile
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.store.tx import open_store
from tests import core
from tests.adapters.discord.servers import (
    MemoryMedia,
    api,
    directs,
    discord,
    freely,
    hurried,
    rooms,
    section,
    vault,
)
from tests.core import CHAT, Chat
from tests.fakes.discord import FakeDiscord, Fault, P

__all__ = ["api", "directs", "discord", "freely", "hurried", "rooms", "section", "vault"]

CREATE, READ = f"POST {MESSAGES}", f"GET {MESSAGES}"


@dataclass
class OverDiscord(Chat):
    """The chat of the core's tests, whose messages stand in the fake; its channels are those of Acme."""

    limits: Limits = field(default_factory=lambda: LIMITS)
    post: Any = None

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        return await self.post.send(place, card, key)  # type: ignore[no-any-return]

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return await self.post.update(place, message, card)  # type: ignore[no-any-return]

    async def delete(self, place: Place, message: str) -> Hint:
        return await self.post.delete(place, message)  # type: ignore[no-any-return]

    async def find(self, place: Place, key: Key) -> str | None:
        return await self.post.find(place, key)  # type: ignore[no-any-return]


class AcmesRooms(Rooms):
    """The core's tests call their workspace otherwise."""

    async def look(self, guild: str, channel: str) -> Any:
        return await super().look("100", channel)


@pytest.fixture
async def team(
    ready_sqlite_url: str, clock: FixedClock, api: Api, directs: Directs, hurried: list[float]
) -> AsyncIterator[core.Team]:
    """Ana writes; Bo, and a channel, follow her live."""
    store = open_store(ready_sqlite_url)
    team = core.Team(store, clock, Policy(zone="Europe/Vienna"))
    post = Post(api, AcmesRooms(api, lambda guild: None, clock), directs, Bodies(MemoryMedia()))
    profiles = {"1": Profile("Ana", "ana"), "2": Profile("Bo", "bo")}
    team.world.adapters = {CHAT: OverDiscord(clock, post=post, profiles=profiles)}
    await directs.met("2")
    await team.say("1", "help")
    await team.say("2", "follow @ana live")
    yield team
    await store.close()


async def time_passes(team: core.Team, minutes: int = 4) -> None:
    for _ in range(minutes):
        team.clock.advance(minutes=1)
        await team.deliver()


def standing(discord: FakeDiscord) -> list[str]:
    return [message.text for message in discord.dms("2")]


LOST = [
    Fault.RESET,
    Fault.RESET_AFTER_ACCEPT,
    Fault.HANG_UP_AFTER_ACCEPT,
    Fault.HTTP(500),
    Fault.HTTP(502, done=True),
    Fault.WRONG_JSON,
    Fault.WRONG_JSON_DONE,
    Fault(done=True, text="{}"),
]


@pytest.mark.parametrize("fault", LOST)
async def test_an_update_stands_there_once_whatever_became_of_the_answer(
    discord: FakeDiscord, team: core.Team, fault: Fault
) -> None:
    discord.faults.next(CREATE, fault)
    await team.say("1", "status One")
    await team.deliver()

    await time_passes(team)

    assert ["One" in text for text in standing(discord)] == [True]


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER_ACCEPT, Fault.RESET])
async def test_so_it_does_when_nobody_asked_while_discord_remembers_nonces(
    discord: FakeDiscord, team: core.Team, fault: Fault
) -> None:
    """Then the history is read for its mark."""
    discord.faults.next(CREATE, fault)
    await team.say("1", "status One")
    await team.deliver()
    team.clock.advance(minutes=30)

    await time_passes(team, 2)

    assert ["One" in text for text in standing(discord)] == [True]
    assert discord.called(READ)


async def test_an_edit_meanwhile_changes_the_one_that_arrived(discord: FakeDiscord, team: core.Team) -> None:
    discord.faults.next(CREATE, Fault.RESET_AFTER_ACCEPT)
    await team.say("1", "status One")
    await team.deliver()
    await team.say("1", "edit last Two")

    await time_passes(team)

    assert ["Two" in text for text in standing(discord)] == [True]


@pytest.mark.parametrize("minutes", [0, 30])
async def test_a_deletion_meanwhile_takes_away_the_one_that_arrived(
    discord: FakeDiscord, team: core.Team, minutes: int
) -> None:
    discord.faults.next(CREATE, Fault.RESET_AFTER_ACCEPT)
    await team.say("1", "status One")
    await team.deliver()
    await team.say("1", "delete last")
    team.clock.advance(minutes=minutes)

    await time_passes(team)

    assert standing(discord) == []


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER_ACCEPT, Fault.RESET])
async def test_without_the_history_an_update_is_sent_once_more_and_the_next_one_comes(
    discord: FakeDiscord, team: core.Team, fault: Fault
) -> None:
    """In a channel, when Discord remembers the nonce no more."""
    await team.say("2", "follow @ana live here", channel="300")
    await team.deliver()
    await discord.set_overwrite("300", discord.bot.user_id, deny=P.READ_MESSAGE_HISTORY)
    discord.faults.next(CREATE, fault)
    await team.say("1", "status One", channel="301")
    await team.deliver()
    team.clock.advance(minutes=30)
    await time_passes(team)
    await team.say("1", "status Two", channel="301")
    await time_passes(team, 2)

    assert sum("One" in text for text in discord.texts("300")) == int(fault.done) + 1
    assert "Two" in discord.texts("300")[-1]
    assert [call.ids["channel_id"] for call in discord.called(READ) if call.ids["channel_id"] == "300"] == []


async def test_a_message_that_was_deleted_by_hand_meanwhile_is_not_sent_again(
    discord: FakeDiscord, team: core.Team
) -> None:
    """Discord then says that the message is gone."""
    discord.faults.next(CREATE, Fault.RESET_AFTER_ACCEPT)
    await team.say("1", "status One")
    await team.deliver()
    [message] = discord.dms("2")
    message.deleted = True
    discord.direct("2").messages.clear()

    await time_passes(team)

    assert standing(discord) == []


async def test_updates_stand_in_their_order_whatever_becomes_of_the_first(
    discord: FakeDiscord, team: core.Team
) -> None:
    discord.faults.next(CREATE, Fault.RESET, Fault.RATE(20), Fault.HTTP(500))
    for words in ("One", "Two", "Three"):
        await team.say("1", f"status {words}")
        await team.deliver()

    await time_passes(team)

    shown = "\n".join(standing(discord))
    assert [shown.count(word) for word in ("One", "Two", "Three")] == [1, 1, 1]
    assert shown.index("One") < shown.index("Two") < shown.index("Three")


# What comes in.


@dataclass
class SlowInbox:
    """A database that is out of reach until `there` is set."""

    there: asyncio.Event = field(default_factory=asyncio.Event)
    busy: int = 0
    kept: list[str] = field(default_factory=list)
    done_with: list[str] = field(default_factory=list)

    async def remember(self, key: str, payload: bytes) -> bool:
        await self.there.wait()
        if self.busy:
            self.busy -= 1
            raise StoreBusy()
        if key in self.kept:
            return False
        self.kept.append(key)
        return True

    async def begin(self, key: str) -> int | None:
        return 0

    async def done(self, key: str) -> None:
        self.done_with.append(key)


@dataclass
class SomeParts:
    """What `Incoming` asks of the parts."""

    us: Us = field(default_factory=lambda: Us("900", "900", frozenset({"100"})))
    worked: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def rooms(self) -> Any:
        return self

    @property
    def hearing(self) -> Any:
        return self

    def forget(self, id: str) -> None: ...

    async def work(self, payload: Any, key: str) -> None:
        self.worked.append(payload["d"]["id"])
        self.changed.set()


class Given:
    policy = Policy()

    def __init__(self, inbox: SlowInbox) -> None:
        self.inbox = inbox


def said(number: int) -> dict[str, Any]:
    d = {"id": f"{number}", "channel_id": "700", "content": "help", "type": 0, "author": {"id": "1"}}
    return {"t": "MESSAGE_CREATE", "s": number, "d": d}


def reacted(number: int, session: int = 0) -> dict[str, Any]:
    """Nothing in it but its number in the session names it."""
    d = {"message_id": "5", "channel_id": "700", "user_id": "1", "emoji": {"name": "📣"}, "id": f"{session}{number}"}
    return {"t": "MESSAGE_REACTION_ADD", "s": number, "d": d}


class Ears:
    """An Incoming by itself, with its inbox, its tasks and what was worked on."""

    def __init__(self) -> None:
        self.inbox, self.parts, self.tasks = SlowInbox(), SomeParts(), Tasks()
        given: Any = Given(self.inbox)
        found: Any = self.parts
        self.incoming = Incoming(given, self.tasks, lambda: found)
        self.running = self.incoming.start()

    def begin(self, session: str) -> None:
        self.hear({"t": "READY", "s": 0, "d": {"session_id": session}})

    def hear(self, payload: dict[str, Any]) -> None:
        self.incoming.hear(payload, False)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.parts.worked) < count:
                self.parts.changed.clear()
                await self.parts.changed.wait()

    async def stop(self) -> None:
        for task in self.running:
            task.cancel()
        await asyncio.wait(self.running)
        await self.tasks.finish(1)


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    ears = Ears()
    yield ears
    await ears.stop()


async def test_events_wait_for_a_database_and_keep_their_order(ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "AGAIN", 0.0)
    ears.inbox.busy = 3
    for number in range(1, 200):
        ears.hear(said(number))
    await asyncio.sleep(0)
    assert ears.parts.worked == []

    ears.inbox.there.set()
    await ears.until(199)

    assert ears.parts.worked == [f"{number}" for number in range(1, 200)]


@pytest.mark.parametrize("event", [said, reacted])
async def test_what_a_resume_plays_again_is_done_once(ears: Ears, event: Callable[[int], dict[str, Any]]) -> None:
    ears.begin("abc")
    ears.inbox.there.set()
    for number in (1, 2, 2, 1, 3):
        ears.hear(event(number))

    await ears.until(3)
    await ears.tasks.finish(1)

    assert [int(id) for id in ears.parts.worked] == [1, 2, 3]


async def test_in_another_session_the_same_number_is_another_event(ears: Ears) -> None:
    ears.inbox.there.set()
    for number, session in enumerate(("abc", "def"), 1):
        ears.begin(session)
        ears.hear(reacted(7, number))

    await ears.until(2)

    assert ears.parts.worked == ["17", "27"]
    assert "abc" not in str(ears.inbox.kept), "a session's id resumes it"


async def test_a_message_is_the_same_in_any_session(ears: Ears) -> None:
    ears.inbox.there.set()
    for session in ("abc", "def"):
        ears.begin(session)
        ears.hear(said(1))
    ears.hear(said(2))

    await ears.until(2)

    assert ears.parts.worked == ["1", "2"]


async def test_no_more_wait_than_memory_holds_and_what_is_lost_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert incoming.MOST_WAITING == 10_000
    monkeypatch.setattr(incoming, "MOST_WAITING", 50)
    ears = Ears()
    with caplog.at_level(logging.ERROR):
        for number in range(1, 61):
            ears.hear(said(number))
    assert [record.getMessage() for record in caplog.records] == [
        "an event was lost: the database has remembered nothing for too long"
    ] * 10

    ears.inbox.there.set()
    await ears.until(50)
    ears.hear(said(99))
    await ears.until(51)

    assert ears.parts.worked == [*(f"{number}" for number in range(1, 51)), "99"]
    await ears.stop()
