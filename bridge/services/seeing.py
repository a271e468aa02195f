"""Seeing to an update that has words somebody looks for: one person takes it, and every copy says who. When they leave,
anybody may take it over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bridge.model.errors import AlreadyTaken, OnlyTeam, PostUnknown
from bridge.model.ids import PostId
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.post import Post, Taken
from bridge.services.leaving import is_open
from bridge.services.world import World


async def take(world: World, post: PostId, by: Person) -> Post:
    """They are on it. Raises AlreadyTaken where somebody else was quicker."""
    now = world.now()
    return await _change(world, post, by, lambda taken: taken or Taken(by.id, now))


async def done(world: World, post: PostId, by: Person) -> Post:
    """They are through with it, whether they had taken it before or not. Raises AlreadyTaken."""
    now = world.now()
    return await _change(world, post, by, lambda taken: _through(taken or Taken(by.id, now), now))


def _through(taken: Taken, now: datetime) -> Taken:
    """The first time counts."""
    return replace(taken, done=taken.done or now)


async def drop(world: World, post: PostId, by: Person) -> Post:
    """Nobody is on it any more. Raises AlreadyTaken where it was somebody else."""
    return await _change(world, post, by, lambda taken: None)


async def _change(world: World, post: PostId, by: Person, change: Callable[[Taken | None], Taken | None]) -> Post:
    if not by.team:
        raise OnlyTeam()
    now = world.now()

    def write(tx: Tx) -> Post:
        kept = tx.posts.hold(post)
        if kept is None or kept.deleted_at is not None:
            raise PostUnknown(typed="")
        before = kept.taken
        if before is not None and before.by != by.id and is_open(tx, before):
            before = None  # whoever had it has left
        if before is not None and before.by != by.id:
            other = tx.people.get(before.by)
            raise AlreadyTaken(who=other.name if other else "?")
        taken = change(before)
        if taken == kept.taken:
            return kept
        changed = replace(kept, taken=taken, revision=kept.revision + 1)
        tx.posts.change(changed, {})
        tx.outbox.restate(kept.id, now)
        return changed

    changed = await world.store.write(write)
    world.wake()
    return changed
