"""Our spans as Slack's rich text, where people's words are exactly what they typed. Pure.

A text element is never read for markup, mentions or entities (docs.slack.dev: rich text block; clients show it as it
is), so nothing is escaped here. `:mega:` is therefore an element of its own; Slack shows a name it does not know as
text between colons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import regex

from bridge.adapters._text import faces, fallback, length, stamp, visible
from bridge.adapters.slack.shown.mrkdwn import FORMATS
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Span, Tag, Text

Element: TypeAlias = dict[str, object]

MOST = 3_000
"""UTF-16 units in one block: what a section takes; for rich text no limit is documented."""

_EMOJI = regex.compile(r"(?<![\w:])(?::[a-z0-9_+'-]{1,100}:)+(?![\w:])")
_NAMES = regex.compile(r":([^:]+):(?::(skin-tone-[2-6]):)?")
_BREAK = regex.compile(r"\s(?=\S*\Z)")


def inline(text: Text) -> list[Element]:
    """The spans as elements of a rich text section or quote."""
    return list(_joined(_elements(text, ())))


def words(shown: str, *styles: str) -> list[Element]:
    """Words of ours, or a name, in one style: "bold", "italic"."""
    seen = visible(shown)
    return [_text(seen, styles)] if seen else []


def section(elements: list[Element]) -> Element:
    return {"type": "rich_text_section", "elements": elements}


def quote(elements: list[Element]) -> Element:
    return {"type": "rich_text_quote", "elements": elements}


def paragraphs(text: Text) -> list[Element]:
    """The spans as sections, with code of several lines between them as blocks of its own."""
    out: list[Element] = []
    pending: list[Span] = []
    for span in (*text, None):
        if span is not None and not _is_block(span):
            pending.append(span)
            continue
        if elements := _without_edges(inline(tuple(pending)), after=bool(out), before=span is not None):
            out.append(section(elements))
        pending = []
        if isinstance(span, Code):
            out.append({"type": "rich_text_preformatted", "elements": [_text(visible(span.text), ())]})
    return out


def stacked(parts: Iterable[Element]) -> list[Element]:
    """Neighbouring sections as one, a line below the other: a section alone does not end its line everywhere."""
    out: list[Element] = []
    for part in parts:
        if out and part["type"] == out[-1]["type"] == "rich_text_section":
            out[-1] = section([*_inside(out[-1]), _text("\n", ()), *_inside(part)])
        else:
            out.append(part)
    return out


def pages(parts: Iterable[Element]) -> list[list[Element]]:
    """Sections, quotes and code shared out so that no page holds more than MOST characters; long ones are split."""
    out: list[list[Element]] = []
    room = 0
    for part in parts:
        for piece in _split(part):
            size = sum(map(_size, _inside(piece)))
            if not out or size > room:
                out.append([])
                room = MOST
            out[-1].append(piece)
            room -= size
    return out


def _split(part: Element) -> Iterator[Element]:
    held: list[Element] = []
    room = MOST
    for element in _inside(part):
        for piece in _cut(element):
            if _size(piece) > room:
                yield {**part, "elements": held}
                held, room = [], MOST
            held.append(piece)
            room -= _size(piece)
    if held:
        yield {**part, "elements": held}


def _cut(element: Element) -> Iterator[Element]:
    """Text in pieces of at most MOST, at a blank where there is one."""
    shown = str(element.get("text", ""))
    while element["type"] == "text" and length(shown) > MOST:
        most = MOST if length(shown[:MOST]) == MOST else MOST // 2
        found = _BREAK.search(shown, most // 2, most)
        end = found.end() if found else most
        yield {**element, "text": shown[:end]}
        shown = shown[end:]
    yield {**element, "text": shown} if element["type"] == "text" else element


def _is_block(span: Span) -> bool:
    return isinstance(span, Code) and "\n" in span.text and bool(visible(span.text).strip())


def _without_edges(elements: list[Element], after: bool, before: bool) -> list[Element]:
    """The line breaks beside a block of code go: it has its own lines."""
    edges = [*elements]
    if edges and after and edges[0]["type"] == "text":
        edges[0] = {**edges[0], "text": str(edges[0]["text"]).removeprefix("\n")}
    if edges and before and edges[-1]["type"] == "text":
        edges[-1] = {**edges[-1], "text": str(edges[-1]["text"]).removesuffix("\n")}
    return list(_joined(edges))


def _inside(part: Element) -> list[Element]:
    elements = part["elements"]
    assert isinstance(elements, list)
    return elements


def _size(element: Element) -> int:
    return length(str(element.get("text") or element.get("url") or element.get("fallback") or element.get("name")))


def _elements(text: Text, styles: tuple[str, ...]) -> Iterator[Element]:
    for span in text:
        match span:
            case Plain(shown):
                yield from _with_emoji(visible(shown), styles)
            case Bold(children):
                yield from _elements(children, (*styles, "bold"))
            case Italic(children):
                yield from _elements(children, (*styles, "italic"))
            case Code(shown):
                yield _text(visible(shown), (*styles, "code"))
            case Link():
                yield from _link(span, styles)
            case Mention(_, label):
                yield _text(f"@{visible(label)}", styles)
            case Tag(name):
                yield _text(f"#{visible(name)}", styles)
            case Moment(at, form):
                yield _moment(stamp(at), FORMATS[form], fallback(at, form), styles)


def _moment(seconds: int | None, form: str, told: str, styles: tuple[str, ...]) -> Element:
    if seconds is None:
        return _text(told, styles)
    return {"type": "date", "timestamp": seconds, "format": form, "fallback": told}


def _link(link: Link, styles: tuple[str, ...]) -> Iterator[Element]:
    url, label, behind = faces(link)
    if not url:
        yield _text(label, styles)
        return
    named = {} if label == url else {"text": label}
    yield _styled({"type": "link", "url": url, **named}, styles)
    yield _text(behind, styles)


def _with_emoji(shown: str, styles: tuple[str, ...]) -> Iterator[Element]:
    at = 0
    for run in _EMOJI.finditer(shown):
        yield _text(shown[at : run.start()], styles)
        for name in _NAMES.finditer(run[0]):
            yield {"type": "emoji", "name": f"{name[1]}::{name[2]}" if name[2] else name[1]}
        at = run.end()
    yield _text(shown[at:], styles)


def _text(shown: str, styles: Iterable[str]) -> Element:
    return _styled({"type": "text", "text": shown}, styles)


def _styled(element: Element, styles: Iterable[str]) -> Element:
    style = dict.fromkeys(styles, True)
    return {**element, "style": style} if style else element


def _joined(elements: Iterable[Element]) -> Iterator[Element]:
    """Neighbours of one style as one text; nothing empty, which Slack refuses."""
    last: Element | None = None
    for element in elements:
        if element["type"] == "text" and not element["text"]:
            continue
        alike = last and last["type"] == element["type"] == "text" and last.get("style") == element.get("style")
        if last and alike:
            last = {**last, "text": f"{last['text']}{element['text']}"}
            continue
        if last:
            yield last
        last = element
    if last:
        yield last
