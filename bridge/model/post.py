"""A post (people say update): what was written, by whom, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.model.audience import Audience
from bridge.model.ids import PersonId, PlaceId, PostId
from bridge.model.text import Text


class MediaKind(StrEnum):
    PICTURE = "picture"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """`digest`: SHA-256 of the bytes, hex: their name in the Media port. `size` in bytes. `mime` as sniffed."""

    digest: str
    name: str
    kind: MediaKind
    mime: str
    size: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a platform handed it in; nothing about it is believed yet."""

    name: str
    data: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The message a post was made from; unique over posts. `place` is where its text already stands."""

    platform: str
    workspace: str
    message: str
    place: PlaceId | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One update as kept.

    `number` is its short name (`~1042`). `owner` and `rule` say whose audience counts: the author and the post itself,
    but for a reply those of the conversation's first post, and for a reshare those of the original. `root` is the
    conversation's first post (itself when it answers nothing). `revision` starts at 1 and grows with each change that
    shows. `until`: when its news ends. `held_until`: announcements wait for a possible undo. `tags` are folded.
    `outside`: its author stands for a source; it belongs to no tag and not to everyone, but to its source alone.
    """

    id: PostId
    number: int
    author: PersonId
    text: Text
    audience: Audience
    owner: PersonId
    rule: PostId
    root: PostId
    created_at: datetime
    tags: tuple[str, ...] = ()
    mentions: tuple[PersonId, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: PostId | None = None
    reshare_of: PostId | None = None
    revision: int = 1
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    until: datetime | None = None
    held_until: datetime | None = None
    announced: bool = False
    origin: Origin | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Stats:
    """`likes`: people, each counted once over all places. `got_it`: people who pressed it, never by name."""

    likes: int = 0
    replies: int = 0
    got_it: int = 0


NO_STATS = Stats()
