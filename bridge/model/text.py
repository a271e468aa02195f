"""Rich text as a tree of frozen spans, and what can be asked of it: its plain form, tags, mentions, length, a cut.

Reading what people type is `scan`; how a span looks on a platform is each adapter's affair, escaping included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import regex

from bridge.model.clean import fold, grapheme_start, graphemes
from bridge.model.ids import PersonId

_ISO = {"time": "%H:%MZ", "date": "%Y-%m-%d", "both": "%Y-%m-%dT%H:%MZ"}
_VISIBLE = regex.compile(r"[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2800]")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without meaning; may hold newlines."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    children: Text


@dataclass(frozen=True, slots=True)
class Italic:
    children: Text


@dataclass(frozen=True, slots=True)
class Code:
    """Text to show as it is, without backticks; a block where it holds newlines."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An http or https address (`scan.safe_url` says which are); an empty label shows the address itself."""

    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody's name, without `@`: as typed, or their handle once resolved. `person` is None for nobody we know."""

    person: PersonId | None
    label: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as typed, without `#`; `fold` gives the form to compare."""

    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, aware UTC, shown in the reader's zone as its time of day, its date or both."""

    at: datetime
    form: Literal["time", "date", "both"] = "both"

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise ValueError("a moment is aware and UTC")


Span: TypeAlias = Plain | Bold | Italic | Code | Link | Mention | Tag | Moment
Text: TypeAlias = tuple[Span, ...]


def spans(text: Text) -> Iterator[Span]:
    """Every span that is no container, in reading order."""
    for span in text:
        if isinstance(span, Bold | Italic):
            yield from spans(span.children)
        else:
            yield span


def plain(text: Text) -> str:
    """What a person would read; a moment as ISO 8601 in UTC, to the minute."""
    return "".join([_shown(span) for span in text])


def is_empty(text: Text) -> bool:
    """True when a reader would see nothing at all: blanks and invisible characters count for nothing."""
    return not any(_VISIBLE.search(_shown(span)) for span in text)


def tags(text: Text) -> tuple[str, ...]:
    """Folded names of the tags, each once, in order of first sight."""
    return tuple(dict.fromkeys(fold(span.name) for span in spans(text) if isinstance(span, Tag)))


def mentions(text: Text) -> tuple[str, ...]:
    """Folded labels of the mentions (the keys `resolve` looks up), each once, in order of first sight."""
    return tuple(dict.fromkeys(fold(span.label) for span in spans(text) if isinstance(span, Mention)))


def resolve(text: Text, people: Mapping[str, tuple[PersonId, str]]) -> Text:
    """Gives mentions their person and current handle, from folded label -> (id, handle); others stay as they are."""
    return tuple(_resolved(span, people) for span in text)


def length(text: Text) -> int:
    """Grapheme clusters of the plain form."""
    return graphemes(plain(text))


def cut(text: Text, limit: int) -> Text:
    """At most `limit` graphemes, the closing "…" included; unchanged where it fits.

    Half a tag would be another tag: tags, mentions and moments stay whole or go. A shortened link leads where it did.
    """
    shown = plain(text)
    if len(shown) <= limit or graphemes(shown) <= limit:
        return text
    if limit < 1:
        return ()
    kept = _head(text, grapheme_start(shown, limit - 1))
    if kept and isinstance(kept[-1], Plain):
        return (*kept[:-1], Plain(kept[-1].text.rstrip() + "…"))
    return (*kept, Plain("…"))


def to_data(text: Text) -> list[object]:
    """A compact form for JSON; ids are strings there. `from_data` gives back exactly this text."""
    return [_span_to_data(span) for span in text]


def from_data(data: Sequence[object]) -> Text:
    """The text that `to_data` wrote; ValueError for anything else."""
    return tuple(_span_from_data(item) for item in data)


def _shown(span: Span) -> str:
    if type(span) is Plain:  # by far the most
        return span.text
    match span:
        case Plain(shown) | Code(shown):
            return shown
        case Link(url, label):
            return label or url
        case Mention(_, label):
            return f"@{label}"
        case Tag(name):
            return f"#{name}"
        case Moment(at, form):
            return at.strftime(_ISO[form])
        case Bold(children) | Italic(children):
            return plain(children)


def _resolved(span: Span, people: Mapping[str, tuple[PersonId, str]]) -> Span:
    match span:
        case Mention(_, label) if found := people.get(fold(label)):
            return Mention(*found)
        case Bold(children) | Italic(children):
            return type(span)(resolve(children, people))
        case _:
            return span


def _head(text: Text, size: int) -> Text:
    """The first `size` code points of the plain form, less what cannot be halved."""
    kept: list[Span] = []
    for span in text:
        shown = _shown(span)
        if len(shown) > size:
            return (*kept, *_first_of(span, size))
        kept.append(span)
        size -= len(shown)
    return tuple(kept)


def _first_of(span: Span, size: int) -> Text:
    """What is left of a span of which only `size` code points may be shown."""
    if size < 1:
        return ()
    match span:
        case Plain(shown) | Code(shown):
            return (type(span)(shown[:size]),)
        case Link(url, label):
            return (Link(url, (label or url)[:size]),)
        case Bold(children) | Italic(children):
            inner = _head(children, size)
            return (type(span)(inner),) if inner else ()
        case _:
            return ()


def _span_to_data(span: Span) -> object:
    match span:
        case Plain(shown):
            return shown
        case Bold(children):
            return ["b", *to_data(children)]
        case Italic(children):
            return ["i", *to_data(children)]
        case Code(shown):
            return ["c", shown]
        case Link(url, label):
            return ["l", url, label] if label else ["l", url]
        case Mention(person, label):
            return ["@", label] if person is None else ["@", label, str(person)]
        case Tag(name):
            return ["#", name]
        case Moment(at, form):
            return ["t", at.isoformat(), form]


def _span_from_data(item: object) -> Span:
    if isinstance(item, str):  # by far the most
        return Plain(item)
    match item:
        case ["b", *children]:
            return Bold(from_data(children))
        case ["i", *children]:
            return Italic(from_data(children))
        case ["c", str(shown)]:
            return Code(shown)
        case ["l", str(url)]:
            return Link(url)
        case ["l", str(url), str(label)]:
            return Link(url, label)
        case ["@", str(label)]:
            return Mention(None, label)
        case ["@", str(label), str(person)]:
            return Mention(PersonId(int(person)), label)
        case ["#", str(name)]:
            return Tag(name)
        case ["t", str(at), ("time" | "date" | "both") as form]:
            return Moment(datetime.fromisoformat(at), form)
        case _:
            raise ValueError(f"no span: {item!r}")
