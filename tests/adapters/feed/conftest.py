"""The adapter over loopback servers that answer for every host."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bridge.adapters.feed import Settings
from bridge.adapters.feed.adapter import Feed
from bridge.model.clock import FixedClock
from tests.fakes.outside import Web, open_outside

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOSTS = ("blog.test", "ana.blogs.test", "new.test")


@dataclass
class Offered:
    """Of what an adapter is given: all that this one takes."""

    clock: FixedClock
    outside: Any


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with open_outside(*HOSTS) as web:
        yield web


@pytest.fixture
async def feed(web: Web, clock: FixedClock) -> AsyncIterator[Feed]:
    settings = Settings(tumblr=f"http://{{}}.blogs.test:{web.port}/rss")
    feed = Feed(settings, cast("Any", Offered(clock, web.outside)), web.fetcher(clock=clock))
    await feed.start()
    yield feed
    await feed.stop()
    await feed.close()
