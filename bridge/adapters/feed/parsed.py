"""What a feed says, whatever its format: plain values, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field


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
