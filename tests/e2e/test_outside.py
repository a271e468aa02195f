"""The whole way of what is outside: a real bridge, its real client, and servers of feeds, Mastodon and Bluesky on the
loopback; followed from Slack, from Discord and from the lobby."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.model.clock import SystemClock
from tests.e2e.process import Process
from tests.e2e.test_discord import listens, town, variables
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.discord import FakeDiscord
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.outside import Page, Web, open_outside
from tests.fakes.slack import FakeSlack, Team
from tests.fakes.slack.state import Message


def _dawn() -> datetime:
    """Five in the morning in Vienna, on a working day to come."""
    day = SystemClock().now().astimezone(ZoneInfo("Europe/Vienna")) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=5, minute=0, second=0, microsecond=0)


DAWN = _dawn()
"""Every journey begins then, at whatever hour it is run, so that it knows when the digest comes: at nine."""
AT_EIGHT, AT_NINE, AT_TWO = DAWN.replace(hour=8), DAWN.replace(hour=9, second=1), DAWN.replace(hour=14)
AT_TEN = DAWN.replace(hour=22)


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
    process = Process(
        tmp_path,
        {
            "BRIDGE_SOURCES__ALLOWED": "127.0.0.1:*",
            "BRIDGE_MASTODON__BASES": f"social.example={toots.root}",
            "BRIDGE_BLUESKY__APPVIEW": sky.appview,
            "BRIDGE_BLUESKY__PLC": sky.plc,
            "BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}",
            "BRIDGE_SLACK__API": slack.base,
            "BRIDGE_TEAM__ZONE": "Europe/Vienna",
            **variables(discord),
        },
    )
    process.set_clock(DAWN)
    await process.start()
    await listens(discord)
    await slack.until(lambda: len(team.sockets.connections) == 2, 20)
    yield process
    if process.running:
        await process.stop()
    assert "Traceback" not in process.log


class Everywhere:
    """A channel and a person's direct message with the bridge, on each of the three platforms."""

    def __init__(self, bridge: Process, team: Team, discord: FakeDiscord) -> None:
        self._bridge, self._team, self._discord = bridge, team, discord

    async def follow(self, whom: str) -> None:
        """The channels live, the people by digest."""
        await self._team.command("U1", "C1", "/bridge", f"follow {whom} live here")
        await self._team.command("U1", "C1", "/bridge", f"follow {whom}")
        await self._discord.command("1", "300", "follow", {"whom": whom, "how": "live", "here": True})
        await self._discord.command("1", "300", "follow", {"whom": whom})
        await self._bridge.lobby("dora", "general", f"/follow {whom} live here")
        await self._bridge.lobby("dora", "general", f"/follow {whom}")
        await self.until(lambda channel, _: "follow" in channel)

    async def until(self, right: Callable[[str, str], bool], seconds: float = 20) -> None:
        """`right`: of what reads in the channel, and in the direct message; true on every platform in the end."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while wrong := [shown for shown in await self._shown() if not right(*shown)]:
            assert clock() < end, f"not within {seconds} s: {wrong!r}"
            await asyncio.sleep(0.1)

    async def _shown(self) -> list[tuple[str, str]]:
        direct = "\n".join(message.text for message in self._discord.dms("1"))
        return [
            ("\n".join(self._team.texts("C1")), "\n".join(self._team.texts("U1"))),
            ("\n".join(self._discord.texts("300")), direct),
            (await self._bridge.lobby_lines("dora", "general"), await self._bridge.lobby_lines("dora", "@me")),
        ]


@pytest.fixture
def everywhere(bridge: Process, team: Team, discord: FakeDiscord) -> Everywhere:
    return Everywhere(bridge, team, discord)


async def test_a_feed_arrives_everywhere_at_once_and_by_digest_and_is_edited_there(
    bridge: Process, blog: Web, everywhere: Everywhere
) -> None:
    blog.on("/feed", Page(feed(("1", "Old news")), mime="application/rss+xml"))
    await everywhere.follow(blog.url("/feed", "127.0.0.1"))

    blog.on("/feed", Page(feed(("2", "Versoin 2"), ("1", "Old news")), mime="application/rss+xml"))
    bridge.set_clock(AT_EIGHT)
    await everywhere.until(lambda channel, direct: "Versoin 2" in channel and "Versoin 2" not in direct)
    bridge.set_clock(AT_NINE)
    await everywhere.until(lambda _, direct: "Good morning" in direct and "Versoin 2" in direct)

    blog.on("/feed", Page(feed(("2", "Version 2"), ("1", "Old news")), mime="application/rss+xml"))
    bridge.set_clock(AT_TWO)
    await everywhere.until(lambda channel, direct: "Version 2" in channel and "Version 2" in direct)
    await everywhere.until(lambda *shown: "Versoin" not in str(shown) and "Old news" not in str(shown))
    assert all("Bridge/" in asked.headers["user-agent"] for asked in blog.asked)


async def test_what_is_edited_and_deleted_at_mastodon_is_edited_and_deleted_everywhere(
    bridge: Process, toots: FakeMastodon, everywhere: Everywhere
) -> None:
    ana = toots.person("ana", "Ana Elsewhere")
    toots.post(ana, "An old one")
    await everywhere.follow("@ana@social.example")

    toot = toots.post(ana, "Hello #wrold")
    toots.post(ana, "Another one")
    bridge.set_clock(AT_EIGHT)
    await everywhere.until(lambda channel, _: "Hello #wrold" in channel and "Another one" in channel)
    bridge.set_clock(AT_NINE)
    await everywhere.until(lambda _, direct: "Hello #wrold" in direct and "Another one" in direct)

    toots.edit(toot, "Hello #world")
    bridge.set_clock(AT_TWO)
    await everywhere.until(lambda channel, direct: "Hello #world" in channel and "Hello #world" in direct)
    toots.delete(toot)
    bridge.set_clock(AT_TEN)
    await everywhere.until(lambda *shown: "Hello" not in str(shown))
    await everywhere.until(lambda channel, direct: "Another one" in channel and "Another one" in direct)
    await everywhere.until(lambda *shown: "An old one" not in str(shown))


async def test_a_bluesky_account_arrives(bridge: Process, sky: FakeBluesky, slack: FakeSlack, team: Team) -> None:
    ana = sky.network.account("ana.bsky.social", "Ana Elsewhere")
    ana.post("An old one")
    await team.command("U1", "C1", "/bridge", "follow ana.bsky.social live here")
    await slack.until(lambda: "follow" in str(team.texts("C1")), 20)

    ana.post("Hello from the sky")
    bridge.set_clock(AT_EIGHT)

    await slack.until(lambda: "Hello from the sky" in str(team.texts("C1")), 20)


async def test_who_is_on_a_hit_stands_on_its_card_on_the_other_platform(
    bridge: Process, blog: Web, slack: FakeSlack, team: Team, discord: FakeDiscord
) -> None:
    blog.on("/feed", Page(feed(("1", "Old news")), mime="application/rss+xml"))
    await bridge.lobby("dora", "general", f"/follow {blog.url('/feed', '127.0.0.1')}")
    await team.command("U1", "C1", "/bridge", 'track "our product" not hiring here')
    await discord.command("1", "300", ("bridge", "track", {"words": '"our product" not hiring', "here": True}))

    hit, miss = ("2", "Our Product fails me"), ("3", "Hiring for our product")
    blog.on("/feed", Page(feed(miss, hit, ("1", "Old news")), mime="application/rss+xml"))
    bridge.set_clock(AT_EIGHT)
    await discord.until(lambda: "Our Product fails" in str(discord.texts("300")), 20)
    copy = await slack.until(lambda: _message(team, "Our Product fails"), 20)
    assert {"I'm on it", "Done"} <= set(team.buttons(copy))
    bridge.set_clock(AT_EIGHT + timedelta(minutes=12))
    await team.press("U1", copy, "I'm on it")

    await discord.until(lambda: "Ana is on it, after 12 minutes" in str(discord.texts("300")), 20)
    await slack.until(lambda: "Ana is on it, after 12 minutes" in str(copy.shown()), 20)
    assert "Hiring for" not in str([team.texts("C1"), discord.texts("300")])


def _message(team: Team, words: str) -> Message | None:
    return next((message for message in team.messages("C1") if words in str(message.shown())), None)
