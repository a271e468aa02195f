"""What setups write: bridge.toml gets one line and keeps the rest; a file is whole or as it was."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters import _written
from bridge.model.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "bridge.toml"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[chat]\nteam = ["1", "2"]\n'),
        ("[web]\nport = 1", '[web]\nport = 1\n\n[chat]\nteam = ["1", "2"]\n'),
        ("[chat] # ours\nat = 1\n[web]\n", '[chat] # ours\nteam = ["1", "2"]\nat = 1\n[web]\n'),
        ("[web]\r\nport = 1\r\n", '[web]\r\nport = 1\r\n\r\n[chat]\r\nteam = ["1", "2"]\r\n'),
        ("chat.at = 1\n", 'chat.team = ["1", "2"]\nchat.at = 1\n'),
        ("\ufeff[chat]\n", '\ufeff[chat]\nteam = ["1", "2"]\n'),
        ('[web]\nname = """\n[chat]\n"""\n', '[web]\nname = """\n[chat]\n"""\n\n[chat]\nteam = ["1", "2"]\n'),
        ("[[log]]\n[ 'chat' ]\n", '[[log]]\n[ \'chat\' ]\nteam = ["1", "2"]\n'),
    ],
)
def test_a_new_key_is_one_line_and_the_rest_stays(before: str, after: str) -> None:
    assert _written.with_value(before, "chat", "team", ("1", "2")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[chat]\nkey = "a"\nat = 1\n', '[chat]\nkey = "b"\nat = 1\n'),
        ('[chat]\n  key="#a"  # ours, "a"\n', '[chat]\n  key = "b"  # ours, "a"\n'),
        ("[chat]\n'key' = ['#', 'x']# ours\n", '[chat]\nkey = "b"# ours\n'),
        ('[web]\nkey = "a"\n[chat]\nkey = "a"', '[web]\nkey = "a"\n[chat]\nkey = "b"'),
        ('chat.key = "a"\r\n', 'chat.key = "b"\r\n'),
        ('\ufeffchat.key = "a"\n', '\ufeffchat.key = "b"\n'),
        ('[chat]\nkeyed = 1\nat = """\nkey = "a"\n"""\nkey = ""\n', None),
        ('[chat]\n# key = "z"\nkey = "b"\n', '[chat]\n# key = "z"\nkey = "b"\n'),
    ],
)
def test_a_key_that_is_there_is_replaced_where_it_stands(before: str, after: str | None) -> None:
    expected = after if after is not None else before.replace('key = ""', 'key = "b"')

    assert _written.with_value(before, "chat", "key", "b") == expected


@pytest.mark.parametrize(
    "before",
    ["chat = { at = 1 }\n", 'chat = { key = "a" }\n', '[chat]\nkey = [\n  "a",\n]\n', "chat = 1\n", "[chat\n"],
)
def test_what_one_line_cannot_say_is_left_alone(before: str) -> None:
    assert _written.with_value(before, "chat", "key", "b") is None


@given(
    value=st.one_of(st.text(), st.lists(st.text(), max_size=3)),
    before=st.sampled_from(["", "[chat]\nkey = 'a' # b\nat = 1\n", "chat.at = 1\n", "[web]\nkey = 2\r\n"]),
)
def test_whatever_is_written_reads_back_and_nothing_else_moved(value: str | list[str], before: str) -> None:
    after = _written.with_value(before, "chat", "key", value)

    if after is not None:
        was, now = tomllib.loads(before), tomllib.loads(after)
        assert _written.value_of(after, "chat", "key") == value
        assert {**now, "chat": {**now["chat"], "key": 0}} == {**was, "chat": {**was.get("chat", {}), "key": 0}}
    else:
        assert "\x7f" in "".join(value)


def test_the_shipped_file_can_be_written_in_every_table() -> None:
    before = SHIPPED.read_text(encoding="utf-8")

    for section in tomllib.loads(before):
        after = _written.with_value(before, section, "zzz", "x")
        assert after is not None
        assert set(after.splitlines()) - set(before.splitlines()) == {'zzz = "x"'}


def test_a_file_of_tokens_is_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("before")
    file.chmod(0o644)

    _written.write(file, "after", _written.PRIVATE)

    assert file.read_text() == "after"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_bridge_toml_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "bridge.toml"
    real.write_text("")
    real.chmod(0o640)
    link.symlink_to(real)

    _written.write(link, "after")

    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("after", 0o640)


def test_a_crash_while_writing_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(number: int) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "kept"
    file.write_text("before")
    monkeypatch.setattr(os, "fsync", stopped)

    with pytest.raises(KeyboardInterrupt):
        _written.write(file, "after", _written.PRIVATE)

    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none/x can't be written: No such file"):
        _written.write(tmp_path / "none" / "x", "")
    (tmp_path / "latin").write_bytes(b"\xe4")
    with pytest.raises(ConfigError, match="not a text in UTF-8"):
        _written.read(tmp_path / "latin")
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        _written.read(tmp_path)
    assert _written.read(tmp_path / "none") == ""
