"""What any platform's rendering needs of mere text: what can be seen, how long it is, what a link may look like. Pure.

Markup and escaping are each platform's own affair.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import regex

from bridge.model.clean import GRAPHEME, safe_url
from bridge.model.text import Link

JOINER = "\u200b"
"""A zero-width space: parts what would mean something together."""
MORE = "…"
LONGEST_LABEL = 200

_UNSEEN = regex.compile(r"[\p{Bidi_Control}\p{Cs}\u200B\u2060\uFEFF\x00-\x08\x0B-\x1F\x7F-\x9F\u2028\u2029]")
_ADDRESS = regex.compile(r"(?i)://|\bwww\.|^\S*[\p{L}\p{N}][.．。]\p{L}{2,}\S*$")
_FALLBACKS = {"time": "%H:%M UTC", "date": "%Y-%m-%d", "both": "%Y-%m-%d %H:%M UTC"}


def visible(text: str) -> str:
    """The text without what turns the reading direction, hides between letters, or is no character."""
    return _UNSEEN.sub("", text)


def length(text: str) -> int:
    """UTF-16 units, the strictest way to count characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, size: int) -> str:
    """At most `size` UTF-16 units, the closing "…" included; never inside a character. For text without markup."""
    if length(text) <= size:
        return text
    end = used = 0
    for character in GRAPHEME.finditer(text):
        used += length(character[0])
        if used > size - 1:
            break
        end = character.end()
    return text[:end].rstrip() + MORE


def stamp(at: datetime) -> int | None:
    """Seconds since 1970, where platforms can show them: from then on, for three thousand years."""
    seconds = int(at.timestamp())
    return seconds if 0 <= seconds < 10**11 else None


def fallback(at: datetime, form: Literal["time", "date", "both"]) -> str:
    """The moment where no client helps: ISO, in UTC."""
    return at.strftime(_FALLBACKS[form])


def is_address(label: str) -> bool:
    """Whether people would take these words for an address."""
    return bool(_ADDRESS.search(label))


def faces(link: Link) -> tuple[str, str, str]:
    """(address, what is shown, what stands behind it); the address is empty where it may not become a link.

    No label disguises where it leads: one that looks like another address gives way to the real one, and behind
    ordinary words stands the host.
    """
    label = visible(link.label).strip()
    label = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}{MORE}"
    url = safe_url(link.url)
    if url is None:
        return "", label or visible(link.url), ""
    bare, host = url.split("://", 1)[1], urlsplit(url).netloc
    said = label.split("://", 1)[-1].rstrip("/…")
    if said and (said in (host, bare.rstrip("/")) or (bare.startswith(said) and said.startswith(f"{host}/"))):
        return url, label, ""
    if not label or is_address(label):
        return url, url, ""
    return url, label, f" ({host})"
