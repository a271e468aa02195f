"""What a place does next, and what follows a failure: the two pure rules as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.model import delivery as d
from bridge.model import step as s
from bridge.model.card import Limits
from bridge.model.delivery import Delivery, Item, Kind, Lane, Reason, State
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId, PlaceId, PostId
from bridge.model.place import Circle, Place, PlaceKind

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LIMITS = Limits()
REMEMBERS = Limits(dedupes_for=120)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def item(seq: int = 1, *, gone: bool = False, shown: int | None = None, announced: bool = False) -> Item:
    reason = Reason.ANNOUNCED if announced else Reason.FOLLOW
    return Item(seq, PostId(seq), reason, 2, NOW, shown=shown, gone=gone)


def made(
    id: int,
    state: State,
    *items: Item,
    kind: Kind = Kind.LIVE,
    tried_at: datetime | None = None,
    first_tried_at: datetime | None = None,
    deadline: datetime | None = None,
) -> Delivery:
    one = Delivery(DeliveryId(id), kind, state, f"n{id}", ago(3600), items or (item(),), deadline=deadline)
    return replace(one, tried_at=tried_at, first_tried_at=first_tried_at)


def lane(*deliveries: Delivery, waiting: tuple[Item, ...] = (), lives: int = 0, digests: bool = False) -> Lane:
    place = Place(PlaceId(1), "chat", "acme", "bo", PlaceKind.DIRECT, "bo", Circle.TEAM)
    went = tuple(ago(60 * number) for number in range(lives))
    return Lane(place, 1, deliveries, waiting, len(waiting), went, digests=digests)


FRESH = made(1, State.WAITING)
UNCERTAIN = made(2, State.UNCERTAIN, tried_at=ago(41), first_tried_at=ago(41))
EARLY = made(3, State.UNCERTAIN, tried_at=ago(39), first_tried_at=ago(39))
DIED = made(4, State.SENDING, tried_at=ago(41), first_tried_at=ago(41))
STALE = made(5, State.SETTLED, item(shown=1))
GOING = made(6, State.SETTLED, item(shown=1, gone=True))
NEVER = made(7, State.WAITING, item(gone=True))
LATE = made(8, State.WAITING, deadline=ago(1))
DIGEST = made(9, State.WAITING, kind=Kind.DIGEST)
OLD_DIGEST = made(10, State.WAITING, kind=Kind.DIGEST, deadline=ago(1))
NOTICE = Delivery(DeliveryId(11), Kind.NOTICE, State.WAITING, "n11", NOW, payload="{}")
RESENT = made(12, State.UNCERTAIN, tried_at=ago(41), first_tried_at=ago(121))
GONE_UNCERTAIN = made(13, State.UNCERTAIN, item(gone=True), tried_at=ago(10), first_tried_at=ago(10))
ONE, TWO, THREE, FOUR = (item(seq) for seq in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("given", "limits", "step"),
    [
        pytest.param(lane(), LIMITS, s.Rest(None), id="nothing to do"),
        pytest.param(lane(waiting=(ONE,)), LIMITS, s.Send(None, (ONE,)), id="one waits"),
        pytest.param(lane(waiting=(ONE, TWO, THREE)), LIMITS, s.Send(None, (ONE,)), id="three come one by one"),
        pytest.param(
            lane(waiting=(ONE, TWO, THREE, FOUR)), LIMITS, s.Send(None, (ONE, TWO, THREE, FOUR)), id="four join"
        ),
        pytest.param(
            lane(waiting=(ONE, TWO, THREE, FOUR)), Limits(joined=1), s.Send(None, (ONE,)), id="where one fits, one"
        ),
        pytest.param(
            lane(waiting=(item(1, gone=True), TWO)), LIMITS, s.Drop(None, (item(1, gone=True),)), id="gone unsent"
        ),
        pytest.param(lane(FRESH, waiting=(TWO,)), LIMITS, s.Send(FRESH, FRESH.items), id="begun before new"),
        pytest.param(lane(UNCERTAIN, FRESH), LIMITS, s.Find(UNCERTAIN), id="uncertain before all"),
        pytest.param(lane(EARLY, FRESH), LIMITS, s.Rest(ago(-1)), id="absence does not count yet"),
        pytest.param(lane(DIED), LIMITS, s.Find(DIED), id="a dead sender's counts as uncertain"),
        pytest.param(lane(EARLY), REMEMBERS, s.Send(EARLY, EARLY.items), id="a platform that remembers"),
        pytest.param(lane(RESENT), REMEMBERS, s.Find(RESENT), id="remembers from the first attempt on"),
        pytest.param(lane(GONE_UNCERTAIN), REMEMBERS, s.Rest(ago(-30)), id="never resent to learn an id"),
        pytest.param(lane(STALE, GOING, FRESH), LIMITS, s.Delete(GOING), id="deletes overtake"),
        pytest.param(lane(FRESH, STALE), LIMITS, s.Update(STALE), id="edits before first sends"),
        pytest.param(lane(NEVER), LIMITS, s.Drop(NEVER, NEVER.items), id="deleted before it was sent"),
        pytest.param(lane(LATE, digests=True), LIMITS, s.Drop(LATE, LATE.items, True), id="too late: the digest"),
        pytest.param(lane(LATE), LIMITS, s.Send(LATE, LATE.items), id="late is better than never"),
        pytest.param(lane(OLD_DIGEST), LIMITS, s.Drop(OLD_DIGEST, OLD_DIGEST.items, True), id="an expired digest"),
        pytest.param(lane(DIGEST, waiting=(ONE,)), LIMITS, s.Send(None, (ONE,)), id="live before digests"),
        pytest.param(lane(DIGEST, NOTICE), LIMITS, s.Send(NOTICE, ()), id="notices first"),
        pytest.param(lane(waiting=(ONE, TWO), lives=12, digests=True), LIMITS, s.Divert((ONE, TWO)), id="over the cap"),
        pytest.param(
            lane(waiting=(ONE, item(2, announced=True)), lives=12, digests=True),
            LIMITS,
            s.Divert((ONE,)),
            id="announcements are not diverted",
        ),
        pytest.param(
            lane(waiting=(item(1, announced=True),), lives=12),
            LIMITS,
            s.Send(None, (item(1, announced=True),)),
            id="announcements pass the cap",
        ),
        pytest.param(lane(waiting=(ONE,), lives=12), LIMITS, s.Rest(ago(660 - 3600)), id="the end of the hour"),
        pytest.param(lane(DIGEST, waiting=(ONE,), lives=12), LIMITS, s.Send(DIGEST, DIGEST.items), id="no cap on it"),
    ],
)
def test_next_step(given: Lane, limits: Limits, step: s.Step) -> None:
    assert s.next_step(given, NOW, limits, 12, None) == step


def test_quiet_hours_hold_live_updates_and_let_digests_through() -> None:
    morning = NOW + timedelta(hours=10)

    assert s.next_step(lane(waiting=(ONE,)), NOW, LIMITS, 12, morning) == s.Rest(morning)
    assert s.next_step(lane(DIGEST, waiting=(ONE,)), NOW, LIMITS, 12, morning) == s.Send(DIGEST, DIGEST.items)


SOON = NOW + timedelta(seconds=1.1)  # 2 s doubled once, half of it, and a tenth


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (Throttled(seconds=7.5), d.Later(NOW + timedelta(seconds=7.5))),
        (Throttled(seconds=-3), d.Later(NOW)),
        (Transient(reason="reset"), d.Later(SOON)),
        (SendFailure(reason="odd"), d.Later(SOON)),
        (Uncertain(reason="reset"), d.Reconcile(SOON)),
        (Vanished(), d.Settled()),
        (Refused(reason="no"), d.Later(NOW, plain=True)),
        (Unreachable(reason="Closed."), d.Pause("This place can't be reached: Closed.")),
    ],
)
def test_decide(failure: SendFailure, outcome: d.Outcome) -> None:
    assert d.decide(failure, Kind.LIVE, 1, None, NOW, 0.5) == outcome


def test_what_is_refused_in_words_alone_is_given_up() -> None:
    assert isinstance(d.decide(Refused(reason="no"), Kind.LIVE, 2, None, NOW, 0.5, plain=True), d.Bury)


@pytest.mark.parametrize("attempt", range(1, 40))
def test_waiting_grows_to_a_quarter_of_an_hour_and_no_further(attempt: int) -> None:
    outcome = d.decide(Transient(reason=""), Kind.LIVE, attempt, None, NOW, 1.0)

    assert isinstance(outcome, d.Later)
    assert outcome.at - NOW == min(timedelta(seconds=2**attempt), timedelta(minutes=15)) + timedelta(milliseconds=100)


@pytest.mark.parametrize(("kind", "outcome"), [(Kind.LIVE, d.Bury), (Kind.NOTICE, d.Bury), (Kind.DIGEST, d.Later)])
def test_after_the_deadline_it_is_given_up_but_a_digest_gives_its_updates_back(
    kind: Kind, outcome: type[d.Outcome]
) -> None:
    assert isinstance(d.decide(Transient(reason=""), kind, 3, NOW, NOW, 0.5), outcome)
