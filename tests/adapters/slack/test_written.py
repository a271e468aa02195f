"""What setup writes: bridge.toml gets one line and keeps the rest; a file is whole or as it was."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from bridge.adapters.slack.install import written
from bridge.adapters.slack.install.tokens import read_pairs
from bridge.model.errors import ConfigError

BOT, APP = "xoxb-" + "fake", "xapp-" + "fake"
SHIPPED = Path(__file__).parents[3] / "bridge.toml"


def pair(n: int) -> str:
    return f"{BOT}{n} {APP}{n}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[slack]\ntokens_file = "x"\n'),
        ("[web]\nport = 1", '[web]\nport = 1\n\n[slack]\ntokens_file = "x"\n'),
        (
            '# ours\n[slack] # chat\ncommand = "/b"\n[web]\n',
            '# ours\n[slack] # chat\ntokens_file = "x"\ncommand = "/b"\n[web]\n',
        ),
        ("[web]\r\nport = 1\r\n", '[web]\r\nport = 1\r\n\r\n[slack]\r\ntokens_file = "x"\r\n'),
        ('slack.command = "/b"\n', 'slack.tokens_file = "x"\nslack.command = "/b"\n'),
        ("\ufeff[slack]\n", '\ufeff[slack]\ntokens_file = "x"\n'),
        ("[slack]", '[slack]\ntokens_file = "x"\n'),
        (
            '[team]\nname = """\n[slack]\n"""\n',
            '[team]\nname = """\n[slack]\n"""\n\n[slack]\ntokens_file = "x"\n',
        ),
        ('["slack"]\n', '["slack"]\ntokens_file = "x"\n'),
    ],
)
def test_bridge_toml_gets_one_line_and_keeps_the_rest(before: str, after: str) -> None:
    assert written.with_reference(before, "x") == after


def test_a_table_on_one_line_is_left_alone() -> None:
    assert written.with_reference('slack = { command = "/b" }\n', "x") is None


def test_the_shipped_file_gets_it_too() -> None:
    before = SHIPPED.read_text(encoding="utf-8")

    after = written.with_reference(before, "slack.tokens")

    assert after is not None
    assert set(after.splitlines()) - set(before.splitlines()) == {'tokens_file = "slack.tokens"'}
    assert written.reference(after) == "slack.tokens"
    assert written.reference(before) is None
    assert tomllib.loads(after)["slack"]["command"] == "/bridge"


def test_a_further_workspace_gets_a_further_line() -> None:
    first = written.with_pair("", read_pairs(pair(1))[0], "T1", "Acme")

    both = written.with_pair(first, read_pairs(pair(2))[0], "T2", "Otters \n & Co")

    assert both == f"{pair(1)}  # Acme (T1)\n{pair(2)}  # Otters & Co (T2)\n"
    assert written.listed(both) == [written.Listed(f"{BOT}1", "T1"), written.Listed(f"{BOT}2", "T2")]


def test_a_replaced_pair_leaves_the_others_and_the_remarks_alone() -> None:
    before = f"# ours\n{pair(1)}, {pair(2)}\n{pair(3)}  # Acme (T1)\n"

    after = written.with_pair(before, read_pairs(pair(4))[0], "T1", "Acme", without=[f"{BOT}2", f"{BOT}3"])

    assert after == f"# ours\n{pair(1)}\n{pair(4)}  # Acme (T1)\n"


def test_a_file_of_tokens_is_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "slack.tokens"
    file.write_text("before")
    file.chmod(0o644)

    written.write(file, "after", written.PRIVATE)

    assert file.read_text() == "after"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_bridge_toml_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "bridge.toml"
    real.write_text("")
    real.chmod(0o640)
    link.symlink_to(real)

    written.write(link, "after")

    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("after", 0o640)


def test_a_crash_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(number: int) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "slack.tokens"
    file.write_text("before")
    monkeypatch.setattr(os, "fsync", stopped)

    with pytest.raises(KeyboardInterrupt):
        written.write(file, "after", written.PRIVATE)

    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none/x can't be written: No such file"):
        written.write(tmp_path / "none" / "x", "")
    (tmp_path / "latin").write_bytes(b"\xe4")
    with pytest.raises(ConfigError, match="not a text in UTF-8"):
        written.read(tmp_path / "latin")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        written.read(tmp_path)
    assert written.read(tmp_path / "none") == ""
