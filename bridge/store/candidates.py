"""What a digest may show: the arms by which a post may match a subscriber, joined, and what is left out of them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
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
    union_all,
)

from bridge.model.audience import Viewer
from bridge.model.delivery import Reason
from bridge.model.ids import PersonId, PlaceId, PostId, SubjectId, SubscriberId, lowest_id
from bridge.model.kept import Candidate
from bridge.model.subscription import SubjectKind
from bridge.store.ready import Ready
from bridge.store.rows import POST, READER
from bridge.store.sql import ITEM, MENTION, NOW, ONE, POST_TAG, SUBSCRIPTION, ZERO, number, word
from bridge.store.visibility import unmuted, visible_to


def candidates(
    conn: Connection,
    subscriber: SubscriberId,
    viewer: Viewer,
    place: PlaceId,
    since: datetime,
    now: datetime,
    limit: int,
) -> list[Candidate]:
    """See `bridge.model.kept.Outbox.candidates`. What was left to the digest comes however old it is.

    Of several reasons the strongest is given: announced, reply, mention, then a follow of a person, a tag, a
    conversation, everyone.
    """
    asked = {
        "subscriber": subscriber,
        "viewer": viewer.person,
        "place": place,
        "since": lowest_id(since),
        "now": now,
        "limit": limit,
    }
    found = _statement(viewer.person is None, viewer.team).tuples(conn, asked)
    return [
        Candidate(PostId(post), Reason(reason), None if subject is None else SubjectId(subject))
        for post, reason, subject in found
    ]


@lru_cache
def _statement(channel: bool, team: bool) -> Ready:
    viewer = Viewer(None if channel else PersonId(0), team)
    matched = union_all(*_arms(viewer)).subquery()
    order = func.row_number().over(partition_by=matched.c.post, order_by=(matched.c.rank, matched.c.subject))
    ranked = select(matched, order.label("n")).subquery()
    return Ready(
        select(ranked.c.post, ranked.c.reason, ranked.c.subject)
        .select_from(ranked.join(POST, POST.c.id == ranked.c.post))
        .where(ranked.c.n == ONE, *_fit(viewer))
        .order_by(ranked.c.post)
        .limit(number("limit"))
    )


def _arms(viewer: Viewer) -> list[Select[Any]]:
    recent = POST.c.id >= number("since")
    arms = [
        _followed(3, SubjectKind.PERSON, POST.c.id).join(POST, POST.c.author == SUBSCRIPTION.c.subject).where(recent),
        _followed(4, SubjectKind.TAG, POST_TAG.c.post)
        .join(POST_TAG, POST_TAG.c.tag == SUBSCRIPTION.c.subject)
        .where(POST_TAG.c.post >= number("since")),
        _followed(5, SubjectKind.CONVERSATION, POST.c.id)
        .join(POST, POST.c.root == SUBSCRIPTION.c.subject)
        .where(recent),
        _followed(6, SubjectKind.EVERYONE, POST.c.id).join(POST, recent).where(SUBSCRIPTION.c.subject == ZERO),
        _columns(7, ITEM.c.post, ITEM.c.reason, ITEM.c.subject).where(
            ITEM.c.subscriber == number("subscriber"), ITEM.c.parted == ONE
        ),
    ]
    if viewer.team:
        arms.append(_columns(0, POST.c.id, word(Reason.ANNOUNCED)).where(POST.c.announced, recent))
    if viewer.person is not None:
        arms.append(_columns(1, POST.c.id, word(Reason.REPLY)).where(POST.c.answers == number("viewer"), recent))
        mentioned = and_(MENTION.c.person == number("viewer"), MENTION.c.post >= number("since"))
        arms.append(_columns(2, MENTION.c.post, word(Reason.MENTION)).where(mentioned))
        meant = _columns(2, POST.c.id, word(Reason.MENTION)).join(READER, READER.c.rule == POST.c.id)
        arms.append(meant.where(READER.c.person == number("viewer"), recent))
    return arms


def _columns(
    rank: int, post: ColumnElement[Any], reason: ColumnElement[Any], subject: ColumnElement[Any] | None = None
) -> Select[Any]:
    named = null() if subject is None else subject
    return select(
        post.label("post"), literal_column(str(rank)).label("rank"), reason.label("reason"), named.label("subject")
    )


def _followed(rank: int, kind: SubjectKind, post: ColumnElement[Any]) -> Select[Any]:
    return (
        _columns(rank, post, word(Reason.FOLLOW), SUBSCRIPTION.c.subject)
        .select_from(SUBSCRIPTION)
        .where(
            SUBSCRIPTION.c.subscriber == number("subscriber"),
            SUBSCRIPTION.c.subject_kind == word(kind),
            ~SUBSCRIPTION.c.paused,
        )
    )


def _fit(viewer: Viewer) -> list[ColumnElement[bool]]:
    subscriber = number("subscriber")
    has = ITEM.alias()
    known = exists().where(has.c.post == POST.c.id, has.c.subscriber == subscriber, has.c.parted != ONE)
    original, had = POST.alias(), ITEM.alias()
    was_shown = exists().where(had.c.post == POST.c.reshare_of, had.c.subscriber == subscriber, had.c.parted == ZERO)
    repeats = [was_shown.correlate_except(had)]
    clauses = [
        visible_to(POST, viewer),
        unmuted(POST, subscriber),
        or_(POST.c.until.is_(None), POST.c.until > NOW),
        or_(POST.c.origin_place.is_(None), POST.c.origin_place != number("place")),
        ~known.correlate_except(has),
    ]
    if viewer.person is not None:
        clauses.append(POST.c.author != number("viewer"))
        wrote = exists().where(original.c.id == POST.c.reshare_of, original.c.author == number("viewer"))
        repeats.append(wrote.correlate_except(original))
    # A bare reshare says again what the original said (law 5).
    return [*clauses, or_(~POST.c.bare, POST.c.reshare_of.is_(None), ~or_(*repeats))]
