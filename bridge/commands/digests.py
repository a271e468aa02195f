"""The verb digest: when it comes, now, a preview, a pause, off; for a person or, with `here`, for a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.commands.asking import Ask, example_of, first_word, take_here
from bridge.commands.following import channel
from bridge.model.audience import viewer_of
from bridge.model.card import Action, Card, Line
from bridge.model.command import Reply
from bridge.model.compose.digest import digest_card
from bridge.model.compose.follow import schedule_card
from bridge.model.compose.moments import next_line
from bridge.model.compose.reading import Reader, place_name
from bridge.model.ids import TagId
from bridge.model.kept import Plan, Tx
from bridge.model.text import Plain
from bridge.model.times.when import parse_schedule, parse_until
from bridge.services.delivery import digest as digests
from bridge.services.delivery.showing import entries, load_views
from bridge.services.follow import Party, change_plan


async def digest(ask: Ask) -> Reply:
    rest, here = take_here(ask.rest)
    party = await ask.party(here)
    verb, behind = first_word(rest)
    match verb.lower():
        case "":
            plan = await ask.world.store.read(lambda tx: tx.schedules.get(party.subscriber))
            return _shown(ask, party, plan)
        case "now":
            return await _now(ask, party)
        case "preview":
            return await _preview(ask, party)
        case "pause":
            with example_of(ask, "digest pause"):
                until = parse_until(behind or "1w", ask.world.now(), ask.reader.zone)
            return await _changed(ask, party, paused=until)
        case "resume" | "on":
            return await _changed(ask, party, paused=None)
        case "off":
            changed = await change_plan(ask.world, party, lambda plan: replace(plan, enabled=False))
            return _shown(ask, party, changed)
        case _:
            kept = await ask.world.store.read(lambda tx: tx.schedules.get(party.subscriber))
            zone = kept.schedule.zone if kept else ask.reader.zone
            with example_of(ask, "digest"):
                schedule = parse_schedule(rest, zone, ask.person.working_days)
            changed = await change_plan(
                ask.world, party, lambda plan: replace(plan, schedule=schedule, enabled=True, paused_until=None)
            )
            return _shown(ask, party, changed)


async def _changed(ask: Ask, party: Party, paused: datetime | None) -> Reply:
    changed = await change_plan(ask.world, party, lambda plan: replace(plan, enabled=True, paused_until=paused))
    return _shown(ask, party, changed)


def _shown(ask: Ask, party: Party, plan: Plan | None) -> Reply:
    return Reply(schedule_card(plan, ask.reader, place_name(party.place, ask.words), channel(party)))


async def _now(ask: Ask, party: Party) -> Reply:
    id, count = await digests.send_now(ask.world, party)
    words = ask.words
    if id is None:
        plan = await ask.world.store.read(lambda tx: tx.schedules.get(party.subscriber))
        return await _empty(ask, party, plan)
    place = place_name(party.place, words)
    return ask.said(
        words.say_n("On its way to {place}: {n} update.", "On its way to {place}: {n} updates.", count, place=place)
    )


async def _preview(ask: Ask, party: Party) -> Reply:
    """The next digest as it would be if nothing more happened; nothing counts as shown."""
    found = await digests.preview(ask.world, party)
    now = ask.world.now()

    def load(tx: Tx) -> Card:
        ids = [candidate.post for candidate in found.candidates]
        allowed = tx.posts.visible(viewer_of(ask.person), ids, now)
        views = {key: view for key, view in load_views(tx, ids).items() if key in allowed}
        tags = tx.tags.many([TagId(c.subject) for c in found.candidates if c.subject])
        reader = _then(ask.reader, found.plan, party)
        name = channel(party) or ask.person.name
        card, hidden = digest_card(
            entries(found.candidates, views, tags),
            reader,
            name,
            most=ask.world.policy.digest_updates,
            lines=ask.world.policy.digest_lines,
        )
        notes = [_coming(ask, party, found.plan)]
        if hidden:
            notes.append(ask.words.say_n("{n} more behind a button.", "{n} more behind a button.", len(hidden)))
        return replace(card, footer=(*notes,))

    if not found.candidates:
        return await _empty(ask, party, found.plan)
    return Reply(await ask.world.store.read(load))


def _then(reader: Reader, plan: Plan | None, party: Party) -> Reader:
    """The reader at the moment the digest comes."""
    at = plan.slot.due if plan and plan.slot else reader.now
    return replace(reader, now=at, person=None if party.channel else reader.person)


def _coming(ask: Ask, party: Party, plan: Plan | None) -> str:
    """When what a preview shows would come."""
    words = ask.words
    if plan is None:
        return words.say("A preview: your first follow makes it come.")
    if not plan.enabled or plan.slot is None:
        return words.say("A preview: the digest is off. {call} turns it on.", call=_turn_on(ask, party))
    when = words.moment(plan.slot.due, ask.reader.zone, ask.world.now())
    return words.say("A preview: it comes {when}.", when=when)


async def _empty(ask: Ask, party: Party, plan: Plan | None) -> Reply:
    """Nothing waits: since nothing is followed, since the digest is off, or since nothing happened."""
    words, call = ask.words, ask.reader.call
    title = words.say("The digest of {channel}", channel=channel(party)) if party.channel else words.say("Your digest")
    follows = await ask.world.store.read(lambda tx: tx.follows.of(party.subscriber))
    actions: tuple[Action, ...] = ()
    if not follows and party.channel:
        said = words.say("This channel follows nothing yet. Try {call}", call=call("follow #release here"))
    elif not follows:
        said = words.say("You follow nobody yet, so nothing comes.")
        actions = (Action(words.say("People to follow"), "who"),)
    else:
        said = words.say("Nothing new waits for it. An empty digest is never sent.")
    notes = () if plan is None else (_next(ask, party, plan),)
    return Reply(Card(title=title, text=(Plain(said),), footer=notes, actions=actions))


def _next(ask: Ask, party: Party, plan: Plan) -> Line:
    if not plan.enabled or plan.slot is None:
        return ask.words.say("It is off. {call} turns it on.", call=_turn_on(ask, party))
    return next_line(plan.slot.due, ask.reader)


def _turn_on(ask: Ask, party: Party) -> str:
    return ask.reader.call("digest on here" if party.channel else "digest on")
