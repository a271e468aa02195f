"""The whole way of what is outside: a real bridge, its real client, and servers of feeds, Mastodon and Bluesky on the
loopback; followed from Slack, from Discord and from the lobby."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.model.clock import SystemClock
from tests.e2e.process import Process
from tests.e2e.test_discord import town, variables
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.discord import FakeDiscord
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.outside import Page, Web, open_outside
from tests.fakes.slack import FakeSlack, Team

HOURS = 3_600


def feed(*items: tuple[str, str]) -> bytes:
    """Newest first, as feeds are: (id, title)."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{id}</guid><title>{title}</title><link>http://blog.test/{id}</link></item>"
        for id, title in items
    )
    head = "<title>The Blog</title><link>http://blog.test/</link>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{entries}</channel></rss>".encode()


@pytest.fixture
async def blog() -> AsyncIterator[Web]:
    async with open_outside("127.0.0.1") as web:
        yield web


@pytest.fixture
async def toots() -> AsyncIterator[FakeMastodon]:
    async with FakeMastodon(SystemClock()) as server:
        yield server


@pytest.fixture
async def sky() -> AsyncIterator[FakeBluesky]:
    async with FakeBluesky() as server:
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(SystemClock()) as fake:
        yield fake


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    team = slack.team("T1", "Acme")
    team.user("U1", "ana", real_name="Ana Kovač", tz="Europe/Vienna")
    team.channel("C1", "news", members=["U1"], creator="U1", bot=True)
    return team


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(SystemClock()) as fake:
        town(fake)
        yield fake


@pytest.fixture
async def bridge(
    blog: Web,
    toots: FakeMastodon,
    sky: FakeBluesky,
    slack: FakeSlack,
    team: Team,
    discord: FakeDiscord,
    tmp_path: Path,
) -> AsyncIterator[Process]:
    past = (SystemClock().now() - timedelta(hours=3)).astimezone(ZoneInfo("Europe/Vienna"))
    process = Process(
        tmp_path,
        {
            "BRIDGE_SOURCES__ALLOWED": "127.0.0.1:*",
            "BRIDGE_MASTODON__BASES": f"social.example={toots.root}",
            "BRIDGE_BLUESKY__APPVIEW": sky.appview,
            "BRIDGE_BLUESKY__PLC": sky.plc,
            "BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}",
            "BRIDGE_SLACK__API": slack.base,
            # No digest comes by itself in the eleven hours that a test goes through, whenever it is run.
            "BRIDGE_DIGEST__TIMES": f"{past:%H:%M}",
            **variables(discord),
        },
    )
    await process.start()
    yield process
    if process.running:
        await process.stop()
    assert "Traceback" not in process.log


async def test_a_feed_followed_everywhere_arrives_is_edited_and_waits_for_the_digest(
    bridge: Process, blog: Web, slack: FakeSlack, team: Team, discord: FakeDiscord
) -> None:
    blog.on("/feed", Page(feed(("1", "Old news")), mime="application/rss+xml"))
    address = blog.url("/feed", "127.0.0.1")

    told = await team.command("U1", "C1", "/bridge", f"follow {address} live here")
    await discord.command("1", "300", "follow", {"whom": address, "how": "live", "here": True})
    await bridge.lobby("dora", "general", f"/follow {address} live here")
    await bridge.lobby("eve", "general", f"/follow {address}")
    await slack.until(lambda: "Old news" in str([told.payload, [m.blocks for m in team.ephemerals("U1")]]), 20)

    blog.on("/feed", Page(feed(("2", "Versoin 2"), ("1", "Old news")), mime="application/rss+xml"))
    bridge.shift(3 * HOURS)
    await slack.until(lambda: "Versoin 2" in str(team.texts("C1")), 20)
    await discord.until(lambda: "Versoin 2" in str(discord.texts("300")), 20)
    await _until(lambda: bridge.lobby_lines("dora", "general"), "Versoin 2")

    blog.on("/feed", Page(feed(("2", "Version 2"), ("1", "Old news")), mime="application/rss+xml"))
    bridge.shift(8 * HOURS)
    await slack.until(lambda: "Version 2" in str(team.texts("C1")), 20)
    await discord.until(lambda: "Version 2" in str(discord.texts("300")), 20)
    assert "Old news" not in str(team.texts("C1"))
    assert "Version 2" in str(await bridge.lobby("eve", "general", "/digest preview"))
    assert all("Bridge/" in asked.headers["user-agent"] for asked in blog.asked)


async def test_a_mastodon_account_arrives_and_what_is_deleted_there_goes_here(
    bridge: Process, toots: FakeMastodon, slack: FakeSlack, team: Team
) -> None:
    ana = toots.person("ana", "Ana Elsewhere")
    toots.post(ana, "An old one")
    await team.command("U1", "C1", "/bridge", "follow @ana@social.example live here")
    await slack.until(lambda: "follow" in str(team.texts("C1")), 20)

    toot = toots.post(ana, "Hello #world")
    bridge.shift(3 * HOURS)
    await slack.until(lambda: "Hello #world" in str(team.texts("C1")), 20)
    toots.delete(toot)
    bridge.shift(8 * HOURS)

    await slack.until(lambda: "Hello #world" not in str(team.texts("C1")), 20)
    assert "An old one" not in str(team.texts("C1"))


async def test_a_bluesky_account_arrives(bridge: Process, sky: FakeBluesky, slack: FakeSlack, team: Team) -> None:
    ana = sky.network.account("ana.bsky.social", "Ana Elsewhere")
    ana.post("An old one")
    await team.command("U1", "C1", "/bridge", "follow ana.bsky.social live here")
    await slack.until(lambda: "follow" in str(team.texts("C1")), 20)

    ana.post("Hello from the sky")
    bridge.shift(3 * HOURS)

    await slack.until(lambda: "Hello from the sky" in str(team.texts("C1")), 20)


async def _until(look: Callable[[], Any], wanted: str, seconds: float = 20) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while wanted not in str(found := await look()):
        assert clock() < end, f"not within {seconds} s: {wanted!r} in {found!r}"
        await asyncio.sleep(0.1)
