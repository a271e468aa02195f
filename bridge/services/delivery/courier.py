"""The courier: takes places where wish and reality differ, and makes them agree, one request at a time a place.

    claim places (lease, epoch) -> next step, rights, card -> record the attempt -> send | update | delete | find
        -> settle, or decide(failure) -> settle

A turn is one transaction: it writes what came of requests, records those that are about to be made, and claims as many
places as there is room for. Between turns places are prepared and requests are under way, each by itself, so a slow
platform delays its own places only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bridge.model.delivery import Lane
from bridge.model.errors import StoreError
from bridge.model.ids import DeliveryId, PlaceId
from bridge.model.kept import Result, Tx
from bridge.services.delivery.carrying import Carrier, Job
from bridge.services.delivery.owners import tell_owners
from bridge.services.delivery.preparing import Preparer, again
from bridge.services.delivery.showing import Showing, Views
from bridge.services.world import World

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""How long a place is ours without another word. It is renewed a third of that after the last time, and whoever has
not got round to it for two thirds makes no request any more: somebody else may be about to."""
POLL_SECONDS = 0.5
CAPACITY = 300
"""Places held at a time: being prepared, under way, or waiting to be written down."""
SHARE = 2 / 3
"""Of these at most so many of one platform: where it hangs, others go on."""
SOON = timedelta(seconds=1)
ODD = timedelta(minutes=1)
"""Until a place is looked at again that could not be prepared: for want of the database, or by a mistake of ours."""


class Courier:
    """One of these a process. `owner` names it in leases."""

    def __init__(self, world: World, showing: Showing, owner: str, capacity: int = CAPACITY) -> None:
        self._world, self._owner, self._capacity = world, owner, capacity
        self._carrier = Carrier(world)
        self._preparer = Preparer(world, showing, self._carrier)
        self._held: dict[PlaceId, _Hold] = {}
        self._left: dict[PlaceId, float] = {}  # leased places that are left alone until then (monotonic seconds)
        self._renewed = 0.0
        self._frees: list[datetime] = []  # when places may be asked again that have more, soonest first
        self._done: list[Result] = []
        self._ready: list[Job] = []
        self._at_stake: set[PlaceId] = set()  # places that the turn under way is about
        self._tasks: set[asyncio.Task[None]] = set()
        self._stir = asyncio.Event()
        self._turning = asyncio.Lock()
        self._stopping = False

    @property
    def held(self) -> int:
        """Places it has at the moment."""
        return len(self._held)

    def wake(self) -> None:
        """There may be work. Cheap, and safe to call often; only from the event loop's thread."""
        self._stir.set()

    async def run(self) -> None:
        """Works until `stop`. A wake-up comes from `wake`; a look twice a second is the truth behind it."""
        while not self._stopping:
            self._stir.clear()
            more = False
            try:
                async with self._turning:
                    more = await self.turn()
            except StoreError:
                pass
            except Exception:
                # Whatever it was, other places must not wait for a restart.
                log.exception("The courier's turn failed; it goes on.")
                self._leave(self._at_stake)
            if not more:
                soon = (self._frees[0] - self._world.now()).total_seconds() if self._frees else POLL_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(POLL_SECONDS, max(0.0, soon))):
                        await self._stir.wait()

    async def stop(self, seconds: float = 4) -> None:
        """Claims nothing more, finishes for so long what it has, and writes what came of it."""
        self._stopping = True
        self._stir.set()
        with suppress(TimeoutError, StoreError):
            async with asyncio.timeout(seconds):
                while self._busy:
                    async with self._turning:
                        await self._turn(claims=False)
                    await self._progress()
        for task in self._tasks:
            task.cancel()
        self._done += [again(job.lane, self._world.now()) for job in self._ready]
        self._ready.clear()
        with suppress(StoreError):
            if self._done:
                await self._turn(claims=False)

    async def drain(self) -> None:
        """Works until nothing is due and nothing is under way: for tests and benchmarks."""
        while True:
            await self.turn()
            if not await self._progress():
                return

    async def turn(self) -> bool:
        """One transaction. True when more places may be due than there was room for."""
        return await self._turn(claims=not self._stopping)

    @property
    def _busy(self) -> bool:
        return bool(self._tasks or self._done or self._ready)

    async def _progress(self) -> bool:
        """Waits until there is something for a turn. False when nothing was under way."""
        busy = self._busy
        while self._tasks and not self._done and not self._ready:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return busy

    async def _turn(self, claims: bool) -> bool:
        now, at = self._world.now(), self._world.clock.monotonic()
        (results, self._done), (jobs, self._ready) = (self._done, []), (self._ready, [])
        done, attempts = {result.place for result in results}, [job.attempt for job in jobs]
        self._at_stake = done | {attempt.place for attempt in attempts}
        kept = self._held.keys() - done
        renewing = list(kept) if at - self._renewed >= LEASE.total_seconds() / 3 else []
        room, full = self._room(kept) if claims else (0, [])
        self._left = {place: until for place, until in self._left.items() if at < until}
        but = kept | self._left.keys()

        def write(tx: Tx) -> tuple[dict[int, DeliveryId], list[Lane]]:
            begun: dict[int, DeliveryId] = {}
            if results or jobs or renewing:
                begun = tx.outbox.advance(results, attempts, renewing, self._owner, now, now + LEASE)
            lanes = tx.outbox.claim(self._owner, now, now + LEASE, room, but, full) if room > 0 else []
            return begun, lanes

        try:
            begun, lanes = await self._world.store.write(write)
        except StoreError:
            self._done, self._ready = results + self._done, jobs + self._ready
            raise
        frees = [max(result.due, result.free or result.due) for result in results if result.due is not None]
        self._frees = sorted(at for at in self._frees + frees if now < at < now + SOON * 2)
        for place in done:
            self._held.pop(place, None)
        if renewing:
            self._renewed = at
            for place in self._held.keys() & renewing:  # a task that failed oddly meanwhile has let go of its own
                self._held[place].until = self._until(at)
        self._held |= {lane.place.id: _Hold(lane.place.platform, self._until(at)) for lane in lanes}
        if lanes:
            self._start(self._prepare(lanes, now), [lane.place.id for lane in lanes])
        for index, job in enumerate(jobs):
            if index in begun:
                self._start(self._carry(job, begun[index], now), [job.lane.place.id])
            else:  # somebody else has it by now, or what was to be sent was taken back
                self._world.meter.fenced(1)
                self._held.pop(job.lane.place.id, None)
                self._stir.set()
        await tell_owners(self._world, self._carrier.closed())
        return 0 < room == len(lanes)

    def _until(self, at: float) -> float:
        return at + LEASE.total_seconds() * 2 / 3

    def _room(self, kept: Iterable[PlaceId]) -> tuple[int, list[str]]:
        """How many places it may claim, and the platforms of which it has as many as it may."""
        most = max(1, round(self._capacity * SHARE))
        counts = Counter(self._held[place].platform for place in kept)
        full = [platform for platform, count in counts.items() if count >= most]
        fullest = max((count for count in counts.values() if count < most), default=0)
        return min(self._capacity - counts.total(), most - fullest), full

    async def _prepare(self, lanes: Sequence[Lane], now: datetime) -> None:
        try:
            views = await self._preparer.load(lanes)
        except StoreError:
            self._finished(*(again(lane, now + SOON) for lane in lanes))
            return
        # A platform may have to be asked who is in a channel.
        await asyncio.gather(*(self._prepare_one(lane, views, now) for lane in lanes))

    async def _prepare_one(self, lane: Lane, views: Views, now: datetime) -> None:
        try:
            made = await self._preparer.prepare(lane, views, now)
        except StoreError:
            made = again(lane, now + SOON)
        except Exception:
            log.exception("A place could not be prepared; others go on.")
            made = again(lane, now + ODD)
        if isinstance(made, Job):
            self._ready.append(made)
            self._stir.set()
        else:
            self._finished(made)

    async def _carry(self, job: Job, id: DeliveryId, now: datetime) -> None:
        hold = self._held.get(job.lane.place.id)
        if hold is None or self._world.clock.monotonic() >= hold.until:
            self._finished(self._carrier.unsent(job, id))
        else:
            self._finished(await self._carrier.carry(job, id, now))

    def _finished(self, *results: Result) -> None:
        self._done += results
        self._stir.set()

    def _start(self, work: Coroutine[Any, Any, None], places: Sequence[PlaceId]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._ended(task, places))

    def _ended(self, task: asyncio.Task[None], places: Sequence[PlaceId]) -> None:
        self._tasks.discard(task)
        self._stir.set()
        if not task.cancelled() and (error := task.exception()):
            self._leave(places)
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a delivery failed oddly", "exception": error}
            )

    def _leave(self, places: Iterable[PlaceId]) -> None:
        """Nobody knows how far it got there: it is looked at as after a crash, once their leases are over."""
        for place in places:
            self._held.pop(place, None)
            self._left[place] = self._world.clock.monotonic() + LEASE.total_seconds()


@dataclass(slots=True)
class _Hold:
    """A place that is ours until `until` (monotonic seconds)."""

    platform: str
    until: float
