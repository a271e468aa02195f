"""From a claimed place to what is done there next: its step, the rights of whoever reads it, the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.model import step as s
from bridge.model.delivery import Delivery, Item, Kind, Lane, State
from bridge.model.ids import PersonId, PostId
from bridge.model.kept import Attempt, Gathered, Result
from bridge.model.person import Person
from bridge.model.ports import Sender
from bridge.services.acquaint import readers
from bridge.services.delivery.carrying import UNCLEAR, Carrier, Job
from bridge.services.delivery.showing import Showing, Views
from bridge.services.world import World

MEMBERS_AGAIN = timedelta(seconds=60)
NOBODY_SENDS = timedelta(minutes=1)


class Preparer:
    """Decides and composes; asks a platform only who is in a place, and sends nothing."""

    def __init__(self, world: World, showing: Showing, carrier: Carrier) -> None:
        self._world, self._showing, self._carrier = world, showing, carrier

    async def load(self, lanes: Sequence[Lane]) -> Views:
        """Everything that these places' cards need, in one read. Raises StoreError."""
        held = [delivery for lane in lanes for delivery in lane.deliveries]
        posts = {item.post for lane in lanes for item in lane.waiting}
        posts.update(item.post for delivery in held for item in delivery.items)
        people = [PersonId(lane.person) for lane in lanes if lane.person is not None]
        wanted: list[PostId] = list(posts)
        return await self._world.store.read(lambda tx: self._showing.load(tx, wanted, people, held))

    async def prepare(self, lane: Lane, views: Views, now: datetime) -> Job | Result:
        """The request that is to be made there, or what is written down without one."""
        sender = self._world.sender(lane.place.platform)
        if sender is None:
            return Result(lane.place.id, lane.epoch, release=True, due=now + NOBODY_SENDS, left=lane.load)
        person = views.people.get(lane.person) if lane.person else None
        cap = self._world.policy.direct_cap if lane.person else self._world.policy.channel_cap
        rules = s.Rules(sender.limits, cap, self._world.quiet(person, lane.place.platform))
        step = s.next_step(lane, now, rules)
        base = Result(lane.place.id, lane.epoch, release=True, due=now, failures=lane.failures, left=lane.load)
        match step:
            case s.Rest(until):
                return replace(base, due=until)
            case s.Divert(items):
                return replace(base, divert=tuple(item.seq for item in items))
            case s.Gather(until, why, deliveries):
                joining = tuple(delivery.id for delivery in deliveries)
                return replace(base, gathered=Gathered(until, why, self._world.nonce(), joining))
            case s.Drop(delivery, items, give_back):
                return _dropped(base, delivery, items, give_back)
            case s.Delete(delivery) | s.Find(delivery):
                first = isinstance(step, s.Find)
                attempt = Attempt(lane.place.id, lane.epoch, delivery.id, delivery.nonce, (), first=first)
                return Job(lane, step, rules, attempt, None, sender, delivery.kind, delivery)
            case s.Update(delivery):
                return await self._show(lane, step, rules, delivery, delivery.items, sender, person, views, now)
            case s.Send(delivery, items):
                return await self._show(lane, step, rules, delivery, items, sender, person, views, now)

    async def _show(
        self,
        lane: Lane,
        step: s.Send | s.Update,
        rules: s.Rules,
        delivery: Delivery | None,
        items: Sequence[Item],
        sender: Sender,
        person: Person | None,
        views: Views,
        now: datetime,
    ) -> Job | Result:
        base = Result(lane.place.id, lane.epoch, release=True, due=now, failures=lane.failures, left=lane.load)
        first = isinstance(step, s.Send)
        person, members = await readers(self._world, lane.place, person)
        if members and members.closed:
            return self._carrier.close(lane, members.closed)
        if members and not members.known:
            return replace(base, due=now + MEMBERS_AGAIN, error="its members are not known")
        shown = self._showing.compose(lane.place, person, members, delivery, items, views, sender.limits)
        repeated = delivery is not None and delivery.state in UNCLEAR
        if shown.card is None:
            if delivery is not None and repeated:
                # It may stand there though it may no longer be seen there: only a message that is known can go.
                looks = s.look(delivery, now)
                if isinstance(looks, s.Rest):
                    return replace(base, due=looks.until)
                attempt = Attempt(lane.place.id, lane.epoch, delivery.id, delivery.nonce, (), first=True)
                return Job(lane, looks, rules, attempt, None, sender, delivery.kind, delivery, unwanted=True)
            if first or delivery is None:
                return _dropped(base, delivery, items, False)
            gone = Attempt(lane.place.id, lane.epoch, delivery.id, "", (), first=False)
            return Job(lane, s.Delete(delivery), rules, gone, None, sender, Kind.LIVE, delivery)
        attempt = Attempt(
            place=lane.place.id,
            epoch=lane.epoch,
            delivery=delivery.id if delivery else None,
            nonce=delivery.nonce if delivery else self._world.nonce(),
            # What the first uncertain attempt tried stays on record: a platform that recognises it shows that.
            tries=() if repeated else shown.tries,
            first=first,
            payload_rev=delivery.payload_rev if delivery and not repeated else None,
        )
        kind = delivery.kind if delivery else Kind.LIVE
        return Job(lane, step, rules, attempt, shown.card, sender, kind, delivery)


def _dropped(base: Result, delivery: Delivery | None, items: Sequence[Item], give_back: bool) -> Result:
    """Let go of it, and look at the place anew."""
    seqs = tuple(item.seq for item in items)
    kept = replace(base, drop=() if give_back else seqs, divert=seqs if give_back else (), failures=0)
    return replace(kept, delivery=delivery.id, state=State.GONE) if delivery else kept


def again(lane: Lane, due: datetime) -> Result:
    """Nothing was done there: it is looked at again."""
    return Result(lane.place.id, lane.epoch, release=True, due=due, failures=lane.failures, left=lane.load)
