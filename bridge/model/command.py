"""What can be typed: the types of the command table, a Call going in and a Reply coming out. The table is verbs.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bridge.model.card import Card, Form
from bridge.model.ids import PostId
from bridge.model.place import PlaceKind
from bridge.model.post import Upload


class ParamKind(StrEnum):
    """What a parameter holds, so that a platform with typed options can offer the right input and completion."""

    TEXT = "text"
    POST = "post"
    SUBJECT = "subject"
    PERSON = "person"
    CADENCE = "cadence"
    SCHEDULE = "schedule"
    WHEN = "when"
    SETTING = "setting"
    VERB = "verb"
    HERE = "here"
    AUDIENCE = "audience"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter, in the order it is typed. `words` are the catalogue's."""

    name: str
    kind: ParamKind
    words: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the command table. `examples` work when pasted. Hidden verbs are only behind buttons."""

    name: str
    words: str
    params: tuple[Param, ...] = ()
    examples: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """An account as a platform names it. `name` and `handle` are what its profile says, when the adapter has them."""

    platform: str
    workspace: str
    user: str
    name: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """A place as a platform names it. A direct message with the bridge has the user's key and kind DIRECT."""

    platform: str
    workspace: str
    key: str
    kind: PlaceKind = PlaceKind.CHANNEL
    name: str = ""
    private: bool = False


class Via(StrEnum):
    COMMAND = "command"
    BUTTON = "button"
    FORM = "form"
    MESSAGE = "message"
    """A sentence said to the bridge, in a direct message or by naming it."""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody asks for something. `line` is a verb and its words ("status Shipping v2 #release").

    `key` is the platform's own unique name of this request: the same key twice is one request. `fields` come from a
    form. `prefix` is the platform's way of calling a verb, with `{}` for it ("/{}", "/bridge {}"): answers show it.
    `message`: the caller's own message in `where` that it is made from, so that changes of one follow in the other;
    with a bare `status` somebody else's too, to learn whether that is shared already.
    """

    key: str
    who: Who
    where: Where
    line: str
    at: datetime
    via: Via = Via.COMMAND
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()
    prefix: str = "/{}"
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The private answer. `form`: open it where the platform can; the card says the same for where it cannot.

    `replaces`: put it in the place of the message whose button was pressed (paging). `post`: the update it is about.
    `typed`: what was typed, given back when it could not be done (`ok` False).
    """

    card: Card
    form: Form | None = None
    ok: bool = True
    replaces: bool = False
    post: PostId | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: `value` replaces the word being typed, `label` explains it."""

    value: str
    label: str
