"""The courier: takes places where wish and reality differ, and makes them agree, one request at a time a place.

    claim places (lease, epoch) -> next_step -> rights and card -> record the attempt -> send | update | delete | find
        -> settle, or decide(failure) -> settle

What is done and what comes next are written in batches: a turn settles everything that finished since the last one
and claims as many places as there is room for, in one transaction. A slow platform delays its own places only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bridge.model import step as s
from bridge.model.delivery import Delivery, Item, Kind, Lane, State
from bridge.model.errors import StoreError
from bridge.model.ids import DeliveryId, PersonId
from bridge.model.kept import Attempt, Result, Tx
from bridge.model.person import Person
from bridge.model.ports import Sender
from bridge.services.acquaint import readers
from bridge.services.carrying import UNCLEAR, Carrier, Job
from bridge.services.owners import tell_owners
from bridge.services.showing import Showing, Views
from bridge.services.world import World

LEASE = timedelta(seconds=90)
POLL_SECONDS = 1.0
CAPACITY = 100
MEMBERS_AGAIN = timedelta(seconds=60)


class Courier:
    """One of these a process. `owner` names it in leases."""

    def __init__(self, world: World, showing: Showing, owner: str, capacity: int = CAPACITY) -> None:
        self._world, self._showing, self._owner, self._capacity = world, showing, owner, capacity
        self._done: list[Result] = []
        self._carrier = Carrier(world)
        self._flying: set[asyncio.Task[None]] = set()
        self._stir = asyncio.Event()
        self._turning = asyncio.Lock()
        self._stopping = False

    def wake(self) -> None:
        """There may be work. Cheap, and safe to call often; only from the event loop's thread."""
        self._stir.set()

    async def run(self) -> None:
        """Works until `stop`. A wake-up comes from `wake`; a look every second is the truth behind it."""
        while not self._stopping:
            self._stir.clear()
            try:
                async with self._turning:
                    busy = await self.turn()
            except StoreError:
                busy = False
            if not busy or len(self._flying) >= self._capacity:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._stir.wait()

    async def stop(self, seconds: float = 4) -> None:
        """Claims nothing more, waits that long for what is in flight, and writes what came of it."""
        self._stopping = True
        self._stir.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async with self._turning:
                    pass  # what the last turn claimed has taken off, and nothing follows it
                if self._flying:
                    await asyncio.wait(self._flying)
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
        await tell_owners(self._world, self._carrier.closed())
        if lanes:
            jobs = await self._prepare(lanes, now)
            await self._begin(jobs, now)
        return bool(results or lanes)

    async def _settle_only(self) -> None:
        results, self._done = self._done, []
        now = self._world.now()
        if results:
            await self._world.store.write(lambda tx: tx.outbox.settle(results, now))
        await tell_owners(self._world, self._carrier.closed())

    async def _prepare(self, lanes: Sequence[Lane], now: datetime) -> list[Job]:
        held = [delivery for lane in lanes for delivery in lane.deliveries]
        people = [PersonId(lane.person) for lane in lanes if lane.person is not None]
        views = await self._world.store.read(lambda tx: self._showing.load(tx, _posts_of(lanes), people, held))
        preparing = []
        for lane in lanes:
            sender = self._world.sender(lane.place.platform)
            if sender is None:
                self._finish(Result(lane.place.id, lane.epoch, release=True, due=now + timedelta(minutes=1)))
                continue
            person = views.people.get(lane.person) if lane.person else None
            quiet = self._world.quiet_end(person, lane.place.platform)
            cap = self._world.policy.direct_cap if lane.person else self._world.policy.channel_cap
            step = s.next_step(lane, now, sender.limits, cap, quiet)
            preparing.append(self._job(lane, step, sender, person, views, now))
        # All at once: a platform may have to be asked who is in a channel.
        return [job for job in await asyncio.gather(*preparing) if job]

    async def _job(
        self, lane: Lane, step: s.Step, sender: Sender, person: Person | None, views: Views, now: datetime
    ) -> Job | None:
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
                return Job(lane, step, attempt, None, sender, delivery.kind, delivery)
            case s.Find(delivery):
                attempt = Attempt(place, epoch, delivery.id, delivery.nonce, (), first=True)
                return Job(lane, step, attempt, None, sender, delivery.kind, delivery)
            case s.Update(delivery):
                return await self._show(lane, step, delivery, delivery.items, sender, person, views, now)
            case s.Send(delivery, items):
                return await self._show(lane, step, delivery, items, sender, person, views, now)
        return None

    def _drop(
        self, lane: Lane, delivery: Delivery | None, items: Sequence[Item], give_back: bool, now: datetime
    ) -> None:
        seqs = tuple(item.seq for item in items)
        dropped = Result(lane.place.id, lane.epoch, release=True, due=now)
        dropped = replace(dropped, drop=() if give_back else seqs, divert=seqs if give_back else ())
        self._finish(replace(dropped, delivery=delivery.id, state=State.GONE) if delivery else dropped)

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
    ) -> Job | None:
        first = isinstance(step, s.Send)
        person, members = await readers(self._world, lane.place, person)
        if members and members.closed:
            self._finish(self._carrier.close(lane, members.closed))
            return None
        if members and not members.known:
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
            return Job(lane, s.Delete(delivery), gone, None, sender, Kind.LIVE, delivery) if delivery else None
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
        return Job(lane, step, attempt, shown.card, sender, delivery.kind if delivery else Kind.LIVE, delivery)

    async def _begin(self, jobs: Sequence[Job], now: datetime) -> None:
        if not jobs:
            return
        begun = await self._world.store.write(lambda tx: tx.outbox.begin([job.attempt for job in jobs], now))
        for index, job in enumerate(jobs):
            if index in begun:
                self._fly(self._carried(job, begun[index], now))

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

    async def _carried(self, job: Job, id: DeliveryId, now: datetime) -> None:
        self._finish(await self._carrier.carry(job, id, now))

    def _finish(self, result: Result) -> None:
        self._done.append(result)


def _posts_of(lanes: Sequence[Lane]) -> list[Any]:
    found = {item.post for lane in lanes for item in lane.waiting}
    found.update(item.post for lane in lanes for delivery in lane.deliveries for item in delivery.items)
    return list(found)
