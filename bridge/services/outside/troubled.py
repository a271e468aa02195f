"""Sources that could not be read: when they are tried again, when they rest, and who is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.model.errors import SourceFailure, SourceGone, SourceThrottled
from bridge.model.ids import PersonId, SubjectId
from bridge.model.kept import Tx
from bridge.model.rhythm import FIRST, after_failure, next_look
from bridge.model.source import Trouble, Watch
from bridge.services.world import World

TOLD_AFTER = timedelta(hours=24)
RESTS_AFTER = timedelta(days=14)
GONE, FAILING = "gone", "failing"


async def failed(world: World, watch: Watch, failure: SourceFailure) -> None:
    """Notes the failure. Whoever sees to the source is told, privately and once, when it has failed for a day,
    and when it rests: after two weeks, or at once where it is gone for good."""
    now, jitter, nonce = world.now(), world.random.random(), world.nonce()
    pace = float(watch.every or FIRST)
    if isinstance(failure, SourceThrottled):
        # It is there, and told when it listens again: that is no failure.
        after = replace(watch, next_at=next_look(now, pace, jitter, failure.seconds), error=trouble_of(failure))
        await world.store.write(lambda tx: tx.sources.looked(after))
        return
    since = watch.failing_since or now
    rests = GONE if isinstance(failure, SourceGone) else FAILING if now - since >= RESTS_AFTER else ""
    tell = bool(rests) or (not watch.told and now - since >= TOLD_AFTER)
    after = replace(
        watch,
        failing_since=since,
        error=trouble_of(failure),
        rests=rests,
        told=watch.told or tell,
        next_at=None if rests else after_failure(now, since, jitter),
    )

    def write(tx: Tx) -> None:
        if not tx.sources.looked(after):
            return
        # The first look comes before the follow.
        let_go = watch.looked_at is not None and tx.sources.forget(watch.id)
        if tell and not let_go:
            tell_owner(tx, after, {}, nonce, now, f"{rests or 'day'} {since:%Y-%m-%dT%H:%M}")

    await world.store.write(write)
    world.wake()


def tell_owner(tx: Tx, watch: Watch, more: Mapping[str, str], nonce: str, now: datetime, key: str) -> None:
    """Whoever sees to it, privately; once for each `key`."""
    owner = tx.people.get(owner_of(tx, watch))
    if owner is None or owner.home is None:
        return
    payload = {"name": "source", "source": watch.id, "called": watch.name, "rests": watch.rests, **more}
    tx.outbox.add_notice(owner.home, json.dumps(payload), nonce, now, f"source {watch.id} {key}")


def owner_of(tx: Tx, watch: Watch) -> PersonId:
    """Whoever brought it, while they follow it, or a channel does by them; else whoever has done so for longest."""
    following = [follow.by for follow in tx.follows.followers(SubjectId(watch.id))]
    return watch.by if watch.by in following or not following else following[0]


def trouble_of(failure: SourceFailure) -> Trouble:
    return Trouble(type(failure).__name__, {name: str(value)[:200] for name, value in failure.params.items()})
