"""A document read to its end: what the feed calls itself, and its items. As JSON, too, for the way out of the worker.

document | reading (feedparser, where need be) | items | Told
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bridge.adapters.feed.identity import join
from bridge.adapters.feed.items import to_items
from bridge.adapters.feed.parsed import Entry, NoFeed, Pace
from bridge.adapters.feed.reading import NeedsPatience, read_feed, whole
from bridge.model import text as t
from bridge.model.post import MediaKind
from bridge.model.source import Cited, SourceItem, SourceMedia


@dataclass(frozen=True, slots=True)
class Document:
    """`url`: where it came from. `charset`: as the server says. `now`: when. `most`: items that are wanted."""

    body: bytes
    url: str
    now: datetime
    charset: str = ""
    most: int = 20


@dataclass(frozen=True, slots=True)
class Told:
    """`items`: oldest first."""

    title: str = ""
    home: str = ""
    picture: str = ""
    pace: Pace = field(default_factory=Pace)
    items: tuple[SourceItem, ...] = ()


def read_document(document: Document, patient: Callable[[bytes], tuple[Entry, ...]] | None = None) -> Told:
    """`patient`: reads what the quick parser refuses. Raises NoFeed; without `patient` NeedsPatience, too."""
    try:
        parsed = read_feed(document.body, document.charset)
    except NeedsPatience as needs:
        if patient is None:
            raise
        parsed = whole(needs.with_entries(patient(needs.document.encode("utf-8", "replace"))), needs.document)
        if not parsed.entries and not parsed.title:
            raise NoFeed("nothing in it") from needs
    items = to_items(parsed, document.url, document.now, document.most)
    base = join(document.url, parsed.base)
    home, picture = (join(base, said) if said else "" for said in (parsed.home, parsed.picture))
    return Told(parsed.title, home, picture, parsed.pace, items)


def to_data(told: Told) -> list[object]:
    """For JSON."""
    pace = [told.pace.seconds, list(told.pace.hours), list(told.pace.days)]
    return [told.title, told.home, told.picture, pace, [_item_to_data(item) for item in told.items]]


def from_data(data: object) -> Told:
    """What `to_data` made; ValueError for anything else."""
    match data:
        case [str(title), str(home), str(picture), [int(seconds), [*hours], [*days]], [*items]]:
            pace = Pace(seconds, _numbers(hours), _numbers(days))
            return Told(title, home, picture, pace, tuple(map(_item_from_data, items)))
        case _:
            raise ValueError("not what was read")


def _numbers(data: list[object]) -> tuple[int, ...]:
    return tuple(each for each in data if isinstance(each, int))


def _item_to_data(item: SourceItem) -> list[object]:
    cited = item.cited and [item.cited.author, t.to_data(item.cited.text), item.cited.link]
    media = [[each.url, each.kind.value, each.alt, each.size] for each in item.media]
    at = item.at and item.at.isoformat()
    said = [item.id, t.to_data(item.text), item.link, at, item.author, item.language, media, cited, item.warning]
    return [*said, item.boost, list(item.tags)]


def _item_from_data(data: object) -> SourceItem:
    match data:
        case [str(id), [*text], str(link), at, str(author), str(lang), [*media], cited, str(warning), boost, [*tags]]:
            return SourceItem(
                id=id,
                text=t.from_data(text),
                link=link,
                at=datetime.fromisoformat(at) if isinstance(at, str) else None,
                author=author,
                language=lang,
                media=tuple(map(_media_from_data, media)),
                cited=_cited_from_data(cited),
                warning=warning,
                boost=bool(boost),
                tags=tuple(map(str, tags)),
            )
        case _:
            raise ValueError("no item")


def _media_from_data(data: object) -> SourceMedia:
    match data:
        case [str(url), str(kind), str(alt), int() | None as size]:
            return SourceMedia(url, MediaKind(kind), alt, size)
        case _:
            raise ValueError("no media")


def _cited_from_data(data: object) -> Cited | None:
    match data:
        case [str(author), [*text], str(link)]:
            return Cited(author, t.from_data(text), link)
        case None:
            return None
        case _:
            raise ValueError("nothing cited")
