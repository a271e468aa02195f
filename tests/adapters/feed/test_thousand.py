"""Over a thousand varied documents, each whole or damaged: nothing but NoFeed escapes, and of a whole one every item is
found exactly once."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bridge.adapters.feed.parsed import NoFeed
from bridge.adapters.feed.told import Document, Told, read_document
from bridge.adapters.feed.worker import read_entries
from bridge.model import text as t
from tests.adapters.feed.documents import FORMATS, Story

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
WORDS = ["release", "Über", "naïve", "Łódź", "мир", "日本語", "café", "R&D", "a < b", "“quoted”", "fünf", "100 %", "🙂"]
DATES = [
    "",
    "Wed, 25 Nov 2026 10:30:00 GMT",
    "Wed, 25 Nov 2026 10:30:00 +0100",
    "25 Nov 26 10:30 EST",
    "2026-11-25T10:30:00Z",
    "2026-11-25T10:30:00.123+05:30",
    "2026-11-25",
    "Mi, 25 Nov 2026 10:30:00 MEZ",
    "yesterday",
    "0000-00-00T00:00:00Z",
    "Wed, 31 Nov 2026 25:61:00 +9900",
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252", "koi8-r", "shift_jis", "gb2312"]


def read(body: bytes, charset: str = "") -> Told:
    """As the worker does, in this process."""
    return read_document(Document(body, "https://blog.example.org/feed", NOW, charset, 100), read_entries)


def a_story(chance: random.Random, number: int) -> Story:
    words = " ".join(chance.choices(WORDS, k=chance.randint(1, 12)))
    mark = f"item-{number:03d}"
    link = chance.choice(["", f"https://blog.example.org/{mark}", f"/{mark}?utm_source=rss"])
    named = chance.choice(
        ["", f"tag:blog.example.org,2026:{mark}", f"https://blog.example.org/{mark}", f"{number}-{mark}"]
    )
    html = f"<p>{mark} {words.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    return Story(named, chance.choice(["", words]), html, link, chance.choice(DATES))


def a_document(chance: random.Random) -> tuple[list[Story], str]:
    told = [a_story(chance, number) for number in range(chance.randint(1, 8))]
    return told, FORMATS[chance.choice(list(FORMATS))](told)


def encoded(text: str, encoding: str, chance: random.Random) -> tuple[bytes, str]:
    """The bytes and the charset that the server tells; characters that the encoding lacks become references."""
    name = "utf-8" if encoding == "utf-8-sig" else "utf-16" if encoding == "utf-16-le" else encoding
    declared = chance.choice([f'<?xml version="1.0" encoding="{name}"?>\n', ""]) if text.startswith("<") else ""
    told = "" if declared or name.startswith("utf") else encoding
    return (declared + text).encode(encoding, "xmlcharrefreplace"), told


@pytest.mark.parametrize("seed", range(20))
def test_every_item_of_a_whole_document_is_found_exactly_once(seed: int) -> None:
    for number in range(40):
        chance = random.Random(f"{seed} {number}")
        told, text = a_document(chance)
        encoding = "utf-8" if text.startswith("{") else chance.choice(ENCODINGS)
        body, charset = encoded(text, encoding, chance)

        items = read(body, charset).items

        texts = [t.plain(item.text) for item in items]
        for number_of, story in enumerate(told):
            found = [shown for shown in texts if f"item-{number_of:03d}" in shown]
            assert len(found) == 1, (encoding, charset, story, text, texts)
        assert len({item.id for item in items}) == len(items) == len(told)


def truncated(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body))]


def flipped(body: bytes, chance: random.Random) -> bytes:
    broken = bytearray(body)
    for _ in range(chance.randint(1, 12)):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def sprinkled(body: bytes, chance: random.Random) -> bytes:
    junk = [
        b"\0",
        b"\xff\xfe",
        b"&",
        b"&nbsp;",
        b"&#0;",
        b"&#xD800;",
        b"&bogus;",
        b"<",
        b">",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
    ]
    junk += [b"</item>", b"</channel>", b"<item>", b"\x1b", b"\xe2\x80\xa8", b'<?php echo "x" ?>']
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body))
        body = body[:at] + chance.choice(junk) + body[at:]
    return body


def misdeclared(body: bytes, chance: random.Random) -> bytes:
    name = chance.choice(["utf-16", "utf-7", "ebcdic-cp-us", "x-unknown", "ascii", "utf-32", "iso-2022-jp", "rot13"])
    return f'<?xml version="1.0" encoding="{name}"?>'.encode() + body


def bombed(body: bytes, chance: random.Random) -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{10 * ("&e" + str(n - 1) + ";")}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "ha"> {levels} <!ENTITY f SYSTEM "file:///etc/passwd">]>'.encode()
    return bomb + body.replace(b"</title>", chance.choice([b"&e9;", b"&f;"]) + b"</title>")


def nested(body: bytes, chance: random.Random) -> bytes:
    deep = chance.choice([b"<div>", b"<item>", b"<b><i>"]) * chance.choice([50, 5_000])
    at = chance.randrange(len(body))
    return body[:at] + deep + body[at:]


def repeated(body: bytes, chance: random.Random) -> bytes:
    return body * chance.randint(2, 4)


def wrapped(body: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"\n\n  ", b"<html><body>", b"<b>Warning</b>: in feed.php line 3\n"]) + body


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    truncated,
    flipped,
    sprinkled,
    misdeclared,
    bombed,
    nested,
    repeated,
    wrapped,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_document_is_items_or_no_feed_and_nothing_else(
    damage: Callable[[bytes, random.Random], bytes],
) -> None:
    found = 0
    for seed in range(80):
        chance = random.Random(f"{damage.__name__} {seed}")
        _, text = a_document(chance)
        body, charset = encoded(text, "utf-8", chance)
        body = damage(body, chance)

        try:
            items = read(body, charset).items
        except NoFeed:
            continue

        found += bool(items)
        assert all(item.id and "\0" not in t.plain(item.text) for item in items)
        assert not any("root:" in t.plain(item.text) or "hahaha" in t.plain(item.text) for item in items)
    assert found > 20, "most of it can still be read"


def test_documents_differ() -> None:
    seen = {a_document(random.Random(f"{seed} {number}"))[1] for seed in range(20) for number in range(40)}

    assert len(seen) >= 790
