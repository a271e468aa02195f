"""What Slack's setup writes: a line of the tokens file, and the key of bridge.toml that names this file.

Where which file belongs, and talking about it, is `setup`'s; writing itself is `_written`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bridge.adapters._written import value_of, with_value
from bridge.adapters.slack.install.tokens import Pair, entries
from bridge.adapters.slack.names import PLATFORM

KEY = "tokens_file"
DEFAULT_FILE = f"{PLATFORM}.tokens"
_TEAM = re.compile(r"\(([TE][0-9A-Z]+)\)\s*$")


@dataclass(frozen=True, slots=True)
class Listed:
    """A pair that stands in the file. `team`: the workspace that its remark names; empty where none does."""

    bot: str
    team: str


def listed(text: str) -> list[Listed]:
    """The pairs of a tokens file, in their order."""
    found = []
    for line in text.splitlines():
        noted = _TEAM.search(line.partition("#")[2])
        found += [Listed(entry.split()[0], noted[1] if noted else "") for entry in entries(line)]
    return found


def with_pair(text: str, pair: Pair, team: str, name: str, without: Collection[str] = ()) -> str:
    """The file with one line more; pairs whose bot's token is in `without` are left out, all else stays as it is."""
    lines = [line for before in text.splitlines() if (line := _line_without(before, without)) is not None]
    remark = f"{' '.join(name.split())} ({team})"
    return "\n".join([*lines, f"{pair.bot.reveal()} {pair.app.reveal()}  # {remark}"]) + "\n"


def _line_without(line: str, without: Collection[str]) -> str | None:
    there = entries(line)
    left = [entry for entry in there if entry.split()[0] not in without]
    if left == there:
        return line
    note = line.partition("#")[2]
    return ", ".join(left) + (f"  #{note}" if note else "") if left else None


def reference(text: str) -> str | None:
    """The file that bridge.toml names for the tokens; None where it names none."""
    named = value_of(text, PLATFORM, KEY)
    return str(named) if named else None


def with_reference(text: str, file: str) -> str | None:
    """bridge.toml with the file named in the platform's table and nothing else changed; None where that can't be done
    by a line (an inline table)."""
    return with_value(text, PLATFORM, KEY, file)
