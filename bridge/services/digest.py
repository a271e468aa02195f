"""Digests: at each due Slot what a subscriber has not been shown yet becomes one delivery. The tick claims due rows, so
every process may tick."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bridge.model.audience import Viewer, viewer_of
from bridge.model.calendar import DEFAULT, Slot, next_slot, verdict
from bridge.model.ids import DeliveryId
from bridge.model.kept import Candidate, Plan, Tx
from bridge.model.place import Circle
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
        if done.made:
            world.wake()
        if done.total < BATCH:
            return total


def _due(tx: Tx, world: World, now: datetime) -> Ticked:
    made = empty = skipped = 0
    for plan in tx.schedules.due(now, BATCH):
        slot = plan.slot
        if slot is None:
            continue
        following = next_slot(plan.schedule, max(now, slot.due))
        # What a closed place misses comes once it is open again.
        if verdict(slot, now, plan.schedule.zone) == "skip" or plan_viewer(tx, plan) is None:
            tx.schedules.put(replace(plan, slot=following))
            skipped += 1
            continue
        chosen = candidates(tx, world, plan, now)
        if chosen:
            nonce = f"{base36(plan.subscriber)}{base36(int(slot.due.timestamp()) // 60)}"
            tx.outbox.add_digest(plan, (slot.on, slot.at), nonce, following.due, chosen, now)
            world.meter.digest_late((now - slot.due).total_seconds())
            made += 1
        else:
            empty += 1
            if plan.empty + 1 == world.policy.quiet_after:
                _quiet_note(tx, plan, now)
        tx.schedules.put(
            replace(
                plan,
                slot=following,
                last=_settled_to(tx, world, plan, slot, chosen),
                empty=0 if chosen else plan.empty + 1,
                paused_until=None,
            )
        )
    return Ticked(made, empty, skipped)


def _settled_to(tx: Tx, world: World, plan: Plan, slot: Slot, chosen: Sequence[Candidate]) -> datetime:
    """Up to when everything was shown: what found no room in a full digest comes in the next. After a pause it does
    not, since the catch-up is capped."""
    newest = tx.posts.get(chosen[-1].post) if len(chosen) == world.policy.digest_most else None
    return min(slot.due, newest.created_at) if newest and not plan.paused_until else slot.due


def _quiet_note(tx: Tx, plan: Plan, now: datetime) -> None:
    key = f"quiet {plan.subscriber} {int(now.timestamp())}"
    nonce = f"q{base36(plan.subscriber)}{base36(int(now.timestamp()) // 60)}"
    person = tx.people.get(plan.person) if plan.person else None
    place = tx.places.get(plan.place)
    to = person.name if person else f"#{place.name.removeprefix('#')}" if place else ""
    tx.outbox.add_notice(plan.place, json.dumps({"name": "quiet", "to": to}), nonce, now, key)


def candidates(tx: Tx, world: World, plan: Plan, now: datetime) -> list[Candidate]:
    """What the subscriber has not been shown yet."""
    since = looks_back_to(tx, plan, now)
    viewer = plan_viewer(tx, plan)
    if viewer is None:
        return []
    return tx.outbox.candidates(plan.subscriber, viewer, plan.place, since, now, world.policy.digest_most)


def looks_back_to(tx: Tx, plan: Plan, now: datetime) -> datetime:
    """From when on a digest made now holds updates: an hour before the last settled Slot. The first one holds the last
    24 hours, and all since the first follow: there may be a weekend between."""
    if plan.last:
        return plan.last - OVERLAP
    followed = min((follow.since for follow in tx.follows.of(plan.subscriber)), default=now)
    return min(followed, now - FIRST_LOOK_BACK)


def plan_viewer(tx: Tx, plan: Plan) -> Viewer | None:
    """For whom a digest is chosen; None where nothing can be sent. A channel's members are asked when it is sent; here
    its circle must do."""
    place = tx.places.get(plan.place)
    if place is None or place.paused is not None:
        return None
    if plan.person is not None:
        person = tx.people.get(plan.person)
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
        return Preview(plan, candidates(tx, world, plan or _unplanned(party, now), now))

    return await world.store.read(look)


async def send_now(world: World, party: Party) -> tuple[DeliveryId | None, int]:
    """Sends what waits as a digest of its own, at once; (None, 0) when nothing does."""
    now = world.now()

    def send(tx: Tx) -> tuple[DeliveryId | None, int]:
        plan = tx.schedules.get(party.subscriber) or _unplanned(party, now)
        chosen = candidates(tx, world, plan, now)
        if not chosen:
            return None, 0
        nonce = f"n{base36(party.subscriber)}{base36(int(now.timestamp()))}"
        return tx.outbox.add_digest(plan, None, nonce, None, chosen, now), len(chosen)

    done = await world.store.write(send)
    world.wake()
    return done


def _unplanned(party: Party, now: datetime) -> Plan:
    return Plan(party.subscriber, party.place.id, None if party.channel else party.person.id, DEFAULT, None)


async def recompute(world: World) -> int:
    """After a change of the zone rules: every next Slot anew. Returns how many moved."""
    now = world.now()

    def redo(tx: Tx) -> int:
        moved = 0
        for plan in tx.schedules.all_enabled():
            if plan.slot is None or plan.slot.due <= now:
                continue
            slot = next_slot(plan.schedule, max(now, plan.paused_until) if plan.paused_until else now)
            if slot != plan.slot:
                tx.schedules.put(replace(plan, slot=slot))
                moved += 1
        return moved

    return await world.store.write(redo)
