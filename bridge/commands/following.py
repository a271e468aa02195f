"""Verbs of the reader: follow, unfollow, following, followers, mute, unmute, and stop and resume for channels."""

from __future__ import annotations

from dataclasses import replace

from bridge.commands.asking import Ask, example_of, first_word, take_here, take_how
from bridge.commands.naming import one_at_a_time, subject_named
from bridge.commands.people import people_to_follow
from bridge.model.card import Action, Card
from bridge.model.command import Reply
from bridge.model.compose.follow import follow_answer, followers_card, following_card, mute_answer, unfollow_answer
from bridge.model.errors import NotFollowed, OnlyYours, SelfFollow
from bridge.model.filters.filterwords import parse_tracked
from bridge.model.filters.tokens import QUOTES
from bridge.model.ids import PersonId, SubjectId
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.subscription import Cadence, Subject, SubjectKind
from bridge.model.times.when import parse_until
from bridge.services import follow as following_service
from bridge.services.follow import Followed, Party
from bridge.services.outside.sources import let_go

SHOWN = 25


async def follow(ask: Ask) -> Reply:
    rest, cadence, here = take_how(ask.rest)
    if not rest and not here:
        return await people_to_follow(ask)
    party = await ask.party(here)
    subject = await subject_named(ask, rest, "follow #release here" if here else "follow @ana")
    if not here and int(subject.id) == int(ask.person.id):
        raise SelfFollow()
    done = await following_service.follow(ask.world, party, subject, cadence)
    return Reply(await followed(ask, party, subject, done))


async def followed(ask: Ask, party: Party, subject: Subject, done: Followed) -> Card:
    """What will come, when and where."""
    held, here = None, party.channel
    if done.subscription.cadence is Cadence.LIVE and not here:
        held = ask.world.quiet_end(ask.person, party.place.platform)
    card = follow_answer(
        subject,
        done.subscription.cadence,
        ask.reader,
        done.plan,
        channel(party),
        quiet_until=held,
        new=done.new,
        wide=here and (await ask.world.members(party.place)).wide,
    )
    if done.first and not here and ask.person.zone is None:
        card = _asking_zone(ask, card)
    return card


def _asking_zone(ask: Ask, card: Card) -> Card:
    """Asked once, with the first follow: nine o'clock needs to know whose."""
    said = ask.words.say(
        "I don't know your time zone, so I go by {zone}. If yours is another: {call}",
        zone=ask.words.city(ask.reader.zone),
        call=ask.reader.call("settings zone Europe/Vienna"),
    )
    button = Action(ask.words.say("Set my time zone"), "settings zone")
    return replace(card, footer=(*card.footer, said), actions=(*card.actions, button))


def channel(party: Party) -> str:
    """`#team` where a channel follows, "" for a person."""
    return f"#{party.place.name.removeprefix('#')}" if party.channel else ""


async def unfollow(ask: Ask) -> Reply:
    rest, here = take_here(ask.rest)
    if not rest:
        return await following(ask)
    party = await ask.party(here)
    subject = await _tracked(ask, party, rest) or await subject_named(ask, rest)
    if not await following_service.unfollow(ask.world, party, subject):
        raise NotFollowed(subject=subject.name, see=ask.reader.call("following here" if here else "following"))
    await let_go(ask.world, subject)
    return Reply(unfollow_answer(subject, ask.reader, channel(party)))


async def _tracked(ask: Ask, party: Party, rest: str) -> Subject | None:
    """What they track by these words, also where they leave out what must not stand beside them."""
    if rest[:1] not in QUOTES:
        return None
    wanted = parse_tracked(rest)
    follows = await ask.world.store.read(lambda tx: tx.follows.of(party.subscriber))
    phrases = {
        one.subject: parse_tracked(one.subject.name) for one in follows if one.subject.kind is SubjectKind.PHRASE
    }
    alike = [subject for subject, tracked in phrases.items() if tracked.only == wanted.only]
    exactly = [subject for subject in alike if phrases[subject] == wanted]
    if exactly or (len(alike) == 1 and not wanted.without):
        return (exactly or alike)[0]
    return None


async def following(ask: Ask) -> Reply:
    words, here = take_here(ask.rest)
    if words:
        raise OnlyYours(typed=words[:60], example=ask.reader.call("following"))
    party = await ask.party(here)
    now = ask.world.now()
    found, mutes = await ask.world.store.read(
        lambda tx: (tx.follows.of(party.subscriber), tx.follows.mutes(party.subscriber, now))
    )
    return Reply(following_card(found[:SHOWN], ask.reader, mutes, channel(party), total=len(found)))


async def followers(ask: Ask) -> Reply:
    def look(tx: Tx) -> tuple[list[Person], int]:
        found = tx.follows.followers(SubjectId(ask.person.id))
        people = tx.people.many([PersonId(follow.subscriber) for follow in found])
        return sorted(people.values(), key=lambda person: person.name)[:SHOWN], len(people)

    if ask.rest.strip():
        raise OnlyYours(typed=ask.rest.strip()[:60], example=ask.reader.call("followers"))
    people, total = await ask.world.store.read(look)
    return Reply(followers_card(people, ask.reader, total))


async def mute(ask: Ask) -> Reply:
    named, behind = first_word(ask.rest)
    subject = await subject_named(ask, named, "mute @ana 2d")
    if behind[:1] in ("@", "#", "~"):
        raise one_at_a_time(ask, named, behind)
    with example_of(ask, f"mute {subject.name}"):
        until = parse_until(behind, ask.world.now(), ask.reader.zone) if behind else None
    await following_service.mute(ask.world, ask.person, subject, until)
    return Reply(mute_answer(subject, until, ask.reader))


async def unmute(ask: Ask) -> Reply:
    subject = await subject_named(ask, ask.rest, "unmute @ana")
    if await following_service.unmute(ask.world, ask.person, subject):
        return ask.said(ask.words.say("✓ {subject} is no longer muted", subject=subject.name))
    return ask.said(ask.words.say("{subject} wasn't muted.", subject=subject.name))


async def stop(ask: Ask) -> Reply:
    """Behind the Stop under "this channel follows": any full member may."""
    party, words = await ask.party(here=True), ask.words
    if not await _follows(ask, party):
        return ask.said(words.say("This channel follows nothing."))
    await following_service.pause_here(ask.world, party.place, ask.person, paused=True)
    said = words.say("✓ Stopped. Nothing more comes here until somebody resumes it.")
    return ask.said(said, Action(words.say("Resume"), "resume here"))


async def resume(ask: Ask) -> Reply:
    """Ends a stop, and what began when a message could not be sent here. Raises NotInside, NotReached."""
    party, words, now = await ask.party(here=True), ask.words, ask.world.now()
    if not await _follows(ask, party):
        return ask.said(words.say("This channel follows nothing."))
    await following_service.enter(ask.world, party.place)
    await ask.world.store.write(lambda tx: tx.places.resume(party.place.id, now))
    await following_service.pause_here(ask.world, party.place, ask.person, paused=False)
    return ask.said(words.say("✓ Resumed. Updates come here again."))


async def _follows(ask: Ask, party: Party) -> bool:
    """Anything at all, stopped or not."""
    return bool(await ask.world.store.read(lambda tx: tx.follows.of(party.subscriber)))
