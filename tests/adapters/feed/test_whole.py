"""A feed without items is one; a document that ends before its items begin is none."""

from __future__ import annotations

import pytest

from bridge.adapters.feed.adapter import Feed
from bridge.model import errors
from tests.adapters.feed.documents import rss, stories
from tests.fakes.outside import Page, Web

RSS = "application/rss+xml"
EMPTY = (
    "<rss><channel><title>The blog</title></channel></rss>",
    "<?xml version='1.0'?><!DOCTYPE rss><rss version='2.0'><channel><title>Caf&eacute; & b</title></channel></rss>\n",
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>The blog</title></feed>",
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><channel><title>A</title></channel></rdf:RDF>",
    '{"version": "https://jsonfeed.org/version/1.1", "title": "The blog", "items": []}',
)
CUT_OFF = (
    "<rss><channel><title>x",
    "<rss><channel><title>The blog</title>",
    "<rss><channel><title>The blog</title><item",
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>The blog</title><entry><id>",
    '{"version": "https://jsonfeed.org/version/1.1", "title": "The blog", "items": [',
)


@pytest.mark.parametrize("document", EMPTY)
async def test_a_feed_may_be_empty(feed: Feed, web: Web, document: str) -> None:
    web.on("/feed", Page(document.encode(), mime=RSS))

    [found] = await feed.resolve(web.url("/feed"))
    look = await feed.look(found.key, "")

    assert look.items == ()


@pytest.mark.parametrize("document", CUT_OFF)
async def test_what_was_cut_off_before_its_first_item_is_no_feed(feed: Feed, web: Web, document: str) -> None:
    web.on("/feed", Page(document.encode(), mime=RSS))

    with pytest.raises(errors.SourceFeedless):
        await feed.resolve(web.url("/feed"))


@pytest.mark.parametrize("document", CUT_OFF)
async def test_cut_off_at_a_later_look_it_is_a_failure(feed: Feed, web: Web, document: str) -> None:
    web.on("/feed", Page(rss(stories(3)).encode(), mime=RSS), Page(document.encode(), mime=RSS))
    first = await feed.look(web.url("/feed"), "")

    with pytest.raises(errors.SourceStrange):
        await feed.look(web.url("/feed"), first.state)
