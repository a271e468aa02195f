"""Answers: for one person alone, at once or promised at once, and in their direct message where it is too late."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bridge.adapters import _replies as replies
from bridge.adapters.discord.heard.doors import QUICK
from bridge.app import Bridge
from bridge.commands.intake import Commands
from bridge.model.command import Call, Reply
from bridge.model.text import plain
from bridge.services.keeping import EncryptedInbox
from tests.adapters.discord.servers import MovedClock
from tests.adapters.discord.stage import acme, all_met, bridge_at
from tests.adapters.discord.test_doors import pressed
from tests.fakes.discord import FakeDiscord, Fault, Interaction, NotAnswered

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
POST = "POST /channels/{channel_id}/messages"
SOON = "bridge.adapters.discord.heard.doors.QUICK"
LONG = "Too long. " * 60


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The store takes its time with everything considered, until this is set."""
    go, dispatch = asyncio.Event(), Commands.dispatch

    async def slowly(self: Commands, call: Call) -> Reply:
        if "considered" in call.line + str(call.fields):
            await go.wait()
        return await dispatch(self, call)

    monkeypatch.setattr(Commands, "dispatch", slowly)
    return go


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long an answer would have been waited with, in order; nobody waits."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr(replies, "sleep", wait)
    return waited


def updates(bridge: Bridge) -> Awaitable[list[str]]:
    """What was shared, by anybody."""
    return bridge.store.read(lambda tx: [plain(post.text) for n in range(1, 9) if (post := tx.posts.by_number(n))])


# At once, and only for one.


async def test_every_answer_is_for_one_person_alone(bridge: Bridge, discord: FakeDiscord) -> None:
    said = await discord.say("1", "300", "The importer is twice as fast")
    before = discord.texts("300")

    asked = [
        await discord.command("1", "300", "status", {"text": "Hello"}),
        await discord.command("1", "300", ("bridge", "timeline", {})),
        await discord.command("1", "300", "digest", {"schedule": "daily 25:00"}),
        await discord.menu("2", said, "Share as update"),
        await discord.user_menu("2", "300", "Who is this?", target="1"),
        await discord.command("2", "300", "follow", {"whom": "@ana"}),
    ]
    form = await discord.menu("1", said, "Share as update")
    asked.append(await discord.submit("1", form, {"field-text": "The importer is twice as fast"}))
    asked.append(await discord.press("1", asked[0], "Edit"))
    asked.append(await discord.press("1", asked[1], discord.buttons(asked[1])[-1]))

    assert [one.private or bool(one.modal) for one in asked] == [True] * len(asked)
    assert [one.followups for one in asked] == [[]] * len(asked)
    assert discord.texts("300") == before


async def test_an_update_s_menu_says_why_it_stands_there_to_one_alone(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "Hello"})
    message = await discord.until(lambda: next((m for m in discord.messages("301") if "Hello" in m.text), None))
    before = discord.texts("301")

    menu = await discord.choose("2", message, "Why here?")

    assert menu.private
    assert discord.texts("301") == before


# Promised at once.


def test_nobody_waits_longer_than_a_quarter_of_a_second() -> None:
    assert QUICK <= 0.25


async def test_what_takes_long_is_promised_and_then_shown_in_the_same_place(
    bridge: Bridge, discord: FakeDiscord, held: asyncio.Event
) -> None:
    with mock.patch(SOON, 0.02):
        asked = await discord.command("1", "300", "status", {"text": "My considered words"})
    assert (asked.loading, asked.private, asked.shown) == (True, True, "")

    held.set()

    assert "Shared" in await discord.settled(asked)
    assert asked.private
    assert (asked.followups, discord.dms("1")) == ([], [])


async def test_so_is_what_waits_for_the_database_before_anything_is_done(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, remember = asyncio.Event(), EncryptedInbox.remember

    async def slowly(self: EncryptedInbox, key: str, payload: bytes) -> bool:
        await go.wait()
        return await remember(self, key, payload)

    monkeypatch.setattr(EncryptedInbox, "remember", slowly)
    with mock.patch(SOON, 0.02):
        asked = await discord.command("1", "300", "status", {"text": "Hello"})
    assert asked.loading

    go.set()

    assert "Shared" in await discord.settled(asked)


async def test_a_form_that_would_come_too_late_is_a_card(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form can't follow a promise."""
    go, dispatch = asyncio.Event(), Commands.dispatch

    async def slowly(self: Commands, call: Call) -> Reply:
        await go.wait()
        return await dispatch(self, call)

    monkeypatch.setattr(Commands, "dispatch", slowly)
    with mock.patch(SOON, 0.02):
        asked = await discord.command("1", "300", "status", {})
    go.set()

    assert await discord.settled(asked)
    assert asked.modal is None


async def test_a_promise_that_cannot_be_kept_at_once_is_kept_later(
    bridge: Bridge, discord: FakeDiscord, held: asyncio.Event, waits: list[float]
) -> None:
    with mock.patch(SOON, 0.02):
        asked = await discord.command("1", "300", "status", {"text": "My considered words"})
    discord.faults.next(ORIGINAL, Fault.RATE(7), Fault.WRONG_JSON)

    held.set()

    assert "Shared" in await discord.settled(asked)
    assert waits[0] == 7
    assert discord.dms("1") == []


async def test_a_promise_that_nobody_takes_any_more_is_kept_in_the_direct_message(
    bridge: Bridge, discord: FakeDiscord, held: asyncio.Event
) -> None:
    """After a quarter of an hour."""
    with mock.patch(SOON, 0.02):
        await discord.command("1", "300", "status", {"text": "My considered words"})
    discord.faults.next(ORIGINAL, Fault.ERROR(50027))

    held.set()

    told = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "Shared" in told.text


# Too late.


@contextmanager
def unanswered(discord: FakeDiscord, fault: Fault) -> Iterator[None]:
    """The next answer meets that, and whoever asked gives up."""
    discord.faults.next(CALLBACK, fault)
    before, discord.patience = discord.patience, 0.2
    with pytest.raises(NotAnswered):
        yield
    discord.patience = before


async def test_who_gave_up_waiting_is_answered_in_the_direct_message(bridge: Bridge, discord: FakeDiscord) -> None:
    with unanswered(discord, Fault.ERROR(10062)):
        await discord.command("1", "300", "status", {"text": "Hello"})

    told = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "Shared" in told.text
    assert await updates(bridge) == ["Hello"]
    assert discord.texts("300") == []


async def test_a_promise_that_comes_too_late_is_kept_in_the_direct_message(
    bridge: Bridge, discord: FakeDiscord, held: asyncio.Event
) -> None:
    with mock.patch(SOON, 0.02), unanswered(discord, Fault.ERROR(10062)):
        await discord.command("1", "300", "status", {"text": "My considered words"})
    assert discord.dms("1") == []

    held.set()

    told = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "Shared" in told.text
    assert discord.called(ORIGINAL) == []


async def test_whoever_writes_faster_than_discord_lets_us_answer_is_answered_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five messages in five seconds, of which one stays unused."""
    clock, waited = MovedClock(), list[float]()

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        clock.advance(seconds=seconds)

    monkeypatch.setattr(replies, "sleep", wait)
    async with FakeDiscord(clock) as discord:
        acme(discord)
        async with bridge_at(discord, tmp_path, clock):
            await all_met(discord)
            for number in range(8):
                await discord.say("1", "@me", f"who @nobody{number}")

            def answered() -> bool:
                told = str([message.text for message in discord.dms("1") if message.author.bot])
                return all(f"@nobody{number}" in told for number in range(8))

            await discord.until(answered)
        assert waited
        assert not discord.invalid


async def test_an_answer_that_may_stand_there_is_not_sent_again(bridge: Bridge, discord: FakeDiscord) -> None:
    discord.faults.next(POST, Fault.RESET_AFTER_ACCEPT)
    await discord.say("1", "@me", "who @nobody")
    await discord.until(lambda: any("@nobody" in message.text for message in discord.dms("1") if message.author.bot))

    await discord.say("1", "@me", "who @somebody")
    await discord.until(lambda: any("@somebody" in message.text for message in discord.dms("1") if message.author.bot))

    assert len([one for one in discord.dms("1") if one.author.bot and "@nobody" in one.text]) == 1


async def test_where_that_is_closed_too_nothing_is_said_to_anybody_else(bridge: Bridge, discord: FakeDiscord) -> None:
    discord.close_dms("1")
    with unanswered(discord, Fault.ERROR(10062)):
        await discord.command("1", "300", "status", {"text": "Hello"})
    await discord.until(lambda: [call for call in discord.called(POST) if call.status == 403])

    again = await discord.command("1", "300", ("bridge", "timeline", {"whom": "@ana"}))

    assert "Hello" in again.shown
    assert discord.texts("300") == []


async def test_an_answer_whose_receipt_was_lost_is_not_shown_twice(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again, Discord says that it was answered already (40060)."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds, result=None: sleep(min(seconds, 0.01), result))
    before = len(discord.called(CALLBACK))
    discord.faults.next(CALLBACK, Fault.HTTP(502, done=True))

    asked = await discord.command("1", "300", "status", {"text": "Hello"})
    assert "Shared" in asked.shown
    await discord.until(lambda: len(discord.called(CALLBACK)) == before + 2)

    await discord.command("1", "300", ("bridge", "help", {}))
    assert discord.dms("1") == []


# Forms that were refused.


async def refused(discord: FakeDiscord) -> tuple[Interaction, str]:
    form = await discord.command("1", "300", "status", {})
    return await discord.submit("1", form, {"field-text": LONG.strip()}), LONG.strip()


async def test_a_refused_form_comes_again_as_it_was_filled_in(bridge: Bridge, discord: FakeDiscord) -> None:
    answer, typed = await refused(discord)
    assert "too long" in answer.shown
    assert typed in answer.shown, "the words are not given back"

    again = await discord.press("1", answer, "Try again")
    assert again.modal
    [field] = [part["component"] for part in again.modal["components"] if part["component"]["type"] == 4]
    assert field["value"] == typed

    sent = await discord.submit("1", again, {"field-text": "Short enough"})
    assert "Shared" in sent.shown
    assert await updates(bridge) == ["Short enough"]


async def test_it_may_be_refused_again_and_again(bridge: Bridge, discord: FakeDiscord) -> None:
    answer, typed = await refused(discord)
    for _ in range(3):
        again = await discord.press("1", answer, "Try again")
        answer = await discord.submit("1", again, {"field-text": typed})
        assert "too long" in answer.shown

    assert await updates(bridge) == []


async def test_nobody_else_opens_it(bridge: Bridge, discord: FakeDiscord) -> None:
    """The button stands in an answer that one person sees; whoever makes it up gets nothing."""
    answer, typed = await refused(discord)
    assert answer.message is not None
    [custom_id] = [
        one["custom_id"]
        for row in answer.message.components
        for one in row["components"]
        if "again" in one["custom_id"]
    ]

    forged = await pressed(discord, "2", answer.message, custom_id)

    assert forged.modal is None
    assert typed not in forged.shown
    assert "no longer know" in forged.shown


async def test_after_a_restart_it_says_that_it_is_not_known_any_more(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path):
        await all_met(discord)
        answer, _ = await refused(discord)
    async with bridge_at(discord, tmp_path):
        again = await discord.press("1", answer, "Try again")

    assert again.modal is None
    assert "no longer know what this form was for" in again.shown


# Once.


async def test_an_interaction_that_comes_twice_is_done_once(bridge: Bridge, discord: FakeDiscord) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asked = await discord.command("1", "300", "status", {"text": "Hello"})
        before = len(discord.called(CALLBACK))

        await discord.gateway.repeat()
        await discord.command("1", "300", ("bridge", "help", {}))

    assert "Shared" in asked.shown
    assert len(discord.called(CALLBACK)) == before + 1
    assert await updates(bridge) == ["Hello"]
    assert not [one for one in warned if "never awaited" in str(one.message)]


async def test_nor_is_it_after_a_restart(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path):
        await all_met(discord)
        asked = await discord.command("1", "300", "status", {"text": "Hello"})
    async with bridge_at(discord, tmp_path) as bridge:
        before = len(discord.called(CALLBACK))

        discord.gateway.tell("INTERACTION_CREATE", asked.payload, guild=asked.guild)
        await discord.command("1", "300", ("bridge", "help", {}))

        assert await updates(bridge) == ["Hello"]
        assert len(discord.called(CALLBACK)) == before + 1


async def test_many_that_came_are_remembered_and_not_more(bridge: Bridge, discord: FakeDiscord) -> None:
    adapter: Any = bridge.adapters["discord"]
    doors = adapter._parts.doors
    with mock.patch("bridge.adapters.discord.heard.doors.KNOWN", 10):
        for number in range(100):
            assert doors.take({"id": f"9{number}", "type": 99}) is None

    assert len(doors._seen) == 10


# Completion.


async def test_completion_that_takes_too_long_offers_nothing(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(Commands, "complete", never)
    monkeypatch.setattr("bridge.adapters.discord.heard.doors.COMPLETE_WITHIN", 0.02)

    assert await discord.complete("1", "300", "follow", {"whom": "@b"}, focused="whom") == []
