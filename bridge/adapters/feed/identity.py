"""What things are called: an item within its feed, a feed among all sources. The same at every look. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from bridge.adapters.feed.parsed import Entry
from bridge.model.clean import clean, safe_url
from bridge.model.source import Found

LONGEST_ID = 250
LONGEST_LINK = 2_000
LONGEST_NAME = 60
LONGEST_TITLE = 100
"""Characters."""

_NOISE = re.compile(r"(?:respond|comments?|comment-form|disqus_thread|rss)?|(?:utm_\w+|xtor|ref)=.*", re.I)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_FEEDISH = re.compile(
    r"(?:(?:rss|atom|feed|feeds|index|rdf|xml|default|main|posts?|releases|videos)\d?)?"
    r"(?:\.(?:xml|rss|atom|rdf|json|php|rss2|html?))?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.(?:xml|rss|atom|rdf|json)$", re.IGNORECASE)
_UNNAMED = re.compile(r"[^\w.@~+/-]+")
_FEED_QUERIES = frozenset({"feed", "format", "type", "alt", "version", "output", "withoutcomments", "paged"})
_BY_TITLE = frozenset({"channel_id", "playlist_id"})
"""Queries whose value nobody can read: the title names such a feed."""


def join(base: str, link: str) -> str:
    """The link from `base` on; `base` itself where the link is none that could be followed."""
    link = link.strip()
    if link.startswith(("https://", "http://")):
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return base


def normal(link: str) -> str:
    """One spelling for one page: without scheme, "www.", default port, trailing slash, trackers, and a fragment that
    only says where one came from or goes on. Other fragments stay: on a page of releases they tell one from another.
    What is no http or https address stays as it is."""
    link = link.strip()
    if len(link) > LONGEST_LINK or not _WEB.match(link):
        return link
    try:
        parts = urlsplit(safe_url(link) or link)
        host, port = parts.hostname, parts.port
    except ValueError:
        return link
    if not host:
        return link
    at = host.removeprefix("www.") + ("" if port in (None, 80, 443) else f":{port}")
    query = "&".join(part for part in parts.query.split("&") if part and not part.lower().startswith("utm_"))
    fragment = "" if _NOISE.fullmatch(parts.fragment) else f"#{parts.fragment}"
    return (at + parts.path.rstrip("/") + (f"?{query}" if query else "") + fragment).rstrip()


def identify(entries: Sequence[Entry]) -> list[tuple[str, Entry]]:
    """Each entry once, with its id, in their order: its own id, else its link, else a hash of title and text.

    Where several with different links share an id, as careless programs write it, their links tell them apart; where
    several without an id share a link, their texts do.
    """
    named = [(normal(entry.id), normal(entry.link), entry) for entry in entries]
    links: dict[str, set[str]] = defaultdict(set)
    for own, link, _ in named:
        links[own].add(link)
    # Where an entry has no id, the parsers say its link twice.
    times = Counter(link for own, link, _ in named if own in ("", link))
    texts: dict[str, set[str]] = defaultdict(set)
    for own, link, entry in named:
        if own in ("", link) and times[link] > 1:
            texts[link].add(_hash(entry))
    found: dict[str, Entry] = {}
    for own, link, entry in named:
        if own and own != link and (not link or len(links[own]) == 1):
            name = own
        elif link and len(texts[link]) < 2:
            name = link
        else:
            name = _hash(entry)
        found.setdefault(_short(name), entry)
    return list(found.items())


def key_of(url: str) -> str:
    """A feed's address in one spelling; what stands behind the host is its owner's affair and stays."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    at = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme.lower())
    port = "" if parts.port in (None, default) else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme.lower()}://{at}{port}{parts.path or '/'}{query}"


def found_at(key: str, title: str, home: str = "", picture: str = "") -> Found:
    """The feed of that address, with the name that people read and type."""
    shown = one_line(unescape(title), LONGEST_TITLE)
    secure = safe_url(picture) if picture.startswith("https://") else None
    name = name_of(key, shown)
    return Found(key, name, shown or name, safe_url(home) or "", secure)


def name_of(key: str, title: str) -> str:
    """The host, and what of the path is not merely how feeds are called; without blanks, at most 60 characters."""
    parts = urlsplit(key)
    host = (parts.hostname or "").removeprefix("www.") + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    query = parse_qsl(parts.query)
    if any(part in _BY_TITLE for part, _ in query):
        path = [_UNNAMED.sub("-", title) or query[0][1]]
    else:
        path = [unquote(part) for part in parts.path.split("/")]
        path = [_EXTENSION.sub("", part) for part in path if not _FEEDISH.fullmatch(part)]
        path += [value for part, value in query if part.lower() not in _FEED_QUERIES]
    name = "/".join([host, *filter(None, (_UNNAMED.sub("-", part).strip("-/") for part in path))])
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 7]}~{sha256(key.encode()).hexdigest()[:6]}"


def one_line(text: str, longest: int) -> str:
    """Cleaned, in one line, cut with "…"."""
    line = " ".join(clean(text[: longest * 8]).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _hash(entry: Entry) -> str:
    body = entry.content or entry.summary
    said = "\n".join((entry.title, body.value if body else entry.about))
    return "=" + sha256(" ".join(said.split()).encode("utf-8", "replace")).hexdigest()[:32]


def _short(name: str) -> str:
    if len(name) <= LONGEST_ID and name.isprintable():
        return name
    return "=" + sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
