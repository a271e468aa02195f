"""Documents of each format and what becomes of them, side by side in golden/: NAME.xml or .json, and NAME.txt.

To write what is missing: remove the .txt, run the test, read what it wrote.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.adapters.feed.identity import found_at
from bridge.adapters.feed.told import Document, from_data, read_document, to_data
from bridge.adapters.feed.worker import read_entries
from bridge.model import text as t
from bridge.model.source import SourceItem

GOLDEN = Path(__file__).parent / "golden"
DOCUMENTS = sorted(path for path in GOLDEN.iterdir() if path.suffix in (".xml", ".json"))
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEYS = {"blog.xml": "https://ana.tumblr.com/rss", "account.xml": "https://social.example/@ana.rss"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_becomes_what_stands_beside_it(path: Path) -> None:
    key = KEYS.get(path.name, "https://blog.example.org/feed")

    told = read_document(Document(path.read_bytes(), key, NOW), read_entries)

    found = found_at(key, told.title, told.home, told.picture)
    shown = f"{found.title} | {found.name} | {found.home} | {found.picture}\n\n" + "\n".join(map(show, told.items))
    expected = path.with_suffix(".txt")
    if not expected.exists():
        expected.write_text(shown, encoding="utf-8")
        pytest.fail(f"{expected.name} was missing; read it")
    assert shown == expected.read_text(encoding="utf-8")
    assert from_data(to_data(told)) == told


def show(item: SourceItem) -> str:
    """An item as lines, what is empty left out."""
    lines = [item.id, f"link: {item.link}", f"at: {item.at}", f"author: {item.author}", f"language: {item.language}"]
    lines += [f"warning: {item.warning}", f"tags: {' '.join(item.tags)}"]
    lines += [f"media: {one.kind} {one.url} {one.alt!r} {one.size}" for one in item.media]
    lines += [f"text: {t.to_data(item.text)}"]
    if item.cited:
        lines += [f"cited: {item.cited.author} {item.cited.link} {t.to_data(item.cited.text)}"]
    lines += ["boost" if item.boost else ""]
    return "".join(f"{line}\n" for line in lines if line and not line.endswith(": "))
