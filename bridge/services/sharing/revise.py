"""Changing an update of one's own: its words, who may see it, whether it stands at all. Every copy follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.model.audience import Audience
from bridge.model.errors import NotYours, OnlyForSome, PostUnknown
from bridge.model.ids import PostId, TagId
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.post import Post
from bridge.model.text import tags
from bridge.services.sharing.mentions import people_in, resolve_people
from bridge.services.sharing.publish import read_text, route
from bridge.services.world import World


async def edit(world: World, post: Post, by: Person, raw: str, until: datetime | None = None) -> Post:
    """The author's new words, and `until` when they hold (None: as before); every copy follows. Raises BadInput,
    NotYours, PostUnknown."""
    text = read_text(raw, may_be_empty=bool(post.attachments))
    now = world.now()
    tag_ids = {name: TagId(world.ids.new()) for name in tags(text)}

    def change(tx: Tx) -> Post:
        kept = _own(tx, post.id, by)
        bound, _ = resolve_people(tx, text)
        ends = until or kept.until
        if (bound, ends) == (kept.text, kept.until):
            return kept
        changed = replace(
            kept,
            text=bound,
            tags=tags(bound),
            mentions=tuple(p for p in people_in(bound) if p != by.id),
            until=ends,
            revision=kept.revision + 1,
            edited_at=now,
        )
        tx.posts.change(changed, tag_ids)
        tx.outbox.restate(kept.id, now)
        return changed

    changed = await world.store.write(change)
    world.wake()
    return changed


async def reads(world: World, post: Post, raw: str) -> bool:
    """Whether its words are these. Raises BadInput where they could be nobody's update."""
    text = read_text(raw, may_be_empty=bool(post.attachments))
    return await world.store.read(lambda tx: resolve_people(tx, text)[0] == post.text)


async def delete(world: World, post: Post, by: Person) -> Post:
    """Takes the update back everywhere. Raises NotYours, PostUnknown."""
    now = world.now()

    def change(tx: Tx) -> Post:
        kept = _own(tx, post.id, by)
        gone = replace(kept, deleted_at=now, revision=kept.revision + 1)
        tx.posts.change(gone, {})
        tx.outbox.restate(kept.id, now)
        return gone

    gone = await world.store.write(change)
    world.wake()
    return gone


async def set_audience(world: World, post: Post, by: Person, audience: Audience) -> Post:
    """Who may see it from now on; copies that may stand no longer are taken away. Raises NotYours, PostUnknown."""
    now = world.now()

    def change(tx: Tx) -> Post:
        kept = _own(tx, post.id, by)
        if kept.rule != kept.id:
            raise OnlyForSome()
        changed = replace(kept, audience=audience, revision=kept.revision + 1)
        tx.posts.change(changed, {})
        with tx.outbox.together(now):
            tx.outbox.restate(kept.id, now)
            if kept.held_until is None:
                route(tx, world, changed, now)
        return changed

    changed = await world.store.write(change)
    world.wake()
    return changed


def _own(tx: Tx, id: PostId, by: Person) -> Post:
    kept = tx.posts.hold(id)
    if kept is None or kept.deleted_at is not None:
        raise PostUnknown(typed=f"~{kept.number}" if kept else "")
    if kept.author != by.id:
        raise NotYours(number=kept.number)
    return kept
