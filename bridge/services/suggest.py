"""People somebody may want to follow, each with what speaks for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.model.audience import viewer_of
from bridge.model.clean import fold
from bridge.model.compose.home import Suggested
from bridge.model.ids import PersonId, PostId, SubjectId, SubscriberId, lowest_id
from bridge.model.kept import Stream, Tx
from bridge.model.person import Person
from bridge.model.post import Post
from bridge.model.subscription import EVERYONE_ID, SubjectKind

LOOKED_AT = 100
"""The team's newest updates."""
WEEK = timedelta(days=7)
NEW = timedelta(days=14)
_COUNTED = 50


def suggestions(tx: Tx, person: Person, now: datetime, limit: int) -> list[Suggested]:
    """At most `limit` people whom `person` neither follows nor mutes: first those who write about a tag they follow,
    then others who shared something they may see, newest first; then anybody, by name."""
    subscriber, viewer = SubscriberId(person.id), viewer_of(person)
    follows = tx.follows.of(subscriber)
    subjects = [*(follow.subject for follow in follows), *(mute.subject for mute in tx.follows.mutes(subscriber, now))]
    known = {person.id, *(PersonId(one.id) for one in subjects if one.kind is SubjectKind.PERSON)}
    tags = {fold(f.subject.name.lstrip("#")): f.subject.name for f in follows if f.subject.kind is SubjectKind.TAG}

    written: dict[PersonId, list[Post]] = {}
    for post in tx.posts.timeline(viewer, Stream(subjects=(EVERYONE_ID,)), now, LOOKED_AT):
        if post.author not in known:
            written.setdefault(post.author, []).append(post)
    shared = {id: _shared_tag(posts, tags) for id, posts in written.items()}
    chosen = sorted(written, key=lambda id: not shared[id])[:limit]
    people = tx.people.many(chosen)

    found = []
    for id in chosen:
        if id not in people:
            continue
        stream, since = Stream(subjects=(SubjectId(id),)), PostId(lowest_id(now - WEEK))
        count = len(tx.posts.timeline(viewer, stream, now, _COUNTED, since=since))
        found.append(Suggested(people[id], shared[id], count, written[id][0].created_at, _is_new(people[id], now)))
    # Whoever is not of the team is told of nobody who shared nothing with them.
    anybody = tx.people.handles("", 4 * limit) if person.team else []
    others = [one for one in anybody if one.id not in known and one.id not in people]
    return (found + [Suggested(one, new=_is_new(one, now)) for one in others])[:limit]


def named_to(tx: Tx, person: Person, found: list[Person], now: datetime) -> list[Person]:
    """Of those who were found, whom `person` is told of: to the team everybody; to anybody else themselves, and whoever
    shared something that they may see."""
    if person.team:
        return found
    viewer = viewer_of(person)

    def met(one: Person) -> bool:
        return bool(tx.posts.timeline(viewer, Stream(subjects=(SubjectId(one.id),)), now, 1))

    return [one for one in found if one.id == person.id or met(one)]


def _shared_tag(posts: list[Post], tags: dict[str, str]) -> str:
    """The followed tag that they used last, as it is called; "" for none."""
    return next((tags[name] for post in posts for name in post.tags if name in tags), "")


def _is_new(person: Person, now: datetime) -> bool:
    """Ids are ordered by the time they were made."""
    return person.id >= lowest_id(now - NEW)
