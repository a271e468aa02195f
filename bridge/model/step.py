"""What the courier does next in a place: the steps there are, and `next_step`, which chooses one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from bridge.model.card import Limits
from bridge.model.delivery import (
    AWAY_AFTER,
    HOUR,
    LIVE_BUDGET,
    REQUEST_DEADLINE,
    Delivery,
    Item,
    Kind,
    Lane,
    Reason,
    State,
    Together,
)
from bridge.model.times.calendar import Quiet, loud_since, quiet_until

ABSENCE_COUNTS_AFTER = REQUEST_DEADLINE + timedelta(seconds=10)
"""Not finding a message proves nothing before this much time has passed since the attempt."""
JOIN_ABOVE = 3
LIVELY = (Kind.LIVE, Kind.AWAY)


@dataclass(frozen=True, slots=True)
class Send:
    """Send for the first time (`delivery` None: freeze `items` into a new one), or again after a certain failure."""

    delivery: Delivery | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Update:
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Delete:
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Find:
    """Look whether an uncertain message stands there, before anything else happens in this place."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Drop:
    """Never sent and no longer wanted, or too late: let go. `give_back`: its items come in the next digest instead."""

    delivery: Delivery | None
    items: tuple[Item, ...]
    give_back: bool = False


@dataclass(frozen=True, slots=True)
class Divert:
    """More than the noise cap allows: leave these to the digest."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Gather:
    """What waits and was queued by `until` becomes one message, and with it everything queued earlier in this
    place; `deliveries`: messages never sent whose items join it."""

    until: datetime
    why: Together
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do before `until` (None: before something changes)."""

    until: datetime | None


Step = Send | Update | Delete | Find | Drop | Divert | Gather | Rest


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a place besides what waits there. `cap`: live messages an hour. `quiet`: the hours in which its
    person wants none (first sends wait, and the wait counts towards no limit of time)."""

    limits: Limits
    cap: int
    quiet: Quiet | None = None

    def since(self, now: datetime, span: timedelta) -> datetime:
        """The moment since which so much time has passed that counts."""
        return loud_since(self.quiet, now, span)

    def over(self, deadline: datetime | None, now: datetime) -> bool:
        """Whether the time of a live message that was to be there by then, as the clock goes, is over."""
        # By the clock first: what is in time by it is in time.
        return deadline is not None and deadline <= now and deadline - LIVE_BUDGET <= self.since(now, LIVE_BUDGET)


def next_step(lane: Lane, now: datetime, rules: Rules) -> Step:
    """What the courier does next in this place. Deletes overtake, edits coalesce, first sends keep their order.

    Uncertain messages are cleared up first: until then nothing else is safe.
    """
    for delivery in lane.deliveries:
        if delivery.state in (State.SENDING, State.UNCERTAIN):
            return _clear_up(delivery, now, rules.limits)
    settled = [d for d in lane.deliveries if d.state is State.SETTLED]
    for delivery in settled:
        if delivery.empty:
            return Delete(delivery)
    for delivery in settled:
        if delivery.stale:
            return Update(delivery)
    unsent = [d for d in lane.deliveries if d.state is State.WAITING]
    for delivery in unsent:
        if delivery.empty:
            return Drop(delivery, delivery.items)
        if _too_late(delivery, lane, now, rules):
            return Drop(delivery, delivery.items, give_back=True)
    gone = tuple(item for item in lane.waiting if item.gone)
    if gone:
        return Drop(None, gone)
    return _first_send(lane, unsent, now, rules)


def _too_late(delivery: Delivery, lane: Lane, now: datetime, rules: Rules) -> bool:
    if delivery.kind not in LIVELY:
        return delivery.deadline is not None and now >= delivery.deadline
    # Where no digest would bring it, late is better than never.
    return lane.digests and rules.over(delivery.deadline, now)


def _clear_up(delivery: Delivery, now: datetime, limits: Limits) -> Step:
    tried = delivery.tried_at or delivery.created_at
    first = delivery.first_tried_at or tried
    # The platform's memory begins with the first attempt, whatever was tried since; and what is sent now may arrive
    # as late as absence waits for.
    if not delivery.empty and now + ABSENCE_COUNTS_AFTER < first + timedelta(seconds=limits.dedupes_for):
        return Send(delivery, delivery.items)
    return look(delivery, now)


def look(delivery: Delivery, now: datetime) -> Rest | Find:
    """Whether it stands there, asked as soon as the answer can be trusted."""
    counts = (delivery.tried_at or delivery.created_at) + ABSENCE_COUNTS_AFTER
    return Rest(counts) if now < counts else Find(delivery)


def _first_send(lane: Lane, unsent: Sequence[Delivery], now: datetime, rules: Rules) -> Step:
    for delivery in unsent:
        if delivery.kind is Kind.NOTICE:
            return Send(delivery, delivery.items)
    begun = [delivery for delivery in unsent if delivery.kind in LIVELY]
    until: datetime | None = None
    if begun or lane.waiting:
        until = quiet_until(rules.quiet, now) if rules.quiet else None
        step = Rest(until) if until else _live(lane, begun, now, rules)
        if not isinstance(step, Rest):
            return step
        until = step.until
    for delivery in unsent:
        if delivery.kind is Kind.DIGEST:
            return Send(delivery, delivery.items)
    return Rest(until)


def _live(lane: Lane, begun: Sequence[Delivery], now: datetime, rules: Rules) -> Step:
    lives = sorted(at for at in lane.lives if now - at < HOUR)
    room = rules.cap - len(lives)
    if (late := _late(lane, begun, now, rules)) and room > 0:
        return late
    if begun:
        return Send(begun[0], begun[0].items)
    if lane.waiting[0].reason is Reason.ANNOUNCED:
        return Send(None, lane.waiting[:1])
    if room <= 0 and lane.digests:
        return Divert(tuple(takewhile(lambda item: item.reason is not Reason.ANNOUNCED, lane.waiting)))
    if room <= 0:
        return Rest(lives[-rules.cap] + HOUR if rules.cap else now + HOUR)
    most = max(1, rules.limits.joined)
    if room == 1 and not lane.digests and lane.waiting_count > most:
        # Nothing else would bring the rest: the last message that the hour has room for brings all of it.
        return Gather(now, Together.MANY)
    joins = lane.waiting_count > JOIN_ABOVE or (room == 1 and not lane.digests)
    return Send(None, lane.waiting[: most if joins else 1])


def _late(lane: Lane, begun: Sequence[Delivery], now: datetime, rules: Rules) -> Gather | None:
    """What has waited for hours comes as one message, once there are two of it."""
    oldest = [delivery.items[0].created_at for delivery in begun if delivery.items]
    oldest += [item.created_at for item in lane.waiting[:1]]
    if all(now - at < AWAY_AFTER for at in oldest):
        return None
    since = rules.since(now, AWAY_AFTER)
    joining = tuple(d for d in begun if all(item.created_at <= since for item in d.items))
    waiting = [item for item in lane.waiting if item.created_at <= since]
    found = len(joining) + len(waiting)
    return Gather(since, Together.LATE, joining) if found > 1 else None
