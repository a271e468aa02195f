"""When subscribers want digests, and which of them are due. What a digest holds lives in the outbox."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, select

from bridge.model.ids import SubscriberId
from bridge.model.kept import Plan
from bridge.model.times.calendar import Schedule, Slot
from bridge.store.engines.batch import Batch
from bridge.store.engines.ready import Ready
from bridge.store.rows import days_mask, to_days
from bridge.store.sql import NOW, ONE, SCHEDULE, number

_GET = Ready(select(SCHEDULE).where(SCHEDULE.c.subscriber == number("subscriber")))
_DUE = Ready(
    select(SCHEDULE)
    .where(SCHEDULE.c.due <= NOW)
    .order_by(SCHEDULE.c.due, SCHEDULE.c.subscriber)
    .limit(number("limit"))
    .with_for_update(skip_locked=True)  # SQLite has one writer and leaves it out
)
# Each is put back whole, so nobody may change one in between: another process may be making its digest.
_ENABLED = select(SCHEDULE).where(SCHEDULE.c.enabled).order_by(SCHEDULE.c.subscriber).with_for_update()


def _put(row: Any, insert: Any) -> Any:
    given = {column.name: getattr(row, column.name) for column in SCHEDULE.c}
    new = insert(SCHEDULE).from_select(list(given), select(*given.values()).where(ONE == ONE))
    change = {name: new.excluded[name] for name in given if name != "subscriber"}
    return new.on_conflict_do_update(index_elements=["subscriber"], set_=change)


_PUT = Batch(_put, **{column.name: column.type for column in SCHEDULE.c})


class SqlSchedules:
    """See `bridge.model.kept.Schedules`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def get(self, subscriber: SubscriberId) -> Plan | None:
        row = _GET.first(self._conn, {"subscriber": subscriber})
        return None if row is None else _plan(row)

    def put(self, *plans: Plan) -> None:
        _PUT.run(self._conn, [_values(plan) for plan in plans])

    def due(self, now: datetime, limit: int) -> list[Plan]:
        """A Slot that a pause covers is due when the pause ends, so that the plan goes on by itself."""
        return [_plan(row) for row in _DUE.rows(self._conn, {"now": now, "limit": limit})]

    def all_enabled(self) -> list[Plan]:
        return [_plan(row) for row in self._conn.execute(_ENABLED)]


def _values(plan: Plan) -> dict[str, Any]:
    slot = plan.slot
    due = slot.due if slot and plan.enabled else None
    if due and plan.paused_until:
        due = max(due, plan.paused_until)
    return {
        "subscriber": plan.subscriber,
        "place": plan.place,
        "person": plan.person,
        "times": ",".join(at.isoformat("minutes") for at in plan.schedule.times),
        "days": days_mask(plan.schedule.days),
        "zone": plan.schedule.zone,
        "slot_on": slot.on.isoformat() if slot else None,
        "slot_at": slot.at.isoformat("minutes") if slot else None,
        "slot_due": slot.due if slot else None,
        "due": due,
        "enabled": plan.enabled,
        "paused_until": plan.paused_until,
        "last": plan.last,
        "empty": plan.empty,
    }


def _plan(row: Any) -> Plan:
    slot = None
    if row.slot_due is not None:
        slot = Slot(date.fromisoformat(row.slot_on), time.fromisoformat(row.slot_at), row.slot_due)
    return Plan(
        subscriber=row.subscriber,
        place=row.place,
        person=row.person,
        schedule=Schedule(
            times=tuple(time.fromisoformat(at) for at in row.times.split(",")),
            days=to_days(row.days),
            zone=row.zone,
        ),
        slot=slot,
        enabled=row.enabled,
        paused_until=row.paused_until,
        last=row.last,
        empty=row.empty,
    )
