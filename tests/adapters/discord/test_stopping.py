"""What stopping leaves behind: nothing that was typed is lost, and what was on its way arrives."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bridge.adapters.discord import adapter
from bridge.adapters.discord.adapter import Discord
from bridge.adapters.discord.heard.hearing import Hearing
from bridge.commands.intake import Commands
from bridge.model.card import Card
from bridge.model.command import Call, Reply
from bridge.model.errors import Transient
from bridge.model.kept import Tx
from bridge.model.place import Place
from bridge.model.ports import Key, Sent
from tests.adapters.discord.servers import MovedClock, standing
from tests.adapters.discord.stage import all_met, bridge_at
from tests.adapters.discord.test_doors import holding
from tests.adapters.discord.test_heard import kept
from tests.fakes.discord import FakeDiscord

SOON = "bridge.adapters.discord.heard.doors.QUICK"


async def test_what_is_on_its_way_is_delivered_before_the_adapter_lets_go(discord: FakeDiscord, tmp_path: Path) -> None:
    """It hears nothing more, and sends until the courier is done."""
    flying, stopped, stop, send = asyncio.Event(), asyncio.Event(), Discord.stop, Discord.send

    async def last(self: Discord) -> None:
        await stop(self)
        stopped.set()

    async def late(self: Discord, place: Place, card: Card, key: Key) -> Sent:
        flying.set()
        await stopped.wait()
        return await send(self, place, card, key)

    async with bridge_at(discord, tmp_path) as bridge:
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
        await discord.until(lambda: discord.messages("301"))
        with mock.patch.object(Discord, "stop", last), mock.patch.object(Discord, "send", late):
            await discord.command("1", "300", "status", {"text": "Late"})
            await flying.wait()
            await bridge.stop()

    assert holding(discord, "301", "Late")


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store answers no more, and nobody is waited for for long."""
    dispatch = Commands.dispatch

    async def waits(self: Commands, call: Call) -> Reply:
        if "considered" in call.line + str(call.fields):
            await asyncio.Event().wait()
        return await dispatch(self, call)

    monkeypatch.setattr(Commands, "dispatch", waits)
    monkeypatch.setattr(adapter, "STOP_WITHIN", 0.1)


@pytest.mark.usefixtures("stuck")
async def test_whoever_still_waits_for_an_answer_is_given_back_what_they_typed(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    async with bridge_at(discord, tmp_path) as bridge:
        with mock.patch(SOON, 0.02):
            asked = await discord.command("1", "300", "status", {"text": "My considered words for @bo"})
        assert asked.loading

        await bridge.stop()

    assert "status My considered words for @bo" in asked.shown
    assert "can't say whether that was done" in asked.shown
    assert asked.private


@pytest.mark.usefixtures("stuck")
async def test_a_form_that_is_still_worked_on_is_given_back_too(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path) as bridge:
        form = await discord.command("1", "300", "status", {})
        with mock.patch(SOON, 0.02):
            asked = await discord.submit("1", form, {"field-text": "My considered words"})

        await bridge.stop()

    assert "My considered words" in asked.shown


@pytest.mark.usefixtures("stuck")
async def test_and_what_was_to_be_shared_from_its_menu(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path) as bridge:
        said = await discord.say("1", "300", "The importer is twice as fast")
        form = await discord.menu("1", said, "Share as update")
        with mock.patch(SOON, 0.02):
            asked = await discord.submit("1", form, {"field-text": "My considered words"})

        await bridge.stop()

    assert "My considered words" in asked.shown


async def test_what_was_heard_and_not_worked_on_is_done_after_the_restart(discord: FakeDiscord, tmp_path: Path) -> None:
    """An hour may pass between."""
    clock = MovedClock()

    async def fails(*_: object) -> None:
        raise Transient(reason="the database is out of reach")

    with mock.patch.object(Hearing, "work", fails):
        async with bridge_at(discord, tmp_path, clock) as bridge:
            await all_met(discord)
            await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
            await discord.say("1", "@me", "status Shipping v2 today")
            built: Any = bridge.adapters["discord"]
            await discord.until(lambda: built._incoming._events._held)
    assert not holding(discord, "301", "Shipping v2")
    clock.advance(hours=1)

    async with bridge_at(discord, tmp_path, clock):
        await discord.until(lambda: holding(discord, "301", "Shipping v2"))
        await discord.until(lambda: any("Shared" in message.text for message in discord.dms("1")))


async def test_stopping_twice_and_before_it_ever_started_is_nothing(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path) as bridge:
        await bridge.adapters["discord"].stop()
    built: Any = bridge.adapters["discord"]
    never = Discord(built._settings, built._given)

    await never.stop()
    await never.close()


# What was sent or said before the restart.


async def test_edits_and_deletions_reach_copies_that_were_sent_before_the_restart(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    discord.guilds["100"].thread("310", "300", "talk")
    clock = MovedClock()  # nobody's quiet hours
    async with bridge_at(discord, tmp_path, clock) as bridge:
        await all_met(discord)
        for channel in ("301", "310"):
            await discord.command("2", channel, "follow", {"whom": "@ana", "how": "live", "here": True})
        await discord.command("2", "@me", "follow", {"whom": "@ana", "how": "live"})
        await discord.command("1", "300", "status", {"text": "Shipping v2"})
        for channel in ("301", "310", "@2"):
            await standing(bridge, discord, channel, "Shipping v2")

    async with bridge_at(discord, tmp_path, clock) as bridge:
        await discord.command("1", "300", ("bridge", "edit", {"update": "last", "text": "Shipping v3"}))
        for channel in ("301", "310", "@2"):
            message = await standing(bridge, discord, channel, "Shipping v3")
            assert not holding(discord, message.channel, "Shipping v2")

        await discord.command("1", "300", ("bridge", "delete", {"update": "last"}))
        places = ("301", "310", discord.direct("2").id)
        await discord.until(lambda: not any(holding(discord, channel, "Shipping") for channel in places))


async def test_a_like_in_a_direct_message_counts_though_nothing_was_said_there_since_the_restart(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    clock = MovedClock()
    async with bridge_at(discord, tmp_path, clock) as bridge:
        await all_met(discord)
        await discord.command("2", "@me", "follow", {"whom": "@ana", "how": "live"})
        await discord.command("1", "300", "status", {"text": "Shipping v2"})
        message = await standing(bridge, discord, "@2", "Shipping v2")

    def likes(tx: Tx) -> int:
        post = tx.posts.by_number(1)
        return tx.posts.stats([post.id])[post.id].likes if post else 0

    async with bridge_at(discord, tmp_path, clock) as bridge:
        await discord.react("2", message, "👍")
        await kept(bridge, lambda tx: likes(tx) == 1)


async def test_a_message_that_goes_from_a_direct_message_takes_its_update_along(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    async with bridge_at(discord, tmp_path):
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
        said = await discord.say("1", "@me", "The importer is twice as fast")
        offer = await discord.until(lambda: next((one for one in discord.dms("1") if one.components), None))
        await discord.react("1", said, "📣")
        asked = await discord.until(lambda: next((one for one in discord.dms("1")[2:] if one is not offer), None))
        await discord.press("1", asked, next(label for label in discord.buttons(asked) if label.startswith("Share")))
        await discord.until(lambda: holding(discord, "301", "twice as fast"))

    async with bridge_at(discord, tmp_path):
        await discord.remove("1", said)
        await discord.until(lambda: not holding(discord, "301", "twice as fast"))


async def test_what_the_sdk_cannot_read_of_an_interaction_ends_no_connection(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    """As in a private thread that the bot was never added to: its channel comes without most of what the SDK wants."""
    discord.guilds["100"].thread("311", "300", "huddle", private=True, members=["1"])
    async with bridge_at(discord, tmp_path) as bridge:
        for text in ("One", "Two"):
            asked = await discord.command("1", "311", "status", {"text": text})
            assert "Shared" in asked.shown

        assert discord.identifies == 1
        assert bridge.not_ready() == []
