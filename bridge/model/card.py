"""The platform-neutral message: the only thing an adapter ever shows. No platform's limits or markup here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bridge.model.ids import PersonId
from bridge.model.post import Attachment
from bridge.model.text import Text

Line: TypeAlias = str | Text
"""Words, or a text where a moment stands among them, which each reader sees in their own zone."""


class Style(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Action:
    """A button. Pressing it is typing `line` (a verb and its words, no prefix; at most 90 characters).

    Rights are checked when it is pressed, as for anything typed. `confirm`: a sentence to agree to first.
    """

    label: str
    line: str
    style: Style = Style.PLAIN
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Byline:
    """Who is speaking. `initials` stand in where there is no picture. `outside`: not one of us."""

    name: str
    initials: str
    person: PersonId | None = None
    handle: str = ""
    title: str = ""
    picture: str | None = None
    at: datetime | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: who (may be empty), what, and a quiet remark behind it."""

    lead: str
    text: Text
    remark: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a short heading (may be empty)."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Another update shown inside this one: the original of a reshare, or what a reply answers."""

    byline: Byline
    text: Text


@dataclass(frozen=True, slots=True)
class Card:
    """Read from top to bottom: title, byline, text, quote, media, sections, footer, actions; `menu` is behind ⋯.

    Every field may be empty. `post` is the update's number where the card is about exactly one, so that reactions on
    it can be counted. `plain` text for notifications comes from `card_text`.
    """

    title: str = ""
    byline: Byline | None = None
    text: Text = ()
    quote: Quote | None = None
    media: tuple[Attachment, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: tuple[Line, ...] = ()
    actions: tuple[Action, ...] = ()
    menu: tuple[Action, ...] = ()
    post: int | None = None
    joined: tuple[Card, ...] = ()


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form. `choices` are (value, label). `error` stands at the field when it was refused."""

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A few fields to fill in. Sending it is the call `line` with the fields' values beside it. `files`: how many may
    come with it; `files_error` stands at them when they were refused."""

    title: str
    line: str
    fields: tuple[Field, ...]
    submit: str
    files: int = 0
    files_error: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a platform can hold, as data.

    `text`: characters. `joined`: updates that fit into one message. `rings`: a direct message may wake a telephone, so
    default quiet hours apply. `dedupes_for`: seconds after an attempt during which sending again with the same nonce
    gives back the first message instead of a second one.
    """

    text: int = 3000
    joined: int = 10
    actions: int = 5
    rings: bool = True
    native_moments: bool = False
    dedupes_for: int = 0
