"""What is an address of a feed, and where its page says that feeds are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.feed.finding import Place, address_of, known_places, places_on, usual_places

BLOGS = "https://{}.tumblr.com/rss"

ADDRESSES = {
    "https://blog.example.org": "https://blog.example.org/",
    " <http://Blog.example.org:80/feed?x=1#top> ": "http://blog.example.org/feed?x=1",
    "feed:https://blog.example.org/feed": "https://blog.example.org/feed",
    "feed://https://blog.example.org/feed": "https://blog.example.org/feed",
    "blog.example.org": "https://blog.example.org/",
    "blog.example.org/news": "https://blog.example.org/news",
    "tumblr:Staff": "https://staff.tumblr.com/rss",
    "tumblr:@the-blog": "https://the-blog.tumblr.com/rss",
}
NO_ADDRESSES = [
    *("", "ana", "@ana", "@ana@social.example", "#python", "#python@social.example", "hello world", "3.14", "v1.2"),
    *(
        "ftp://blog.example.org",
        "javascript:alert(1)",
        "https://",
        "https://ana:pw@blog.example.org/",
        "tumblr:",
        "a..b",
    ),
    *(
        "tumblr:../x",
        "https://blog.example.org/a b",
        "https://[::1",
        "https://blog.example.org:99999/",
        "file:///etc/passwd",
    ),
]


@pytest.mark.parametrize("typed", ADDRESSES)
def test_an_address_is_claimed_in_one_spelling(typed: str) -> None:
    assert address_of(typed, BLOGS) == ADDRESSES[typed]


@pytest.mark.parametrize("typed", NO_ADDRESSES)
def test_what_is_no_web_address_is_left_to_others(typed: str) -> None:
    assert address_of(typed, BLOGS) is None


KNOWN = {
    "https://github.com/org/repo": "https://github.com/org/repo/releases.atom",
    "https://github.com/org/repo/releases": "https://github.com/org/repo/releases.atom",
    "https://github.com/org/repo/tags": "https://github.com/org/repo/tags.atom",
    "https://www.youtube.com/channel/UCabc": "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc",
    "https://youtube.com/playlist?list=PLx": "https://www.youtube.com/feeds/videos.xml?playlist_id=PLx",
}


@pytest.mark.parametrize("address", KNOWN)
def test_of_some_addresses_the_feed_is_known(address: str) -> None:
    assert [place.url for place in known_places(address)] == [KNOWN[address]]


@pytest.mark.parametrize(
    "address", ["https://github.com/org", "https://github.com/o/r/issues", "https://blog.example.org"]
)
def test_of_others_the_page_is_asked(address: str) -> None:
    assert known_places(address) == []


PAGE = """<!doctype html><html><head><base href="/blog/">
<LINK REL="alternate" TYPE="application/rss+xml" TITLE="Comments &raquo; all" HREF="comments/feed">
<link rel=alternate type=application/atom+xml href=atom.xml title='Posts'>
<link rel="alternate" type="application/rss+xml" href="https://blog.example.org/blog/atom.xml" title="again">
<link rel="alternate" type="application/json+oembed" href="/oembed">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">
<link rel="alternate" hreflang="de" href="/de/">
<link rel="alternate" type="application/feed+json; charset=utf-8" href="//blog.example.org/feed.json">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
</head><body><a href="/other.rss">RSS</a></body></html>"""


def test_a_page_announces_its_feeds_each_once_comments_last() -> None:
    assert places_on(PAGE, "https://blog.example.org/2026/one") == [
        Place("https://blog.example.org/blog/atom.xml", "Posts", sure=True),
        Place("https://blog.example.org/feed.json", "", sure=True),
        Place("https://blog.example.org/blog/comments/feed", "Comments » all", sure=True),
    ]


def test_a_page_that_announces_none_may_link_to_one() -> None:
    page = '<a href="/about">x</a><a href="/feed.xml">RSS</a><a href="https://elsewhere.example/feed">theirs</a>'

    assert places_on(page, "https://blog.example.org/") == [Place("https://blog.example.org/feed.xml")]


def test_a_channels_page_names_its_channel_at_least() -> None:
    page = '<script>{"externalId":"UC0123456789012345678901"}</script>'

    [place] = places_on(page, "https://www.youtube.com/@ana")

    assert place.url.endswith("channel_id=UC0123456789012345678901")


def test_feeds_usually_are_below_the_address_and_at_the_root() -> None:
    found = [place.url for place in usual_places("https://code.example.org/org/repo/")]

    assert found[:2] == ["https://code.example.org/org/repo/releases.atom", "https://code.example.org/org/repo/feed"]
    assert "https://code.example.org/index.xml" in found
    assert usual_places("https://social.example/@ana")[0].url == "https://social.example/@ana.rss"


@given(st.text(max_size=300) | st.text(st.sampled_from("<>link a href=\"'/:.rss alternate type"), max_size=300))
def test_no_page_breaks_it(page: str) -> None:
    assert all(place.url.startswith("http") for place in places_on(page, "https://blog.example.org/"))


@given(st.text(max_size=100))
def test_nothing_typed_breaks_it(typed: str) -> None:
    address = address_of(typed, BLOGS)

    assert address is None or address.startswith(("http://", "https://"))
