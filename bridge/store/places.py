"""Places, the lane each of them has, and the workspaces they belong to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text, update

from bridge.model.clean import fold
from bridge.model.ids import PlaceId
from bridge.model.place import Circle, Place, PlaceKind, Workspace
from bridge.store.due import make_due
from bridge.store.rows import PLACE, pieces, place_values, table, to_place
from bridge.store.sql import LANE
from bridge.store.tables import WorkspaceRow
from bridge.store.upsert import add_if_new, put

WORKSPACE = table(WorkspaceRow)

_PLACES = select(PLACE)
_GET = _PLACES.where(PLACE.c.id == bindparam("id"))
_MANY = _PLACES.where(PLACE.c.id.in_(bindparam("ids", expanding=True)))
_AT = _PLACES.where(
    PLACE.c.platform == bindparam("platform"),
    PLACE.c.workspace == bindparam("workspace"),
    PLACE.c.key == bindparam("key"),
    PLACE.c.direct == bindparam("direct"),
)
_ALL_CHANNELS = _PLACES.where(PLACE.c.kind == PlaceKind.CHANNEL.value).order_by(PLACE.c.folded, PLACE.c.id)
_NAMED = _ALL_CHANNELS.where(PLACE.c.folded.in_(bindparam("names", expanding=True)))
_CHANNELS = _ALL_CHANNELS.where(PLACE.c.platform == bindparam("platform"), PLACE.c.workspace == bindparam("workspace"))
_SAVE = update(PLACE).where(PLACE.c.id == bindparam("which"))
_LANE = add_if_new(LANE)
_RESUME = update(PLACE).where(PLACE.c.id == bindparam("which")).values(paused=None)
_WHOLE = (PLACE.c.platform == bindparam("in_platform"), PLACE.c.workspace == bindparam("in_workspace"))
_CLOSE = update(PLACE).where(*_WHOLE, PLACE.c.paused.is_(None)).values(paused=bindparam("why"))
_CLOSED = select(PLACE.c.id).where(*_WHOLE, PLACE.c.paused == bindparam("why"))
_REOPEN = update(PLACE).where(*_WHOLE, PLACE.c.paused == bindparam("why")).values(paused=None)
_WORKSPACE = select(WORKSPACE).where(WORKSPACE.c.platform == bindparam("platform"), WORKSPACE.c.key == bindparam("key"))
_WORKSPACES = select(WORKSPACE).order_by(WORKSPACE.c.platform, WORKSPACE.c.key)
_ANY_WORKSPACE = select(WORKSPACE.c.key).limit(1)
_PUT_WORKSPACE = put(WORKSPACE, ["name"])
_ALONE = text("LOCK TABLE workspace IN SHARE ROW EXCLUSIVE MODE")
_WORKSPACE_CIRCLE = update(WORKSPACE).where(
    WORKSPACE.c.platform == bindparam("in_platform"), WORKSPACE.c.key == bindparam("in_workspace")
)
_PLACES_CIRCLE = update(PLACE).where(*_WHOLE)


class SqlPlaces:
    """See `bridge.model.kept.Places`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def get(self, id: PlaceId) -> Place | None:
        row = self._conn.execute(_GET, {"id": id}).first()
        return None if row is None else to_place(row)

    def many(self, ids: Collection[PlaceId]) -> dict[PlaceId, Place]:
        rows = (row for some in pieces(ids) for row in self._conn.execute(_MANY, {"ids": some}))
        return {place.id: place for place in map(to_place, rows)}

    def at(self, platform: str, workspace: str, key: str, direct: bool) -> Place | None:
        asked = {"platform": platform, "workspace": workspace, "key": key, "direct": direct}
        row = self._conn.execute(_AT, asked).first()
        return None if row is None else to_place(row)

    def add(self, place: Place) -> None:
        self._conn.execute(insert(PLACE), place_values(place))
        self._lane(place.id)

    def save(self, place: Place) -> None:
        self._conn.execute(_SAVE, {"which": place.id, **place_values(place)})
        self._lane(place.id)

    def named(self, names: Collection[str]) -> list[Place]:
        folded = [fold(name) for name in names]
        rows = [row for some in pieces(folded) for row in self._conn.execute(_NAMED, {"names": some})]
        return [to_place(row) for row in rows]

    def channels(self, platform: str, workspace: str) -> list[Place]:
        """By name."""
        rows = self._conn.execute(_CHANNELS, {"platform": platform, "workspace": workspace})
        return [to_place(row) for row in rows]

    def workspace(self, platform: str, key: str) -> Workspace | None:
        row = self._conn.execute(_WORKSPACE, {"platform": platform, "key": key}).first()
        return None if row is None else _workspace(row)

    def workspaces(self) -> list[Workspace]:
        return [_workspace(row) for row in self._conn.execute(_WORKSPACES)]

    def add_workspace(self, platform: str, key: str, name: str) -> Workspace:
        """Adding it again keeps its circle and takes the new name."""
        if self._conn.dialect.name == "postgresql":
            self._conn.execute(_ALONE)  # else two processes could each see none, and both be the first
        known = self.workspace(platform, key)
        first = self._conn.execute(_ANY_WORKSPACE).first() is None
        circle = known.circle if known else Circle.TEAM if first else Circle.COMMUNITY
        values = {"platform": platform, "key": key, "name": name, "circle": circle.value}
        self._conn.execute(_PUT_WORKSPACE[self._conn.dialect.name], values)
        return Workspace(platform, key, name, circle)

    def set_circle(self, platform: str, key: str, circle: Circle) -> None:
        """Its places follow; what its people are is not decided here."""
        asked = {"in_platform": platform, "in_workspace": key, "circle": circle.value}
        self._conn.execute(_WORKSPACE_CIRCLE, asked)
        self._conn.execute(_PLACES_CIRCLE, asked)

    def resume(self, id: PlaceId, now: datetime) -> None:
        self._conn.execute(_RESUME, {"which": id})
        make_due(self._conn, [id], now, live=False)

    def close(self, platform: str, workspace: str, why: str) -> int:
        asked = {"in_platform": platform, "in_workspace": workspace, "why": why}
        return self._conn.execute(_CLOSE, asked).rowcount

    def reopen(self, platform: str, workspace: str, why: str, now: datetime) -> int:
        asked = {"in_platform": platform, "in_workspace": workspace, "why": why}
        closed = self._conn.execute(_CLOSED, asked).scalars().all()
        self._conn.execute(_REOPEN, asked)
        make_due(self._conn, closed, now, live=False)
        return len(closed)

    def _lane(self, id: PlaceId) -> None:
        values = {
            "place": id,
            "touched": 0,
            "seen": 0,
            "epoch": 0,
            "live": False,
            "failures": 0,
            "lives": "[]",
            "pace": "",
        }
        self._conn.execute(_LANE[self._conn.dialect.name], values)


def _workspace(row: Row[Any]) -> Workspace:
    return Workspace(row.platform, row.key, row.name, Circle(row.circle))
