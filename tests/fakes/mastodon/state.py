"""What a fake Mastodon server holds: accounts and statuses, its own and those it heard of from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Person:
    """`domain`: empty for one of this server."""

    id: str
    user: str
    domain: str = ""
    title: str = ""
    avatar: str = "https://social.example/avatars/ana.png"
    moved: Person | None = None
    suspended: bool = False
    pinned: list[str] = field(default_factory=list)

    @property
    def acct(self) -> str:
        return f"{self.user}@{self.domain}" if self.domain else self.user


@dataclass
class Picture:
    """An attachment. `type`: image, gifv, video, audio, unknown."""

    name: str
    alt: str | None = None
    type: str = "image"


@dataclass
class Poll:
    """`votes`: None while they are hidden."""

    options: tuple[str, ...]
    until: datetime | None = None
    votes: tuple[int, ...] | None = (0, 0)
    several: bool = False


@dataclass
class Toot:
    """A status."""

    id: str
    by: Person
    at: datetime
    html: str
    visibility: str = "public"
    warning: str = ""
    sensitive: bool = False
    language: str | None = "en"
    pictures: tuple[Picture, ...] = ()
    tags: tuple[str, ...] = ()
    poll: Poll | None = None
    card: dict[str, str] | None = None
    answers: Toot | None = None
    boosts: Toot | None = None
    quotes: Toot | None = None
    quote_state: str = "accepted"
    edited: datetime | None = None

    def is_reply_to_others(self) -> bool:
        return self.answers is not None and self.answers.by is not self.by
