"""Timelines are read, not fanned out: the newest posts of many subjects, in two shapes, for the engines differ.

Authors come by their newest post, a step at a time, so that whoever has not written lately costs nothing. Of those
looked at, SQLite walks each one's posts newest first and leaves an author as soon as the next post is older than the
last it would keep, so one join does; PostgreSQL would sort them all, and is asked for the newest of each.
Both find ids only; the posts are fetched afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from heapq import nlargest
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, select, true, union, union_all

from bridge.model.audience import Viewer
from bridge.model.ids import PersonId, PostId, SubscriberId
from bridge.model.kept import Stream
from bridge.model.subscription import EVERYONE_ID, SubjectKind
from bridge.store.engines.ready import Ready
from bridge.store.rows import PERSON, POST
from bridge.store.sql import CAUGHT, ENGINES, POST_TAG, SUBSCRIPTION, Engine, each, engine_of, number, word
from bridge.store.visibility import unmuted, visible_to

_ENDLESS = 2**63 - 1
_STEP = 50
"""Authors looked at together: all have a post in the span of ids that is looked at."""


def _newest_of(engine: Engine, person: ColumnElement[Any]) -> ColumnElement[Any]:
    """NULL for whoever wrote nothing, and for what is nobody. SQLite, to whom a step into an index is cheap, keeps no
    newest post with its people."""
    if engine == "sqlite":
        return select(func.max(POST.c.id)).where(POST.c.author == person).scalar_subquery()
    return select(PERSON.c.last_post).where(PERSON.c.id == person).scalar_subquery()


def _followed_by(engine: Engine) -> Any:
    sieved = SUBSCRIPTION.c.sieve.is_not(None)
    kind = case((sieved, word(SubjectKind.PHRASE)), else_=SUBSCRIPTION.c.subject_kind)
    subject, subscriber = case((sieved, SUBSCRIPTION.c.sieve), else_=SUBSCRIPTION.c.subject), number("subscriber")
    followed = select(kind, subject, _newest_of(engine, subject)).where(SUBSCRIPTION.c.subscriber == subscriber)
    return union_all(followed, select(word(SubjectKind.PERSON), subscriber, _newest_of(engine, subscriber)))


def _of_each(engine: Engine) -> Any:
    ids = each(engine, "ids")
    return select(ids.c.value, _newest_of(engine, ids.c.value))


_FOLLOWED = Ready({engine: _followed_by(engine) for engine in ENGINES})
"""(kind, subject, newest post of that person) of all that a subscriber follows, and of their own."""
_AUTHORS = Ready({engine: _of_each(engine) for engine in ENGINES})


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
    subjects, authors, sources = _of_all(conn, stream) if stream.of is None else _followed(conn, stream.of)
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
    found: list[int] = []
    if SubjectKind.EVERYONE in subjects:  # has all that these would bring, but for what is outside
        subjects.pop(SubjectKind.TAG, None)
        authors = []
    if authors or sources:
        by_author = _statement(engine, frozenset({SubjectKind.PERSON}), sight)
        found += _by_authors(conn, by_author, authors + sources, asked)
    if subjects:
        found += _statement(engine, frozenset(subjects), sight).column(conn, asked)
    return [PostId(id) for id in nlargest(limit, set(found))]


_Subjects = dict[SubjectKind, Sequence[int]]
"""Ids to look for, by arm; people apart."""
_Authors = list[tuple[int, int]]
"""(newest post, person) of people who wrote."""


def _of_all(conn: Connection, stream: Stream) -> tuple[_Subjects, _Authors, _Authors]:
    """What an id names is not asked: ids are unique over all kinds."""
    given = [subject for subject in stream.subjects if subject != EVERYONE_ID]
    subjects: _Subjects = {SubjectKind.EVERYONE: [EVERYONE_ID]} if EVERYONE_ID in stream.subjects else {}
    if not given:
        return subjects, [], []
    authors = [(last, id) for id, last in _AUTHORS.tuples(conn, {"ids": given}) if last is not None]
    arms = (SubjectKind.TAG, SubjectKind.CONVERSATION, SubjectKind.PHRASE)
    return subjects | dict.fromkeys(arms, given), authors, []


def _followed(conn: Connection, subscriber: SubscriberId) -> tuple[_Subjects, _Authors, _Authors]:
    subjects: dict[SubjectKind, list[int]] = {}
    authors: dict[str, dict[int, int]] = {
        SubjectKind.PERSON: {},
        SubjectKind.SOURCE: {},
    }  # people may follow themselves
    for kind, subject, last in _FOLLOWED.tuples(conn, {"subscriber": subscriber}):
        if kind not in authors:
            subjects.setdefault(SubjectKind(kind), []).append(subject)
        elif last is not None:
            authors[kind][subject] = last
    people, sources = ([(last, author) for author, last in some.items()] for some in authors.values())
    return dict(subjects), people, sources


def _by_authors(conn: Connection, statement: Ready, authors: _Authors, asked: dict[str, Any]) -> list[int]:
    """A span of ids ends at the newest post of an author; all who wrote in it come before that author."""
    since, before = asked["since"], asked["before"]
    ranked = sorted((one for one in authors if one[0] >= since), reverse=True)
    found: list[int] = []
    end = 0
    while end < len(ranked) and len(found) < asked["limit"]:
        end += _STEP
        while end < len(ranked) and ranked[end - 1][0] >= before:
            end += _STEP
        floor = ranked[end - 1][0] if end < len(ranked) else since
        span = {**asked, "person": [id for _, id in ranked[:end]], "before": before, "since": floor}
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


def _caught(engine: Engine, sight: _Sight) -> Select[Any]:
    post, caught = POST.alias("p"), CAUGHT.alias("c")
    span = [caught.c.post < number("before"), caught.c.post >= number("since")]
    joined = caught.join(post, post.c.id == caught.c.post)
    return _top(engine, "phrase", joined, caught.c.sieve, caught.c.post, span + sight.of(post)).distinct()


def _everyone(engine: Engine, sight: _Sight) -> Select[Any]:
    post = POST.alias("p")
    return select(post.c.id).where(~post.c.outside, *sight.of(post)).order_by(post.c.id.desc()).limit(number("limit"))


_ARMS = {
    SubjectKind.PERSON: _people,
    SubjectKind.TAG: _tags,
    SubjectKind.CONVERSATION: _conversations,
    SubjectKind.EVERYONE: _everyone,
    SubjectKind.PHRASE: _caught,
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
