"""Lists of feeds in OPML, as feed readers exchange them (opml.org/spec2.opml): reading any, writing one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from bridge.model.clean import safe_url
from bridge.model.errors import OpmlUnreadable
from bridge.model.source import Watch

LARGEST = 5_000_000
"""Bytes."""
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed of a list. `address`: http or https."""

    address: str
    title: str


def read_opml(data: bytes) -> list[Outline]:
    """The feeds of a list, each once, in their order, out of whatever folders. Raises OpmlUnreadable."""
    if len(data) > LARGEST or b"<!ENTITY" in data:
        raise OpmlUnreadable()
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise OpmlUnreadable() from error
    if root.tag.rpartition("}")[2] != "opml":
        raise OpmlUnreadable()
    found: dict[str, Outline] = {}
    for outline in root.iter("outline"):
        address = safe_url((outline.get("xmlUrl") or outline.get("xmlurl") or "").strip())
        if address is not None and len(found) < MOST:
            title = " ".join((outline.get("title") or outline.get("text") or "").split())
            found.setdefault(address, Outline(address, title[:200]))
    return list(found.values())


def write_opml(watches: Iterable[Watch], title: str) -> str:
    """A list that feed readers take; of what is no feed the page is named."""
    root = ElementTree.Element("opml", version="2.0")
    head, body = ElementTree.SubElement(root, "head"), ElementTree.SubElement(root, "body")
    ElementTree.SubElement(head, "title").text = title
    for watch in watches:
        is_address = "://" in watch.key
        kept = {"text": watch.title, "title": watch.title, "htmlUrl": watch.home}
        if is_address:
            kept |= {"type": "rss", "xmlUrl": watch.key}
        ElementTree.SubElement(body, "outline", {name: value for name, value in kept.items() if value})
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'
