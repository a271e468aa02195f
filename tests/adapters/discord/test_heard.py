"""What people do without a command: reactions, replies, threads, direct messages, edits; with and without the message
content intent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bridge.adapters.discord.install.permissions import ASKED
from bridge.app import Bridge
from bridge.model.kept import Tx
from tests.adapters.discord.stage import all_met, bridge_at
from tests.adapters.discord.test_doors import holding
from tests.fakes.discord import FakeDiscord


@pytest.fixture
async def reading(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Bridge]:
    """A bridge that may read ordinary messages."""
    discord.bot.content_intent = True
    async with bridge_at(discord, tmp_path, message_content=True) as bridge:
        await all_met(discord)
        yield bridge


# Reactions.


async def test_a_reaction_to_ones_own_message_shares_it(reading: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    said = await discord.say("1", "300", "The importer is twice as fast")

    await discord.react("1", said, "📣")

    await discord.until(lambda: holding(discord, "301", "twice as fast"))
    await discord.until(lambda: any("Shared" in m.text for m in discord.dms("1")))

    await discord.unreact("1", said, "📣")
    await discord.until(lambda: not holding(discord, "301", "twice as fast"))


async def test_a_reaction_to_anothers_message_asks_its_author(reading: Bridge, discord: FakeDiscord) -> None:
    await discord.command("3", "301", "follow", {"whom": "@bo", "how": "live", "here": True})
    said = await discord.say("2", "300", "The importer is twice as fast")

    await discord.react("1", said, "📣")
    question = await discord.until(lambda: next(iter(discord.dms("2")), None))
    assert not holding(discord, "301", "twice as fast")
    await discord.press("2", question, "Share")

    await discord.until(lambda: holding(discord, "301", "twice as fast"))


async def test_edits_and_removals_of_a_shared_message_follow(reading: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    said = await discord.say("1", "300", "The importer is twice as fast")
    await discord.react("1", said, "📣")
    await discord.until(lambda: holding(discord, "301", "twice as fast"))

    await discord.edit("1", said, "The importer is three times as fast")
    await discord.until(lambda: holding(discord, "301", "three times"))
    await discord.remove("1", said)

    await discord.until(lambda: not holding(discord, "301", "three times"))


async def test_without_the_intent_a_reaction_offers_the_menu(bridge: Bridge, discord: FakeDiscord) -> None:
    said = await discord.say("1", "300", "The importer is twice as fast")

    await discord.react("1", said, "📣")

    told = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "Share as update" in told.text
    shown = await discord.command("1", "300", ("bridge", "timeline", {"whom": "everyone"}))
    assert "~1" not in shown.shown, "an empty update was shared"


async def test_likes_are_counted(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "We won"})
    message = await discord.until(lambda: holding(discord, "301", "We won"))

    await discord.react("2", message, "👍")

    def likes(tx: Tx) -> int:
        post = tx.posts.by_number(1)
        return tx.posts.stats([post.id])[post.id].likes if post else 0

    await kept(bridge, lambda tx: likes(tx) == 1)
    await discord.unreact("2", message, "👍")
    await kept(bridge, lambda tx: likes(tx) == 0)


# Replies and threads.


async def test_a_reply_to_an_update_that_mentions_us_may_go_out(bridge: Bridge, discord: FakeDiscord) -> None:
    """Discord mentions whoever is replied to, so its words are readable."""
    for channel in ("300", "301"):
        await discord.command("1", channel, "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "Who can test the importer?"})
    copy = await discord.until(lambda: holding(discord, "301", "importer"))
    await discord.until(lambda: holding(discord, "300", "importer"))

    await discord.say("2", "301", "I can, on Friday", reply_to=copy, mention_bot=True)
    question = await discord.until(lambda: next(iter(discord.dms("2")), None))
    await discord.press("2", question, "Send")

    await discord.until(lambda: holding(discord, "300", "I can, on Friday"))


async def test_a_message_in_a_thread_under_an_update_may_go_out(reading: Bridge, discord: FakeDiscord) -> None:
    for channel in ("300", "301"):
        await discord.command("1", channel, "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "Who can test the importer?"})
    copy = await discord.until(lambda: holding(discord, "301", "importer"))
    await discord.until(lambda: holding(discord, "300", "importer"))

    thread = await discord.thread_from("2", copy, "Importer")
    said = await discord.say("2", thread.id, "I can, on Friday")
    question = await discord.until(lambda: next(iter(discord.dms("2")), None))
    await discord.press("2", question, "Send")
    await discord.until(lambda: holding(discord, "300", "I can, on Friday"))

    await discord.edit("2", said, "I can, on Thursday")
    await discord.until(lambda: holding(discord, "300", "I can, on Thursday"))


# Said to the bridge.


async def test_verbs_work_as_text_in_the_direct_message(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "@me", ("bridge", "help", {}))

    await discord.say("1", "@me", "status Shipping v2 today")

    await discord.until(lambda: holding(discord, "301", "Shipping v2 today"))
    await discord.until(lambda: any("Shared" in m.text for m in discord.dms("1")))


async def test_verbs_work_after_our_name(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})

    await discord.say("1", "300", f"<@{discord.bot.user_id}> status Shipping v2 today")

    await discord.until(lambda: holding(discord, "301", "Shipping v2 today"))
    await discord.until(lambda: any("Shared" in m.text for m in discord.dms("1")))


async def test_who_takes_no_direct_messages_is_told_what_to_do(bridge: Bridge, discord: FakeDiscord) -> None:
    discord.close_dms("1")

    said = await discord.say("1", "300", f"<@{discord.bot.user_id}> status Shipping v2 today")

    told = await discord.until(lambda: holding(discord, "300", "I can't write to you"))
    assert told.reference["message_id"] == said.id


async def test_a_stranger_is_told_so(bridge: Bridge, discord: FakeDiscord) -> None:
    other = discord.guild("200", "Elsewhere", owner="9")
    other.channel("400", "general")
    discord.install(discord.bot, other, by="9")

    await discord.say("9", "@me", "status Hello")

    told = await discord.until(lambda: next((m for m in discord.dms("9") if m.author.bot), None))
    assert "members of" in told.text


# Being let in.


async def test_whoever_lets_the_bridge_into_a_private_channel_is_asked(bridge: Bridge, discord: FakeDiscord) -> None:
    discord.guilds["100"].channel("303", "plans", private=True, allow=["1"])

    await discord.set_overwrite("303", discord.bot.user_id, allow=ASKED, by="1")

    question = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "plans" in question.text


async def test_whoever_adds_the_bridge_to_a_server_is_asked(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path, team=("100", "200")):
        other = discord.guild("200", "Labs", owner="1")
        other.channel("400", "general")
        other.member("1", "ana")
        await all_met(discord)

        discord.install(discord.bot, other, permissions=ASKED, by="1")

        question = await discord.until(lambda: next(iter(discord.dms("1")), None))
        assert "general" in question.text


async def test_a_channel_that_is_deleted_tells_whoever_made_it_follow(bridge: Bridge, discord: FakeDiscord) -> None:
    await discord.command("1", "301", "follow", {"whom": "#release", "how": "live", "here": True})
    await discord.until(lambda: discord.messages("301"))

    await discord.delete_channel("301")

    told = await discord.until(lambda: next(iter(discord.dms("1")), None))
    assert "deleted" in told.text


async def kept(bridge: Bridge, look: Callable[[Tx], bool]) -> None:
    """Waits until the database says so."""
    for _ in range(500):
        if await bridge.store.read(look):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the database never said so")
