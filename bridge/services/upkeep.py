"""Housekeeping ticks: what has lapsed, what is too old to keep, what the metrics should say."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from importlib.metadata import version

from bridge.model.clock import SharedClock
from bridge.services.delivery.digest import recompute
from bridge.services.keeping import EncryptedVault
from bridge.services.watched import WatchedStore
from bridge.services.world import World

EVENTS_KEPT = timedelta(days=2)
"""Longer than any platform repeats an event (Slack's delayed events: 24 hours)."""
DONE_KEPT = timedelta(hours=25)
"""Beyond the day within which a platform may repeat an event, for events of an inbox that are done with."""
BATCH = 500
OFF = timedelta(seconds=5)
"""So different, two clocks are worth a word to whoever runs them."""

log = logging.getLogger(__name__)


async def agree(world: World, clock: SharedClock) -> None:
    """Several processes on one database go by its clock: leases, due times and what came first are compared there."""
    asked = clock.monotonic()
    off = clock.hear(await world.store.read(lambda tx: tx.memory.clock()), asked)
    if abs(off) >= OFF:
        log.warning("The database's clock is off by %+.1f s here; Bridge goes by the database's.", off.total_seconds())


async def forget(world: World) -> int:
    """Posts and files beyond the retention time, and events nobody repeats any more; how many posts."""
    now = world.now()
    await world.store.write(lambda tx: tx.memory.forget_events(now - EVENTS_KEPT))
    await world.store.write(lambda tx: tx.memory.forget_done(now - DONE_KEPT))
    total = 0
    while True:
        gone = await world.store.write(lambda tx: tx.posts.purge(now - world.policy.retention, BATCH))
        total += gone
        if gone < BATCH:
            break
    # A day later than the posts, so that no post is ever left without its picture.
    await world.store.write(lambda tx: tx.memory.forget_media(now - world.policy.retention - timedelta(days=1)))
    return total


async def make_room(world: World, watched: WatchedStore, owner: str) -> int:
    """Whether the disk takes something again. Where it is full, what is too old goes at once: its room is used again.
    How many posts went."""
    try:
        await watched.look_again(owner)
    finally:
        gone = 0 if await world.store.spacious() else await forget(world)
    return gone


async def measure(world: World) -> None:
    """What waits, and how sources are, for /metrics."""
    now = world.now()
    found, sources = await world.store.read(lambda tx: (tx.outbox.backlog(now), tx.sources.tally()))
    world.meter.waiting(found, _age(found.oldest_waiting, now), _age(found.oldest_due, now))
    world.meter.sources(sources)


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


async def follow_zone_rules(world: World, vault: EncryptedVault) -> int:
    """At start: when the zone rules changed since last time, every next Slot is worked out anew. How many moved."""
    rules = version("tzdata").encode()
    known = await vault.get("tzdata")
    if known is not None and known[0] == rules:
        return 0
    moved = await recompute(world) if known is not None else 0
    await vault.put("tzdata", rules, known[1] if known else 0)
    return moved
