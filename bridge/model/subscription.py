"""Who follows what, how often, and what is muted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.model.ids import PersonId, PlaceId, SubjectId, SubscriberId

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


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be followed or muted. `name` is how people call it: `@ana`, `#release`, `~1042`, `everyone`."""

    kind: SubjectKind
    id: SubjectId
    name: str


EVERYONE_SUBJECT = Subject(SubjectKind.EVERYONE, EVERYONE_ID, "everyone")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber (Person or Place) follows a subject; what comes stands in `place`.

    For a person `place` is their home direct message; for a channel it is the channel. `by`: who set it up.
    `paused`: kept, but nothing comes.
    """

    subscriber: SubscriberId
    place: PlaceId
    subject: Subject
    cadence: Cadence
    by: PersonId
    since: datetime
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Mute:
    """The reader's side: nothing of this subject reaches the subscriber until `until` (None: until unmuted)."""

    subscriber: SubscriberId
    subject: Subject
    until: datetime | None
