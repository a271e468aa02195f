"""Following and muting: what somebody (or a channel) will get, how often, from when on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.model.errors import HereForbidden, HereNeedsChannel, NeedsAdmin, NotReached, SendFailure
from bridge.model.ids import PersonId, SieveId, SubjectId, SubscriberId
from bridge.model.kept import Plan, Sieve, Tx
from bridge.model.person import Person, Role
from bridge.model.place import Place, PlaceKind
from bridge.model.subscription import EVERYONE_ID, Cadence, Mute, Subject, SubjectKind, Subscription
from bridge.model.times.calendar import next_slot
from bridge.services.world import World

log = logging.getLogger(__name__)

FIRST_LOOK_BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Followed:
    """`new`: was not followed before. `plan`: the subscriber's schedule; `first`: this follow made it."""

    subscription: Subscription
    place: Place
    plan: Plan | None
    new: bool
    first: bool = False


@dataclass(frozen=True, slots=True)
class Party:
    """Who follows: a person, or the channel that `person` speaks for."""

    person: Person
    place: Place
    channel: bool

    @property
    def subscriber(self) -> SubscriberId:
        return SubscriberId(self.place.id if self.channel else self.person.id)


async def party_of(world: World, person: Person, here: Place | None) -> Party:
    """The person themselves, or with `here` the channel; raises HereNeedsChannel, HereForbidden."""
    if here is None:
        home = await world.store.read(lambda tx: tx.places.get(person.home) if person.home else None)
        if home is None:
            raise HereNeedsChannel()
        return Party(person, home, channel=False)
    if here.kind is PlaceKind.DIRECT:
        raise HereNeedsChannel()
    if not person.team:
        raise HereForbidden()
    return Party(person, here, channel=True)


async def follow(world: World, party: Party, subject: Subject, cadence: Cadence | None) -> Followed:
    """Follows, or changes how often. A first follow makes the schedule. A channel is told, with who did it.

    `cadence` None: as it is, or digest. Raises NeedsAdmin for what only some may have a channel follow, NotInside for
    a channel that has to let the bridge in first, and NotReached.
    """
    if party.channel:
        await _allowed(world, party, subject, cadence)
        await enter(world, party.place)
    now, nonce, key = world.now(), world.nonce(), world.ids.new()

    def change(tx: Tx) -> Followed:
        if subject.kind is SubjectKind.SOURCE:
            tx.sources.attend(PersonId(subject.id), now)
        kept = tx.follows.get(party.subscriber, subject.id)
        chosen = cadence or (kept.cadence if kept else Cadence.DIGEST)
        wanted = Subscription(party.subscriber, party.place.id, subject, chosen, party.person.id, now)
        if subject.kind is SubjectKind.PHRASE:
            wanted = replace(wanted, sieve=SieveId(subject.id))
            # Whoever tracked it last may just have let it go.
            tx.sieves.put(Sieve(SieveId(subject.id), subject.name))
        elif kept is not None:
            wanted = replace(wanted, sieve=kept.sieve, words=kept.words)
        new = tx.follows.put(wanted)
        tx.outbox.withdraw(party.subscriber, party.place.id, now)
        plan = tx.schedules.get(party.subscriber)
        first = plan is None
        if plan is None:
            plan = _first_plan(world, party, now)
            tx.schedules.put(plan)
        if party.channel and (new or (kept and kept.cadence is not chosen)):
            payload = {"name": "here", "by": party.person.id, "subject": subject.name, "cadence": chosen.value}
            tx.outbox.add_notice(party.place.id, json.dumps(payload), nonce, now, f"here {key}")
        return Followed(wanted, party.place, plan, new, first)

    done = await world.store.write(change)
    world.wake()
    return done


async def _allowed(world: World, party: Party, subject: Subject, cadence: Cadence | None) -> None:
    """Raises NeedsAdmin."""
    if what := await refused(world, party, subject.id, cadence):
        raise NeedsAdmin(what=what)


async def refused(world: World, party: Party, subject: SubjectId, cadence: Cadence | None) -> str:
    """What of it this person may not have their channel do: `everyone here`; "" where they may. What brings a lot into
    a channel is for whoever made it and for administrators."""
    if _admin(party.person):
        return ""
    if subject == EVERYONE_ID:
        what = "everyone here"
    elif cadence is Cadence.LIVE and (await world.members(party.place)).count > world.policy.big_channel:
        what = "live here"
    else:
        return ""
    return "" if await _made_by(world, party.place, party.person) else what


async def _made_by(world: World, place: Place, person: Person) -> bool:
    owner = await world.owner(place)
    if owner is None:
        return False
    account = await world.store.read(lambda tx: tx.people.account(place.platform, place.workspace, owner))
    return account is not None and account.person == person.id


async def enter(world: World, place: Place) -> None:
    """Replies and reactions are heard only where the bridge is inside. Raises NotInside, NotReached."""
    entry = world.entry(place.platform)
    if entry is None:
        return
    try:
        await entry.enter(place)
    except SendFailure as failure:
        log.warning("could not enter a channel: %s", failure.english())
        raise NotReached() from failure


async def unfollow(world: World, party: Party, subject: Subject) -> bool:
    """False when it was not followed. Nothing that waits is sent any more where nothing else brings it."""
    now = world.now()

    def change(tx: Tx) -> bool:
        kept = tx.follows.get(party.subscriber, subject.id)
        done = tx.follows.remove(party.subscriber, subject.id)
        if kept is not None and kept.sieve is not None and not _shared(tx, subject):
            tx.sieves.remove(kept.sieve)
        tx.outbox.withdraw(party.subscriber, party.place.id, now)
        return done

    return await world.store.write(change)


def _shared(tx: Tx, subject: Subject) -> bool:
    """Whether what lets it through serves others, too: a filter is its follow's own, a phrase everybody's."""
    return subject.kind is SubjectKind.PHRASE and tx.follows.count(subject.id) > 0


async def pause_here(world: World, place: Place, by: Person, paused: bool) -> int:
    """Stops (or resumes) everything a channel follows: any full member may. Returns how many follows that changed."""
    if not by.team:
        raise HereForbidden()
    nonce, now, key = world.nonce(), world.now(), world.ids.new()

    def change(tx: Tx) -> int:
        count = tx.follows.pause_place(place.id, paused)
        tx.outbox.withdraw(SubscriberId(place.id), place.id, now)
        plan = tx.schedules.get(SubscriberId(place.id))
        if plan is not None and plan.enabled is paused:
            tx.schedules.put(replan(replace(plan, enabled=not paused), now))
        if count:
            payload = {"name": "stopped" if paused else "resumed", "by": by.id}
            tx.outbox.add_notice(place.id, json.dumps(payload), nonce, now, f"stop {key}")
        return count

    count = await world.store.write(change)
    world.wake()
    return count


async def mute(world: World, person: Person, subject: Subject, until: datetime | None) -> None:
    """Nothing of it comes any more, nor what waits already."""
    now, subscriber = world.now(), SubscriberId(person.id)

    def change(tx: Tx) -> None:
        tx.follows.mute(Mute(subscriber, subject, until))
        if person.home is not None:
            tx.outbox.withdraw(subscriber, person.home, now)

    await world.store.write(change)


async def unmute(world: World, person: Person, subject: Subject) -> bool:
    return await world.store.write(lambda tx: tx.follows.unmute(SubscriberId(person.id), subject.id))


async def change_plan(world: World, party: Party, change: Callable[[Plan], Plan]) -> Plan:
    """Changes the subscriber's schedule, made first where there is none; its next Slot follows from it."""
    now = world.now()

    def write(tx: Tx) -> Plan:
        plan = tx.schedules.get(party.subscriber) or _first_plan(world, party, now)
        changed = replan(change(plan), now)
        tx.schedules.put(changed)
        return changed

    return await world.store.write(write)


def replan(plan: Plan, now: datetime) -> Plan:
    """The plan with its next Slot worked out anew: after now, or after its pause."""
    after = max(now, plan.paused_until) if plan.paused_until else now
    return replace(plan, slot=next_slot(plan.schedule, after))


def _first_plan(world: World, party: Party, now: datetime) -> Plan:
    schedule = world.policy.schedule.in_zone(world.zone(party.person))
    if not party.channel:
        schedule = replace(schedule, days=party.person.working_days or schedule.days)
    return Plan(
        subscriber=party.subscriber,
        place=party.place.id,
        person=None if party.channel else party.person.id,
        schedule=schedule,
        slot=next_slot(schedule, now),
    )


def _admin(person: Person) -> bool:
    return Role.ADMIN in person.roles


def person_subject(person: Person) -> Subject:
    return Subject(SubjectKind.PERSON, SubjectId(person.id), f"@{person.handle}")


async def move_zone(world: World, before: Person, after: Person) -> None:
    """A digest that came by the clock of the person's old zone comes by that of the new one."""
    now, old, new = world.now(), world.zone(before), world.zone(after)

    def write(tx: Tx) -> None:
        plan = tx.schedules.get(SubscriberId(after.id))
        if plan is not None and plan.schedule.zone == old:
            tx.schedules.put(replan(replace(plan, schedule=plan.schedule.in_zone(new)), now))

    await world.store.write(write)
