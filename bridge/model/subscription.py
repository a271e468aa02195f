"""Who follows what, how often, and what is muted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.model.ids import PersonId, PlaceId, PostId, SieveId, SubjectId, SubscriberId, made_at

EVERYONE_ID = SubjectId(0)
"""The subject that every update of the team belongs to."""


class Cadence(StrEnum):
    LIVE = "live"
    DIGEST = "digest"


class SubjectKind(StrEnum):
    PERSON = "person"
    TAG = "tag"
    CONVERSATION = "conversation"
    EVERYONE = "everyone"
    SOURCE = "source"
    """Something outside: the author that stands for it."""
    PHRASE = "phrase"
    """Words that are looked for in everything."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be followed or muted. `name` is how people call it: `@ana`, `#release`, `~1042`, `everyone`,
    `blog.example.org`, `"our product"`."""

    kind: SubjectKind
    id: SubjectId
    name: str


EVERYONE_SUBJECT = Subject(SubjectKind.EVERYONE, EVERYONE_ID, "everyone")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber (Person or Place) follows a subject; what comes stands in `place`.

    For a person `place` is their home direct message; for a channel it is the channel. `by`: who set it up.
    `paused`: kept, but nothing comes. `sieve`: what lets only some of it through, with its `words`; a phrase is its
    own.
    """

    subscriber: SubscriberId
    place: PlaceId
    subject: Subject
    cadence: Cadence
    by: PersonId
    since: datetime
    paused: bool = False
    sieve: SieveId | None = None
    words: str = ""

    def reaches(self, post: PostId) -> bool:
        """Whether it brings such a post, however new: of a source, only what came after this began."""
        return self.subject.kind is not SubjectKind.SOURCE or made_at(post) > self.since


@dataclass(frozen=True, slots=True)
class Mute:
    """The reader's side: nothing of this subject reaches the subscriber until `until` (None: until unmuted)."""

    subscriber: SubscriberId
    subject: Subject
    until: datetime | None
