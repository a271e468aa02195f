"""A whole bridge in this process with a fake Discord for its platform, as people of one server meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from bridge.adapters.discord.adapter import Discord
from bridge.adapters.discord.gateway.timing import Timing
from bridge.adapters.discord.install.permissions import ASKED
from bridge.adapters.discord.names import PLATFORM
from bridge.app import Bridge
from bridge.model.clock import Clock
from bridge.model.secret import Secret
from bridge.settings import settings_type
from bridge.store.tx import open_store
from tests.databases import laid
from tests.fakes.discord import FakeDiscord, Guild

QUICK = Timing(lease=15.0, hello=10.0, down=30.0, heartbeat=60.0, first=0.02, longest=0.1, look=0.05)


def acme(discord: FakeDiscord, **app: Any) -> Guild:
    """Ana, Bo and Cy, two channels and a private one, and the bot in all of them."""
    bot = discord.app(token="MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.a-token-of-the-fake-that-opens-all", name="Bridge", **app)
    guild = discord.guild("100", "Acme", owner="1")
    guild.member("1", "ana", nick="Ana Kovač")
    guild.member("2", "bo", nick="Bo Lind")
    guild.member("3", "cy", nick="Cy Rossi")
    guild.channel("300", "team")
    guild.channel("301", "news")
    guild.channel("302", "quiet", private=True, allow=["1", "2", bot.user_id])
    discord.install(bot, guild, permissions=ASKED, by="1")
    return guild


@asynccontextmanager
async def bridge_at(
    discord: FakeDiscord, folder: Path, clock: Clock | None = None, url: str = "", **more: Any
) -> AsyncIterator[Bridge]:
    """Runs with the fake's token; its server "100" is the team's. `url`: the database, else a file in the folder.
    `more`: further settings of Discord's section."""
    app = discord.bot
    given = {"token": Secret(app.token), "api": discord.api, "gateway": discord.gateway_url, "team": ("100",), **more}
    url = url or f"sqlite:///{laid(folder / 'bridge.db')}"
    settings = settings_type()(**{"store": {"url": url}, "web": {"port": 0}, PLATFORM: given})
    settings._folder = folder
    bridge = Bridge(settings, open_store(settings.store_url), clock=clock, ticking=False)
    discord.patience = 30.0
    with (
        mock.patch.object(Discord, "timing", QUICK),
        # A busy machine is slow to answer, and what a test does next builds on what was done before.
        mock.patch("bridge.adapters.discord.heard.doors.QUICK", 20.0),
    ):
        try:
            await bridge.start()
            await discord.until(lambda: discord.gateway.sessions)
            await discord.until(lambda: discord.called("PUT /applications/{application_id}/commands"))
            yield bridge
        finally:
            await bridge.stop()


async def all_met(discord: FakeDiscord) -> None:
    """Everybody has used the bot once, so that it knows them, and may write to them."""
    for user in ("1", "2", "3"):
        await discord.command(user, "300", ("bridge", "help", {}))
