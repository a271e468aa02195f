"""What reading costs the loop, whatever a stranger sends and whoever reads it: the rest goes on meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bridge.adapters.bluesky import Settings as BlueskySettings
from bridge.adapters.bluesky.adapter import Bluesky
from bridge.adapters.feed import Settings as FeedSettings
from bridge.adapters.feed.adapter import Feed
from bridge.model.clock import FixedClock
from bridge.model.errors import SourceFailure
from bridge.model.ports import Source
from bridge.model.source import Look
from tests.adapters.mastodon import stage
from tests.adapters.outside.cost import STRETCH, counted_stretches, web_in_a_thread
from tests.adapters.outside.hostile_html import MONSTERS
from tests.core import MONDAY
from tests.fakes.mastodon import Person
from tests.fakes.mastodon.shapes import status
from tests.fakes.mastodon.state import Toot
from tests.fakes.outside import Page, Web

DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
SHORT, LONG = 100_000, 1_000_000
VALUES = {
    "[[[[]]]],": "lists in each other",
    '{"a":1},': "little objects",
    "1e9,": "numbers",
    '"a",': "words",
    "{" * 50_000: "objects that never close",
}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_in_a_thread() as opened:
        yield opened


@pytest.fixture
def given(web: Web) -> Any:
    return SimpleNamespace(outside=web.outside, clock=FixedClock(MONDAY))


@pytest.mark.parametrize("size", [SHORT, LONG])
@pytest.mark.parametrize("unit", MONSTERS, ids=MONSTERS.values())
async def test_a_monster_in_a_feed(web: Web, given: Any, monkeypatch: pytest.MonkeyPatch, unit: str, size: int) -> None:
    content = unit * (size // len(unit))
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": content}]},
        ensure_ascii=False,
    )
    web.on("/feed", Page(body.encode(), mime="application/feed+json"))
    feed = Feed(FeedSettings(), given, web.fetcher())

    try:
        async with counted_stretches(monkeypatch) as cost:
            look = await _looked(feed, web.url("/feed"))
    finally:
        await feed.close()

    assert isinstance(look, SourceFailure) or [item.id for item in look.items] == ["1"]
    assert cost.stretch < STRETCH


@pytest.mark.parametrize("unit", MONSTERS, ids=MONSTERS.values())
async def test_a_monster_in_a_status(web: Web, given: Any, monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    ana, long = Person("1", "ana"), unit * (SHORT // len(unit))
    toots = [status(Toot(str(n), ana, MONDAY, long), "blog.test") for n in range(10)]
    body = json.dumps(toots, ensure_ascii=False).encode()
    web.on("/api/v1/timelines/tag/python", Page(body, mime="application/json"))

    look, cost = await _looked_at_a_tag(web, given, monkeypatch)

    assert isinstance(look, Look)
    assert len(look.items) == 10
    assert cost < STRETCH


@pytest.mark.parametrize("unit", VALUES, ids=VALUES.values())
async def test_json_without_end(web: Web, given: Any, monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    many = f"[{unit * (LONG // len(unit))}1]".encode()
    web.on("/api/v1/timelines/tag/python", Page(many, mime="application/json"))
    web.on("/xrpc/app.bsky.feed.getAuthorFeed", Page(b'{"feed":' + many + b"}", mime="application/json"))

    look, cost = await _looked_at_a_tag(web, given, monkeypatch)
    other, its_cost = await _looked_at_an_account(web, given, monkeypatch)

    assert isinstance(look, SourceFailure)
    assert isinstance(other, SourceFailure)
    assert cost < STRETCH
    assert its_cost < STRETCH


async def _looked_at_a_tag(web: Web, given: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Look | SourceFailure, float]:
    root = f"http://127.0.0.1:{web.port}"
    server = SimpleNamespace(host="blog.test", domain="blog.test", root=root)
    source = stage.adapter(given.clock, cast("Any", server))
    try:
        async with counted_stretches(monkeypatch) as cost:
            look = await _looked(source, "tag:python#blog.test")
        return look, cost.stretch
    finally:
        await source.close()


async def _looked_at_an_account(
    web: Web, given: Any, monkeypatch: pytest.MonkeyPatch
) -> tuple[Look | SourceFailure, float]:
    root = web.url("").rstrip("/")
    source = Bluesky(BlueskySettings(appview=root, plc=root), given, web.fetcher())
    try:
        async with counted_stretches(monkeypatch) as cost:
            look = await _looked(source, DID)
        return look, cost.stretch
    finally:
        await source.close()


async def _looked(source: Source, key: str) -> Look | SourceFailure:
    try:
        return await source.look(key, "")
    except SourceFailure as failure:
        return failure
