"""The pictures, videos and files of an entry, each once: enclosures, Media RSS, and what stands in its text. Pure.

Facts: Media RSS 1.5.1 (medium, type); YouTube's entries are called "yt:video:<id>", and their preview stands at
i.ytimg.com/vi/<id>/hqdefault.jpg.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bridge.adapters.feed.identity import join, normal, one_line
from bridge.adapters.feed.parsed import Attached, Entry
from bridge.model.clean import safe_url
from bridge.model.post import MediaKind
from bridge.model.source import SourceMedia

MOST = 20
LONGEST_ALT = 1_500

_VIDEO = re.compile(r"yt:video:([\w-]{6,20})")
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg")
_VIDEOS = (".mp4", ".webm", ".m4v", ".mov", ".ogv")
_NO_MEDIA = frozenset({"text/html", "application/x-shockwave-flash", "application/xhtml+xml"})


def media_of(
    entry: Entry, inside: Iterable[SourceMedia], base: str, *, described: bool = False
) -> tuple[SourceMedia, ...]:
    """What came with it first, then what its text shows. `described`: what the media say was taken as the entry's text,
    and is said of none of them again."""
    found: dict[str, SourceMedia] = {}
    attached = (_media(each, base, described) for each in (*_poster(entry), *entry.attached))
    every = [*(each for each in attached if each is not None), *inside]
    for media in every:
        name = normal(media.url) if len(every) > 1 else media.url
        known = found.setdefault(name, media)
        if not known.alt and media.alt:
            found[name] = SourceMedia(known.url, known.kind, media.alt, known.size)
    return tuple(found.values())[:MOST]


def _poster(entry: Entry) -> list[Attached]:
    video = _VIDEO.fullmatch(entry.id)
    return [Attached(f"https://i.ytimg.com/vi/{video[1]}/hqdefault.jpg", "image/jpeg")] if video else []


def _media(attached: Attached, base: str, described: bool) -> SourceMedia | None:
    url = safe_url(join(base, attached.url))
    mime = attached.mime.partition(";")[0].strip().lower()
    if url is None or mime in _NO_MEDIA:
        return None
    alt = "" if described else one_line(attached.alt, LONGEST_ALT)
    return SourceMedia(url, _kind(mime, attached.medium.lower(), urlsplit(url).path.lower()), alt, attached.size)


def _kind(mime: str, medium: str, path: str) -> MediaKind:
    if mime.startswith("image/") or medium == "image":
        return MediaKind.PICTURE
    if mime.startswith("video/") or medium == "video":
        return MediaKind.VIDEO
    if path.endswith(_PICTURES):
        return MediaKind.PICTURE
    return MediaKind.VIDEO if path.endswith(_VIDEOS) else MediaKind.FILE
