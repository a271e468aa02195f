"""What a workspace is to the organisation: told by its adapter, inferred, or said by an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.model.errors import WorkspaceNone, WorkspaceUnclear, WorkspaceUnknown
from bridge.model.inbound import Opened
from bridge.model.kept import Tx
from bridge.model.place import Circle, Workspace
from bridge.services.world import World


async def opened(world: World, event: Opened) -> None:
    """Connects the workspace. What is to be sent there is looked at when it is sent, by what the workspace is then."""
    await world.store.write(
        lambda tx: tx.places.add_workspace(event.platform, event.workspace, event.name, event.circle)
    )


async def choose(world: World, typed: str, circle: Circle) -> Workspace:
    """An administrator says what a workspace is, by its id or by platform:id; returns what it was until now. Raises
    WorkspaceUnknown, WorkspaceUnclear and WorkspaceNone."""

    def write(tx: Tx) -> Workspace:
        found = named(tx.places.workspaces(), typed)
        if found.circle is not circle:
            tx.places.set_circle(found.platform, found.key, circle)
        return found

    return await world.store.write(write)


def named(connected: Sequence[Workspace], typed: str) -> Workspace:
    """The workspace that somebody means. Ids are written as their platform writes them."""
    if not connected:
        raise WorkspaceNone()
    found = [one for one in connected if typed in (one.key, full_id(one))]
    if not found:
        raise WorkspaceUnknown(typed=typed, choices=_choices((id_among(one, connected), one) for one in connected))
    if len(found) > 1:
        raise WorkspaceUnclear(typed=typed, choices=_choices((full_id(one), one) for one in found))
    return found[0]


def full_id(workspace: Workspace) -> str:
    return f"{workspace.platform}:{workspace.key}"


def id_among(workspace: Workspace, connected: Sequence[Workspace]) -> str:
    """What to type for it: its key, as long as no other platform has the same."""
    alike = [one for one in connected if one.key == workspace.key]
    return workspace.key if len(alike) == 1 else full_id(workspace)


def _choices(named: Iterable[tuple[str, Workspace]]) -> str:
    return ", ".join(id if one.name == id else f"{id} ({one.name})" for id, one in named)
