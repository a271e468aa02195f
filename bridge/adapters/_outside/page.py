"""From the clean markup a sanitiser gives back to a `Flow` and the media beside it. Pure.

That markup is well formed, of READ's elements, with text in which exactly `&`, `<`, `>`, `"` and U+00A0 are entities
(html.spec.whatwg.org: serialising HTML fragments); nothing else is understood here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import regex

from bridge.adapters._outside.bare import one_line
from bridge.adapters._outside.flow import Flow
from bridge.model import text as t
from bridge.model.clean import safe_url
from bridge.model.post import MediaKind
from bridge.model.source import SourceMedia

MOST_MEDIA = 50
LONGEST_ALT = 1_500

_PARAGRAPHS = frozenset({"p", "figure", "table", "dl", "hr"})
_LINES = frozenset(
    {
        *("div", "section", "article", "header", "footer", "aside", "main", "nav", "address", "form", "fieldset"),
        *("figcaption", "caption", "tr", "dt", "dd", "details", "summary", "legend", "center"),
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OTHERS = frozenset(
    {
        *("a", "b", "i", "code", "pre", "blockquote", "ul", "ol", "li", "br", "td", "th", "q", "span"),
        *("img", "video", "source"),
    }
)
READ = _PARAGRAPHS | _LINES | _HEADINGS | _OTHERS
"""The elements that mean something here."""
_VOID = frozenset({"br", "hr", "img", "source"})

TOKEN = regex.compile(r'<(?P<end>/?)(?P<name>[a-z][a-z0-9]*+)(?P<inside>(?: [a-z-]++="[^"]*+")*+)>|(?P<words>[^<]++|<)')
_ATTRIBUTE = regex.compile(r' ([a-z-]++)="([^"]*+)"')
_ORIGIN = regex.compile(r"\Ahttps?://[^/?#]+")
_FOLDED = regex.compile(r"[\t\n\r]")
_TINY = regex.compile(r"\s*0*[01]?(?:\.\d*)?\s*(?:px)?\s*")
_EMOJI = frozenset({"emoji", "emojione", "wp-smiley", "smiley", "custom-emoji"})
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\u00a0"), ("&amp;", "&"))


@dataclass(slots=True)
class _Element:
    name: str
    hidden: bool = False
    link: str | None = None
    holds: bool = False
    shortened: bool = False
    number: int | None = None
    """Of the next item, in a numbered list."""


class Page:
    """Takes the clean tokens one by one; knows which elements are open."""

    def __init__(self, base: str) -> None:
        self.flow = Flow()
        self._base = base
        self._origin = "".join(_ORIGIN.findall(base))
        self._open: list[_Element] = []
        self._hidden = 0
        self._media: dict[str, SourceMedia] = {}

    def take(self, token: regex.Match[str]) -> None:
        words, name, end, inside = token.group("words", "name", "end", "inside")
        if words is not None:
            if not self._hidden:
                self.flow.write(_meant(words))
        elif end:
            self._end(name)
        else:
            self._start(name, {key: _meant(value) for key, value in _ATTRIBUTE.findall(inside)} if inside else {})

    def close(self) -> tuple[t.Text, tuple[SourceMedia, ...]]:
        while self._open:
            self._end(self._open[-1].name)
        return self.flow.text(), tuple(self._media.values())

    def _start(self, name: str, given: Mapping[str, str]) -> None:
        classes = given.get("class", "").split()
        element = _Element(name, hidden="hidden" in given or "invisible" in classes, shortened="ellipsis" in classes)
        if name not in _VOID:
            self._open.append(element)
            self._hidden += element.hidden
        if name in ("video", "source"):
            self._find(given.get("src", ""), MediaKind.VIDEO)
            element.hidden = name == "video"
            self._hidden += element.hidden
        elif not self._hidden and not element.hidden:
            if name == "img":
                self._picture(given, classes)
            else:
                self._begin(element, given)

    def _begin(self, element: _Element, given: Mapping[str, str]) -> None:
        flow, name = self.flow, element.name
        match name:
            case "br":
                flow.line()
            case "b":
                flow.bold += 1
            case "i":
                flow.italic += 1
            case "a" | "code" | "pre":
                if name == "pre" and not flow.is_held:
                    flow.block(2)
                if not flow.is_held and (name != "a" or "href" in given):
                    element.link = self._absolute(given.get("href", ""))
                    element.holds = True
                    flow.hold()
            case "blockquote":
                flow.block(2)
                flow.quotes += 1
            case "ul" | "ol":
                flow.block(2)
                flow.lists += 1
                element.number = _number(given.get("start", "")) if name == "ol" else None
            case "li":
                flow.item(self._marker())
            case "td" | "th":
                flow.cell()
            case "q":
                flow.write("“")
            case _:
                self._edge(name)
                flow.bold += name in _HEADINGS

    def _end(self, name: str) -> None:
        if not self._open or self._open[-1].name != name:
            return
        element = self._open.pop()
        if self._hidden:
            self._hidden -= element.hidden
            return
        self._finish(element)
        if element.shortened:
            self.flow.write("…")

    def _finish(self, element: _Element) -> None:
        flow, name = self.flow, element.name
        match name:
            case "b":
                flow.bold -= 1
            case "i":
                flow.italic -= 1
            case "a" | "code" | "pre":
                if element.holds:
                    self._give(element, flow.let_go())
            case "blockquote":
                flow.block(2)
                flow.quotes -= 1
            case "ul" | "ol":
                flow.lists -= 1
                flow.block(2)
            case "li":
                flow.end_item()
            case "q":
                flow.write("”")
            case _:
                flow.bold -= name in _HEADINGS
                self._edge(name)

    def _give(self, element: _Element, held: str) -> None:
        match element.name:
            case "a":
                self.flow.link(element.link or "", held)
            case "code":
                self.flow.code(held)
            case _:
                self.flow.listing(held)

    def _edge(self, name: str) -> None:
        if name in _PARAGRAPHS or name in _HEADINGS:
            self.flow.block(2)
        elif name in _LINES:
            self.flow.block(1)

    def _marker(self) -> str:
        around = next((one for one in reversed(self._open) if one.name in ("ul", "ol")), None)
        if around is None or around.number is None:
            return "• "
        around.number += 1
        return f"{around.number - 1}. "

    def _picture(self, given: Mapping[str, str], classes: list[str]) -> None:
        alt = one_line(given.get("alt", ""))[:LONGEST_ALT]
        if not _EMOJI.isdisjoint(classes):
            self.flow.write(alt)
        elif not (_is_tiny(given.get("width")) or _is_tiny(given.get("height"))):
            for src in (given.get("src", ""), given.get("data-src", "")):
                if self._find(src, MediaKind.PICTURE, alt):
                    return

    def _find(self, src: str, kind: MediaKind, alt: str = "") -> bool:
        """Whether it has an address that can be asked for."""
        if len(self._media) >= MOST_MEDIA:
            return True
        url = self._absolute(src)
        if url is None:
            return False
        self._media.setdefault(url, SourceMedia(url, kind, alt))
        return True

    def _absolute(self, url: str) -> str | None:
        """The whole address as a browser would make it of one in a page; None where it may not be asked for."""
        bare = _FOLDED.sub("", url).strip().replace(" ", "%20")
        if not bare:
            return None
        if bare.startswith(("https://", "http://")):
            return safe_url(bare)
        if self._origin and bare[0] == "/" and bare[1:2] != "/" and "/." not in bare:
            return safe_url(self._origin + bare)
        try:
            return safe_url(urljoin(self._base, bare))
        except ValueError:
            return None


def _number(start: str) -> int:
    """Where a list begins to count."""
    bare = start.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 7 else 1


def _is_tiny(size: str | None) -> bool:
    return size is not None and bool(_TINY.fullmatch(size)) and any(c in "01" for c in size)


def _meant(escaped: str) -> str:
    if "&" in escaped:
        for entity, character in _ENTITIES:
            escaped = escaped.replace(entity, character)
    return escaped
