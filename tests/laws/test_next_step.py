"""What a place does next, and what follows a failure: the two pure rules as tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bridge.model import delivery as d
from bridge.model import step as s
from bridge.model.card import Limits
from bridge.model.delivery import Delivery, Item, Kind, Lane, Reason, State, Together
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.ids import DeliveryId, PlaceId, PostId
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.times.calendar import Quiet

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
    assert s.next_step(given, NOW, s.Rules(limits, 12)) == step


NIGHT = Quiet(time(18), time(8), frozenset(range(7)), "UTC")
EVENING = datetime(2026, 11, 23, 22, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "held",
    [
        pytest.param(lane(waiting=(ONE,)), id="what waits"),
        pytest.param(lane(FRESH), id="what was tried, and certainly is not there"),
        pytest.param(lane(FRESH, waiting=(TWO,)), id="both"),
    ],
)
def test_quiet_hours_hold_first_sends(held: Lane) -> None:
    assert s.next_step(held, EVENING, s.Rules(LIMITS, 12, NIGHT)) == s.Rest(MORNING)


@pytest.mark.parametrize(
    ("given", "step"),
    [
        pytest.param(lane(DIGEST, waiting=(ONE,)), s.Send(DIGEST, DIGEST.items), id="digests"),
        pytest.param(lane(NOTICE, waiting=(ONE,)), s.Send(NOTICE, ()), id="notices"),
        pytest.param(lane(STALE, waiting=(ONE,)), s.Update(STALE), id="edits"),
        pytest.param(lane(GOING, waiting=(ONE,)), s.Delete(GOING), id="deletions"),
        pytest.param(lane(UNCERTAIN, waiting=(ONE,)), s.Find(UNCERTAIN), id="what is unclear"),
    ],
)
def test_quiet_hours_let_everything_else_through(given: Lane, step: s.Step) -> None:
    assert s.next_step(given, EVENING, s.Rules(LIMITS, 12, NIGHT)) == step


def queued(at: datetime, *seqs: int) -> tuple[Item, ...]:
    return tuple(replace(item(seq), created_at=at) for seq in seqs)


OLD, OLDER = queued(ago(7200), 1), queued(ago(9000), 1, 2)
TRIED = made(20, State.WAITING, *queued(ago(9000), 5), tried_at=ago(8000))
TRIED_TOO = made(21, State.WAITING, *queued(ago(8000), 6), tried_at=ago(7900))
TOGETHER = made(22, State.WAITING, *OLDER, kind=Kind.AWAY)
HOURS_AGO = ago(7200)


@pytest.mark.parametrize(
    ("given", "step"),
    [
        pytest.param(lane(waiting=OLDER), s.Gather(HOURS_AGO, Together.LATE), id="two that waited for hours"),
        pytest.param(lane(waiting=OLD), s.Send(None, OLD), id="one comes as it is"),
        pytest.param(lane(waiting=(*OLD, TWO)), s.Send(None, OLD), id="one that did, and a new one"),
        pytest.param(lane(TRIED), s.Send(TRIED, TRIED.items), id="one that was tried"),
        pytest.param(
            lane(TRIED, waiting=OLD), s.Gather(HOURS_AGO, Together.LATE, (TRIED,)), id="it joins one that waits"
        ),
        pytest.param(
            lane(TRIED, TRIED_TOO), s.Gather(HOURS_AGO, Together.LATE, (TRIED, TRIED_TOO)), id="two that were tried"
        ),
        pytest.param(lane(TOGETHER), s.Send(TOGETHER, OLDER), id="what is one message stays one"),
        pytest.param(lane(TOGETHER, waiting=(THREE,)), s.Send(TOGETHER, OLDER), id="and goes before what is new"),
        pytest.param(lane(waiting=OLDER, lives=12, digests=True), s.Divert(OLDER), id="the cap first"),
    ],
)
def test_what_an_outage_held_comes_as_one_message(given: Lane, step: s.Step) -> None:
    assert s.next_step(given, NOW, s.Rules(LIMITS, 12)) == step


def test_hours_of_quiet_are_no_outage() -> None:
    """Shared from 22:00 on, brought from eight on: the night does not count."""
    night = queued(EVENING, 1, 2)
    rules = s.Rules(LIMITS, 12, NIGHT)

    assert s.next_step(lane(waiting=night), MORNING, rules) == s.Send(None, night[:1])
    assert s.next_step(lane(waiting=night), MORNING + timedelta(minutes=119), rules) == s.Send(None, night[:1])
    assert s.next_step(lane(waiting=night), MORNING + timedelta(hours=2), rules) == s.Gather(MORNING, Together.LATE)


@pytest.mark.parametrize(
    ("now", "over"),
    [
        pytest.param(datetime(2026, 11, 28, 17, tzinfo=UTC), False, id="a day by the clock, an hour of it loud"),
        pytest.param(datetime(2026, 11, 30, 9, tzinfo=UTC), False, id="after the weekend"),
        pytest.param(datetime(2026, 12, 2, 10, 59, tzinfo=UTC), False, id="a minute before a day's worth"),
        pytest.param(datetime(2026, 12, 2, 11, tzinfo=UTC), True, id="a day's worth"),
    ],
)
def test_hours_of_quiet_do_not_count_towards_a_day(now: datetime, over: bool) -> None:
    """Begun on Friday at 17:00, with ten loud hours a working day: 1 + 10 + 10, and 3 on Wednesday."""
    friday = datetime(2026, 11, 27, 17, tzinfo=UTC)
    weekdays = s.Rules(LIMITS, 12, Quiet(time(18), time(8), frozenset(range(5)), "UTC"))

    assert weekdays.over(friday + d.LIVE_BUDGET, now) is over


@pytest.mark.parametrize(
    ("given", "step"),
    [
        pytest.param(lane(waiting=(ONE, TWO), lives=11), s.Send(None, (ONE, TWO)), id="the last one takes all along"),
        pytest.param(lane(waiting=(ONE, TWO), lives=10), s.Send(None, (ONE,)), id="the one before does not"),
        pytest.param(lane(waiting=(ONE, TWO), lives=11, digests=True), s.Send(None, (ONE,)), id="nor before a digest"),
    ],
)
def test_where_no_digest_comes_the_last_message_of_the_hour_takes_everything_along(given: Lane, step: s.Step) -> None:
    assert s.next_step(given, NOW, s.Rules(LIMITS, 12)) == step


def test_more_than_one_message_holds_becomes_a_list() -> None:
    many = replace(lane(waiting=(ONE, TWO, THREE), lives=11), waiting_count=11)

    assert s.next_step(many, NOW, s.Rules(LIMITS, 12)) == s.Gather(NOW, Together.MANY)


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
