"""What `Schedules` promises."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import Connection

from bridge.model.ids import PersonId, SubscriberId
from bridge.model.kept import Plan
from bridge.model.times.calendar import Schedule, Slot
from bridge.store.tx import SqlStore, SqlTx
from tests.store.worlds import NOW, World, subscriber

DAILY = Schedule((time(9), time(17, 30)), frozenset({0, 2, 6}), "Europe/Vienna")


@pytest.fixture
def world(conn: Connection) -> World:
    return World(conn)


def plan_of(world: World, who: PersonId, due: timedelta = timedelta(0)) -> Plan:
    slot = Slot(date(2026, 11, 24), time(17, 30), NOW + due)
    return Plan(subscriber(who), world.homes[who], who, DAILY, slot)


def due(tx: SqlTx, ahead: timedelta = timedelta(0), limit: int = 9) -> list[SubscriberId]:
    return [plan.subscriber for plan in tx.schedules.due(NOW + ahead, limit)]


def test_a_plan_comes_back_as_it_was(world: World, tx: SqlTx) -> None:
    first = plan_of(world, world.person())
    full = replace(
        first, enabled=False, paused_until=NOW, last=NOW - timedelta(days=1), empty=4, person=None, slot=None
    )

    tx.schedules.put(first)
    assert tx.schedules.get(first.subscriber) == first
    tx.schedules.put(full)

    assert tx.schedules.get(first.subscriber) == full
    assert tx.schedules.get(subscriber(99)) is None


def test_plans_are_due_from_their_slots_moment_on_the_longest_due_first(world: World, tx: SqlTx) -> None:
    early, late, later = (world.person() for _ in range(3))
    for who, when in ((late, 0), (early, -5), (later, 1)):
        tx.schedules.put(plan_of(world, who, timedelta(minutes=when)))

    assert due(tx) == [early, late]
    assert due(tx, limit=1) == [early]
    assert due(tx, timedelta(minutes=1)) == [early, late, later]


def test_a_plan_that_is_off_or_has_no_slot_is_never_due(world: World, tx: SqlTx) -> None:
    off, slotless = plan_of(world, world.person()), plan_of(world, world.person())
    tx.schedules.put(replace(off, enabled=False))
    tx.schedules.put(replace(slotless, slot=None))

    assert due(tx, timedelta(days=999)) == []
    assert [plan.subscriber for plan in tx.schedules.all_enabled()] == [slotless.subscriber]


def test_a_paused_plan_is_due_when_its_pause_ends(world: World, tx: SqlTx) -> None:
    paused, over = plan_of(world, world.person()), plan_of(world, world.person())
    tx.schedules.put(replace(paused, paused_until=NOW + timedelta(days=3)))
    tx.schedules.put(replace(over, paused_until=NOW - timedelta(days=3)))

    assert due(tx) == [over.subscriber]
    assert due(tx, timedelta(days=3)) == [over.subscriber, paused.subscriber]
    assert len(tx.schedules.all_enabled()) == 2


async def test_two_ticks_at_once_share_the_plans_that_are_due(store: SqlStore) -> None:
    def some(conn: Connection) -> None:
        world = World(conn)
        for who in [world.person() for _ in range(4)]:
            SqlTx(conn).schedules.put(plan_of(world, who))

    await store.engine.write(some)
    both = threading.Barrier(2)

    def tick(tx: SqlTx) -> list[Plan]:
        plans = tx.schedules.due(NOW, 2)
        if store.engine.dialect == "postgresql":  # SQLite runs them one after the other
            both.wait(10)
        for plan in plans:
            tx.schedules.put(replace(plan, slot=None, last=NOW))
        return plans

    ticks = await asyncio.gather(*(store.write(tick) for _ in range(2)))  # type: ignore[arg-type]

    assert [len(plans) for plans in ticks] == [2, 2]
    assert len({plan.subscriber for plans in ticks for plan in plans}) == 4
