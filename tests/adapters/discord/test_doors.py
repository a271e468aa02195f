"""Every door of Discord, as people use it: commands, completion, buttons, menus, forms, reactions, replies, direct
messages."""

from __future__ import annotations

from pathlib import Path

from bridge.app import Bridge
from tests.adapters.discord.stage import all_met, bridge_at
from tests.fakes.discord import FakeDiscord, Interaction, Message

# Commands.


async def test_a_command_without_words_opens_a_form(bridge: Bridge, discord: FakeDiscord) -> None:
    asked = await discord.command("1", "300", "status", {})
    assert asked.modal, asked.shown

    sent = await discord.submit("1", asked, {"field-text": "Shipping v2 #release"})

    assert "Shared" in sent.shown
    assert sent.private


async def test_commands_work_in_direct_messages(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "@me", "follow", {"whom": "@ana"})
    await discord.command("1", "@me", "status", {"text": "Hello from here"})

    shown = await discord.command("2", "@me", ("bridge", "timeline", {}))

    assert "Hello from here" in shown.shown


async def test_a_mistake_gives_the_words_back(bridge: Bridge, discord: FakeDiscord) -> None:
    asked = await discord.command("1", "300", "digest", {"schedule": "daily 25:00"})

    assert "That time doesn't exist: 25:00" in asked.shown
    assert "digest daily 25:00" in asked.shown


async def test_files_come_along_with_their_alt_text(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})

    await discord.command(
        "1", "300", "status", {"text": "Look", "alt": "a green board"}, attachments={"file": ("board.png", PNG)}
    )

    shown = await discord.until(lambda: next((m for m in discord.messages("301") if m.attachments), None))
    assert shown.attachments[0].description == "a green board"


async def test_what_is_typed_is_completed(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("1", "300", "status", {"text": "Shipping v2 #release"})
    await discord.command("2", "300", "follow", {"whom": "everyone"})

    async def choices(command: object, options: dict[str, object], focused: str) -> list[str]:
        return [str(one["value"]) for one in await discord.complete("1", "300", command, options, focused=focused)]

    assert "@bo" in await choices("follow", {"whom": "@b"}, "whom")
    assert "#release" in await choices("follow", {"whom": "#re"}, "whom")
    assert "~1" in await choices(("bridge", "edit"), {"update": "1"}, "update")
    assert "Europe/Vienna" in str(await choices("digest", {"schedule": "daily 9 Europe/Vie"}, "schedule"))


async def test_a_server_that_is_not_ours_is_told_so(discord: FakeDiscord, tmp_path: Path) -> None:
    other = discord.guild("200", "Elsewhere", owner="9")
    other.channel("400", "general")
    discord.install(discord.bot, other, by="9")
    async with bridge_at(discord, tmp_path):
        asked = await discord.command("9", "400", "status", {"text": "Hello"})
        assert "doesn't belong to" in asked.shown

        alone = await discord.command("9", "@me", "status", {"text": "Hello"})
        assert "members of" in alone.shown


# Buttons and menus.


async def test_buttons_work_after_a_restart(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path):
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
        await discord.command("1", "300", "status", {"text": "Who can test the importer?"})
        message = await discord.until(lambda: holding(discord, "301", "importer"))
    async with bridge_at(discord, tmp_path):
        asked = await discord.press("2", message, "Reply")
        assert asked.modal

        answered = await discord.submit("2", asked, {"field-text": "I can"})
        assert "Shared" in answered.shown or "~2" in answered.shown

        menu = await discord.choose("2", message, "Why here?")
        assert "@ana" in menu.shown or "follow" in menu.shown


async def test_deleting_asks_first(bridge: Bridge, discord: FakeDiscord) -> None:
    shown = await discord.command("1", "300", "status", {"text": "Twice as fast"})

    # As a button of an update asks that is shown to its author.
    asked = await pressed(discord, "1", shown.message, "1?delete ~1")
    assert "can't be undone" in asked.shown
    assert "Twice as fast" in (await discord.command("1", "300", ("bridge", "timeline", {"whom": "@ana"}))).shown
    await discord.press("1", asked, discord.buttons(asked)[0])

    assert "Twice as fast" not in (await discord.command("1", "300", ("bridge", "timeline", {"whom": "@ana"}))).shown


async def test_rights_are_checked_when_a_button_is_pressed(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "Mine"})
    message = await discord.until(lambda: holding(discord, "301", "Mine"))

    forged = await pressed(discord, "2", message, "0:delete ~1")

    assert "isn't your update" in forged.shown


# Messages and people, by their menus.


async def test_ones_own_message_is_shared_from_its_menu(bridge: Bridge, discord: FakeDiscord) -> None:
    said = await discord.say("1", "300", "The importer is twice as fast #importer")

    asked = await discord.menu("1", said, "Share as update")
    assert "twice as fast" in str(asked.modal)
    sent = await discord.submit("1", asked, {"field-text": "The importer is twice as fast #importer"})

    assert "Shared" in sent.shown
    again = await discord.menu("1", said, "Share as update")
    assert "shared already" in again.shown


async def test_the_author_of_another_message_is_asked(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "300", ("bridge", "help", {}))
    said = await discord.say("2", "300", "The importer is twice as fast")

    asked = await discord.menu("1", said, "Share as update")

    assert "author is asked" in asked.shown
    question = await discord.until(lambda: next(iter(discord.dms("2")), None))
    await discord.press("2", question, "Share")
    shown = await discord.command("1", "300", ("bridge", "timeline", {"whom": "everyone"}))
    assert "twice as fast" in shown.shown


async def test_people_are_followed_and_looked_up_from_their_menu(bridge: Bridge, discord: FakeDiscord) -> None:
    followed = await discord.user_menu("2", "300", "Follow", target="1")
    assert "@ana" in followed.shown

    card = await discord.user_menu("2", "300", "Who is this?", target="1")
    assert "Ana Kovač" in card.shown


def holding(discord: FakeDiscord, channel: str, words: str) -> Message | None:
    """The newest message there that reads so."""
    shown = zip(discord.messages(channel), discord.texts(channel), strict=True)
    return next((message for message, text in reversed(list(shown)) if words in text), None)


async def pressed(discord: FakeDiscord, user: str, message: Message, custom_id: str) -> Interaction:
    """A button that need not stand there."""
    return await discord._act(user, message, {"type": 2, "id": 1, "custom_id": custom_id}, None)


PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)
