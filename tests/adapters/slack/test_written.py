"""What Slack's setup writes: a line a workspace, and the line of bridge.toml that names the file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bridge.adapters.slack.install import written
from bridge.adapters.slack.install.tokens import read_pairs

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
