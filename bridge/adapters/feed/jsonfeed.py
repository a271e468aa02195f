"""JSON Feed, versions 1 and 1.1 (jsonfeed.org/version/1.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.adapters._outside.json import parse_json
from bridge.adapters.feed.parsed import Attached, Body, Entry, NoFeed, Parsed

MOST = 1_000
MOST_VALUES = 300_000
"""Five megabytes of prose have some sixty thousand commas."""


def read_json(text: str) -> Parsed:
    """What the document says; what is of another type than it should be is passed over. Raises NoFeed."""
    try:
        said = parse_json(text.encode("utf-8", "replace"), MOST_VALUES)
    except ValueError as error:
        raise NoFeed("no JSON") from error
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise NoFeed("no JSON Feed")
    if "jsonfeed.org" not in _text(said, "version") and not any(_is_item(item) for item in said["items"]):
        raise NoFeed("no JSON Feed")
    return Parsed(
        title=_text(said, "title"),
        home=_text(said, "home_page_url"),
        language=_text(said, "language"),
        picture=_text(said, "icon") or _text(said, "favicon"),
        entries=tuple(_entry(item) for item in said["items"][:MOST] if isinstance(item, dict)),
    )


def _is_item(item: object) -> bool:
    return isinstance(item, dict) and "id" in item and not item.keys().isdisjoint(("content_html", "content_text"))


def _entry(said: dict[str, object]) -> Entry:
    html, plain = _text(said, "content_html"), _text(said, "content_text")
    return Entry(
        id=_text(said, "id"),
        link=_text(said, "url") or _text(said, "external_url"),
        title=_text(said, "title"),
        content=Body(html) if html else Body(plain, html=False) if plain else None,
        summary=Body(_text(said, "summary"), html=False) if _text(said, "summary") else None,
        published=_text(said, "date_published"),
        updated=_text(said, "date_modified"),
        author=_author(said),
        language=_text(said, "language"),
        attached=tuple(_attached(said)),
        categories=tuple(tag for tag in _list(said, "tags")[:50] if isinstance(tag, str)),
    )


def _author(said: dict[str, object]) -> str:
    """All of them; `author` is version 1's."""
    authors = [*_list(said, "authors")[:50], said.get("author")]
    names = [_text(author, "name") for author in authors if isinstance(author, dict)]
    return ", ".join(dict.fromkeys(filter(None, names)))


def _attached(said: dict[str, object]) -> Iterable[Attached]:
    for name in ("image", "banner_image"):
        if picture := _text(said, name):
            yield Attached(picture, medium="image")
    for each in _list(said, "attachments")[:50]:
        if isinstance(each, dict) and (url := _text(each, "url")):
            size = each.get("size_in_bytes")
            size = size if isinstance(size, int) and size > 0 else None
            yield Attached(url, _text(each, "mime_type"), "", _text(each, "title"), size)


def _list(said: dict[str, object], name: str) -> list[object]:
    value = said.get(name)
    return value if isinstance(value, list) else []


def _text(said: dict[str, object], name: str) -> str:
    """Its text; a number as it is written, since ids often are one."""
    value = said.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
