"""How the sample colleagues leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, String, cast, delete, func, literal_column, or_, select, update

from bridge.model.ids import SieveId
from bridge.store.delivery.due import Due
from bridge.store.delivery.fanout import restate
from bridge.store.post_changes import change_post
from bridge.store.rows import ACCOUNT, PERSON, POST, to_posts
from bridge.store.sieves import SqlSieves
from bridge.store.sql import LIKED, MUTE, SCHEDULE, SUBSCRIPTION, within
from bridge.store.tables import ShareRow, table

_SHARE = table(ShareRow)

GONE = "GONE:"
"""Stands before the id where a folded handle was: no handle folds to capitals, so nobody types it."""

_SAMPLES = select(PERSON.c.id).where(PERSON.c.sample.is_(True)).order_by(PERSON.c.id)
_THEIR_POSTS = select(POST).where(within(POST.c.author, "people"), POST.c.deleted_at.is_(None)).order_by(POST.c.id)
_TAKEN = select(POST).where(within(POST.c.taken_by, "people"), POST.c.done_at.is_(None)).order_by(POST.c.id)
_THEIRS = or_(within(SUBSCRIPTION.c.subscriber, "people"), within(SUBSCRIPTION.c.subject, "people"))
_SIEVES = select(SUBSCRIPTION.c.sieve).where(_THEIRS, SUBSCRIPTION.c.sieve.is_not(None))
_STILL = select(SUBSCRIPTION.c.sieve).where(within(SUBSCRIPTION.c.sieve, "sieves"))
_FORGET = [
    delete(SUBSCRIPTION).where(_THEIRS),
    delete(MUTE).where(or_(within(MUTE.c.subscriber, "people"), within(MUTE.c.subject, "people"))),
    delete(SCHEDULE).where(within(SCHEDULE.c.subscriber, "people")),
    delete(LIKED).where(within(LIKED.c.person, "people")),
    delete(_SHARE).where(or_(within(_SHARE.c.author, "people"), within(_SHARE.c.sharer, "people"))),
    delete(ACCOUNT).where(within(ACCOUNT.c.person, "people")),
]
_LEAVE = (
    update(PERSON)
    .where(within(PERSON.c.id, "people"))
    .values(
        folded=func.concat(literal_column(f"'{GONE}'"), cast(PERSON.c.id, String)),
        searched="",
        sample=False,
        home=None,
        last_post=None,
    )
)


def remove_samples(conn: Connection, now: datetime) -> int:
    """Takes the sample people away; returns how many.

    Their posts are deleted as if they had done it themselves, so the courier takes back every copy. Their accounts go,
    and with them their direct messages and what was on its way there, their lines and reactions; so do their likes,
    their open requests, and all follows and mutes by them or of them with their filters and phrases. What they were on
    is nobody's any more. Their rows stay, since deleted posts
    still need an author, but under no handle and in no search: the name is free again.
    """
    people = conn.execute(_SAMPLES).scalars().all()
    if not people:
        return 0
    due = Due(conn)
    with due.together(now):
        for post in to_posts(conn, conn.execute(_THEIR_POSTS, {"people": people}).all()):
            change_post(conn, replace(post, revision=post.revision + 1, deleted_at=now), {})
            restate(conn, due, post.id, now)
        for post in to_posts(conn, conn.execute(_TAKEN, {"people": people}).all()):
            change_post(conn, replace(post, revision=post.revision + 1, taken=None), {})
            restate(conn, due, post.id, now)
    sieves = set(conn.execute(_SIEVES, {"people": people}).scalars())
    for forget in _FORGET:
        conn.execute(forget, {"people": people})
    for sieve in sieves - set(conn.execute(_STILL, {"sieves": sieves}).scalars()):
        SqlSieves(conn).remove(SieveId(sieve))
    conn.execute(_LEAVE, {"people": people})
    return len(people)
