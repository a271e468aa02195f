"""Text with facets to rich text (lexicons/app/bsky/richtext/facet.json).

A facet's `index` counts bytes of the text in UTF-8, `byteStart` included and `byteEnd` not. Facets should not overlap;
who reads them skips those that do, that leave the text, or that cut a character
(https://docs.bsky.app/docs/advanced-guides/post-richtext).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bridge.adapters.bluesky.names import profile_page, read_did
from bridge.adapters.bluesky.shape import kind, rows, table, words
from bridge.model import text as t
from bridge.model.clean import GRAPHEME, clean, safe_url

LIMIT_TEXT = 3_000
"""Code points that are read; a post has at most as many bytes (lexicons/app/bsky/feed/post.json)."""
_LIMIT_FACETS = 100
_FACET = "app.bsky.richtext.facet"
_STRAY = re.compile("[\ud800-\udfff]")
_EDGE = "q"
"""A letter that no accent after it melts with in NFC."""


def rich_text(text: object, facets: object = None) -> t.Text:
    """Links become links, mentions a link to the profile, tags stay words. Never fails, and never loses text: its plain
    form is the text itself, cleaned."""
    whole = _STRAY.sub("\ufffd", words(text)[:LIMIT_TEXT])
    spans: list[t.Span] = []
    at = 0
    for start, end, url in _links(whole, rows(facets)):
        spans.append(t.Plain(_cleaned(whole[at:start])))
        spans.append(_link(url, _cleaned(whole[start:end])))
        at = end
    spans.append(t.Plain(_cleaned(whole[at:])))
    return joined(spans)


def joined(spans: Sequence[t.Span]) -> t.Text:
    """Without empty pieces, neighbours of plain text as one, and without blanks at both ends."""
    kept: list[t.Span] = []
    for span in spans:
        if isinstance(span, t.Plain):
            if not kept:
                span = t.Plain(span.text.lstrip())
            if kept and isinstance(last := kept[-1], t.Plain):
                kept[-1] = t.Plain(last.text + span.text)
                continue
            if not span.text:
                continue
        kept.append(span)
    if kept and isinstance(last := kept[-1], t.Plain):
        kept[-1:] = [t.Plain(last.text.rstrip())] if last.text.strip() else []
    return tuple(kept)


def _cleaned(piece: str) -> str:
    """Clean as part of a longer text: blanks at its ends stay."""
    return clean(f"{_EDGE}{piece}{_EDGE}")[1:-1]


def _link(url: str, label: str) -> t.Span:
    if not label.strip():
        return t.Plain(label)
    return t.Link(url) if label == url else t.Link(url, label)


def _links(text: str, facets: Sequence[object]) -> Iterator[tuple[int, int, str]]:
    """(start, end, address) in code points, in order, none within another."""
    if not facets:
        return
    places = _places(text)
    told = []
    for facet in facets[:_LIMIT_FACETS]:
        index = table(table(facet).get("index"))
        start, end = places.get(_count(index.get("byteStart"))), places.get(_count(index.get("byteEnd")))
        if start is not None and end is not None and start < end:
            told.append((start, end, _target(rows(table(facet).get("features")))))
    at = 0
    for start, end, url in sorted(told, key=lambda each: each[0]):
        if start < at:
            continue
        if url:
            yield start, end, url
        at = end


def _places(text: str) -> dict[int, int]:
    """Where a character, as people count them, begins: byte -> code point; the end as well."""
    places, byte = {}, 0
    for character in GRAPHEME.finditer(text):
        places[byte] = character.start()
        byte += len(character[0].encode())
    return places | {byte: len(text)}


def _count(found: object) -> int:
    return found if type(found) is int else -1


def _target(features: Sequence[object]) -> str:
    """Where the first feature that leads somewhere leads to; "" for none."""
    for feature in features[:10]:
        told = table(feature)
        if kind(feature) == f"{_FACET}#link" and (url := safe_url(words(told.get("uri")))):
            return url
        if kind(feature) == f"{_FACET}#mention" and (did := read_did(words(told.get("did")))):
            return profile_page(did)
    return ""
