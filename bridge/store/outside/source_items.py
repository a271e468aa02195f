"""What sources have yielded so far. When each is looked at lives in `sources`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from bridge.model.ids import PersonId, PostId
from bridge.model.source import Known
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import put
from bridge.store.sql import among, engine_of, number, pairs, within
from bridge.store.tables import SourceItemRow, table

SOURCE_ITEM = table(SourceItemRow)

_ITEMS = select(SOURCE_ITEM).where(SOURCE_ITEM.c.source == number("source"))
_KNOWN = Ready(_ITEMS.where(among(SOURCE_ITEM.c.key, "keys")))
_SIGNED = Ready(_ITEMS.where(among(SOURCE_ITEM.c.sign, "signs")))
_ABOUTS = Ready(select(SOURCE_ITEM.c.post, SOURCE_ITEM.c.about).where(within(SOURCE_ITEM.c.post, "posts")))
_PUT = put(SOURCE_ITEM, ["sign", "post", "late", "about"])
_LATE = select(SOURCE_ITEM.c.late).where(
    SOURCE_ITEM.c.source == number("source"), SOURCE_ITEM.c.post == number("post"), SOURCE_ITEM.c.late
)


def known(conn: Connection, id: PersonId, keys: Collection[str]) -> dict[str, Known]:
    """See `bridge.model.kept.Sources.known`."""
    rows = _KNOWN.rows(conn, {"source": id, "keys": list(keys)}) if keys else ()
    return {row.key: _known(row) for row in rows}


def signed(conn: Connection, id: PersonId, signs: Collection[str]) -> dict[str, Known]:
    """See `bridge.model.kept.Sources.signed`."""
    rows = _SIGNED.rows(conn, {"source": id, "signs": list(signs)}) if signs else ()
    return {row.sign: _known(row) for row in rows}


def keep(conn: Connection, id: PersonId, items: Sequence[Known]) -> None:
    """See `bridge.model.kept.Sources.keep`."""
    rows = [
        {
            "source": id,
            "key": item.key,
            "sign": item.sign,
            "post": item.post,
            "late": item.late,
            "about": item.about,
        }
        for item in items
    ]
    if rows:
        conn.execute(_PUT[engine_of(conn)], rows)


def abouts(conn: Connection, posts: Collection[PostId]) -> dict[PostId, str]:
    """See `bridge.model.kept.Sources.abouts`."""
    return pairs(_ABOUTS.rows(conn, {"posts": posts})) if posts else {}


def was_late(conn: Connection, source: PersonId, post: PostId) -> bool:
    """See `bridge.model.kept.Sources.was_late`."""
    return conn.execute(_LATE, {"source": source, "post": post}).first() is not None


def _known(row: Any) -> Known:
    return Known(row.key, row.sign, None if row.post is None else PostId(row.post), bool(row.late), row.about)
