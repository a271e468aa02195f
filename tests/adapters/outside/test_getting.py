"""What a request brings back, where everything goes well."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.adapters._outside.http import DECODED, ON_THE_WIRE, Fetched, Fetcher
from tests.fakes.outside import Page, Web, open_outside


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with open_outside("blog.test", "other.test") as opened:
        yield opened


async def get(web: Web, path: str = "/feed", **headers: str) -> Fetched:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await web.fetcher().get(web.url(path), accept="application/*", types=("application/",), headers=sent)


async def test_a_page_comes_with_its_type_its_charset_and_where_it_came_from(web: Web) -> None:
    web.on("/feed", Page(b"<rss/>", mime='Application/RSS+xml; Charset="ISO-8859-1"'))

    fetched = await get(web)

    assert (fetched.status, fetched.body) == (200, b"<rss/>")
    assert (fetched.mime, fetched.charset) == ("application/rss+xml", "iso-8859-1")
    assert fetched.url == web.url("/feed")


async def test_what_is_known_already_comes_without_a_body(web: Web) -> None:
    web.on("/feed", Page(b"<rss/>", mime="application/rss+xml", etag='"1"'))

    fetched = await get(web, If_None_Match='"1"')

    assert (fetched.status, fetched.body) == (304, b"")


async def test_a_packed_page_is_unpacked(web: Web) -> None:
    web.on("/feed", Page(b"<rss/>" * 100, mime="application/rss+xml", packed=True))

    fetched = await get(web)

    assert fetched.body == b"<rss/>" * 100
    assert web.asked[0].headers["accept-encoding"] == "gzip"


def test_its_limits_are_those_that_the_page_about_the_outside_names() -> None:
    page = (Path(__file__).parents[3] / "docs" / "outside.md").read_text(encoding="utf-8")
    seconds = inspect.signature(Fetcher).parameters["seconds"].default
    wire, decoded = ON_THE_WIRE / 1_000_000, DECODED / 1_000_000

    assert f"{seconds} seconds in all, {wire:g} MB on the wire and {decoded:g} MB unpacked" in " ".join(page.split())
