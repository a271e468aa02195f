"""Posts as kept, their timelines, and requests to share a message.

See `bridge.model.kept` for the laws.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.model.audience import Audience, Viewer
from bridge.model.ids import PersonId, PlaceId, PostId, SubjectId, SubscriberId, TagId
from bridge.model.post import Attachment, Origin, Post, Stats


@dataclass(frozen=True, slots=True)
class Stream:
    """Which posts a timeline holds. `of`: those of the subjects this subscriber follows (and, when a person, their
    own). `subjects`: those of these subjects; EVERYONE_ID is all. Exactly one is given. `thread`: the conversation's
    replies too (else replies are left out unless followed by conversation)."""

    of: SubscriberId | None = None
    subjects: tuple[SubjectId, ...] = ()


class Posts(Protocol):
    def add(self, post: Post, tag_ids: Mapping[str, TagId]) -> Post:
        """Keeps a new post with its tags (`tag_ids`: an id for each tag of it, used where the tag is new), mentions,
        named people and attachments; gives it its number and returns it so. Idempotent: an id or an origin that is
        kept already gives back the post kept first. Updates the author's newest post.
        """
        ...

    def add_all(self, posts: Sequence[Post]) -> list[PostId]:
        """The same for many of one author at once, without tags, mentions and named people; gives the ids that they are
        kept by."""
        ...

    def get(self, id: PostId) -> Post | None: ...

    def hold(self, id: PostId) -> Post | None:
        """The same, for whoever changes it, or goes by what it is now: nobody else changes it before this is committed.
        Before any place is made due."""
        ...

    def many(self, ids: Collection[PostId]) -> dict[PostId, Post]: ...

    def by_number(self, number: int) -> Post | None: ...

    def by_origin(self, platform: str, workspace: str, message: str) -> Post | None: ...

    def last_of(self, author: PersonId) -> Post | None:
        """The newest that is not deleted."""
        ...

    def newest_of(self, author: PersonId, limit: int) -> list[Post]:
        """Those that are not deleted, newest first."""
        ...

    def taken_by(self, person: PersonId) -> list[PostId]:
        """What they are on and not through with."""
        ...

    def change(self, post: Post, tag_ids: Mapping[str, TagId]) -> None:
        """Writes text, tags, mentions, attachments, audience, revision, edited_at, deleted_at, until, held_until,
        taken.

        A changed audience is copied to every post whose `rule` is this one, and raises their revisions: copies may have
        to go. A changed revision raises that of what quotes it, reshares and replies, by one. A deletion deletes bare
        reshares (no text of their own) and keeps replies.
        """
        ...

    def visible(self, viewer: Viewer, ids: Collection[PostId], now: datetime) -> set[PostId]:
        """Those the viewer may see: law 4 in SQL."""
        ...

    def timeline(
        self,
        viewer: Viewer,
        stream: Stream,
        now: datetime,
        limit: int,
        before: PostId | None = None,
        since: PostId | None = None,
    ) -> list[Post]:
        """Newest first by id, visible to the viewer, not muted by `stream.of`; older than `before`, not older than
        `since`."""
        ...

    def stats(self, ids: Collection[PostId]) -> dict[PostId, Stats]: ...

    def note_of(self, person: PersonId, viewer: Viewer, now: datetime) -> Post | None:
        """Their newest visible post whose `until` lies ahead."""
        ...

    def tags_of(self, person: PersonId, viewer: Viewer, now: datetime, limit: int) -> list[str]:
        """The tags they use most, over their newest 200 visible posts."""
        ...

    def like(self, post: PostId, person: PersonId, key: str, at: datetime) -> None:
        """`key` names the message and reaction, so that taking one away leaves likes given elsewhere. Idempotent."""
        ...

    def unlike(self, post: PostId, person: PersonId, key: str) -> None: ...

    def got_it(self, post: PostId, token: str) -> bool:
        """`token` stands for the person and cannot be turned back; False when it was counted before."""
        ...

    def held(self, now: datetime, limit: int) -> list[Post]:
        """Announcements whose time is up and which were not released yet (held_until <= now, not deleted)."""
        ...

    def release(self, id: PostId) -> bool:
        """Takes the hold away; False when somebody else did."""
        ...

    def purge(self, before: datetime, limit: int) -> int:
        """Forgets posts made before, with all that hangs on them; how many."""
        ...


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """One message asked about once. `answer`: None while open.

    `text` and `attachments` are what would be shared (nothing of it leaves before the author's yes). `in_reply_to`: it
    would be an answer to that update.
    """

    id: int
    origin: Origin
    where: PlaceId
    author: PersonId
    sharer: PersonId
    text: str
    audience: Audience
    at: datetime
    lapses_at: datetime
    attachments: tuple[Attachment, ...] = ()
    answer: str | None = None
    post: PostId | None = None
    in_reply_to: PostId | None = None


class Shares(Protocol):
    def open(self, request: ShareRequest) -> bool:
        """False when this message (origin) was asked about before."""
        ...

    def get(self, id: int) -> ShareRequest | None: ...

    def by_origin(self, platform: str, workspace: str, message: str) -> ShareRequest | None: ...

    def answer(self, id: int, answer: str, post: PostId | None) -> bool:
        """False when it was answered before. The text is forgotten with the answer."""
        ...

    def reword(self, request: ShareRequest) -> bool:
        """Writes its text, its audience and what it answers where it is still open; False when it was answered."""
        ...

    def asked(self, author: PersonId) -> list[ShareRequest]:
        """Open ones to this person."""
        ...

    def last_answer(self, author: PersonId, place: PlaceId, post: PostId) -> str | None:
        """What this author answered to the newest request about an answer of theirs to this update, there: "yes" or
        "no"; None when they have answered none."""
        ...

    def lapsed(self, now: datetime, limit: int) -> list[ShareRequest]:
        """Open ones past their time."""
        ...
