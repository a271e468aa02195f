"""From what somebody typed to the places where a feed may be: of the address itself, of its page, and where feeds
usually are. Pure; asking them is the adapter's.

Sources: the HTML standard, 4.6.7.1 (link, rel=alternate with a feed's type); GitHub's documentation ("releases.atom");
YouTube's /feeds/videos.xml?channel_id=…; Tumblr's /rss; Mastodon's /@name.rss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

from bridge.adapters.feed.identity import join, key_of
from bridge.model.clean import safe_url

MOST = 8
"""Feeds of one page."""
SEARCHED = 300_000
"""Characters of a page, in front."""

_BLOG = re.compile(r"tumblr:@?([a-z0-9][a-z0-9-]{0,62})", re.IGNORECASE)
_SCHEME = re.compile(r"(?:feed:(?://)?)?(https?://)", re.IGNORECASE)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}(?::\d{1,5})?(?:[/?][^\s]*)?")
_TAG = re.compile(r"<(link|base|a)\b((?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,4000}+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_PERHAPS = ("application/json", "application/xml", "text/xml")
_FEED_PATH = re.compile(r"(?:^|/)(?:feeds?|rss|atom)/?$|(?:\.(?:rss|atom|rdf)|(?:feed|rss|atom|index)\.(?:xml|json))$")
_COMMENTS = re.compile(r"comment|kommentar|comentario|commentaire", re.IGNORECASE)
_CHANNEL = re.compile(r"\"(?:channelId|externalId)\":\"(UC[\w-]{22})\"")
_USUAL = ("feed", "rss", "atom.xml", "feed.xml", "rss.xml", "index.xml", "feed.json")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feed may be. `title`: what the page calls it. `sure`: the page says that it is one."""

    url: str
    title: str = ""
    sure: bool = False


def address_of(typed: str, blogs: str) -> str | None:
    """The address to ask first; None for what is no address of this kind. `blogs`: of a Tumblr blog's feed, with `{}`
    for its name."""
    typed = typed.strip().strip("<>")
    if blog := _BLOG.fullmatch(typed):
        return blogs.replace("{}", blog[1].lower())
    if scheme := _SCHEME.match(typed):
        typed = scheme[1].lower() + typed[scheme.end() :]
    elif _HOST.fullmatch(typed):
        typed = f"https://{typed}"
    else:
        return None
    if len(typed) > 2_000 or any(letter.isspace() for letter in typed):
        return None
    try:
        parts = urlsplit(typed)
        return key_of(typed) if parts.hostname and "@" not in parts.netloc else None
    except ValueError:
        return None


def known_places(address: str) -> list[Place]:
    """Where the feed of such an address is known to be, before its page is asked."""
    parts = urlsplit(address)
    host, path = (parts.hostname or "").removeprefix("www."), [part for part in parts.path.split("/") if part]
    query = parse_qs(parts.query)
    if host == "github.com" and len(path) >= 2 and (len(path) == 2 or path[2] in ("releases", "tags")):
        kind = "tags" if path[2:3] == ["tags"] else "releases"
        return [Place(f"https://github.com/{path[0]}/{path[1]}/{kind}.atom", sure=True)]
    if host in ("youtube.com", "m.youtube.com"):
        videos = "https://www.youtube.com/feeds/videos.xml"
        if path[:1] == ["channel"] and len(path) > 1:
            return [Place(f"{videos}?channel_id={path[1]}", sure=True)]
        if path[:1] == ["playlist"] and query.get("list"):
            return [Place(f"{videos}?playlist_id={query['list'][0]}", sure=True)]
    return []


def places_on(page: str, url: str) -> list[Place]:
    """What an HTML page says about its feeds, in its order, comments last. `url`: where the page came from."""
    tags = [(found[1].lower(), _attributes(found[2])) for found in _TAG.finditer(page, 0, SEARCHED)]
    bases = [join(url, said["href"]) for name, said in tags if name == "base" and "href" in said]
    base = bases[0] if bases else url
    said = list(_announced(tags, base)) or _linked(tags, base)
    if not said and (channel := _CHANNEL.search(page)):
        said = [Place(f"https://www.youtube.com/feeds/videos.xml?channel_id={channel[1]}")]
    first: dict[str, Place] = {}
    for place in said:
        if place.url != url:
            first.setdefault(place.url, place)
    return sorted(first.values(), key=lambda place: bool(_COMMENTS.search(f"{place.title} {place.url}")))[:MOST]


def usual_places(address: str) -> list[Place]:
    """Where feeds usually are: below the address, then at its host's root."""
    parts = urlsplit(address)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    found: list[str] = []
    if path:
        last = path.rsplit("/", 1)[-1]
        found += [f"{root}{path}.rss"] if last.startswith("@") else []
        found += [f"{root}{path}/releases.atom"] if path.count("/") == 2 else []
        found += [f"{root}{path}/{name}" for name in _USUAL[:4]]
    found += [f"{root}/{name}" for name in _USUAL]
    return [Place(url) for url in dict.fromkeys(found)]


def _announced(tags: list[tuple[str, dict[str, str]]], base: str) -> Iterator[Place]:
    for name, said in tags:
        relations = said.get("rel", "").lower().split()
        if name != "link" or not {"alternate", "feed"} & set(relations) or not said.get("href"):
            continue
        url = _address(base, said["href"])
        mime = said.get("type", "").partition(";")[0].strip().lower()
        is_feed = mime in _TYPES or (mime in _PERHAPS and bool(_FEED_PATH.search(urlsplit(url).path)))
        if url and (is_feed or (not mime and "feed" in relations)):
            yield Place(url, said.get("title", "").strip(), sure=True)


def _linked(tags: list[tuple[str, dict[str, str]]], base: str) -> list[Place]:
    """Ordinary links that lead to something called a feed, on the same host: three at most, where no other is said."""
    host = urlsplit(base).hostname
    urls = [_address(base, said["href"]) for name, said in tags if name == "a" and said.get("href")]
    feeds = [url for url in urls if url and _FEED_PATH.search(urlsplit(url).path) and urlsplit(url).hostname == host]
    return [Place(url) for url in dict.fromkeys(feeds)][:3]


def _address(base: str, href: str) -> str:
    url = safe_url(join(base, href.removeprefix("feed:") if href.startswith("feed:http") else href))
    return key_of(url) if url else ""


def _attributes(written: str) -> dict[str, str]:
    found = reversed(_ATTRIBUTE.findall(written))
    return {name.lower(): unescape(double or single or bare) for name, double, single, bare in found}
