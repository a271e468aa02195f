"""Where a post goes: live items for those who follow it, single wishes, and what a receipt says about its reach."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, distinct, exists, func, not_, null, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bridge.model.delivery import Kind, Reason, State
from bridge.model.ids import PlaceId, PostId, SieveId, SubjectId, SubscriberId
from bridge.model.kept import Reach
from bridge.model.place import Circle
from bridge.model.post import Post
from bridge.model.subscription import EVERYONE_ID, Cadence, SubjectKind
from bridge.store.delivery.due import Due
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.rows import PERSON, PLACE, POST, to_place
from bridge.store.sieves import SqlSieves
from bridge.store.sql import (
    DELIVERY,
    ITEM,
    NOW,
    POST_TAG,
    SCHEDULE,
    SUBSCRIPTION,
    ZERO,
    number,
    within,
    word,
)
from bridge.store.visibility import unmuted, visible

RESTING = (State.BURIED, State.GONE)

_NEW = ("subscriber", "place", "post", "reason", "subject", "queued_at", "position", "parted")
_TAG_IDS = Ready(select(POST_TAG.c.tag).where(POST_TAG.c.post == number("post")))


def _matching(cadence: ColumnElement[bool] | None = None) -> tuple[Any, list[ColumnElement[bool]]]:
    """Subscriptions that match a post, with what they join; and the WHERE that leaves those who may have it."""
    # What is meant for a person may not come out in a channel: there the channel is who looks.
    person = case((PLACE.c.direct, PERSON.c.id))
    circle = case((PLACE.c.direct, PERSON.c.circle), else_=PLACE.c.circle)
    source = (
        SUBSCRIPTION.join(POST, POST.c.id == number("post"))
        .join(PLACE, PLACE.c.id == SUBSCRIPTION.c.place)
        .outerjoin(PERSON, PERSON.c.id == SUBSCRIPTION.c.subscriber)
    )
    where = [
        within(SUBSCRIPTION.c.subject, "subjects"),
        or_(SUBSCRIPTION.c.sieve.is_(None), within(SUBSCRIPTION.c.sieve, "caught")),
        ~SUBSCRIPTION.c.paused,
        SUBSCRIPTION.c.subscriber != POST.c.author,
        or_(POST.c.origin_place.is_(None), POST.c.origin_place != SUBSCRIPTION.c.place),
        visible(POST, person, circle == word(Circle.TEAM)),
        unmuted(POST, SUBSCRIPTION.c.subscriber),
    ]
    return source, where if cadence is None else [cadence, *where]


def _live() -> Select[Any]:
    source, where = _matching(SUBSCRIPTION.c.cadence == word(Cadence.LIVE))
    columns = (SUBSCRIPTION.c.subscriber, SUBSCRIPTION.c.place)
    # The greater of the two words, where something else brings it as well.
    is_phrase = SUBSCRIPTION.c.subject_kind == word(SubjectKind.PHRASE)
    tracked = case((is_phrase, word(Reason.TRACKED)), else_=word(Reason.FOLLOW))
    return (
        select(*columns, POST.c.id, func.max(tracked), func.max(SUBSCRIPTION.c.subject), NOW, ZERO, ZERO)
        .select_from(source)
        .where(*where, PLACE.c.paused.is_(None))
        .group_by(*columns, POST.c.id)
    )


_FAN_OUT = Ready(
    {
        name: insert(ITEM).from_select(_NEW, _live()).on_conflict_do_nothing()
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)
_WISH = add_if_new(ITEM)


def _where_it_stands() -> Select[Any]:
    """(subscriber, place, …) of the channels that show what a post answers, and still follow something live."""
    there = ITEM.alias()
    follows = exists().where(
        SUBSCRIPTION.c.subscriber == there.c.subscriber,
        SUBSCRIPTION.c.cadence == word(Cadence.LIVE),
        ~SUBSCRIPTION.c.paused,
    )
    return (
        select(there.c.subscriber, there.c.place, POST.c.id, word(Reason.ALONG), null(), NOW, ZERO, ZERO)
        .select_from(
            there.join(DELIVERY, DELIVERY.c.id == there.c.delivery)
            .join(PLACE, PLACE.c.id == there.c.place)
            .join(POST, POST.c.id == number("post"))
        )
        .where(
            there.c.post == number("answered"),
            there.c.shown.is_not(None),
            there.c.parted == ZERO,
            DELIVERY.c.kind == word(Kind.LIVE),
            DELIVERY.c.state == word(State.SETTLED),
            ~PLACE.c.direct,
            PLACE.c.paused.is_(None),
            not_(within(PLACE.c.id, "but")),
            follows.correlate(there),
            unmuted(POST, there.c.subscriber),
        )
    )


_ALONG = Ready(
    {
        name: insert(ITEM).from_select(_NEW, _where_it_stands()).on_conflict_do_nothing()
        for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)
_BOUND = (POST.c.id, POST.c.reshare_of, POST.c.in_reply_to, POST.c.rule)
_OF = select(POST.c.id).where(or_(*(column == number("post") for column in _BOUND)))
"""The post, what quotes it, and what goes by its audience."""
_HOLDING = (
    select(DELIVERY.c.id, ITEM.c.place)
    .select_from(ITEM.outerjoin(DELIVERY, DELIVERY.c.id == ITEM.c.delivery))
    .where(
        ITEM.c.post.in_(_OF),
        ITEM.c.parted == ZERO,
        or_(DELIVERY.c.id.is_(None), DELIVERY.c.state.not_in([word(state) for state in RESTING])),
    )
)


def fan_out(conn: Connection, due: Due, post: Post, now: datetime, caught: Collection[SieveId]) -> int:
    """See `bridge.model.kept.Outbox.fan_out`."""
    asked = {"post": post.id, "subjects": [*_subjects(conn, post), *caught], "caught": caught, "now": now}
    count = _FAN_OUT.change(conn, asked)
    if count:
        due.waiting_for(post.id, now)
    return count


def wish(
    conn: Connection,
    due: Due,
    post: Post,
    subscriber: SubscriberId,
    place: PlaceId,
    reason: Reason,
    subject: SubjectId | None,
    now: datetime,
) -> bool:
    """See `bridge.model.kept.Outbox.wish`."""
    values = {
        "subscriber": subscriber,
        "place": place,
        "post": post.id,
        "reason": reason.value,
        "subject": subject,
        "queued_at": now,
        "position": 0,
        "parted": 0,
    }
    new = added(conn, _WISH, values)
    if new:
        due.at([place], now)
    return new


def go_along(conn: Connection, due: Due, post: Post, but: Collection[PlaceId], now: datetime) -> int:
    """See `bridge.model.kept.Outbox.go_along`."""
    asked = {"post": post.id, "answered": post.in_reply_to, "but": but, "now": now}
    count = _ALONG.change(conn, asked)
    if count:
        due.waiting_for(post.id, now)
    return count


def restate(conn: Connection, due: Due, post: PostId, now: datetime) -> int:
    """See `bridge.model.kept.Outbox.restate`."""
    found = conn.execute(_HOLDING, {"post": post}).all()
    # Also where it still waits: somebody may be about to send there what it said until now.
    deliveries = {row.id for row in found if row.id is not None}
    due.at({row.place for row in found}, now, deliveries)
    return len(deliveries)


def reach(conn: Connection, post: Post, now: datetime, but: Collection[PlaceId]) -> Reach:
    """See `bridge.model.kept.Outbox.reach`."""
    caught = SqlSieves(conn).caught(post)
    asked = {
        "post": post.id,
        "subjects": [*_subjects(conn, post), *caught],
        "caught": caught,
        "now": max(now, post.held_until or now),
        "but": but,
    }
    places = tuple(to_place(row) for row in conn.execute(_live_places(), asked))
    digests: int = conn.execute(_digests(), asked).scalar_one()
    return Reach(places, digests)


def _subjects(conn: Connection, post: Post) -> list[int]:
    """What is outside belongs to its source alone."""
    if post.outside:
        return [post.author, post.root]
    tags = _TAG_IDS.column(conn, {"post": post.id}) if post.tags else ()
    return [EVERYONE_ID, post.author, post.root, *tags]


def _came_live() -> Select[Any]:
    """(subscriber, place) of a post's items that are on their way or went out by themselves."""
    source = ITEM.outerjoin(DELIVERY, DELIVERY.c.id == ITEM.c.delivery).join(PLACE, PLACE.c.id == ITEM.c.place)
    alone = or_(ITEM.c.delivery.is_(None), DELIVERY.c.kind.in_([word(Kind.LIVE), word(Kind.AWAY)]))
    columns = select(ITEM.c.subscriber, ITEM.c.place).select_from(source)
    there = or_(ITEM.c.shown.is_not(None), PLACE.c.paused.is_(None))
    return columns.where(ITEM.c.post == number("post"), ITEM.c.parted == ZERO, alone, there)


@lru_cache
def _live_places() -> Select[Any]:
    follow, came = _live().subquery(), _came_live().subquery()
    which = select(follow.c.place).union(select(came.c.place))
    return select(PLACE).where(PLACE.c.id.in_(which), not_(within(PLACE.c.id, "but"))).order_by(PLACE.c.id)


@lru_cache
def _digests() -> Select[Any]:
    source, where = _matching()
    live, came = _live().subquery(), _came_live().subquery()
    return (
        select(func.count(distinct(SUBSCRIPTION.c.subscriber)))
        .select_from(source.join(SCHEDULE, SCHEDULE.c.subscriber == SUBSCRIPTION.c.subscriber))
        .where(
            SCHEDULE.c.enabled,
            PLACE.c.paused.is_(None),
            not_(within(PLACE.c.id, "but")),
            *where,
            SUBSCRIPTION.c.subscriber.not_in(select(live.c.subscriber).union(select(came.c.subscriber))),
        )
    )
