"""What the fake servers of the network take: methods, their parameters and their errors, written out by hand from
bluesky-social/atproto, lexicons/. Stricter than the real ones, which pass over parameters they do not know."""

from __future__ import annotations

import re
from dataclasses import dataclass

DID = re.compile(r"did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9.-]+(%3A\d+)?)")
HANDLE = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*")
NSID = re.compile(r"[a-zA-Z0-9.-]+\.[a-zA-Z]+")
CID = re.compile(r"b[a-z2-7]{20,80}")


@dataclass(frozen=True)
class Parameter:
    """`kind`: actor, did, handle, nsid, cid, text, bool, 1..100 or one of a few words, parted by "|"."""

    kind: str
    required: bool = False


def needed(kind: str) -> Parameter:
    return Parameter(kind, required=True)


FILTERS = "posts_with_replies|posts_no_replies|posts_with_media|posts_and_author_threads|posts_with_video"
COUNT = Parameter("1..100")
TEXT = Parameter("text")

METHODS: dict[str, dict[str, dict[str, Parameter]]] = {
    "appview": {
        "app.bsky.feed.getAuthorFeed": {
            "actor": needed("actor"), "limit": COUNT, "cursor": TEXT, "filter": Parameter(FILTERS),
            "includePins": Parameter("bool"),
        },
        "app.bsky.actor.getProfile": {"actor": needed("actor")},
        "com.atproto.identity.resolveHandle": {"handle": needed("handle")},
    },
    "pds": {
        "com.atproto.repo.listRecords": {
            "repo": needed("actor"), "collection": needed("nsid"), "limit": COUNT, "cursor": TEXT,
            "reverse": Parameter("bool"),
        },
        "com.atproto.repo.describeRepo": {"repo": needed("actor")},
        "com.atproto.repo.getRecord": {
            "repo": needed("actor"), "collection": needed("nsid"), "rkey": needed("text"), "cid": Parameter("cid"),
        },
        "com.atproto.identity.resolveHandle": {"handle": needed("handle")},
        "com.atproto.sync.getBlob": {"did": needed("did"), "cid": needed("cid")},
    },
}  # fmt: skip


def mistake(taken: dict[str, Parameter], given: list[tuple[str, str]]) -> str:
    """What is wrong with a query, in the words of an InvalidRequest; "" for nothing."""
    names = [name for name, _ in given]
    for name in names:
        if name not in taken:
            return f"Unknown parameter: {name}"
        if names.count(name) > 1:
            return f"Error: {name} must not be an array"
    for name, parameter in taken.items():
        if parameter.required and name not in names:
            return f'Error: Params must have the property "{name}"'
    return next((f"Error: {name} is invalid" for name, value in given if not _fits(taken[name].kind, value)), "")


def _fits(kind: str, value: str) -> bool:
    match kind:
        case "actor":
            return bool(DID.fullmatch(value) or HANDLE.fullmatch(value))
        case "did":
            return bool(DID.fullmatch(value))
        case "handle":
            return bool(HANDLE.fullmatch(value))
        case "nsid":
            return bool(NSID.fullmatch(value))
        case "cid":
            return bool(CID.fullmatch(value))
        case "bool":
            return value in ("true", "false")
        case "1..100":
            return value.isascii() and value.isdigit() and 1 <= int(value) <= 100
        case "text":
            return value != ""
        case words:
            return value in words.split("|")
