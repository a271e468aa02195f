"""Words, breaks and styles in the order a page brings them, laid out as a browser would; then spans. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

import regex

from bridge.adapters._outside.bare import MOST_SPANS, linked, one_line
from bridge.model import text as t
from bridge.model.clean import clean, safe_url

LONGEST_TEXT = 200_000
"""Characters; an update shows far fewer."""
DEEPEST = 6
"""Quotes and lists within each other that are still shown as such."""
LONGEST_LABEL = 300
"""Characters of a link's label; what is longer is text, and the link stands behind it."""

_BLANKS = " \t\n\r\f\u00a0\u202f"
_EMPTY_LINES = regex.compile(r"\A(?:[^\S\n]*+\n)++")


@dataclass(slots=True)
class _Piece:
    """Neighbouring words in one style, or one `ready` span."""

    bold: bool = False
    italic: bool = False
    words: list[str] = field(default_factory=list)
    ready: t.Span | None = None


class Flow:
    """What was written so far. Breaks and blanks wait until words follow, so that none stands at an edge or twice."""

    def __init__(self) -> None:
        self.bold = 0
        self.italic = 0
        self.quotes = 0
        self.lists = 0
        self._pieces: list[_Piece] = []
        self._room = LONGEST_TEXT
        self._held: list[str] | None = None
        self._breaks = 0
        self._blank = False
        self._cell = False
        self._marker = ""

    @property
    def is_full(self) -> bool:
        return self._room <= 0 or len(self._pieces) >= MOST_SPANS

    @property
    def is_held(self) -> bool:
        return self._held is not None

    def write(self, shown: str) -> None:
        """Words as they stand in the markup: runs of blanks are one blank."""
        shown = shown[: max(self._room, 0)]
        self._room -= len(shown)
        if self._held is not None:
            self._held.append(shown)
            return
        said = one_line(shown)
        if shown[:1] and shown[0] in _BLANKS:
            self._blank = True
        if said:
            self._open()
            self._add(said, bool(self.bold), bool(self.italic))
        if shown[-1:] and shown[-1] in _BLANKS:
            self._blank = True

    def put(self, span: t.Span) -> None:
        """A whole span, in the style that holds."""
        self._open()
        self._pieces.append(_Piece(bool(self.bold), bool(self.italic), ready=span))

    def hold(self) -> None:
        """From here on words are gathered, until `let_go`."""
        self._held = []

    def let_go(self) -> str:
        """What was gathered, as it stood."""
        held, self._held = "".join(self._held or ()), None
        return held

    def line(self) -> None:
        """A line ends; two in a row leave an empty one."""
        if self._held is not None:
            self._held.append("\n")
        else:
            self._breaks = min(self._breaks + 1, 2)

    def block(self, gap: int) -> None:
        """A block begins or ends: at least `gap` line breaks stand here, 2 being an empty line."""
        if self._held is not None:
            self._held.append("\n")
        elif not self._marker:
            self._breaks = max(self._breaks, min(gap, 1) if self.lists else gap)

    def item(self, marker: str) -> None:
        """An item of a list begins; `marker` stands in front of its first words."""
        if self._held is None:
            self._marker = ""
            self.block(1)
            self._marker = marker

    def end_item(self) -> None:
        self._marker = ""
        self.block(1)

    def cell(self) -> None:
        """A cell of a table begins; something parts it from the one before in the same line."""
        if self._held is not None:
            self._held.append(" ")
        else:
            self._cell = True

    def link(self, url: str, label: str) -> None:
        """A link around words; an address that may not be one leaves the words."""
        said = one_line(label)
        self._blank = self._blank or label[:1].isspace()
        if not said:
            return
        safe = safe_url(url)
        if safe is None:
            self.write(said)
        elif len(said) > LONGEST_LABEL:
            self.write(f"{said} ")
            self.put(t.Link(safe))
        else:
            self.put(t.Link(safe, "" if said in (safe, url) else said))
        self._blank = label[-1:].isspace()

    def code(self, shown: str) -> None:
        """Code within a line."""
        said = one_line(shown)
        self._blank = self._blank or shown[:1].isspace()
        if said:
            self.put(t.Code(said))
            self._blank = shown[-1:].isspace()

    def listing(self, shown: str) -> None:
        """Code of its own, its lines and blanks kept."""
        lines = _EMPTY_LINES.sub("", shown.replace("\t", "    ")).rstrip()
        indent = lines[: len(lines) - len(lines.lstrip(" "))]
        self.block(2)
        if said := clean(lines):
            self._open()
            self._pieces.append(_Piece(ready=t.Code(indent + said if "\n" in said else said)))
        self.block(2)

    def text(self) -> t.Text:
        """All of it."""
        return tuple(_styled(islice(self._leaves(), MOST_SPANS)))

    def _leaves(self) -> Iterator[tuple[bool, bool, t.Span]]:
        """(bold, italic, span), as many as fit with the containers around them."""
        room = MOST_SPANS
        for piece in self._pieces:
            found = (piece.ready,) if piece.ready else linked(_tidy("".join(piece.words)))
            for span in found:
                room -= 1 + piece.bold + piece.italic
                if room < 0:
                    return
                yield piece.bold, piece.italic, span

    def _open(self) -> None:
        """Writes what waits in front of words."""
        if not self._pieces:
            self._add(self._front(), False, False)
        elif self._breaks:
            self._add("\n" * self._breaks + self._front(), False, False)
        elif self._cell:
            self._add(" | ", False, False)
        elif self._blank:
            last = self._pieces[-1]
            self._add(" ", last.bold and bool(self.bold), last.italic and bool(self.italic))
        self._breaks, self._blank, self._cell, self._marker = 0, False, False, ""

    def _front(self) -> str:
        """What stands at the beginning of a line."""
        deep = min(self.lists, DEEPEST)
        indent = "  " * (deep - 1 if self._marker else deep)
        return "> " * min(self.quotes, DEEPEST) + indent + self._marker

    def _add(self, shown: str, bold: bool, italic: bool) -> None:
        if not shown:
            return
        last = self._pieces[-1] if self._pieces else None
        if last and last.ready is None and (last.bold, last.italic) == (bold, italic):
            last.words.append(shown)
        else:
            self._pieces.append(_Piece(bold, italic, [shown]))


def _styled(leaves: Iterable[tuple[bool, bool, t.Span]]) -> Iterator[t.Span]:
    for bold, run in groupby(leaves, key=lambda leaf: leaf[0]):
        inner: list[t.Span] = []
        for italic, spans in groupby(run, key=lambda leaf: leaf[1]):
            children = tuple(span for _, _, span in spans)
            inner += [t.Italic(children)] if italic else children
        yield from [t.Bold(tuple(inner))] if bold else inner


def _tidy(shown: str) -> str:
    """Cleaned once more, since marks of several nodes may have met; the blanks at both ends stay."""
    core = shown.strip()
    if not core:
        return shown
    start = shown.index(core[0])
    return shown[:start] + clean(core) + shown[start + len(core) :]
