"""Lists of feeds in OPML, as feed readers exchange them (opml.org/spec2.opml): reading any, writing one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.parsers import expat

from bridge.model.clean import clean, safe_url
from bridge.model.errors import OpmlTooLong, OpmlUnreadable
from bridge.model.source import Watch

LARGEST = 5_000_000
"""Bytes."""
MOST = 5_000
TITLE = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list, or a page where it names no feed. `address`: http or https."""

    address: str
    title: str


def read_opml(data: bytes) -> list[Outline]:
    """The feeds of a list, each once, in their order, out of whatever folders. Raises OpmlUnreadable, OpmlTooLong."""
    if len(data) > LARGEST:
        raise OpmlUnreadable()
    try:
        found = _read(data, None)
    except OpmlUnreadable:
        # Some programs write UTF-8 and call it UTF-16.
        found = _read(data, "utf-8")
    if len(found) > MOST:
        raise OpmlTooLong(count=len(found), most=MOST)
    return list(found.values())


def _read(data: bytes, encoding: str | None) -> dict[str, Outline]:
    """By address. No tree is built, so that folders in folders cost nothing; an entity is refused where it is declared,
    whatever the encoding."""
    found: dict[str, Outline] = {}
    open_elements = 0

    def begins(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal open_elements
        open_elements += 1
        name = _local(tag)
        if open_elements == 1 and name != "opml":
            raise OpmlUnreadable()
        outline = _outline({_local(key): value for key, value in attributes.items()}) if name == "outline" else None
        if outline is not None:
            found.setdefault(outline.address, outline)

    def declares(*_: object) -> None:
        raise OpmlUnreadable()

    parser = expat.ParserCreate(encoding)
    parser.StartElementHandler = begins
    parser.EntityDeclHandler = declares
    try:
        parser.Parse(data.lstrip(), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise OpmlUnreadable() from error
    return found


def _outline(given: Mapping[str, str]) -> Outline | None:
    """None for a folder, and for what has no address that may be asked."""
    address = safe_url((given.get("xmlurl") or given.get("htmlurl") or "").strip())
    title = " ".join((given.get("title") or given.get("text") or "").split())
    return Outline(address, title[:TITLE]) if address else None


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def write_opml(watches: Iterable[Watch], title: str) -> str:
    """A list that feed readers take; of what is no feed the page is named."""
    root = ElementTree.Element("opml", version="2.0")
    head, body = ElementTree.SubElement(root, "head"), ElementTree.SubElement(root, "body")
    ElementTree.SubElement(head, "title").text = clean(title)
    for watch in watches:
        called = clean(watch.title) or watch.name
        kept = {"text": called, "title": called}
        if "://" in watch.key:
            kept |= {"type": "rss", "xmlUrl": watch.key}
        if watch.home:
            kept["htmlUrl"] = watch.home
        ElementTree.SubElement(body, "outline", kept)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'
