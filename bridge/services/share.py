"""Sharing an ordinary message by reaction, with its author's consent, and likes."""

from __future__ import annotations

import json
from dataclasses import replace

from bridge.model.audience import EVERYONE, viewer_of
from bridge.model.delivery import Kind, State
from bridge.model.errors import RequestOver, TakenBack
from bridge.model.ids import PersonId
from bridge.model.inbound import Message, Reacted, Unreacted
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.policy import bare
from bridge.model.post import Origin, Post
from bridge.services.acquaint import person_of, place_of
from bridge.services.media import inspect
from bridge.services.publish import Draft, Published, publish
from bridge.services.revise import delete
from bridge.services.world import World

TAKE_BACK = "taken back"


def is_share(world: World, emoji: str) -> bool:
    return world.policy.shares(emoji)


def is_like(world: World, emoji: str) -> bool:
    return world.policy.likes(emoji)


async def share_message(world: World, event: Reacted) -> Published | None:
    """The share emoji on an ordinary message. The author's own in a public place is shared at once (returned);
    anybody else's, or one in a private place, asks the author privately, once, and nothing is shared before a yes.
    Raises BadInput, TakenBack."""
    message = event.subject
    if message is None or (not message.text.strip() and not message.files):
        return None
    _, sharer = await person_of(world, event.who)
    _, author = await person_of(world, message.author)
    place = await place_of(world, event.where)
    if sharer.id == author.id and not place.private:
        return await _share(world, author, place, message)
    if sharer.id != author.id and author.never_ask:
        return None
    await _ask(world, sharer, author, place, message)
    return None


def _origin(place: Place, message: str) -> Origin:
    return Origin(place.platform, place.workspace, f"{place.key} {message}", place.id)


async def _share(world: World, author: Person, place: Place, message: Message) -> Published:
    published = await publish(world, Draft(author, message.text, _origin(place, message.id), files=message.files))
    if published.post.deleted_at is not None:
        raise TakenBack()
    return published


async def _ask(world: World, sharer: Person, author: Person, place: Place, message: Message) -> None:
    now = world.now()
    attachments = inspect(message.files, world.policy)
    blobs = {a.digest: file.data for a, file in zip(attachments, message.files, strict=True)}
    request = ShareRequest(
        id=world.ids.new(),
        origin=_origin(place, message.id),
        where=place.id,
        author=author.id,
        sharer=sharer.id,
        text=message.text[:4000],
        audience=EVERYONE,
        at=now,
        lapses_at=now + world.policy.consent,
        attachments=attachments,
    )
    nonce = world.nonce()

    def write(tx: Tx) -> None:
        if author.home is None or tx.posts.by_origin(*_key(request.origin)) or not tx.shares.open(request):
            return
        for digest, data in blobs.items():
            tx.memory.put_media(digest, data, now)
        payload = json.dumps({"name": "ask-share", "request": str(request.id)})
        tx.outbox.add_notice(author.home, payload, nonce, now, notice_key(request.id))

    await world.store.write(write)
    world.wake()


def notice_key(request: int) -> str:
    return f"ask-share {request}"


def _key(origin: Origin) -> tuple[str, str, str]:
    return origin.platform, origin.workspace, origin.message


async def answer(world: World, request_id: int, by: Person, yes: bool) -> Published | None:
    """The author's answer. Raises RequestOver when it is not theirs to answer, was answered, or has lapsed."""
    now = world.now()
    request = await world.store.read(lambda tx: tx.shares.get(request_id))
    if request is None or request.author != by.id or request.answer is not None or now >= request.lapses_at:
        raise RequestOver()
    published = None
    if yes:
        draft = Draft(by, request.text, request.origin, audience=request.audience, attachments=request.attachments)
        published = await publish(world, draft)
    await _close(world, request, "yes" if yes else "no", published.post if published else None)
    return published


async def never_ask(world: World, by: Person) -> None:
    """No more requests to this person, and a no to those that are open."""

    def write(tx: Tx) -> list[ShareRequest]:
        person = tx.people.get(by.id)
        if person:
            tx.people.save(replace(person, never_ask=True))
        return tx.shares.asked(by.id)

    for request in await world.store.write(write):
        await _close(world, request, "no", None)


async def _close(world: World, request: ShareRequest, answer: str, post: Post | None) -> None:
    now = world.now()

    def write(tx: Tx) -> None:
        if tx.shares.answer(request.id, answer, post.id if post else None):
            payload = json.dumps({"name": "ask-share", "request": str(request.id)})
            tx.outbox.change_notice(notice_key(request.id), payload, now)

    await world.store.write(write)
    world.wake()


async def lapse(world: World) -> int:
    """Tick: requests nobody answered in time are over."""
    requests = await world.store.read(lambda tx: tx.shares.lapsed(world.now(), 100))
    for request in requests:
        await _close(world, request, "lapsed", None)
    return len(requests)


async def unshare(world: World, event: Unreacted) -> Post | None:
    """The share emoji was taken away by whoever gave it, or by the author: the update goes too."""
    _, person = await person_of(world, event.who)
    place = await place_of(world, event.where)
    origin = _origin(place, event.message)

    def look(tx: Tx) -> tuple[ShareRequest | None, Post | None]:
        return tx.shares.by_origin(*_key(origin)), tx.posts.by_origin(*_key(origin))

    request, post = await world.store.read(look)
    if request is not None and request.answer is None and person.id in (request.sharer, request.author):
        await _close(world, request, TAKE_BACK, None)
    if post is None or post.deleted_at is not None:
        return None
    allowed: set[PersonId] = {post.author} | ({request.sharer} if request else set())
    if person.id not in allowed:
        return None
    author = await world.store.read(lambda tx: tx.people.get(post.author))
    return await delete(world, post, author) if author else None


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
        return tx.posts.by_origin(*_key(_origin(place, message)))
    standing = [item for item in delivery.items if item.shown is not None]
    if delivery.kind is not Kind.LIVE or delivery.state is not State.SETTLED or len(standing) != 1:
        return None
    return tx.posts.get(standing[0].post)
