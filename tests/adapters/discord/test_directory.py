"""Who reads a place, whether we are let in there, and links there and back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bridge.adapters.discord.install.permissions import ASKED
from bridge.adapters.discord.known.directory import Directory
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.rest.direct import Directs
from bridge.model.command import Where
from bridge.model.errors import NotInside, StoreError, Transient, Unreachable
from bridge.model.place import UNKNOWN_MEMBERS, Circle, Members, PlaceKind
from tests.adapters.discord.servers import (
    CLUB,
    ELSEWHERE,
    TEAM,
    MemoryLog,
    api,
    book,
    directs,
    discord,
    freely,
    kept_log,
    people,
    place,
    rooms,
    section,
    vault,
)
from tests.fakes.discord import FakeDiscord, Fault, P
from tests.fakes.discord import shapes as shapes

__all__ = [
    "api", "book", "directs", "discord", "freely", "kept_log", "people", "rooms", "section", "vault",
]  # fmt: skip

DIRECT, THREAD = PlaceKind.DIRECT, PlaceKind.THREAD
SERVER, MEMBER = "GET /guilds/{guild_id}", "GET /guilds/{guild_id}/members/{user_id}"
CHANNEL = "GET /channels/{channel_id}"


# Members.


async def test_a_channel_of_the_teams_server_is_the_teams(discord: FakeDiscord, book: Directory) -> None:
    discord.guilds[TEAM].thread("310", "300", "talk")

    assert await book.members(place("300")) == Members(True, team=True, count=3)
    assert await book.members(place("301")) == Members(True, team=True, count=3)
    assert await book.members(place("310", THREAD)) == Members(True, team=True, count=3)


async def test_a_channel_of_the_communitys_server_is_not(discord: FakeDiscord, book: Directory) -> None:
    """Though Bo of the team reads it too."""
    discord.guilds[CLUB].thread("410", "400", "talk")

    assert await book.members(place("400", guild=CLUB)) == Members(True, team=False, count=3)
    assert (await book.members(place("410", THREAD, guild=CLUB))).wide


@pytest.mark.parametrize("features", [["DISCOVERABLE"], ["NEWS", "PREVIEW_ENABLED"]])
async def test_a_server_that_strangers_may_look_into_is_not_the_teams(
    monkeypatch: pytest.MonkeyPatch, book: Directory, features: list[str]
) -> None:
    told = shapes.guild
    monkeypatch.setattr(shapes, "guild", lambda one: told(one) | {"features": features})

    assert (await book.members(place("300"))).wide


async def test_a_channel_of_a_server_that_is_not_ours_is_closed(book: Directory) -> None:
    with pytest.raises(Unreachable, match="no longer one of ours"):
        await book.members(place("600", guild=ELSEWHERE))


async def test_a_channel_of_a_server_that_threw_us_out_is_closed(discord: FakeDiscord, book: Directory) -> None:
    await discord.kick(TEAM)

    with pytest.raises(Unreachable, match="invite"):
        await book.members(place("300"))


async def test_what_an_administrator_said_counts_at_once(book: Directory, kept_log: MemoryLog) -> None:
    assert (await book.members(place("300"))).team
    kept_log.said[TEAM] = Circle.COMMUNITY

    assert (await book.members(place("300"))).wide


async def test_a_direct_message_is_read_by_one(book: Directory) -> None:
    assert await book.members(place("1", DIRECT)) == Members(True, team=True, count=1)
    assert await book.members(place("2", DIRECT)) == Members(True, team=True, count=1)
    assert await book.members(place("9", DIRECT)) == Members(True, team=False, count=1)


async def test_the_direct_message_of_somebody_who_left_is_nobodys(book: Directory) -> None:
    assert await book.members(place("5", DIRECT)) == UNKNOWN_MEMBERS


@pytest.mark.parametrize("fault", [Fault.WRONG_JSON, Fault.RATE(30), Fault.RATE(30, "global"), Fault.CLOUDFLARE])
async def test_members_are_unknown_while_discord_does_not_answer(
    discord: FakeDiscord, book: Directory, fault: Fault
) -> None:
    discord.faults.next(SERVER, fault)
    assert await book.members(place("300")) == UNKNOWN_MEMBERS

    discord.faults.next(MEMBER, fault)
    assert await book.members(place("1", DIRECT)) == UNKNOWN_MEMBERS


async def test_a_database_that_does_not_answer_is_no_platform_that_tells_nothing(
    book: Directory, kept_log: MemoryLog
) -> None:
    """Else the place would wait for a minute, where a second is enough."""
    kept_log.locked = True

    with pytest.raises(StoreError):
        await book.members(place("300"))
    with pytest.raises(StoreError):
        await book.members(place("1", DIRECT))


# Being let in.


async def test_an_open_channel_needs_no_entering(book: Directory) -> None:
    await book.enter(place("300"))


async def test_nor_does_a_private_one_that_we_are_in(book: Directory) -> None:
    await book.enter(place("301"))


async def test_a_direct_message_is_always_open(discord: FakeDiscord, book: Directory) -> None:
    await book.enter(place("1", DIRECT))

    assert discord.called(CHANNEL) == []


async def test_a_private_channel_without_us_says_what_to_allow(discord: FakeDiscord, book: Directory) -> None:
    discord.guilds[TEAM].channel("303", "plans", private=True, allow=["1"])

    with pytest.raises(NotInside, match=r"allow @Bridge to: View Channels, Send Messages, Embed Links, Attach Files\."):
        await book.enter(place("303"))


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        (P.SEND_MESSAGES, "Send Messages"),
        (P.EMBED_LINKS, "Embed Links"),
        (P.ATTACH_FILES | P.EMBED_LINKS, "Embed Links, Attach Files"),
    ],
)
async def test_what_is_missing_is_named(discord: FakeDiscord, book: Directory, denied: P, named: str) -> None:
    await discord.set_overwrite("300", discord.bot.user_id, deny=denied)

    with pytest.raises(NotInside, match=rf"allow @Bridge to: {named}\."):
        await book.enter(place("300"))


async def test_what_can_be_done_without_is_not_asked_for(discord: FakeDiscord, book: Directory) -> None:
    others = P.READ_MESSAGE_HISTORY | P.SEND_MESSAGES_IN_THREADS
    await discord.set_overwrite("300", discord.bot.user_id, deny=others)

    await book.enter(place("300"))


async def test_a_thread_wants_permissions_of_its_own(discord: FakeDiscord, book: Directory) -> None:
    discord.guilds[TEAM].thread("310", "300", "talk")
    await book.enter(place("310", THREAD))
    discord.guilds[TEAM].thread("311", "301", "whispers")
    others = ASKED & ~P.SEND_MESSAGES_IN_THREADS
    await discord.set_overwrite("301", discord.bot.user_id, allow=others, deny=P.SEND_MESSAGES_IN_THREADS)

    with pytest.raises(NotInside, match=r"to: Send Messages in Threads\."):
        await book.enter(place("311", THREAD))


async def test_a_forum_itself_takes_nothing_and_its_posts_do(discord: FakeDiscord, book: Directory) -> None:
    discord.guilds[TEAM].thread("320", "302", "an idea")

    with pytest.raises(NotInside, match="forum"):
        await book.enter(place("302"))
    await book.enter(place("320", THREAD))


async def test_whether_we_are_in_is_not_known_while_discord_does_not_answer(
    discord: FakeDiscord, book: Directory
) -> None:
    discord.faults.next(CHANNEL, Fault.WRONG_JSON)

    with pytest.raises(Transient):
        await book.enter(place("300"))


# Links.


@pytest.mark.parametrize(("key", "kind"), [("300", PlaceKind.CHANNEL), ("301", PlaceKind.CHANNEL), ("310", THREAD)])
async def test_a_link_to_one_of_our_messages(book: Directory, key: str, kind: PlaceKind) -> None:
    assert book.permalink(place(key, kind), "888") == f"https://discord.com/channels/{TEAM}/{key}/888"


@pytest.mark.parametrize("guild", [TEAM, CLUB])
async def test_a_link_into_a_server_of_ours_leads_there(book: Directory, guild: str) -> None:
    assert book.locate(f"https://discord.com/channels/{guild}/300/888") == (Where("discord", guild, "300"), "888")


async def test_a_link_into_a_thread_that_is_known_leads_into_the_thread(rooms: Rooms, book: Directory) -> None:
    known: Any = SimpleNamespace(get_thread={310: "talk"}.get)
    rooms._seen = lambda guild: known

    assert book.locate(f"https://discord.com/channels/{TEAM}/310/888") == (Where("discord", TEAM, "310", THREAD), "888")
    assert book.locate(f"https://discord.com/channels/{TEAM}/300/888") == (Where("discord", TEAM, "300"), "888")


@pytest.mark.parametrize(
    "link",
    [
        f"https://discord.com/channels/{ELSEWHERE}/600/888",
        f"https://discord.com.example.org/channels/{TEAM}/300/888",
        f"https://discord.com/channels/{TEAM}/300",
        "https://discord.com/channels/@me/700/888",
        "https://acme.slack.com/archives/C1/p1700000000000100",
        "",
    ],
)
async def test_any_other_link_leads_nowhere(book: Directory, link: str) -> None:
    assert book.locate(link) is None


async def test_a_link_into_a_direct_message_leads_to_its_person(book: Directory, directs: Directs) -> None:
    assert book.permalink(place("1", DIRECT), "888") is None
    await directs.met("1", "700")

    link = book.permalink(place("1", DIRECT), "888")

    assert link == "https://discord.com/channels/@me/700/888"
    assert book.locate(link) == (Where("discord", "people", "1", DIRECT, private=True), "888")


async def test_of_somebody_who_was_met_elsewhere_there_is_no_link(book: Directory, directs: Directs) -> None:
    await directs.met("1")

    assert book.permalink(place("1", DIRECT), "888") is None
