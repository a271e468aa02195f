"""What a feed says, whatever its format: plain values, before anything is made of them.

They travel from the worker as JSON: `to_data` and `from_data`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields


class NoFeed(ValueError):
    """There is nothing in it that could be followed."""


@dataclass(frozen=True, slots=True)
class Body:
    """A text of an entry. `html`: whether it is markup, or plain. `base`: what relative links in it start from."""

    value: str
    html: bool = True
    base: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that came with an entry. `mime` and `medium` ("image", "video") as told, or empty. `size`: bytes."""

    url: str
    mime: str = ""
    medium: str = ""
    alt: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`id`, `link` and dates as written. `title` may hold markup. `about`: what its media say, where it says nothing
    itself. `categories` as written."""

    id: str = ""
    link: str = ""
    title: str = ""
    content: Body | None = None
    summary: Body | None = None
    published: str = ""
    updated: str = ""
    author: str = ""
    language: str = ""
    base: str = ""
    about: str = ""
    attached: tuple[Attached, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How often it wants to be looked at. `seconds`: at most so often; 0: it says nothing. `hours`: of the day in UTC,
    0 to 23, and `days`: of the week, Monday 0, in which it does not."""

    seconds: int = 0
    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """`entries` in the order of the document. `home`: the page that it belongs to. `base`: what relative links start
    from, where it says so."""

    title: str = ""
    home: str = ""
    language: str = ""
    base: str = ""
    picture: str = ""
    pace: Pace = field(default_factory=Pace)
    entries: tuple[Entry, ...] = ()


def to_data(entries: tuple[Entry, ...]) -> list[dict[str, object]]:
    """For JSON."""
    return [asdict(entry) for entry in entries]


def from_data(data: object) -> tuple[Entry, ...]:
    """What `to_data` made; ValueError for anything else."""
    if not isinstance(data, list):
        raise ValueError("no entries")
    return tuple(_entry(each) for each in data)


def _entry(data: object) -> Entry:
    if not isinstance(data, dict):
        raise ValueError("no entry")
    attached = tuple(
        Attached(_text(a, "url"), _text(a, "mime"), _text(a, "medium"), _text(a, "alt"), _size(a.get("size")))
        for a in data.get("attached", ())
    )
    return Entry(
        **{part.name: _text(data, part.name) for part in fields(Entry) if part.type == "str"},
        content=_body(data.get("content")),
        summary=_body(data.get("summary")),
        attached=attached,
        categories=tuple(map(str, data.get("categories", ()))),
    )


def _body(data: object) -> Body | None:
    if not isinstance(data, dict):
        return None
    return Body(_text(data, "value"), bool(data.get("html")), _text(data, "base"), _text(data, "language"))


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _size(value: object) -> int | None:
    return value if isinstance(value, int) else None
