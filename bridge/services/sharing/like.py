"""Likes: a platform's own reactions, on the one update that a message shows."""

from __future__ import annotations

from bridge.model.audience import viewer_of
from bridge.model.delivery import Kind, State
from bridge.model.inbound import Reacted, Unreacted
from bridge.model.kept import Tx
from bridge.model.place import Place
from bridge.model.policy import bare
from bridge.model.post import Post
from bridge.services.acquaint import person_of, place_of
from bridge.services.sharing.share import origin_key, origin_of
from bridge.services.world import World


async def like(world: World, event: Reacted | Unreacted) -> Post | None:
    """A like given to (or taken from) the one update a message shows; None where it shows none, or several."""
    _, person = await person_of(world, event.who)
    place = await place_of(world, event.where)
    now = world.now()
    key = f"{place.id} {event.message} {bare(event.emoji)}"[:200]

    def write(tx: Tx) -> Post | None:
        post = _single(tx, place, event.message)
        if post is None or post.id not in tx.posts.visible(viewer_of(person), [post.id], now):
            return None
        if isinstance(event, Reacted):
            tx.posts.like(post.id, person.id, key, now)
        else:
            tx.posts.unlike(post.id, person.id, key)
        return post

    return await world.store.write(write)


def _single(tx: Tx, place: Place, message: str) -> Post | None:
    delivery = tx.outbox.by_message(place.id, message)
    if delivery is None:
        return tx.posts.by_origin(*origin_key(origin_of(place, message)))
    standing = [item for item in delivery.items if item.shown is not None]
    if delivery.kind is not Kind.LIVE or delivery.state is not State.SETTLED or len(standing) != 1:
        return None
    return tx.posts.get(standing[0].post)
