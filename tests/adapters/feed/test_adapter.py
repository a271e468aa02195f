"""A feed followed: found, looked at for the first time and again, moved, gone. The servers are on loopback."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from bridge.adapters.feed import Settings
from bridge.adapters.feed.adapter import Feed
from bridge.model import errors
from bridge.model import text as t
from bridge.model.clock import FixedClock
from bridge.model.ports import Adapter, Source
from bridge.model.source import Look
from tests.adapters.feed.conftest import Offered
from tests.adapters.feed.documents import atom, json_feed, rdf_netscape, rss, stories
from tests.fakes.outside import Page, Web

RSS = "application/rss+xml"


def a_feed(count: int = 3, head: str = "", **page: str) -> Page:
    return Page(rss(stories(count), head=head).encode(), mime=RSS, **page)  # type: ignore[arg-type]


def told(look: Look) -> list[str]:
    return [t.plain(item.text).split("\n")[0] for item in look.items]


def test_it_is_an_adapter_and_a_source(feed: Feed) -> None:
    assert isinstance(feed, Adapter)
    assert isinstance(feed, Source)


async def test_a_first_look_brings_the_newest_twenty_oldest_first(feed: Feed, web: Web) -> None:
    web.on("/feed", a_feed(30))

    look = await feed.look(web.url("/feed"), "")

    assert told(look) == [f"Story {n}" for n in range(10, 30)]
    assert look.found is not None
    assert (look.found.name, look.found.title) == (f"blog.test:{web.port}", "The blog")
    assert look.found.key == web.url("/feed")


async def test_asked_again_it_says_that_nothing_happened(feed: Feed, web: Web) -> None:
    web.on("/feed", a_feed(etag='"1"', modified="Wed, 25 Nov 2026 10:00:00 GMT"))
    first = await feed.look(web.url("/feed"), "")

    second = await feed.look(web.url("/feed"), first.state)

    assert second.unchanged
    assert second.items == ()
    assert second.state == first.state
    assert web.asked[-1].headers["if-none-match"] == '"1"'
    assert web.asked[-1].headers["if-modified-since"] == "Wed, 25 Nov 2026 10:00:00 GMT"


async def test_the_same_bytes_again_are_nothing_new_whatever_the_server_says(feed: Feed, web: Web) -> None:
    web.on("/feed", a_feed())
    first = await feed.look(web.url("/feed"), "")

    assert (await feed.look(web.url("/feed"), first.state)).unchanged


async def test_what_is_new_comes_with_what_is_known(feed: Feed, web: Web) -> None:
    web.on("/feed", a_feed(2, etag='"1"'), a_feed(3, etag='"2"'))
    first = await feed.look(web.url("/feed"), "")

    second = await feed.look(web.url("/feed"), first.state)

    assert told(second) == ["Story 0", "Story 1", "Story 2"]
    assert {item.id for item in first.items} < {item.id for item in second.items}


async def test_an_edited_item_keeps_its_name(feed: Feed, web: Web) -> None:
    one = stories(1)[0]
    edited = replace(one, title="Story 0, corrected")
    web.on("/feed", a_feed(1), Page(rss([edited]).encode(), mime=RSS))
    first = await feed.look(web.url("/feed"), "")

    second = await feed.look(web.url("/feed"), first.state)

    assert [item.id for item in second.items] == [item.id for item in first.items]
    assert told(second) == ["Story 0, corrected"]


async def test_it_waits_as_long_as_feed_and_server_want(feed: Feed, web: Web) -> None:
    web.on("/feed", a_feed(head="<ttl>120</ttl>", etag='"1"'))

    first = await feed.look(web.url("/feed"), "")
    second = await feed.look(web.url("/feed"), first.state)

    assert first.wait == second.wait == 7_200


async def test_who_moved_for_good_is_followed_and_named_anew(feed: Feed, web: Web) -> None:
    web.on("/feed", Page(status=301, location=web.url("/rss", "new.test")), host="blog.test")
    web.on("/rss", a_feed(etag='"1"'), host="new.test")

    first = await feed.look(web.url("/feed"), "")
    second = await feed.look(web.url("/feed"), first.state)

    assert first.found is not None
    assert first.found.key == web.url("/rss", "new.test")
    assert second.unchanged
    assert second.found is not None
    assert second.found.key == web.url("/rss", "new.test")


async def test_who_is_elsewhere_for_now_keeps_the_address(feed: Feed, web: Web) -> None:
    web.on("/feed", Page(status=302, location=web.url("/rss", "new.test")), host="blog.test")
    web.on("/rss", a_feed(), host="new.test")

    look = await feed.look(web.url("/feed"), "")

    assert look.found is not None
    assert look.found.key == web.url("/feed")


FAILURES = [
    (Page(status=410), errors.SourceGone),
    (Page(status=404), errors.SourceMissing),
    (Page(status=429, headers={"Retry-After": "600"}), errors.SourceThrottled),
    (Page(status=503), errors.SourceFailure),
    (Page(b"<html><body>Welcome</body></html>"), errors.SourceStrange),
    (Page(b"", mime=RSS), errors.SourceStrange),
    (Page(b"<?xml version='1.0'?><opml/>", mime="text/xml"), errors.SourceStrange),
    (Page(b"\x89PNG", mime="image/png"), errors.SourceStrange),
    (Page(b"{}", mime="application/json"), errors.SourceStrange),
    (Page(b"[" * 100_000, mime="application/json"), errors.SourceStrange),
]


@pytest.mark.parametrize(("page", "failure"), FAILURES)
async def test_what_cannot_be_read_is_one_sentence(
    feed: Feed, web: Web, page: Page, failure: type[errors.SourceFailure]
) -> None:
    web.on("/feed", page)

    with pytest.raises(failure) as caught:
        await feed.look(web.url("/feed"), "")

    assert "{" not in str(caught.value)


async def test_an_address_that_is_a_feed_is_that_feed(feed: Feed, web: Web) -> None:
    web.on("/feed", Page(atom(stories(1)).encode(), mime="text/plain"))

    [found] = await feed.resolve(web.url("/feed"))

    assert found.key == web.url("/feed")
    assert found.title == "The blog"
    assert found.home == "https://blog.example.org/"


async def test_a_page_leads_to_all_its_feeds_in_its_order(feed: Feed, web: Web) -> None:
    page = (
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed" title="Comments">'
        '<link rel="alternate" type="application/rss+xml" href="/gone" title="Old">'
        '<link rel="alternate" type="application/atom+xml" href="/news/atom.xml" title="News">'
        '<link rel="alternate" type="application/feed+json" href="/feed.json">'
    )
    web.on("/", Page(page.encode()))
    web.on("/comments/feed", a_feed())
    web.on("/news/atom.xml", Page(atom(stories(1)).encode(), mime="application/atom+xml"))
    web.on("/feed.json", Page(json_feed(stories(1)).encode(), mime="application/feed+json"))

    found = await feed.resolve(web.url("/"))

    host = f"blog.test:{web.port}"
    assert [one.name for one in found] == [f"{host}/news", host, f"{host}/comments"]


async def test_a_page_that_announces_none_may_have_one_where_feeds_usually_are(feed: Feed, web: Web) -> None:
    web.on("/blog/", Page(b"<html>Welcome</html>"))
    web.on("/feed.xml", a_feed())

    [found] = await feed.resolve(web.url("/blog/"))

    assert found.key == web.url("/feed.xml")


async def test_a_page_without_any_is_said_to_have_none(feed: Feed, web: Web) -> None:
    web.on("/", Page(b"<html>Welcome</html>"))

    with pytest.raises(errors.SourceFeedless):
        await feed.resolve(web.url("/"))


@pytest.mark.parametrize(
    "page", [b"<html>Welcome</html>", b'<link rel="alternate" type="application/rss+xml" href="/feed">']
)
async def test_who_is_silent_is_not_asked_for_everything_else(web: Web, clock: FixedClock, page: bytes) -> None:
    web.on("/", Page(page))
    for path in ("/feed", "/rss", "/atom.xml", "/feed.xml"):
        web.on(path, Page(wait=asyncio.Event()))
    feed = Feed(Settings(), cast("Any", Offered(clock, web.outside)), web.fetcher(seconds=0.1, clock=clock))

    with pytest.raises(errors.SourceSlow):
        await feed.resolve(web.url("/"))

    assert [asked.path for asked in web.asked] == ["/", "/feed"]
    await feed.close()


async def test_of_several_feeds_one_that_is_silent_hides_no_other(web: Web, clock: FixedClock) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    web.on("/", Page("".join(map(link.format, ("/a", "/b", "/c"))).encode()))
    web.on("/a", Page(wait=asyncio.Event()))
    feed = Feed(Settings(), cast("Any", Offered(clock, web.outside)), web.fetcher(seconds=0.1, clock=clock))

    found = await feed.resolve(web.url("/"))

    assert [one.key for one in found] == [web.url("/b"), web.url("/c")]
    assert [asked.path for asked in web.asked] == ["/", "/a"]
    await feed.close()


async def test_a_blog_is_found_by_its_name(feed: Feed, web: Web) -> None:
    web.on("/rss", a_feed(), host="ana.blogs.test")

    [found] = await feed.resolve("tumblr:Ana")

    assert found.key == web.url("/rss", "ana.blogs.test")


async def test_what_asks_for_patience_while_it_is_looked_for_gets_it(feed: Feed, web: Web) -> None:
    web.on("/", Page(b'<link rel="alternate" type="application/rss+xml" href="/feed">'))
    web.on("/feed", Page(status=429, headers={"Retry-After": "600"}))

    with pytest.raises(errors.SourceThrottled):
        await feed.resolve(web.url("/"))


async def test_a_format_that_only_the_patient_parser_knows_is_read_as_well(feed: Feed, web: Web) -> None:
    web.on("/feed", Page(rdf_netscape(stories(2)).encode(), mime="text/xml"))

    look = await feed.look(web.url("/feed"), "")

    assert told(look) == ["Story 0", "Story 1"]


async def test_markup_that_nobody_escaped_or_closed_swallows_no_item(feed: Feed, web: Web) -> None:
    written = rss(stories(3)).replace("What happened", "What<br>happened")
    web.on("/feed", Page(written.encode(), mime=RSS))

    look = await feed.look(web.url("/feed"), "")

    assert told(look) == ["Story 0", "Story 1", "Story 2"]


async def test_a_picture_is_fetched_and_a_page_in_its_place_is_not(feed: Feed, web: Web) -> None:
    web.on("/cat.png", Page(b"\x89PNG...", mime="image/png"))
    web.on("/page", Page(b"<html>"))

    assert await feed.fetch(web.url("/cat.png"), 100) == b"\x89PNG..."
    with pytest.raises(errors.SourceFailure):
        await feed.fetch(web.url("/page"), 100)
    with pytest.raises(errors.SourceTooBig):
        await feed.fetch(web.url("/cat.png"), 3)


async def test_where_many_wait_a_process_reads_them_and_says_the_same(feed: Feed, web: Web) -> None:
    for number in range(12):
        web.on(f"/{number}", Page(rss(stories(60)).encode(), mime=RSS))
    web.on("/old", Page(rdf_netscape(stories(60)).encode(), mime=RSS))

    alone = await feed.look(web.url("/0"), "")
    assert not feed._quick.is_running
    looks = await asyncio.gather(*(feed.look(web.url(f"/{number}"), "") for number in range(12)))

    assert feed._quick.is_running
    assert [told(look) for look in looks] == [told(alone)] * 12
    assert len(told(await feed.look(web.url("/old"), ""))) == 20
