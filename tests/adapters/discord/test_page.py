"""The page for newcomers says what the code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.adapters.discord import Settings
from bridge.adapters.discord.install.commands import TOP, payload
from bridge.adapters.discord.install.permissions import INTENTS, PERMISSIONS, Intent, Permission

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("one", PERMISSIONS, ids=lambda one: one.name)
def test_every_permission_stands_there_with_its_reason_and_its_cost(one: Permission) -> None:
    assert f"| {one.name} | {one.feature} | {one.costs} | {'yes' if one.optional else ''} |" in PAGE


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: intent.name)
def test_every_intent_stands_there_with_its_reason(intent: Intent) -> None:
    assert f"| {intent.name} | {intent.feature} |" in PAGE


def test_every_setting_stands_there_with_its_default() -> None:
    for key, default in Settings().model_dump(exclude={"token"}).items():
        assert f"| `{key}` | `{json.dumps(default)}` |" in PAGE
    assert "| `token_file` |" in PAGE


def test_every_native_command_stands_there() -> None:
    for name in TOP:
        assert f"`/{name}`" in PAGE
    for command in payload([]):
        assert command["name"] in PAGE


def test_the_readme_leads_to_it() -> None:
    assert "(docs/discord.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
