"""What the courier does next in a place: the steps there are, and `next_step`, which chooses one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from bridge.model.card import Limits
from bridge.model.delivery import HOUR, REQUEST_DEADLINE, Delivery, Item, Kind, Lane, Reason, State
from bridge.model.place import PlaceKind

ABSENCE_COUNTS_AFTER = REQUEST_DEADLINE + timedelta(seconds=10)
"""Not finding a message proves nothing before this much time has passed since the attempt."""
JOIN_ABOVE = 3


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
class Rest:
    """Nothing to do before `until` (None: before something changes)."""

    until: datetime | None


Step = Send | Update | Delete | Find | Drop | Divert | Rest


def next_step(lane: Lane, now: datetime, limits: Limits, cap: int, quiet_until: datetime | None) -> Step:
    """What the courier does next in this place. Deletes overtake, edits coalesce, first sends keep their order.

    `cap`: live messages an hour. Uncertain messages are cleared up first: until then nothing else is safe.
    """
    for delivery in lane.deliveries:
        if delivery.state in (State.SENDING, State.UNCERTAIN):
            return _clear_up(delivery, now, limits)
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
        # Where no digest would bring it, late is better than never.
        if (
            delivery.deadline is not None
            and now >= delivery.deadline
            and (lane.digests or delivery.kind is not Kind.LIVE)
        ):
            return Drop(delivery, delivery.items, give_back=True)
    gone = tuple(item for item in lane.waiting if item.gone)
    if gone:
        return Drop(None, gone)
    return _first_send(lane, unsent, now, limits, cap, quiet_until)


def _clear_up(delivery: Delivery, now: datetime, limits: Limits) -> Step:
    tried = delivery.tried_at or delivery.created_at
    first = delivery.first_tried_at or tried
    # The platform's memory begins with the first attempt, whatever was tried since.
    if not delivery.empty and now < first + timedelta(seconds=limits.dedupes_for):
        return Send(delivery, delivery.items)
    return look(delivery, now)


def look(delivery: Delivery, now: datetime) -> Rest | Find:
    """Whether it stands there, asked as soon as the answer can be trusted."""
    counts = (delivery.tried_at or delivery.created_at) + ABSENCE_COUNTS_AFTER
    return Rest(counts) if now < counts else Find(delivery)


def _first_send(
    lane: Lane, unsent: Sequence[Delivery], now: datetime, limits: Limits, cap: int, quiet_until: datetime | None
) -> Step:
    for kind in (Kind.NOTICE, Kind.LIVE):
        for delivery in unsent:
            if delivery.kind is kind:
                return Send(delivery, delivery.items)
    held_until: datetime | None = None
    if lane.waiting:
        urgent = tuple(item for item in lane.waiting[:1] if item.reason is Reason.ANNOUNCED)
        lives = sorted(at for at in lane.lives if now - at < HOUR)
        if lane.place.kind is PlaceKind.DIRECT and quiet_until is not None:
            held_until = quiet_until
        elif urgent or len(lives) < cap:
            return Send(None, urgent or _joined(lane, limits))
        elif lane.digests:
            return Divert(tuple(takewhile(lambda item: item.reason is not Reason.ANNOUNCED, lane.waiting)))
        else:
            held_until = lives[-cap] + HOUR if cap else now + HOUR
    for delivery in unsent:
        return Send(delivery, delivery.items)
    return Rest(held_until)


def _joined(lane: Lane, limits: Limits) -> tuple[Item, ...]:
    if lane.waiting_count <= JOIN_ABOVE:
        return lane.waiting[:1]
    return lane.waiting[: max(1, limits.joined)]
