from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.outside.net import Net, watch
from tests.fakes.outside import Web, open_outside


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """Servers inside, that an administrator allowed."""
    async with open_outside("blog.test", "other.test") as opened:
        yield opened


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    """Every connection of this process, watched."""
    return watch(monkeypatch)
