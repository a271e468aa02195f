"""What the sub-commands do besides running: check, look after the database, look at deliveries, ask a running bridge.

Reading ones open the database beside a running bridge; writing ones ask it over its private socket, or do it
themselves when none runs.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from urllib.parse import urlsplit

from bridge import control
from bridge.app import Bridge
from bridge.control import data_folder, key_file
from bridge.model.clock import SystemClock
from bridge.model.delivery import State
from bridge.model.errors import BridgeError, FolderMissing, StateUnknown, StoreError, StoreMissing
from bridge.model.ports import Checks, Finding
from bridge.services.keeping import KEY_BYTES, EncryptedVault, kept_key
from bridge.settings import SQLITE, Settings
from bridge.store import schema, upkeep
from bridge.store.sqlite_link import sqlite_version_note
from bridge.store.tx import SqlStore, open_store
from bridge.variables import KEY_VARIABLE

T = TypeVar("T")

MAKE_WRITABLE = "Make it writable for the user that runs Bridge."
OLDEST_PLAUSIBLE = 2026
"""A machine whose clock shows an earlier year than this program has lost its clock."""


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One line of `bridge deliveries list`."""

    id: str
    kind: str
    state: str
    place: str
    since: str
    attempts: int
    error: str


def check(settings: Settings) -> list[Finding]:
    """Configuration, database, SQLite, clock, then each adapter's own checks."""
    return asyncio.run(_check(settings))


async def _check(settings: Settings) -> list[Finding]:
    findings = [Finding(True, "configuration", "read and understood")]
    findings += await _database(settings)
    findings += await _key(settings)
    version, flawed = sqlite_version_note()
    if settings.store_url.startswith(SQLITE):
        fix = "Install the package pysqlite3 (the ordinary installation does, where a wheel exists)."
        findings.append(Finding(not flawed, "sqlite", f"version {version}", fix))
    now = SystemClock().now()
    sane = now.year >= OLDEST_PLAUSIBLE
    findings.append(
        Finding(sane, "clock", f"{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC", "Set the machine's clock (NTP).")
    )
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
        return await _reading(settings, look)
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
    if not settings.store_url.startswith(SQLITE):
        return None
    file = Path(settings.store_url.removeprefix(SQLITE).partition("?")[0])
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


async def _key(settings: Settings) -> list[Finding]:
    """Whether the key can be read, and is the one that the vault was written with."""

    async def look(store: SqlStore) -> None:
        await EncryptedVault(store, key, "core").get("salt")

    try:
        found = kept_key(key_file(settings), os.environ.get(KEY_VARIABLE, ""))
        if found is None:
            return []
        key = found
        await _reading(settings, look)
    except StoreError:
        return []
    except BridgeError as error:
        return [Finding(False, "key", error.english())]
    return [Finding(True, "key", "fits")]


async def _adapters(settings: Settings) -> list[Finding]:
    """Asked of the running bridge's neighbours: built, never started, on a store that is only read, or an empty one."""
    with TemporaryDirectory() as aside:
        try:
            store = open_store(settings.store_url, read_only=True)
        except StoreMissing:
            store = open_store(f"{SQLITE}{aside}/none.db")
        except BridgeError:
            return []
        try:
            return await _asked(Bridge(settings, store, ticking=False))
        except BridgeError as error:
            return [Finding(False, "adapters", error.english())]
        finally:
            await store.close()


async def _asked(bridge: Bridge) -> list[Finding]:
    key = kept_key(key_file(bridge.settings), os.environ.get(KEY_VARIABLE, ""))
    bridge.assemble(key or b"\0" * KEY_BYTES)
    found = [await built.findings() for built in bridge.adapters.values() if isinstance(built, Checks)]
    return [finding for findings in found for finding in findings]


def check_db(settings: Settings) -> list[Finding]:
    return asyncio.run(_database(settings))


def upgrade_db(settings: Settings) -> str:
    async def upgrade(store: SqlStore) -> str:
        before = await schema.current(store.engine)
        await store.upgrade()
        if before == schema.HEAD:
            return f"The database is at schema {schema.HEAD} already."
        return f"The database is at schema {schema.HEAD} now."

    return asyncio.run(_with(lambda: open_store(settings.store_url), upgrade))


def backup_db(settings: Settings, file: Path) -> str:
    if not file.absolute().parent.is_dir():
        raise FolderMissing(path=file.absolute().parent)

    async def copy(store: SqlStore) -> str:
        await upkeep.backup(store.engine, file)
        return f"Copied to {file}."

    return asyncio.run(_reading(settings, copy))


def list_deliveries(settings: Settings, state: str | None, limit: int) -> list[DeliveryLine]:
    """Newest first; those not at rest, or those in one state. Raises StateUnknown."""
    known = {one.value: one for one in State}
    if state is not None and state not in known:
        raise StateUnknown(typed=state, choices=", ".join(known))
    states = [known[state]] if state else [State.WAITING, State.SENDING, State.UNCERTAIN, State.BURIED]

    async def look(store: SqlStore) -> list[DeliveryLine]:
        found = await store.read(lambda tx: tx.outbox.listing(states, limit))
        return [
            DeliveryLine(
                id=str(delivery.id),
                kind=delivery.kind.value,
                state=delivery.state.value,
                place=f"{place.platform} {place.name or place.key}",
                since=f"{delivery.created_at:%Y-%m-%d %H:%M}",
                attempts=delivery.attempts,
                error=delivery.error,
            )
            for place, delivery in found
        ]

    return asyncio.run(_reading(settings, look))


def retry_delivery(settings: Settings, id: str) -> str:
    return _ask_or(settings, "retry", [id], lambda bridge: bridge.retry([id]))


def use_adapter(settings: Settings, words: Sequence[str]) -> str:
    """An adapter's own sub-command: its name, a verb and its words."""
    return _ask_or(settings, "adapter", words, lambda bridge: bridge.adapter(words))


def _ask_or(settings: Settings, deed: str, words: Sequence[str], do: Callable[[Bridge], Awaitable[str]]) -> str:
    """Asks the bridge that runs here; when none does, does it on the store itself."""
    said = control.ask(control.socket_of(settings), deed, words)
    if said is not None:
        return said

    async def alone(store: SqlStore) -> str:
        bridge = Bridge(settings, store, ticking=False)
        await bridge.prepare()
        return await do(bridge)

    return asyncio.run(_with(lambda: open_store(settings.store_url), alone))


async def _reading(settings: Settings, work: Callable[[SqlStore], Awaitable[T]]) -> T:
    return await _with(lambda: open_store(settings.store_url, read_only=True), work)


async def _with(open_it: Callable[[], SqlStore], work: Callable[[SqlStore], Awaitable[T]]) -> T:
    store = open_it()
    try:
        return await work(store)
    finally:
        await store.close()
