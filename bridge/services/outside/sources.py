"""Sources as people meet them: found by what is typed, followed, paused, resumed, and let go when nobody follows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from bridge.model.compose.outside import tidy
from bridge.model.errors import SourceElsewhere, SourceFailure, SourceSlow, SourceUnread
from bridge.model.ids import PersonId, SubjectId, SubscriberId
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.post import Post
from bridge.model.source import Found, Watch
from bridge.model.subscription import Subject, SubjectKind
from bridge.services.outside.collect import TAKEN
from bridge.services.outside.looking import look_at
from bridge.services.outside.moving import MOVED
from bridge.services.world import World

WITHIN = 25.0
"""Seconds for finding out what an address leads to."""
PAUSED = "paused"
SHOWN = 3
"""Items that whoever follows a source sees at once."""


def subject_of(watch: Watch) -> Subject:
    return Subject(SubjectKind.SOURCE, SubjectId(watch.id), watch.name)


def is_address(world: World, typed: str) -> bool:
    """Whether somebody reads what this may lead to. Asks nobody."""
    return any(source.claims(typed) for _, source in world.sources)


async def known(world: World, typed: str) -> Watch | None:
    """The source that is called so here."""
    return await world.store.read(lambda tx: tx.sources.named(typed))


async def meant(world: World, typed: str) -> Watch | None:
    """The source that is called so here, or the only one at this address, or the one that is called after it."""

    def look(tx: Tx) -> Watch | None:
        if (called := tx.sources.named(typed)) or "://" not in typed:
            return called
        there = tx.sources.behind(typed)
        return there[0] if len(there) == 1 else tx.sources.named(typed.split("://", 1)[1].rstrip("/"))

    return await world.store.read(look)


async def found(world: World, typed: str) -> tuple[str, Sequence[Found]]:
    """Which adapter reads it, and the sources that the address leads to, the likeliest first. Whom one reader waited
    for in vain no other asks. Raises SourceUnread, SourceElsewhere."""
    failure: SourceFailure | None = None
    for name, source in world.sources:
        if not source.claims(typed):
            continue
        try:
            async with asyncio.timeout(WITHIN):
                return name, [tidy(one) for one in await source.resolve(typed)]
        except TimeoutError:
            failure = failure or SourceSlow(host=urlsplit(typed).hostname or typed)
        except SourceFailure as refused:
            failure = failure or refused
        if isinstance(failure, SourceSlow):
            break
    if failure is None:
        raise SourceElsewhere(typed=typed[:60])
    raise SourceUnread(typed=typed[:200], why=failure)


async def added(world: World, adapter: str, one: Found, by: Person) -> Watch:
    """The source, kept and looked at once, so that what was there before is known; where that look fails, it is tried
    again. What somebody paused stays so."""
    now, id = world.now(), PersonId(world.ids.new())
    fresh = Watch(
        id=id,
        adapter=adapter,
        key=one.key,
        name=one.name,
        title=one.title or one.name,
        by=by.id,
        created_at=now,
        home=one.home,
        picture=one.picture,
        internal=world.policy.outside.inside(one.key, one.home),
        epoch=1,
        next_at=now + TAKEN,
    )

    def take(tx: Tx) -> tuple[Watch, bool]:
        there = tx.sources.add(fresh)
        if there.id == id:
            return there, False
        if there.next_at is not None or there.rests == PAUSED:
            return there, True
        tx.sources.wake(there.id, now + TAKEN)
        return tx.sources.get(there.id) or there, False

    watch, watched = await world.store.write(take)
    if watched:
        return watch
    await look_at(world, watch)
    after = await world.store.read(lambda tx: tx.sources.get(watch.id))
    assert after is not None
    return await _where_it_is(world, after)


async def _where_it_is(world: World, watch: Watch) -> Watch:
    """The one that it moved onto, if it did."""
    if watch.rests != MOVED or watch.error is None:
        return watch
    return await known(world, watch.error.params.get("to", "")) or watch


async def newest(world: World, watch: Watch, limit: int = SHOWN) -> list[Post]:
    """Newest first."""
    posts = await world.store.read(lambda tx: tx.posts.newest_of(watch.id, limit))
    return sorted(posts, key=lambda post: post.created_at, reverse=True)


async def let_go(world: World, subject: Subject) -> None:
    """After somebody unfollowed it: what nobody follows is not looked at any more."""
    if subject.kind is SubjectKind.SOURCE:
        await world.store.write(lambda tx: tx.sources.forget(PersonId(subject.id)))


async def of(world: World, subscriber: SubscriberId) -> list[Watch]:
    return await world.store.read(lambda tx: tx.sources.of(subscriber))


async def pause(world: World, watch: Watch) -> None:
    """It is not looked at, for anybody, until somebody resumes it."""
    await world.store.write(lambda tx: tx.sources.rest(watch.id, PAUSED))


async def resume(world: World, watch: Watch) -> None:
    """It is looked at within a moment, if it rested."""
    now = world.now()

    def write(tx: Tx) -> None:
        kept = tx.sources.get(watch.id)
        if kept is not None and kept.rests:
            tx.sources.wake(watch.id, now + timedelta(seconds=1))

    await world.store.write(write)
