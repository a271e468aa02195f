"""From an answer's JSON to what we use of it. Servers may send anything: what has another type than documented reads as
if it were missing. Nothing untyped leaves this module, and nothing is raised.

Entities: docs.joinmastodon.org/entities/Account, Status, MediaAttachment, Poll, PreviewCard, Quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bridge.adapters.mastodon.address import is_id

Fields = Mapping[str, object]

LINE = 500
"""Characters of a name, a title or an option."""
LONG = 2_000
"""Characters of an address, an alternative text or a warning."""
HTML = 60_000
"""Characters of a status; servers allow 500 as they come, and few more than 10,000."""
MOST = 20
"""Attachments, options or tags of one status."""


@dataclass(frozen=True, slots=True)
class Account:
    """`user` and `domain`: of its name; no domain for one of the server that was asked. `moved`: where to."""

    id: str
    user: str
    domain: str
    title: str
    page: str
    picture: str
    suspended: bool
    moved: Account | None


@dataclass(frozen=True, slots=True)
class Attached:
    """`kind`: image, gifv, video, audio, unknown."""

    kind: str
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Option:
    """`votes` is None where they are not shown yet."""

    title: str
    votes: int | None


@dataclass(frozen=True, slots=True)
class Poll:
    options: tuple[Option, ...]
    several: bool
    over: bool
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """The preview of a link."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Status:
    """`visible`: public or unlisted, so that everybody may see it. `edited`: when, as the server writes it; "" never.
    `reply`: to somebody else; a thread of one's own is none, as in Mastodon's `without_replies` (app/models/status.rb).
    `boosted`, `quoted`: somebody's status inside this one, without a further one inside."""

    id: str
    account: Account
    page: str
    at: datetime | None
    edited: str
    visible: bool
    html: str
    warning: str
    sensitive: bool
    language: str
    reply: bool
    media: tuple[Attached, ...]
    tags: tuple[str, ...]
    poll: Poll | None
    card: Card | None
    boosted: Status | None
    quoted: Status | None


@dataclass(frozen=True, slots=True)
class Finger:
    """What WebFinger says (docs.joinmastodon.org/spec/webfinger): the account's own spelling of its name, and the
    address of its actor; each "" where it says nothing."""

    subject: str
    actor: str


def read_account(data: object) -> Account | None:
    """None for what is no account."""
    return _account(_fields(data), nested=False)


def read_status(data: object) -> Status | None:
    """None for what is no status."""
    return _status(_fields(data), nested=False)


def read_statuses(data: object) -> tuple[Status, ...] | None:
    """Those that can be read, in their order; None for what is no list, or one of which nothing can be read."""
    if not isinstance(data, list):
        return None
    read = tuple(status for one in data if (status := read_status(one)))
    return None if data and not read else read


def read_finger(data: object) -> Finger:
    """A JRD (RFC 7033); the actor is the link "self" of an ActivityPub type, else the profile's page."""
    fields = _fields(data)
    links = [_fields(link) for link in _list(fields, "links")]
    actors = [link for link in links if _text(link, "rel") == "self" and "json" in _text(link, "type")]
    pages = [link for link in links if _text(link, "rel") == "http://webfinger.net/rel/profile-page"]
    return Finger(_text(fields, "subject"), next((_text(link, "href", LONG) for link in actors + pages), ""))


def _account(fields: Fields, *, nested: bool) -> Account | None:
    id = _id(fields, "id")
    user, _, domain = _text(fields, "acct").lower().partition("@")
    if not id or not user:
        return None
    return Account(
        id,
        user,
        domain,
        " ".join(_text(fields, "display_name").split()),
        _text(fields, "url", LONG),
        _text(fields, "avatar", LONG),
        fields.get("suspended") is True,
        None if nested else _account(_fields(fields.get("moved")), nested=True),
    )


def _status(fields: Fields, *, nested: bool) -> Status | None:
    id, account = _id(fields, "id"), _account(_fields(fields.get("account")), nested=nested)
    if not id or not account:
        return None
    return Status(
        id=id,
        account=account,
        page=_text(fields, "url", LONG) or _text(fields, "uri", LONG),
        at=_moment(fields, "created_at"),
        edited=_text(fields, "edited_at"),
        visible=_text(fields, "visibility") in ("public", "unlisted"),
        html=_text(fields, "content", HTML),
        warning=_text(fields, "spoiler_text", LONG),
        sensitive=fields.get("sensitive") is True,
        language=_text(fields, "language"),
        reply=bool(_id(fields, "in_reply_to_id")) and _id(fields, "in_reply_to_account_id") != account.id,
        media=tuple(_attached(_fields(one)) for one in _list(fields, "media_attachments")),
        tags=tuple(name for one in _list(fields, "tags") if (name := _text(_fields(one), "name"))),
        poll=_poll(_fields(fields.get("poll"))),
        card=_card(_fields(fields.get("card"))),
        boosted=None if nested else _status(_fields(fields.get("reblog")), nested=True),
        quoted=None if nested else _quoted(_fields(fields.get("quote"))),
    )


def _quoted(fields: Fields) -> Status | None:
    """Only an accepted quote may be shown (docs.joinmastodon.org/entities/Quote/#state)."""
    if _text(fields, "state") != "accepted":
        return None
    return _status(_fields(fields.get("quoted_status")), nested=True)


def _attached(fields: Fields) -> Attached:
    url = _text(fields, "url", LONG) or _text(fields, "remote_url", LONG)
    return Attached(_text(fields, "type"), url, _text(fields, "description", LONG))


def _poll(fields: Fields) -> Poll | None:
    options = [_fields(one) for one in _list(fields, "options")]
    read = tuple(Option(title, _count(one, "votes_count")) for one in options if (title := _text(one, "title")))
    if not read:
        return None
    return Poll(read, fields.get("multiple") is True, fields.get("expired") is True, _moment(fields, "expires_at"))


def _card(fields: Fields) -> Card | None:
    url = _text(fields, "url", LONG)
    return Card(url, _text(fields, "title")) if url else None


def _fields(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _list(fields: Fields, name: str) -> list[object]:
    value = fields.get(name)
    return value[:MOST] if isinstance(value, list) else []


def _text(fields: Fields, name: str, most: int = LINE) -> str:
    """At most so many characters, without the halves of characters that JSON can spell and no encoding can write."""
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    return value[:most].encode("utf-8", "replace").decode().replace("\0", "").strip()


def _id(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and is_id(value) else ""


def _count(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    return value if type(value) is int and 0 <= value < 10**12 else None


def _moment(fields: Fields, name: str) -> datetime | None:
    return read_moment(_text(fields, name))


def read_moment(written: str) -> datetime | None:
    """ISO 8601, as everywhere in the API (docs.joinmastodon.org/api/datetime-format); None for anything else."""
    try:
        at = datetime.fromisoformat(written)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
