"""From the HTML of strangers to rich text and media. Pure: nothing is fetched, nothing of the markup survives.

markup | respelled (few, short tags) | nh3 (alone says what it means) | Flow (lays it out) | spans
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import nh3
import regex

from bridge.adapters._outside.bare import plain_text
from bridge.adapters._outside.page import READ, TOKEN, Page
from bridge.adapters._outside.spelling import respelled
from bridge.model import text as t
from bridge.model.source import SourceMedia

LONGEST = 1_000_000
"""Characters that are looked at."""
MOST_MARKS = 20_000
"""Beginnings of tags and of entities."""
MOST_TOKENS = 20_000

_DROPPED = frozenset(
    {
        *("script", "style", "template", "title", "iframe", "frameset", "object", "applet", "noembed", "noframes"),
        *("noscript", "textarea", "select", "datalist", "svg", "math", "audio", "canvas", "xmp", "plaintext"),
    }
)

_CLEANER = nh3.Cleaner(
    tags=set(READ),
    clean_content_tags=set(_DROPPED),
    attributes={
        "*": {"class", "hidden"},
        "a": {"href"},
        "img": {"src", "data-src", "alt", "width", "height"},
        "video": {"src"},
        "source": {"src"},
        "ol": {"start"},
    },
    link_rel=None,
    url_schemes={"http", "https"},
)
_LONE = regex.compile(r"[\x00\p{Cs}]")
_MARK = regex.compile(r"[<&]")


@dataclass(frozen=True, slots=True)
class Read:
    """`media`: pictures and videos that stood in it, in their order, with absolute addresses."""

    text: t.Text
    media: tuple[SourceMedia, ...] = ()


def read_html(html: str, base: str = "") -> Read:
    """Rich text with paragraphs apart by one empty line; links absolute against `base`. Never fails.

    Looks at LONGEST characters and MOST_TAGS tags; linear in them. Tags and mentions in it are mere words or links:
    nobody here is meant.
    """
    page = Page(base)
    clean = _CLEANER.clean(respelled(_clipped(_LONE.sub("", html[:LONGEST]))))
    for token in islice(TOKEN.finditer(clean), MOST_TOKENS):
        if page.flow.is_full:
            break
        page.take(token)
    return Read(*page.close())


def read_plain(shown: str) -> Read:
    """Text of strangers without markup, its lines kept; addresses in it become links. Never fails."""
    return Read(plain_text(shown[:LONGEST]))


def _clipped(html: str) -> str:
    """Up to the last mark that is read: each costs far more than a letter."""
    if html.count("<") + html.count("&") <= MOST_MARKS:
        return html
    last = next(islice(_MARK.finditer(html), MOST_MARKS, None), None)
    return html[: last.start()] if last else html
