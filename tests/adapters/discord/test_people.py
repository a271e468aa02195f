"""Who somebody is, and whether they are of the team: a member of one of the team's servers, as Discord tells it within
the last minute, and as no administrator said otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from bridge.adapters.discord import Settings
from bridge.adapters.discord.known import people as module
from bridge.adapters.discord.known.people import People, read_profile
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.rest.api import Api
from bridge.model.clock import FixedClock
from bridge.model.errors import SendFailure, StoreError, Throttled, Transient
from bridge.model.place import Circle
from tests.adapters.discord.servers import (
    CLUB,
    ELSEWHERE,
    TEAM,
    MemoryLog,
    api,
    discord,
    freely,
    kept_log,
    people,
    rooms,
    section,
)
from tests.fakes.discord import FakeDiscord, Fault, P
from tests.fakes.discord.shapes import member as told_member

__all__ = ["api", "discord", "freely", "kept_log", "people", "rooms", "section"]

MEMBER = "GET /guilds/{guild_id}/members/{user_id}"


async def guest(people: People, user: str) -> bool | None:
    """None for whoever is nobody's."""
    found = await people.profile(user)
    return found.guest if found else None


@pytest.mark.parametrize(("user", "expected"), [("1", False), ("2", False), ("9", True), ("5", None), ("404", None)])
async def test_of_the_team_is_who_is_in_one_of_its_servers(people: People, user: str, expected: bool | None) -> None:
    """Ana is in the team's server, Bo in both, Eve in the community's, Kim in one that is not ours."""
    assert await guest(people, user) is expected


async def test_whoever_leaves_the_teams_server_is_a_guest_within_a_minute(
    discord: FakeDiscord, people: People, clock: FixedClock
) -> None:
    assert await guest(people, "2") is False
    await discord.leave(TEAM, "2")
    clock.advance(seconds=60)

    assert await guest(people, "2") is True


async def test_whoever_leaves_all_is_nobody_within_a_minute(
    discord: FakeDiscord, people: People, clock: FixedClock
) -> None:
    assert await guest(people, "1") is False
    await discord.leave(TEAM, "1")
    clock.advance(seconds=60)

    assert await guest(people, "1") is None


async def test_whoever_comes_is_of_the_team_within_a_minute(
    discord: FakeDiscord, people: People, clock: FixedClock
) -> None:
    assert await guest(people, "9") is True
    await discord.join(TEAM, "9")
    clock.advance(seconds=60)

    assert await guest(people, "9") is False


async def test_somebody_is_asked_for_once_a_minute(discord: FakeDiscord, people: People, clock: FixedClock) -> None:
    await asyncio.gather(*(people.profile("1") for _ in range(10)))
    clock.advance(seconds=59)
    await people.profile("1")
    assert len(discord.called(MEMBER)) == 1

    clock.advance(seconds=1)
    await people.profile("1")

    assert len(discord.called(MEMBER)) == 2


async def test_where_the_bot_is_no_longer_nobody_counts_as_its_member(discord: FakeDiscord, people: People) -> None:
    await discord.kick(TEAM)

    assert await guest(people, "2") is True
    assert await guest(people, "1") is None


@pytest.mark.parametrize(
    ("fault", "failure"), [(Fault.WRONG_JSON, Transient), (Fault.RATE(7), Throttled), (Fault.CLOUDFLARE, Throttled)]
)
async def test_while_discord_does_not_answer_nobody_is_anything(
    discord: FakeDiscord, people: People, fault: Fault, failure: type[SendFailure]
) -> None:
    discord.faults.next(MEMBER, fault)

    with pytest.raises(failure):
        await people.profile("1")


async def test_a_failure_is_not_remembered(discord: FakeDiscord, people: People) -> None:
    discord.faults.next(MEMBER, Fault.WRONG_JSON)
    with pytest.raises(Transient):
        await people.profile("1")

    assert await guest(people, "1") is False


# Members who are none yet.


async def test_whoever_has_not_agreed_to_the_teams_rules_yet_is_a_guest(
    discord: FakeDiscord, people: People, clock: FixedClock
) -> None:
    discord.guilds[TEAM].members["1"].pending = True
    await people.noted(TEAM, along(discord, TEAM, "1"))
    assert await guest(people, "1") is True
    assert not await admin(people, "1")

    discord.guilds[TEAM].members["1"].pending = False
    clock.advance(seconds=60)

    assert await guest(people, "1") is False


async def test_a_guest_of_one_server_of_the_team_may_be_a_member_of_another(
    discord: FakeDiscord, api: Api, rooms: Rooms, kept_log: Any, section: Settings, clock: FixedClock
) -> None:
    discord.guilds[TEAM].members["2"].pending = True
    both = section.model_copy(update={"team": (TEAM, CLUB), "community": ()})

    assert await guest(People(api, rooms, kept_log, both, clock), "2") is False


@pytest.mark.parametrize(
    ("member", "expected"),
    [({}, False), ({"flags": 16}, True), ({"flags": 17}, True), ({"flags": 15}, False), ({"flags": "16"}, False),
     ({"pending": True}, True), ({"pending": "yes"}, False), ({"flags": 0, "pending": False}, False)],
)  # fmt: skip
def test_a_member_object_says_whether_it_is_a_guests(member: dict[str, Any], expected: bool) -> None:
    assert module.is_guest(member) is expected


# What an administrator said.


async def test_a_server_that_an_administrator_called_community_makes_guests(
    people: People, kept_log: MemoryLog
) -> None:
    kept_log.said[TEAM] = Circle.COMMUNITY

    assert await guest(people, "1") is True
    assert not await people.is_team(TEAM)


async def test_a_server_of_the_community_stays_so_whatever_else_is_said(people: People, kept_log: MemoryLog) -> None:
    """The narrower of both: bridge.toml calls it community."""
    kept_log.said[CLUB] = Circle.TEAM

    assert await guest(people, "9") is True
    assert not await people.is_team(CLUB)


async def test_a_server_that_is_not_listed_is_nobodys(people: People, kept_log: MemoryLog) -> None:
    kept_log.said[ELSEWHERE] = Circle.TEAM

    assert not await people.is_team(ELSEWHERE)
    assert await guest(people, "5") is None


async def test_while_the_database_does_not_answer_nobody_is_of_the_team(people: People, kept_log: MemoryLog) -> None:
    kept_log.locked = True

    with pytest.raises(StoreError):
        await people.profile("1")
    with pytest.raises(StoreError):
        await people.is_team(TEAM)


# What comes along with interactions.


def along(discord: FakeDiscord, guild: str, user: str, **more: Any) -> dict[str, Any]:
    """The member object that an interaction brings."""
    return told_member(discord.guilds[guild], discord.guilds[guild].members[user]) | {"permissions": "1024", **more}


async def test_a_member_that_comes_along_is_not_asked_for(discord: FakeDiscord, people: People) -> None:
    await people.noted(TEAM, along(discord, TEAM, "1"), "de")

    found = await people.profile("1")

    assert found is not None
    assert (found.name, found.handle, found.language, found.guest) == ("Ana Kovač", "ana", "de", False)
    assert discord.called(MEMBER) == []


async def test_a_member_of_the_community_may_be_of_the_team_elsewhere(discord: FakeDiscord, people: People) -> None:
    await people.noted(CLUB, along(discord, CLUB, "2"), "de")

    found = await people.profile("2")

    assert found is not None
    assert (found.name, found.language, found.guest) == ("Bo Lind", "de", False)


async def test_a_member_of_a_server_that_an_administrator_called_community_is_a_guest(
    discord: FakeDiscord, people: People, kept_log: MemoryLog
) -> None:
    kept_log.said[TEAM] = Circle.COMMUNITY

    await people.noted(TEAM, along(discord, TEAM, "1"))

    assert await guest(people, "1") is True


async def test_what_came_along_counts_for_a_minute(discord: FakeDiscord, people: People, clock: FixedClock) -> None:
    await people.noted(TEAM, along(discord, TEAM, "1"))
    await discord.leave(TEAM, "1")
    clock.advance(seconds=60)

    assert await guest(people, "1") is None


@pytest.mark.parametrize("member", [{}, {"user": {}}, {"user": {"id": "x"}}, {"user": 7}])
async def test_a_member_without_a_name_of_their_own_is_not_noted(people: People, member: dict[str, Any]) -> None:
    await people.noted(TEAM, member, "de")

    assert not people._known
    assert not people._languages


# Who looks after a server.


async def admin(people: People, user: str) -> bool:
    found = await people.profile(user)
    assert found is not None
    return found.admin


async def test_whoever_looks_after_the_teams_server_is_an_administrator(discord: FakeDiscord, people: People) -> None:
    """Ana owns it."""
    acme = discord.guilds[TEAM]
    acme.member("3", "cy", roles=[acme.role("201", "Crew", permissions=P.MANAGE_GUILD)])
    acme.member("4", "di", roles=[acme.role("202", "Root", permissions=P.ADMINISTRATOR)])
    acme.member("6", "el", roles=[acme.role("203", "Guide", permissions=P.MANAGE_MESSAGES)])

    assert [await admin(people, user) for user in ("1", "2", "3", "4", "6")] == [True, False, True, True, False]


async def test_whoever_looks_after_a_server_of_the_community_is_none(people: People) -> None:
    """Eve owns it."""
    assert not await admin(people, "9")


async def test_nor_whoever_looks_after_one_that_was_called_community(people: People, kept_log: MemoryLog) -> None:
    kept_log.said[TEAM] = Circle.COMMUNITY

    assert not await admin(people, "1")


@pytest.mark.parametrize(("told", "expected"), [("32", True), ("8", True), ("1024", False), ("0", False)])
async def test_an_interaction_tells_it_itself(discord: FakeDiscord, people: People, told: str, expected: bool) -> None:
    await people.noted(TEAM, along(discord, TEAM, "2", permissions=told))

    assert await admin(people, "2") is expected


@pytest.mark.parametrize("told", [None, "", "-8", "8.0", "x", 8])
async def test_where_it_does_not_it_is_as_before(discord: FakeDiscord, people: People, told: object) -> None:
    await people.profile("1")

    await people.noted(TEAM, along(discord, TEAM, "1", permissions=told))

    assert await admin(people, "1")


# How many are remembered.


async def test_no_more_people_are_kept_than_are_worth_it(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 100)

    for number in range(1, 300):
        await people.noted(TEAM, {"user": {"id": str(number)}}, "de")

    assert (len(people._known), len(people._languages)) == (100, 100)


def test_in_a_list_of_servers_the_teams_come_first(section: Settings) -> None:
    assert section.servers == (TEAM, CLUB)


async def test_of_two_servers_of_the_team_either_will_do(
    discord: FakeDiscord, api: Api, rooms: Rooms, kept_log: Any, section: Settings, clock: FixedClock
) -> None:
    both = section.model_copy(update={"team": (ELSEWHERE, TEAM), "community": (CLUB,)})
    people = People(api, rooms, kept_log, both, clock)

    assert [await guest(people, user) for user in ("1", "2", "5", "9")] == [False, False, False, True]


# Profiles.


def profile(language: str = "", **member: Any) -> Any:
    return read_profile({"user": {"id": "1", "username": "ana"}} | member, language, guest=False, admin=False)


NAMES: Iterable[tuple[dict[str, Any], str]] = [
    ({"nick": "Ana K", "user": {"id": "1", "global_name": "Ana", "username": "ana"}}, "Ana K"),
    ({"nick": None, "user": {"id": "1", "global_name": "Ana", "username": "ana"}}, "Ana"),
    ({"nick": None, "user": {"id": "1", "global_name": None, "username": "ana"}}, "ana"),
    ({"user": {"id": "1"}}, "1"),
    ({"user": []}, ""),
]


@pytest.mark.parametrize(("member", "name"), NAMES)
def test_people_are_called_as_their_server_calls_them(member: dict[str, Any], name: str) -> None:
    assert profile(**member).name == name


@pytest.mark.parametrize(("told", "language"), [("en-GB", "en"), ("de", "de"), ("sv-SE", "sv"), ("", None)])
def test_the_language_is_their_clients(told: str, language: str | None) -> None:
    assert profile(told).language == language


@pytest.mark.parametrize(("told", "picture"), [
    ("a_1f2e", "https://cdn.discordapp.com/avatars/1/a_1f2e.png?size=64"), (None, None), ("", None), ("../x", None),
    ("1f/../2", None), (7, None), ("x" * 65, None),
])  # fmt: skip
def test_a_picture_is_one_of_discords_own(told: object, picture: str | None) -> None:
    assert profile(user={"id": "1", "avatar": told}).picture == picture


def test_a_program_is_told_apart() -> None:
    assert profile(user={"id": "1", "bot": True}).bot
    assert not profile(user={"id": "1", "bot": "yes"}).bot
