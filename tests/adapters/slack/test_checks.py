"""What `bridge check` says about a workspace, by asking a Slack that is granted more or less."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable

import pytest

from bridge.adapters.slack import Settings
from bridge.adapters.slack.install import scopes
from bridge.adapters.slack.install.checks import Looked, findings
from bridge.adapters.slack.web.api import Api
from bridge.model.clock import SystemClock
from bridge.model.ports import Finding
from bridge.model.secret import Secret
from tests.fakes.slack import FakeSlack, Fault, Team

EVERY = frozenset(scope.name for scope in scopes.SCOPES)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        yield fake


async def found(team: Team) -> list[Finding]:
    settings = Settings(api=team.slack.base)
    api = Api(Secret(team.bot_token), settings.api, SystemClock())
    return await findings(Looked(settings, api, Secret(team.app_token), 2, "Acme (T1)"))


def details(findings: Iterable[Finding], ok: bool | None) -> str:
    return "\n".join(one.detail for one in findings if one.ok is ok)


async def test_all_well_is_workspace_scopes_socket_and_commands(slack: FakeSlack) -> None:
    said = await found(slack.team("T1", "Acme", scopes=EVERY))

    assert {one.name for one in said} == {"slack Acme"}
    assert "T1 at https://acme.slack.com/, bot @bridge" in said[0].detail
    assert f"{len(EVERY)} of {len(EVERY)} scopes granted" in said[1].detail
    assert "the socket opens" in said[2].detail
    assert "commands /bridge, /update: none of them is Slack's own" in said[3].detail
    assert [one.ok for one in said] == [True] * 4


async def test_what_lacks_is_named_with_its_cost_and_only_what_is_needed_is_wrong(slack: FakeSlack) -> None:
    said = await found(slack.team("T1", "Acme", scopes=EVERY - {"users:read", "reactions:read"}))

    assert "without users:read (needed" in details(said, False)
    assert "without reactions:read (optional, for sharing and liking by reaction): reactions do" in details(said, None)
    assert all("install the app again" in one.fix for one in said if one.ok is False)
    assert "optional scopes are granted under OAuth & Permissions" in details(said, None)


async def test_without_a_history_it_is_said_that_messages_go_out_at_most_once(slack: FakeSlack) -> None:
    said = await found(slack.team("T1", "Acme", scopes=EVERY - {"channels:history", "mpim:history"}))

    assert "may come twice in public channels, group direct messages:" in details(said, None)


async def test_a_token_that_is_refused_is_one_sentence_and_names_the_way_out(slack: FakeSlack) -> None:
    team = slack.team("T1", "Acme", scopes=EVERY)
    team.refused[team.bot_token] = "token_revoked"

    (said,) = await found(team)

    assert said.ok is False
    assert said.detail.startswith("pair 2 of the tokens, Acme (T1): Slack refuses a bot token")
    assert "token_revoked" in said.detail
    assert said.fix == "Run: bridge slack setup"


async def test_a_socket_that_does_not_open_is_named(slack: FakeSlack) -> None:
    team = slack.team("T1", "Acme", scopes=EVERY)
    team.refused[team.app_token] = "invalid_auth"

    assert "pair 2 of the tokens, Acme (T1): Slack refuses an app token" in details(await found(team), False)


async def test_a_slack_that_answers_nonsense_is_a_sentence(slack: FakeSlack) -> None:
    slack.faults.next("auth.test", Fault.HTTP_500)

    (said,) = await found(slack.team("T1", "Acme"))

    assert said.ok is False
    assert "reaches slack.com" in said.fix


async def test_offline_is_a_sentence() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings = Settings(api=f"http://127.0.0.1:{closed.getsockname()[1]}/api/")
    api = Api(Secret("xoxb-" + "fake"), settings.api, SystemClock())

    (said,) = await findings(Looked(settings, api, Secret("xapp-" + "fake"), 1, ""))

    assert said.ok is False
    assert "pair 1 of the tokens: The platform couldn't be reached just now: no connection to" in said.detail
