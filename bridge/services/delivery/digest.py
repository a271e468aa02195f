"""Digests: at each due Slot what a subscriber has not been shown yet becomes one delivery. The tick claims due rows, so
every process may tick."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from bridge.model.audience import Viewer, viewer_of
from bridge.model.ids import DeliveryId, PersonId, SubscriberId
from bridge.model.kept import Candidate, Digest, DigestFor, Plan, Tx
from bridge.model.person import Person
from bridge.model.place import Circle, Place
from bridge.model.times.calendar import DEFAULT, Slot, last_slot, next_slot, verdict
from bridge.services.follow import FIRST_LOOK_BACK, Party
from bridge.services.world import World, base36

OVERLAP = timedelta(hours=1)
"""Looking back before the last settled Slot, since what overlapped it may have been committed after it."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did: digests made, Slots with nothing to show, Slots missed by too much."""

    made: int = 0
    empty: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        return self.made + self.empty + self.skipped


async def tick(world: World) -> Ticked:
    """Makes all digests that are due. Returns when none is due any more."""
    total = Ticked()
    while True:
        now = world.now()
        done = await world.store.write(partial(_due, world=world, now=now))
        total = Ticked(total.made + done.made, total.empty + done.empty, total.skipped + done.skipped)
        world.meter.digests(done.made, done.empty, done.skipped)
        if done.made:
            world.wake()
        if done.total < BATCH:
            return total


def _latest(plan: Plan, slot: Slot, now: datetime) -> Slot:
    """Of several Slots that passed meanwhile, from `slot` on, the latest: it may still be in time."""
    return max(slot, last_slot(plan.schedule, now) or slot, key=attrgetter("due"))


def _due(tx: Tx, world: World, now: datetime) -> Ticked:
    due = [(plan, _latest(plan, plan.slot, now)) for plan in tx.schedules.due(now, BATCH) if plan.slot]
    in_time = [plan for plan, slot in due if verdict(slot, now, plan.schedule.zone) == "send"]
    chosen = dict(zip((plan.subscriber for plan in in_time), candidates(tx, world, in_time, now), strict=True))
    reached = _reached(tx, world, chosen)
    digests: list[Digest] = []
    after: list[Plan] = []
    skipped = 0
    for plan, slot in due:
        following = next_slot(plan.schedule, max(now, slot.due))
        held = chosen.get(plan.subscriber)
        if held is None:  # what a closed place misses comes once it is open again
            after.append(replace(plan, slot=following))
            skipped += 1
            continue
        if held:
            nonce = f"{base36(plan.subscriber)}{base36(int(slot.due.timestamp()) // 60)}"
            digests.append(Digest(plan, (slot.on, slot.at), nonce, following.due, held))
            world.meter.digest_late((now - slot.due).total_seconds())
        elif plan.empty + 1 == world.policy.quiet_after:
            _quiet_note(tx, plan, now)
        # After a pause what found no room comes no more, since the catch-up is capped.
        last = slot.due if plan.paused_until else min(slot.due, reached.get(plan.subscriber, slot.due))
        empty = 0 if held else plan.empty + 1
        after.append(replace(plan, slot=following, last=last, empty=empty, paused_until=None))
    tx.outbox.add_digests(digests, now)
    tx.schedules.put(*after)
    return Ticked(len(digests), len(due) - len(digests) - skipped, skipped)


def _reached(
    tx: Tx, world: World, chosen: Mapping[SubscriberId, Sequence[Candidate] | None]
) -> dict[SubscriberId, datetime]:
    """Of full digests, until when they hold all there is: what found no room comes in the next."""
    last = {who: held[-1].post for who, held in chosen.items() if held and len(held) == world.policy.digest_most}
    posts = tx.posts.many(set(last.values()))
    return {who: posts[post].created_at for who, post in last.items() if post in posts}


def _quiet_note(tx: Tx, plan: Plan, now: datetime) -> None:
    key = f"quiet {plan.subscriber} {int(now.timestamp())}"
    nonce = f"q{base36(plan.subscriber)}{base36(int(now.timestamp()) // 60)}"
    person = tx.people.get(plan.person) if plan.person else None
    place = tx.places.get(plan.place)
    to = person.name if person else f"#{place.name.removeprefix('#')}" if place else ""
    tx.outbox.add_notice(plan.place, json.dumps({"name": "quiet", "to": to}), nonce, now, key)


def candidates(tx: Tx, world: World, plans: Sequence[Plan], now: datetime) -> list[list[Candidate] | None]:
    """What each subscriber has not been shown yet; None where nothing can be sent."""
    viewers = _viewers(tx, plans)
    wanted = [
        DigestFor(plan.subscriber, viewer, plan.place, looks_back_to(tx, plan, now))
        for plan, viewer in zip(plans, viewers, strict=True)
        if viewer is not None
    ]
    chosen = iter(tx.outbox.candidates(wanted, now, world.policy.digest_most))
    return [None if viewer is None else next(chosen) for viewer in viewers]


def looks_back_to(tx: Tx, plan: Plan, now: datetime) -> datetime:
    """From when on a digest made now holds updates: an hour before the last settled Slot. The first one holds the last
    24 hours, and all since the first follow: there may be a weekend between."""
    if plan.last:
        return plan.last - OVERLAP
    followed = min((follow.since for follow in tx.follows.of(plan.subscriber)), default=now)
    return min(followed, now - FIRST_LOOK_BACK)


def _viewers(tx: Tx, plans: Sequence[Plan]) -> list[Viewer | None]:
    """For whom each digest is chosen; None where nothing can be sent. A channel's members are asked when it is sent;
    here its circle must do."""
    places = tx.places.many({plan.place for plan in plans})
    people = tx.people.many({plan.person for plan in plans if plan.person is not None})
    return [_viewer(plan, places.get(plan.place), people) for plan in plans]


def _viewer(plan: Plan, place: Place | None, people: Mapping[PersonId, Person]) -> Viewer | None:
    if place is None or place.paused is not None:
        return None
    if plan.person is not None:
        person = people.get(plan.person)
        return viewer_of(person) if person else None
    return Viewer(person=None, team=place.circle is Circle.TEAM)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next digest would hold if it came now, and when it comes."""

    plan: Plan | None
    candidates: Sequence[Candidate]


async def preview(world: World, party: Party) -> Preview:
    """Shows without counting anything as shown."""
    now = world.now()

    def look(tx: Tx) -> Preview:
        plan = tx.schedules.get(party.subscriber)
        chosen = candidates(tx, world, [plan or _unplanned(party, now)], now)[0]
        return Preview(plan, chosen or [])

    return await world.store.read(look)


async def send_now(world: World, party: Party) -> tuple[DeliveryId | None, int]:
    """Sends what waits as a digest of its own, at once; (None, 0) when nothing does."""
    now = world.now()

    def send(tx: Tx) -> tuple[DeliveryId | None, int]:
        plan = tx.schedules.get(party.subscriber) or _unplanned(party, now)
        chosen = candidates(tx, world, [plan], now)[0]
        if not chosen:
            return None, 0
        nonce = f"n{base36(party.subscriber)}{base36(int(now.timestamp()))}"
        return tx.outbox.add_digests([Digest(plan, None, nonce, None, chosen)], now)[0], len(chosen)

    done = await world.store.write(send)
    world.wake()
    return done


def _unplanned(party: Party, now: datetime) -> Plan:
    return Plan(party.subscriber, party.place.id, None if party.channel else party.person.id, DEFAULT, None)


async def recompute(world: World) -> int:
    """After a change of the zone rules: every next Slot anew. Returns how many moved."""
    now = world.now()

    def redo(tx: Tx) -> int:
        moved = []
        for plan in tx.schedules.all_enabled():
            if plan.slot is None or plan.slot.due <= now:
                continue
            slot = next_slot(plan.schedule, max(now, plan.paused_until) if plan.paused_until else now)
            if slot != plan.slot:
                moved.append(replace(plan, slot=slot))
        tx.schedules.put(*moved)
        return len(moved)

    return await world.store.write(redo)
