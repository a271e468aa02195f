"""The list of commands, as a person reads it."""

from __future__ import annotations

import pytest

from bridge import cli, settings

GROUPS = [name for name in settings.adapter_names() if hasattr(settings.adapter(name), "commands")]


@pytest.mark.parametrize("words", [[], *([name] for name in GROUPS)], ids=" ".join)
def test_no_line_of_it_is_cut_off(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words, "--help"]) == 0

    _, commands = capsys.readouterr().out.split("Commands:")
    assert "..." not in commands
