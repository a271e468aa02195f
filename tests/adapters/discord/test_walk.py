"""The two straight lines from end to end: a whole bridge, a fake Discord, and people who type, follow, edit, delete."""

from __future__ import annotations

from pathlib import Path

from tests.adapters.discord.stage import bridge_at
from tests.fakes.discord import FakeDiscord


async def test_an_update_is_shown_changed_and_taken_away_where_it_is_followed(
    discord: FakeDiscord, tmp_path: Path, url: str
) -> None:
    """On both databases."""
    async with bridge_at(discord, tmp_path, url=url):
        await the_whole_way(discord)


async def the_whole_way(discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "#release", "how": "live", "here": True})

    receipt = await discord.command("1", "300", "status", {"text": "Shipping v2 today #release"})
    assert receipt.private
    assert "Shared" in receipt.shown, receipt.shown
    await discord.until(lambda: "Shipping v2 today" in str(discord.texts("301")))

    await discord.command("1", "300", ("bridge", "edit", {"update": "last", "text": "Shipping v3 #release"}))
    await discord.until(lambda: "Shipping v3" in str(discord.texts("301")))

    await discord.command("1", "300", ("bridge", "delete", {"update": "last"}))
    await discord.until(lambda: "Shipping" not in str(discord.texts("301")))
