"""What people are told of sources: the ones they have, what they call them, and what can't be done."""

from __future__ import annotations

import pytest

from bridge.model.source import Found
from tests.commands.conftest import lines, met
from tests.core import Team, card_text
from tests.elsewhere import BLOG, ELSEWHERE, FEED, Elsewhere


@pytest.fixture
async def web(team: Team) -> Elsewhere:
    """With people, the first an administrator, and nothing followed yet."""
    web = Elsewhere()
    team.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    await met(team, "ana", "bo")
    return web


def blogs(web: Elsewhere, count: int) -> list[str]:
    """Addresses of so many blogs, by name."""
    for number in range(count):
        key = f"https://blog{number:02}.example.org/feed"
        web.at[key] = [Found(key, f"blog{number:02}.example.org", f"Blog {number}")]
    return sorted(key for key in web.at if key != BLOG)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (f"follow {BLOG} liev", f"I can't take “liev” along. Try /follow {BLOG}."),
        ("follow htps://blog.example.org", "“htps://blog.example.org” is no address that I can follow"),
        ("follow http://ana:secret@blog.example.org", "begins with https:// and holds no password."),
        ("sources pause", "Say pause or resume, and which source. Try /sources pause blog.example.org."),
        ("sources resume here", "Try /sources resume blog.example.org here."),
        ("sources stop blog.example.org", "Say pause or resume, and which source."),
        ("sources pause blog.example.org", "I know no source “blog.example.org” here. /sources lists yours."),
    ],
)
async def test_what_cannot_be_done_is_said(team: Team, web: Elsewhere, line: str, sentence: str) -> None:
    reply = await team.say("bo", line)

    assert not reply.ok
    assert sentence in card_text(reply.card)


@pytest.mark.parametrize("address", [BLOG, f"{BLOG}/", "http://blog.example.org", FEED])
async def test_a_source_is_called_by_its_address_too(team: Team, web: Elsewhere, address: str) -> None:
    await team.say("ana", f"follow {BLOG}")

    assert "✓ Of blog.example.org" in await team.tell("ana", f"filter {address} not beta")
    assert "✓ You no longer follow blog.example.org" in await team.tell("ana", f"unfollow {address}")


async def test_an_address_of_two_sources_names_neither(team: Team, web: Elsewhere) -> None:
    web.at["https://two.example.org"] = [Found(f"{FEED}/2", "two.example.org", "Two", BLOG)]
    await team.say("ana", f"follow {BLOG}")
    await team.say("ana", "follow https://two.example.org")

    assert "I know no source" in await team.tell("ana", f"unfollow {BLOG}")
    assert "✓ You no longer follow blog.example.org" in await team.tell("ana", f"unfollow {FEED}")


async def test_whoever_pauses_a_channels_source_can_undo_it(team: Team, web: Elsewhere) -> None:
    await team.say("ana", f"follow {BLOG} here")
    paused = await team.say("bo", "sources pause blog.example.org here")

    [undo] = lines(paused.card)

    assert "✓ blog.example.org is looked at again" in await team.tell("bo", undo)
