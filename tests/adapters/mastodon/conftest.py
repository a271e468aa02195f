"""One server with ana on it, and the adapter that reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bridge.adapters.mastodon.adapter import Mastodon
from bridge.model.clock import FixedClock
from tests.adapters.mastodon.stage import Reader, adapter
from tests.fakes.mastodon import MONDAY, FakeMastodon, Person


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
async def server(clock: FixedClock) -> AsyncIterator[FakeMastodon]:
    async with FakeMastodon(clock) as made:
        yield made


@pytest.fixture
def ana(server: FakeMastodon) -> Person:
    return server.person("ana", "Ana Example")


@pytest.fixture
async def source(clock: FixedClock, server: FakeMastodon) -> AsyncIterator[Mastodon]:
    made = adapter(clock, server)
    yield made
    await made.close()


@pytest.fixture
def reader(source: Mastodon, ana: Person) -> Reader:
    """Of ana's statuses."""
    return Reader(source, f"acct:ana@social.example#social.example/{ana.id}")


@pytest.fixture
def tag_reader(source: Mastodon) -> Reader:
    """Of #python."""
    return Reader(source, "tag:python#social.example")
