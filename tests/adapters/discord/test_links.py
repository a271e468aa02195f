"""Links to messages, there and back."""

from __future__ import annotations

import pytest

from bridge.adapters.discord.known import links
from bridge.adapters.discord.known.links import Link
from bridge.app import Bridge
from tests.adapters.discord.servers import standing
from tests.fakes.discord import FakeDiscord, Message

LINKS = [Link("100", "300", "888"), Link("@me", "700", "888"), Link("1", "2", "9" * 20)]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_there_and_back(link: Link) -> None:
    assert links.read(links.write(link)) == link


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/channels/100/300/888",
        "https://discord.com/channels/100/300/888/",
        "https://discord.com:443/channels/100/300/888",
        "https://ptb.discord.com/channels/100/300/888",
        "https://canary.discord.com/channels/100/300/888?utm=x#y",
        "https://DISCORDAPP.com/channels/100/300/888",
        "https://www.discord.com/channels/100/300/888",
    ],
)
def test_every_client_writes_it_in_its_own_way(url: str) -> None:
    assert links.read(url) == LINKS[0]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "discord.com/channels/100/300/888",
        "http://discord.com/channels/100/300/888",
        "https://discord.com/channels/100/300",
        "https://discord.com/channels/100/300/888/999",
        "https://discord.com/channels/@you/300/888",
        "https://discord.com/channels/100/300/x",
        "https://discord.com/channels/100/300/" + "8" * 21,
        "https://discord.com/channels/100/300/٨",
        "https://discord.com/invite/channels/100/300/888",
        "https://discord.com.example.org/channels/100/300/888",
        "https://example.org/channels/100/300/888",
        "https://example.org/https://discord.com/channels/100/300/888",
        "https://discord.com@example.org/channels/100/300/888",
        "javascript://discord.com/channels/100/300/888",
        "https://[",
        "https://discord.com:x/channels/100/300/888\x00",
    ],
)
def test_any_other_address_is_no_link_to_a_message(url: str) -> None:
    assert links.read(url) is None


# What stands behind them.


async def named_by(discord: FakeDiscord, channel: str, message: str) -> str:
    link = links.write(Link("100", channel, message))
    return (await discord.command("1", "300", ("bridge", "why", {"update": link}))).shown


async def test_a_link_to_a_copy_or_to_the_message_it_was_made_from_names_the_update(
    bridge: Bridge, discord: FakeDiscord
) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    said = await discord.say("1", "300", "The importer is twice as fast")
    form = await discord.menu("1", said, "Share as update")
    await discord.submit("1", form, {"field-text": "The importer is twice as fast"})
    copy = await standing(bridge, discord, "301", "twice as fast")

    assert "~1" in await named_by(discord, "301", copy.id)
    assert "~1" in await named_by(discord, "300", said.id)
    assert "~1" not in await named_by(discord, "300", copy.id)


async def test_so_does_one_to_a_copy_in_a_thread(bridge: Bridge, discord: FakeDiscord) -> None:
    copy, _ = await in_a_thread(bridge, discord)

    assert "~1" in await named_by(discord, copy.channel, copy.id)


async def in_a_thread(bridge: Bridge, discord: FakeDiscord) -> tuple[Message, Message]:
    """A copy there, and the message that it was made from."""
    thread = await discord.thread("1", "300", "talk")
    await discord.command("2", thread.id, "follow", {"whom": "@ana", "how": "live", "here": True})
    said = await discord.say("1", thread.id, "The importer is twice as fast")
    form = await discord.menu("1", said, "Share as update")
    await discord.submit("1", form, {"field-text": "Twice as fast"})
    return await standing(bridge, discord, thread.id, "Twice as fast"), said
