"""A whole bridge in this process with a fake Slack for its platform, as people of one workspace meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest import mock

from bridge.adapters.slack.adapter import Slack
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.sockets.sockets import Timing
from bridge.app import Bridge
from bridge.model.clock import Clock
from bridge.model.pace.places import Spacing
from bridge.model.secret import Secret
from bridge.settings import settings_type
from bridge.store.tx import open_store
from tests.databases import laid
from tests.fakes.slack import FakeSlack, Team

QUICK = Timing(hello=2.0, silence=30.0, lease=15.0, spacing=0.0, stagger=0.0, handover=0.3, longest=0.2)


def acme(slack: FakeSlack) -> Team:
    """Ana, Bo and Cy, two channels with the bot in them, and a private one."""
    team = slack.team("T1", "Acme")
    team.user("U1", "ana", real_name="Ana Kovač", tz="Europe/Vienna")
    team.user("U2", "bo", real_name="Bo Lind", tz="Europe/Vienna")
    team.user("U3", "cy", real_name="Cy Rossi", tz="Europe/Vienna")
    team.channel("C1", "team", members=["U1", "U2", "U3"], creator="U1", bot=True)
    team.channel("C2", "news", members=["U1", "U2", "U3"], creator="U1", bot=True)
    team.channel("G1", "quiet", members=["U1", "U2"], creator="U1", private=True, bot=True)
    return team


@asynccontextmanager
async def bridge_at(slack: FakeSlack, folder: Path, clock: Clock | None = None) -> AsyncIterator[Bridge]:
    """Runs with the fake's tokens; deliveries go out as they come."""
    tokens = "\n".join(f"{team.bot_token} {team.app_token}" for team in slack.teams.values())
    settings = settings_type()(
        **{
            "store": {"url": f"sqlite:///{laid(folder / 'bridge.db')}"},
            "web": {"port": 0},
            PLATFORM: {"tokens": Secret(tokens), "api": slack.base, "messages_a_minute": 100_000},
        }
    )
    bridge = Bridge(settings, open_store(settings.store_url), clock=clock, ticking=False)
    # The fake takes more than one message a second in a place and some hundred a minute, unless it is told to enforce
    # Slack's tiers.
    pacer = Slack.pacer if slack.enforce_tiers else Spacing(0.01, 0.01)
    slack.patience = 30.0
    with (
        mock.patch.object(Slack, "timing", QUICK),
        # A busy machine is slow to answer, and what a test types next builds on what was done before.
        mock.patch("bridge.adapters.slack.heard.doors.QUICK", 20.0),
        mock.patch("bridge.adapters.slack.heard.interactions.FORM_WITHIN", 20.0),
        mock.patch.object(Slack, "pacer", pacer),
        mock.patch("bridge.adapters.slack.web.budgets.FIRST", 100_000),
    ):
        try:
            await bridge.start()
            yield bridge
        finally:
            await bridge.stop()
