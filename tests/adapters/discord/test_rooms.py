"""What a channel or thread is: asked of Discord, or as the SDK keeps it while a connection stands; both say
the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import discord as sdk
import pytest

from bridge.adapters.discord.install.permissions import ASKED, READ_HISTORY, VIEW, needed
from bridge.adapters.discord.known.rooms import Room, Rooms
from bridge.adapters.discord.rest.api import Api
from bridge.model.clock import FixedClock
from bridge.model.errors import Transient, Unreachable
from tests.adapters.discord.servers import CLUB, TEAM, api, discord, freely, section
from tests.fakes.discord import FakeDiscord, Fault, P
from tests.fakes.discord import shapes as shapes

__all__ = ["api", "discord", "freely", "section"]

CHANNEL = "GET /channels/{channel_id}"


def kept_by_sdk(discord: FakeDiscord, guild: str) -> sdk.Guild:
    """The server as a client holds it after GUILD_CREATE."""
    client = sdk.Client(intents=sdk.Intents(guilds=True), member_cache_flags=sdk.MemberCacheFlags.none())
    state = client._connection
    state.user = sdk.ClientUser(state=state, data=shapes.myself(discord.bot))  # type: ignore[arg-type]
    session = SimpleNamespace(intents=1)
    told = discord.gateway.guild_create(discord.guilds[guild], session)  # type: ignore[arg-type]
    return sdk.Guild(data=told, state=state)  # type: ignore[arg-type]


@pytest.fixture(params=["asked", "kept"])
def look(request: pytest.FixtureRequest, discord: FakeDiscord, api: Api, clock: FixedClock) -> Iterator[Rooms]:
    """As of when it is asked."""
    seen: Callable[[str], sdk.Guild | None] = lambda guild: kept_by_sdk(discord, guild)  # noqa: E731
    yield Rooms(api, seen if request.param == "kept" else lambda guild: None, clock)
    if request.param == "kept":
        assert discord.called(CHANNEL) == [], "what the SDK keeps is not asked for"


async def test_an_open_channel_is_everybodys(look: Rooms) -> None:
    room = await look.look(TEAM, "300")

    assert (room.name, room.kind, room.private, room.thread, room.around) == ("team", 0, False, False, "")
    assert room.ours & ASKED & ~P.VIEW_AUDIT_LOG == ASKED & ~P.VIEW_AUDIT_LOG


async def test_a_channel_that_not_everybody_may_see_is_private(look: Rooms) -> None:
    room = await look.look(TEAM, "301")

    assert room.private
    assert room.ours & VIEW


async def test_a_server_where_everybody_sees_nothing_has_private_channels_only(
    discord: FakeDiscord, look: Rooms
) -> None:
    everyone = discord.guilds[TEAM].everyone
    everyone.permissions &= ~int(P.VIEW_CHANNEL)

    assert (await look.look(TEAM, "300")).private


async def test_a_channel_that_is_opened_for_everybody_again_is_not(discord: FakeDiscord, look: Rooms) -> None:
    discord.guilds[TEAM].everyone.permissions &= ~int(P.VIEW_CHANNEL)
    await discord.set_overwrite("300", TEAM, allow=P.VIEW_CHANNEL)

    assert not (await look.look(TEAM, "300")).private


async def test_a_thread_takes_after_its_channel(discord: FakeDiscord, look: Rooms) -> None:
    discord.guilds[TEAM].thread("310", "300", "talk")
    discord.guilds[TEAM].thread("311", "301", "whispers")

    open_one, hidden = await look.look(TEAM, "310"), await look.look(TEAM, "311")

    assert (open_one.thread, open_one.private, open_one.around) == (True, False, "300")
    assert (hidden.thread, hidden.private, hidden.around) == (True, True, "301")


async def test_a_private_thread_is_private_wherever_it_is(discord: FakeDiscord, look: Rooms) -> None:
    discord.guilds[TEAM].thread("310", "300", "talk", private=True, members=[discord.bot.user_id])

    room = await look.look(TEAM, "310")

    assert (room.thread, room.private, room.parent, room.around) == (True, True, "300", "")


async def test_what_we_may_is_what_our_role_and_the_overwrites_say(discord: FakeDiscord, look: Rooms) -> None:
    await discord.set_overwrite("300", discord.bot.user_id, deny=P.READ_MESSAGE_HISTORY)

    room = await look.look(TEAM, "300")

    assert not room.ours & READ_HISTORY
    assert room.ours & P.EMBED_LINKS


async def test_in_a_channel_that_is_for_threads_alone_we_may_write_in_threads(
    discord: FakeDiscord, look: Rooms
) -> None:
    discord.guilds[TEAM].thread("310", "300", "talk")
    await discord.set_overwrite("300", TEAM, deny=P.SEND_MESSAGES)
    await discord.set_overwrite("300", discord.bot.user_id, deny=P.SEND_MESSAGES)

    room = await look.look(TEAM, "310")

    assert room.ours & needed(thread=True) == needed(thread=True)


async def test_a_forum_is_told_apart(look: Rooms) -> None:
    assert (await look.look(TEAM, "302")).kind == 15


# What is asked of Discord.


@pytest.fixture
def rooms(api: Api, clock: FixedClock) -> Rooms:
    return Rooms(api, lambda guild: None, clock)


async def test_a_channel_is_asked_for_once_a_minute(discord: FakeDiscord, rooms: Rooms, clock: FixedClock) -> None:
    await rooms.look(TEAM, "300")
    await discord.set_overwrite("300", TEAM, deny=P.VIEW_CHANNEL)
    await discord.set_overwrite("300", discord.bot.user_id, allow=P.VIEW_CHANNEL)
    clock.advance(seconds=59)
    assert not (await rooms.look(TEAM, "300")).private

    clock.advance(seconds=2)

    assert (await rooms.look(TEAM, "300")).private
    assert len(discord.called(CHANNEL)) == 2


async def test_what_changed_is_asked_for_at_once(discord: FakeDiscord, rooms: Rooms) -> None:
    await rooms.look(TEAM, "300")
    discord.guilds[TEAM].everyone.permissions &= ~int(P.VIEW_CHANNEL)

    rooms.forget(TEAM)

    assert (await rooms.look(TEAM, "300")).private


async def test_many_who_ask_at_once_are_one_question(discord: FakeDiscord, rooms: Rooms) -> None:
    await asyncio.gather(*(rooms.look(TEAM, "300") for _ in range(10)))

    assert len(discord.called(CHANNEL)) == 1
    assert len(discord.called("GET /guilds/{guild_id}")) == 1


async def test_what_failed_is_not_remembered(discord: FakeDiscord, rooms: Rooms) -> None:
    discord.faults.next(CHANNEL, Fault.ERROR(50001))
    with pytest.raises(Unreachable):
        await rooms.look(TEAM, "300")

    assert (await rooms.look(TEAM, "300")).name == "team"


@pytest.mark.parametrize("channel", ["400", "404"])
async def test_a_channel_of_another_server_or_of_none_is_closed(rooms: Rooms, channel: str) -> None:
    with pytest.raises(Unreachable):
        await rooms.look(TEAM, channel)


async def test_a_channel_that_the_sdk_does_not_keep_is_asked_for(
    discord: FakeDiscord, api: Api, clock: FixedClock
) -> None:
    """As threads that sleep."""
    discord.guilds[TEAM].thread("310", "300", "talk", archived=True)
    rooms = Rooms(api, lambda guild: kept_by_sdk(discord, guild), clock)

    assert (await rooms.look(TEAM, "310")).around == "300"
    assert not rooms.is_thread(TEAM, "310")


async def test_threads_are_known_by_the_sdk_alone(discord: FakeDiscord, api: Api, clock: FixedClock) -> None:
    discord.guilds[TEAM].thread("310", "300", "talk")
    discord.guilds[TEAM].thread("311", "300", "whispers", private=True, members=[discord.bot.user_id])
    there: list[bool] = [True]
    rooms = Rooms(api, lambda guild: kept_by_sdk(discord, guild) if there else None, clock)
    assert list(rooms.thread_ids(TEAM)) == ["310"]
    assert (rooms.is_thread(TEAM, "310"), rooms.is_thread(TEAM, "300")) == (True, False)

    there.clear()

    assert (list(rooms.thread_ids(TEAM)), rooms.is_thread(TEAM, "310")) == ([], False)


async def test_the_text_channels_of_a_server_in_their_order(rooms: Rooms) -> None:
    assert [room.name for room in await rooms.rooms(TEAM)] == ["team", "quiet"]
    assert [room.name for room in await rooms.rooms(CLUB)] == ["lounge"]


async def test_while_discord_does_not_answer_nothing_is_said_of_a_channel(discord: FakeDiscord, rooms: Rooms) -> None:
    discord.faults.next(CHANNEL, Fault.WRONG_JSON)

    with pytest.raises(Transient):
        await rooms.look(TEAM, "300")


def test_only_a_public_thread_has_something_around_it() -> None:
    def room(kind: int) -> Room:
        return Room("310", "talk", kind, "300", False, 0)

    assert [room(kind).around for kind in (0, 5, 10, 11, 12, 15)] == ["", "", "300", "300", "", ""]
