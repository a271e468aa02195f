"""Verbs behind the questions that the bridge asks by itself: about answers in threads, and about feeds."""

from __future__ import annotations

from dataclasses import replace

from bridge.commands.asking import Ask, id_in
from bridge.commands.naming import own_post
from bridge.commands.receipts import question, sent
from bridge.model.command import Reply
from bridge.model.compose.answers import later_card
from bridge.model.errors import NothingToSay
from bridge.model.kept import Tx
from bridge.model.subscription import EVERYONE_ID
from bridge.services.follow import Party, refused
from bridge.services.sharing import answers, which
from bridge.services.sharing.answers import Asked, Sent


async def reply_yes(ask: Ask) -> Reply:
    """Sends an answer, and in a public thread those that wait with it."""
    done = await _settled(ask)
    told = await (question(ask, done) if isinstance(done, Asked) else sent(ask, done))
    return replace(told, replaces=True)


async def _settled(ask: Ask) -> Asked | Sent:
    """`1`, or from a private place `1 DIGEST`: see `Asked.key`."""
    request, _, shown = ask.rest.strip().partition(" ")
    done = await answers.settle(ask.world, id_in(request), ask.person, True, shown)
    if done is None:
        raise NothingToSay()
    return done


async def reply_which(ask: Ask) -> Reply:
    """Which of several updates an answer is meant for: `reply-which 1 ~1042`; with a `no` behind it stays there."""
    request, number, word = (*ask.rest.split(), "", "", "")[:3]
    done = await which.picked(ask.world, id_in(request), id_in(number.removeprefix("~")), ask.person, send=word != "no")
    if done is None:
        return replace(ask.said(ask.words.say("It stays here. I won't ask again in this thread.")), replaces=True)
    told = await (question(ask, done) if isinstance(done, Asked) else sent(ask, done))
    return replace(told, replaces=True)


async def reply_no(ask: Ask) -> Reply:
    await answers.settle(ask.world, id_in(ask.rest), ask.person, yes=False)
    return replace(ask.said(ask.words.say("It stays here. I won't ask again in this thread.")), replaces=True)


async def reply_always(ask: Ask) -> Reply:
    """Send, and from now on without being asked, wherever everybody can read along. Not yet where it asks again."""
    done = await _settled(ask)
    if isinstance(done, Asked):
        return replace(await question(ask, done), replaces=True)

    def write(tx: Tx) -> None:
        person = tx.people.get(ask.person.id)
        if person is not None:
            tx.people.save(replace(person, send_replies=True))

    await ask.world.store.write(write)
    return replace(await sent(ask, done), replaces=True)


async def reply_stop(ask: Ask) -> Reply:
    post, _ = await own_post(ask, ask.rest, "reply-stop last")
    await answers.keep_here(ask.world, post, ask.person)
    return ask.said(ask.words.say("What you write in this thread stays here from now on."))


async def not_now(ask: Ask) -> Reply:
    later = "follow everyone here"
    if await refused(ask.world, Party(ask.person, ask.place, channel=True), EVERYONE_ID, None):
        later = f"follow @{ask.person.handle} here"
    return Reply(later_card(later, ask.reader), replaces=True)
