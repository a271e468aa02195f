"""Text of strangers that has no markup, or none any more: cleaned, and the addresses in it made links. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import regex

from bridge.model import text as t
from bridge.model.clean import clean, safe_url

MOST_SPANS = 5_000

_WORDS = regex.compile(r"[^ \t\n\r\f]+")
_ADDRESS = regex.compile(r"(?<![\p{L}\p{N}_])(?i:https?)://[^\s<>\"`“”„«»‹›。、，！？；：（）【】《》〈〉「」『』…]+")
_TAIL = ".,;:!?'’~|*_"
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_MOST_CLOSERS = 8


def plain_text(shown: str) -> t.Text:
    """Text without markup, lines kept: hidden characters go, addresses in it become links."""
    return tuple(islice(linked(clean(shown)), MOST_SPANS))


def one_line(shown: str) -> str:
    """Cleaned, every run of blanks one blank."""
    said = clean(shown)
    return " ".join(said.split() if said.isascii() else _WORDS.findall(said))


def linked(shown: str) -> Iterator[t.Span]:
    """Clean text, each address that may become a link as one."""
    at = 0
    for found in _ADDRESS.finditer(shown):
        typed = _without_tail(found[0])
        if url := safe_url(typed):
            if before := shown[at : found.start()]:
                yield t.Plain(before)
            yield t.Link(url)
            at = found.start() + len(typed)
    if rest := shown[at:]:
        yield t.Plain(rest)


def _without_tail(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    for _ in range(_MOST_CLOSERS):
        url = url.rstrip(_TAIL)
        if not (url[-1:] in _CLOSERS and url.count(url[-1]) > url.count(_CLOSERS[url[-1]])):
            break
        url = url[:-1]
    return url
