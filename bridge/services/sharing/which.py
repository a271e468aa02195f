"""Answers that people write, without a command, in a thread under a message that shows several updates: which of them
is meant is asked first. Then they go the way of all answers: answers.py."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.model.audience import Audience, AudienceKind, viewer_of
from bridge.model.compose.reading import View
from bridge.model.errors import BadInput, PostUnknown, RequestOver
from bridge.model.ids import PostId
from bridge.model.inbound import Message
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Person
from bridge.model.place import PlaceKind
from bridge.services.acquaint import person_of, place_of
from bridge.services.delivery.showing import load_views
from bridge.services.sharing import answers, share
from bridge.services.sharing.media import files_of
from bridge.services.sharing.publish import read_text
from bridge.services.world import World

OFFERED = 5
NOBODY_ELSE = Audience(AudienceKind.ME)
"""Until it is known what is answered, nobody but its author could see it."""


@dataclass(frozen=True, slots=True)
class Which:
    """A question to the author of an answer: which of these updates, all of which they may see? `more`: how many others
    stand there."""

    request: ShareRequest
    among: tuple[View, ...]
    more: int = 0


async def asked(world: World, message: Message) -> Which | None:
    """A message in a thread. None where what it is under shows not several updates, or none that its author may see,
    and where they want to be asked no more. Once a message."""
    if message.thread is None or message.empty:
        return None
    if not await world.store.read(lambda tx: _several(tx, message)):
        return None
    _, author = await person_of(world, message.author)
    place = await place_of(world, message.where)
    if author.never_ask:
        return None
    try:
        message = replace(message, files=await files_of(message), fetch=None)
        request, blobs = share.request_of(world, author, author, place, message)
        read_text(message.text, may_be_empty=bool(request.attachments))
    except BadInput:
        return None

    def write(tx: Tx) -> Which | None:
        inside = message.inside
        known = tx.places.at(inside.platform, inside.workspace, inside.key, False) if inside else None
        stands = known.id if known else place.id
        wanted = replace(request, where=stands, audience=NOBODY_ELSE, origin=replace(request.origin, place=stands))
        allowed = tx.posts.visible(viewer_of(author), _several(tx, message), request.at)
        ids = [id for id in _several(tx, message) if id in allowed]
        if not ids or any(tx.shares.last_answer(author.id, stands, id) == "no" for id in ids):
            return None
        if tx.posts.by_origin(*share.origin_key(wanted.origin)) or not tx.shares.open(wanted):
            return None
        for digest, data in blobs.items():
            tx.memory.put_media(digest, data, request.at)
        views = load_views(tx, ids[:OFFERED])
        among = tuple(views[id] for id in ids[:OFFERED] if id in views)
        return Which(wanted, among, len(ids) - len(among))

    return await world.store.write(write)


def _several(tx: Tx, message: Message) -> list[PostId]:
    """The updates that stand in the message it is under; [] where that shows not several."""
    where = message.where
    place = tx.places.at(where.platform, where.workspace, where.key, where.kind is PlaceKind.DIRECT)
    delivery = tx.outbox.by_message(place.id, message.thread or "") if place else None
    if delivery is None or len(delivery.items) < 2:
        return []
    return [item.post for item in delivery.items if item.shown is not None]


async def picked(
    world: World, request_id: int, number: int, by: Person, send: bool
) -> answers.Asked | answers.Sent | None:
    """Its author said which is meant, or (`send` False) that it stays where it is. Raises BadInput."""
    now = world.now()

    def write(tx: Tx) -> tuple[ShareRequest, bool, str | None]:
        request, post = tx.shares.get(request_id), tx.posts.by_number(number)
        if request is None or request.author != by.id or request.answer is not None or now >= request.lapses_at:
            raise RequestOver()
        if post is None or post.id not in tx.posts.visible(viewer_of(by), [post.id], now):
            raise PostUnknown(typed=f"~{number}")
        meant = replace(request, in_reply_to=post.id, audience=post.audience)
        if not tx.shares.reword(meant):
            raise RequestOver()
        return meant, answers.is_private(tx, meant), tx.shares.last_answer(by.id, meant.where, post.id)

    meant, private, last = await world.store.write(write)
    if not send:
        await share.answer(world, meant.id, by, yes=False)
        return None
    if not private and (last == "yes" or by.send_replies):
        published = await share.answer(world, meant.id, by, yes=True)
        return answers.Sent((published,), unasked=True) if published else None
    return await answers.question(world, meant, by, private)
