"""From what a feed says to the items that become updates. Pure; nothing of the markup survives `read_html`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

from bridge.adapters._outside.html import Read, read_html, read_plain
from bridge.adapters.feed.cited import read_reblog, read_warning
from bridge.adapters.feed.dates import read_date
from bridge.adapters.feed.identity import identify, join, one_line
from bridge.adapters.feed.media import media_of
from bridge.adapters.feed.parsed import Body, Entry, Parsed
from bridge.model import text as t
from bridge.model.clean import fold, safe_url
from bridge.model.scan import parse
from bridge.model.source import Cited, SourceItem

LONG = 2_000
"""Characters of a text that is rather told by its summary, where there is one."""
LONGEST_HTML = 100_000
LONGEST_TITLE = 300
MOST_TAGS = 10

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_TITLE_MARKUP = re.compile(r"</[a-z]+\d?\s*>|<(?:br|wbr|img)\b", re.IGNORECASE)
_ESCAPED_MARKUP = re.compile(r"&lt;/?(?:p|br|a|div|img|b|i|em|strong|ul|ol|li|h\d|span|blockquote)\b", re.IGNORECASE)
_BLOG = re.compile(r"\btumblr\.com\b")
_POST_TYPES = frozenset({"photo", "photoset", "video", "audio", "quote", "link", "answer", "chat", "untitled"})
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NAMED_MAIL = re.compile(r"[^\s@]+@[^\s@]+\s?\((.+)\)|(.+?)\s?<[^\s@]+@[^\s@]+>")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=[-_]|$)")
_LETTERS = re.compile(r"[\W_]+")
_SYNTHETIC = 512
"""fastfeedparser makes a summary of so many characters where an entry has none."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A body, read: what the entry itself says, and whom it cites."""

    read: Read
    warning: str = ""
    cited: Cited | None = None


@dataclass(frozen=True, slots=True)
class _Feed:
    """What its entries are held against. `title`: folded."""

    title: str
    language: str


def to_items(parsed: Parsed, key: str, now: datetime, most: int) -> tuple[SourceItem, ...]:
    """The newest `most`, each once, oldest first. `key`: the feed's address, from which relative links start."""
    base = join(key, parsed.base or parsed.home or "")
    dated = [
        (name, entry, read_date(entry.published, now) or read_date(entry.updated, now))
        for name, entry in identify(parsed.entries)
    ]
    if dated and all(at is not None for _, _, at in dated):
        dated.sort(key=lambda one: one[2] or now, reverse=True)
    chosen = dated[:most]
    feed = _Feed(fold(one_line(unescape(parsed.title), 200)), _language(parsed.language))
    return tuple(_item(name, entry, at, feed, base) for name, entry, at in reversed(chosen))


def _item(name: str, entry: Entry, at: datetime | None, feed: _Feed, base: str) -> SourceItem:
    base = join(base, entry.base)
    link = _link(entry, base)
    told = _told(entry, base, link or base)
    title = _title(entry)
    text, cited = told.read.text, told.cited
    if cited is not None and (t.is_empty(text) or _repeats(title, f"{cited.author} {t.plain(cited.text)}")):
        shown = () if _is_post_type(title, base) else _with_title(title, cited.text, cited.author)
        cited = Cited(cited.author, shown or cited.text, cited.link)
    elif not (_is_post_type(title, base) and not t.is_empty(text)):
        text = _with_title(title, text, "")
    tags = dict.fromkeys(tag for each in entry.categories if (tag := _tag(each[:100])))
    return SourceItem(
        id=name,
        text=text,
        link=link,
        at=at,
        author=_author(entry.author, feed.title) if entry.author else "",
        language=_language(entry.language) or feed.language,
        media=media_of(entry, told.read.media, base, described=not _has_body(entry)),
        cited=cited,
        warning=told.warning,
        boost=cited is not None and t.is_empty(text),
        tags=tuple(tags)[:MOST_TAGS],
    )


def _has_body(entry: Entry) -> bool:
    return entry.content is not None or entry.summary is not None


def _told(entry: Entry, base: str, page: str) -> _Told:
    content, summary = entry.content, entry.summary
    whole = content or summary or Body(entry.about, html=False)
    told = _read(whole, base, page)
    if content is None or summary is None or len(content.value) <= LONG or summary.value == content.value:
        return told
    shown = t.plain(told.read.text)
    if len(shown) <= LONG or told.cited is not None:
        return told
    short = _read(summary, base, page)
    brief = t.plain(short.read.text).strip()
    is_made_up = len(summary.value) >= _SYNTHETIC - 1 and _letters(shown).startswith(_letters(brief)[:400])
    if not brief or len(brief) >= len(shown) or is_made_up:
        return told
    return _Told(Read(short.read.text, (*short.read.media, *told.read.media)), told.warning)


def _read(body: Body, base: str, page: str) -> _Told:
    base = join(base, body.base) if body.base else page
    value = body.value[:LONGEST_HTML]
    if body.html and not _MARKUP.search(value) and _ESCAPED_MARKUP.search(value):
        value = unescape(value)
    if not body.html or not _MARKUP.search(value):
        return _Told(read_plain(unescape(value) if body.html else value))
    warning, value = read_warning(value)
    reblog = read_reblog(value)
    if reblog is None:
        return _Told(read_html(value, base), one_line(warning, LONGEST_TITLE))
    own, theirs = read_html(reblog.own, base), read_html(reblog.words, base)
    cited = Cited(one_line(reblog.author, 100), theirs.text, safe_url(join(base, reblog.link)) or "")
    return _Told(Read(own.text, (*own.media, *theirs.media)), one_line(warning, LONGEST_TITLE), cited)


def _title(entry: Entry) -> str:
    """Plain, in one line. Whether it holds markup nobody tells: closed tags say so."""
    title = entry.title[: LONGEST_TITLE * 8]
    if _ESCAPED_MARKUP.search(title):
        title = unescape(title)
    if _TITLE_MARKUP.search(title):
        title = t.plain(read_html(title).text)
    return one_line(unescape(title), LONGEST_TITLE)


def _with_title(title: str, text: t.Text, author: str) -> t.Text:
    shown = t.plain(text)
    if not title or _repeats(title, shown) or (author and _repeats(title, f"{author} {shown}")):
        return text
    heading = t.Bold((t.Plain(title),))
    return (heading,) if not shown.strip() else (heading, t.Plain("\n"), *text)


def _repeats(title: str, text: str) -> bool:
    """Whether the text begins as the title does, which is then only a piece of it."""
    start = _letters(title)
    return bool(start) and _letters(text[: len(title) * 4 + 200]).startswith(start)


def _letters(text: str) -> str:
    return _LETTERS.sub("", text.casefold())


def _is_post_type(title: str, base: str) -> bool:
    """Tumblr calls a post without a title by its kind."""
    return title.casefold() in _POST_TYPES and bool(_BLOG.search(urlsplit(base).netloc))


def _link(entry: Entry, base: str) -> str:
    candidates = [entry.link, entry.id if entry.id.startswith(("http://", "https://")) else ""]
    candidates += [each.url for each in entry.attached[:1]]
    for candidate in filter(None, candidates):
        if link := safe_url(join(base, candidate)):
            return link
    return ""


def _author(said: str, title: str) -> str:
    """A name; the address of a mailbox is nobody's business."""
    name = one_line(unescape(said[:400]), 200)
    if named := _NAMED_MAIL.fullmatch(name):
        name = named[1] or named[2]
    if _MAIL.search(name) or fold(name) == title:
        return ""
    return one_line(name, 100)


def _language(said: str) -> str:
    found = _LANGUAGE.match(said.strip().lower())
    return found[0] if found else ""


@lru_cache(maxsize=1024)
def _tag(category: str) -> str:
    """Folded; "" for what could not be typed as a tag. Blanks between words become hyphens."""
    name = "-".join(one_line(unescape(category), 100).removeprefix("#").split())
    if not name or fold(name) in ("uncategorized", "uncategorised"):
        return ""
    match parse(f"#{name}"):
        case (t.Tag(whole),) if whole == name:
            return fold(name)
        case _:
            return ""
