"""The fake network, and adapters that read it either way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.adapters.bluesky import Settings
from bridge.adapters.bluesky.adapter import Bluesky
from bridge.model.given import Given
from bridge.model.ids import Ids
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky.state import Account

WAYS = ("appview", "pds")


def adapter(fake: FakeBluesky, way: str, seconds: float = 20) -> Bluesky:
    """Reads the network by its AppView or by its PDS."""
    nobody: Any = None
    given = Given(
        intake=nobody, vault=nobody, inbox=nobody, leases=nobody, media=nobody, shown=nobody, log=nobody,
        clock=fake.clock, ids=Ids(fake.clock.now), words=nobody, address=lambda: "", outside=fake.outside,
    )  # fmt: skip
    settings = Settings(appview=fake.appview, plc=fake.plc, pds=fake.pds if way == "pds" else "")
    return Bluesky(settings, given, fake.fetcher(seconds))


@pytest.fixture
async def fake() -> AsyncIterator[FakeBluesky]:
    async with FakeBluesky() as started:
        yield started


@pytest.fixture
def ana(fake: FakeBluesky) -> Account:
    return fake.network.account("ana.example.org", "Ana")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    told: str = request.param
    return told


@pytest.fixture
def source(fake: FakeBluesky, way: str) -> Bluesky:
    """Either way of reading."""
    return adapter(fake, way)


@pytest.fixture
def appview(fake: FakeBluesky) -> Bluesky:
    return adapter(fake, "appview")


@pytest.fixture
def pds(fake: FakeBluesky) -> Bluesky:
    return adapter(fake, "pds")
