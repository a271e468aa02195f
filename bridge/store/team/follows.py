"""Who follows what, and what is muted. Which posts that brings lives with the timeline and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, or_, select, update

from bridge.model.clean import fold
from bridge.model.delivery import Reason
from bridge.model.ids import PersonId, PlaceId, SieveId, SubjectId, SubscriberId
from bridge.model.subscription import EVERYONE_SUBJECT, Cadence, Mute, Subject, SubjectKind, Subscription
from bridge.store.delivery.due import make_due
from bridge.store.engines.upsert import add_if_new, added, put
from bridge.store.rows import PERSON, POST
from bridge.store.sieves import SIEVE
from bridge.store.sql import ITEM, MUTE, SCHEDULE, SUBSCRIPTION, TAG

_ORDER = {kind.value: place for place, kind in enumerate(SubjectKind)}


_PEOPLE = (SubjectKind.PERSON.value, SubjectKind.SOURCE.value)


def _named(kept: Any) -> Any:
    """All rows of SUBSCRIPTION or MUTE with what their subjects are called: `handle`, `tag`, `number` or `phrase`."""
    kind, subject = kept.c.subject_kind, kept.c.subject
    joined = (
        kept.outerjoin(PERSON, and_(kind.in_(_PEOPLE), PERSON.c.id == subject))
        .outerjoin(TAG, and_(kind == SubjectKind.TAG.value, TAG.c.id == subject))
        .outerjoin(POST, and_(kind == SubjectKind.CONVERSATION.value, POST.c.id == subject))
        .outerjoin(SIEVE, SIEVE.c.id == (kept.c.sieve if "sieve" in kept.c else subject))
    )
    called = (PERSON.c.handle, TAG.c.name.label("tag"), POST.c.number, SIEVE.c.words)
    return select(kept, *called).select_from(joined)


_SUBSCRIBER = SUBSCRIPTION.c.subscriber == bindparam("which")
_SUBJECT = SUBSCRIPTION.c.subject == bindparam("what")
_ADD = add_if_new(SUBSCRIPTION)
_CHANGE = update(SUBSCRIPTION).where(_SUBSCRIBER, _SUBJECT)
_REMOVE = delete(SUBSCRIPTION).where(_SUBSCRIBER, _SUBJECT)
_OF = _named(SUBSCRIPTION).where(_SUBSCRIBER)
_GET = _OF.where(_SUBJECT)
_FOLLOWERS = _named(SUBSCRIPTION).where(_SUBJECT).order_by(SUBSCRIPTION.c.since, SUBSCRIPTION.c.subscriber)
_COUNT = select(func.count()).select_from(SUBSCRIPTION).where(_SUBJECT)
_PAUSE = (
    update(SUBSCRIPTION)
    .where(SUBSCRIPTION.c.place == bindparam("which"), SUBSCRIPTION.c.paused != bindparam("pause"))
    .values(paused=bindparam("pause"))
)

_LET_GO = delete(ITEM).where(
    ITEM.c.subscriber == bindparam("which"),
    ITEM.c.subject == bindparam("what"),
    ITEM.c.reason.in_([Reason.FOLLOW.value, Reason.TRACKED.value]),
    ITEM.c.delivery.is_(None),
)

_PUT_MUTE = put(MUTE, ["subject_kind", "until"])
_UNMUTE = delete(MUTE).where(MUTE.c.subscriber == bindparam("which"), MUTE.c.subject == bindparam("what"))
_MUTES = _named(MUTE).where(
    MUTE.c.subscriber == bindparam("which"), or_(MUTE.c.until.is_(None), MUTE.c.until > bindparam("now"))
)

_MOVE = [
    update(kept).where(kept.c.subscriber == bindparam("which")).values(place=bindparam("to"))
    for kept in (SUBSCRIPTION, SCHEDULE)
]
_MOVE_UNSENT = (
    update(ITEM)
    .where(ITEM.c.subscriber == bindparam("which"), ITEM.c.delivery.is_(None), ITEM.c.place != bindparam("to"))
    .values(place=bindparam("to"))
)
_OLDEST_WAITING = select(func.min(ITEM.c.queued_at)).where(
    ITEM.c.subscriber == bindparam("which"), ITEM.c.delivery.is_(None), ITEM.c.parted == 0
)


class SqlFollows:
    """See `bridge.model.kept.Follows`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def put(self, subscription: Subscription) -> bool:
        """When and by kind of what it began stays as it was."""
        change = {
            "place": subscription.place,
            "cadence": subscription.cadence.value,
            "by": subscription.by,
            "paused": subscription.paused,
            "sieve": subscription.sieve,
        }
        key = {"subscriber": subscription.subscriber, "subject": subscription.subject.id}
        fresh = {"subject_kind": subscription.subject.kind.value, "since": subscription.since}
        if added(self._conn, _ADD, {**key, **fresh, **change}):
            return True
        self._conn.execute(_CHANGE, {"which": key["subscriber"], "what": key["subject"], **change})
        return False

    def remove(self, subscriber: SubscriberId, subject: SubjectId) -> bool:
        """What waits because of it alone is not sent any more."""
        self._conn.execute(_LET_GO, {"which": subscriber, "what": subject})
        return self._conn.execute(_REMOVE, {"which": subscriber, "what": subject}).rowcount > 0

    def of(self, subscriber: SubscriberId) -> list[Subscription]:
        return sorted(map(_subscription, self._conn.execute(_OF, {"which": subscriber})), key=_by_subject)

    def get(self, subscriber: SubscriberId, subject: SubjectId) -> Subscription | None:
        row = self._conn.execute(_GET, {"which": subscriber, "what": subject}).first()
        return None if row is None else _subscription(row)

    def count(self, subject: SubjectId) -> int:
        found: int = self._conn.execute(_COUNT, {"what": subject}).scalar_one()
        return found

    def followers(self, subject: SubjectId) -> list[Subscription]:
        """The oldest first."""
        return [_subscription(row) for row in self._conn.execute(_FOLLOWERS, {"what": subject})]

    def move(self, person: PersonId, place: PlaceId) -> None:
        """Their digests go there too. What already is a delivery stays where it is."""
        asked = {"which": person, "to": place}
        for statement in _MOVE:
            self._conn.execute(statement, asked)
        oldest = self._conn.execute(_OLDEST_WAITING, asked).scalar_one()
        if oldest is not None:
            make_due(self._conn, [place], oldest, live=True)
        self._conn.execute(_MOVE_UNSENT, asked)

    def pause_place(self, place: PlaceId, paused: bool) -> int:
        """How many changed."""
        return self._conn.execute(_PAUSE, {"which": place, "pause": paused}).rowcount

    def mute(self, mute: Mute) -> None:
        values = {
            "subscriber": mute.subscriber,
            "subject": mute.subject.id,
            "subject_kind": mute.subject.kind.value,
            "until": mute.until,
        }
        self._conn.execute(_PUT_MUTE[self._conn.dialect.name], values)

    def unmute(self, subscriber: SubscriberId, subject: SubjectId) -> bool:
        return self._conn.execute(_UNMUTE, {"which": subscriber, "what": subject}).rowcount > 0

    def mutes(self, subscriber: SubscriberId, now: datetime) -> list[Mute]:
        """By subject kind, then name."""
        rows = self._conn.execute(_MUTES, {"which": subscriber, "now": now})
        return sorted((Mute(row.subscriber, _subject(row), row.until) for row in rows), key=_by_subject)


def _by_subject(kept: Subscription | Mute) -> tuple[int, str, int]:
    return _ORDER[kept.subject.kind], fold(kept.subject.name), kept.subject.id


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        subscriber=row.subscriber,
        place=row.place,
        subject=_subject(row),
        cadence=Cadence(row.cadence),
        by=row.by,
        since=row.since,
        paused=row.paused,
        sieve=None if row.sieve is None else SieveId(row.sieve),
        words=row.words or "",
    )


def _subject(row: Row[Any]) -> Subject:
    match kind := SubjectKind(row.subject_kind):
        case SubjectKind.PERSON:
            name = f"@{row.handle or row.subject}"
        case SubjectKind.TAG:
            name = f"#{row.tag or row.subject}"
        case SubjectKind.CONVERSATION:
            name = f"~{row.number or row.subject}"
        case SubjectKind.EVERYONE:
            return EVERYONE_SUBJECT
        case SubjectKind.SOURCE:
            name = row.handle or str(row.subject)
        case SubjectKind.PHRASE:
            name = row.words or str(row.subject)
    return Subject(kind, SubjectId(row.subject), name)
