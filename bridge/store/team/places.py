"""Places and the lane each of them has. The workspaces they belong to live in `circles`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from bridge.model.clean import fold
from bridge.model.ids import PlaceId
from bridge.model.kept import Connected
from bridge.model.place import Circle, Place, PlaceKind, Workspace
from bridge.store.delivery.due import make_due
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import add_if_new
from bridge.store.rows import PLACE, pieces, place_values, to_place
from bridge.store.sql import LANE, number, within
from bridge.store.team import circles

_PLACES = select(PLACE)
_GET = Ready(_PLACES.where(PLACE.c.id == number("id")))
_MANY = Ready(_PLACES.where(within(PLACE.c.id, "ids")))
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


class SqlPlaces:
    """See `bridge.model.kept.Places`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def get(self, id: PlaceId) -> Place | None:
        row = _GET.first(self._conn, {"id": id})
        return None if row is None else to_place(row)

    def many(self, ids: Collection[PlaceId]) -> dict[PlaceId, Place]:
        rows = _MANY.rows(self._conn, {"ids": ids}) if ids else ()
        return {place.id: place for place in map(to_place, rows)}

    def at(self, platform: str, workspace: str, key: str, direct: bool) -> Place | None:
        asked = {"platform": platform, "workspace": workspace, "key": key, "direct": direct}
        row = self._conn.execute(_AT, asked).first()
        return None if row is None else to_place(row)

    def add(self, place: Place) -> None:
        self._conn.execute(insert(PLACE), place_values(place))
        self._lane(place.id)

    def save(self, place: Place) -> None:
        # Who loaded it a moment ago may not know what its workspace has become since.
        values = {name: value for name, value in place_values(place).items() if name != "circle"}
        self._conn.execute(_SAVE, {"which": place.id, **values})
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
        return circles.workspace(self._conn, platform, key)

    def look(self, platform: str, key: str) -> Workspace | None:
        return circles.look(self._conn, platform, key)

    def workspaces(self) -> list[Workspace]:
        return [one.workspace for one in self.census()]

    def census(self) -> list[Connected]:
        return circles.census(self._conn)

    def add_workspace(self, platform: str, key: str, name: str = "", circle: Circle | None = None) -> Workspace:
        return circles.add_workspace(self._conn, platform, key, name, circle)

    def set_circle(self, platform: str, key: str, circle: Circle) -> None:
        circles.set_circle(self._conn, platform, key, circle)

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
            "backlog": 0,
        }
        self._conn.execute(_LANE[self._conn.dialect.name], values)
