"""Law 4 in SQL: who may see a post, the twin of `model.audience.may_see`; a test holds the two equal.

Every query that returns posts has `visible` in its WHERE. Beside it: what a subscriber has muted.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, true

from bridge.model.audience import AudienceKind, Viewer
from bridge.store.rows import POST, READER
from bridge.store.sql import MUTE, NOW, POST_TAG, SUBSCRIPTION, ZERO, number, word


def visible(
    post: FromClause, person: ColumnElement[Any] | None, team: ColumnElement[bool] | bool, now: ColumnElement[Any] = NOW
) -> ColumnElement[bool]:
    """Whether a viewer may see `post` (POST or an alias of it).

    `person` None, or a column that is NULL: all the members of a channel at once. `team`: that person, or every
    member, belongs to the team. For a WHERE: where it does not hold it may be NULL instead of false.
    """
    by_audience = [post.c.audience == word(AudienceKind.PUBLIC)]
    if team is not False:
        belongs = true() if team is True else team
        by_audience.append(and_(post.c.audience == word(AudienceKind.EVERYONE), belongs))
        if person is not None:
            by_audience.append(
                and_(post.c.audience == word(AudienceKind.FOLLOWERS), belongs, _follows(person, post.c.owner))
            )
    if person is None:
        return and_(post.c.deleted_at.is_(None), _released(post, now), or_(*by_audience))
    by_audience.append(post.c.owner == person)
    by_audience.append(and_(post.c.audience == word(AudienceKind.PEOPLE), _named(post.c.rule, person)))
    return and_(
        post.c.deleted_at.is_(None), or_(post.c.author == person, and_(_released(post, now), or_(*by_audience)))
    )


def visible_to(post: FromClause, viewer: Viewer) -> ColumnElement[bool]:
    """The same for one viewer; the statement takes the parameters `now` and, for a person, `viewer`."""
    return visible(post, None if viewer.person is None else number("viewer"), viewer.team)


def unmuted(post: FromClause, subscriber: ColumnElement[Any], now: ColumnElement[Any] = NOW) -> ColumnElement[bool]:
    """Nothing the subscriber has muted: author, tag, conversation, everyone, or whose post is reshared."""
    mute, tagged, original = MUTE.alias(), POST_TAG.alias(), POST.alias()
    of_tag = exists().where(tagged.c.tag == mute.c.subject, tagged.c.post == post.c.id).correlate_except(tagged)
    of_original = exists().where(original.c.id == post.c.reshare_of, original.c.author == mute.c.subject)
    of_mute = or_(
        mute.c.subject.in_((post.c.author, post.c.root, ZERO)), of_tag, of_original.correlate_except(original)
    )
    in_force = or_(mute.c.until.is_(None), mute.c.until > now)
    return ~exists().where(mute.c.subscriber == subscriber, in_force, of_mute).correlate_except(mute)


def _released(post: FromClause, now: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(post.c.held_until.is_(None), post.c.held_until <= now)


def _follows(person: ColumnElement[Any], owner: ColumnElement[Any]) -> ColumnElement[bool]:
    followed = SUBSCRIPTION.alias()
    return exists().where(followed.c.subscriber == person, followed.c.subject == owner).correlate_except(followed)


def _named(rule: ColumnElement[Any], person: ColumnElement[Any]) -> ColumnElement[bool]:
    reader = READER.alias()
    return exists().where(reader.c.rule == rule, reader.c.person == person).correlate_except(reader)
