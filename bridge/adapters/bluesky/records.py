"""A PDS's record to an item (lexicons/com/atproto/repo/listRecords.json#record). Never fails.

Records name what they quote, pass on or show; nothing of it comes along. So a quoted or reposted post is shown as a
link to it: its words stand in another repository, usually on another server, and would cost three requests each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bridge.adapters.bluesky import labels, posts
from bridge.adapters.bluesky.names import POST, REPOST, Record, page, read_record, written
from bridge.adapters.bluesky.shape import Table, address, kind, rows, table, words
from bridge.adapters.bluesky.trail import Entry
from bridge.model import text as t
from bridge.model.post import MediaKind
from bridge.model.source import Cited, SourceItem, SourceMedia

_AHEAD = timedelta(minutes=5)
"""How far a clock elsewhere may be ahead of ours."""
_CID = re.compile(r"[a-zA-Z0-9]{8,120}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Whose records they are, where, and when they were read. `root`: the PDS's address."""

    owner: str
    root: str
    now: datetime

    def blob(self, found: object) -> str:
        """The address of a file that a record names (lexicons/com/atproto/sync/getBlob.json); "" where it names none.
        A blob is told as `ref: {"$link": CID}`, an old one as `cid` (https://atproto.com/specs/data-model#blob-type).
        """
        told = table(found)
        cid = words(table(told.get("ref")).get("$link")) or words(told.get("cid"))
        if not _CID.fullmatch(cid):
            return ""
        return f"{self.root.rstrip('/')}/xrpc/com.atproto.sync.getBlob?{urlencode({'did': self.owner, 'cid': cid})}"


def read_entry(found: object, shelf: Shelf) -> Entry | None:
    """One record of a list of posts or reposts; None for anything else. A list is sorted by record key
    (packages/pds/src/actor-store/record/reader.ts), usually the moment of writing; one that lies ahead stands on top
    before its time."""
    told = table(found)
    record = read_record(words(told.get("uri")))
    if record is None or record.owner != shelf.owner or record.collection not in (POST, REPOST):
        return None
    value, cid = table(told.get("value")), words(told.get("cid"))
    at = written(record.key)
    later = at is None or at > shelf.now + _AHEAD
    if record.collection == POST:
        item = _post(value, record, shelf)
        return Entry(record.key, posts.mark(cid, item), record.key, item, later)
    return Entry(f"*{record.key}", "", record.key, _repost(value, record, shelf), later)


def _post(value: Table, record: Record, shelf: Shelf) -> SourceItem | None:
    held = labels.values(posts.own_labels(value))
    if labels.is_hidden(held):
        return None
    media, cards, cited = _shown(value.get("embed"), shelf)
    return SourceItem(
        id=record.uri,
        text=posts.text(value, cards),
        link=page(record),
        at=posts.published(value, shelf.now),
        language=posts.language(value),
        media=media,
        cited=cited,
        warning=posts.warning(held),
        reply=posts.is_reply(value, record.owner),
        tags=posts.tags(value),
    )


def _repost(value: Table, record: Record, shelf: Shelf) -> SourceItem | None:
    subject = read_record(words(table(value.get("subject")).get("uri")))
    cited = posts.pointed(subject) if subject else None
    if cited is None:
        return None
    at = posts.published(value, shelf.now)
    return SourceItem(id=record.uri, text=(), link=cited.link, at=at, cited=cited, boost=True)


def _shown(embed: object, shelf: Shelf) -> tuple[tuple[SourceMedia, ...], tuple[t.Link, ...], Cited | None]:
    told = table(embed)
    match kind(embed):
        case "app.bsky.embed.images":
            return _pictures(told.get("images"), shelf), (), None
        case "app.bsky.embed.gallery":
            return _pictures(told.get("media") or told.get("items"), shelf), (), None
        case "app.bsky.embed.video":
            return _files([(told.get("video"), told.get("alt"))], MediaKind.VIDEO, shelf), (), None
        case "app.bsky.embed.external":
            external = table(told.get("external"))
            return (), posts.card(address(external.get("uri")), external.get("title")), None
        case "app.bsky.embed.record":
            return (), *_quoted(told.get("record"))
        case "app.bsky.embed.recordWithMedia":
            media, cards, _ = _shown(told.get("media"), shelf) if _is_media(told.get("media")) else ((), (), None)
            below, cited = _quoted(table(told.get("record")).get("record"))
            return media, cards + below, cited
        case _:
            return (), (), None


def _is_media(embed: object) -> bool:
    return not kind(embed).startswith("app.bsky.embed.record")


def _quoted(reference: object) -> tuple[tuple[t.Link, ...], Cited | None]:
    """A post is cited; a custom feed, a list or a starter pack becomes a link."""
    record = read_record(words(table(reference).get("uri")))
    if record is None:
        return (), None
    return ((), posts.pointed(record)) if record.collection == POST else (posts.card(page(record), ""), None)


def _pictures(images: object, shelf: Shelf) -> tuple[SourceMedia, ...]:
    found = [(table(image).get("image"), table(image).get("alt")) for image in rows(images)[:20]]
    return _files(found, MediaKind.PICTURE, shelf)


def _files(found: list[tuple[object, object]], kind: MediaKind, shelf: Shelf) -> tuple[SourceMedia, ...]:
    told = ((shelf.blob(blob), posts.alt(alt), table(blob).get("size")) for blob, alt in found)
    return tuple(SourceMedia(url, kind, alt, _bytes(size)) for url, alt, size in told if url)


def _bytes(size: object) -> int | None:
    return size if type(size) is int and size >= 0 else None


def picture(profile: Table, shelf: Shelf) -> str | None:
    """An account's picture, where it has an https address (lexicons/app/bsky/actor/profile.json)."""
    url = shelf.blob(profile.get("avatar"))
    return url if url.startswith("https:") else None
