"""A source as a row, and back."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row

from bridge.model.ids import PersonId
from bridge.model.source import Trouble, Watch


def to_watch(row: Row[Any]) -> Watch:
    """With the handle, the name and the picture of the author that stands for it."""
    return Watch(
        id=PersonId(row.id),
        adapter=row.adapter,
        key=row.key,
        name=row.handle,
        title=row.name,
        by=PersonId(row.by),
        created_at=row.created_at,
        home=row.home,
        picture=row.picture,
        internal=row.internal,
        state=row.state,
        epoch=row.epoch,
        every=row.every,
        next_at=row.next_at,
        looked_at=row.looked_at,
        changed_at=row.changed_at,
        failing_since=row.failing_since,
        error=_trouble(row.error),
        told=row.told,
        rests=row.rests,
        a_day=row.a_day / 1000,
        moved_from=row.moved_from,
        moved_at=row.moved_at,
        burst=row.burst,
    )


def watch_values(watch: Watch) -> dict[str, Any]:
    """Every column of SOURCE."""
    return {
        "id": watch.id,
        "adapter": watch.adapter,
        "key": watch.key,
        "home": watch.home,
        "internal": watch.internal,
        "by": watch.by,
        "created_at": watch.created_at,
        "state": watch.state,
        "epoch": watch.epoch,
        "every": watch.every,
        "next_at": watch.next_at,
        "looked_at": watch.looked_at,
        "changed_at": watch.changed_at,
        "failing_since": watch.failing_since,
        "error": json.dumps([watch.error.kind, dict(watch.error.params)]) if watch.error else "",
        "told": watch.told,
        "rests": watch.rests,
        "a_day": round(watch.a_day * 1000),
        "moved_from": watch.moved_from,
        "moved_at": watch.moved_at,
        "burst": watch.burst,
        "host": watch.host,
    }


def _trouble(kept: str) -> Trouble | None:
    if not kept:
        return None
    kind, params = json.loads(kept)
    return Trouble(kind, params)
