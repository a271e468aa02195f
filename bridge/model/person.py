"""One human of the organisation, and their accounts on platforms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from bridge.model.ids import AccountId, PersonId, PlaceId
from bridge.model.place import Circle


class Role(StrEnum):
    ADMIN = "admin"
    ANNOUNCER = "announcer"


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of wall-clock time, over midnight when `end` is not after `start`."""

    start: time
    end: time


DEFAULT_QUIET = Hours(time(18), time(8))


@dataclass(frozen=True, slots=True)
class Person:
    """A person as everyone may know them. `handle` is unique by its folded form; `title` is what they say they do.

    `zone`: IANA name, None while unknown. `quiet`: None is the default (18:00 to 08:00, only where messages ring);
    hours with start == end switch them off. `working_days`: 0 is Monday. `mentions_live`: mentions and replies come at
    once rather than in the digest. `never_ask`: no more requests to share their messages. `send_replies`: what they
    answer in a public thread under an update goes wherever that update stands, unasked. `home`: the direct message
    that follows arrive in. `sample`: one of the lobby's sample colleagues. `picture`: an https address.
    """

    id: PersonId
    handle: str
    name: str
    circle: Circle
    title: str = ""
    zone: str | None = None
    language: str | None = None
    quiet: Hours | None = None
    working_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    mentions_live: bool = True
    never_ask: bool = False
    send_replies: bool = False
    roles: frozenset[Role] = frozenset()
    home: PlaceId | None = None
    sample: bool = False
    picture: str | None = None

    @property
    def team(self) -> bool:
        return self.circle is Circle.TEAM


@dataclass(frozen=True, slots=True)
class Account:
    """A person's identity on one platform. `guest` accounts count as community, whatever their workspace.

    `shares_status`: the status they set there may become an update. `status`: what tells the one they set last from
    others, without what it says.
    """

    id: AccountId
    person: PersonId
    platform: str
    workspace: str
    user: str
    guest: bool = False
    shares_status: bool = False
    status: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells about a user. `guest`: no full member of the workspace. `admin`: looks after it there."""

    name: str
    handle: str = ""
    title: str = ""
    zone: str | None = None
    language: str | None = None
    guest: bool = False
    bot: bool = False
    admin: bool = False
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a person is up to until some moment: the update itself, by number."""

    number: int
    words: str
    until: datetime = field(compare=False)
