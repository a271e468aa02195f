"""The courier: takes places where wish and reality differ, and makes them agree, one request at a time a place.

    claim places (lease, epoch) -> next_step -> rights and card -> record the attempt -> send | update | delete | find
        -> settle, or decide(failure) -> settle

What is done and what comes next are written in batches: a turn settles everything that finished since the last one
and claims as many places as there is room for, in one transaction. A slow platform delays its own places only.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bridge.model import delivery as d
from bridge.model import step as s
from bridge.model.calendar import Quiet, quiet_until
from bridge.model.card import Card, Limits
from bridge.model.delivery import Delivery, Item, Kind, Lane, State
from bridge.model.errors import SendFailure, StoreError, Transient, Uncertain
from bridge.model.ids import DeliveryId, PersonId, SubscriberId
from bridge.model.kept import Attempt, Result, Tx
from bridge.model.person import DEFAULT_QUIET, Person
from bridge.model.place import PlaceKind
from bridge.model.ports import Key, Sender, Sent
from bridge.services.showing import Showing, Views
from bridge.services.world import World

LEASE = timedelta(seconds=90)
POLL_SECONDS = 1.0
CAPACITY = 100
MEMBERS_AGAIN = timedelta(seconds=60)
UNCLEAR = (State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class _Job:
    """A request about to be made. `delivery` None: a new one. `unwanted`: what is found may not stand there."""

    lane: Lane
    step: s.Step
    attempt: Attempt
    card: Card | None
    sender: Sender
    kind: Kind
    delivery: Delivery | None = None
    unwanted: bool = False


class Courier:
    """One of these a process. `owner` names it in leases."""

    def __init__(self, world: World, showing: Showing, owner: str, capacity: int = CAPACITY) -> None:
        self._world, self._showing, self._owner, self._capacity = world, showing, owner, capacity
        self._done: list[Result] = []
        self._told: list[tuple[Lane, str]] = []
        self._flying: set[asyncio.Task[None]] = set()
        self._stir = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """There may be work. Cheap, and safe to call often; only from the event loop's thread."""
        self._stir.set()

    async def run(self) -> None:
        """Works until `stop`. A wake-up comes from `wake`; a look every second is the truth behind it."""
        while not self._stopping:
            self._stir.clear()
            try:
                busy = await self.turn()
            except StoreError:
                busy = False
            if not busy or len(self._flying) >= self._capacity:
                try:
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._stir.wait()
                except TimeoutError:
                    pass

    async def stop(self) -> None:
        """Claims nothing more, waits for what is in flight, and writes what came of it."""
        self._stopping = True
        self._stir.set()
        if self._flying:
            await asyncio.wait(self._flying, timeout=4)
        await self._settle_only()

    async def drain(self) -> None:
        """Works until nothing is due and nothing is in flight: for tests and benchmarks."""
        while True:
            busy = await self.turn()
            if self._flying:
                await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            elif not busy and not self._done:
                return

    async def turn(self) -> bool:
        """Settles, claims, starts. False when there was nothing to settle and nothing to claim."""
        now = self._world.now()
        results, self._done = self._done, []
        room = self._capacity - len(self._flying)

        def write(tx: Tx) -> list[Lane]:
            if results:
                tx.outbox.settle(results, now)
            return tx.outbox.claim(self._owner, now, now + LEASE, room) if room > 0 else []

        try:
            lanes = await self._world.store.write(write)
        except StoreError:
            self._done = results + self._done
            raise
        await self._tell_owners()
        if lanes:
            jobs = await self._prepare(lanes, now)
            await self._begin(jobs, now)
        return bool(results or lanes)

    async def _settle_only(self) -> None:
        results, self._done = self._done, []
        now = self._world.now()
        if results:
            await self._world.store.write(lambda tx: tx.outbox.settle(results, now))
        await self._tell_owners()

    async def _prepare(self, lanes: Sequence[Lane], now: datetime) -> list[_Job]:
        held = [delivery for lane in lanes for delivery in lane.deliveries]
        people = [PersonId(lane.person) for lane in lanes if lane.person is not None]
        views = await self._world.store.read(lambda tx: self._showing.load(tx, _posts_of(lanes), people, held))
        jobs = []
        for lane in lanes:
            sender = self._world.sender(lane.place.platform)
            if sender is None:
                self._finish(Result(lane.place.id, lane.epoch, release=True, due=now + timedelta(minutes=1)))
                continue
            person = views.people.get(lane.person) if lane.person else None
            quiet = self._quiet_until(person, sender.limits, now)
            cap = self._world.policy.direct_cap if lane.person else self._world.policy.channel_cap
            step = s.next_step(lane, now, sender.limits, cap, quiet)
            job = await self._job(lane, step, sender, person, views, now)
            if job:
                jobs.append(job)
        return jobs

    def _quiet_until(self, person: Person | None, limits: Limits, now: datetime) -> datetime | None:
        if person is None or (person.quiet is None and not limits.rings):
            return None
        hours = person.quiet or DEFAULT_QUIET
        if not person.working_days:
            return None
        return quiet_until(Quiet(hours.start, hours.end, person.working_days, self._world.zone(person)), now)

    async def _job(
        self, lane: Lane, step: s.Step, sender: Sender, person: Person | None, views: Views, now: datetime
    ) -> _Job | None:
        place, epoch = lane.place.id, lane.epoch
        match step:
            case s.Rest(until):
                self._finish(Result(place, epoch, release=True, due=until, failures=lane.failures))
            case s.Divert(items):
                seqs = tuple(item.seq for item in items)
                self._finish(Result(place, epoch, divert=seqs, release=True, due=now, failures=lane.failures))
            case s.Drop(delivery, items, give_back):
                self._drop(lane, delivery, items, give_back, now)
            case s.Delete(delivery):
                attempt = Attempt(place, epoch, delivery.id, delivery.nonce, (), first=False)
                return _Job(lane, step, attempt, None, sender, delivery.kind, delivery)
            case s.Find(delivery):
                attempt = Attempt(place, epoch, delivery.id, delivery.nonce, (), first=True)
                return _Job(lane, step, attempt, None, sender, delivery.kind, delivery)
            case s.Update(delivery):
                return await self._show(lane, step, delivery, delivery.items, sender, person, views, now)
            case s.Send(delivery, items):
                return await self._show(lane, step, delivery, items, sender, person, views, now)
        return None

    def _drop(
        self, lane: Lane, delivery: Delivery | None, items: Sequence[Item], give_back: bool, now: datetime
    ) -> None:
        seqs = tuple(item.seq for item in items)
        self._finish(
            Result(
                lane.place.id,
                lane.epoch,
                delivery=delivery.id if delivery else None,
                state=State.GONE if delivery else None,
                drop=() if give_back else seqs,
                divert=seqs if give_back else (),
                release=True,
                due=now,
            )
        )

    async def _show(
        self,
        lane: Lane,
        step: s.Step,
        delivery: Delivery | None,
        items: Sequence[Item],
        sender: Sender,
        person: Person | None,
        views: Views,
        now: datetime,
    ) -> _Job | None:
        first = isinstance(step, s.Send)
        members = None
        if lane.place.kind is not PlaceKind.DIRECT:
            members = await self._world.members(lane.place)
            if not members.known:
                later = Result(lane.place.id, lane.epoch, release=True, due=now + MEMBERS_AGAIN)
                self._finish(replace(later, error="its members are not known", failures=lane.failures))
                return None
        shown = self._showing.compose(lane.place, person, members, delivery, items, views, sender.limits)
        repeated = delivery is not None and delivery.state in UNCLEAR
        if shown.card is None:
            if delivery is not None and repeated:
                # It may stand there though it may no longer be seen there: only a message that is known can go.
                looks = await self._job(lane, s.look(delivery, now), sender, person, views, now)
                return replace(looks, unwanted=True) if looks else None
            if first:
                self._drop(lane, delivery, items, False, now)
                return None
            gone = Attempt(lane.place.id, lane.epoch, delivery.id if delivery else None, "", (), first=False)
            return _Job(lane, s.Delete(delivery), gone, None, sender, Kind.LIVE, delivery) if delivery else None
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
        return _Job(lane, step, attempt, shown.card, sender, delivery.kind if delivery else Kind.LIVE, delivery)

    async def _begin(self, jobs: Sequence[_Job], now: datetime) -> None:
        if not jobs:
            return
        begun = await self._world.store.write(lambda tx: tx.outbox.begin([job.attempt for job in jobs], now))
        for index, job in enumerate(jobs):
            if index in begun:
                self._fly(self._carry(job, begun[index], now))

    def _fly(self, flight: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(flight)
        self._flying.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._stir.set()
        if not task.cancelled() and (error := task.exception()):
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a delivery failed oddly", "exception": error}
            )

    async def _carry(self, job: _Job, id: DeliveryId, now: datetime) -> None:
        """Makes one request, whatever comes of it, a Result."""
        try:
            async with asyncio.timeout(d.REQUEST_DEADLINE.total_seconds()):
                result = await self._ask(job, id, now)
        except TimeoutError:
            result = self._failed(job, id, Uncertain(reason="no answer in time"))
        except SendFailure as failure:
            result = self._failed(job, id, failure)
        self._finish(result)

    async def _ask(self, job: _Job, id: DeliveryId, now: datetime) -> Result:
        place, base = job.lane.place, Result(job.lane.place.id, job.lane.epoch, delivery=id, release=True)
        unclear = job.delivery if job.delivery and job.delivery.state in UNCLEAR else None
        key = Key(id, job.attempt.nonce, (unclear and unclear.first_tried_at) or now)
        match job.step:
            case s.Delete(delivery):
                if delivery.message is not None:
                    await job.sender.delete(place, delivery.message)
                return self._counted(job, replace(base, state=State.GONE, due=self._world.now()), "deleted")
            case s.Find(delivery):
                return await self._find(job, delivery, key, base)
            case s.Update(delivery) if job.card is not None and delivery.message is not None:
                sent = await job.sender.update(place, delivery.message, job.card)
                return self._settled(job, base, sent, None, "updated")
            case _ if job.card is not None:
                sent = await job.sender.send(place, job.card, key)
                live = self._world.now() if job.kind is Kind.LIVE else None
                return self._settled(job, base, sent, live, "sent")
        raise Transient(reason="nothing to show")

    def _settled(self, job: _Job, base: Result, sent: Sent, live: datetime | None, outcome: str) -> Result:
        now = self._world.now()
        more = job.lane.waiting_count > len(job.attempt.tries) or bool(job.lane.deliveries)
        return self._counted(
            job,
            replace(
                base,
                state=State.SETTLED,
                message=sent.message,
                shown=True,
                live_at=live,
                free=sent.free,
                due=now if more else None,
            ),
            outcome,
        )

    async def _find(self, job: _Job, delivery: Delivery, key: Key, base: Result) -> Result:
        finder = self._world.finder(job.lane.place.platform)
        now = self._world.now()
        if finder is None:
            why = "it is not known whether it was sent, and the place cannot be searched"
            return self._counted(job, replace(base, state=State.BURIED, error=why, due=now), "buried")
        found = await finder.find(job.lane.place, key)
        if found is not None and job.unwanted:
            await job.sender.delete(job.lane.place, found)
            return self._counted(job, replace(base, state=State.GONE, due=now), "deleted")
        if found is not None:
            return self._counted(job, replace(base, state=State.SETTLED, message=found, shown=True, due=now), "found")
        state = State.GONE if delivery.empty or job.unwanted else State.WAITING
        return replace(base, state=state, due=now, failures=job.lane.failures)

    def _failed(self, job: _Job, id: DeliveryId, failure: SendFailure) -> Result:
        """What a failed request means, by `decide`. Updates and deletes may simply be made again."""
        now, lane = self._world.now(), job.lane
        first = isinstance(job.step, s.Send)
        plain = job.delivery.plain if job.delivery else False
        deadline = job.delivery.deadline if job.delivery else None
        if job.kind is Kind.LIVE and first:
            deadline = (job.delivery.created_at if job.delivery else now) + d.LIVE_BUDGET
        jitter = self._world.random.random()
        outcome = d.decide(failure, job.kind, lane.failures + 1, deadline, now, jitter, plain)
        base = Result(lane.place.id, lane.epoch, delivery=id, release=True, due=now, error=failure.english()[:500])
        if isinstance(job.step, s.Find) and isinstance(outcome, d.Reconcile):
            outcome = d.decide(Transient(reason=""), job.kind, lane.failures + 1, None, now, jitter)
        match outcome:
            case d.Later(at, as_plain):
                state = State.WAITING if first else None
                later = replace(base, state=state, free=at, due=at, failures=lane.failures + 1)
                return self._counted(job, replace(later, plain=True) if as_plain else later, "later")
            case d.Reconcile(at):
                if not first:
                    return self._counted(
                        job, replace(base, free=at + d.BACKOFF_BASE, failures=lane.failures + 1), "later"
                    )
                return self._counted(job, replace(base, state=State.UNCERTAIN), "uncertain")
            case d.Pause(why):
                self._told.append((lane, why))
                state = State.WAITING if first else None
                return self._counted(job, replace(base, state=state, pause=why), "paused")
            case d.Bury(why):
                # A change that will never be taken leaves the message as it stands.
                changed = isinstance(job.step, s.Update)
                state = State.SETTLED if changed else State.BURIED
                return self._counted(job, replace(base, state=state, shown=changed, error=why[:500]), "buried")
            case d.Settled():
                return self._counted(job, replace(base, state=State.GONE, error=""), "gone")

    def _counted(self, job: _Job, result: Result, outcome: str) -> Result:
        self._world.meter.delivered(job.lane.place.platform, outcome)
        return result

    def _finish(self, result: Result) -> None:
        self._done.append(result)

    async def _tell_owners(self) -> None:
        """Tells those who made a channel follow, once, that nothing can be sent there any more."""
        told, self._told = self._told, []
        now = self._world.now()
        for lane, why in told:
            if lane.place.kind is PlaceKind.DIRECT:
                continue
            payload = json.dumps({"name": "closed", "place": lane.place.name, "why": why})
            nonce = self._world.nonce()
            await self._world.store.write(partial(_tell, lane=lane, payload=payload, nonce=nonce, now=now))


def _tell(tx: Tx, lane: Lane, payload: str, nonce: str, now: datetime) -> None:
    owners = {follow.by for follow in tx.follows.of(SubscriberId(lane.place.id))}
    for number, person in enumerate(tx.people.many(list(owners)).values()):
        if person.home is not None:
            key = f"closed {lane.place.id} {person.id} {now:%Y-%m-%d}"
            tx.outbox.add_notice(person.home, payload, f"{nonce}{number}"[:25], now, key)


def _posts_of(lanes: Sequence[Lane]) -> list[Any]:
    found = {item.post for lane in lanes for item in lane.waiting}
    found.update(item.post for lane in lanes for delivery in lane.deliveries for item in delivery.items)
    return list(found)
