"""A process of its own for what is long, and for what only feedparser can read.

Run as a module by beside.py. It takes documents on its standard input and answers on its standard output, each with its
length in four bytes in front; at the end of its input it ends. Its memory and the time of each document are limited by
the system.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bridge.adapters.feed.parsed import Attached, Body, Entry, NoFeed
from bridge.adapters.feed.reading import NeedsPatience
from bridge.adapters.feed.told import Document, read_document, to_data

MEMORY = 512 * 1024 * 1024
"""Bytes of address space."""
ROOM = 64 * 1024 * 1024
"""Bytes that one document may take: five megabytes of an honest feed need some forty."""
SECONDS = 10
"""Processor time for one document; the deadline of whoever asks is shorter."""
MOST = 1_000
PATIENCE = b'"patience"'
"""Told where only feedparser may read it, and nobody asked for that."""


def main() -> None:
    """One document after the other."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (asked := read_frame(sys.stdin.buffer)) is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        so_far = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (so_far + SECONDS, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_DATA, (_data() + ROOM, resource.RLIM_INFINITY))
        answer = answer_to(asked)
        sys.stdout.buffer.write(len(answer).to_bytes(4, "big") + answer)
        sys.stdout.buffer.flush()


def _data() -> int:
    """Bytes that are written to and shared with nobody (proc_pid_statm(5): data)."""
    return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()


def read_frame(stream: BinaryIO) -> bytes | None:
    """What is asked next; None at the end."""
    size = stream.read(4)
    return stream.read(int.from_bytes(size, "big")) if len(size) == 4 else None


def answer_to(asked: bytes) -> bytes:
    """JSON: what is told, as `told.to_data` makes it; null for no feed; PATIENCE. `asked`: a line of JSON, then the
    document."""
    line, _, body = asked.partition(b"\n")
    url, charset, now, most, patient = json.loads(line)
    document = Document(body, url, datetime.fromisoformat(now), charset, most)
    try:
        return json.dumps(to_data(read_document(document, read_entries if patient else None))).encode("ascii")
    except NeedsPatience:
        return PATIENCE
    except (NoFeed, MemoryError):
        return b"null"


def read_entries(document: bytes) -> tuple[Entry, ...]:
    """What feedparser finds, without cleaning and without following anything; nothing where it fails."""
    import feedparser

    try:
        said = feedparser.parse(document, sanitize_html=False, resolve_relative_uris=True)
        return tuple(_entry(each) for each in said.get("entries", [])[:MOST])
    except Exception:
        # Somebody else's parser over a stranger's document; whoever asked makes one sentence of it.
        return ()


def _entry(said: Mapping[str, object]) -> Entry:
    content = next((body for each in _maps(said, "content") if (body := _body(each))), None)
    summary = said.get("summary_detail")
    return Entry(
        id=_text(said, "id"),
        link=_text(said, "link"),
        title=_text(said, "title"),
        content=content,
        summary=_body(summary) if isinstance(summary, Mapping) else None,
        published=_text(said, "published"),
        updated=_text(said, "updated"),
        author=_text(said, "author"),
        language=content.language if content else "",
        about=_text(said, "media_description"),
        attached=tuple(
            Attached(url, _text(each, "type"), _text(each, "medium"), "", _size(each))
            for each in [*_maps(said, "enclosures"), *_maps(said, "media_content")][:50]
            if (url := _text(each, "href") or _text(each, "url"))
        ),
        categories=tuple(_text(each, "label") or _text(each, "term") for each in _maps(said, "tags")[:50]),
    )


def _body(said: Mapping[str, object]) -> Body | None:
    value = _text(said, "value")
    if not value:
        return None
    return Body(value, _text(said, "type") != "text/plain", _text(said, "base"), _text(said, "language"))


def _size(said: Mapping[str, object]) -> int | None:
    size = _text(said, "length") or _text(said, "filesize")
    return int(size) if size.isascii() and size.isdigit() and len(size) < 15 else None


def _maps(said: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = said.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(said: Mapping[str, object], name: str) -> str:
    value = said.get(name) if name in said else None  # asked for a missing date, its dictionary warns of the future
    return value.strip() if isinstance(value, str) else ""


if __name__ == "__main__":
    main()
