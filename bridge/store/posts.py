"""Posts: reading them. Keeping and changing them lives in `post_changes`, streams of them in `timeline`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    distinct,
    func,
    literal_column,
    select,
    update,
)

from bridge.model.audience import Viewer
from bridge.model.ids import PersonId, PostId, TagId
from bridge.model.kept import Stream
from bridge.model.post import Post, Stats
from bridge.store.engines.ready import Ready
from bridge.store.engines.upsert import add_if_new, added
from bridge.store.post_changes import add_post, add_posts, change_post, purge_posts
from bridge.store.rows import POST, to_posts
from bridge.store.sql import GOT_IT, LIKED, NOW, POST_TAG, TAG, number, pairs, within
from bridge.store.timeline import newest
from bridge.store.visibility import visible_to

_TAGS_OVER = 200
"""Posts that say what somebody writes about."""

_POSTS = select(POST)
_ONE = _POSTS.where(POST.c.id == number("id"))
_GET = Ready(_ONE)
_HOLD = Ready(_ONE.with_for_update(key_share=True))  # SQLite has one writer, and leaves this out
_MANY = Ready(_POSTS.where(within(POST.c.id, "ids")))
_BY_NUMBER = Ready(_POSTS.where(POST.c.number == number("number")))
_BY_ORIGIN = Ready(
    _POSTS.where(
        POST.c.origin_platform == bindparam("platform"),
        POST.c.origin_workspace == bindparam("workspace"),
        POST.c.origin_message == bindparam("message"),
    )
)
_NEWEST = Ready(
    _POSTS.where(POST.c.author == number("author"), POST.c.deleted_at.is_(None))
    .order_by(POST.c.id.desc())
    .limit(number("limit"))
)
_TAKEN_BY = Ready(select(POST.c.id).where(POST.c.taken_by == number("person"), POST.c.done_at.is_(None)))
_LIKES = Ready(
    select(LIKED.c.post, func.count(distinct(LIKED.c.person))).where(within(LIKED.c.post, "ids")).group_by(LIKED.c.post)
)
_REPLIES = Ready(
    select(POST.c.in_reply_to, func.count())
    .where(within(POST.c.in_reply_to, "ids"), POST.c.deleted_at.is_(None))
    .group_by(POST.c.in_reply_to)
)
_GOT_IT = Ready(select(GOT_IT.c.post, func.count()).where(within(GOT_IT.c.post, "ids")).group_by(GOT_IT.c.post))
_LIKE = add_if_new(LIKED)
_UNLIKE = delete(LIKED).where(
    LIKED.c.post == number("post"), LIKED.c.person == number("person"), LIKED.c.key == bindparam("key")
)
_TAKE = add_if_new(GOT_IT)
_HELD = _POSTS.where(POST.c.held_until <= NOW, POST.c.deleted_at.is_(None)).order_by(POST.c.held_until, POST.c.id)
_RELEASE = (
    update(POST)
    .where(POST.c.id == number("which"), POST.c.held_until.is_not(None), POST.c.deleted_at.is_(None))
    .values(held_until=None)
    .returning(POST.c.id)
)


class SqlPosts:
    """See `bridge.model.kept.Posts`."""

    __slots__ = ("_conn",)

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def add(self, post: Post, tag_ids: Mapping[str, TagId]) -> Post:
        return add_post(self._conn, post, tag_ids)

    def add_all(self, posts: Sequence[Post]) -> list[PostId]:
        return add_posts(self._conn, posts)

    def change(self, post: Post, tag_ids: Mapping[str, TagId]) -> None:
        change_post(self._conn, post, tag_ids)

    def purge(self, before: datetime, limit: int) -> int:
        return purge_posts(self._conn, before, limit)

    def get(self, id: PostId) -> Post | None:
        return self._one(_GET, {"id": id})

    def hold(self, id: PostId) -> Post | None:
        return self._one(_HOLD, {"id": id})

    def many(self, ids: Collection[PostId]) -> dict[PostId, Post]:
        if not ids:
            return {}
        return {post.id: post for post in to_posts(self._conn, _MANY.rows(self._conn, {"ids": ids}))}

    def by_number(self, number: int) -> Post | None:
        return self._one(_BY_NUMBER, {"number": number})

    def by_origin(self, platform: str, workspace: str, message: str) -> Post | None:
        return self._one(_BY_ORIGIN, {"platform": platform, "workspace": workspace, "message": message})

    def last_of(self, author: PersonId) -> Post | None:
        return next(iter(self.newest_of(author, 1)), None)

    def newest_of(self, author: PersonId, limit: int) -> list[Post]:
        return to_posts(self._conn, _NEWEST.rows(self._conn, {"author": author, "limit": limit}))

    def taken_by(self, person: PersonId) -> list[PostId]:
        return [PostId(id) for id in _TAKEN_BY.column(self._conn, {"person": person})]

    def visible(self, viewer: Viewer, ids: Collection[PostId], now: datetime) -> set[PostId]:
        if not ids:
            return set()
        asked = {**_asking(viewer, now), "ids": ids}
        return set(_visible(viewer.person is None, viewer.team).column(self._conn, asked))

    def timeline(
        self,
        viewer: Viewer,
        stream: Stream,
        now: datetime,
        limit: int,
        before: PostId | None = None,
        since: PostId | None = None,
    ) -> list[Post]:
        ids = newest(self._conn, viewer, stream, now, limit, before, since)
        posts = self.many(ids)
        return [posts[id] for id in ids]

    def stats(self, ids: Collection[PostId]) -> dict[PostId, Stats]:
        """One for each id, also where nobody reacted."""
        if not ids:
            return {}
        counts: list[dict[int, int]] = [
            pairs(counted.rows(self._conn, {"ids": ids})) for counted in (_LIKES, _REPLIES, _GOT_IT)
        ]
        likes, replies, got_it = counts
        return {id: Stats(likes.get(id, 0), replies.get(id, 0), got_it.get(id, 0)) for id in ids}

    def note_of(self, person: PersonId, viewer: Viewer, now: datetime) -> Post | None:
        return self._one(_note(viewer.person is None, viewer.team), {**_asking(viewer, now), "author": person})

    def tags_of(self, person: PersonId, viewer: Viewer, now: datetime, limit: int) -> list[str]:
        """As first written, most used first."""
        asked = {**_asking(viewer, now), "author": person}
        used = Counter(self._conn.execute(_tags(viewer.person is None, viewer.team), asked).scalars())
        return sorted(used, key=lambda name: (-used[name], name))[:limit]

    def like(self, post: PostId, person: PersonId, key: str, at: datetime) -> None:
        added(self._conn, _LIKE, {"post": post, "person": person, "key": key, "at": at})

    def unlike(self, post: PostId, person: PersonId, key: str) -> None:
        self._conn.execute(_UNLIKE, {"post": post, "person": person, "key": key})

    def got_it(self, post: PostId, token: str) -> bool:
        return added(self._conn, _TAKE, {"post": post, "token": token})

    def held(self, now: datetime, limit: int) -> list[Post]:
        return to_posts(self._conn, self._conn.execute(_HELD.limit(limit), {"now": now}).all())

    def release(self, id: PostId) -> bool:
        return self._conn.execute(_RELEASE, {"which": id}).first() is not None

    def _one(self, asked: Ready, values: Mapping[str, object]) -> Post | None:
        row = asked.first(self._conn, values)
        return None if row is None else to_posts(self._conn, [row])[0]


def _asking(viewer: Viewer, now: datetime) -> dict[str, object]:
    """What `visible_to` needs."""
    asked: dict[str, object] = {"now": now}
    return asked if viewer.person is None else {**asked, "viewer": viewer.person}


def _seen_by(channel: bool, team: bool) -> ColumnElement[bool]:
    return visible_to(POST, Viewer(None if channel else PersonId(0), team))


@lru_cache
def _visible(channel: bool, team: bool) -> Ready:
    return Ready(select(POST.c.id).where(within(POST.c.id, "ids"), _seen_by(channel, team)))


@lru_cache
def _note(channel: bool, team: bool) -> Ready:
    written = _POSTS.where(POST.c.author == number("author"), POST.c.until > NOW, _seen_by(channel, team))
    # One term more keeps PostgreSQL and SQLite from walking through all their posts by id.
    return Ready(written.order_by((POST.c.id + literal_column("0")).desc()).limit(1))


@lru_cache
def _tags(channel: bool, team: bool) -> Select[Any]:
    recent = (
        select(POST.c.id)
        .where(POST.c.author == number("author"), _seen_by(channel, team))
        .order_by(POST.c.id.desc())
        .limit(_TAGS_OVER)
        .subquery()
    )
    return select(TAG.c.name).select_from(
        recent.join(POST_TAG, POST_TAG.c.post == recent.c.id).join(TAG, TAG.c.id == POST_TAG.c.tag)
    )
