"""Rows to values of the model and back, for every query of this folder. No statement is run here but the one that
fetches the people a post is for, since that part of a post stands in a table of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from bridge.model.audience import Audience, AudienceKind
from bridge.model.clean import fold
from bridge.model.ids import AccountId, PersonId, PlaceId
from bridge.model.person import Account, Hours, Person, Role
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.post import Attachment, MediaKind, Origin, Post, Taken
from bridge.model.text import from_data, is_empty, to_data
from bridge.store.engines.ready import Ready
from bridge.store.sql import within
from bridge.store.tables import AccountRow, PersonRow, PlaceRow, PostRow, ReaderRow, table

K = TypeVar("K")


PERSON = table(PersonRow)
ACCOUNT = table(AccountRow)
PLACE = table(PlaceRow)
POST = table(PostRow)
READER = table(ReaderRow)

PIECE = 500
"""Ids asked for in one statement: both engines bind that many without complaint."""

_KINDS = {kind.value: Audience(kind) for kind in AudienceKind}
_READERS = Ready(select(READER.c.rule, READER.c.person).where(within(READER.c.rule, "rules")))


def pieces(ids: Iterable[K], size: int = PIECE) -> Iterable[list[K]]:
    """Each id once, in lists of at most `size`."""
    every = list(dict.fromkeys(ids))
    return (every[start : start + size] for start in range(0, len(every), size))


def escape(words: str) -> str:
    """For LIKE with `escape="\\\\"`: nothing in it is a wildcard."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# posts


def to_posts(conn: Connection, rows: Sequence[Any]) -> list[Post]:
    """Posts from rows that have all columns of POST, in the same order; asks once more where a post names people."""
    readers = readers_of(conn, {row.rule for row in rows if row.audience == AudienceKind.PEOPLE.value})
    return [to_post(row, readers) for row in rows]


def readers_of(conn: Connection, rules: Iterable[int]) -> dict[int, frozenset[PersonId]]:
    """Rule -> the people its posts are for."""
    asked = list(rules)
    found: dict[int, set[PersonId]] = {}
    for rule, person in _READERS.tuples(conn, {"rules": asked}) if asked else ():
        found.setdefault(rule, set()).add(PersonId(person))
    return {rule: frozenset(people) for rule, people in found.items()}


def to_post(row: Any, readers: Mapping[int, frozenset[PersonId]]) -> Post:
    """`row` has all columns of POST; `readers` has its rule where its audience is PEOPLE."""
    audience = _KINDS[row.audience]
    if audience.kind is AudienceKind.PEOPLE:
        audience = Audience(AudienceKind.PEOPLE, readers.get(row.rule, frozenset()))
    return Post(
        id=row.id,
        number=row.number,
        author=row.author,
        text=from_data(json.loads(row.text)),
        audience=audience,
        owner=row.owner,
        rule=row.rule,
        root=row.root,
        created_at=row.created_at,
        tags=_listed(row.tags),
        mentions=_listed(row.mentions),
        attachments=attachments_of(row.attachments),
        in_reply_to=row.in_reply_to,
        reshare_of=row.reshare_of,
        revision=row.revision,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        until=row.until,
        held_until=row.held_until,
        announced=row.announced,
        origin=None
        if row.origin_message is None
        else Origin(row.origin_platform, row.origin_workspace, row.origin_message, row.origin_place),
        outside=row.outside,
        taken=None if row.taken_by is None else Taken(row.taken_by, row.taken_at, row.done_at),
    )


def post_values(post: Post) -> dict[str, Any]:
    """Every column of POST. The people it is for, its tags and mentions go into their own tables besides."""
    origin = post.origin
    return {
        "id": post.id,
        "number": post.number,
        "author": post.author,
        "text": _json(to_data(post.text)),
        "audience": post.audience.kind.value,
        "owner": post.owner,
        "rule": post.rule,
        "root": post.root,
        "in_reply_to": post.in_reply_to,
        "reshare_of": post.reshare_of,
        "revision": post.revision,
        "created_at": post.created_at,
        "edited_at": post.edited_at,
        "deleted_at": post.deleted_at,
        "until": post.until,
        "held_until": post.held_until,
        "announced": post.announced,
        "bare": not post.attachments and is_empty(post.text),
        "origin_platform": origin.platform if origin else None,
        "origin_workspace": origin.workspace if origin else None,
        "origin_message": origin.message if origin else None,
        "origin_place": origin.place if origin else None,
        "tags": _json(post.tags) if post.tags else "[]",
        "mentions": _json(post.mentions) if post.mentions else "[]",
        "attachments": attachments_kept(post.attachments),
        "outside": post.outside,
        "taken_by": post.taken.by if post.taken else None,
        "taken_at": post.taken.at if post.taken else None,
        "done_at": post.taken.done if post.taken else None,
    }


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _listed(kept: str) -> tuple[Any, ...]:
    return () if kept == "[]" else tuple(json.loads(kept))


def attachments_kept(attachments: Sequence[Attachment]) -> str:
    """As a JSON column keeps them."""
    return _json([[a.digest, a.name, a.kind, a.mime, a.size, a.alt] for a in attachments]) if attachments else "[]"


def attachments_of(kept: str) -> tuple[Attachment, ...]:
    if kept == "[]":
        return ()
    return tuple(
        Attachment(digest, name, MediaKind(kind), mime, size, alt)
        for digest, name, kind, mime, size, alt in json.loads(kept)
    )


# people


def to_person(row: Any) -> Person:
    """`row` has all columns of PERSON."""
    quiet = None if row.quiet_start is None else Hours(_from_minutes(row.quiet_start), _from_minutes(row.quiet_end))
    return Person(
        id=PersonId(row.id),
        handle=row.handle,
        name=row.name,
        circle=Circle(row.circle),
        title=row.title,
        zone=row.zone,
        language=row.language,
        quiet=quiet,
        working_days=to_days(row.working_days),
        mentions_live=row.mentions_live,
        never_ask=row.never_ask,
        send_replies=row.send_replies,
        roles=frozenset(Role(role) for role in row.roles.split(",") if role),
        home=row.home,
        sample=row.sample,
        picture=row.picture,
    )


def to_days(mask: int) -> frozenset[int]:
    return frozenset(day for day in range(7) if mask >> day & 1)


def days_mask(days: Iterable[int]) -> int:
    """Bit 0 is Monday."""
    return sum(1 << day for day in days)


def _from_minutes(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def to_account(row: Row[Any]) -> Account:
    """`row` has all columns of ACCOUNT."""
    return Account(
        id=AccountId(row.id),
        person=PersonId(row.person),
        platform=row.platform,
        workspace=row.workspace,
        user=row.user,
        guest=row.guest,
        shares_status=row.shares_status,
        status=row.status,
    )


# places


def to_place(row: Any) -> Place:
    """`row` has all columns of PLACE, and no others of these names."""
    return Place(
        id=PlaceId(row.id),
        platform=row.platform,
        workspace=row.workspace,
        key=row.key,
        kind=PlaceKind(row.kind),
        name=row.name,
        circle=Circle(row.circle),
        private=row.private,
        account=row.account,
        paused=row.paused,
    )


def place_values(place: Place) -> dict[str, Any]:
    """Every column of PLACE."""
    return {
        "id": place.id,
        "platform": place.platform,
        "workspace": place.workspace,
        "key": place.key,
        "kind": place.kind.value,
        "direct": place.kind is PlaceKind.DIRECT,
        "name": place.name,
        "folded": fold(place.name),
        "circle": place.circle.value,
        "private": place.private,
        "account": place.account,
        "paused": place.paused,
    }
