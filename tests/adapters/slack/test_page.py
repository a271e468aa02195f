"""The page for newcomers says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.adapters.slack import Settings
from bridge.adapters.slack.install.scopes import SCOPES, Scope

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_every_scope_stands_there_with_its_reason_and_its_cost(scope: Scope) -> None:
    optional = "yes" if scope.optional else ""

    assert f"| `{scope.name}` | {scope.feature} | {scope.costs} | {optional} |" in PAGE


def test_every_setting_stands_there_with_its_default() -> None:
    for key in Settings.model_fields:
        assert f"`{'tokens_file' if key == 'tokens' else key}`" in PAGE
    assert f'`"{Settings().command}"`' in PAGE
    assert f'`["{Settings().aliases[0]}"]`' in PAGE


def test_the_readme_leads_to_it() -> None:
    assert "(docs/slack.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
