"""`bridge db move`: where to, and what is to be done when everything is there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bridge.config import held_by
from bridge.control import key_file
from bridge.model.errors import MoveNowhere
from bridge.sections import StoreSection
from bridge.settings import Settings
from bridge.store.moving import Move, Tell, move
from bridge.variables import KEY_VARIABLE, MOVE_VARIABLE


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One line of what was moved."""

    table: str
    rows: str
    checksum: str


def move_db(settings: Settings, to: str | None, to_file: Path | None, tell: Tell) -> tuple[list[MoveLine], str]:
    """Moves the database and gives a line for each table, and what is to be done now.

    Raises MoveError and its kin, StoreError, ConfigError where `to_file` can't be read.
    """
    done = move(settings.store_url, _address(to, to_file), tell)
    lines = [MoveLine(table.name, f"{table.rows:,}", f"ok {table.checksum}") for table in done.tables]
    return lines, "\n".join(_advice(settings, done))


def _address(to: str | None, to_file: Path | None) -> str:
    given = os.environ.get(MOVE_VARIABLE) or None
    if to_file is not None and to is None and given is None:
        return held_by(to_file, "--to-file")
    if to_file is not None or (to is None) == (given is None):
        raise MoveNowhere
    return to or given or ""


def _advice(settings: Settings, done: Move) -> list[str]:
    nuls = f"{done.nuls:,} texts had a NUL character, which PostgreSQL can't keep: � stands there now."
    return [
        f"Moved {done.rows:,} rows from {done.path} to {done.target}; all counts and checksums agree.",
        *([nuls] if done.nuls else []),
        "",
        "What to do now:",
        "1. Set BRIDGE_STORE__URL to the new address, password included, wherever Bridge runs.",
        f"2. {_key(settings)}",
        "3. Look, then start: bridge check && bridge run",
        f"Never start Bridge on {done.path} again: what waits there would be sent twice. It was only read; remove it "
        "once you have seen that everything is there.",
    ]


def _key(settings: Settings) -> str:
    """Where the vault's key is, and where it is looked for from now on."""
    if os.environ.get(KEY_VARIABLE):
        return f"Keep {KEY_VARIABLE} as it is: without this key nothing encrypted can be read."
    elsewhere = settings.model_copy(update={"store": StoreSection(url="postgresql://")})
    before, after = key_file(settings), key_file(elsewhere)
    if not before.exists():
        return f"There is no key at {before}: give the right one as {KEY_VARIABLE}, if there ever was one."
    if before == after:
        return f"Keep the key {before}; on another machine, copy it there or give it as {KEY_VARIABLE}."
    return f"Copy the key {before} to {after}, where it is looked for now, or give it as {KEY_VARIABLE}."
