"""Who somebody is and what a channel is counts as Slack tells it now, whatever events were missed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.adapters.slack.adapter import Slack
from bridge.adapters.slack.heard import read
from bridge.adapters.slack.heard.concerns import Us
from bridge.adapters.slack.heard.read import Known
from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.known.rooms import Rooms
from bridge.adapters.slack.web.api import Api
from bridge.app import Bridge
from bridge.model.clock import FixedClock, SystemClock
from bridge.model.command import Who
from bridge.model.inbound import Said
from bridge.model.person import Person
from bridge.model.place import Circle, Place, PlaceKind
from bridge.model.secret import Secret
from bridge.services.acquaint import person_of
from tests.adapters.slack.stage import acme, bridge_at
from tests.adapters.slack.workspace import MemoryVault, place
from tests.fakes.slack import MONDAY, FakeSlack, Fault, Team

SECRET = "Only for the team"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(SystemClock()) as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return acme(slack)


async def known(bridge: Bridge, user: str) -> Person:
    _, person = await person_of(bridge.world, Who("slack", "T1", user))
    return person


@pytest.mark.parametrize("fault", [Fault.RATE(30), Fault.ERROR("user_not_visible"), Fault.HTTP_500])
async def test_a_stranger_of_whom_slack_tells_nothing_is_no_full_member(
    slack: FakeSlack, team: Team, tmp_path: Path, fault: Fault
) -> None:
    team.stranger("U9", "eve")
    async with bridge_at(slack, tmp_path) as bridge:
        slack.faults.next("users.info", fault, times=3)

        eve = await known(bridge, "U9")

        assert (eve.circle, eve.roles) == (Circle.COMMUNITY, frozenset())


async def test_who_was_made_a_guest_while_the_bridge_was_down_reads_as_one(
    slack: FakeSlack, team: Team, tmp_path: Path
) -> None:
    async with bridge_at(slack, tmp_path):
        await team.command("U3", "C1", "/bridge", "help")
        await team.command("U1", "C1", "/bridge", f"status {SECRET}")
    team.users["U3"].is_restricted = True

    async with bridge_at(slack, tmp_path):
        before = len(team.ephemerals("U3"))
        await team.command("U3", "C1", "/bridge", "timeline @ana")
        await slack.until(lambda: len(team.ephemerals("U3")) > before)

        assert SECRET not in json.dumps([one.blocks for one in team.ephemerals("U3")])


@pytest.fixture
async def two(slack: FakeSlack, team: Team) -> AsyncIterator[tuple[FixedClock, Directory, Directory]]:
    """Two processes of one workspace that have heard everything so far."""
    clock, vault = FixedClock(MONDAY), MemoryVault()
    apis = [Api(Secret(team.bot_token), slack.base, clock) for _ in range(2)]
    for api in apis:
        await api.open()
    begun = clock.monotonic()
    ours, theirs = (Directory(api, vault, clock, lambda: begun) for api in apis)
    yield clock, ours, theirs
    for directory, api in zip((ours, theirs), apis, strict=True):
        await directory.close()
        await api.close()


Two = tuple[FixedClock, Directory, Directory]


@pytest.mark.parametrize("where", [place("U3", PlaceKind.DIRECT), place("C1")], ids=["direct", "channel"])
async def test_a_profile_from_before_a_gap_counts_for_a_minute(slack: FakeSlack, team: Team, where: Place) -> None:
    clock = FixedClock(MONDAY)
    api = Api(Secret(team.bot_token), slack.base, clock)
    await api.open()
    since = clock.monotonic()
    book = Directory(api, MemoryVault(), clock, lambda: since)
    assert (await book.members(where)).team
    team.users["U3"].is_restricted = True

    clock.advance(seconds=61)
    since = clock.monotonic()

    assert not (await book.members(where)).team
    await book.close()
    await api.close()


async def test_a_guest_that_one_process_heard_of_is_one_in_direct_messages_of_all(team: Team, two: Two) -> None:
    clock, ours, theirs = two
    direct = place("U3", PlaceKind.DIRECT)
    assert (await ours.members(direct)).team
    team.users["U3"].is_restricted = True
    await theirs.user_changed(team.users["U3"].shown(email=False))

    clock.advance(seconds=1)

    assert not (await ours.members(direct)).team


async def test_that_slack_leaves_events_out_is_heard_by_every_process(team: Team, two: Two) -> None:
    clock, ours, theirs = two
    direct = place("U3", PlaceKind.DIRECT)
    await ours.members(direct)
    await theirs.deaf()
    team.users["U3"].is_restricted = True

    clock.advance(seconds=61)

    assert not (await ours.members(direct)).team


async def test_slack_says_so_without_an_event(slack: FakeSlack, team: Team, tmp_path: Path) -> None:
    """As docs.slack.dev/reference/events/app_rate_limited shows it."""
    clock = FixedClock(MONDAY)
    async with bridge_at(slack, tmp_path, clock) as bridge:
        adapter = bridge.adapters["slack"]
        assert isinstance(adapter, Slack)
        assert await adapter.profile(Who("slack", "T1", "U3"))
        team.users["U3"].is_restricted = True

        limited = {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1_518_467_820}
        await adapter.take({**limited, "api_app_id": team.app_id, "token": "none"})
        clock.advance(seconds=61)

        told = await adapter.profile(Who("slack", "T1", "U3"))
        assert told is not None
        assert told.guest


async def test_a_channel_made_private_that_one_process_heard_of_is_private_to_all(team: Team, two: Two) -> None:
    clock, ours, theirs = two
    rooms = Rooms(ours.channels, clock)
    assert (await rooms.look("C1")).private is False
    team.channels["C1"].kind = "group"
    await theirs.forget("C1")

    clock.advance(seconds=1)

    assert (await rooms.look("C1")).private is True


@pytest.mark.parametrize(
    ("known", "kind", "private"),
    [
        (False, "channel", False),
        (False, "group", True),
        (False, "mpim", True),
        (False, "G", True),
        (False, "C", False),
        (True, "channel", True),
        (None, "channel", False),
        (None, "C", True),
        (None, "", True),
    ],
)
def test_a_channel_is_private_where_anything_says_so(known: bool | None, kind: str, private: bool) -> None:
    """The single letter stands before the id of private channels too."""
    it = {"type": "message", "channel": "C1", "channel_type": kind, "user": "U1", "ts": "1.000001", "text": "Hi"}

    found = read.heard({"event_id": "Ev1", "event": it}, Us("T1", "UB"), Known(private=known))

    assert isinstance(found, Said)
    assert found.message.where.private is private
