"""A workspace to test the fake in: ana and bo, a public, a private and a foreign channel, and the SDK's own client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bridge.model.clock import FixedClock
from tests.fakes.slack import FakeSlack, Team


@pytest.fixture
def time() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))


@pytest.fixture
async def slack(time: FixedClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(time) as made:
        yield made


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    """The bot is inside #team and the private #plan, and the archived #old, outside #open and #secret; of the
    strangers zoe is in #shared, yan nowhere."""
    made = slack.team("T1", "Acme")
    made.user("U1", "ana", "Ana Example", is_admin=True)
    made.user("U2", "bo", "Bo Example")
    made.user("U3", "guest", is_restricted=True)
    made.user("U4", "gone", deleted=True)
    made.user("U5", "robot", is_bot=True)
    made.stranger("U8", "yan", "Yan Elsewhere")
    made.stranger("U9", "zoe", "Zoe Elsewhere")
    made.channel("C1", "team", members=["U1", "U2"], creator="U1", bot=True)
    made.channel("C2", "open", members=["U1"])
    made.channel("C3", "old", members=["U1"], bot=True, archived=True)
    made.channel("C4", "shared", members=["U1", "U9"], bot=True, ext_shared=True)
    made.channel("G1", "plan", members=["U1"], private=True, bot=True)
    made.channel("G2", "secret", members=["U1"], private=True)
    return made


@pytest.fixture
def client(slack: FakeSlack, team: Team) -> AsyncWebClient:
    made = AsyncWebClient(token=team.bot_token, base_url=slack.base, retry_handlers=[])
    made.proxy = None
    return made
