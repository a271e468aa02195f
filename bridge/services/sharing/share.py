"""Sharing an ordinary message by reaction, with its author's consent. Answers in threads ask their author the same
way: answers.py. Taking back what was shared: takeback.py."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from bridge.model.audience import EVERYONE
from bridge.model.errors import BadInput, RequestOver, StoreFull, TakenBack
from bridge.model.inbound import Message, Reacted
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.post import Origin, Post
from bridge.services.acquaint import person_of, place_of
from bridge.services.sharing.media import inspect
from bridge.services.sharing.publish import Draft, Published, gone_key, publish
from bridge.services.sharing.revise import delete, edit
from bridge.services.world import World

TAKE_BACK = "taken back"
LONGEST_TEXT = 4000
"""Code points of a message that are kept while its author is asked."""


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


def origin_of(place: Place, message: str) -> Origin:
    return Origin(place.platform, place.workspace, f"{place.key} {message}", place.id)


async def _share(world: World, author: Person, place: Place, message: Message) -> Published:
    origin = origin_of(place, message.id)
    unless = gone_key(origin, author.id)
    published = await publish(world, Draft(author, message.text, origin, files=message.files, unless=unless))
    if published.post.deleted_at is not None:
        raise TakenBack()
    return published


def request_of(
    world: World, sharer: Person, author: Person, place: Place, message: Message
) -> tuple[ShareRequest, dict[str, bytes]]:
    """The question, not kept yet, with the message's files by their digests."""
    now = world.now()
    attachments = inspect(message.files, world.policy)
    request = ShareRequest(
        id=world.ids.new(),
        origin=origin_of(place, message.id),
        where=place.id,
        author=author.id,
        sharer=sharer.id,
        text=message.text[:LONGEST_TEXT],
        audience=EVERYONE,
        at=now,
        lapses_at=now + world.policy.consent,
        attachments=attachments,
    )
    return request, {a.digest: file.data for a, file in zip(attachments, message.files, strict=True)}


async def _ask(world: World, sharer: Person, author: Person, place: Place, message: Message) -> None:
    request, blobs = request_of(world, sharer, author, place, message)
    now, nonce = request.at, world.nonce()
    if not await world.store.spacious():
        raise StoreFull()

    def write(tx: Tx) -> None:
        gone = any(tx.memory.known(gone_key(request.origin, by)) for by in (None, sharer.id))
        if author.home is None or gone or tx.posts.by_origin(*origin_key(request.origin)):
            return
        if not tx.shares.open(request):
            return
        for digest, data in blobs.items():
            tx.memory.put_media(digest, data, now)
        tx.outbox.add_notice(author.home, _asking(request), nonce, now, notice_key(request.id))

    await world.store.write(write)
    world.wake()


def _asking(request: ShareRequest) -> str:
    return json.dumps({"name": "ask-share", "request": str(request.id)})


def notice_key(request: int) -> str:
    return f"ask-share {request}"


def origin_key(origin: Origin) -> tuple[str, str, str]:
    return origin.platform, origin.workspace, origin.message


def around(origin: Origin) -> tuple[str, str, str]:
    """(platform, workspace, key) of the place that holds the message, or holds the thread it is in."""
    return origin.platform, origin.workspace, origin.message.rpartition(" ")[0]


class Reworded(Exception):
    """The message was edited since its author was shown what would be shared."""


def digest_of(text: str) -> str:
    """Short enough for a button, which says with it what its author was shown."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


async def answer(world: World, request_id: int, by: Person, yes: bool, shown: str | None = None) -> Published | None:
    """The author's answer; `shown`: the digest of the only text that it is for, else `Reworded` is raised. Raises
    RequestOver when it is not theirs to answer, was answered, or has lapsed; TakenBack where the message is gone;
    AudienceMoved and other BadInput where it cannot be shared, and then it stays open."""
    now = world.now()
    request = await world.store.read(lambda tx: tx.shares.get(request_id))
    if request is None or request.author != by.id or request.answer is not None or now >= request.lapses_at:
        raise RequestOver()
    if not yes:
        await close(world, request, "no", None)
        return None
    if shown is not None and shown != digest_of(request.text):
        raise Reworded()
    published = await publish(world, await _draft(world, request, by))
    closed = await close(world, request, "yes", published.post)
    if closed.answer == TAKE_BACK:
        await delete(world, published.post, by)
        raise TakenBack()
    if closed.answer is None and closed.text != request.text:
        return replace(published, post=await _as_edited(world, published.post, by, closed.text))
    return published


async def _draft(world: World, request: ShareRequest, by: Person) -> Draft:
    draft = Draft(by, request.text, request.origin, audience=request.audience, attachments=request.attachments)
    if request.in_reply_to is None:
        return draft
    answered = request.in_reply_to
    post = await world.store.read(lambda tx: tx.posts.get(answered))
    if post is None:
        raise RequestOver()
    return replace(draft, in_reply_to=post, along=True, named=request.audience)


async def _as_edited(world: World, post: Post, by: Person, text: str) -> Post:
    """The message was edited while it was being shared."""
    try:
        return await edit(world, post, by, text)
    except BadInput:
        return post


async def never_ask(world: World, by: Person) -> None:
    """No more requests to this person, and a no to those that are open."""

    def write(tx: Tx) -> list[ShareRequest]:
        person = tx.people.get(by.id)
        if person:
            tx.people.save(replace(person, never_ask=True))
        return tx.shares.asked(by.id)

    for request in await world.store.write(write):
        await close(world, request, "no", None)


async def close(world: World, request: ShareRequest, answer: str, post: Post | None) -> ShareRequest:
    """The request as it was kept before."""
    now = world.now()

    def write(tx: Tx) -> ShareRequest:
        kept = tx.shares.get(request.id) or request
        if tx.shares.answer(request.id, answer, post.id if post else None):
            tx.outbox.change_notice(notice_key(request.id), _asking(request), now)
        return kept

    kept = await world.store.write(write)
    world.wake()
    return kept


async def reworded(world: World, place: Place, message: str, text: str) -> None:
    """The message of an open question was edited: what would be shared is what it says now, and the question shows it.
    An offer, which stands where nothing can change it, shares what it showed."""
    request = await world.store.read(lambda tx: tx.shares.by_origin(*origin_key(origin_of(place, message))))
    if request is None or request.answer is not None or not (text.strip() or request.attachments):
        return
    now, changed = world.now(), replace(request, text=text[:LONGEST_TEXT])

    def write(tx: Tx) -> None:
        told = tx.outbox.change_notice(notice_key(changed.id), _asking(changed), now)
        if told or changed.in_reply_to is not None:
            tx.shares.reword(changed)

    await world.store.write(write)
    world.wake()


async def lapse(world: World) -> int:
    """Tick: requests nobody answered in time are over."""
    requests = await world.store.read(lambda tx: tx.shares.lapsed(world.now(), 100))
    for request in requests:
        await close(world, request, "lapsed", None)
    return len(requests)
