"""What a review found to break: guests, databases that stumble, answers that are lost, forms that lie, odd errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bridge.adapters.discord.heard.hearing import Hearing
from bridge.adapters.discord.known.people import GUEST, People
from bridge.app import Bridge
from bridge.commands.intake import Commands
from bridge.model.command import Call, Reply
from bridge.model.errors import StoreBusy, Transient
from bridge.services.keeping import EncryptedInbox
from bridge.services.sharing.media import SignedMedia
from tests.adapters.discord.servers import MovedClock, standing
from tests.adapters.discord.stage import all_met, bridge_at
from tests.adapters.discord.test_doors import PNG, holding, pressed
from tests.fakes.discord import FakeDiscord, Fault
from tests.fakes.discord import messages as discord_messages
from tests.fakes.discord import shapes as discord_shapes

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


async def follow_ana(discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})


@pytest.mark.parametrize("told", [{"flags": GUEST}, {"pending": True}])
async def test_a_guest_of_the_teams_server_is_not_of_the_team(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]
) -> None:
    discord.guilds["100"].member("7", "visitor")
    member = discord_shapes.member
    monkeypatch.setattr(
        discord_shapes,
        "member",
        lambda guild, one, **more: member(guild, one, **more) | (told if one.user.id == "7" else {}),
    )
    await discord.command("1", "300", "status", {"text": "For the team alone"})

    for where in ("@me", "300"):
        shown = await discord.command("7", where, ("bridge", "timeline", {"whom": "everyone"}))
        assert "For the team alone" not in shown.shown


async def test_a_message_in_a_thread_that_waits_is_not_forgotten_by_a_restart(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    """While nothing is connected, no thread is known."""
    discord.bot.content_intent = True
    clock = MovedClock()

    async def fails(*_: object) -> None:
        raise Transient(reason="out of reach")

    async with bridge_at(discord, tmp_path, clock, message_content=True) as bridge:
        await all_met(discord)
        await follow_ana(discord)
        await discord.command("1", "300", "status", {"text": "Who can test the importer?"})
        copy = await standing(bridge, discord, "301", "importer")
        thread = await discord.thread_from("2", copy, "Importer")
        with mock.patch.object(Hearing, "work", fails):
            await discord.say("2", thread.id, "I can, on Friday")
            await discord.command("1", "300", ("bridge", "help", {}))
            await bridge.adapters["discord"]._incoming._waiting.join()
            await bridge.stop()
    clock.advance(minutes=5)

    async with bridge_at(discord, tmp_path, clock, message_content=True):
        await discord.until(lambda: any("on Friday" in one.text for one in discord.dms("2")))


async def test_an_odd_error_stops_nobody_from_being_heard(bridge: Bridge, discord: FakeDiscord) -> None:
    await follow_ana(discord)
    remember, odd = EncryptedInbox.remember, [RuntimeError("can't start new thread")]

    async def remembered(self: EncryptedInbox, key: str, payload: bytes) -> bool:
        if " MESSAGE_CREATE " in key and odd:
            raise odd.pop()
        return await remember(self, key, payload)

    with mock.patch.object(EncryptedInbox, "remember", remembered):
        await discord.say("1", "@me", "status First")
        await discord.say("1", "@me", "status Second")

        await discord.until(lambda: holding(discord, "301", "Second"))


async def test_an_odd_error_is_a_sentence(bridge: Bridge, discord: FakeDiscord) -> None:
    async def noted(*_: object) -> None:
        raise KeyError("odd")

    with mock.patch.object(People, "noted", noted):
        asked = await discord.command("1", "300", "status", {"text": "Hello"})

    assert "Something went wrong here" in asked.shown


async def test_an_answer_comes_without_its_pictures_where_the_database_stumbles(
    bridge: Bridge, discord: FakeDiscord
) -> None:
    async def locked(*_: object) -> bytes:
        raise StoreBusy()

    with mock.patch.object(SignedMedia, "get", locked):
        asked = await discord.command("1", "300", "status", {"text": "Look"}, attachments={"file": ("a.png", PNG)})

    assert "Shared" in asked.shown


async def test_a_form_says_nothing_of_anybody_elses_message(discord: FakeDiscord, tmp_path: Path) -> None:
    discord.bot.content_intent = True
    async with bridge_at(discord, tmp_path, message_content=True) as bridge:
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@cy", "how": "live", "here": True})
        drafted = await discord.say("2", "300", "A draft of mine")
        own = await discord.say("3", "300", "Anything else")
        form = await discord.menu("3", own, "Share as update")
        form.modal["custom_id"] = f"form:{drafted.id}:status"
        await discord.submit("3", form, {})
        await standing(bridge, discord, "301", "Anything else")

        await discord.edit("2", drafted, "Never shared by its author")
        await discord.say("2", "300", f"<@{discord.bot.user_id}> help")
        await discord.until(lambda: any("one line" in one.text for one in discord.dms("2")))

        assert not holding(discord, "301", "Never shared")


async def test_a_picture_that_was_taken_out_stays_out(bridge: Bridge, discord: FakeDiscord) -> None:
    await follow_ana(discord)
    said = await discord.say("1", "300", "Our new logo", files=[("secret.png", PNG)])
    discord.close("1", await discord.menu("1", said, "Share as update"))
    said.attachments = []
    await discord.edit("1", said, "Our new logo comes soon")

    await discord.submit("1", await discord.menu("1", said, "Share as update"), {})

    copy = await discord.until(lambda: holding(discord, "301", "comes soon"))
    assert not copy.attachments


async def test_an_answer_whose_receipt_was_lost_comes_once(bridge: Bridge, discord: FakeDiscord) -> None:
    discord.faults.next(CALLBACK, Fault.RESET_AFTER_ACCEPT)

    asked = await discord.command("1", "300", "status", {"text": "Shown once"})
    await discord.until(lambda: len(discord.called(CALLBACK)) == 5)
    await discord.command("1", "300", ("bridge", "help", {}))

    assert "Shown once" in asked.shown
    assert not discord.dms("1")


@pytest.mark.parametrize("fault", [Fault.ERROR(50035), Fault.HTTP(503)])
async def test_what_was_promised_and_can_not_be_shown_comes_as_a_direct_message(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    dispatch, promised = Commands.dispatch, discord.until

    async def slowly(self: Commands, call: Call) -> Reply:
        await promised(lambda: len(discord.called(CALLBACK)) == 4)
        return await dispatch(self, call)

    async def at_once(seconds: float) -> None: ...

    monkeypatch.setattr("bridge.adapters.discord.heard.doors.QUICK", 0.01)
    monkeypatch.setattr("bridge.adapters._replies.sleep", at_once)
    monkeypatch.setattr(Commands, "dispatch", slowly)
    discord.faults.next(ORIGINAL, fault, times=60)

    await discord.command("1", "300", "status", {"text": "y" * 600})

    told = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "y" * 600 in told.text


async def test_a_place_without_embeds_is_paused_and_not_left_blank(
    bridge: Bridge, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Discord is reported to do it (discord-api-docs #2601); the fake refuses."""
    await follow_ana(discord)
    await discord.until(lambda: discord.messages("301"))

    def left_out(fake: FakeDiscord, channel: object, given: dict[str, Any], files: object) -> None:
        given["embeds"], given["content"] = [], "."

    monkeypatch.setattr(discord_messages, "_may_carry", left_out)
    await discord.command("1", "300", "status", {"text": "An update"})

    for _ in range(5_000):
        place = await bridge.store.read(lambda tx: tx.places.at("discord", "100", "301", False))
        if place and place.paused:
            break
    assert place
    assert place.paused
    assert "Embed Links" in place.paused
    assert [one.content for one in discord.messages("301")] == [""], "the blank one was taken away"


async def test_an_author_who_never_used_the_bridge_is_not_said_to_be_asked(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    async with bridge_at(discord, tmp_path):
        said = await discord.say("2", "300", "The importer is twice as fast")

        asked = await discord.menu("1", said, "Share as update")

    assert "has never used me" in asked.shown


async def test_an_old_try_again_opens_nobodys_form(bridge: Bridge, discord: FakeDiscord) -> None:
    shown = await discord.command("1", "300", ("bridge", "help", {}))

    asked = await pressed(discord, "1", shown.message, "0:form-again 1")

    assert "I no longer know" in asked.shown
