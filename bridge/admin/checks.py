"""What `bridge check` looks at: configuration, database, key, clock, workspaces, sources, then each adapter's own
checks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from bridge.admin.beside import reading
from bridge.app import Bridge
from bridge.control import data_folder, database_file, key_file
from bridge.model.clock import SystemClock
from bridge.model.errors import BridgeError, ConfigError, StoreError, StoreMissing
from bridge.model.kept import Connected, Tally, Tx
from bridge.model.place import Circle
from bridge.model.ports import Checks, Finding
from bridge.model.role import Role
from bridge.sections import SQLITE
from bridge.services.keeping import EncryptedVault
from bridge.services.keys import KEY_BYTES, kept_key
from bridge.services.processes import couriers, listeners
from bridge.settings import Settings, require_one
from bridge.store import schema, upkeep
from bridge.store.engines.ballast import MEGABYTE, ballast_of, room
from bridge.store.engines.sqlite_link import sqlite_version_note
from bridge.store.tx import SqlStore, free_inside, open_store
from bridge.variables import given_key

MAKE_WRITABLE = "Make it writable for the user that runs Bridge."
OLDEST_PLAUSIBLE = 2026
"""A machine whose clock shows an earlier year than this program has lost its clock."""


def check(settings: Settings) -> list[Finding]:
    """A line each, in the order in which one thing needs another."""
    return asyncio.run(_check(settings))


async def _check(settings: Settings) -> list[Finding]:
    findings = [Finding(True, "configuration", "read and understood")]
    findings += await _database(settings)
    findings += await _key(settings)
    version, flawed = sqlite_version_note()
    if settings.store_url.startswith(SQLITE):
        fix = "Install the package pysqlite3 (the ordinary installation does, where a wheel exists)."
        findings.append(Finding(not flawed, "sqlite", f"version {version}", fix))
        findings += await _disk(settings)
    now = SystemClock().now()
    sane = now.year >= OLDEST_PLAUSIBLE
    findings.append(
        Finding(sane, "clock", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC", "Set the machine's clock (NTP).")
    )
    findings += await _processes(settings)
    findings += await _kept(settings)
    findings += await _adapters(settings)
    return findings


async def _database(settings: Settings) -> list[Finding]:
    async def look(store: SqlStore) -> list[Finding]:
        problems = await upkeep.check(store.engine)
        closed = _closed(settings)
        if closed is not None:
            return [Finding(False, "database", f"{closed} can't be written.", MAKE_WRITABLE)]
        if not problems:
            return [Finding(True, "database", f"sound, schema {schema.HEAD}")]
        return [Finding(False, "database", problem.english()) for problem in problems]

    try:
        return await reading(settings, look)
    except StoreMissing:
        return [_place_for(data_folder(settings))]
    except StoreError as error:
        if type(error) is StoreError and not settings.store_url.startswith(SQLITE):
            return [_silent_server(settings)]
        return [Finding(False, "database", error.english())]
    except BridgeError as error:
        return [Finding(False, "database", error.english())]


def _closed(settings: Settings) -> Path | None:
    """The SQLite file or its folder, where this user may not write it."""
    file = database_file(settings)
    if file is None:
        return None
    return next((path for path in (file, file.parent) if not os.access(path, os.W_OK)), None)


def _place_for(folder: Path) -> Finding:
    """Whether a database can be made in a folder that may not be there yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding(False, "database", f"there is none yet, and {there} can't be written.", MAKE_WRITABLE)
    return Finding(None, "database", "none yet: `bridge run` makes it")


def _silent_server(settings: Settings) -> Finding:
    parts = urlsplit(settings.store_url)
    server = f"{parts.hostname or 'localhost'}:{parts.port or 5432}"
    fix = "Check that it runs, and host, port, user, database and password in BRIDGE_STORE__URL or [store] url."
    return Finding(False, "database", f"PostgreSQL at {server} didn't let us in.", fix)


async def _disk(settings: Settings) -> list[Finding]:
    """Whether there is room for what is new, beside a SQLite database that is there."""
    file = database_file(settings)
    if file is None or not file.exists():
        return []
    found = room(ballast_of(file), settings.store.ballast_bytes)
    try:
        inside = await reading(settings, lambda store: store.engine.read(free_inside))
    except BridgeError:  # said of the database already
        inside = 0
    free = f"{(found.free + inside) // MEGABYTE:,} MB free"
    if found.short(inside):
        fix = f"Make room on the disk of {file.parent}; Bridge notices within ten seconds."
        return [Finding(False, "disk", f"{free}: deliveries go on, but nothing new is taken in.", fix)]
    if found.kept < found.wanted:
        return [Finding(None, "disk", f"{free}; `bridge run` keeps {found.wanted // MEGABYTE} MB for when it is full")]
    return [Finding(True, "disk", f"{free}, {found.kept // MEGABYTE} MB kept for when it is full")]


async def _key(settings: Settings) -> list[Finding]:
    """Whether the key can be read, and is the one that the vault was written with."""

    async def look(store: SqlStore) -> None:
        await EncryptedVault(store, key, "core").get("salt")

    try:
        found = kept_key(key_file(settings), given_key(os.environ))
        if found is None:
            return []
        key = found
        await reading(settings, look)
    except StoreError:
        return []
    except BridgeError as error:
        return [Finding(False, "key", error.english())]
    return [Finding(True, "key", "fits")]


async def _processes(settings: Settings) -> list[Finding]:
    """Which run on this database, and whether all the work is done by some."""
    try:
        require_one(settings)
        if settings.store_url.startswith(SQLITE):
            return []
        return [_shared_out(await reading(settings, lambda store: store.read(lambda tx: tx.memory.attending())))]
    except ConfigError as error:
        return [Finding(False, "role", error.english())]
    except BridgeError:  # said of the database already
        return []


def _shared_out(alive: Mapping[str, int]) -> Finding:
    named = ", ".join(f"{alive[role]} with the role {role.value}" for role in Role if alive.get(role))
    if not named:
        return Finding(None, "processes", "none runs at the moment")
    if not couriers(alive):
        return Finding(False, "processes", f"{named}, so nothing is delivered.", "Start: bridge run --role courier")
    if not listeners(alive):
        return Finding(False, "processes", f"{named}, so nobody is heard.", "Start: bridge run --role listener")
    return Finding(True, "processes", named)


async def _kept(settings: Settings) -> list[Finding]:
    """What the database tells of workspaces and sources."""

    def look(tx: Tx) -> list[Finding]:
        return [*_workspaces(tx.places.census()), *_sources(tx.sources.tally())]

    try:
        return await reading(settings, lambda store: store.read(look))
    except BridgeError:  # said of the database already
        return []


def _workspaces(found: Sequence[Connected]) -> list[Finding]:
    """What each is; and whether there are some, but nobody can be a full member."""
    named = [
        Finding(True, "workspace", f"{one.name} ({one.platform} {one.key}): {one.circle.value}")
        for one in (connected.workspace for connected in found)
    ]
    if found and all(one.workspace.circle is Circle.COMMUNITY for one in found):
        fix = "Say which one is: bridge workspaces team ID"
        return [*named, Finding(None, "workspace", "none is team, so nobody is a full member.", fix)]
    return named


def _sources(found: Tally) -> list[Finding]:
    """How those are that somebody follows. One that fails is nothing wrong with this bridge."""
    followed = f"{found.ok + found.failing + found.resting} followed"
    if not found.failing and not found.resting:
        return [Finding(True, "sources", followed)] if found.ok else []
    fails = f"{found.failing} {'fails' if found.failing == 1 else 'fail'}" if found.failing else ""
    rests = f"{found.resting} {'rests' if found.resting == 1 else 'rest'}" if found.resting else ""
    detail = f"{followed}; {', '.join(filter(None, (fails, rests)))}."
    return [Finding(None, "sources", detail, "See why: bridge sources list")]


async def _adapters(settings: Settings) -> list[Finding]:
    """Asked of the running bridge's neighbours: built, never started, on a store that is only read, or an empty one."""
    with TemporaryDirectory() as aside:
        try:
            store = open_store(settings.store_url, read_only=True)
        except StoreMissing:
            store = open_store(f"{SQLITE}{aside}/none.db")
            await store.upgrade()
        except BridgeError:
            return []
        try:
            return await _asked(Bridge(settings, store, ticking=False))
        except BridgeError as error:
            return [Finding(False, "adapters", error.english())]
        finally:
            await store.close()


async def _asked(bridge: Bridge) -> list[Finding]:
    key = kept_key(key_file(bridge.settings), given_key(os.environ))
    bridge.assemble(key or b"\0" * KEY_BYTES)
    found = [await built.findings() for built in bridge.adapters.values() if isinstance(built, Checks)]
    return [finding for findings in found for finding in findings]


def check_db(settings: Settings) -> list[Finding]:
    return asyncio.run(_database(settings))
