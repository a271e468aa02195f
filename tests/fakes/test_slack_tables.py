"""The fake's tables say what Slack's own descriptions of its methods say, and what it sends are shapes Slack sends.

The descriptions and samples are machine-read copies of the documentation and of real traffic, in a folder that not
every machine has.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import aiohttp
import pytest

from tests.fakes.slack import FakeSlack, Team
from tests.fakes.slack.methods import HANDLERS
from tests.fakes.slack.tables import COMMON_ERRORS, METHODS, NOT_PLAYED, UNDOCUMENTED

SPECS = Path(__file__).parents[3] / "shared" / "specs"
TYPES = {"boolean": "bool", "integer": "int", "number": "int", "array": "list"}

Missing = Callable[[str, str], NoReturn]


@pytest.fixture
def specs(missing: Missing) -> Path:
    if not (SPECS / "slack-methods").is_dir():
        missing("specs", f"there is no folder {SPECS.name}/slack-methods")
    return SPECS


def _described(specs: Path, method: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((specs / "slack-methods" / f"{method}.json").read_text())
    return found


def test_every_described_method_is_played_or_left_out_on_purpose(specs: Path) -> None:
    described = {path.stem for path in (specs / "slack-methods").glob("*.json")}

    assert set(METHODS) | NOT_PLAYED == described
    assert set(HANDLERS) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_a_table_says_what_slack_says(specs: Path, method: str) -> None:
    described, table = _described(specs, method), METHODS[method]

    arguments = {name: known for name, known in described["args"]["properties"].items() if name != "token"}
    assert set(table.arguments) == set(arguments)
    required = set(described["args"].get("required", [])) - {"token"}
    assert {name for name, (needed, _) in table.arguments.items() if needed} == required
    for name, known in arguments.items():
        if known.get("type") in TYPES:
            assert table.arguments[name][1] == TYPES[known["type"]], name
    assert table.tier == described["rate_limits"]
    assert table.scopes == set(described["scope"].get("bot", []))
    assert table.json == described.get("json_input_supported", False)
    assert table.errors == set(described["errors"])


def test_codes_that_the_pages_leave_out_are_left_out_there(specs: Path) -> None:
    for method, codes in UNDOCUMENTED.items():
        assert not codes & set(_described(specs, method)["errors"])
        assert not codes & COMMON_ERRORS


SAMPLES = {
    "slash_commands": "SlashCommandPayload",
    "block_actions": "BlockActionPayload",
    "view_submission": "ViewSubmissionPayload",
    "message_action": "MessageShortcutPayload",
    "message": "MessagePayload",
    "message/file_share": "MessageFileSharePayload",
    "message/message_changed": "MessageChangedPayload",
    "message/message_deleted": "MessageDeletedPayload",
    "app_mention": "AppMentionPayload",
    "app_home_opened": "AppHomeOpenedPayload",
    "app_uninstalled": "AppUninstalledPayload",
    "tokens_revoked": "TokensRevokedPayload",
    "member_joined_channel": "MemberJoinedChannelPayload",
    "member_left_channel": "MemberLeftChannelPayload",
    "reaction_added": "ReactionAddedPayload",
    "reaction_removed": "ReactionRemovedPayload",
    "user_change": "UserChangePayload",
    "user_status_changed": "UserStatusChangedPayload",
    "user_profile_changed": "UserProfileChangedPayload",
}
OPEN = {"blocks", "attachments", "values", "state", "metadata"}
"""What apps and people put in: its keys are theirs."""
NEWER = {".context_team_id", ".context_enterprise_id", ".event.app_id", ".response_urls", ".view.blocks"}
"""Keys that the documentation shows and not every sample has."""


@pytest.fixture
async def sent() -> AsyncIterator[dict[str, dict[str, Any]]]:
    """One payload of each kind, as it went over the socket."""
    async with FakeSlack() as slack, aiohttp.ClientSession() as http:
        team = slack.team("T1", "Acme")
        found: dict[str, dict[str, Any]] = {}
        asked = await http.post(
            slack.base + "apps.connections.open", headers={"Authorization": f"Bearer {team.app_token}"}
        )
        async with http.ws_connect((await asked.json())["url"]) as socket:
            assert (await socket.receive_json())["type"] == "hello"

            async def listen() -> None:
                async for message in socket:
                    envelope = json.loads(message.data)
                    payload = envelope["payload"]
                    event = payload.get("event", payload)
                    kind = event.get("type", envelope["type"]) + (
                        f"/{event['subtype']}"
                        if event.get("subtype") in ("file_share", "message_changed", "message_deleted")
                        else ""
                    )
                    if event.get("subtype", "") not in ("channel_join", "thread_broadcast"):
                        found.setdefault(kind, payload)
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})

            listening = asyncio.create_task(listen())
            await _everything(slack, team, http)
            await slack.until(lambda: set(SAMPLES) <= set(found))
            listening.cancel()
        yield found


async def _everything(slack: FakeSlack, team: Team, http: aiohttp.ClientSession) -> None:
    team.user("U1", "ana", "Ana Example")
    team.user("U2", "bo")
    team.channel("C1", "team", members=["U1"], bot=True)
    headers = {"Authorization": f"Bearer {team.bot_token}"}
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "value": "go"}
    blocks = [{"type": "actions", "elements": [button]}]
    await team.command("U1", "C1", "/bridge", "status Hello")
    await http.post(
        slack.base + "chat.postMessage", json={"channel": "C1", "text": "x", "blocks": blocks}, headers=headers
    )
    await team.press("U1", team.messages("C1")[0], "Go")
    field = {"type": "plain_text_input", "action_id": "t"}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Share"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "input", "block_id": "t", "label": {"type": "plain_text", "text": "T"}, "element": field}],
    }
    trigger = slack.triggers.new(team, "U1")
    await http.post(slack.base + "views.open", json={"trigger_id": trigger, "view": view}, headers=headers)
    await team.submit("U1", {"t": "Hello"})
    said = await team.say("U1", "C1", "Hello @bridge")
    await team.say("U1", "C1", "A reply", said.ts)
    await team.say("U1", "C1", "Look", files=[await team.upload("U1", "a.png", b"png")])
    await team.shortcut("U1", "share_as_update", said)
    await team.react("U1", said, "mega")
    await team.unreact("U1", said, "mega")
    await team.edit("U1", said, "Hello again")
    await team.remove("U1", team.messages("C1", said.ts)[0])
    await team.open_home("U1")
    await team.invite("U1", "C1", "U2")
    await team.kick("U1", "C1", "U2")
    await team.set_status("U1", "Shipping", ":mega:")
    await team.uninstall()


async def test_what_is_sent_has_keys_that_slack_sends(specs: Path, sent: dict[str, dict[str, Any]]) -> None:
    strange = {}
    for kind, sample in SAMPLES.items():
        known = json.loads((specs / "slack-payloads" / f"{sample}.json").read_text())
        if found := sorted(set(_unknown(sent[kind], known, ""))):
            strange[kind] = found

    assert not strange


def _unknown(sent: Any, known: Any, path: str) -> Iterator[str]:
    """Paths of keys that the sample does not know."""
    if isinstance(sent, list) and isinstance(known, list):
        for one in sent:
            yield from _unknown(one, known[0] if known else None, path)
    elif isinstance(sent, dict) and isinstance(known, dict):
        for name, value in sent.items():
            if name not in known:
                if f"{path}.{name}" not in NEWER:
                    yield f"{path}.{name}"
            elif name not in OPEN:
                yield from _unknown(value, known[name], f"{path}.{name}")
