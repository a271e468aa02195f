"""One request to a platform: made once, and whatever comes of it becomes a Result. Retries are `delivery.decide`'s."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.model import delivery as d
from bridge.model import step as s
from bridge.model.card import Card
from bridge.model.delivery import Delivery, Kind, Lane, State
from bridge.model.errors import NotYet, Refused, SendFailure, Throttled, Transient, Uncertain
from bridge.model.ids import DeliveryId
from bridge.model.kept import Attempt, Result
from bridge.model.pace.places import Trip
from bridge.model.pace.told import Hint
from bridge.model.place import Place
from bridge.model.ports import Key, Sender, Sent
from bridge.services.world import World, why_closed

UNCLEAR = (State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Job:
    """A request about to be made. `delivery` None: a new one. `unwanted`: what is found may not stand there."""

    lane: Lane
    step: s.Step
    rules: s.Rules
    attempt: Attempt
    card: Card | None
    sender: Sender
    kind: Kind
    delivery: Delivery | None = None
    unwanted: bool = False


class Carrier:
    """Makes requests, and remembers which places closed to us."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._closed: list[tuple[Place, str]] = []

    def closed(self) -> list[tuple[Place, str]]:
        """Places that closed to us since the last call, each with why."""
        closed, self._closed = self._closed, []
        return closed

    def close(self, lane: Lane, why: str) -> Result:
        """A place that closed to us before anything was asked. `why`: a sentence for whoever can open it again."""
        self._closed.append((lane.place, why))
        return Result(lane.place.id, lane.epoch, release=True, pause=why)

    def unsent(self, job: Job, id: DeliveryId) -> Result:
        """A request that was not made, since the place may be somebody else's by now."""
        first = isinstance(job.step, s.Send) and (job.delivery is None or job.delivery.state not in UNCLEAR)
        base = Result(job.lane.place.id, job.lane.epoch, delivery=id, state=State.WAITING if first else None)
        now = self._world.now()
        return replace(base, release=True, due=now, failures=job.lane.failures, left=job.lane.load)

    async def carry(self, job: Job, id: DeliveryId, now: datetime) -> Result:
        """Makes one request, whatever comes of it, a Result that says when the place may be asked again."""
        try:
            async with asyncio.timeout(d.REQUEST_DEADLINE.total_seconds()):
                result, hint = await self._ask(job, id, now)
            return self._paced(job, result, hint)
        except TimeoutError:
            failure: SendFailure = Uncertain(reason="no answer in time")
        except SendFailure as failed:
            failure = failed
        result = self._failed(job, id, failure)
        return result if isinstance(failure, NotYet) else self._paced(job, result, failure.hint)

    def _paced(self, job: Job, result: Result, hint: Hint) -> Result:
        clock, state = self._world.clock, job.lane.pace
        answered = clock.monotonic() if hint.answered is None else hint.answered
        trip = Trip(
            ended=self._world.now() - timedelta(seconds=clock.monotonic() - answered),
            took=None if hint.began is None else answered - hint.began,
            hint=hint,
            jitter=self._world.random.random(),
            writes=not isinstance(job.step, s.Find),
        )
        paced = job.sender.pacer.after(state, trip)
        frees = [at for at in (result.free, paced.free) if at is not None]
        return replace(result, free=max(frees, default=None), pace=paced.state if paced.state != state else None)

    async def _ask(self, job: Job, id: DeliveryId, now: datetime) -> tuple[Result, Hint]:
        unclear = job.delivery if job.delivery and job.delivery.state in UNCLEAR else None
        # A message that is recognised shows what was tried first, which need not be what is wanted.
        place, done = job.lane.place, 0 if unclear else 1 if job.delivery else len(job.attempt.tries)
        base = Result(place.id, job.lane.epoch, delivery=id, release=True, left=job.lane.load - done)
        key = Key(id, job.attempt.nonce, (unclear and unclear.first_tried_at) or now, _revisions(job), job.lane.load)
        match job.step:
            case s.Delete(delivery):
                hint = Hint() if delivery.message is None else await job.sender.delete(place, delivery.message)
                return self._counted(job, replace(base, state=State.GONE, due=self._world.now()), "deleted"), hint
            case s.Find(delivery):
                return await self._find(job, delivery, key, base)
            case s.Update(delivery) if job.card is not None and delivery.message is not None:
                sent = await job.sender.update(place, delivery.message, job.card)
                return self._settled(job, base, sent, None, "updated"), sent.hint
            case _ if job.card is not None:
                sent = await job.sender.send(place, job.card, key)
                live = self._world.now() if job.kind in s.LIVELY else None
                return self._settled(job, base, sent, live, "sent"), sent.hint
        raise Transient(reason="nothing to show")

    def _settled(self, job: Job, base: Result, sent: Sent, live: datetime | None, outcome: str) -> Result:
        now = self._world.now()
        return self._counted(
            job,
            replace(
                base,
                state=State.SETTLED,
                message=sent.message,
                shown=True,
                live_at=live,
                due=now if base.left > 0 else None,
            ),
            outcome,
        )

    async def _find(self, job: Job, delivery: Delivery, key: Key, base: Result) -> tuple[Result, Hint]:
        finder = self._world.finder(job.lane.place.platform)
        now = self._world.now()
        if finder is None:
            why = "it is not known whether it was sent, and the place cannot be searched"
            return self._blind(job, delivery, replace(base, error=why, due=now)), Hint()
        found = await finder.find(job.lane.place, key)
        if found is not None and job.unwanted:
            hint = await job.sender.delete(job.lane.place, found)
            return self._counted(job, replace(base, state=State.GONE, due=now), "deleted"), hint
        if found is not None:
            stands = replace(base, state=State.SETTLED, message=found, shown=True, due=now)
            return self._counted(job, stands, "found"), Hint()
        state = State.GONE if delivery.empty or job.unwanted else State.WAITING
        return replace(base, state=state, due=now, failures=job.lane.failures), Hint()

    def _blind(self, job: Job, delivery: Delivery, base: Result) -> Result:
        """It can never be known whether it stands there. Twice is better than never; what nobody wants any more is left
        to whoever looks after the bridge."""
        if delivery.empty or job.unwanted:
            return self._counted(job, replace(base, state=State.BURIED), "buried")
        return self._counted(job, replace(base, state=State.WAITING, failures=job.lane.failures), "later")

    def _failed(self, job: Job, id: DeliveryId, failure: SendFailure) -> Result:
        """What a failed request means, by `decide`. Updates and deletes may simply be made again."""
        now, lane = self._world.now(), job.lane
        first = isinstance(job.step, s.Send)
        # This attempt certainly failed; an earlier one may have arrived all the same.
        doubt = job.delivery is not None and job.delivery.state in UNCLEAR
        waits = None if not first else State.UNCERTAIN if doubt else State.WAITING
        plain = job.delivery.plain if job.delivery else False
        deadline = job.delivery.deadline if job.delivery else None
        if job.kind in s.LIVELY:
            deadline = now if first and job.rules.over(deadline, now) else None
        jitter = self._world.random.random()
        outcome = d.decide(failure, job.kind, lane.failures + 1, deadline, now, jitter, plain)
        base = Result(lane.place.id, lane.epoch, delivery=id, release=True, due=now, left=lane.load)
        base = replace(base, error=failure.english()[:500])
        if isinstance(job.step, s.Find):
            if isinstance(failure, Refused):
                return self._blind(job, job.step.delivery, base)
            if isinstance(outcome, d.Reconcile):
                outcome = d.decide(Transient(reason=""), job.kind, lane.failures + 1, None, now, jitter)
        failures = lane.failures + (not isinstance(failure, NotYet))
        match outcome:
            case d.Later(at, as_plain):
                later = replace(base, state=waits, free=at, due=at, failures=failures)
                # What a platform said, not what our own budgets did.
                told = isinstance(failure, Throttled) and not isinstance(failure, NotYet)
                later = replace(later, plain=True) if as_plain else later
                return self._counted(job, later, "throttled" if told else "later")
            case d.Reconcile(at):
                if not first:
                    return self._counted(job, replace(base, free=at, due=at, failures=lane.failures + 1), "later")
                maybe = replace(base, state=State.UNCERTAIN, free=at, due=at, failures=lane.failures + 1)
                return self._counted(job, maybe, "uncertain")
            case d.Pause(why):
                self._closed.append((lane.place, why_closed(failure)))
                return self._counted(job, replace(base, state=waits, pause=why), "paused")
            case d.Bury(why):
                # A change that will never be taken leaves the message as it stands.
                changed = isinstance(job.step, s.Update)
                state = State.SETTLED if changed else State.BURIED
                return self._counted(job, replace(base, state=state, shown=changed, error=why[:500]), "buried")
            case d.Settled():
                return self._counted(job, replace(base, state=State.GONE, error=""), "gone")

    def _counted(self, job: Job, result: Result, outcome: str) -> Result:
        self._world.meter.delivered(job.lane.place.platform, outcome)
        return result


def _revisions(job: Job) -> tuple[int, ...]:
    """What is being sent, or was in the attempt that may have arrived."""
    if job.attempt.payload_rev is not None:
        return (job.attempt.payload_rev,)
    if job.attempt.tries:
        return tuple(revision for _, revision in job.attempt.tries if revision is not None)
    items = job.delivery.items if job.delivery else ()
    return tuple(item.tried for item in items if item.tried is not None)
