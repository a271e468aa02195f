"""Workspaces, what each is to the team, and what that makes of its places and people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, distinct, func, insert, select, text, update

from bridge.model.ids import PersonId
from bridge.model.kept import Connected
from bridge.model.place import Circle, PlaceKind, Workspace
from bridge.store.rows import ACCOUNT, PERSON, PLACE
from bridge.store.sql import word
from bridge.store.tables import WorkspaceRow, table

WORKSPACE = table(WorkspaceRow)

_GET = select(WORKSPACE).where(WORKSPACE.c.platform == bindparam("platform"), WORKSPACE.c.key == bindparam("key"))
_HELD = _GET.with_for_update(read=True)  # SQLite has one writer, and leaves this out
_IN_ORDER = select(WORKSPACE.c.key).where(WORKSPACE.c.told.is_(False)).limit(1)
_THIS = (WORKSPACE.c.platform == bindparam("in_platform"), WORKSPACE.c.key == bindparam("in_workspace"))
_CHANGE = update(WORKSPACE).where(*_THIS)
_ALONE = text("LOCK TABLE workspace IN SHARE ROW EXCLUSIVE MODE")
_ITS_PLACES = update(PLACE).where(
    PLACE.c.platform == bindparam("in_platform"), PLACE.c.workspace == bindparam("in_workspace")
)

_OF_THE_TEAM = (
    select(ACCOUNT.c.id)
    .join(WORKSPACE, (WORKSPACE.c.platform == ACCOUNT.c.platform) & (WORKSPACE.c.key == ACCOUNT.c.workspace))
    .where(
        ACCOUNT.c.person == PERSON.c.id,
        ACCOUNT.c.guest.is_(False),
        WORKSPACE.c.circle == word(Circle.TEAM),
    )
    .correlate(PERSON)
    .exists()
)
_BY_ACCOUNTS = case((_OF_THE_TEAM, word(Circle.TEAM)), else_=word(Circle.COMMUNITY))
_ITS_PEOPLE = (
    update(PERSON)
    .where(
        PERSON.c.id.in_(
            select(ACCOUNT.c.person).where(
                ACCOUNT.c.platform == bindparam("in_platform"), ACCOUNT.c.workspace == bindparam("in_workspace")
            )
        ),
        PERSON.c.circle != _BY_ACCOUNTS,
    )
    .values(circle=_BY_ACCOUNTS)
)

_ITS_PERSON = (
    update(PERSON).where(PERSON.c.id == bindparam("whose"), PERSON.c.circle != _BY_ACCOUNTS).values(circle=_BY_ACCOUNTS)
)

_PEOPLE = (
    select(func.count(distinct(PERSON.c.id)))
    .select_from(ACCOUNT.join(PERSON, PERSON.c.id == ACCOUNT.c.person))
    .where(
        ACCOUNT.c.platform == WORKSPACE.c.platform,
        ACCOUNT.c.workspace == WORKSPACE.c.key,
        PERSON.c.sample.is_(False),
    )
    .scalar_subquery()
)
_CHANNELS = (
    select(func.count())
    .select_from(PLACE)
    .where(
        PLACE.c.platform == WORKSPACE.c.platform,
        PLACE.c.workspace == WORKSPACE.c.key,
        PLACE.c.kind == word(PlaceKind.CHANNEL),
    )
    .scalar_subquery()
)
_CENSUS = select(WORKSPACE, _PEOPLE.label("people"), _CHANNELS.label("channels")).order_by(
    WORKSPACE.c.platform, WORKSPACE.c.key
)


def workspace(conn: Connection, platform: str, key: str) -> Workspace | None:
    """See `bridge.model.kept.Places.workspace`."""
    row = conn.execute(_HELD, {"platform": platform, "key": key}).first()
    return None if row is None else _workspace(row)


def look(conn: Connection, platform: str, key: str) -> Workspace | None:
    """See `bridge.model.kept.Places.look`."""
    row = conn.execute(_GET, {"platform": platform, "key": key}).first()
    return None if row is None else _workspace(row)


def census(conn: Connection) -> list[Connected]:
    """See `bridge.model.kept.Places.census`."""
    return [Connected(_workspace(row), row.people, row.channels) for row in conn.execute(_CENSUS)]


def add_workspace(conn: Connection, platform: str, key: str, name: str, circle: Circle | None) -> Workspace:
    """See `bridge.model.kept.Places.add_workspace`."""
    if conn.dialect.name == "postgresql":
        conn.execute(_ALONE)  # else two processes could each see none, and both be the first
    known = conn.execute(_GET, {"platform": platform, "key": key}).first()
    if known is None:
        first = conn.execute(_IN_ORDER).first() is None
        given = circle or (Circle.TEAM if first else Circle.COMMUNITY)
        made = Workspace(platform, key, name or key, given)
        values = {"platform": platform, "key": key, "name": made.name, "circle": given.value}
        conn.execute(insert(WORKSPACE), {**values, "told": circle is not None})
        return made
    which = {"in_platform": platform, "in_workspace": key}
    if name and name != known.name:
        conn.execute(_CHANGE, {**which, "name": name})
    if circle is None or known.told:
        return Workspace(platform, key, name or known.name, Circle(known.circle))
    conn.execute(_CHANGE, {**which, "told": True})
    if circle.value != known.circle:
        set_circle(conn, platform, key, circle)
    return Workspace(platform, key, name or known.name, circle)


def set_circle(conn: Connection, platform: str, key: str, circle: Circle) -> None:
    """See `bridge.model.kept.Places.set_circle`."""
    which = {"in_platform": platform, "in_workspace": key}
    # The workspace first: whoever makes a person or a place by its circle holds it, and is waited for.
    conn.execute(_CHANGE, {**which, "circle": circle.value})
    conn.execute(_ITS_PLACES, {**which, "circle": circle.value})
    conn.execute(_ITS_PEOPLE, which)


def settle_person(conn: Connection, person: PersonId) -> None:
    """After a change of their accounts: who became a guest is no member of the team any more."""
    conn.execute(_ITS_PERSON, {"whose": person})


def _workspace(row: Row[Any]) -> Workspace:
    return Workspace(row.platform, row.key, row.name, Circle(row.circle))
