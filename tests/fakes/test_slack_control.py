"""The fake in a process of its own: a client talks to it as to Slack, and a test moves its people over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fakes.slack import FakeSlack, Fault, Team

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]


class Remote:
    """What the control endpoint does."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, url

    async def do(self, action: str, **given: Any) -> Any:
        async with self.http.post(self.url + action, json=given) as answer:
            read = await answer.json()
            assert answer.status == 200, read
            return read["result"]


@pytest.fixture
def alone() -> Iterator[Json]:
    """What a fake of its own prints, until it is stopped."""
    command = [sys.executable, "-m", "tests.fakes.slack", "--port", "0", "--team", "T7=Seven"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield json.loads(process.stdout.readline())
    process.terminate()
    process.wait(5)


async def test_it_runs_alone(alone: Json) -> None:
    tokens = alone["teams"]["T7"]
    async with aiohttp.ClientSession() as http:
        control = Remote(http, alone["control"])
        await control.do("user", id="U1", name="ana")
        await control.do("channel", id="C1", name="team", members=["U1"], bot=True)
        own = {"Authorization": f"Bearer {tokens['bot_token']}"}
        app = {"Authorization": f"Bearer {tokens['app_token']}"}
        await http.post(alone["base"] + "chat.postMessage", json={"channel": "C1", "text": "hello"}, headers=own)
        link = await (await http.post(alone["base"] + "apps.connections.open", headers=app)).json()
        async with http.ws_connect(link["url"]) as socket:
            await control.do("until_connected", sockets=1)
            said = await control.do("say", user="U1", channel="C1", text="hi")
            await control.do("react", user="U1", message={"channel": "C1", "ts": said["ts"]}, emoji="mega")

            received = [await socket.receive_json() for _ in range(3)]

        shown = await control.do("messages", channel="C1")

    assert [r.get("payload", {}).get("event", {}).get("type", r["type"]) for r in received] == [
        "hello",
        "message",
        "reaction_added",
    ]
    assert [m["text"] for m in shown] == ["hello", "hi"]
    assert shown[1]["reactions"] == [{"name": "mega", "users": ["U1"], "count": 1}]


async def test_control_takes_faults_settings_and_reports(slack: FakeSlack, team: Team) -> None:
    async with aiohttp.ClientSession() as http:
        control = Remote(http, f"{slack.root}/control/")
        await control.do("fault", method="auth.test", kind="RATE", retry_after=3)
        await control.do("set", name="scopes", value=["chat:write"])
        made = await control.do("team", id="T2", name="Beta")
        later = await control.do("advance", seconds=60)

        assert slack.faults.take("auth.test", "T1") == Fault.RATE(3)
        assert team.scopes == {"chat:write"}
        assert made["bot_token"] == slack.teams["T2"].bot_token
        assert later == slack.now()
        with pytest.raises(AssertionError, match="there is no fly"):
            await control.do("fly")
        with pytest.raises(AssertionError, match="dispatch_failed"):
            await control.do("command", user="U1", channel="C1", command="/bridge")
