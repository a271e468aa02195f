"""What a setup writes: one key of bridge.toml, or a whole file, and each file is whole or as it was before.

Which file and which key is an adapter's own affair, and so is talking about it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from bridge.model.errors import ConfigError

PRIVATE = 0o600
_BOM = "\ufeff"

Value: TypeAlias = str | Sequence[str]


def value_of(text: str, section: str, key: str) -> object:
    """What the key of that table of bridge.toml holds, as tomllib reads it; None where there is none.

    Raises tomllib.TOMLDecodeError."""
    table = tomllib.loads(text.removeprefix(_BOM)).get(section, {})
    return table.get(key) if isinstance(table, dict) else None


def with_value(text: str, section: str, key: str, value: Value) -> str | None:
    """bridge.toml with one key of one table added or replaced, and nothing else changed: remarks, order and line ends
    stay. None where one line can't do that: a table or a value that is written otherwise, or a text that is no TOML.
    """
    try:
        before = tomllib.loads(text.removeprefix(_BOM))
    except tomllib.TOMLDecodeError:
        return None
    table = before.get(section, {})
    if not isinstance(table, dict):
        return None
    plain = value if isinstance(value, str) else list(value)
    if key in table and table[key] == plain:
        return text
    wanted = before | {section: table | {key: plain}}
    line = f"{key} = {json.dumps(plain, ensure_ascii=False)}"
    attempts = _replacements(text, section, key, line) if key in table else _additions(text, section, line)
    return next((changed for changed in attempts if _parsed(changed) == wanted), None)


def _parsed(text: str) -> dict[str, Any] | None:
    """The parser alone says which attempt was right."""
    try:
        return tomllib.loads(text.removeprefix(_BOM))
    except tomllib.TOMLDecodeError:
        return None


def _additions(text: str, section: str, line: str) -> Iterator[str]:
    """Under the table's header, at the end with a header of its own, or at the top."""
    header = re.compile(rf"""[ \t]*\[[ \t]*["']?{re.escape(section)}["']?[ \t]*\]""")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    for number, before in enumerate(lines, 1):
        if header.match(before.removeprefix(_BOM)):
            yield "".join([*lines[: number - 1], before.rstrip("\r\n"), end, line, end, *lines[number:]])
    gap = "" if not text else end if text.endswith("\n") else end + end
    yield f"{text}{gap}[{section}]{end}{line}{end}"
    mark = _BOM if text.startswith(_BOM) else ""
    yield f"{mark}{section}.{line}{end}{text.removeprefix(mark)}"


def _replacements(text: str, section: str, key: str, line: str) -> Iterator[str]:
    """In place of each line that begins with the key, in whatever table it stands."""
    table = rf"""(?:["']?{re.escape(section)}["']?[ \t]*\.[ \t]*)?"""
    begins = re.compile(rf"""(?P<lead>{_BOM}?[ \t]*{table})["']?{re.escape(key)}["']?[ \t]*=""")
    lines = text.splitlines(keepends=True)
    for number, before in enumerate(lines):
        if found := begins.match(before):
            bare = before.rstrip("\r\n")
            kept = f"{found['lead']}{line}{_remark(bare)}{before[len(bare) :]}"
            yield "".join([*lines[:number], kept, *lines[number + 1 :]])


def _remark(line: str) -> str:
    """What stands behind the value, with the blanks before it; a # inside a value begins none."""
    for found in re.finditer(r"[ \t]*#", line):
        if _parsed(line[: found.start()]) is not None:
            return line[found.start() :]
    return ""


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
