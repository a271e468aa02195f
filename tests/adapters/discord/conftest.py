"""A bridge and a fake Discord, for tests that go whole ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.app import Bridge
from tests.adapters.discord.stage import acme, all_met, bridge_at
from tests.fakes.discord import FakeDiscord


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """Acme, with the bot in it."""
    async with FakeDiscord() as discord:
        acme(discord)
        yield discord


@pytest.fixture
async def bridge(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Bridge]:
    async with bridge_at(discord, tmp_path) as bridge:
        await all_met(discord)
        yield bridge
