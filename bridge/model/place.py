"""Somewhere a message can stand, and the workspace it belongs to. A place's key is opaque outside its adapter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bridge.model.ids import AccountId, PlaceId


class Circle(StrEnum):
    """What a workspace (and everybody in it) is to the organisation."""

    TEAM = "team"
    COMMUNITY = "community"
    OUTSIDE = "outside"
    """Of the author that stands for an outside source; no workspace is it."""


class PlaceKind(StrEnum):
    CHANNEL = "channel"
    THREAD = "thread"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace or guild of one platform. `circle`: as its adapter told, else team for the first one connected and
    community for later ones; or what an administrator said since."""

    platform: str
    key: str
    name: str
    circle: Circle


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, thread or direct message.

    `key` is the adapter's own name for it; a direct message's key is its account's user key, and `account` is set.
    `circle` is the workspace's. `private`: not everybody in the workspace can open it (direct messages are private).
    `paused` holds the reason (a sentence) when nothing is sent there until somebody resumes it.
    """

    id: PlaceId
    platform: str
    workspace: str
    key: str
    kind: PlaceKind
    name: str
    circle: Circle
    private: bool = False
    account: AccountId | None = None
    paused: str | None = None


@dataclass(frozen=True, slots=True)
class Members:
    """Who can read a place, as far as its platform tells.

    `known`: the platform answered. `team`: everyone in there belongs to the team (no guests, nobody from a shared or
    community workspace). `count`: how many people, 0 when unknown. Unknown members may see nothing. `closed`: why the
    place is not open to us any more, a sentence; empty while it is.
    """

    known: bool
    team: bool = False
    count: int = 0
    closed: str = ""

    @property
    def wide(self) -> bool:
        """Certainly not only the team reads it: what is for the team stays out."""
        return self.known and not self.team


UNKNOWN_MEMBERS = Members(known=False)
