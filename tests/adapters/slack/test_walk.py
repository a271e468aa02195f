"""The two straight lines from end to end: a whole bridge, a fake Slack, and people who type, follow, edit, delete."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.app import Bridge
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import FakeSlack, Team


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return acme(slack)


@pytest.fixture
async def bridge(slack: FakeSlack, team: Team, tmp_path: Path) -> AsyncIterator[Bridge]:
    async with bridge_at(slack, tmp_path) as bridge:
        yield bridge


async def test_a_command_is_answered_with_its_receipt(bridge: Bridge, team: Team) -> None:
    acked = await team.command("U1", "C1", "/bridge", "status Hello")

    assert acked.payload["response_type"] == "ephemeral"
    assert "Hello" in str(acked.payload["blocks"])


async def test_an_update_appears_in_a_channel_that_follows_live_changes_there_and_goes(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    await team.command("U1", "C2", "/bridge", "follow @ana live here")
    await slack.until(lambda: team.messages("C2"))

    await team.command("U1", "C1", "/bridge", "status Shipping v2")
    await slack.until(lambda: "Shipping v2" in str(team.texts("C2")))
    await team.command("U1", "C1", "/bridge", "edit last Shipping v3")
    await slack.until(lambda: "Shipping v3" in str(team.texts("C2")))
    await team.command("U1", "C1", "/bridge", "delete last")
    await slack.until(lambda: "Shipping" not in str(team.texts("C2")))

    assert [len(slack.called(method)) for method in ("chat.update", "chat.delete")] == [1, 1]
