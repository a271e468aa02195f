"""The hot statements are served by indexes: how SQLite means to run them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Connection

from bridge.store import inbox, posts, rows, sieves, timeline
from bridge.store.delivery import candidates, claiming, delivered, due, fanout, outbox_views, settling
from bridge.store.engines.ready import Ready
from bridge.store.outside import sources

Plan = Callable[[Connection, ClauseElement], str]

HOT: dict[str, Any] = {
    "posts by id": posts._MANY,
    "posts' readers": rows._READERS,
    "timeline: followed": timeline._FOLLOWED,
    "timeline: authors": timeline._AUTHORS,
    "claim: pick": claiming._PICK,
    "claim: take": claiming._TAKE,
    "claim: deliveries": claiming._RESTLESS,
    "claim: items": delivered._HELD,
    "claim: waiting": claiming._waiting("sqlite"),
    "claim: lanes": claiming._LANES,
    "settle: items": settling._SHOWN,
    "settle: at rest": settling._AT_REST,
    "digest": candidates._statement(False, True),
    "digest of a channel": candidates._statement(True, True),
    "fan out": fanout._live(),
    "restate": fanout._HOLDING,
    "made due: one post's places": due._TOUCH_WAITING_FOR,
    "made due: several posts' places": due._TOUCH_EITHER,
    "taken by somebody": posts._TAKEN_BY,
    "sources: due": sources._DUE,
    "sieves: version": sieves._VERSION,
    "copies": outbox_views._COPIES,
    "inbox: pick": inbox._PICK,
    "inbox: take": inbox._TAKE,
    "inbox: done": inbox._DONE,
    "inbox: forget": inbox._FORGET,
    "shown": outbox_views._NEWEST,
}
# Each walks a list that is short by nature, or what it has just found.
SMALL = ("json_each", "(subquery", "anon_")


@pytest.mark.parametrize("name", HOT)
def test_no_table_is_walked_through(name: str, sqlite_tables: Connection, plan: Plan) -> None:
    asked = HOT[name].statements["sqlite"] if isinstance(HOT[name], Ready) else HOT[name]

    steps = plan(sqlite_tables, asked).splitlines()

    walked = [step for step in steps if step.startswith("SCAN ") and not step.split()[1].startswith(SMALL)]
    # In the order in which places are served, and no further than there is room for.
    walked = [step for step in walked if step != "SCAN lane USING INDEX lane_rank"]

    assert [step for step in walked if "CONSTANT ROW" not in step] == []
    assert steps
