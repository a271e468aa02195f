"""Receipts: what the author of an update is told about it, composed for the place where they are."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bridge.commands.asking import Ask
from bridge.model.audience import AudienceKind
from bridge.model.card import Card
from bridge.model.clean import clean
from bridge.model.command import Reply
from bridge.model.compose.answers import answer_question, sent_card, share_offer, stop_sending
from bridge.model.compose.help import error_reply
from bridge.model.compose.receipt import receipt_card
from bridge.model.errors import BadInput
from bridge.model.ids import SubjectId, SubscriberId
from bridge.model.inbound import Message
from bridge.model.kept import Reach, Tx
from bridge.model.place import PlaceKind
from bridge.model.post import Origin, Post
from bridge.model.scan import parse
from bridge.services.delivery.notices import audience_words
from bridge.services.sharing import publish as publishing
from bridge.services.sharing.answers import Asked, Sent
from bridge.services.sharing.offer import offer
from bridge.services.sharing.publish import Published
from bridge.services.world import World


def origin_of(ask: Ask) -> Origin:
    """A request repeated by its platform becomes one update; so does the message it is made from."""
    call = ask.call
    if call.message:
        return Origin(call.where.platform, call.where.workspace, f"{call.where.key} {call.message}", ask.place.id)
    return Origin(call.who.platform, call.who.workspace, f"call {call.key}")


async def offered(ask: Ask, message: Message) -> Reply | None:
    """Whether what somebody said to the bridge is an update, its files included. None where they have said so."""
    try:
        request = await offer(ask.world, message)
    except BadInput as error:
        return error_reply(error, message.text, ask.reader)
    if request is None:
        return None
    team, _ = await _counted(ask)
    seen, text = audience_words(request.audience, team, ask.reader), parse(clean(request.text))
    return Reply(share_offer(request.id, text, request.attachments, seen, ask.reader))


async def question(ask: Ask, asked: Asked) -> Reply:
    """Whether an answer may leave its thread."""
    team, followers = await _counted(ask)
    card = answer_question(asked.request.id, asked.key, asked.view, ask.reader, team, followers, asked.private)
    return Reply(card)


async def sent(ask: Ask, done: Sent) -> Reply:
    """The short receipt of answers that were sent: usually one."""
    team, followers = await _counted(ask)
    now, cards = ask.world.now(), []
    for published in done.published:
        reach = await ask.world.store.read(partial(_reach, ask.world, published.post, now))
        view = await ask.view(published.post)
        stop = stop_sending(view, ask.reader, ask.person.send_replies) if done.unasked else None
        cards.append(sent_card(view, reach, ask.reader, team, followers, stop))
    if len(cards) == 1:
        return Reply(cards[0], post=done.published[0].post.id)
    return Reply(Card(joined=tuple(cards)))


def _reach(world: World, post: Post, now: datetime, tx: Tx) -> Reach:
    """Where it goes; what is for the team does not go where others read, as far as that is known without asking."""
    return tx.outbox.reach(post, now, () if post.audience.kind is AudienceKind.PUBLIC else world.wide)


async def _counted(ask: Ask) -> tuple[int, int]:
    """People of the team, and followers of the one who asks."""
    return await ask.world.store.read(lambda tx: (tx.people.count(), tx.follows.count(SubjectId(ask.person.id))))


async def receipt_of(ask: Ask, published: Published) -> Card:
    """The receipt of cards.md, with what this place would need to show it too."""
    world, place, post = ask.world, ask.place, published.post

    now = world.now()

    def look(tx: Tx) -> tuple[Reach, int, int, bool]:
        subjects = {*publishing.subject_ids(tx, post), *tx.sieves.caught(post)}
        here = any(follow.subject.id in subjects for follow in tx.follows.of(SubscriberId(place.id)))
        followers = tx.follows.count(SubjectId(post.author))
        return _reach(world, post, now, tx), tx.people.count(), followers, here

    reach, team, followers, here = await world.store.read(look)
    silent = ""
    # Not every request tells which channel it comes from by name, and of no other can be said that it doesn't follow.
    if (
        place.kind is PlaceKind.CHANNEL
        and place.name
        and not here
        and not publishing.is_narrow(post.audience)
        and ask.person.team
    ):
        silent = f"#{place.name.removeprefix('#')}"
    return receipt_card(
        await ask.view(post),
        reach,
        ask.reader,
        team=team,
        followers=followers,
        kept=world.policy.retention,
        unknown=published.unknown,
        silent=silent,
    )


async def receipt(ask: Ask, published: Published) -> Reply:
    return Reply(await receipt_of(ask, published), post=published.post.id)
