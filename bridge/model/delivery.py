"""One message in one place: its states, what to do next (`next_step`), and what follows a failure (`decide`). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from bridge.model.card import Limits
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId, PersonId, PostId, SubjectId, SubscriberId
from bridge.model.place import Place, PlaceKind

LIVE_BUDGET = timedelta(hours=24)
REQUEST_DEADLINE = timedelta(seconds=30)
"""How long one request to a platform may take before it counts as uncertain."""
ABSENCE_COUNTS_AFTER = REQUEST_DEADLINE + timedelta(seconds=10)
"""Not finding a message proves nothing before this much time has passed since the attempt."""
JOIN_ABOVE = 3
BACKOFF_BASE = timedelta(seconds=1)
BACKOFF_CAP = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Kind(StrEnum):
    LIVE = "live"
    DIGEST = "digest"
    NOTICE = "notice"
    """Something the bridge itself says: a question to an author, who made this channel a follower."""


class State(StrEnum):
    WAITING = "waiting"
    """Never taken by the platform; may have been tried and certainly failed."""
    SENDING = "sending"
    """An attempt is recorded; whoever finds it so after a crash treats it as uncertain."""
    UNCERTAIN = "uncertain"
    """The platform may have it."""
    SETTLED = "settled"
    """It stands there under `message`."""
    BURIED = "buried"
    """Given up; `bridge deliveries` shows it and can wake it."""
    GONE = "gone"
    """Taken back, or never needed."""


class Reason(StrEnum):
    """Why a post goes to a subscriber."""

    FOLLOW = "follow"
    MENTION = "mention"
    REPLY = "reply"
    ANNOUNCED = "announced"


@dataclass(frozen=True, slots=True)
class Item:
    """One post on its way to (or standing in) one place.

    `seq` orders items of a place: it is given by the database at insertion, so that what was acknowledged first comes
    first. `wanted` is the post's revision now; `shown` the one that stands there (None: not yet); `tried` the one of
    the latest attempt. `gone`: the post was deleted, or may no longer be seen there.
    """

    seq: int
    post: PostId
    reason: Reason
    wanted: int
    created_at: datetime
    subject: SubjectId | None = None
    shown: int | None = None
    tried: int | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in one place. Holds references, not text; only a notice has a `payload` (JSON: a sentence's name
    and parameters) with a revision of its own (`payload_rev`, `payload_shown`).

    `nonce` (at most 25 characters) is the same for every attempt. `message` is the platform's id once known.
    `first_tried_at`: when the first attempt that may have arrived was made; `tried_at`: the latest.
    `deadline`: after it a first send is no longer worth making. `plain`: the platform refused the rich form.
    `subscriber`: whose digest it is.
    """

    id: DeliveryId
    kind: Kind
    state: State
    nonce: str
    created_at: datetime
    items: tuple[Item, ...] = ()
    attempts: int = 0
    tried_at: datetime | None = None
    deadline: datetime | None = None
    message: str | None = None
    payload: str | None = None
    payload_rev: int = 1
    payload_shown: int | None = None
    plain: bool = False
    error: str = ""
    subscriber: SubscriberId | None = None
    first_tried_at: datetime | None = None

    @property
    def empty(self) -> bool:
        """Nothing of it is wanted any more."""
        if self.kind is Kind.NOTICE:
            return self.payload is None
        return all(item.gone for item in self.items)

    @property
    def stale(self) -> bool:
        """What stands there is not what is wanted."""
        if self.kind is Kind.NOTICE:
            return self.payload_shown != self.payload_rev
        return any((item.shown is not None) if item.gone else item.shown != item.wanted for item in self.items)


@dataclass(frozen=True, slots=True)
class Lane:
    """A claimed place with everything needed to decide its next step.

    `deliveries`: those not at rest, oldest first. `waiting`: the first items not yet in a delivery, by `seq`.
    `waiting_count`: how many there are in all. `lives`: when live messages went out here within the last hour.
    `person`: whose direct message this is. `quiet_until`: no first live sends before that. `digests`: the subscriber
    gets digests, so what the cap holds back is not lost there.
    """

    place: Place
    epoch: int
    deliveries: tuple[Delivery, ...]
    waiting: tuple[Item, ...]
    waiting_count: int
    lives: tuple[datetime, ...] = ()
    person: PersonId | None = None
    digests: bool = False
    failures: int = 0
    pace: str = ""


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


@dataclass(frozen=True, slots=True)
class Later:
    """Certainly not there: try again at `at`. `plain`: in the plain form."""

    at: datetime
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The place is closed to us: stop sending there and tell its owner once."""

    why: str


@dataclass(frozen=True, slots=True)
class Bury:
    """Give up on this message; the place goes on."""

    why: str


@dataclass(frozen=True, slots=True)
class Reconcile:
    """It may be there: look before anything else."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What was wanted is so already (for a delete: it is gone)."""


Outcome = Later | Pause | Bury | Reconcile | Settled


def decide(
    failure: SendFailure,
    kind: Kind,
    attempt: int,
    deadline: datetime | None,
    now: datetime,
    jitter: float,
    plain: bool = False,
) -> Outcome:
    """What follows a failed request. `attempt` counts from 1; `jitter` is in [0, 1), drawn outside.

    The only policy of retries: exponential with full jitter, 1 s doubling up to 15 min, until the deadline.
    """
    match failure:
        case Unreachable():
            return Pause(failure.english())
        case Refused():
            return Bury(failure.english()) if plain else Later(now, plain=True)
        case Uncertain():
            return Reconcile(now)
        case Vanished():
            return Settled()
        case Throttled():
            at = now + timedelta(seconds=max(0.0, float(str(failure.params.get("seconds", 1)))))
        case Transient() | _:
            span = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt, 20))
            at = now + span * jitter + timedelta(milliseconds=100)
    if deadline is not None and at >= deadline and kind is not Kind.DIGEST:
        return Bury(failure.english())
    return Later(at)
