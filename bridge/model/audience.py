"""Who may see a post: the rule of law 4. Its twin in SQL is store/visibility.py; a test holds the two equal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bridge.model.ids import PersonId
from bridge.model.place import Members

if TYPE_CHECKING:
    from bridge.model.person import Person
    from bridge.model.post import Post


class AudienceKind(StrEnum):
    EVERYONE = "everyone"
    """All of the team."""
    PUBLIC = "public"
    """The team and the community."""
    FOLLOWERS = "followers"
    """People of the team who follow the author."""
    PEOPLE = "people"
    """The people named."""
    ME = "me"
    """Only the author."""


@dataclass(frozen=True, slots=True)
class Audience:
    """`people` is filled for PEOPLE only."""

    kind: AudienceKind
    people: frozenset[PersonId] = frozenset()


EVERYONE = Audience(AudienceKind.EVERYONE)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: one person, or (person None) all the members of a channel at once.

    `team`: that person, or every one of those members, belongs to the team.
    """

    person: PersonId | None
    team: bool


NOBODY = Viewer(person=None, team=False)


def viewer_of(person: Person) -> Viewer:
    """A person looking for themselves."""
    return Viewer(person=person.id, team=person.team)


def may_see(viewer: Viewer, post: Post, follows_owner: bool, now: datetime) -> bool:
    """Whether the viewer may see the post at all.

    `follows_owner`: the viewer is a person who follows `post.owner`. Replies and reshares carry the audience and the
    owner of what they answer or repeat. A channel sees only what everyone in it may see by belonging, never what was
    meant for followers or for named people: those travel in direct messages alone.
    """
    if post.deleted_at is not None:
        return False
    if viewer.person is not None and viewer.person == post.author:
        return True
    if post.held_until is not None and now < post.held_until:
        return False
    if viewer.person is not None and viewer.person == post.owner:
        return True
    match post.audience.kind:
        case AudienceKind.PUBLIC:
            return True
        case AudienceKind.EVERYONE:
            return viewer.team
        case AudienceKind.FOLLOWERS:
            return viewer.team and viewer.person is not None and follows_owner
        case AudienceKind.PEOPLE:
            return viewer.person in post.audience.people
        case AudienceKind.ME:
            return False


def place_viewer(members: Members) -> Viewer | None:
    """A channel as a viewer; None when its members are not known: it may be shown nothing at all."""
    return Viewer(person=None, team=members.team) if members.known else None
