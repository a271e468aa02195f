"""Verbs of the one who writes: status, edit, delete, reply, reshare, announce, audience, and the share question."""

from __future__ import annotations

import hashlib

import regex

from bridge.commands.asking import Ask, post_named
from bridge.model.audience import EVERYONE, Audience, AudienceKind
from bridge.model.card import Action, Card, Field, FieldKind, Form, Style
from bridge.model.clean import clean, fold
from bridge.model.command import Reply
from bridge.model.compose_receipt import changed_card, deleted_card, receipt_card
from bridge.model.errors import (
    AudienceUnknown,
    NeedsAnnouncer,
    NothingToSay,
    NotYours,
    OnlyForSome,
    PersonUnknown,
)
from bridge.model.ids import SubjectId, SubscriberId
from bridge.model.kept import Tx
from bridge.model.person import Person, Role
from bridge.model.place import Circle, PlaceKind
from bridge.model.post import Origin, Post
from bridge.model.text import Plain, plain
from bridge.model.when import split_until
from bridge.services import publish as publishing
from bridge.services import share as sharing
from bridge.services.publish import Draft, Published, nearest_handle

_TO = regex.compile(r"(?:^|(?<=\s))to:(\S+(?:,\s*@\S+)*)\s*", regex.IGNORECASE)
_KINDS = {
    "everyone": AudienceKind.EVERYONE,
    "team": AudienceKind.EVERYONE,
    "public": AudienceKind.PUBLIC,
    "followers": AudienceKind.FOLLOWERS,
    "me": AudienceKind.ME,
}


async def status(ask: Ask) -> Reply:
    """Publishes. For the community too only after a yes: until then only its author sees it, so nothing is lost."""
    typed = ask.field("text")
    raw = typed if typed is not None else ask.rest
    if not raw.strip() and not ask.call.files:
        return Reply(_ask_for_text(ask), form=_text_form(ask, "status", ""))
    raw, audience = await _take_audience(ask, raw)
    if chosen := ask.field("audience"):
        audience = await _audience(ask, chosen)
    raw, until = split_until(raw, ask.world.now(), ask.reader.zone)
    confirm = audience.kind is AudienceKind.PUBLIC
    shown_to = Audience(AudienceKind.ME) if confirm else audience
    published = await publishing.publish(
        ask.world, Draft(ask.person, raw, _origin(ask), shown_to, ask.call.files, until=until)
    )
    if confirm and published.new:
        return await _confirm_public(ask, published.post)
    return await _receipt(ask, published)


async def reply(ask: Ask) -> Reply:
    post, raw = await post_named(ask, ask.rest)
    raw = ask.field("text") or raw
    if not raw.strip() and not ask.call.files:
        view = await ask.view(post)
        title = ask.words.say("Reply to {name}", name=view.author.name)
        return Reply(_ask_for_text(ask), form=_text_form(ask, f"reply ~{post.number}", "", title))
    raw, until = split_until(raw, ask.world.now(), ask.reader.zone)
    draft = Draft(ask.person, raw, _origin(ask), files=ask.call.files, in_reply_to=post, until=until)
    return await _receipt(ask, await publishing.publish(ask.world, draft))


async def reshare(ask: Ask) -> Reply:
    """With a comment or without; never wider than the original, so what is meant for some cannot be reshared."""
    post, raw = await post_named(ask, ask.rest)
    if post.reshare_of and publishing.bare(post):
        original = await ask.world.store.read(lambda tx: tx.posts.get(post.reshare_of or post.id))
        post = original or post
    if publishing.is_narrow(post.audience):
        raise OnlyForSome()
    draft = Draft(ask.person, ask.field("text") or raw, _origin(ask), files=ask.call.files, reshare_of=post)
    return await _receipt(ask, await publishing.publish(ask.world, draft))


async def edit(ask: Ask) -> Reply:
    post, raw = await post_named(ask, ask.rest or "last", own=True)
    if post.author != ask.person.id:
        raise NotYours(number=post.number)
    typed = ask.field("text")
    raw = raw if typed is None else typed
    if not raw.strip():
        title = ask.words.say("Edit ~{number}", number=post.number)
        return Reply(_ask_for_text(ask), form=_text_form(ask, f"edit ~{post.number}", plain(post.text), title))
    changed = await publishing.edit(ask.world, post, ask.person, raw)
    return Reply(changed_card(await ask.view(changed), ask.reader), post=changed.id)


async def delete(ask: Ask) -> Reply:
    post, _ = await post_named(ask, ask.rest or "last", own=True)
    await publishing.delete(ask.world, post, ask.person)
    return Reply(deleted_card(post.number, ask.reader), replaces=True)


async def announce(ask: Ask) -> Reply:
    """Held for half a minute with Undo, then live in the announcement channels and on top of every team digest."""
    if not ask.person.roles & {Role.ANNOUNCER, Role.ADMIN}:
        raise NeedsAnnouncer()
    raw = ask.field("text") or ask.rest
    if not raw.strip():
        return Reply(_ask_for_text(ask), form=_text_form(ask, "announce", "", ask.words.say("Announce")))
    held = ask.world.now() + ask.world.policy.announcement_hold
    draft = Draft(ask.person, raw, _origin(ask), files=ask.call.files, announced=True, held_until=held)
    return await _receipt(ask, await publishing.publish(ask.world, draft))


async def audience(ask: Ask) -> Reply:
    """Shows who sees an update, or changes it."""
    post, wanted = await post_named(ask, ask.rest, own=True)
    if post.author != ask.person.id:
        raise NotYours(number=post.number)
    wanted = (ask.field("audience") or wanted).strip()
    sure = wanted.endswith(" yes")
    wanted = wanted.removesuffix(" yes")
    if not wanted:
        return Reply(_ask_for_text(ask), form=await _audience_form(ask, post))
    chosen = await _audience(ask, wanted)
    if chosen.kind is AudienceKind.PUBLIC and not sure:
        return await _confirm_public(ask, post)
    changed = await publishing.set_audience(ask.world, post, ask.person, chosen)
    now = ask.world.now()
    reach, team = await ask.world.store.read(lambda tx: (tx.outbox.reach(changed, now), tx.people.count()))
    return await _receipt(ask, Published(changed, reach, team))


async def got_it(ask: Ask) -> Reply:
    """Counted, never by name: what is kept cannot be turned back into a person."""
    post, _ = await post_named(ask, ask.rest)
    token = hashlib.sha256(f"{post.id} {ask.person.id} {ask.world.salt}".encode()).hexdigest()[:32]
    await ask.world.store.write(lambda tx: tx.posts.got_it(post.id, token))
    return ask.said(ask.words.say("Noted. It's counted, never by name."))


async def share_yes(ask: Ask) -> Reply:
    published = await sharing.answer(ask.world, _request_id(ask), ask.person, yes=True)
    if published is None:
        raise NothingToSay()
    return await _receipt(ask, published)


async def share_no(ask: Ask) -> Reply:
    await sharing.answer(ask.world, _request_id(ask), ask.person, yes=False)
    return ask.said(ask.words.say("Not shared."))


async def share_never(ask: Ask) -> Reply:
    await sharing.never_ask(ask.world, ask.person)
    return ask.said(ask.words.say("I won't ask you again. You can always share updates yourself."))


def _request_id(ask: Ask) -> int:
    return int(ask.rest) if ask.rest.strip().isdigit() else 0


def _origin(ask: Ask) -> Origin:
    """A request repeated by its platform becomes one update."""
    return Origin(ask.call.who.platform, ask.call.who.workspace, f"call {ask.call.key}")


async def receipt_of(ask: Ask, published: Published) -> Card:
    """The receipt of cards.md, with what this place would need to show it too."""
    world, place, post = ask.world, ask.place, published.post

    def look(tx: Tx) -> tuple[int, bool]:
        followers = tx.follows.followers(SubjectId(post.author))
        subjects = set(publishing.subject_ids(tx, post))
        here = any(follow.subject.id in subjects for follow in tx.follows.of(SubscriberId(place.id)))
        return len(followers), here

    followers, here = await world.store.read(look)
    silent = ""
    if place.kind is PlaceKind.CHANNEL and not here and not publishing.is_narrow(post.audience) and ask.person.team:
        silent = f"#{place.name.removeprefix('#')}"
    return receipt_card(
        await ask.view(post),
        published.reach,
        ask.reader,
        team=published.team_size,
        followers=followers,
        kept=world.policy.retention,
        unknown=published.unknown,
        silent=silent,
    )


async def _receipt(ask: Ask, published: Published) -> Reply:
    return Reply(await receipt_of(ask, published), post=published.post.id)


def _ask_for_text(ask: Ask) -> Card:
    words = ask.words
    return Card(
        text=(Plain(words.say("What are you up to? Write it after the command.")),),
        footer=(ask.reader.call("status Shipping v2 #release"),),
    )


def _text_form(ask: Ask, line: str, text: str, title: str = "") -> Form:
    words = ask.words
    field = Field(
        "text", words.say("Your update"), FieldKind.TEXT, text, words.say("One line is enough. #tags and @names work.")
    )
    return Form(
        title or words.say("Share an update"), line, (field,), words.say("Save") if text else words.say("Share")
    )


async def _audience_form(ask: Ask, post: Post) -> Form:
    words = ask.words
    kind = "everyone" if post.audience.kind is AudienceKind.PEOPLE else post.audience.kind.value
    choices = (
        ("everyone", words.say("The team")),
        ("followers", words.say("My followers")),
        ("me", words.say("Only me")),
        ("public", words.say("The team and the community")),
    )
    field = Field("audience", words.say("Who can see it"), FieldKind.CHOICE, kind, choices=choices)
    return Form(
        words.say("Audience of ~{number}", number=post.number), f"audience ~{post.number}", (field,), words.say("Save")
    )


async def _confirm_public(ask: Ask, post: Post) -> Reply:
    words = ask.words
    found = await ask.world.store.read(lambda tx: tx.places.workspaces())
    names = [w.name for w in found if w.circle is Circle.COMMUNITY]
    if names:
        said = words.say("People outside the team will see this: {names}.", names=words.list(names))
    else:
        said = words.say("People outside the team will see this as soon as a community is connected.")
    waits = post.audience.kind is AudienceKind.ME
    return Reply(
        Card(
            title=words.say("Share with the community too?"),
            text=post.text,
            footer=(said, words.say("Until you choose, only you can see it.")) if waits else (said,),
            actions=(
                Action(words.say("Yes, everybody"), f"audience ~{post.number} public yes", Style.PRIMARY),
                Action(words.say("Only the team"), f"audience ~{post.number} everyone"),
                Action(words.say("Undo"), f"delete ~{post.number}"),
            ),
            post=post.number,
        ),
        post=post.id,
    )


async def _take_audience(ask: Ask, raw: str) -> tuple[str, Audience]:
    """Takes `to:@ana,@li` (or to:public, to:followers, to:me) out of what was typed. Raises AudienceUnknown."""
    found = _TO.search(raw[:2000])
    if not found:
        return raw, EVERYONE
    return raw[: found.start()] + raw[found.end() :], await _audience(ask, found[1])


async def _audience(ask: Ask, typed: str) -> Audience:
    typed = clean(typed).strip().rstrip(",")
    kind = _KINDS.get(fold(typed.lstrip("@")))
    if kind is not None:
        return Audience(kind)
    labels = [fold(part.strip().lstrip("@")) for part in typed.split(",") if part.strip().startswith("@")]
    if not labels:
        raise AudienceUnknown(typed=typed[:60], example="to:@ana,@li")

    def look(tx: Tx) -> tuple[dict[str, Person], dict[str, str]]:
        people = tx.people.by_handles(labels)
        return people, {label: nearest_handle(tx, label) for label in labels if label not in people}

    people, unknown = await ask.world.store.read(look)
    for label, nearest in unknown.items():
        raise PersonUnknown(typed=f"@{label}", nearest=f"@{nearest}" if nearest else ask.reader.call("who"))
    return Audience(AudienceKind.PEOPLE, frozenset(person.id for person in people.values()))
