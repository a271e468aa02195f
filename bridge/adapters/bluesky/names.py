"""Handles, DIDs, at:// addresses, record keys: reading them, and the pages that show what they name. Asks nobody.

Handles: https://atproto.com/specs/handle; DIDs: https://atproto.com/specs/did; addresses:
https://atproto.com/specs/at-uri-scheme
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
PROFILE = "app.bsky.actor.profile"
SITE = "https://bsky.app"
LIMIT_KEY = 64
"""Characters of a record key that is taken. Posts and reposts have a TID, which has 13 (app/bsky/feed/post.json)."""

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE = re.compile(rf"(?=.{{3,253}}$)(?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?")
_NO_HANDLE = frozenset({"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion"})
_DID = re.compile(r"did:plc:[a-z2-7]{24}|did:web:[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,240}[a-zA-Z0-9])?(?:%3[Aa]\d{1,5})?")
_KEY = re.compile(rf"(?!\.{{1,2}}$)[a-zA-Z0-9._:~-]{{1,{LIMIT_KEY}}}")
_RECORD = re.compile(r"at://([^/?#\s]{3,280})/([a-zA-Z0-9.-]{1,317})/([^/?#\s]{1,512})")
_AUTHORITY = re.compile(r"at://([^/?#\s]{3,280})(?:[/?#]\S*)?")
_PAGE = re.compile(
    r"(?i:https?://(?:www\.)?bsky\.app)/profile/([^/?#\s]{3,280})(?:/post/[^/?#\s]{1,512})?/?(?:[?#]\S*)?"
)
_HOSTED = re.compile(rf"(?i:(?:https?://)?({_LABEL}\.bsky\.social)/?)")
_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_DIGITS = {digit: value for value, digit in enumerate("234567abcdefghijklmnopqrstuvwxyz")}


@dataclass(frozen=True, slots=True)
class Record:
    """What an at:// address of a record names. `owner`: whose it is, a DID."""

    owner: str
    collection: str
    key: str

    @property
    def uri(self) -> str:
        return f"at://{self.owner}/{self.collection}/{self.key}"


def read_typed(typed: str) -> str | None:
    """The handle (in small letters) or DID that people mean; None where it is no address of this kind.

    A bare domain is a handle only below bsky.social: any other may as well be a web page, and whoever means a handle
    types an @ in front, or the account's page at bsky.app. A post's page or address stands for its author. Pages of
    bsky.app that show no account (custom feeds, lists, its own RSS) are not taken."""
    typed = typed.strip()
    if found := _PAGE.fullmatch(typed) or _AUTHORITY.fullmatch(typed):
        return read_actor(found[1]) or read_actor(unquote(found[1]))
    if found := _HOSTED.fullmatch(typed.removeprefix("@")):
        return found[1].lower()
    if typed.startswith("@"):
        return read_handle(typed[1:])
    return read_did(typed)


def read_actor(found: str) -> str | None:
    """What the lexicons call at-identifier: a handle or a DID."""
    return read_did(found) or read_handle(found)


def read_handle(found: str) -> str | None:
    """A handle in small letters. Names that never resolve are none, handle.invalid among them."""
    handle = found.lower()
    return handle if _HANDLE.fullmatch(handle) and handle.rpartition(".")[2] not in _NO_HANDLE else None


def read_did(found: str) -> str | None:
    """A DID of the two methods that the protocol knows, did:web without a path."""
    return found if _DID.fullmatch(found) else None


def read_record(found: str) -> Record | None:
    """An at:// address that names a record by its owner's DID."""
    match = _RECORD.fullmatch(found)
    if match is None or not read_did(match[1]) or not _KEY.fullmatch(match[3]):
        return None
    return Record(match[1], match[2], match[3])


def is_key(found: str) -> bool:
    return _KEY.fullmatch(found) is not None


def written(key: str) -> datetime | None:
    """The moment that a TID tells: microseconds since 1970 in front of ten bits of a clock's id
    (https://atproto.com/specs/tid); None for a key that is none."""
    if not _TID.fullmatch(key):
        return None
    value = 0
    for digit in key:
        value = value * 32 + _DIGITS[digit]
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value >> 10)
    except OverflowError:
        return None


def profile_page(actor: str) -> str:
    return f"{SITE}/profile/{actor}"


def page(record: Record) -> str:
    """Where people see a record; "" for kinds that have no page of their own."""
    owner, key = record.owner, quote(record.key, safe=":~")
    match record.collection:
        case "app.bsky.feed.post":
            return f"{SITE}/profile/{owner}/post/{key}"
        case "app.bsky.feed.generator":
            return f"{SITE}/profile/{owner}/feed/{key}"
        case "app.bsky.graph.list":
            return f"{SITE}/profile/{owner}/lists/{key}"
        case "app.bsky.graph.starterpack":
            return f"{SITE}/starter-pack/{owner}/{key}"
        case _:
            return ""
