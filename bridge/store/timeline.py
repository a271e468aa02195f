"""Timelines are read, not fanned out: the newest posts of many subjects, in two shapes, for the engines differ.

SQLite walks each author's posts newest first and leaves an author as soon as the next one is older than the last it
would keep, so one join does. PostgreSQL would sort them all: there authors come by their newest post, a step at a time.
Both find ids only; the posts are fetched afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from heapq import nlargest
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, select, true, union

from bridge.model.audience import Viewer
from bridge.model.ids import PersonId, PostId
from bridge.model.kept import Stream
from bridge.model.subscription import EVERYONE_ID, SubjectKind
from bridge.store.ready import Ready
from bridge.store.rows import PERSON, POST
from bridge.store.sql import POST_TAG, SUBSCRIPTION, Engine, each, engine_of, number, within
from bridge.store.visibility import unmuted, visible_to

_ENDLESS = 2**63 - 1
_STEP = 50
"""Authors looked at together on PostgreSQL: all have a post in the span of ids that is looked at."""

_FOLLOWED = Ready(
    select(SUBSCRIPTION.c.subject_kind, SUBSCRIPTION.c.subject).where(SUBSCRIPTION.c.subscriber == number("subscriber"))
)
_NEWEST_OF = Ready(
    select(PERSON.c.id, PERSON.c.last_post)
    .where(within(PERSON.c.id, "authors"), PERSON.c.last_post >= number("since"))
    .order_by(PERSON.c.last_post.desc())
)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What shapes the WHERE of every arm, and so the text of a statement."""

    channel: bool
    team: bool
    mutes: bool

    def of(self, post: FromClause, *, replies: bool = False) -> list[ColumnElement[bool]]:
        viewer = Viewer(None if self.channel else PersonId(0), self.team)
        clauses = [post.c.id < number("before"), post.c.id >= number("since"), visible_to(post, viewer)]
        if not replies:
            clauses.append(post.c.in_reply_to.is_(None))
        if self.mutes:
            clauses.append(unmuted(post, number("subscriber")))
        return clauses


def newest(
    conn: Connection,
    viewer: Viewer,
    stream: Stream,
    now: datetime,
    limit: int,
    before: PostId | None = None,
    since: PostId | None = None,
) -> list[PostId]:
    """See `bridge.model.kept.Posts.timeline`. Replies come by way of their conversation alone."""
    sight = _Sight(channel=viewer.person is None, team=viewer.team, mutes=stream.of is not None)
    subjects = _subjects(conn, stream)
    asked: dict[str, Any] = {
        "viewer": viewer.person,
        "subscriber": stream.of,
        "now": now,
        "limit": limit,
        "before": _ENDLESS if before is None else before,
        "since": since or 0,
        **{str(kind): ids for kind, ids in subjects.items()},
    }
    engine = engine_of(conn)
    arms = frozenset(subjects)
    found: list[int] = []
    if engine == "postgresql" and SubjectKind.PERSON in arms:
        found += _by_authors(conn, sight, asked)
        arms -= {SubjectKind.PERSON}
    if arms:
        found += _statement(engine, arms, sight).column(conn, asked)
    return [PostId(id) for id in nlargest(limit, set(found))]


def _subjects(conn: Connection, stream: Stream) -> dict[SubjectKind, list[int]]:
    """Which ids to look for, by arm. What an id names is not asked: ids are unique over all kinds."""
    every: Iterable[tuple[str, int]]
    if stream.of is None:
        kinds = (SubjectKind.PERSON, SubjectKind.TAG, SubjectKind.CONVERSATION)
        given = [subject for subject in stream.subjects if subject != EVERYONE_ID]
        every = [(kind, subject) for kind in kinds for subject in given]
        if EVERYONE_ID in stream.subjects:
            every.append((SubjectKind.EVERYONE, EVERYONE_ID))
    else:
        own = (SubjectKind.PERSON, stream.of)
        every = [own, *_FOLLOWED.tuples(conn, {"subscriber": stream.of})]
    by_kind: dict[str, list[int]] = {}
    for kind, subject in dict.fromkeys(every):  # people may follow themselves
        by_kind.setdefault(kind, []).append(subject)
    found = {SubjectKind(kind): ids for kind, ids in by_kind.items()}
    if SubjectKind.EVERYONE in found:  # has all that these would bring
        found.pop(SubjectKind.PERSON, None)
        found.pop(SubjectKind.TAG, None)
    return found


def _by_authors(conn: Connection, sight: _Sight, asked: dict[str, Any]) -> list[int]:
    """PostgreSQL: a span of ids ends at the newest post of an author; all who wrote in it come before that author."""
    authors = _NEWEST_OF.tuples(conn, {"authors": asked["person"], "since": asked["since"]})
    statement = _statement("postgresql", frozenset({SubjectKind.PERSON}), sight)
    found: list[int] = []
    end, before = 0, asked["before"]
    while end < len(authors) and len(found) < asked["limit"]:
        end += _STEP
        while end < len(authors) and authors[end - 1][1] >= before:
            end += _STEP
        floor = authors[end - 1][1] if end < len(authors) else asked["since"]
        span = {**asked, "person": [id for id, _ in authors[:end]], "before": before, "since": floor}
        found += statement.column(conn, span)
        before = floor
    return found


@lru_cache
def _statement(engine: Engine, arms: frozenset[SubjectKind], sight: _Sight) -> Ready:
    """The newest ids of these arms together, no order given."""
    newest_of = [_ARMS[kind](engine, sight).subquery() for kind in sorted(arms)]
    if len(newest_of) == 1:
        return Ready(select(newest_of[0].c.id))
    return Ready(select(union(*(select(arm.c.id) for arm in newest_of)).subquery().c.id))


def _people(engine: Engine, sight: _Sight) -> Select[Any]:
    post = POST.alias("p")
    return _top(engine, "person", post, post.c.author, post.c.id, sight.of(post))


def _tags(engine: Engine, sight: _Sight) -> Select[Any]:
    post, tagged = POST.alias("p"), POST_TAG.alias("t")
    span = [tagged.c.post < number("before"), tagged.c.post >= number("since")]
    joined = tagged.join(post, post.c.id == tagged.c.post)
    # A post may have several of the tags.
    return _top(engine, "tag", joined, tagged.c.tag, tagged.c.post, span + sight.of(post)).distinct()


def _conversations(engine: Engine, sight: _Sight) -> Select[Any]:
    post = POST.alias("p")
    return _top(engine, "conversation", post, post.c.root, post.c.id, sight.of(post, replies=True))


def _everyone(engine: Engine, sight: _Sight) -> Select[Any]:
    post = POST.alias("p")
    return select(post.c.id).where(*sight.of(post)).order_by(post.c.id.desc()).limit(number("limit"))


_ARMS = {
    SubjectKind.PERSON: _people,
    SubjectKind.TAG: _tags,
    SubjectKind.CONVERSATION: _conversations,
    SubjectKind.EVERYONE: _everyone,
}


def _top(
    engine: Engine,
    name: str,
    source: FromClause,
    key: ColumnElement[Any],
    id: ColumnElement[Any],
    where: list[ColumnElement[bool]],
) -> Select[Any]:
    """The newest of `source` for the subjects given as the parameter `name`."""
    subject = each(engine, name)
    if engine == "sqlite":
        together = select(id.label("id")).select_from(subject.join(source, key == subject.c.value))
        return together.where(*where).order_by(id.desc()).limit(number("limit"))
    each_newest = (
        select(id.label("id"))
        .select_from(source)
        .where(key == subject.c.value, *where)
        .order_by(id.desc())
        .limit(number("limit"))
        .correlate(subject)
        .lateral()
    )
    joined = subject.join(each_newest, true())
    return select(each_newest.c.id).select_from(joined).order_by(each_newest.c.id.desc()).limit(number("limit"))
