"""The verb digest: when it comes, now, a preview, a pause, off; for a person or, with `here`, for a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.commands.asking import Ask, first_word, take_here
from bridge.commands.following import channel
from bridge.model.audience import viewer_of
from bridge.model.card import Card
from bridge.model.command import Reply
from bridge.model.compose_digest import digest_card
from bridge.model.compose_follow import schedule_card
from bridge.model.ids import TagId
from bridge.model.kept import Plan, Tx
from bridge.model.reading import Reader, place_name
from bridge.model.text import Plain
from bridge.model.when import parse_schedule, parse_until
from bridge.services import digest as digests
from bridge.services.follow import Party, change_plan
from bridge.services.showing import entries, load_views


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
            until = parse_until(behind or "1w", ask.world.now(), ask.reader.zone)
            return await _changed(ask, party, paused=until)
        case "resume" | "on":
            return await _changed(ask, party, paused=None)
        case "off":
            changed = await change_plan(ask.world, party, lambda plan: replace(plan, enabled=False))
            return _shown(ask, party, changed)
        case _:
            zone = ask.reader.zone
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
        return ask.said(words.say("Nothing new since your last digest. It comes when there is something."))
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
        notes = [ask.words.say("A preview: it comes {when}.", when=_when(ask, found.plan))] if found.plan else []
        if hidden:
            notes.append(ask.words.say_n("{n} more behind a button.", "{n} more behind a button.", len(hidden)))
        return replace(card, footer=(*notes,))

    if not found.candidates:
        return _empty(ask, found.plan)
    return Reply(await ask.world.store.read(load))


def _then(reader: Reader, plan: Plan | None, party: Party) -> Reader:
    """The reader at the moment the digest comes."""
    at = plan.slot.due if plan and plan.slot else reader.now
    return replace(reader, now=at, person=None if party.channel else reader.person)


def _when(ask: Ask, plan: Plan | None) -> str:
    return ask.words.moment(plan.slot.due, ask.reader.zone, ask.world.now()) if plan and plan.slot else ""


def _empty(ask: Ask, plan: Plan | None) -> Reply:
    words = ask.words
    if plan is None:
        said = words.say("You follow nobody yet, so there is nothing to show. Try {call}.", call=ask.reader.call("who"))
    else:
        said = words.say("Nothing yet for your next digest. An empty one is never sent.")
    return Reply(Card(title=words.say("Your next digest"), text=(Plain(said),)))
