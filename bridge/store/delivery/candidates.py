"""What a digest may show: the arms by which a post may match a subscriber, joined, and what is left out of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)

from bridge.model.audience import Viewer
from bridge.model.delivery import Reason
from bridge.model.ids import EPOCH, PersonId, PostId, SubjectId, lowest_id
from bridge.model.kept import Candidate, DigestFor
from bridge.model.subscription import SubjectKind
from bridge.store.engines.batch import listed
from bridge.store.engines.ready import Ready
from bridge.store.rows import POST, READER
from bridge.store.sql import CAUGHT, ITEM, MENTION, NOW, ONE, POST_TAG, SUBSCRIPTION, ZERO, engine_of, number, word
from bridge.store.tables import to_micros
from bridge.store.visibility import unmuted, visible

# An id's time, as model/ids.py lays it out, in the microseconds in which moments are kept.
_LOW_BITS, _MICROS = literal_column("22", BigInteger), literal_column("1000", BigInteger)
_FIRST_ID_AT = literal_column(str(to_micros(EPOCH)), BigInteger)
_ASKED = ("subscriber", "viewer", "place", "since")


def candidates(conn: Connection, wanted: Sequence[DigestFor], now: datetime, limit: int) -> list[list[Candidate]]:
    """See `bridge.model.kept.Outbox.candidates`. What was left to the digest comes however old it is.

    Of several reasons the strongest is given: announced, reply, mention, then a follow of a person, a tag, a
    conversation, everyone.
    """
    found: dict[int, list[Candidate]] = {one.subscriber: [] for one in wanted}
    by_sight: dict[tuple[bool, bool], list[dict[str, Any]]] = {}
    for one in wanted:
        values = (one.subscriber, one.viewer.person, one.place, lowest_id(one.since))
        sight = (one.viewer.person is None, one.viewer.team)
        by_sight.setdefault(sight, []).append(dict(zip(_ASKED, values, strict=True)))
    for sight, asked in by_sight.items():
        for subscriber, post, reason, subject in _asked(conn, _statement(*sight), asked, now=now, limit=limit):
            candidate = Candidate(PostId(post), Reason(reason), None if subject is None else SubjectId(subject))
            found[subscriber].append(candidate)
    return [sorted(found[one.subscriber], key=lambda candidate: candidate.post) for one in wanted]


def _asked(conn: Connection, statement: Ready, asked: Sequence[dict[str, Any]], **shared: Any) -> list[Any]:
    """SQLite is asked for one after the other, since a statement costs it no round trip."""
    if engine_of(conn) == "postgresql":
        return statement.tuples(conn, {"rows": json.dumps(asked), **shared})
    return [row for one in asked for row in statement.tuples(conn, {**one, **shared})]


@lru_cache
def _statement(channel: bool, team: bool) -> Ready:
    viewer = Viewer(None if channel else PersonId(0), team)
    alone = SimpleNamespace(**{name: number(name) for name in _ASKED})
    every = listed("asked", **dict.fromkeys(_ASKED, BigInteger))
    # Spelled out: as columns of that list they would put it into the FROM of each arm.
    each = SimpleNamespace(**{name: literal_column(f"asked.{name}", BigInteger) for name in _ASKED})
    of_each = _one(viewer, each).lateral("found")
    return Ready(
        {
            "sqlite": _one(viewer, alone),
            "postgresql": select(of_each).select_from(every.join(of_each, true())),
        }
    )


def _one(viewer: Viewer, asked: Any) -> Select[Any]:
    """For one subscriber. `asked`: who that is and what they want, as parameters or as columns."""
    matched = union_all(*_arms(viewer, asked)).subquery()
    order = func.row_number().over(partition_by=matched.c.post, order_by=(matched.c.rank, matched.c.subject))
    ranked = select(matched, order.label("n")).subquery()
    return (
        select(asked.subscriber.label("subscriber"), ranked.c.post, ranked.c.reason, ranked.c.subject)
        .select_from(ranked.join(POST, POST.c.id == ranked.c.post))
        .where(ranked.c.n == ONE, *_fit(viewer, asked))
        .order_by(ranked.c.post)
        .limit(number("limit"))
    )


def _arms(viewer: Viewer, asked: Any) -> list[Select[Any]]:
    recent = POST.c.id >= asked.since
    arms = [
        _followed(asked, 3, SubjectKind.PERSON, POST.c.id)
        .join(POST, POST.c.author == SUBSCRIPTION.c.subject)
        .where(recent),
        _followed(asked, 6, SubjectKind.SOURCE, POST.c.id)
        .join(POST, POST.c.author == SUBSCRIPTION.c.subject)
        .where(recent, _after_the_follow(POST.c.id)),
        _caught(asked, 5).where(CAUGHT.c.post >= asked.since),
        _followed(asked, 4, SubjectKind.TAG, POST_TAG.c.post)
        .join(POST_TAG, POST_TAG.c.tag == SUBSCRIPTION.c.subject)
        .where(POST_TAG.c.post >= asked.since),
        _followed(asked, 5, SubjectKind.CONVERSATION, POST.c.id)
        .join(POST, POST.c.root == SUBSCRIPTION.c.subject)
        .where(recent),
        _followed(asked, 6, SubjectKind.EVERYONE, POST.c.id)
        .join(POST, and_(recent, ~POST.c.outside))
        .where(SUBSCRIPTION.c.subject == ZERO),
        _columns(7, ITEM.c.post, ITEM.c.reason, ITEM.c.subject).where(
            ITEM.c.subscriber == asked.subscriber, ITEM.c.parted == ONE
        ),
    ]
    if viewer.team:
        arms.append(_columns(0, POST.c.id, word(Reason.ANNOUNCED)).where(POST.c.announced, recent))
    if viewer.person is not None:
        arms.append(_columns(1, POST.c.id, word(Reason.REPLY)).where(POST.c.answers == asked.viewer, recent))
        mentioned = and_(MENTION.c.person == asked.viewer, MENTION.c.post >= asked.since)
        arms.append(_columns(2, MENTION.c.post, word(Reason.MENTION)).where(mentioned))
        meant = _columns(2, POST.c.id, word(Reason.MENTION)).join(READER, READER.c.rule == POST.c.id)
        arms.append(meant.where(READER.c.person == asked.viewer, recent))
    return arms


def _columns(
    rank: int, post: ColumnElement[Any], reason: ColumnElement[Any], subject: ColumnElement[Any] | None = None
) -> Select[Any]:
    named = null() if subject is None else subject
    return select(
        post.label("post"), literal_column(str(rank)).label("rank"), reason.label("reason"), named.label("subject")
    )


def _followed(asked: Any, rank: int, kind: SubjectKind, post: ColumnElement[Any]) -> Select[Any]:
    return (
        _columns(rank, post, word(Reason.FOLLOW), SUBSCRIPTION.c.subject)
        .select_from(SUBSCRIPTION)
        .where(
            SUBSCRIPTION.c.subscriber == asked.subscriber,
            SUBSCRIPTION.c.subject_kind == word(kind),
            SUBSCRIPTION.c.sieve.is_(None),
            ~SUBSCRIPTION.c.paused,
        )
    )


def _caught(asked: Any, rank: int) -> Select[Any]:
    """What sieves let through."""
    return (
        _columns(rank, CAUGHT.c.post, word(Reason.FOLLOW), SUBSCRIPTION.c.subject)
        .select_from(SUBSCRIPTION.join(CAUGHT, CAUGHT.c.sieve == SUBSCRIPTION.c.sieve))
        .where(
            SUBSCRIPTION.c.subscriber == asked.subscriber,
            ~SUBSCRIPTION.c.paused,
            or_(SUBSCRIPTION.c.subject_kind != word(SubjectKind.SOURCE), _after_the_follow(CAUGHT.c.post)),
        )
    )


def _after_the_follow(post: ColumnElement[Any]) -> ColumnElement[bool]:
    """`Subscription.reaches`. What was there before comes to nobody by itself."""
    made_at = post.bitwise_rshift(_LOW_BITS) * _MICROS + _FIRST_ID_AT
    return made_at > type_coerce(SUBSCRIPTION.c.since, BigInteger)


def _fit(viewer: Viewer, asked: Any) -> list[ColumnElement[bool]]:
    subscriber = asked.subscriber
    has = ITEM.alias()
    known = exists().where(has.c.post == POST.c.id, has.c.subscriber == subscriber, has.c.parted != ONE)
    original, had = POST.alias(), ITEM.alias()
    was_shown = exists().where(had.c.post == POST.c.reshare_of, had.c.subscriber == subscriber, had.c.parted == ZERO)
    repeats = [was_shown.correlate_except(had)]
    clauses = [
        visible(POST, None if viewer.person is None else asked.viewer, viewer.team),
        unmuted(POST, subscriber),
        or_(POST.c.until.is_(None), POST.c.until > NOW),
        or_(POST.c.origin_place.is_(None), POST.c.origin_place != asked.place),
        ~known.correlate_except(has),
    ]
    if viewer.person is not None:
        clauses.append(POST.c.author != asked.viewer)
        wrote = exists().where(original.c.id == POST.c.reshare_of, original.c.author == asked.viewer)
        repeats.append(wrote.correlate_except(original))
    # A bare reshare says again what the original said (law 5).
    return [*clauses, or_(~POST.c.bare, POST.c.reshare_of.is_(None), ~or_(*repeats))]
