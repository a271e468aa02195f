"""One message in one place: its states, and what follows a failure (`decide`). What is done next is step.py's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bridge.model.errors import NotYet, Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId, PersonId, PostId, SubjectId, SubscriberId
from bridge.model.place import Place

LIVE_BUDGET = timedelta(hours=24)
"""How long a live message is tried; hours of quiet do not count."""
AWAY_AFTER = timedelta(hours=2)
"""What has waited for longer comes in one message, with everything else that has; hours of quiet do not count."""
REQUEST_DEADLINE = timedelta(seconds=30)
"""How long one request to a platform may take before it counts as uncertain."""
BACKOFF_BASE = timedelta(seconds=1)
BACKOFF_CAP = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class Kind(StrEnum):
    LIVE = "live"
    DIGEST = "digest"
    AWAY = "away"
    """Live updates that waited for too long to come one by one: after an outage, or above the noise cap."""
    NOTICE = "notice"
    """Something the bridge itself says: a question to an author, who made this channel a follower."""


class Together(StrEnum):
    """Why live updates come in one message."""

    LATE = "late"
    """Something was in the way for hours."""
    MANY = "many"
    """The hour had no room for one each."""


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


ARROWS: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.WAITING, State.SENDING}),
    State.WAITING: frozenset({State.SENDING, State.GONE}),
    State.SENDING: frozenset(State),
    State.UNCERTAIN: frozenset({State.SENDING}),
    State.SETTLED: frozenset({State.SETTLED, State.GONE, State.BURIED}),
    State.BURIED: frozenset({State.WAITING, State.SETTLED}),
    State.GONE: frozenset(),
}
"""Every way from a state (None: it is new). The README draws them; nothing takes another."""


class Reason(StrEnum):
    """Why a post goes there. ALONG: it answers what stands there. TRACKED: words in it are looked for."""

    FOLLOW = "follow"
    MENTION = "mention"
    REPLY = "reply"
    ALONG = "along"
    ANNOUNCED = "announced"
    TRACKED = "tracked"


@dataclass(frozen=True, slots=True)
class Item:
    """One post on its way to (or standing in) one place.

    `seq` orders items of a place: the database gives it at insertion, so what was acknowledged first comes first.
    `wanted` is the post's revision now; `shown` the one that stands there (None: not yet); `tried` that of the latest
    attempt. `gone`: the post was deleted, or may no longer be seen there.
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
    `deadline`: after it a first send is no longer worth making; of a live message hours of quiet do not count.
    `plain`: the platform refused the rich form. `subscriber`: whose digest it is. Of an AWAY one `payload` is a value
    of Together.
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
    `person`: whose direct message this is. `digests`: the subscriber gets digests, so what the cap holds back is not
    lost there.
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

    @property
    def load(self) -> int:
        """How much there is to do, about one request each."""
        return self.waiting_count + len(self.deliveries)


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
    """It may be there: look, or ask again under the same name, before anything else; not before `at`."""

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
            return Reconcile(_backed_off(attempt, now, jitter))
        case Vanished():
            return Settled()
        case NotYet():
            # Nothing was asked, so nothing failed, and no deadline of ours ends what we hold back ourselves.
            return Later(now + timedelta(seconds=_seconds(failure)))
        case Throttled():
            at = now + timedelta(seconds=_seconds(failure))
        case Transient() | _:
            at = _backed_off(attempt, now, jitter)
    if deadline is not None and at >= deadline and kind is not Kind.DIGEST:
        return Bury(failure.english())
    return Later(at)


def _seconds(failure: SendFailure) -> float:
    return max(0.0, float(str(failure.params.get("seconds", 1))))


def _backed_off(attempt: int, now: datetime, jitter: float) -> datetime:
    span: timedelta = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt, 20))
    return now + span * jitter + timedelta(milliseconds=100)
