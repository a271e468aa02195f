"""Verbs that let only some of it through: filter, track; and those of whoever sees to what was found."""

from __future__ import annotations

from bridge.commands import following
from bridge.commands.asking import Ask, example_of, first_word, take_here, take_how
from bridge.commands.following import channel
from bridge.commands.naming import post_named, subject_named
from bridge.model.card import Action
from bridge.model.command import Reply
from bridge.model.compose.sieves import filter_card, filter_set, tracking_card, trial_card, with_tracking
from bridge.model.errors import FilterUnnamed, NotFollowed
from bridge.model.filters.filter import Filter
from bridge.model.filters.filterwords import parse_filter, parse_tracked
from bridge.model.subscription import Cadence, Subject, SubjectKind
from bridge.services import follow as following_service
from bridge.services import seeing
from bridge.services import sieves as service
from bridge.services.follow import Party

OFF = ("off", "none", "all", "everything")


async def filter(ask: Ask) -> Reply:
    """What comes of a follow: shown, set, taken off, or tried on the newest twenty. Raises NotFollowed, BadInput."""
    rest, here = take_here(ask.rest)
    party = await ask.party(here)
    first, behind = first_word(rest)
    trying = first.lower() == "test"
    named, words = first_word(behind) if trying else (first, behind)
    example = "filter #release not beta"
    subject = await subject_named(ask, named, example) if named else None
    if subject is None or subject.kind is SubjectKind.PHRASE:
        raise FilterUnnamed(example=ask.reader.call(example))
    verb = f"filter test {subject.name}" if trying else f"filter {subject.name}"
    try:
        with example_of(ask, verb, " here" if here else ""):
            return await (_test if trying else _set)(ask, party, subject, words)
    except NotFollowed as error:
        see = ask.reader.call("following here" if here else "following")
        raise NotFollowed(subject=subject.name, see=see) from error


async def _set(ask: Ask, party: Party, subject: Subject, words: str) -> Reply:
    if not words:
        kept = await service.filter_of(ask.world, party, subject)
        return Reply(filter_card(subject, kept, ask.reader, channel(party)))
    wanted = Filter() if words.strip().lower() in OFF else parse_filter(words)
    done = await service.set_filter(ask.world, party, subject, wanted)
    return Reply(filter_set(subject, done.words, ask.reader, channel(party)))


async def _test(ask: Ask, party: Party, subject: Subject, words: str) -> Reply:
    """The filter in force, or with `words` one that would be."""
    wanted = parse_filter(words) if words else await service.filter_of(ask.world, party, subject)
    trials = await service.tried(ask.world, ask.person, subject, wanted)
    views = {view.post.id: view for view in await ask.views([trial.post.id for trial in trials])}
    shown = [(views[trial.post.id], trial.miss) for trial in trials if trial.post.id in views]
    return Reply(trial_card(subject, wanted.words, shown, ask.reader))


async def track(ask: Ask) -> Reply:
    """A phrase, looked for in everything that whoever tracks it may see. At once, unless said otherwise."""
    rest, cadence, here = take_how(ask.rest)
    party = await ask.party(here)
    if not rest:
        follows = await ask.world.store.read(lambda tx: tx.follows.of(party.subscriber))
        phrases = [one for one in follows if one.subject.kind is SubjectKind.PHRASE]
        return Reply(tracking_card(phrases, ask.reader, channel(party)))
    with example_of(ask, "track", " here" if here else ""):
        wanted = parse_tracked(rest)
    subject = await service.phrase(ask.world, wanted)
    done = await following_service.follow(ask.world, party, subject, cadence or Cadence.LIVE)
    await service.changed(ask.world)
    return Reply(with_tracking(await following.followed(ask, party, subject, done), ask.reader))


async def take(ask: Ask) -> Reply:
    post, _ = await post_named(ask, ask.rest, "take last")
    await seeing.take(ask.world, post.id, ask.person)
    done = Action(ask.words.say("Done"), f"done ~{post.number}")
    undo = Action(ask.words.say("Undo"), f"drop ~{post.number}")
    return ask.said(ask.words.say("✓ You are on it. Wherever it stands, it says so."), done, undo)


async def done(ask: Ask) -> Reply:
    post, _ = await post_named(ask, ask.rest, "done last")
    await seeing.done(ask.world, post.id, ask.person)
    undo = Action(ask.words.say("Undo"), f"drop ~{post.number}")
    return ask.said(ask.words.say("✓ Done. Wherever it stands, it says so."), undo)


async def drop(ask: Ask) -> Reply:
    post, _ = await post_named(ask, ask.rest, "drop last")
    await seeing.drop(ask.world, post.id, ask.person)
    again = Action(ask.words.say("I'm on it"), f"take ~{post.number}")
    return ask.said(ask.words.say("✓ Free again, for whoever sees to it."), again)
