"""The sub-commands that look after a database, its deliveries, its workspaces, and what an adapter keeps there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.admin.beside import ask_or, on_store, reading
from bridge.model.delivery import State
from bridge.model.errors import FolderMissing, StateUnknown
from bridge.model.place import Circle
from bridge.services.circles import id_among
from bridge.settings import Settings
from bridge.store import schema, upkeep
from bridge.store.tx import SqlStore, open_store


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


@dataclass(frozen=True, slots=True)
class WorkspaceLine:
    """One line of `bridge workspaces list`. `id`: what to type for it."""

    platform: str
    id: str
    name: str
    circle: str
    people: str
    channels: str


def upgrade_db(settings: Settings) -> str:
    async def upgrade(store: SqlStore) -> str:
        before = await schema.current(store.engine)
        await store.upgrade()
        if before == schema.HEAD:
            return f"The database is at schema {schema.HEAD} already."
        return f"The database is at schema {schema.HEAD} now."

    return asyncio.run(on_store(lambda: open_store(settings.store_url), upgrade))


def backup_db(settings: Settings, file: Path) -> str:
    if not file.absolute().parent.is_dir():
        raise FolderMissing(path=file.absolute().parent)

    async def copy(store: SqlStore) -> str:
        await upkeep.backup(store.engine, file)
        return f"Copied to {file}."

    return asyncio.run(reading(settings, copy))


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

    return asyncio.run(reading(settings, look))


def retry_delivery(settings: Settings, id: str) -> str:
    return ask_or(settings, "retry", [id])


def use_adapter(settings: Settings, words: Sequence[str]) -> str:
    """An adapter's own sub-command: its name, a verb and its words."""
    return ask_or(settings, "adapter", words)


def list_workspaces(settings: Settings) -> list[WorkspaceLine]:
    """By platform and id."""

    async def look(store: SqlStore) -> list[WorkspaceLine]:
        found = await store.read(lambda tx: tx.places.census())
        all_of_them = [one.workspace for one in found]
        return [
            WorkspaceLine(
                platform=one.workspace.platform,
                id=id_among(one.workspace, all_of_them),
                name=one.workspace.name,
                circle=one.workspace.circle.value,
                people=str(one.people),
                channels=str(one.channels),
            )
            for one in found
        ]

    return asyncio.run(reading(settings, look))


def choose_circle(settings: Settings, id: str, circle: str) -> str:
    """`circle`: a value of Circle. Raises WorkspaceUnknown, WorkspaceUnclear, WorkspaceNone."""
    wanted = Circle(circle)
    return ask_or(settings, "circle", [id, wanted.value])
