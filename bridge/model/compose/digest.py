"""A digest as people read it: what stands in it, in which order, and what waits behind "Show more"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from bridge.model import text as t
from bridge.model.card import Action, Card, Line, Row, Section
from bridge.model.clean import graphemes
from bridge.model.compose.moments import greeting, next_line
from bridge.model.compose.reading import DOT, Reader, View, audience_remark, names_of
from bridge.model.compose.update import announcement_actions, counts, gist
from bridge.model.delivery import Reason, Together
from bridge.model.ids import PersonId, PostId
from bridge.model.say import Words
from bridge.model.subscription import Subject, SubjectKind

MOST_UPDATES = 7
MOST_LINES = 12
LINE = 72
"""Graphemes that fit into one line on a small screen, roughly: what a row costs is counted with it."""
_AROUND = 3
"""Lines for the title, the buttons and the footer."""
_ROW = 140
_ANNOUNCEMENT = 280


class Part(IntEnum):
    """The sections, in reading order."""

    ANNOUNCED = 0
    FOR_YOU = 1
    PEOPLE = 2
    TAGS = 3
    OUTSIDE = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One update that a digest may show, and why. `subject`: what was followed, where it was a follow."""

    view: View
    reason: Reason
    subject: Subject | None = None

    @property
    def part(self) -> Part:
        if self.reason is Reason.ANNOUNCED or self.view.post.announced:
            return Part.ANNOUNCED
        if self.reason in (Reason.MENTION, Reason.REPLY):
            return Part.FOR_YOU
        if self.view.outside:
            return Part.OUTSIDE
        match self.subject.kind if self.subject else None:
            case SubjectKind.CONVERSATION:
                return Part.FOR_YOU
            case SubjectKind.TAG:
                return Part.TAGS
            case _:
                return Part.PEOPLE


def digest_card(
    entries: Sequence[Entry],
    reader: Reader,
    name: str,
    more: str = "",
    next_at: datetime | None = None,
    most: int = MOST_UPDATES,
    lines: int = MOST_LINES,
    together: Together | None = None,
) -> tuple[Card, tuple[PostId, ...]]:
    """The digest, and the posts that found no room, in the order in which they would come.

    `name`: the person's, or the channel's (`#team`) when `reader.person` is None. `more`: the line of the button that
    shows the rest. `next_at`: when the next digest comes. A preview of tomorrow's is composed with tomorrow's `now`.
    `together`: these are live updates, in one message for that reason.
    """
    ordered = in_order(entries)
    names = names_of(entry.view for entry in ordered)
    shown = _fitting(ordered, names, reader, most, lines)
    hidden = tuple(entry.view.post.id for entry in ordered if entry not in shown)
    card = Card(
        title=_title(reader, name, len(ordered), together),
        sections=tuple(_sections(shown, names, reader)),
        footer=_footer(next_at, together, reader),
        actions=tuple(_actions(reader, more, len(hidden))),
    )
    return card, hidden


def more_card(entries: Sequence[Entry], reader: Reader, more: str = "") -> tuple[Card, tuple[PostId, ...]]:
    """What "Show more" opens: the next page of a digest, and what is still left."""
    ordered = in_order(entries)
    names = names_of(entry.view for entry in ordered)
    shown, left = ordered[:MOST_UPDATES], ordered[MOST_UPDATES:]
    buttons = (_show_more(reader.words, more, len(left)),) if more and left else ()
    card = Card(
        title=reader.words.say_n("{n} more update", "{n} more updates", len(ordered)),
        sections=tuple(_sections(shown, names, reader)),
        actions=buttons,
    )
    return card, tuple(entry.view.post.id for entry in left)


def quiet_card(reader: Reader, name: str) -> Card:
    """Said once, after several digests with nothing in them."""
    words = reader.words
    return Card(
        title=f"{name}{DOT}{words.day(reader.today)}" if reader.person is None else greeting(reader, name),
        text=(t.Plain(words.say("A quiet week: nothing new in what you follow. I'll be back when there is.")),),
        actions=(Action(words.say("People to follow"), "who"), _change(reader)),
    )


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Each update once, in the earliest section it belongs to; in a section the most replied first, then the oldest.

    Where people are followed, everybody's first update comes before anybody's second.
    """
    best: dict[PostId, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.part):
        best.setdefault(entry.view.post.id, entry)
    ranked = sorted(best.values(), key=_rank)
    turns: Counter[tuple[Part, PersonId]] = Counter()
    turn: dict[PostId, int] = {}
    for entry in ranked:
        author = entry.part, entry.view.author.id
        turn[entry.view.post.id] = turns[author] if entry.part is Part.PEOPLE else 0
        turns[author] += 1
    return sorted(ranked, key=lambda entry: (entry.part, turn[entry.view.post.id], *_rank(entry)[1:]))


def _rank(entry: Entry) -> tuple[int, int, datetime, int]:
    post = entry.view.post
    return entry.part, -entry.view.stats.replies, post.created_at, post.id


def _title(reader: Reader, name: str, count: int, together: Together | None) -> str:
    words, channel = reader.words, reader.person is None
    updates = words.say_n("{n} update", "{n} updates", count)
    if together is None:
        return DOT.join([name if channel else greeting(reader, name), words.day(reader.today), updates])
    why = words.say("While you were away") if together is Together.LATE else words.say("A lot within the hour")
    return DOT.join([name, why, updates] if channel else [why, updates])


def _footer(next_at: datetime | None, together: Together | None, reader: Reader) -> tuple[Line, ...]:
    if together is Together.LATE:
        return (reader.words.say("I couldn't bring these before, so they come together."),)
    return (next_line(next_at, reader),) if next_at else ()


def _fitting(
    ordered: Sequence[Entry], names: dict[PersonId, str], reader: Reader, most: int, lines: int
) -> list[Entry]:
    """The first so many whose rows fit; there is always room for one."""
    shown: list[Entry] = []
    room = lines - _AROUND
    for entry in ordered[:most]:
        room -= _cost(_row(entry, names, reader))
        if shown and room < 0:
            break
        shown.append(entry)
    return shown


def _cost(row: Row) -> int:
    """Lines a row takes."""
    letters = graphemes(row.lead) + t.length(row.text) + graphemes(row.remark) + 12
    return -(-letters // LINE)


def _sections(shown: Sequence[Entry], names: dict[PersonId, str], reader: Reader) -> Iterable[Section]:
    for part in Part:
        entries = [entry for entry in shown if entry.part is part]
        if part is Part.PEOPLE:
            firsts = list(dict.fromkeys(entry.view.author.id for entry in entries))
            entries.sort(key=lambda entry: firsts.index(entry.view.author.id))
        if entries:
            yield Section(_heading(part, reader), tuple(_row(entry, names, reader) for entry in entries))


def _heading(part: Part, reader: Reader) -> str:
    words = reader.words
    match part:
        case Part.ANNOUNCED:
            return words.say("Announced")
        case Part.FOR_YOU:
            return words.say("For you")
        case Part.PEOPLE:
            return words.say("People")
        case Part.TAGS:
            return words.say("Tags")
        case Part.OUTSIDE:
            return words.say("Outside")


def _row(entry: Entry, names: dict[PersonId, str], reader: Reader) -> Row:
    view, part = entry.view, entry.part
    actions: tuple[Action, ...] = ()
    if part is Part.ANNOUNCED:
        actions = announcement_actions(view, reader)
    elif part is Part.FOR_YOU:
        actions = (Action(reader.words.say("Reply"), f"reply ~{view.post.number}"),)
    return Row(
        lead=names[view.author.id],
        text=gist(view, reader, _ANNOUNCEMENT if part is Part.ANNOUNCED else _ROW),
        remark=DOT.join(remark for remark in (*counts(view, reader), audience_remark(view, reader)) if remark),
        actions=actions,
    )


def _actions(reader: Reader, more: str, hidden: int) -> Iterable[Action]:
    if hidden and more:
        yield _show_more(reader.words, more, hidden)
    yield _change(reader)


def _show_more(words: Words, line: str, count: int) -> Action:
    return Action(words.say_n("Show {n} more", "Show {n} more", count), line)


def _change(reader: Reader) -> Action:
    if reader.person is None:
        return Action(reader.words.say("Change what comes here"), "digest here")
    return Action(reader.words.say("Change what I get"), "digest")
