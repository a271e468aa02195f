"""What becomes of an entry's parts, one promise each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bridge.adapters.feed.items import to_items
from bridge.adapters.feed.parsed import Attached, Body, Entry, Parsed
from bridge.model import text as t
from bridge.model.post import MediaKind
from bridge.model.source import SourceItem

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEY = "https://blog.example.org/feed"
LONG = "<p>" + "All of it at length. " * 200 + "</p>"


def item(**parts: Any) -> SourceItem:
    [one] = to_items(Parsed(title="The blog", entries=(Entry(id="1", **parts),)), KEY, NOW, 1)
    return one


def shown(**parts: Any) -> str:
    return t.plain(item(**parts).text)


def test_a_title_stands_in_front_on_a_line_of_its_own() -> None:
    assert item(title="News", content=Body("<p>Words</p>")).text[:2] == (t.Bold((t.Plain("News"),)), t.Plain("\n"))


def test_a_title_that_only_repeats_the_text_is_left_out() -> None:
    for title in ("Hello world", "Hello, WORLD", "Hello wor…", "Hello world..."):
        assert (
            shown(title=title, content=Body("<p>Hello <b>world</b>, how are you?</p>")) == "Hello world, how are you?"
        )


def test_a_long_text_is_told_by_its_summary() -> None:
    assert shown(content=Body(LONG), summary=Body("<p>In short.</p>")) == "In short."


def test_a_short_text_is_told_whole() -> None:
    assert shown(content=Body("<p>All of it.</p>"), summary=Body("Short.")) == "All of it."


def test_a_beginning_that_the_parser_cut_off_is_no_summary() -> None:
    cut = ("All of it at length. " * 200)[:512]

    assert len(shown(content=Body(LONG), summary=Body(cut))) > 2_000


def test_pictures_of_a_text_that_is_not_shown_stay() -> None:
    one = item(content=Body(LONG + '<img src="/cat.jpg" alt="A cat">'), summary=Body("In short."))

    assert [media.alt for media in one.media] == ["A cat"]


def test_a_picture_that_comes_in_several_ways_is_there_once() -> None:
    cat = "https://blog.example.org/cat.jpg"
    one = item(
        content=Body(f'<p>Look</p><img src="{cat}" alt="A cat">'),
        attached=(Attached(cat, "image/jpeg"), Attached(cat + "?utm_source=rss", medium="image")),
    )

    assert [(media.url, media.alt) for media in one.media] == [(cat, "A cat")]


def test_what_an_enclosure_is_its_type_says_else_its_ending() -> None:
    attached = (Attached("/a", "video/mp4"), Attached("/b.png"), Attached("/c.mp3", "audio/mpeg"), Attached("/d"))

    kinds = [media.kind for media in item(attached=attached).media]

    assert kinds == [MediaKind.VIDEO, MediaKind.PICTURE, MediaKind.FILE, MediaKind.FILE]


def test_no_address_leaves_the_web() -> None:
    bad = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://ana:pw@blog.example.org/", "//[")
    for url in bad:
        one = item(link=url, attached=(Attached(url),), content=Body(f'<p><a href="{url}">x</a><img src="{url}"></p>'))

        addresses = [one.link, *(media.url for media in one.media)]
        addresses += [span.url for span in t.spans(one.text) if isinstance(span, t.Link)]
        assert all(address.startswith("https://blog.example.org/") for address in addresses if address), url
        assert not any("pw@" in address for address in addresses)


def test_an_author_is_named_where_it_is_not_the_feed_and_never_by_a_mailbox() -> None:
    said = {"Ana": "Ana", "ana@example.org (Ana)": "Ana", "Ana <ana@example.org>": "Ana", "ana@example.org": ""}
    for written, name in {**said, "THE BLOG": "", "": "", "A &amp; B": "A & B"}.items():
        assert item(author=written, content=Body("x")).author == name


def test_the_language_is_its_primary_subtag() -> None:
    for written, language in {
        "de-AT": "de",
        "EN_us": "en",
        "fil": "fil",
        "German": "",
        "x-klingon": "",
        "": "",
    }.items():
        assert item(language=written, content=Body("x")).language == language


def test_categories_are_tags_where_they_can_be_typed() -> None:
    one = item(
        categories=("Release", "Security fix", "#cats", "Uncategorized", "!!!", "", "Release"), content=Body("x")
    )

    assert one.tags == ("release", "security-fix", "cats")


def test_the_newest_come_last_whatever_the_order_of_the_document() -> None:
    entries = tuple(Entry(id=str(day), title=str(day), published=f"2026-11-{day:02}") for day in (3, 1, 2))

    items = to_items(Parsed(entries=entries), KEY, NOW, 2)

    assert [one.id for one in items] == ["2", "3"]


def test_without_dates_the_first_of_the_document_is_the_newest() -> None:
    entries = tuple(Entry(id=str(n), title="x") for n in (3, 2, 1))

    assert [one.id for one in to_items(Parsed(entries=entries), KEY, NOW, 9)] == ["1", "2", "3"]
