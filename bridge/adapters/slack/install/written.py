"""What setup writes: a line of the tokens file and one of bridge.toml, each file whole or as it was before.

Where which file belongs, and talking about it, is `setup`'s.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.adapters.slack.install.tokens import Pair, entries
from bridge.adapters.slack.names import PLATFORM
from bridge.model.errors import ConfigError

KEY = "tokens_file"
DEFAULT_FILE = f"{PLATFORM}.tokens"
PRIVATE = 0o600
_BOM = "\ufeff"
_HEADER = re.compile(rf"""[ \t]*\[[ \t]*["']?{PLATFORM}["']?[ \t]*\]""")
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
    named = tomllib.loads(text.removeprefix(_BOM)).get(PLATFORM, {}).get(KEY)
    return str(named) if named else None


def with_reference(text: str, file: str) -> str | None:
    """bridge.toml with the file named in the platform's table and nothing else changed; None where that can't be done
    by adding a line (an inline table)."""
    before = tomllib.loads(text.removeprefix(_BOM))
    wanted = before | {PLATFORM: before.get(PLATFORM, {}) | {KEY: file}}
    for changed in _attempts(text, f"{KEY} = {json.dumps(file, ensure_ascii=False)}"):
        try:
            if tomllib.loads(changed.removeprefix(_BOM)) == wanted:
                return changed
        except tomllib.TOMLDecodeError:
            continue
    return None


def _attempts(text: str, line: str) -> Iterator[str]:
    """Under the table's header, at the end with a header of its own, or at the top; the parser says which is right."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    for number, before in enumerate(lines, 1):
        if _HEADER.match(before.removeprefix(_BOM)):
            yield "".join([*lines[: number - 1], before.rstrip("\r\n"), end, line, end, *lines[number:]])
    gap = "" if not text else end if text.endswith("\n") else end + end
    yield f"{text}{gap}[{PLATFORM}]{end}{line}{end}"
    mark = _BOM if text.startswith(_BOM) else ""
    yield f"{mark}{PLATFORM}.{line}{end}{text.removeprefix(mark)}"


def read(path: Path) -> str:
    """What stands in the file; empty where there is none. Line ends stay as they are. Raises ConfigError."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(problem=f"{path} is not a text in UTF-8.") from None
    except OSError as error:
        raise ConfigError(problem=f"{path} can't be read: {error.strerror}.") from None


def write(path: Path, text: str, mode: int | None = None) -> None:
    """The file holds the whole text or what it held before, whatever happens. `mode`: else it keeps the one it has.

    A link stays a link, and the owner stays. Raises ConfigError.
    """
    real = path.resolve()
    try:
        _replace(real, text, mode)
    except OSError as error:
        raise ConfigError(problem=f"{path} can't be written: {error.strerror}.") from None


def _replace(path: Path, text: str, mode: int | None) -> None:
    before = path.stat() if path.exists() else None
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            if before and os.geteuid() == 0:
                os.fchown(number, before.st_uid, before.st_gid)
            os.fchmod(number, mode if mode is not None else before.st_mode & 0o777 if before else 0o644)
            file.write(text)
            file.flush()
            os.fsync(number)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
