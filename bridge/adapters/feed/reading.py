"""From the bytes of an answer to what the feed says, whatever its format. Pure, and never long: what fastfeedparser
refuses is for the worker (beside.py).

fastfeedparser (0.6.5, main.py) is quick and keeps to what stands there. What it leaves out is read here or in head.py:
the language and the pace of an RSS feed, what an Atom entry says of its own language and base; its dates are read by
dates.py, since its own reader takes "12" for a day of this month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from xml.parsers import expat

from bridge.adapters.feed import head, jsonfeed
from bridge.adapters.feed.decoding import to_characters, to_xml
from bridge.adapters.feed.parsed import Attached, Body, Entry, NoFeed, Parsed

MOST = 1_000
"""Entries of one document; what stands further down is old."""
TINY = 64
"""Pixels of a picture's width."""
MOST_OF_ONE = 50
"""Attachments and categories of an entry."""

_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|RDF|channel)\b", re.IGNORECASE)
_STARTS = ("<item>", "<item ", "<entry>", "<entry ")
_ENTRY = re.compile(r"<(?:rss:|atom:|a:)?(?:item|entry)[\s>]", re.IGNORECASE)
_MARKUP_TITLE = re.compile(r"<(?:\w+:)?(?:title|summary)\b[^<>]*\btype\s*=\s*[\"'](?:application/)?xhtml")
_ENTRY_START = re.compile(r"<(?:\w+:)?(?:entry|item)(?=[\s>])([^<>]*)>")
_QUOTED = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"\bxml:(lang|base)\s*=\s*[\"']([^\"']*)[\"']")
_PREFIX = re.compile(r"(</?)\w+:(?=\w)")
_NO_TEXT = frozenset({"application/octet-stream", "image", "video", "audio"})


@cache
def _parser() -> Callable[[bytes], Mapping[str, Any]]:
    """fastfeedparser brings lxml along, and nobody needs either before there is a feed."""
    import fastfeedparser.main as quick

    # Its module looks this name up at each call; should a later version not, dates come in its own spelling instead.
    quick._parse_date = _as_written
    parse: Callable[[bytes], Mapping[str, Any]] = quick.parse
    return parse


def _as_written(said: str) -> str | None:
    return said.strip() or None


class NeedsPatience(NoFeed):
    """It looks like a feed, and only the patient parser will get it right. `document`: what to give to it. `meanwhile`:
    what was found so far, should that one fail."""

    def __init__(self, document: str = "", meanwhile: Parsed | None = None) -> None:
        super().__init__("it needs the patient parser")
        self.document = document
        self.meanwhile = meanwhile or Parsed()

    def with_entries(self, entries: tuple[Entry, ...]) -> Parsed:
        """With what the patient parser found, where that is not less."""
        return replace(self.meanwhile, entries=max(entries, self.meanwhile.entries, key=len))


def read_feed(body: bytes, charset: str = "") -> Parsed:
    """What the document says. Raises NoFeed; NeedsPatience, which is one, where another parser may do better."""
    text = to_characters(body, charset)
    if text.lstrip()[:1] in ("{", "["):
        return jsonfeed.read_json(text)
    if not _ROOT.search(text, 0, 20_000):
        raise NoFeed("neither RSS nor Atom nor JSON Feed")
    text = to_xml(text)
    about = head.read_head(text)
    found = _read_quickly(text)
    if found is None:
        raise NeedsPatience(text, about)
    parsed = replace(about, entries=found)
    if (not found and _ENTRY.search(text)) or _has_more(text, len(found)) or _MARKUP_TITLE.search(text):
        raise NeedsPatience(text, parsed)
    return whole(replace(parsed, entries=_with_attributes(parsed.entries, text)), text)


def whole(parsed: Parsed, document: str) -> Parsed:
    """The same. Raises NoFeed where no entry says anything and it is not well-formed either: then nobody knows what it
    would have said, be it that it was cut off."""
    if all(entry == Entry() for entry in parsed.entries):
        try:
            expat.ParserCreate().Parse(document.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            raise NoFeed("neither an entry nor an end") from error
    return parsed


def _has_more(text: str, found: int) -> bool:
    """Whether more entries begin in it: markup that nobody escaped or closed swallows all that follows."""
    if found >= MOST or sum(map(text.count, _STARTS)) <= found:
        return False
    return sum(map(_QUOTED.sub("", text).count, _STARTS)) > found


def _read_quickly(text: str) -> tuple[Entry, ...] | None:
    parse = _parser()
    try:
        found = parse(text.encode("utf-8", "replace"))
        return tuple(_entry(each) for each in found["entries"][:MOST])
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # Somebody else's parser over a stranger's document: whatever it raises, it means that this is none of its own.
        # A panic of its compiled part is no Exception.
        return None


def _entry(said: Mapping[str, object]) -> Entry:
    contents = [_body(each) for each in _maps(said.get("content"))]
    content = next((body for body in contents if body is not None), None)
    media = _maps(said.get("media_content"))
    links = _maps(said.get("links"))
    return Entry(
        id=_text(said, "id"),
        link=_page(said, links),
        title=_text(said, "title"),
        content=content,
        summary=Body(_text(said, "description")) if _text(said, "description") else None,
        published=_text(said, "published"),
        updated=_text(said, "updated"),
        author=_text(said, "author"),
        language=content.language if content else "",
        about=next((_text(each, "description") for each in media if _text(each, "description")), ""),
        attached=tuple(
            Attached(url, _text(each, "type"), _text(each, "medium"), _alt(each), _size(each))
            for each in [*_maps(said.get("enclosures")), *_enclosed(links), *media][:MOST_OF_ONE]
            if (url := _text(each, "url") or _text(each, "href")) and not _is_tiny(each)
        ),
        categories=tuple(_text(each, "label") or _text(each, "term") for each in _maps(said.get("tags"))[:MOST_OF_ONE]),
    )


def _page(said: Mapping[str, object], links: Sequence[Mapping[str, object]]) -> str:
    """The page of an Atom entry is its link without a relation, or with "alternate" (RFC 4287, 4.2.7.2); the parser
    takes the first of any kind."""
    for relation in ("alternate", ""):
        for link in links:
            if _text(link, "rel") == relation and _text(link, "href"):
                return _text(link, "href")
    first = _text(said, "link")
    others = {_text(each, "href") for each in links if _text(each, "rel") in ("enclosure", "replies", "license")}
    return "" if first in others else first


def _enclosed(links: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [link for link in links if _text(link, "rel") == "enclosure"]


def _body(said: Mapping[str, object]) -> Body | None:
    """None for content that is no text, or stands elsewhere (`src`)."""
    mime, value = _text(said, "type").lower(), _text(said, "value")
    if not value or mime.partition("/")[0] in _NO_TEXT or mime in _NO_TEXT:
        return None
    if "xhtml" in mime:
        value = _PREFIX.sub(r"\1", value)
    return Body(value, mime not in ("text", "text/plain"), _text(said, "base"), _text(said, "language"))


def _alt(said: Mapping[str, object]) -> str:
    return _text(said, "description") or _text(said, "title")


def _is_tiny(said: Mapping[str, object]) -> bool:
    """The likeness of whoever wrote it, as GitHub's releases have it, or a spy: no picture of the item."""
    width = said.get("width")
    return isinstance(width, int | str) and str(width).isdecimal() and int(width) <= TINY


def _size(said: Mapping[str, object]) -> int | None:
    size = said.get("length") or said.get("filesize")
    return size if isinstance(size, int) and size > 0 else None


def _with_attributes(entries: tuple[Entry, ...], text: str) -> tuple[Entry, ...]:
    """With what each entry's own start tag says of its language and base."""
    if "xml:lang" not in text and "xml:base" not in text:
        return entries
    starts = _ENTRY_START.findall(_QUOTED.sub("", text))
    if len(starts) != len(entries):
        return entries
    said = [dict(_ATTRIBUTE.findall(start)) for start in starts]
    return tuple(
        replace(entry, language=entry.language or own.get("lang", ""), base=entry.base or own.get("base", ""))
        if own
        else entry
        for entry, own in zip(entries, said, strict=True)
    )


def _maps(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name)
    return value.strip() if isinstance(value, str) else ""
