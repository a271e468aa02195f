"""Verbs of the one who writes: status, edit, delete, reply, reshare, announce, got-it, and the share question."""

from __future__ import annotations

import hashlib

from bridge.commands.asking import Ask, id_in
from bridge.commands.audiences import ONLY_ME, audience_for, audience_in, confirm_public
from bridge.commands.forms import announce_form, edit_form, reply_form, status_form
from bridge.commands.naming import own_post, post_named
from bridge.commands.receipts import origin_of, receipt
from bridge.model.audience import AudienceKind, viewer_of
from bridge.model.card import Action, Card
from bridge.model.command import Reply
from bridge.model.compose.help import error_card
from bridge.model.compose.receipt import changed_card, deleted_card
from bridge.model.compose.update import gist
from bridge.model.errors import (
    AnnouncedToAll,
    AudienceApart,
    AudienceInherited,
    MeantForSome,
    NeedsAnnouncer,
    NothingLeft,
    NothingToSay,
    TakenBack,
)
from bridge.model.kept import Tx
from bridge.model.person import Role
from bridge.model.post import Post
from bridge.model.scan import source
from bridge.model.times.when import split_until
from bridge.services.sharing import publish as publishing
from bridge.services.sharing import revise
from bridge.services.sharing import share as sharing
from bridge.services.sharing.publish import Draft


async def status(ask: Ask) -> Reply:
    """Publishes. For the community too only after a yes: until then only its author sees it, so nothing is lost."""
    if known := await _shared_already(ask):
        return known
    rest, audience = await audience_for(ask)
    if not rest.strip() and not ask.call.files:
        if ask.field("text") is not None:
            raise NothingToSay()
        return status_form(ask, f"status {ask.rest}".strip(), audience)
    raw, until = split_until(rest, ask.world.now(), ask.reader.zone)
    confirm = audience.kind is AudienceKind.PUBLIC
    shown_to = ONLY_ME if confirm else audience
    published = await publishing.publish(
        ask.world, Draft(ask.person, raw, origin_of(ask), shown_to, ask.call.files, until=until)
    )
    if confirm and published.post.audience == ONLY_ME:
        return await confirm_public(ask, published.post, fresh=True)
    return await receipt(ask, published)


async def _shared_already(ask: Ask) -> Reply | None:
    """For a message that is an update by now: one message is one update. None for any other, and where the one who
    asks may not see it. Raises TakenBack."""
    if not ask.call.message:
        return None
    origin, now, viewer = origin_of(ask), ask.world.now(), viewer_of(ask.person)

    def look(tx: Tx) -> Post | None:
        post = tx.posts.by_origin(origin.platform, origin.workspace, origin.message)
        if post is None or post.deleted_at is not None:
            return post
        return post if post.author == ask.person.id or tx.posts.visible(viewer, [post.id], now) else None

    post = await ask.world.store.read(look)
    if post is None:
        return None
    if post.deleted_at is not None:
        raise TakenBack()
    typed = ask.field("text") or ""
    own = post.author == ask.person.id
    edit = (Action(ask.words.say("Edit"), f"edit ~{post.number}"),) if own else ()
    sentence = ask.words.say("It is shared already: ~{number}", number=post.number)
    return Reply(error_card(sentence, typed, ask.reader, *edit), ok=False, post=post.id, typed=typed)


async def reply(ask: Ask) -> Reply:
    post, raw = await post_named(ask, ask.rest, "reply last congrats")
    typed = ask.field("text")
    raw = raw if typed is None else typed
    if not raw.strip() and not ask.call.files:
        if typed is not None:
            raise NothingToSay()
        return reply_form(ask, await ask.view(post))
    _inherits(raw)
    raw, until = split_until(raw, ask.world.now(), ask.reader.zone)
    draft = Draft(ask.person, raw, origin_of(ask), files=ask.call.files, in_reply_to=post, until=until)
    return await receipt(ask, await publishing.publish(ask.world, draft))


def _inherits(raw: str) -> None:
    """Raises AudienceInherited."""
    if named := audience_in(raw):
        raise AudienceInherited(typed=named)


async def reshare(ask: Ask) -> Reply:
    """With a comment or without; never wider than the original, so what is meant for some cannot be reshared."""
    post, raw = await post_named(ask, ask.rest, "reshare last")
    if post.reshare_of and publishing.bare(post):
        original = await ask.world.store.read(lambda tx: tx.posts.get(post.reshare_of or post.id))
        post = original or post
    if publishing.is_narrow(post.audience):
        raise MeantForSome(number=post.number)
    raw = ask.field("text") or raw
    _inherits(raw)
    draft = Draft(ask.person, raw, origin_of(ask), files=ask.call.files, reshare_of=post)
    return await receipt(ask, await publishing.publish(ask.world, draft))


async def edit(ask: Ask) -> Reply:
    post, raw = await own_post(ask, ask.rest or "last")
    typed = ask.field("text")
    raw = raw if typed is None else typed
    if not raw.strip() and typed is None:
        return edit_form(ask, post)
    if (named := audience_in(raw)) and named != audience_in(source(post.text)):
        raise AudienceApart(typed=named, number=post.number)
    raw, until = split_until(raw, ask.world.now(), ask.reader.zone)
    if not raw.strip() and not post.attachments:
        raise NothingLeft(number=post.number)
    changed = await revise.edit(ask.world, post, ask.person, raw, until)
    return Reply(changed_card(await ask.view(changed), ask.reader), post=changed.id)


async def delete(ask: Ask) -> Reply:
    """Without a name it asks first: nothing brings an update back."""
    post, _ = await own_post(ask, ask.rest or "last")
    words = ask.words
    if not ask.rest:
        question = words.say("Delete ~{number} and all its copies?", number=post.number)
        gone = Action(words.say("Delete"), f"delete ~{post.number}")
        return Reply(Card(title=question, text=gist(await ask.view(post), ask.reader), actions=(gone,)), post=post.id)
    await revise.delete(ask.world, post, ask.person)
    return Reply(deleted_card(post.number, ask.reader), replaces=True)


async def announce(ask: Ask) -> Reply:
    """Held for half a minute with Undo, then live in the announcement channels and on top of every team digest."""
    if not ask.person.roles & {Role.ANNOUNCER, Role.ADMIN}:
        raise NeedsAnnouncer()
    typed = ask.field("text")
    raw = ask.rest if typed is None else typed
    if not raw.strip() and not ask.call.files:
        if typed is not None:
            raise NothingToSay()
        return announce_form(ask)
    if named := audience_in(raw):
        raise AnnouncedToAll(typed=named)
    held = ask.world.now() + ask.world.policy.announcement_hold
    draft = Draft(ask.person, raw, origin_of(ask), files=ask.call.files, announced=True, held_until=held)
    return await receipt(ask, await publishing.publish(ask.world, draft))


async def got_it(ask: Ask) -> Reply:
    """Counted, never by name: what is kept cannot be turned back into a person."""
    post, _ = await post_named(ask, ask.rest, "got-it last")
    token = hashlib.sha256(f"{post.id} {ask.person.id} {ask.world.salt}".encode()).hexdigest()[:32]
    await ask.world.store.write(lambda tx: tx.posts.got_it(post.id, token))
    return ask.said(ask.words.say("Noted. It's counted, never by name."))


async def share_yes(ask: Ask) -> Reply:
    published = await sharing.answer(ask.world, id_in(ask.rest), ask.person, yes=True)
    if published is None:
        raise NothingToSay()
    return await receipt(ask, published)


async def share_no(ask: Ask) -> Reply:
    await sharing.answer(ask.world, id_in(ask.rest), ask.person, yes=False)
    return ask.said(ask.words.say("Not shared."))


async def share_never(ask: Ask) -> Reply:
    await sharing.never_ask(ask.world, ask.person)
    undo = Action(ask.words.say("Ask me again"), "settings ask on")
    return ask.said(ask.words.say("I won't ask you again. You can always share updates yourself."), undo)
