"""What people are told, privately, after something they did without a command: a reaction, an answer in a thread, a
status, an invitation."""

from __future__ import annotations

from bridge.commands.asking import Ask
from bridge.commands.receipts import question, receipt_of, sent
from bridge.model.command import Call, Reply, Where, Who
from bridge.model.compose.answers import back_card, feed_question, own_question, which_question
from bridge.model.compose.help import error_reply
from bridge.model.compose.receipt import deleted_card
from bridge.model.errors import BadInput
from bridge.model.ids import SubjectId, SubscriberId
from bridge.model.inbound import Inbound, Joined, Reacted, Said, StatusSet, Unreacted
from bridge.model.place import PlaceKind
from bridge.model.subscription import EVERYONE_ID, Cadence
from bridge.services.acquaint import place_of, welcome
from bridge.services.follow import Party, refused
from bridge.services.sharing.answers import Asked, Sent
from bridge.services.sharing.hear import Heard, hear
from bridge.services.sharing.which import Which
from bridge.services.world import World


async def ask_of(world: World, call: Call, rest: str) -> Ask:
    """A call with who asks and from where."""
    account, person = await welcome(world, call.who)
    place = await place_of(world, call.where)
    return Ask(world, call, account, person, place, world.reader(person, call.prefix, call.who.platform), rest)


async def answer(world: World, event: Inbound) -> Reply | None:
    """Hears the event; the reply is for the one who did it."""
    try:
        heard = await hear(world, event)
    except BadInput as error:
        found = _who_and_where(event)
        if found is None:
            return None
        ask = await _ask(world, event.key, *found)
        return error_reply(error, _typed(event), ask.reader)
    if heard == Heard() or (found := _who_and_where(event)) is None:
        return None
    return await _told(await _ask(world, event.key, *found), heard)


def _who_and_where(event: Inbound) -> tuple[Who, Where] | None:
    match event:
        case Reacted() | Unreacted():
            return event.who, event.where
        case Said(_, message):
            return message.author, message.where
        case StatusSet(_, who):
            return who, Where(who.platform, who.workspace, who.user, PlaceKind.DIRECT)
        case Joined(_, where, who) if who is not None and where.kind is not PlaceKind.DIRECT:
            return who, where
    return None


async def _ask(world: World, key: str, who: Who, where: Where) -> Ask:
    return await ask_of(world, Call(key, who, where, "", world.now(), prefix=world.prefix(who.platform)), "")


def _typed(event: Inbound) -> str:
    match event:
        case Reacted(subject=message) if message is not None:
            return message.text
        case Said(_, message):
            return message.text
        case StatusSet():
            return event.text
    return ""


async def _told(ask: Ask, heard: Heard) -> Reply | None:
    match heard:
        case Heard(shared=published) if published is not None:
            return Reply(await receipt_of(ask, published), post=published.post.id)
        case Heard(undone=post) if post is not None:
            return Reply(deleted_card(post.number, ask.reader), post=post.id)
        case Heard(answer=Asked() as asked):
            return await question(ask, asked)
        case Heard(answer=Which() as several):
            card = which_question(several.request.id, several.request.text, several.among, several.more, ask.reader)
            return Reply(card)
        case Heard(answer=Sent() as done):
            return await sent(ask, done)
        case Heard(joined=place) if place is not None:
            return await _invited(ask)
    return None


async def _invited(ask: Ask) -> Reply | None:
    """Only a full member can make a channel follow, so nobody else is asked; and nobody what they may not press."""
    if not ask.person.team:
        return None
    follows = await ask.world.store.read(lambda tx: tx.follows.of(SubscriberId(ask.place.id)))
    if any(not follow.paused for follow in follows):
        return Reply(back_card(ask.place, ask.reader))
    if follows:
        return None  # stopped by somebody, and it stays so
    party = Party(ask.person, ask.place, channel=True)
    if await refused(ask.world, party, EVERYONE_ID, Cadence.LIVE):
        slow = await refused(ask.world, party, SubjectId(ask.person.id), Cadence.LIVE)
        cadence = Cadence.DIGEST if slow else Cadence.LIVE
        return Reply(own_question(ask.place, ask.person.handle, cadence, ask.reader))
    at = ask.world.policy.schedule.times[0].isoformat("minutes")
    return Reply(feed_question(ask.place, at, ask.reader))
