"""A whole bridge in this process, in a loop whose time is made to pass, with both platforms on the loopback: the real
adapters, the real courier, a real database. Only the web server and the ticks are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast
from unittest import mock

from bridge.adapters.discord.install.permissions import ASKED
from bridge.app import Bridge
from bridge.model.command import Call, Where, Who
from bridge.model.secret import Secret
from bridge.settings import settings_type
from bridge.store.engines.engine import open_engine
from bridge.store.tx import SqlStore
from tests.bench.database import database
from tests.fakes.discord import FakeDiscord, Guild
from tests.fakes.slack import FakeSlack, Team
from tests.fakes.slack.socket import Sockets
from tests.proof.means.virtual import MONDAY, CountedEngine, LoopClock

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.a-token-of-the-fake-that-opens-all"
FAR = 1_000_000


class Aloft:
    """`teams`: Slack's workspace and Discord's server, each with one person, "U1" and "1"."""

    def __init__(self, slack: FakeSlack, discord: FakeDiscord, clock: LoopClock) -> None:
        self.slack, self.discord, self.clock = slack, discord, clock
        self.team: Team = slack.team("T1", "Acme")
        self.team.user("U1", "ana", real_name="Ana Kovač")
        discord.app(token=TOKEN)
        self.guild: Guild = discord.guild("100", "Acme", owner="1")
        discord.install(discord.bot, self.guild, permissions=ASKED, by="1")

    def channels(self, how_many: int) -> tuple[list[str], list[str]]:
        """So many on each platform, the bridge in all of them: their ids in Slack and in Discord."""
        for number in range(how_many):
            self.team.channel(f"C{number}", f"room{number}", members=["U1"], creator="U1", bot=True)
            self.guild.channel(str(300 + number), f"room{number}")
        return [f"C{number}" for number in range(how_many)], [str(300 + number) for number in range(how_many)]

    @asynccontextmanager
    async def bridge(self, url: str, defaults: bool = False) -> AsyncIterator[Bridge]:
        """`defaults`: with the caps that it has by default; else with none."""
        settings = settings_type()(**self._settings(url, defaults))
        store = SqlStore(cast(Any, CountedEngine(open_engine(url))))
        bridge = Bridge(settings, store, clock=self.clock, ticking=False)
        await bridge.prepare()
        for adapter in bridge.adapters.values():
            await adapter.start()
        carrying = asyncio.create_task(bridge.courier.run())
        try:
            yield bridge
        finally:
            await asyncio.gather(*(adapter.stop() for adapter in bridge.adapters.values()))
            await bridge.courier.stop()
            await carrying
            for adapter in bridge.adapters.values():
                await adapter.close()
            await store.close()

    async def follow(self, channels: Sequence[str], rooms: Sequence[str], tag: str) -> None:
        """All of them follow it live, here."""
        for channel in channels:
            await self.team.command("U1", channel, "/bridge", f"follow {tag} live here")
        for room in rooms:
            said = await self.discord.command("1", room, "follow", {"whom": tag, "how": "live", "here": True})
            await self.discord.settled(said)

    async def share(self, bridge: Bridge, texts: Sequence[str]) -> None:
        """Somebody in Slack writes one update after the other; each is kept when this returns."""
        who, where = Who("slack", self.team.id, "U1", "ana"), Where("slack", self.team.id, "CT", name="talk")
        for text in texts:
            call = Call(f"share {text}", who, where, f"status {text}", self.clock.now())
            assert (await bridge.intake.dispatch(call)).ok, text

    def _settings(self, url: str, defaults: bool) -> dict[str, Any]:
        return {
            "store": {"url": url},
            "limits": {} if defaults else {"channel_per_hour": FAR, "dm_per_hour": FAR},
            "slack": {"tokens": Secret(f"{self.team.bot_token} {self.team.app_token}"), "api": self.slack.base},
            "discord": {
                "token": Secret(TOKEN),
                "api": self.discord.api,
                "gateway": self.discord.gateway_url,
                "team": (self.guild.id,),
            },
        }


@asynccontextmanager
async def aloft(at: datetime = MONDAY) -> AsyncIterator[tuple[Aloft, str]]:
    """Platforms that hold everybody to their limits, and an empty database."""
    clock = LoopClock(at)
    async with FakeSlack(clock) as slack, FakeDiscord(clock) as discord, database("sqlite") as url:
        slack.enforce_tiers = True
        # Nobody waits for events here, and looking whether somebody does takes a hundredth of a second each time.
        with mock.patch.object(Sockets, "_watch", _idle):
            yield Aloft(slack, discord, clock), url


async def _idle(_: Sockets) -> None: ...
