"""Channels that follow live: who reads them is known without asking each time, and forgotten once it is not so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.web.api import Api
from bridge.app import Bridge
from bridge.model.clock import FixedClock
from bridge.model.errors import StoreBusy
from bridge.model.kept import Tx
from tests.adapters.slack.stage import acme as people_of
from tests.adapters.slack.stage import bridge_at
from tests.adapters.slack.workspace import MemoryVault, acme, api, place, slack
from tests.fakes.slack import FakeSlack, Fault, Team

__all__ = ["acme", "api", "slack"]

MANY = 60


def since_ever() -> float | None:
    return 0.0


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
async def book(api: Api, vault: MemoryVault, clock: FixedClock) -> AsyncIterator[Directory]:
    directory = Directory(api, vault, clock, since_ever)
    yield directory
    await directory.close()


def smuggle_in_a_guest(team: Team, channel: str) -> None:
    """Without a word to the app."""
    team.user("U7", "gil", is_restricted=True)
    team.channels[channel].members.append("U7")


def asked(slack: FakeSlack) -> dict[str, int]:
    """How often each method that tells of channels was asked."""
    methods = [call.method for call in slack.calls]
    return {name: methods.count(name) for name in sorted(set(methods)) if "conversations" in name}


# What one workspace knows.


async def test_what_events_tell_of_is_asked_for_once_an_hour(
    slack: FakeSlack, book: Directory, clock: FixedClock
) -> None:
    await book.members(place("C1"))
    await book.owner(place("C1"))
    await book.enter(place("C1"))
    clock.advance(minutes=59)
    await book.members(place("C1"))
    assert asked(slack) == {"conversations.info": 1, "conversations.members": 1}

    clock.advance(minutes=2)
    await book.members(place("C1"))

    assert asked(slack) == {"conversations.info": 2, "conversations.members": 2}


async def test_where_the_bot_is_not_it_is_asked_for_once_a_minute(
    acme: Team, book: Directory, clock: FixedClock
) -> None:
    acme.channel("C2", "open", members=["U1"])
    assert (await book.members(place("C2"))).team
    smuggle_in_a_guest(acme, "C2")

    clock.advance(seconds=61)

    assert not (await book.members(place("C2"))).team


async def test_after_a_gap_what_was_known_before_counts_for_its_minute(
    acme: Team, api: Api, vault: MemoryVault, clock: FixedClock
) -> None:
    since: list[float | None] = [0.0]
    book = Directory(api, vault, clock, lambda: since[0])
    await book.members(place("C1"))
    smuggle_in_a_guest(acme, "C1")
    clock.advance(minutes=10)
    assert (await book.members(place("C1"))).team

    since[0] = clock.monotonic()

    assert not (await book.members(place("C1"))).team


async def test_while_nothing_is_heard_it_counts_for_a_minute(
    acme: Team, api: Api, vault: MemoryVault, clock: FixedClock
) -> None:
    book = Directory(api, vault, clock, lambda: None)
    await book.members(place("C1"))
    smuggle_in_a_guest(acme, "C1")

    clock.advance(seconds=61)

    assert not (await book.members(place("C1"))).team


async def test_so_it_does_while_slack_leaves_events_out(acme: Team, book: Directory, clock: FixedClock) -> None:
    await book.deaf()
    await book.members(place("C1"))
    smuggle_in_a_guest(acme, "C1")

    clock.advance(seconds=61)

    assert not (await book.members(place("C1"))).team


async def test_who_came_while_it_was_asked_counts(slack: FakeSlack, acme: Team, book: Directory) -> None:
    await book.members(place("C1"))
    await book.came_or_went("C1", "U3")
    slack.faults.next("conversations.members", Fault.SLOW(0.2))
    asking = asyncio.create_task(book.members(place("C1")))
    await slack.until(lambda: len(slack.called("conversations.members")) == 2)
    await asyncio.sleep(0.05)

    smuggle_in_a_guest(acme, "C1")
    await book.came_or_went("C1", "U7")

    assert not (await asking).team
    assert not (await book.members(place("C1"))).team


async def test_a_full_member_who_becomes_a_guest_changes_every_channel(acme: Team, book: Directory) -> None:
    assert (await book.members(place("C1"))).team
    acme.users["U2"].is_restricted = True

    await book.user_changed(acme.users["U2"].shown(email=False))

    assert not (await book.members(place("C1"))).team


@pytest.mark.parametrize("how", ["joined", "shared", "restricted"])
async def test_what_one_process_heard_all_know_within_a_second(
    acme: Team, api: Api, vault: MemoryVault, clock: FixedClock, how: str
) -> None:
    ours, theirs = (Directory(api, vault, clock, since_ever) for _ in range(2))
    assert (await ours.members(place("C1"))).team

    match how:
        case "joined":
            smuggle_in_a_guest(acme, "C1")
            await theirs.came_or_went("C1", "U7")
        case "shared":
            acme.channels["C1"].ext_shared = True
            await theirs.forget("C1")
        case "restricted":
            acme.users["U2"].is_restricted = True
            await theirs.user_changed(acme.users["U2"].shown(email=False))
    clock.advance(seconds=1)

    assert not (await ours.members(place("C1"))).team


async def test_more_changes_than_are_kept_make_everything_forgotten(
    acme: Team, api: Api, vault: MemoryVault, clock: FixedClock
) -> None:
    ours, theirs = (Directory(api, vault, clock, since_ever) for _ in range(2))
    await ours.members(place("C1"))
    smuggle_in_a_guest(acme, "C1")
    await theirs.came_or_went("C1", "U7")
    for number in range(150):
        await theirs.forget(f"C9{number}")

    clock.advance(seconds=1)

    assert not (await ours.members(place("C1"))).team


class Locked(MemoryVault):
    async def get(self, key: str) -> tuple[bytes, int] | None:
        raise StoreBusy()


async def test_what_cannot_be_told_to_others_counts_for_a_minute_and_is_not_acknowledged(
    acme: Team, api: Api, clock: FixedClock
) -> None:
    book = Directory(api, Locked(), clock, since_ever)
    await book.members(place("C1"))
    smuggle_in_a_guest(acme, "C1")

    clock.advance(seconds=61)

    assert not (await book.members(place("C1"))).team
    assert not await book.forget("C1")


async def test_many_channels_are_learnt_about_by_one_request(slack: FakeSlack, acme: Team, book: Directory) -> None:
    for number in range(40):
        acme.channel(f"CM{number}", f"m{number}", members=["U1"], creator="U1", bot=True)

    await asyncio.gather(*(book.members(place(f"CM{number}")) for number in range(40)))

    assert asked(slack) == {"conversations.info": 5, "conversations.members": 40, "users.conversations": 1}


async def test_a_person_in_many_channels_is_asked_for_once(slack: FakeSlack, acme: Team, book: Directory) -> None:
    for number in range(40):
        acme.channel(f"CM{number}", f"m{number}", members=["U1", "U2"], creator="U1", bot=True)

    await asyncio.gather(*(book.members(place(f"CM{number}")) for number in range(40)))

    assert len(slack.called("users.info")) == 3


async def test_what_was_heard_of_somebody_while_they_were_asked_for_counts(
    slack: FakeSlack, acme: Team, book: Directory, clock: FixedClock
) -> None:
    slack.faults.next("users.info", Fault.SLOW(0.1))
    asking = asyncio.create_task(book.profile("U2"))
    await slack.until(lambda: slack.called("users.info"))
    await asyncio.sleep(0.03)
    clock.advance(seconds=0.1)
    await book.user_changed({**acme.users["U2"].shown(email=False), "is_restricted": True})

    await asking

    found = await book.profile("U2")
    assert found is not None
    assert found.guest


async def test_without_the_list_each_is_asked_for_alone(slack: FakeSlack, acme: Team, book: Directory) -> None:
    slack.faults.next("users.conversations", Fault.ERROR("missing_scope"))
    for number in range(10):
        acme.channel(f"CM{number}", f"m{number}", members=["U1"], creator="U1", bot=True)

    found = [await book.members(place(f"CM{number}")) for number in range(10)]

    assert all(members.team for members in found)


# A whole bridge.


@pytest.fixture
async def team(slack: FakeSlack) -> Team:
    team = people_of(slack)
    team.user("U9", "gil", is_restricted=True)
    for number in range(MANY):
        team.channel(f"CM{number}", f"m{number}", members=["U1", "U2"], creator="U1", bot=True)
    return team


@pytest.fixture
async def bridge(slack: FakeSlack, team: Team, tmp_path: Path, clock: FixedClock) -> AsyncIterator[Bridge]:
    """Sixty channels follow #release live; Slack's tiers are enforced from the first request on."""
    slack.enforce_tiers = True
    async with bridge_at(slack, tmp_path, clock) as bridge:
        await slack.until(lambda: len(team.sockets.connections) == 2)
        for number in range(MANY):
            await team.command("U1", f"CM{number}", "/bridge", "follow #release live here")
        await slack.until(lambda: all(team.texts(f"CM{number}") for number in range(MANY)), 20)
        await settled(bridge, team)
        clock.advance(seconds=2)
        yield bridge


def reached(team: Team, text: str) -> set[int]:
    return {number for number in range(MANY) if text in str(team.texts(f"CM{number}"))}


async def settled(bridge: Bridge, team: Team) -> None:
    """The bridge knows of all that stands there: only then may an hour pass."""
    last = {f"CM{number}": team.messages(f"CM{number}")[-1].ts for number in range(MANY)}

    def missing(tx: Tx) -> list[str]:
        places = {key: tx.places.at(PLATFORM, "T1", key, False) for key in last}
        return [key for key, at in places.items() if at is None or not tx.outbox.by_message(at.id, last[key])]

    for _ in range(200):
        if not await bridge.store.read(missing):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not settled")


def refused(slack: FakeSlack) -> list[str]:
    """The methods that Slack answered with 429."""
    return [call.method for call in slack.calls if not call.answer]


async def test_one_update_reaches_sixty_channels_at_once(
    slack: FakeSlack, team: Team, bridge: Bridge, clock: FixedClock
) -> None:
    assert asked(slack) == {"conversations.info": 5, "conversations.members": MANY, "users.conversations": 1}
    slack.calls.clear()
    clock.advance(minutes=30)

    await team.command("U2", "C1", "/bridge", "status First #release")
    await slack.until(lambda: len(reached(team, "First")) == MANY, 20)
    await settled(bridge, team)
    assert asked(slack) == {}

    clock.advance(minutes=31)
    await team.command("U2", "C1", "/bridge", "status Second #release")
    await slack.until(lambda: len(reached(team, "Second")) == MANY, 20)

    assert asked(slack) == {"conversations.info": 5, "conversations.members": MANY, "users.conversations": 1}
    assert refused(slack) == []


async def test_a_guest_who_joins_stops_the_next_update_at_once(
    slack: FakeSlack, team: Team, bridge: Bridge, clock: FixedClock
) -> None:
    await team.join("U9", "CM7")

    await team.command("U2", "C1", "/bridge", "status First #release")
    await slack.until(lambda: len(reached(team, "First")) == MANY - 1, 20)
    # In order: whoever has the second was to have had the first.
    clock.advance(seconds=2)
    await team.command("U2", "C1", "/bridge", "status Second #release")
    await slack.until(lambda: len(reached(team, "Second")) == MANY - 1, 20)

    assert 7 not in reached(team, "First")


async def test_so_does_one_who_joins_while_nothing_is_heard(
    slack: FakeSlack, team: Team, bridge: Bridge, clock: FixedClock
) -> None:
    clock.advance(minutes=10)
    slack.faults.next("apps.connections.open", Fault.HTTP_500, times=100)
    await team.sockets.close()
    await team.join("U9", "CM7")
    await slack.until(lambda: all(event.attempt > 1 for event in team.sockets.unacked))
    slack.faults.clear()
    await slack.until(lambda: len(team.sockets.connections) == 2)

    await team.command("U2", "C1", "/bridge", "status First #release")
    await slack.until(lambda: len(reached(team, "First")) == MANY - 1, 20)
    # In order: whoever has the second was to have had the first.
    clock.advance(seconds=2)
    await team.command("U2", "C1", "/bridge", "status Second #release")
    await slack.until(lambda: len(reached(team, "Second")) == MANY - 1, 20)

    assert 7 not in reached(team, "First")
    assert team.sockets.unacked, "the event has not come again yet"
