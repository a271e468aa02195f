"""Who people are, who reads a place, and links there and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.adapters.slack.known import people
from bridge.adapters.slack.known.directory import Directory
from bridge.adapters.slack.known.people import People
from bridge.adapters.slack.known.profiles import read_profile
from bridge.adapters.slack.web.api import Api
from bridge.model.clock import FixedClock
from bridge.model.command import Where
from bridge.model.errors import NotInside, Transient, Unreachable
from bridge.model.place import Members, PlaceKind
from tests.adapters.slack.workspace import MemoryVault, acme, api, place, slack
from tests.fakes.slack import FakeSlack, Fault, Team

__all__ = ["acme", "api", "slack"]

DIRECT = PlaceKind.DIRECT
THREAD = PlaceKind.THREAD


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
async def book(api: Api, vault: MemoryVault, clock: FixedClock) -> AsyncIterator[Directory]:
    directory = Directory(api, vault, clock)
    yield directory
    await directory.close()


# People.


async def test_a_profile_says_who_somebody_is(acme: Team, book: Directory) -> None:
    acme.user("U7", "dana", "Dana Okoro", tz="Europe/Lisbon", locale="pt-PT")

    found = await book.profile("U7")

    assert found is not None
    assert (found.name, found.handle) == ("Dana Okoro", "dana")
    assert (found.zone, found.language) == ("Europe/Lisbon", "pt")
    assert (found.guest, found.bot) == (False, False)
    assert found.picture is not None
    assert found.picture.startswith("https://")


async def test_a_profile_is_asked_for_once_an_hour(slack: FakeSlack, book: Directory, clock: FixedClock) -> None:
    await book.profile("U1")
    await book.profile("U1")
    assert len(slack.called("users.info")) == 1

    clock.advance(minutes=61)
    await book.profile("U1")

    assert len(slack.called("users.info")) == 2


async def test_nobody_has_no_profile(book: Directory) -> None:
    assert await book.profile("U404") is None


OUTSIDERS: list[dict[str, Any]] = [
    {"is_restricted": True},
    {"is_ultra_restricted": True},
    {"is_stranger": True, "team": "T9"},
]


@pytest.mark.parametrize("how", OUTSIDERS)
async def test_whoever_is_no_full_member_is_a_guest(acme: Team, book: Directory, how: dict[str, Any]) -> None:
    acme.user("U7", "gil", **how)

    found = await book.profile("U7")

    assert found is not None
    assert found.guest


def test_a_colleague_of_another_workspace_of_the_organisation_is_none() -> None:
    user = {"id": "W1", "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}

    assert not read_profile(user, "T1", "E1").guest
    assert read_profile(user, "T1", "").guest
    assert read_profile(user, "T1", "E2").guest


def test_a_user_object_of_which_nothing_is_right_is_still_read() -> None:
    assert read_profile({"id": "U1", "profile": [], "tz": 7, "locale": None}, "T1", "").name == "U1"


async def test_an_event_about_a_user_corrects_what_is_known(slack: FakeSlack, book: Directory) -> None:
    await book.profile("U1")

    book.people.noted({"id": "U1", "team_id": "T1", "real_name": "Ana Nova", "is_restricted": True})

    found = await book.profile("U1")
    assert found is not None
    assert (found.name, found.guest, found.language) == ("Ana Nova", True, "en")
    assert len(slack.called("users.info")) == 1


async def test_ten_thousand_people_fit_and_no_more_than_that_are_kept(
    api: Api, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "KNOWN", 100)
    known = People(api, clock)

    for number in range(300):
        known.noted({"id": f"U{number}", "team_id": "T1"})

    assert len(known._known) == 100


# Members.


async def test_a_channel_of_the_team_is_the_teams(book: Directory) -> None:
    assert await book.members(place("C1")) == Members(True, team=True, count=2)


async def test_a_thread_is_read_by_its_channel(book: Directory) -> None:
    assert (await book.members(place("C1:1700000000.000100", THREAD))).count == 2


async def test_one_guest_makes_a_channel_the_communitys(acme: Team, book: Directory) -> None:
    acme.user("U7", "gil", is_restricted=True)
    acme.channel("C2", "club", members=["U1", "U7"], bot=True)

    found = await book.members(place("C2"))

    assert found.known
    assert not found.team


async def test_a_channel_shared_with_another_organisation_is_the_communitys(acme: Team, book: Directory) -> None:
    acme.channel("C2", "partners", members=["U1"], bot=True, ext_shared=True, shared_teams=["T9"])

    found = await book.members(place("C2"))

    assert found.known
    assert not found.team


async def test_a_direct_message_is_read_by_one(acme: Team, book: Directory) -> None:
    acme.user("U7", "gil", is_restricted=True)

    assert await book.members(place("U1", DIRECT)) == Members(True, team=True, count=1)
    assert await book.members(place("U7", DIRECT)) == Members(True, team=False, count=1)


async def test_a_private_channel_without_us_is_closed(acme: Team, book: Directory) -> None:
    acme.channel("C2", "secret", members=["U1"], private=True)

    with pytest.raises(Unreachable, match="/invite @bridge there"):
        await book.members(place("C2"))


@pytest.mark.parametrize("scope", ["channels:read", "groups:read"])
async def test_members_are_unknown_where_the_bot_may_not_look(acme: Team, book: Directory, scope: str) -> None:
    acme.channel("C2", "secret", members=["U1"], private=True, bot=True)
    acme.scopes -= {scope}

    found = await book.members(place("C1" if scope == "channels:read" else "C2"))

    assert not found.known


async def test_members_are_unknown_while_slack_does_not_answer_and_known_after(
    slack: FakeSlack, book: Directory
) -> None:
    slack.faults.next("conversations.members", Fault.HTTP_500)

    assert not (await book.members(place("C1"))).known
    assert (await book.members(place("C1"))).known


async def test_members_are_remembered_for_a_minute(acme: Team, book: Directory, clock: FixedClock) -> None:
    await book.members(place("C1"))
    acme.user("U7", "gil", is_restricted=True)
    acme.channels["C1"].members.append("U7")
    assert (await book.members(place("C1"))).team

    clock.advance(seconds=61)

    assert not (await book.members(place("C1"))).team


async def test_members_are_asked_anew_once_a_change_was_heard(acme: Team, book: Directory) -> None:
    await book.members(place("C1"))
    acme.user("U7", "gil", is_restricted=True)
    acme.channels["C1"].members.append("U7")

    await book.forget("C1")

    assert not (await book.members(place("C1"))).team


def crowd(acme: Team, size: int) -> None:
    for number in range(size):
        acme.user(f"UC{number:05}", f"c{number}")
    acme.channel("C2", "all", members=[f"UC{number:05}" for number in range(size)], bot=True)


async def test_a_big_channel_is_judged_by_the_list_of_everybody(slack: FakeSlack, acme: Team, book: Directory) -> None:
    crowd(acme, 2000)

    assert await book.members(place("C2")) == Members(True, team=True, count=2000)
    assert len(slack.called("users.list")) == 3
    assert slack.called("users.info") == []


async def test_a_big_channel_with_one_guest_is_the_communitys(acme: Team, book: Directory) -> None:
    crowd(acme, 1200)
    acme.users["UC00777"].is_ultra_restricted = True

    assert not (await book.members(place("C2"))).team


async def test_a_long_list_is_read_on_while_its_channel_is_unknown(
    slack: FakeSlack, acme: Team, book: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "PATIENCE", 0.01)
    slack.faults.next("users.list", Fault.SLOW(0.1))
    crowd(acme, 50)

    first = await book.members(place("C2"))
    await asyncio.sleep(0.15)

    assert not first.known
    assert (await book.members(place("C2"))).team


# Channels.


async def test_a_channel_belongs_to_whoever_made_it(book: Directory) -> None:
    assert await book.owner(place("C1")) == "U1"
    assert await book.owner(place("U1", DIRECT)) is None


async def test_a_public_channel_is_entered(slack: FakeSlack, acme: Team, book: Directory) -> None:
    acme.channel("C2", "open", members=["U1"])

    await book.enter(place("C2"))
    assert acme.bot.id in acme.channels["C2"].members
    await book.enter(place("C2"))
    assert len(slack.called("conversations.join")) == 1


async def test_a_private_channel_says_what_to_type(acme: Team, book: Directory) -> None:
    acme.channel("C2", "secret", members=["U1"], private=True)

    with pytest.raises(NotInside, match="/invite @bridge"):
        await book.enter(place("C2"))


async def test_inside_a_private_channel_there_is_nothing_to_type(acme: Team, book: Directory) -> None:
    acme.channel("C2", "secret", members=["U1"], private=True, bot=True)

    await book.enter(place("C2"))

    assert acme.bot.id in acme.channels["C2"].members


async def test_without_leave_to_join_somebody_invites(acme: Team, book: Directory) -> None:
    acme.channel("C2", "open", members=["U1"])
    acme.scopes -= {"channels:join"}

    with pytest.raises(NotInside, match="/invite @bridge"):
        await book.enter(place("C2"))


async def test_a_direct_message_needs_no_entering(slack: FakeSlack, book: Directory) -> None:
    await book.enter(place("U1", DIRECT))

    assert slack.called("conversations.info") == []


# Direct messages.


async def test_a_direct_message_is_opened_once_and_known_after_a_restart(
    slack: FakeSlack, api: Api, book: Directory, vault: MemoryVault, clock: FixedClock
) -> None:
    channel = await book.dm("U1")
    assert await book.dm("U1") == channel
    again = Directory(api, vault, clock)

    assert await again.dm("U1") == channel
    assert len(slack.called("conversations.open")) == 1


async def test_somebody_who_left_has_no_direct_message(slack: FakeSlack, book: Directory) -> None:
    slack.faults.next("conversations.open", Fault.ERROR("user_disabled"))

    with pytest.raises(Unreachable, match="deactivated"):
        await book.dm("U1")


async def test_a_direct_message_that_slack_does_not_name_is_asked_for_again(slack: FakeSlack, book: Directory) -> None:
    slack.faults.next("conversations.open", Fault.HTTP_500)

    with pytest.raises(Transient):
        await book.dm("U1")


# Links.

LINKS = [
    ("C1", PlaceKind.CHANNEL, "https://acme.slack.com/archives/C1/p1700000000000100"),
    (
        "C1:1699999999.000200",
        THREAD,
        "https://acme.slack.com/archives/C1/p1700000000000100?thread_ts=1699999999.000200&cid=C1",
    ),
]


@pytest.mark.parametrize(("key", "kind", "link"), LINKS)
async def test_a_link_leads_there_and_back(book: Directory, key: str, kind: PlaceKind, link: str) -> None:
    message = "1700000000.000100"

    assert book.permalink(place(key, kind), message) == link
    assert book.locate(link) == (Where("slack", "T1", key, kind), message)


async def test_a_link_into_a_direct_message_leads_to_its_person(book: Directory) -> None:
    assert book.permalink(place("U1", DIRECT), "1700000000.000100") is None
    channel = await book.dm("U1")

    link = book.permalink(place("U1", DIRECT), "1700000000.000100")

    assert link == f"https://acme.slack.com/archives/{channel}/p1700000000000100"
    assert book.locate(link) == (Where("slack", "T1", "U1", DIRECT), "1700000000.000100")


async def test_what_the_bot_writes_in_a_direct_message_does_not_make_it_the_bots(acme: Team, book: Directory) -> None:
    channel = await book.dm("U1")

    book.noted_dm(acme.bot.id, channel)

    assert book.locate(f"https://acme.slack.com/archives/{channel}/p1700000000000100") == (
        Where("slack", "T1", "U1", DIRECT),
        "1700000000.000100",
    )


ELSEWHERE = [
    "https://other.slack.com/archives/C1/p1700000000000100",
    "https://acme.slack.com.example.com/archives/C1/p1700000000000100",
    "https://acme.slack.com/archives/C1",
    "https://acme.slack.com/archives/DSTRANGER/p1700000000000100",
    "https://acme.slack.com/team/U1",
    "acme.slack.com/archives/C1/p1700000000000100",
    "https://[",
    "",
]


@pytest.mark.parametrize("link", ELSEWHERE)
async def test_any_other_link_leads_nowhere(book: Directory, link: str) -> None:
    assert book.locate(link) is None


async def test_the_link_of_a_threads_first_message_is_the_channels(book: Directory) -> None:
    link = "https://acme.slack.com/archives/C1/p1700000000000100?thread_ts=1700000000.000100&cid=C1"

    assert book.locate(link) == (Where("slack", "T1", "C1"), "1700000000.000100")
