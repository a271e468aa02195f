"""What a process that died still held: free at the next start on SQLite, untouched on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from bridge.model.clock import FixedClock
from bridge.store.tx import open_store
from tests.core import MONDAY, Team

MINUTE = timedelta(minutes=1)


async def test_who_opens_the_database_next_finds_nothing_held_where_it_has_one_owner(ready_url: str) -> None:
    """Given somebody who held a lease and an event, and was killed."""
    clock = FixedClock(MONDAY)
    before = open_store(ready_url)
    now = clock.now()
    await before.write(lambda tx: tx.memory.lease("socket 0", "dead", 3600))
    await before.write(lambda tx: tx.memory.remember("chat", "event 1", b"sealed", now, now + MINUTE))
    await before.close()

    after = open_store(ready_url)
    await after.upgrade()
    lease = await after.write(lambda tx: tx.memory.lease("socket 0", "alive", 15))
    events = await after.write(lambda tx: tx.memory.take_remembered("chat", now, now + MINUTE, 10))
    await after.close()

    alone = ready_url.startswith("sqlite")
    assert (lease is not None, [key for key, _, _ in events]) == ((True, ["event 1"]) if alone else (False, []))


async def test_a_place_of_a_killed_courier_is_served_at_once_where_there_is_one_owner(
    team: Team, ready_url: str
) -> None:
    """Given an update on its way to a channel, and a courier that took the channel and was killed."""
    await team.say("bo", "follow #release live here", "random")
    await team.say("ana", "status Shipping v2 #release")
    now = team.clock.now()
    taken = await team.store.write(lambda tx: tx.outbox.claim("dead", now, now + MINUTE, 10))

    await team.store.upgrade()

    found = await team.store.write(lambda tx: tx.outbox.claim("alive", now, now + MINUTE, 10))
    assert taken
    assert bool(found) is ready_url.startswith("sqlite")
