"""Taking back what was shared from a message, or was about to be: its reaction or the message itself is gone."""

from __future__ import annotations

import json

from bridge.model.ids import PersonId
from bridge.model.inbound import Unreacted
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.post import Origin, Post
from bridge.services.acquaint import person_of, place_of
from bridge.services.sharing import share
from bridge.services.sharing.publish import gone_key
from bridge.services.sharing.revise import delete
from bridge.services.world import World


async def taken_back(world: World, place: Place, message: str) -> None:
    """The message of an open question is gone."""
    request, _ = await _known(world, share.origin_of(place, message))
    if request is not None and request.answer is None:
        await share.close(world, request, share.TAKE_BACK, None)


async def _known(world: World, origin: Origin, by: Person | None = None) -> tuple[ShareRequest | None, Post | None]:
    """What came of the message. Where nothing did, it is noted that nothing may: what shares it can be on its way
    still, with another process or tried again after a failure. `by`: whose reaction is gone; None: the message is."""
    now = world.now()

    def look(tx: Tx) -> tuple[ShareRequest | None, Post | None]:
        request, post = tx.shares.by_origin(*share.origin_key(origin)), tx.posts.by_origin(*share.origin_key(origin))
        if request is None and post is None:
            tx.memory.once(gone_key(origin, by.id if by else None), now)
        return request, post

    return await world.store.write(look)


async def unshare(world: World, event: Unreacted) -> Post | None:
    """The share emoji was taken away by whoever gave it, or by the author: the update goes too."""
    _, person = await person_of(world, event.who)
    place = await place_of(world, event.where)
    request, post = await _known(world, share.origin_of(place, event.message), person)
    if request is not None and request.answer is None and person.id in (request.sharer, request.author):
        await share.close(world, request, share.TAKE_BACK, None)
    if post is None or post.deleted_at is not None:
        return None
    allowed: set[PersonId] = {post.author} | ({request.sharer} if request else set())
    if person.id not in allowed:
        return None
    author = await world.store.read(lambda tx: tx.people.get(post.author))
    if author is None:
        return None
    gone = await delete(world, post, author)
    if person.id != author.id:
        await _tell_author(world, post, author, person)
    return gone


async def _tell_author(world: World, post: Post, author: Person, by: Person) -> None:
    """Once: their own update is gone, and not by themselves."""
    now, nonce, home = world.now(), world.nonce(), author.home
    if home is None:
        return
    payload = json.dumps({"name": "unshared", "by": by.id, "number": post.number})
    await world.store.write(lambda tx: tx.outbox.add_notice(home, payload, nonce, now, f"unshared {post.id}"))
    world.wake()
