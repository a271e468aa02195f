"""Links to messages, there and back."""

from __future__ import annotations

import pytest

from bridge.adapters.discord.known import links
from bridge.adapters.discord.known.links import Link

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
