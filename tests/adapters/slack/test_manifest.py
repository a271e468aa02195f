"""The manifest: what Slack's own schemas take, made from the settings, with the least that is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest

from bridge.adapters.slack import Settings
from bridge.adapters.slack.heard import read
from bridge.adapters.slack.install import scopes
from bridge.adapters.slack.install.manifest import EVENTS, as_json, manifest
from bridge.model.verbs import TABLE
from tests.fakes.slack import tables as slack_tables

SPECS = Path(__file__).parents[4] / "shared" / "specs"
CALLED = re.compile(r"""(?:call|pages|_tried|_ask)\(\s*"([a-z]+\.[A-Za-z.]+)\"""")


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
@pytest.mark.parametrize(
    "settings", [Settings(), Settings(command="/" + "a" * 31, aliases=("/up", "/share")), Settings(aliases=())]
)
def test_both_official_schemas_take_it(
    version: str, settings: Settings, missing: Callable[[str, str], NoReturn]
) -> None:
    file = SPECS / f"manifest.schema.{version}.json"
    if not file.exists():
        missing("specs", f"there is no {file.name}")

    jsonschema.validate(manifest(settings), json.loads(file.read_text()))


def test_commands_come_from_the_settings_and_the_command_table() -> None:
    umbrella, alias = commands(Settings(command="/team", aliases=("/up",)))

    assert (umbrella["command"], alias["command"]) == ("/team", "/up")
    for verb in TABLE:
        assert (f" {verb.name} " in f" {umbrella['usage_hint']} ") is not verb.hidden
    assert alias["usage_hint"] == "Shipping v2 today #release"
    assert umbrella["should_escape"]


def commands(settings: Settings) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = manifest(settings)["features"]["slash_commands"]
    return found


def test_what_is_printed_is_what_is_meant() -> None:
    assert json.loads(as_json(Settings())) == manifest(Settings())


def test_it_works_without_a_public_address_and_without_tokens_that_turn() -> None:
    told = manifest(Settings())["settings"]

    assert told["socket_mode_enabled"]
    assert told["interactivity"] == {"is_enabled": True}
    assert not told["token_rotation_enabled"]
    assert not told["org_deploy_enabled"]


def test_it_subscribes_to_what_is_read_and_to_nothing_else() -> None:
    # Only noted, by the way: what is known of a channel is forgotten.
    noted = {"channel_rename", "group_rename", "channel_shared", "channel_unshared", "channel_id_changed"}

    assert {event.partition(".")[0] for event in EVENTS} == set(read._READERS) | noted
    assert len(set(EVENTS)) == len(EVENTS)


def test_every_event_and_every_method_has_the_scope_that_it_needs() -> None:
    asked = {scope.name for scope in scopes.SCOPES}
    folder = Path(read.__file__).parent
    called = {found for file in folder.glob("*.py") for found in CALLED.findall(file.read_text("utf-8"))}

    assert "chat.postMessage" in called
    for event in EVENTS:
        assert set(filter(None, slack_tables.EVENTS[event].split("|"))) <= asked, event
    for method in called:
        needed = slack_tables.METHODS[method].scopes
        assert not needed or needed & asked, method


def test_each_scope_says_what_it_is_for_and_none_is_asked_for_that_ties_our_hands() -> None:
    asked = [scope.name for scope in scopes.SCOPES]

    assert all(scope.feature and scope.costs for scope in scopes.SCOPES)
    assert len(set(asked)) == len(asked)
    assert "chat:write.customize" not in asked
    assert manifest(Settings())["oauth_config"]["scopes"] == {
        "bot": list(scopes.REQUIRED),
        "bot_optional": list(scopes.OPTIONAL),
    }


def test_what_lacks_is_named_with_what_is_needed_first() -> None:
    granted = {scope.name for scope in scopes.SCOPES} - {"reactions:read", "users:read"}

    assert [scope.name for scope in scopes.missing(granted)] == ["users:read", "reactions:read"]
