"""Answers that people write in a thread under an update, without a command: sent to where the update stands, once their
author says so. What of it may leave a thread is decided here alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.model.audience import viewer_of
from bridge.model.command import Where
from bridge.model.compose.reading import View
from bridge.model.errors import AudienceMoved, BadInput, RequestOver, TakenBack
from bridge.model.ids import PostId
from bridge.model.inbound import Message
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Person
from bridge.model.place import Place, PlaceKind
from bridge.model.post import Post
from bridge.services.acquaint import person_of, place_of
from bridge.services.sharing import share
from bridge.services.sharing.media import files_of, inspect
from bridge.services.sharing.publish import Draft, Published, gone_key, publish, read_text
from bridge.services.world import World


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the author of an answer. `view`: the answer as it would be seen, and by whom. `private`: it was
    written where not everybody can read, so only this question lets it out, and only as it stands there."""

    request: ShareRequest
    view: View
    private: bool

    @property
    def key(self) -> str:
        """What a button for yes carries."""
        return f"{self.request.id} {share.digest_of(self.request.text)}" if self.private else str(self.request.id)


@dataclass(frozen=True, slots=True)
class Sent:
    """Answers that are replies now, the oldest first. `unasked`: their author had said so before."""

    published: tuple[Published, ...]
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class _Thread:
    """An update, the place its thread is in, and where a text in the thread stands: the thread itself, where that is
    a place we know."""

    post: Post
    place: Place
    stands: Place


def update_at(tx: Tx, where: Where, message: str) -> Post | None:
    """The update a message shows, or was made from; None where it shows none, or several."""
    place = tx.places.at(where.platform, where.workspace, where.key, where.kind is PlaceKind.DIRECT)
    delivery = tx.outbox.by_message(place.id, message) if place else None
    if delivery and len(delivery.items) == 1:
        return tx.posts.get(delivery.items[0].post)
    return tx.posts.by_origin(where.platform, where.workspace, f"{where.key} {message}")


async def answered(world: World, message: Message) -> Asked | Sent | None:
    """A message in a thread. None where it answers nothing its author may see, and where it is to stay there.

    Raises BadInput where it was to be sent and cannot be.
    """
    if message.thread is None or message.empty:
        return None
    under = message.thread
    post = await world.store.read(lambda tx: update_at(tx, message.where, under))
    if post is None:
        return None
    _, author = await person_of(world, message.author)
    place = await place_of(world, message.where)
    thread = await world.store.read(lambda tx: _thread(tx, world, message, author, post, place))
    if thread is None:
        return None
    last = await world.store.read(lambda tx: tx.shares.last_answer(author.id, thread.stands.id, thread.post.id))
    if last == "no":
        return None
    if not place.private and (last == "yes" or author.send_replies):
        try:
            return Sent((await _send(world, message, author, thread),), unasked=True)
        except TakenBack:
            return None
    if author.never_ask:
        return None
    return await _ask(world, message, author, thread)


def _thread(tx: Tx, world: World, message: Message, author: Person, post: Post, place: Place) -> _Thread | None:
    """None where the author may not see the update."""
    if post.id not in tx.posts.visible(viewer_of(author), [post.id], world.now()):
        return None
    inside = message.inside
    known = tx.places.at(inside.platform, inside.workspace, inside.key, False) if inside else None
    return _Thread(post, place, known or place)


async def _send(world: World, message: Message, author: Person, thread: _Thread) -> Published:
    origin = replace(share.origin_of(thread.place, message.id), place=thread.stands.id)
    files = await files_of(message)
    draft = Draft(author, message.text, origin, files=files, in_reply_to=thread.post, along=True)
    published = await publish(world, draft)
    if published.post.deleted_at is not None:
        raise TakenBack()
    return published


async def _ask(world: World, message: Message, author: Person, thread: _Thread) -> Asked | None:
    """Asks, unless it could not be sent anyway: most of what stands in threads was never meant to. While a question
    about a public thread is open, what follows there waits with it."""
    try:
        files = await files_of(message)
        attachments = inspect(files, world.policy)
        read_text(message.text, may_be_empty=bool(attachments))
    except BadInput:
        return None
    now = world.now()
    blobs = {a.digest: file.data for a, file in zip(attachments, files, strict=True)}
    wanted = ShareRequest(
        id=world.ids.new(),
        origin=replace(share.origin_of(thread.place, message.id), place=thread.stands.id),
        where=thread.stands.id,
        author=author.id,
        sharer=author.id,
        text=message.text,
        audience=thread.post.audience,
        at=now,
        lapses_at=now + world.policy.consent,
        attachments=attachments,
        in_reply_to=thread.post.id,
    )

    def write(tx: Tx) -> ShareRequest | None:
        if tx.posts.by_origin(*share.origin_key(wanted.origin)) or tx.memory.known(gone_key(wanted.origin)):
            return None
        if tx.shares.open(wanted):
            for digest, data in blobs.items():
                tx.memory.put_media(digest, data, now)
        kept = tx.shares.by_origin(*share.origin_key(wanted.origin))
        if kept is None or kept.answer is not None:
            return None
        first = thread.place.private or together(tx, kept)[0].id == kept.id
        return kept if first else None

    request = await world.store.write(write)
    return await question(world, request, author, thread.place.private) if request else None


def together(tx: Tx, request: ShareRequest) -> list[ShareRequest]:
    """The open questions to this author about this thread, the oldest first."""
    asked = tx.shares.asked(request.author)
    return [one for one in asked if (one.where, one.in_reply_to) == (request.where, request.in_reply_to)]


async def question(world: World, request: ShareRequest, author: Person, private: bool) -> Asked | None:
    def look(tx: Tx) -> View | None:
        post = tx.posts.get(request.in_reply_to or PostId(0))
        if post is None:
            return None
        people = tx.people.many({*post.audience.people, post.owner})
        owner = people.get(post.owner) if post.owner != author.id else None
        named = tuple(people[id] for id in post.audience.people if id in people)
        text = read_text(request.text, may_be_empty=bool(request.attachments))
        as_seen = replace(post, author=author.id, text=text, attachments=request.attachments)
        return View(as_seen, author, people=named, owner=owner)

    view = await world.store.read(look)
    return Asked(request, view, private) if view else None


async def settle(world: World, request_id: int, by: Person, yes: bool, shown: str = "") -> Asked | Sent | None:
    """The author's answer; in a public thread it holds for all that waits there. Asks again where others could see it
    by now than were named, and in a private one where it reads otherwise than it was `shown` (a digest). Raises
    BadInput where it cannot be sent, RequestOver."""
    request = await world.store.read(lambda tx: tx.shares.get(request_id))
    if request is None or request.in_reply_to is None:
        raise RequestOver()
    pressed = request
    private = await world.store.read(lambda tx: is_private(tx, pressed))
    waiting = [] if private else await world.store.read(lambda tx: together(tx, pressed))
    try:
        first = await share.answer(world, pressed.id, by, yes, shown if private else None)
    except (AudienceMoved, share.Reworded):
        return await _ask_again(world, pressed, by, private)
    published = [first] if first else []
    for other in waiting:
        if other.id != pressed.id:
            try:
                more = await share.answer(world, other.id, by, yes)
            except BadInput:
                continue  # it stays open until it lapses: nobody pressed a button under it
            published += [more] if more else []
    return Sent(tuple(sorted(published, key=lambda one: one.post.number))) if published else None


def is_private(tx: Tx, request: ShareRequest) -> bool:
    """Where it was written; a place nobody knows any more counts as private."""
    place, origin = tx.places.get(request.where), request.origin
    around = [tx.places.at(*share.around(origin), direct) for direct in (False, True)]
    return place is None or place.private or any(one.private for one in around if one)


async def _ask_again(world: World, request: ShareRequest, by: Person, private: bool) -> Asked | None:
    def write(tx: Tx) -> ShareRequest | None:
        post = tx.posts.get(request.in_reply_to or PostId(0))
        kept = tx.shares.get(request.id)
        if post is None or kept is None:
            return None
        moved = replace(kept, audience=post.audience)
        return moved if tx.shares.reword(moved) else None

    moved = await world.store.write(write)
    return await question(world, moved, by, private) if moved else None


async def keep_here(world: World, answer: Post, by: Person) -> None:
    """What this person writes from now on in the thread of that answer of theirs stays there. Raises RequestOver where
    it came from no thread."""
    origin, update = answer.origin, answer.in_reply_to
    if origin is None or origin.place is None or update is None:
        raise RequestOver()
    now, id = world.now(), world.ids.new()
    # As if they had been asked about one more message and had kept that.
    asked = replace(origin, message=f"{origin.message} {id}")
    kept = ShareRequest(id, asked, origin.place, by.id, by.id, "", answer.audience, now, now, in_reply_to=update)

    def write(tx: Tx) -> None:
        tx.shares.open(kept)
        tx.shares.answer(kept.id, "no", None)

    await world.store.write(write)
