"""What a post's record says by itself (lexicons/app/bsky/feed/post.json), the same by either way of reading."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime

from bridge.adapters.bluesky import labels
from bridge.adapters.bluesky.facets import joined, rich_text
from bridge.adapters.bluesky.names import Record, page, read_record
from bridge.adapters.bluesky.shape import Table, line, moment, rows, table, words
from bridge.adapters.bluesky.trail import HIDDEN
from bridge.model import text as t
from bridge.model.clean import clean, fold
from bridge.model.source import Cited, SourceItem

LIMIT_ALT = 2_000
_LIMIT_TAGS = 20


def language(record: Table) -> str:
    """The primary subtag of the first of `langs`."""
    first = next(map(words, rows(record.get("langs"))), "").partition("-")[0].lower()
    return first if first.isascii() and first.isalpha() and 2 <= len(first) <= 8 else ""


def tags(record: Table) -> tuple[str, ...]:
    """`tags`: those beside the text."""
    found = (fold(line(tag, 64).lstrip("#")).replace(" ", "") for tag in rows(record.get("tags"))[:_LIMIT_TAGS])
    return tuple(dict.fromkeys(tag for tag in found if tag))


def answered(record: Table) -> str:
    """The address of what a post answers, "" for none."""
    return words(table(table(record.get("reply")).get("parent")).get("uri"))


def is_reply(record: Table, owner: str) -> bool:
    """An answer to somebody. Who goes on with a thread of their own answers nobody: its root and what is answered are
    both theirs."""
    reply = table(record.get("reply"))
    if not reply:
        return False
    ends = [read_record(words(table(reply.get(end)).get("uri"))) for end in ("root", "parent")]
    return any(end is None or end.owner != owner for end in ends)


def text(record: Table, cards: tuple[t.Link, ...] = ()) -> t.Text:
    """The post's words, and below them the pages it shows, unless it links to them anyway."""
    body = rich_text(record.get("text"), record.get("facets"))
    linked = {span.url for span in t.spans(body) if isinstance(span, t.Link)}
    spans: list[t.Span] = list(body)
    for card in cards:
        if card.url not in linked:
            spans += [t.Plain("\n"), card] if spans else [card]
    return joined(spans)


def card(url: str, title: object) -> tuple[t.Link, ...]:
    return (t.Link(url, line(title, 200)),) if url else ()


def published(record: Table, no_later: datetime | None) -> datetime | None:
    """`createdAt` is the writer's own word: what lies ahead of `no_later` becomes that."""
    said = moment(record.get("createdAt"))
    if said is None or no_later is None:
        return said or no_later
    return min(said, no_later)


def pointed(record: Record) -> Cited | None:
    """Something of which only the address is known."""
    return Cited("", (t.Link(url),), url) if (url := page(record)) else None


def mark(cid: str, item: SourceItem | None) -> str:
    """Four characters that are others when the record was put again, its warning changed, or what it cites did."""
    if item is None:
        return HIDDEN
    cited = t.plain(item.cited.text) if item.cited else ""
    return short(f"{cid} {item.warning} {cited}", 4)


def short(told: str, characters: int) -> str:
    return urlsafe_b64encode(hashlib.sha256(told.encode("utf-8", "replace")).digest()).decode()[:characters]


def own_labels(record: Table) -> object:
    """Its author's own labels (com.atproto.label.defs#selfLabels)."""
    return record.get("labels")


def warning(held: frozenset[str], *, quoted: frozenset[str] = frozenset()) -> str:
    return labels.warning(held | quoted)


def alt(said: object) -> str:
    """What a picture shows, in words."""
    return clean(words(said), LIMIT_ALT)
