"""Whose workspace is the team's: Slack's first one, whoever tried the lobby before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.app import Bridge
from bridge.model.clock import SystemClock
from bridge.model.command import Where, Who
from bridge.model.place import Circle, Workspace
from bridge.services.acquaint import person_of, place_of
from bridge.settings import settings_type
from bridge.store.tx import open_store
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import FakeSlack

ACME = Workspace("slack", "T1", "Acme", Circle.TEAM)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(SystemClock()) as slack:
        acme(slack)
        yield slack


async def lobby_was_tried(folder: Path) -> None:
    settings = settings_type()(**{"store": {"url": f"sqlite:///{folder}/bridge.db"}, "web": {"port": 0}})
    bridge = Bridge(settings, open_store(settings.store_url), ticking=False)
    try:
        await bridge.start()
        await person_of(bridge.world, Who("lobby", "lobby", "dora", "Dora"))
    finally:
        await bridge.stop()


async def workspaces(bridge: Bridge) -> list[Workspace]:
    return await bridge.store.read(lambda tx: tx.places.workspaces())


async def test_whoever_tried_the_lobby_first_keeps_the_first_place_free(slack: FakeSlack, tmp_path: Path) -> None:
    await lobby_was_tried(tmp_path)

    async with bridge_at(slack, tmp_path) as bridge:
        _, ana = await person_of(bridge.world, Who("slack", "T1", "U1"))
        channel = await place_of(bridge.world, Where("slack", "T1", "C1"))

        assert await workspaces(bridge) == [Workspace("lobby", "lobby", "Lobby", Circle.TEAM), ACME]
        assert (ana.circle, channel.circle) == (Circle.TEAM, Circle.TEAM)


async def test_a_second_workspace_is_community_until_somebody_says_otherwise(slack: FakeSlack, tmp_path: Path) -> None:
    slack.team("T2", "Acme Labs").user("U9", "lin", real_name="Lin Berg")

    async with bridge_at(slack, tmp_path) as bridge:
        _, lin = await person_of(bridge.world, Who("slack", "T2", "U9"))
        before = await workspaces(bridge)
        await bridge.deeds.circle(["T2", "team"])
        _, after = await person_of(bridge.world, Who("slack", "T2", "U9"))

    assert before == [ACME, Workspace("slack", "T2", "Acme Labs", Circle.COMMUNITY)]
    assert (lin.circle, after.circle) == (Circle.COMMUNITY, Circle.TEAM)


async def test_a_guest_is_told_of_nobody_who_shared_nothing_with_them(slack: FakeSlack, tmp_path: Path) -> None:
    """Neither on their page, nor when they search; who shares with the community is found."""
    team = slack.teams["T1"]
    team.user("U7", "gus", real_name="Gus Guest", is_ultra_restricted=True)
    async with bridge_at(slack, tmp_path):
        await team.command("U1", "C1", "/bridge", "status For the team")
        await team.command("U2", "C1", "/bridge", "status For all to:public")
        asked = team.ephemerals("U2")[-1]
        await team.press("U2", asked, team.buttons(asked)[0])
        await slack.until(lambda: "shared" in str(team.ephemerals("U2")[-1].blocks).lower())

        await team.open_home("U7")
        page = await slack.until(lambda: team.home("U7"))
        await team.command("U7", "U7", "/bridge", "who an")

    assert "Ana Kovač" not in str(page.blocks)
    assert "Bo Lind" in str(page.blocks)
    told = str([shown.blocks for shown in team.ephemerals("U7")])
    assert "Ana" not in told
    assert "@ana" not in told
