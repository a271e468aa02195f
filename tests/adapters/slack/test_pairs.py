"""Pairs of tokens on their way in: one that Slack refuses, or that can't be reached yet, keeps no other one out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from bridge.adapters.slack.adapter import Slack
from bridge.adapters.slack.install import scopes
from bridge.app import Bridge
from bridge.model.errors import ConfigError, Transient, Unreachable
from bridge.model.inbound import Opened
from bridge.model.place import Circle
from bridge.model.ports import Greeter, Ready
from tests.adapters.slack.stage import QUICK, acme, bridge_at
from tests.adapters.slack.workspace import place
from tests.fakes.slack import FakeSlack, Fault, Team


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return acme(slack)


@pytest.fixture
def labs(slack: FakeSlack, team: Team) -> Team:
    labs = slack.team("T2", "Labs")
    labs.user("U9", "lin", real_name="Lin Berg")
    labs.channel("C9", "labs", members=["U9"], creator="U9", bot=True)
    return labs


def adapter(bridge: Bridge) -> Slack:
    found = bridge.adapters["slack"]
    assert isinstance(found, Slack)
    return found


async def until(looked: Callable[[], object]) -> None:
    for _ in range(500):
        if looked():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within 5 s")


async def started_once(slack: FakeSlack, folder: Path) -> None:
    """Everybody was there before, so whose the team is, is known."""
    async with bridge_at(slack, folder):
        pass


def said(caplog: pytest.LogCaptureFixture, level: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == level]


async def test_a_refused_pair_is_named_and_the_others_run(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    labs.refuse(labs.bot_token, "token_revoked")

    async with bridge_at(slack, tmp_path):
        acked = await team.command("U1", "C1", "/bridge", "status Hello")

    (line,) = said(caplog, "ERROR")
    assert "Hello" in str(acked.payload)
    assert "pair 2 of the tokens: Slack refuses a bot token (xoxb-…): token_revoked. Run: bridge slack setup" in line
    assert labs.bot_token not in caplog.text


async def test_a_refused_app_token_is_named_and_the_others_run(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    labs.refuse(labs.app_token)

    async with bridge_at(slack, tmp_path) as bridge:
        acked = await team.command("U1", "C1", "/bridge", "status Hello")
        assert bridge.not_ready() == []

    (line,) = said(caplog, "ERROR")
    assert "Hello" in str(acked.payload)
    assert "pair 2 of the tokens, Labs: Slack refuses an app token (xapp-…): invalid_auth. Run: bridge slack" in line


@pytest.mark.parametrize("which", ["bot_token", "app_token"])
async def test_where_the_only_pair_is_refused_it_stops_and_says_what_to_do(
    slack: FakeSlack, team: Team, tmp_path: Path, which: str
) -> None:
    team.refuse(getattr(team, which))

    with pytest.raises(ConfigError, match=r"pair 1 of the tokens.*invalid_auth\. Run: bridge slack setup$"):
        async with bridge_at(slack, tmp_path):
            pass


async def test_a_pair_for_a_workspace_that_has_one_keeps_no_other_out(
    slack: FakeSlack, team: Team, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slack.teams["again"] = again = Team(slack, "T1", "Acme", scopes.REQUIRED)
    again.bot_token += "-again"

    async with bridge_at(slack, tmp_path):
        await team.command("U1", "C1", "/bridge", "status Hello")

    (line,) = said(caplog, "ERROR")
    assert "pair 2 of the tokens, Acme is for Acme, which has one: delete one of the two" in line


async def test_slack_out_of_reach_at_the_start_is_waited_for(
    slack: FakeSlack, team: Team, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    slack.faults.next("auth.test", Fault.RESET, times=1000)

    async with bridge_at(slack, tmp_path) as bridge:
        assert isinstance(bridge.adapters["slack"], Ready)
        (reason,) = bridge.not_ready()
        slack.faults.clear()
        await slack.until(lambda: team.sockets.connections)
        await until(lambda: not bridge.not_ready())
        acked = await team.command("U1", "C1", "/bridge", "status Hello")

    assert "Hello" in str(acked.payload)
    assert reason == "pair 1 of the tokens can't be reached yet: the connection broke"
    (line,) = said(caplog, "WARNING")
    assert line == "pair 1 of the tokens can't be reached yet: the connection broke. It is tried again."
    assert [one for one in said(caplog, "INFO") if "Acme is there now" in one]


async def test_a_workspace_that_is_not_there_yet_keeps_its_deliveries(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path
) -> None:
    await started_once(slack, tmp_path)
    slack.faults.next("auth.test", Fault.HTTP_500, times=1000, team="T2")

    async with bridge_at(slack, tmp_path) as bridge:
        for_labs = replace(place("C9"), workspace="T2")
        with pytest.raises(Transient):
            await adapter(bridge).delete(for_labs, "1.2")
        slack.faults.clear()
        await slack.until(lambda: labs.sockets.connections)
        await adapter(bridge).delete(for_labs, "1.2")
        with pytest.raises(Unreachable, match="no longer connected"):
            await adapter(bridge).delete(replace(for_labs, workspace="T3"), "1.2")


async def test_what_is_done_in_a_workspace_that_is_not_there_yet_is_not_acknowledged(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path
) -> None:
    """It comes again: an app's sockets bring what happens in all its workspaces."""
    await started_once(slack, tmp_path)
    slack.faults.next("auth.test", Fault.HTTP_500, times=1000, team="T2")
    payload = {"type": "event_callback", "team_id": "T2", "event_id": "E1", "event": {"type": "app_mention"}}

    async with bridge_at(slack, tmp_path) as bridge:
        assert await adapter(bridge).take(payload) is None
        assert await adapter(bridge).take({**payload, "type": "slash_commands"}) is None
        slack.faults.clear()
        await slack.until(lambda: labs.sockets.connections)
        assert await adapter(bridge).take({**payload, "team_id": "T3"}) is not None


async def test_the_first_workspace_is_the_teams_even_where_a_later_one_answers_first(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path
) -> None:
    """Otherwise what is meant for the team would be shown in the wrong one."""
    slack.faults.next("auth.test", Fault.HTTP_500, times=2, team="T1")

    async with bridge_at(slack, tmp_path) as bridge:
        assert not labs.sockets.connections
        await slack.until(lambda: team.sockets.connections and labs.sockets.connections)
        found = await bridge.store.read(lambda tx: tx.places.workspaces())

    assert [(one.key, one.circle) for one in found] == [("T1", Circle.TEAM), ("T2", Circle.COMMUNITY)]


async def test_at_the_very_first_start_the_first_pair_has_to_be_taken(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path
) -> None:
    team.refuse(team.bot_token)

    with pytest.raises(ConfigError, match="pair 1 of the tokens: Slack refuses"):
        async with bridge_at(slack, tmp_path):
            pass


async def test_stopping_ends_the_trying(slack: FakeSlack, team: Team, tmp_path: Path) -> None:
    slack.faults.next("auth.test", Fault.HTTP_500, times=1000)
    async with bridge_at(slack, tmp_path):
        pass

    tried = len(slack.called("auth.test"))
    await asyncio.sleep(0.05)

    assert len(slack.called("auth.test")) == tried


async def test_a_wait_between_two_tries_grows_and_ends(slack: FakeSlack) -> None:
    timing = replace(QUICK, spacing=1.0, longest=30.0)

    waits = [timing.wait(Transient(reason=""), tries) for tries in (1, 2, 10, 500)]

    assert 1.0 <= waits[0] <= 2.0 <= waits[1] <= 4.0
    assert all(15.0 <= wait <= 30.0 for wait in waits[2:])


async def test_it_is_not_ready_once_its_only_workspace_took_it_out(
    slack: FakeSlack, team: Team, tmp_path: Path
) -> None:
    async with bridge_at(slack, tmp_path) as bridge:
        assert bridge.not_ready() == []
        await team.uninstall()
        await until(bridge.not_ready)
        (reason,) = bridge.not_ready()

    assert reason == "Acme: Slack took Bridge out of Acme. Install it again with: bridge slack setup"


async def test_it_is_ready_while_one_of_two_workspaces_works(
    slack: FakeSlack, team: Team, labs: Team, tmp_path: Path
) -> None:
    async with bridge_at(slack, tmp_path) as bridge:
        await labs.uninstall()
        await slack.until(lambda: not labs.sockets.connections)
        assert bridge.not_ready() == []
        await team.uninstall()
        await until(bridge.not_ready)
        assert len(bridge.not_ready()) == 2


async def test_a_token_revoked_while_it_runs_is_named_by_its_workspace(
    bridge_log: Callable[[], str], slack: FakeSlack, team: Team, tmp_path: Path
) -> None:
    async with bridge_at(slack, tmp_path) as bridge:
        await slack.until(lambda: len(team.sockets.connections) == 2)
        team.refuse(team.app_token, "token_revoked")
        await team.sockets.close()
        await until(bridge.not_ready)

    assert "Acme: Slack refuses an app token (xapp-…): token_revoked. Run: bridge slack setup" in bridge_log()
    assert "configuration is wrong" not in bridge_log()


@pytest.fixture
def bridge_log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    return lambda: caplog.text


async def test_a_needed_permission_that_lacks_is_one_line_with_its_cost(
    slack: FakeSlack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    granted = {scope.name for scope in scopes.SCOPES} - {"users:read", "im:write", "reactions:read"}
    slack.team("T1", "Acme", scopes=granted)

    async with bridge_at(slack, tmp_path):
        pass

    lines = [line for line in said(caplog, "WARNING") if "Acme: without" in line]
    assert len(lines) == 2
    assert "Acme: without im:write, digests and private answers can't be delivered. Grant it under" in lines[0]


async def test_it_greets_with_its_workspaces(slack: FakeSlack, team: Team, labs: Team, tmp_path: Path) -> None:
    async with bridge_at(slack, tmp_path) as bridge:
        front = adapter(bridge)
        assert isinstance(front, Greeter)
        assert front.greeting() == "Slack, workspaces Acme and Labs"
        assert bridge.greeting() == "Bridge runs: Slack, workspaces Acme and Labs."


async def test_a_workspace_is_told_of_as_soon_as_it_is_there(slack: FakeSlack, team: Team, tmp_path: Path) -> None:
    slack.faults.next("auth.test", Fault.HTTP_500, times=1000)

    async with bridge_at(slack, tmp_path) as bridge:
        assert bridge.greeting() == "Bridge runs: Slack, no workspace yet."
        with mock.patch.object(bridge.intake, "hear", wraps=bridge.intake.hear) as hear:
            slack.faults.clear()
            await slack.until(lambda: team.sockets.connections)

    assert [call.args[0].workspace for call in hear.call_args_list if isinstance(call.args[0], Opened)] == ["T1"]
