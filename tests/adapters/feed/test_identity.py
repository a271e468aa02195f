"""What items and feeds are called, the same at every look."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.adapters.feed.identity import found_at, identify, key_of, name_of, normal
from bridge.adapters.feed.parsed import Body, Entry

ONE = Entry(id="tag:blog.example.org,2026:1", link="https://blog.example.org/1", title="One", content=Body("<p>1</p>"))


def name(entry: Entry) -> str:
    [(found, _)] = identify([entry])
    return found


def test_an_item_is_called_by_its_own_id_else_by_its_link_else_by_what_it_says() -> None:
    assert name(ONE) == "tag:blog.example.org,2026:1"
    assert name(replace(ONE, id="")) == "blog.example.org/1"
    assert name(replace(ONE, id="", link="")).startswith("=")


def test_an_edited_item_stays_the_same() -> None:
    edited = replace(ONE, title="One, corrected", content=Body("<p>one</p>"))

    assert name(edited) == name(ONE)
    assert name(replace(edited, id="")) == name(replace(ONE, id=""))


SAME = [
    "https://blog.example.org/1/?utm_source=rss&utm_medium=feed",
    "http://blog.example.org/1",
    "http://blog.example.org:80/1",
    "https://BLOG.example.org:443/1/",
    "https://www.blog.example.org/1",
    "https://blog.example.org/1#comments",
    "https://blog.example.org/1#xtor=RSS-1",
    " https://blog.example.org/1\n",
]


@pytest.mark.parametrize("link", SAME)
def test_one_page_has_one_name_however_it_is_reached(link: str) -> None:
    assert normal(link) == "blog.example.org/1"
    assert name(replace(ONE, id=link)) == name(replace(ONE, id="https://blog.example.org/1"))


@pytest.mark.parametrize("link", ["https://blog.example.org/1?p=2", "https://blog.example.org/1#v1.2", "urn:1", "1"])
def test_what_tells_pages_apart_stays(link: str) -> None:
    assert normal(link) != "blog.example.org/1"


def test_items_that_share_an_id_by_mistake_are_told_apart_by_their_links() -> None:
    told = [replace(ONE, id="post", link=f"https://blog.example.org/{n}") for n in range(3)]

    assert [found for found, _ in identify(told)] == [f"blog.example.org/{n}" for n in range(3)]


def test_items_that_share_a_link_and_have_no_id_are_told_apart_by_what_they_say() -> None:
    told = [replace(ONE, id="", title=f"Day {n}") for n in range(3)]

    assert len({found for found, _ in identify(told)}) == 3


def test_an_item_that_comes_twice_is_one() -> None:
    assert identify([ONE, replace(ONE, title="older")]) == [(ONE.id, ONE)]


def test_a_name_of_any_length_is_short_and_printable() -> None:
    assert len(name(replace(ONE, id="x" * 10_000))) <= 250
    assert name(replace(ONE, id="a\u202eb")).isprintable()


URLS = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["blog.example.org", "www.blog.example.org", "192.0.2.1", "[2001:db8::1]"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.text(st.characters(codec="ascii", exclude_characters="#"), max_size=20),
)


@given(URLS | st.text(max_size=60))
@example("https://blog.example.org/ ?")
@example("https://blog.example.org/?a #respond")
def test_a_normal_name_is_its_own(link: str) -> None:
    once = normal(link)

    assert normal(once) == once
    if link.startswith("https:"):
        assert normal("http:" + link.removeprefix("https:")) == once or "8080" in link


NAMES = {
    "https://www.blog.example.org/feed": "blog.example.org",
    "https://blog.example.org/index.xml": "blog.example.org",
    "https://blog.example.org/?feed=rss2": "blog.example.org",
    "https://blog.example.org/news/atom.xml": "blog.example.org/news",
    "https://blog.example.org/comments/feed/": "blog.example.org/comments",
    "https://github.com/org/repo/releases.atom": "github.com/org/repo",
    "https://github.com/org/repo/tags.atom": "github.com/org/repo/tags",
    "https://social.example/@ana.rss": "social.example/@ana",
    "https://ana.tumblr.com/rss": "ana.tumblr.com",
    "https://www.youtube.com/feeds/videos.xml?channel_id=UCx": "youtube.com/Ana-s-channel",
    "http://127.0.0.1:8080/feed": "127.0.0.1:8080",
    "https://blog.example.org/tag/two%20words/feed": "blog.example.org/tag/two-words",
}


@pytest.mark.parametrize("key", NAMES)
def test_a_feed_is_named_by_its_host_and_what_tells_it_from_others_there(key: str) -> None:
    assert name_of(key, "Ana's channel") == NAMES[key]


@given(URLS, st.text(max_size=300))
def test_a_feeds_name_has_no_blanks_and_is_short(key: str, title: str) -> None:
    found = found_at(key, title)

    assert 0 < len(found.name) <= 60
    assert not any(letter.isspace() for letter in found.name)
    assert 0 < len(found.title) <= 100
    assert "\n" not in found.title


def test_a_feeds_address_has_one_spelling() -> None:
    assert key_of("HTTPS://Blog.Example.org:443#top") == "https://blog.example.org/"
    assert key_of("https://blog.example.org/Feed?a=B") == "https://blog.example.org/Feed?a=B"
