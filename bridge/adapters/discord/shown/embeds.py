"""The embeds that cards are shown as, each and all together within Discord's limits. Pure.

Limits: docs.discord.com/developers/resources/message, embed limits; counted in UTF-16 units with some room, since the
page does not say how they count. A time tag and small print are read in a description and nowhere else in an embed, so
a footer is a description's last line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bridge.adapters._text import MORE, length
from bridge.adapters.discord.shown.components import face
from bridge.adapters.discord.shown.markdown import ago, shown, within
from bridge.model.card import Byline, Card, Line, Quote, Row, Section
from bridge.model.clean import safe_url
from bridge.model.text import Bold, Code, Italic, Mention, Plain, Span, Tag, Text, is_empty, plain

Json: TypeAlias = dict[str, object]

EMBEDS = 10
DESCRIPTION = 4_000
"""Of 4,096."""
ALL = 5_800
"""Of 6,000, over all embeds of a message."""
AUTHOR = 200
"""Of 256."""
FOOT = 600
URL = 2_000
"""Of 2,048."""
DOT = " · "
SMALL = "-# "
_CUT = f"\n{MORE}"
QUOTED = "> "


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a description. `prefix` stands before each of them: "> ", "-# ". `start`: markdown before the
    text."""

    text: Text
    prefix: str = ""
    start: str = ""

    def shown(self) -> str:
        return self._lines(shown(self.text))

    def within(self, room: int) -> str:
        """As much of it as fits, the closing "…" included; "" where that is nothing."""
        size = room - len(self.start)
        while size > 0:
            said = self._lines(within(self.text, size))
            if (over := length(said) - room) <= 0:
                return said
            size -= over
        return ""

    def _lines(self, said: str) -> str:
        """No line is empty behind its prefix: a quote would end there."""
        said = self.start + said
        return "\n".join(self.prefix + line for line in said.split("\n") if line.strip()) if self.prefix else said


GAP = Part(())
"""An empty line, which parts what belongs together from what does not."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One embed before it is known how much room it gets."""

    byline: Byline | None
    body: tuple[Part, ...]
    foot: Part | None

    def size(self) -> int:
        """UTF-16 units when nothing is left out."""
        parts = (*self.body, self.foot) if self.foot else self.body
        return length(_author_name(self.byline)) + sum(length(part.shown()) + 1 for part in parts) + len(_CUT)

    def embed(self, room: int) -> Json:
        """The embed in at most so many units, never empty."""
        author = _author(self.byline)
        room = min(DESCRIPTION, room - length(_author_name(self.byline)))
        embed: Json = {"description": _fitted(self.body, self.foot, room) or MORE}
        return {"author": author, **embed} if author else embed


def sheet(card: Card, named: Iterable[str] = ()) -> Sheet:
    """The card without what is joined to it. `named`: media that is told of in a line."""
    body, foot = list(_body(card, named)), _foot(card)
    return Sheet(card.byline, (*body, GAP) if foot and GAP in body else tuple(body), foot)


def embeds(sheets: Sequence[Sheet]) -> list[Json]:
    """At most ten; where there is too little room, those that need most give way first."""
    first = list(sheets[:EMBEDS])
    rooms = _rooms([min(one.size(), DESCRIPTION + AUTHOR) for one in first], ALL)
    return [one.embed(room) for one, room in zip(first, rooms, strict=True)]


def heading(title: str) -> Part:
    return Part((Bold((Plain(one_line(title)),)),))


def one_line(text: str) -> str:
    return " ".join(text.split())


def _rooms(sizes: Sequence[int], room: int) -> list[int]:
    """What each gets: all it needs, or an equal share of what those that need less have left."""
    out = [0] * len(sizes)
    waiting = sorted(range(len(sizes)), key=sizes.__getitem__)
    for done, index in enumerate(waiting):
        out[index] = min(sizes[index], room // (len(sizes) - done))
        room -= out[index]
    return out


def _fitted(body: Iterable[Part], foot: Part | None, room: int) -> str:
    """The lines from the top as far as there is room, "…" where there is not enough, and in any case the foot."""
    said = [(part, lines) for part in body if (lines := part.shown()).strip() or part is GAP]
    spare = room - sum(length(lines) + 1 for _, lines in said)
    end = foot.within(min(FOOT, max(spare, room // 2))) if foot else ""
    room -= length(end) + 1 if end else 0
    out: list[str] = []
    for part, lines in said:
        if length(lines) + len(_CUT) > room:
            out.append(part.within(room) or MORE)
            break
        out.append(lines)
        room -= length(lines) + 1
    return "\n".join((*out, end) if end else out).strip("\n")


def _author(by: Byline | None) -> Json | None:
    """Name and title in a line above the words, with the picture where there is one. No markdown is read there."""
    name = _author_name(by)
    if by is None or not name:
        return None
    url = safe_url(by.picture) if by.picture else None
    return {"name": name, "icon_url": url} if url and length(url) <= URL else {"name": name}


def _author_name(by: Byline | None) -> str:
    parts = [part for part in (by.name, by.title) if not is_empty((Plain(part),))] if by else []
    return face(DOT.join(parts), AUTHOR) if parts else ""


def _body(card: Card, named: Iterable[str]) -> Iterator[Part]:
    if not is_empty((Plain(card.title),)):
        yield heading(card.title)
    if not is_empty(card.text):
        yield Part(card.text)
    if card.quote:
        yield from _quote(card.quote)
    yield from (Part((Plain(f"📎 {one_line(name)}"),)) for name in named)
    for section in card.sections:
        if parts := [part for part in _section(section) if not is_empty(part.text)]:
            yield GAP
            yield from parts


def _quote(quote: Quote) -> Iterator[Part]:
    lines: Text = (Bold((Plain(one_line(quote.byline.name)),)), Plain("\n"), *quote.text)
    yield Part(lines, QUOTED)


def _section(section: Section) -> Iterator[Part]:
    if not is_empty((Plain(section.title),)):
        yield Part((Bold((Plain(one_line(section.title).upper()),)),), SMALL)
    yield from map(_row, section.rows)


def _row(row: Row) -> Part:
    """`**Ana** Shipping v2 today · 4 replies`."""
    lead, remark = one_line(row.lead), one_line(row.remark)
    dot = DOT if remark and not is_empty(row.text) else ""
    rest = (*row.text, Plain(f"{dot}{remark}"))
    if is_empty((Plain(lead),)):
        return Part(rest)
    return Part((Bold((Plain(lead),)), *(() if is_empty(rest) else (Plain(" "), *rest))))


def _foot(card: Card) -> Part | None:
    """Small print: when it was said, then the card's footer."""
    told = [text for line in card.footer if not is_empty(text := _flat(line))]
    text = tuple(span for one in told for span in (Plain(DOT), *one))[1:]
    at = ago(card.byline.at) if card.byline and card.byline.at else ""
    return Part(text, SMALL, at + (DOT if at and text else "")) if at or text else None


def _flat(line: Line) -> Text:
    """The words on one line: small print ends with it, and with the line what was begun there."""
    if isinstance(line, str):
        return (Plain(one_line(line)),)
    out: list[Span] = []
    for span in line:
        match span:
            case Plain(words) | Code(words):
                out.append(type(span)(" ".join(words.split("\n"))))
            case Bold(children) | Italic(children):
                out.append(type(span)(_flat(children)))
            case Mention() | Tag():
                out.append(Plain(one_line(plain((span,)))))
            case _:
                out.append(span)
    return tuple(out)
