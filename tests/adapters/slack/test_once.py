"""Law 2 over the fake: whatever becomes of the answer, a place shows an update at most once, and as it is now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.web.api import Api
from bridge.adapters.slack.web.sending import Post
from bridge.model.card import Card
from bridge.model.clock import FixedClock
from bridge.model.pace.told import Hint
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.store.tx import open_store
from tests import core
from tests.adapters.slack.workspace import MemoryMedia, MemoryVault, acme, api, slack
from tests.core import CHAT, Chat
from tests.fakes.slack import FakeSlack, Fault
from tests.fakes.slack import Team as Workspace

__all__ = ["acme", "api", "slack"]


@dataclass
class OverSlack(Chat):
    """The chat of the core's tests, whose messages stand in the fake."""

    post: Any = None

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        return await self.post.send(place, card, key)  # type: ignore[no-any-return]

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        return await self.post.update(place, message, card)  # type: ignore[no-any-return]

    async def delete(self, place: Place, message: str) -> Hint:
        return await self.post.delete(place, message)  # type: ignore[no-any-return]

    async def find(self, place: Place, key: Key) -> str | None:
        return await self.post.find(place, key)  # type: ignore[no-any-return]


@pytest.fixture
async def team(ready_sqlite_url: str, clock: FixedClock, api: Api, acme: Workspace) -> AsyncIterator[core.Team]:
    """Ana writes, Bo follows her live; his direct messages stand in the fake."""
    store = open_store(ready_sqlite_url)
    team = core.Team(store, clock, Policy(zone="Europe/Vienna"))
    vault = MemoryVault()
    post = Post(api, Directory(api, vault, clock), MemoryMedia(), vault, clock)
    team.world.adapters = {CHAT: OverSlack(clock, post=post)}
    acme.user("ana", "ana")
    acme.user("bo", "bo")
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    yield team
    await post.close()
    await store.close()


LOST = [Fault.RESET, Fault.RESET_AFTER_ACCEPT, Fault.HTTP_500, Fault.HTTP_500_DONE]
LOST += [Fault.INTERNAL_ERROR, Fault.INTERNAL_ERROR_DONE, Fault.ERROR("fatal_error", done=True)]


@pytest.mark.parametrize("fault", LOST)
async def test_an_update_stands_there_once_whatever_became_of_the_answer(
    slack: FakeSlack, acme: Workspace, team: core.Team, fault: Fault
) -> None:
    slack.faults.next("chat.postMessage", fault)
    await team.say("ana", "status One")
    await team.deliver()
    for _ in range(4):
        team.clock.advance(minutes=1)
        await team.deliver()

    assert ["One" in text for text in acme.texts("bo")] == [True]


async def test_an_edit_meanwhile_changes_the_one_that_arrived(
    slack: FakeSlack, acme: Workspace, team: core.Team
) -> None:
    slack.faults.next("chat.postMessage", Fault.RESET_AFTER_ACCEPT)
    await team.say("ana", "status One")
    await team.deliver()
    await team.say("ana", "edit last Two")
    for _ in range(4):
        team.clock.advance(minutes=1)
        await team.deliver()

    assert ["Two" in text for text in acme.texts("bo")] == [True]


async def test_a_deletion_meanwhile_takes_away_the_one_that_arrived(
    slack: FakeSlack, acme: Workspace, team: core.Team
) -> None:
    slack.faults.next("chat.postMessage", Fault.RESET_AFTER_ACCEPT)
    await team.say("ana", "status One")
    await team.deliver()
    await team.say("ana", "delete last")
    for _ in range(4):
        team.clock.advance(minutes=1)
        await team.deliver()

    assert acme.texts("bo") == []


@pytest.mark.parametrize("fault", LOST)
async def test_without_the_history_an_update_is_sent_once_more_and_the_next_one_comes(
    slack: FakeSlack, acme: Workspace, team: core.Team, fault: Fault
) -> None:
    acme.scopes -= {"im:history"}
    slack.faults.next("chat.postMessage", fault)
    await team.say("ana", "status One")
    await team.deliver()
    for _ in range(4):
        team.clock.advance(minutes=1)
        await team.deliver()
    await team.say("ana", "status Two")
    await team.deliver()

    assert sum("One" in text for text in acme.texts("bo")) == int(fault.done) + 1
    assert "Two" in acme.texts("bo")[-1]
    assert len(slack.called("chat.postMessage")) == 3
    assert len(slack.called("conversations.history")) == 1
