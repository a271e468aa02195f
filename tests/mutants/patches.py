"""Reads a mutant's patch and applies it. Strict: every line it takes away or leans on must be there; only where they
stand may have moved. Needs no git and no patch(1), since a machine that runs the tests may have neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent

_HEADER = re.compile(r"# test: (?P<test>\S+)\n")
_FILE = re.compile(r"\+\+\+ b/(?P<path>\S+)")
_HUNK = re.compile(r"@@ -(?P<line>\d+)(,\d+)? \+\d+(,\d+)? @@.*")
_NAME = re.compile(r"law(?P<law>\d+)_\w+")


class DoesNotFit(Exception):
    """The sources have changed under a patch."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """`line`: where `old` stood when the patch was made, from 0."""

    path: str
    line: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`test` is what pytest is given, e.g. "tests/store/test_sqlite.py::test_results_come_only_after_commit"."""

    name: str
    law: int
    test: str
    hunks: tuple[Hunk, ...]


def mutants() -> list[Mutant]:
    return [read(file) for file in sorted(FOLDER.glob("*.patch"), key=lambda file: _law_of(file.stem))]


def read(file: Path) -> Mutant:
    """Raises ValueError where it is no patch of ours."""
    text = file.read_text("utf-8")
    header = _HEADER.match(text)
    if header is None:
        raise ValueError(f"{file.name} must begin with “# test: ” and a test")
    return Mutant(file.stem, _law_of(file.stem)[0], header["test"], _hunks(text))


def _law_of(stem: str) -> tuple[int, str]:
    name = _NAME.fullmatch(stem)
    if name is None:
        raise ValueError(f"{stem}.patch must be named after its law, as in law1_forgets_to_commit.patch")
    return int(name["law"]), stem


def _hunks(text: str) -> tuple[Hunk, ...]:
    hunks: list[Hunk] = []
    path = ""
    old: list[str] = []
    new: list[str] = []
    for line in text.splitlines():
        if found := _FILE.fullmatch(line):
            path = found["path"]
        elif found := _HUNK.fullmatch(line):
            old, new = [], []
            hunks.append(Hunk(path, int(found["line"]) - 1, (), ()))
        elif hunks and not line.startswith(("diff ", "index ", "--- ")):
            kind, rest = line[:1], line[1:]
            if kind in ("", " ", "-"):
                old.append(rest)
            if kind in ("", " ", "+"):
                new.append(rest)
            hunks[-1] = Hunk(path, hunks[-1].line, tuple(old), tuple(new))
    return tuple(hunks)


def changed(mutant: Mutant, root: Path) -> dict[str, str]:
    """The files it changes, as they become; nothing is written. Raises DoesNotFit."""
    files: dict[str, str] = {}
    for hunk in mutant.hunks:
        if hunk.path not in files:
            file = root / hunk.path
            if not file.exists():
                raise DoesNotFit(f"{hunk.path} is gone")
            files[hunk.path] = file.read_text("utf-8")
        files[hunk.path] = _apply(files[hunk.path], hunk)
    return files


def _apply(source: str, hunk: Hunk) -> str:
    lines = source.split("\n")
    size = len(hunk.old)
    places = [at for at in range(len(lines) - size + 1) if tuple(lines[at : at + size]) == hunk.old]
    if not places:
        raise DoesNotFit(f"{hunk.path}: the lines around {hunk.line + 1} are no longer there")
    at = min(places, key=lambda place: abs(place - hunk.line))
    return "\n".join([*lines[:at], *hunk.new, *lines[at + size :]])
