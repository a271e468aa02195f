"""From a Card to what Slack shows: blocks, and the text that stands for them in notifications. Pure.

The order is the card's: title, who and when, words, quote, pictures, sections, footer, buttons. What does not fit into
a message ends with "…".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bridge.adapters.slack.shown import blocks as b
from bridge.adapters.slack.shown import rich
from bridge.adapters.slack.shown.blocks import Block
from bridge.adapters.slack.shown.mrkdwn import escaped, moment, shown
from bridge.model.card import Byline, Card, Limits, Line, Quote, Row, Section
from bridge.model.post import Attachment, MediaKind
from bridge.model.say import Words
from bridge.model.text import Plain, Text, is_empty

LIMITS = Limits(text=3_000, joined=10, actions=5, rings=True, native_moments=True, dedupes_for=0)
"""`text` of joined updates, so that ten with their names and buttons stay below blocks.WEIGHT. Slack knows no nonce."""
FALLBACK = 3_900
"""Characters: Slack advises at most 4,000 (chat.postMessage)."""
DOT = " · "

Pictures = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What chat.postMessage and chat.update take. `text` reads well alone."""

    blocks: list[Block]
    text: str


def render(card: Card, pictures: Pictures | None = None, words: Words | None = None) -> Rendered:
    """`pictures`: an attachment's digest -> id of its file in Slack; any other is named. `words`: the reader's, for
    the "Cancel" of a question; English where nobody is known."""
    text = fallback_of(card)
    for way in (card, _slim(card)) if card.joined else (card,):
        for files in (pictures, {}) if pictures else ({},):
            head, tail = blocks_of(way, files, words)
            if b.fit([*head, *tail], b.BLOCKS, b.WEIGHT):
                return Rendered(b.numbered([*head, *tail]), text)
    cut = b.fitted(head, tail, b.BLOCKS, b.WEIGHT)
    return Rendered(b.numbered(cut), text.removesuffix(b.MORE) + b.MORE)


def blocks_of(card: Card, pictures: Pictures, words: Words | None) -> tuple[list[Block], list[Block]]:
    """What is read, and behind it what is pressed; not numbered and without regard to the room there is."""
    if _is_only_words(card):
        return [b.section(piece) for piece in b.pieces(shown(card.text))] or [b.section(b.MORE)], []
    head = list(_head(card, pictures, words))
    for inner in card.joined:
        head += [b.divider()] if head else []
        head += _joined(inner, pictures, words)
    if card.footer:
        head += _footer(card.footer)
    tail = b.buttons(card.actions, card.menu, words)
    return head if head or tail else [b.section(b.MORE)], tail


def fallback_of(card: Card) -> str:
    """The card in a few lines, as notifications and screen readers tell it; buttons are left out."""
    lines = [line for line in _lines(card) if line.strip()]
    return b.clip("\n".join(lines), FALLBACK) or b.MORE


def _is_only_words(card: Card) -> bool:
    """Nothing but unformatted text: it goes as a plain section, which is also what remains when Slack refused more."""
    return card == Card(text=card.text, post=card.post) and all(isinstance(span, Plain) for span in card.text)


def _slim(card: Card) -> Card:
    """Without what a reader of many updates at once can spare."""
    return replace(card, joined=tuple(replace(inner, menu=()) for inner in card.joined))


def _head(card: Card, pictures: Pictures, words: Words | None) -> Iterator[Block]:
    if card.byline:
        yield from _byline(card.byline)
    yield from b.rich_blocks(_body(card, pictures))
    yield from _pictures(card.media, pictures)
    for section in card.sections:
        yield from _section(section, words)


def _joined(card: Card, pictures: Pictures, words: Words | None) -> Iterator[Block]:
    """One of several updates in a message: its footer stands behind its name."""
    extra = card.footer if card.byline else ()
    if card.byline:
        yield from _byline(card.byline, extra)
    bare = replace(card, byline=None, footer=())
    yield from _head(bare, pictures, words)
    if card.footer and not extra:
        yield from _footer(card.footer)
    yield from b.buttons(card.actions, card.menu, words)


def _byline(by: Byline, extra: Iterable[Line] = ()) -> Iterator[Block]:
    parts = [b.label(by.name), _line(by.title), moment(by.at) if by.at else "", *map(_foot, extra)]
    text = DOT.join(part for part in parts if part.strip())
    if text:
        yield b.context(text, by.picture, by.name)


def _body(card: Card, pictures: Pictures) -> Iterator[rich.Element]:
    """Title, words, quote, and the names of what is not shown as a picture."""
    if title := rich.words(card.title, "bold"):
        yield rich.section(title)
    if not is_empty(card.text):
        yield from rich.paragraphs(card.text)
    if card.quote and (quoted := _quote(card.quote)):
        yield rich.quote(quoted)
    for item in card.media:
        if not _is_shown(item, pictures):
            yield rich.section(rich.words(f"📎 {item.alt or item.name}"))


def _quote(quote: Quote) -> list[rich.Element]:
    name = rich.words(quote.byline.name, "bold")
    text = rich.inline(quote.text)
    return [*name, *(rich.words("\n") if name and text else []), *text]


def _is_shown(item: Attachment, pictures: Pictures) -> bool:
    return item.kind is MediaKind.PICTURE and item.digest in pictures


def _pictures(media: Iterable[Attachment], pictures: Pictures) -> Iterator[Block]:
    for item in media:
        if _is_shown(item, pictures):
            yield b.picture(pictures[item.digest], item.alt or item.name)


def _section(section: Section, words: Words | None) -> Iterator[Block]:
    """Rows with something to press are sections, with it at their right; the others share a block.

    A row that is alone has room for its buttons; among others, several hide behind ⋯.
    """
    if heading := b.label(section.title):
        yield b.context(heading)
    waiting: list[rich.Element] = []
    for row in section.rows:
        alone = len(section.rows) == 1
        pressed = b.beside(row.actions, words) if alone else b.behind_dots(row.actions, words)
        if not pressed:
            waiting += _rich_row(row, newline=bool(waiting))
            continue
        yield from _lump(waiting)
        waiting = []
        yield from b.row(b.clip(_row(row), b.TEXT) or b.MORE, pressed)
    yield from _lump(waiting)


def _lump(elements: list[rich.Element]) -> Iterator[Block]:
    if elements:
        yield from b.rich_blocks([rich.section(elements)])


def _rich_row(row: Row, newline: bool) -> list[rich.Element]:
    lead, text = rich.words(row.lead, "bold"), rich.inline(row.text)
    remark = rich.words((DOT if text else "") + row.remark) if row.remark.strip() else []
    line = [*lead, *(rich.words("  ") if lead and (text or remark) else []), *text, *remark]
    return [*rich.words("\n"), *line] if line and newline else line


def _row(row: Row) -> str:
    parts = DOT.join(part for part in (shown(row.text), _line(row.remark)) if part.strip())
    return "  ".join(part for part in (b.label(row.lead), parts) if part)


def _footer(footer: Iterable[Line]) -> list[Block]:
    text = DOT.join(line for line in map(_foot, footer) if line.strip())
    return [b.context(text)] if text else []


def _foot(line: Line) -> str:
    return _line(line) if isinstance(line, str) else shown(line)


def _line(text: str) -> str:
    return escaped(" ".join(text.split()))


def _lines(card: Card) -> Iterator[str]:
    yield _line(card.title)
    yield _said(card.byline, card.text)
    if card.quote:
        said = _said(card.quote.byline, card.quote.text)
        yield f"“{said}”" if said.strip() else ""
    for item in card.media:
        yield f"📎 {_line(item.alt or item.name)}"
    for section in card.sections:
        yield _line(section.title)
        for row in section.rows:
            text = ": ".join(part for part in (_line(row.lead), shown(row.text)) if part.strip())
            yield DOT.join(part for part in (text, _line(row.remark)) if part.strip())
    for inner in card.joined:
        yield from _lines(inner)
    yield DOT.join(map(_foot, card.footer))


def _said(by: Byline | None, text: Text) -> str:
    return ": ".join(part for part in (_line(by.name) if by else "", shown(text)) if part.strip())
