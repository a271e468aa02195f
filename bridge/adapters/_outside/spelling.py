"""Tags of strangers spelled anew before anybody reads them: few, short, with the few attributes that matter here.

Only what they cost is bounded here. A parser of HTML needs the square of the number of open elements and of attributes,
and copies formatting elements with all they carry into each paragraph that follows (html.spec.whatwg.org: "reconstruct
the active formatting elements"); what the markup means, and what of it is dangerous, is the sanitiser's affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import regex

from bridge.model.clean import LIMIT_URL

MOST_TAGS = 3_000
MOST_ATTRIBUTES = 24
"""Of one tag."""
MOST_ATTRIBUTES_IN_ALL = 15_000
LONGEST_VALUE = LIMIT_URL

_ANY = r"""
    <(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)
    (?P<inside>(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')|=){0,200}+[^>]*+)
    (?:>|(?P<cut>\Z))
"""
_TAG = regex.compile(_ANY, regex.VERBOSE)
_ODD_TAG = regex.compile(
    rf"(?!</?+(?:[abipq]|[bh]r|li|[uo]l|t[dhr]|h[1-6]|div|pre|span|code|figure)>){_ANY}", regex.VERBOSE
)
"""All but those that are spelled as they are."""
_ATTRIBUTE = regex.compile(
    r"""
    [\s/]*+(?P<name>=?+[^\s/=]++|=)
    (?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>\S*+)))?+
    """,
    regex.VERBOSE,
)
_WANTED = regex.compile(r"(?i)href|src|alt|width|height|class|hidden|start|style")
_LONGEST_NAME = 16
_NAME = regex.compile(r"[a-z][a-z0-9]*+")
_UNSEEN = regex.compile(r"(?i)(?:display\s*+:\s*+none|visibility\s*+:\s*+hidden|mso-hide\s*+:\s*+all)")
_QUOTED = str.maketrans({'"': "&quot;", "<": "&lt;", ">": "&gt;"})

_SAME_AS = {
    **dict.fromkeys(("b", "strong"), "b"),
    **dict.fromkeys(("i", "em"), "i"),
    **dict.fromkeys(("big", "font", "nobr", "s", "small", "strike", "u"), "span"),
    **dict.fromkeys(("code", "tt"), "code"),
}
_BARE = frozenset({"b", "i", "code"})
_KEPT_OF_A_LINK = frozenset({"href"})
_KEPT = frozenset({"href", "src", "data-src", "alt", "width", "height", "class", "hidden", "start"})


def respelled(html: str) -> str:
    """The same with at most MOST_TAGS tags; what comes after them goes. Linear in its input."""
    return "".join(_Speller().pieces(html))


class _Speller:
    def __init__(self) -> None:
        self._room = MOST_ATTRIBUTES_IN_ALL

    def pieces(self, html: str) -> Iterator[str]:
        at = 0
        pattern = _ODD_TAG if html.count("<") <= MOST_TAGS else _TAG
        for tag in islice(pattern.finditer(html), MOST_TAGS):
            start, after = tag.span()
            yield html[at:start]
            end, name, inside, cut = tag.group("end", "name", "inside", "cut")
            if cut is not None:
                return
            name = _named(name) if len(name) <= _LONGEST_NAME else "span"
            yield f"<{end}{name}>" if end or not inside else self._with_attributes(name, inside)
            at = after
        if not pattern.search(html, at):
            yield html[at:]

    def _with_attributes(self, name: str, inside: str) -> str:
        if name in _BARE or not _WANTED.search(inside):
            return f"<{name}{'/' if inside.endswith('/') else ''}>"
        kept = _KEPT_OF_A_LINK if name == "a" else _KEPT
        return f"<{name}{''.join(self._attributes(inside, kept))}>"

    def _attributes(self, inside: str, kept: frozenset[str]) -> Iterator[str]:
        for found in islice(_ATTRIBUTE.finditer(inside), min(MOST_ATTRIBUTES, self._room)):
            self._room -= 1
            name = found["name"].lower()
            value = found["double"] or found["single"] or found["bare"] or ""
            if name == "style" and "hidden" in kept and _UNSEEN.search(value[:LONGEST_VALUE]):
                yield ' hidden=""'
            elif name in kept:
                yield f' {name}="{value[:LONGEST_VALUE].translate(_QUOTED)}"'


@lru_cache(maxsize=1024)
def _named(name: str) -> str:
    """What an element counts as here, by its name."""
    lower = name.lower()
    lower = _SAME_AS.get(lower, lower)
    return lower if _NAME.fullmatch(lower) else "span"
