"""Direct messages: opened only to those who used the bot, one after the other, and remembered."""

from __future__ import annotations

import pytest

from bridge.adapters.discord.names import PEOPLE
from bridge.adapters.discord.rest import direct
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.rest.direct import NEVER_MET, Directs
from bridge.model.clock import FixedClock
from bridge.model.errors import Throttled, Transient, Unreachable
from tests.adapters.discord.servers import LockedVault, MemoryVault, api, directs, discord, freely, section, vault
from tests.fakes.discord import FakeDiscord, Fault

__all__ = ["api", "directs", "discord", "freely", "section", "vault"]

OPEN = "POST /users/@me/channels"


async def test_nobody_is_written_to_who_never_used_the_bot(discord: FakeDiscord, directs: Directs) -> None:
    with pytest.raises(Unreachable) as refused:
        await directs.channel("1")

    assert refused.value.params["reason"] == NEVER_MET
    assert discord.called(OPEN) == []


async def test_whoever_used_it_is(discord: FakeDiscord, directs: Directs) -> None:
    await directs.met("1")

    assert await directs.channel("1") == discord.direct("1").id
    await directs.channel("1")
    assert len(discord.called(OPEN)) == 1


async def test_where_they_wrote_to_us_there_is_nothing_to_open(discord: FakeDiscord, directs: Directs) -> None:
    await directs.met("1", "700")

    assert await directs.channel("1") == "700"
    assert discord.called(OPEN) == []


async def test_both_are_known_after_a_restart(
    discord: FakeDiscord, api: Api, vault: MemoryVault, directs: Directs, clock: FixedClock
) -> None:
    await directs.met("1", "700")
    await directs.met("2")
    again = Directs(api, vault, clock)

    assert await again.channel("1") == "700"
    assert (again.met_channel("1"), again.user_of("700")) == ("700", "1")
    assert await again.channel("2") == discord.direct("2").id
    assert len(discord.called(OPEN)) == 1


async def test_an_opened_one_is_known_after_a_restart(
    discord: FakeDiscord, api: Api, vault: MemoryVault, directs: Directs, clock: FixedClock
) -> None:
    await directs.met("1")
    opened = await directs.channel("1")
    again = Directs(api, vault, clock)
    await again.met("1")

    assert await again.channel("1") == opened
    assert len(discord.called(OPEN)) == 1


async def test_another_application_has_other_direct_messages(
    discord: FakeDiscord, api: Api, vault: MemoryVault, directs: Directs, clock: FixedClock
) -> None:
    await directs.met("1", "700")
    assert api._identity is not None
    object.__setattr__(api._identity, "app", "901")

    with pytest.raises(Unreachable):
        await Directs(api, vault, clock).channel("1")


async def test_using_the_bot_in_a_server_forgets_no_channel(directs: Directs, vault: MemoryVault) -> None:
    await directs.met("1", "700")
    before = dict(vault.kept)

    await directs.met("1")

    assert await directs.channel("1") == "700"
    assert vault.kept == before


async def test_without_the_vault_it_is_known_until_the_restart(
    discord: FakeDiscord, api: Api, clock: FixedClock
) -> None:
    directs = Directs(api, LockedVault(), clock)
    await directs.met("1")

    assert await directs.channel("1") == discord.direct("1").id


async def test_new_ones_are_opened_at_a_trickle(discord: FakeDiscord, directs: Directs, clock: FixedClock) -> None:
    for user in ("1", "2", "9"):
        await directs.met(user)
    await directs.channel("1")
    with pytest.raises(Throttled) as told:
        await directs.channel("2")
    assert float(str(told.value.params["seconds"])) == pytest.approx(6.0)
    assert len(discord.called(OPEN)) == 1, "asked too early"

    clock.advance(seconds=6)
    await directs.channel("2")

    with pytest.raises(Throttled):
        await directs.channel("9")
    assert len(discord.called(OPEN)) == 2


async def test_those_that_are_known_wait_for_nothing(directs: Directs) -> None:
    await directs.met("1")
    await directs.channel("1")
    await directs.met("2", "701")

    assert await directs.channel("2") == "701"
    assert await directs.channel("1")


async def test_a_door_that_discord_shut_is_not_knocked_at(
    discord: FakeDiscord, directs: Directs, clock: FixedClock
) -> None:
    """40003: too many were opened."""
    discord.faults.next(OPEN, Fault.ERROR(40003))
    await directs.met("1")
    await directs.met("2")
    with pytest.raises(Throttled):
        await directs.channel("1")

    clock.advance(seconds=300)
    for user in ("1", "2"):
        with pytest.raises(Throttled) as told:
            await directs.channel(user)
    assert float(str(told.value.params["seconds"])) >= 300
    assert len(discord.called(OPEN)) == 1

    clock.advance(seconds=301)
    assert await directs.channel("1")


async def test_a_429_shuts_it_as_long_as_it_says(discord: FakeDiscord, directs: Directs, clock: FixedClock) -> None:
    discord.faults.next(OPEN, Fault.RATE(42))
    await directs.met("1")
    with pytest.raises(Throttled) as told:
        await directs.channel("1")
    assert told.value.params["seconds"] == 42

    clock.advance(seconds=41)
    with pytest.raises(Throttled):
        await directs.channel("1")
    clock.advance(seconds=2)

    assert await directs.channel("1")
    assert len(discord.called(OPEN)) == 2


async def test_who_is_nobody_for_discord_cannot_be_written_to(directs: Directs) -> None:
    await directs.met("404")

    with pytest.raises(Unreachable):
        await directs.channel("404")


async def test_what_discord_says_that_is_no_channel_is_asked_for_again(
    discord: FakeDiscord, directs: Directs, clock: FixedClock
) -> None:
    await directs.met("1")
    discord.faults.next(OPEN, Fault(text="{}"), Fault.WRONG_JSON)
    for _ in range(2):
        with pytest.raises(Transient):
            await directs.channel("1")
        clock.advance(seconds=6)

    assert await directs.channel("1")


# Whose a channel is.


async def test_whose_it_is_can_be_asked(discord: FakeDiscord, directs: Directs) -> None:
    """Events in a direct message do not all say it, and after a restart nothing is known."""
    channel = discord.direct("1").id

    assert [await directs.whose(channel) for _ in range(2)] == ["1", "1"]

    assert len(discord.called("GET /channels/{channel_id}")) == 1
    with pytest.raises(Unreachable):
        await directs.channel("1")  # asking about it is no use of the bot


async def test_a_channel_of_nobodys_is_nobodys(directs: Directs) -> None:
    assert await directs.whose("300") == ""
    assert await directs.whose("404") == ""


async def test_while_discord_does_not_answer_it_is_not_nobodys(discord: FakeDiscord, directs: Directs) -> None:
    discord.faults.next("GET /channels/{channel_id}", Fault.WRONG_JSON)

    with pytest.raises(Transient):
        await directs.whose(discord.direct("1").id)


async def test_no_more_are_kept_in_memory_than_are_worth_it(directs: Directs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "MOST", 10)

    for number in range(30):
        await directs.met(f"{number}", f"7{number}")

    assert (len(directs._channels), len(directs._users)) == (10, 10)
    assert await directs.channel("0") == "70", "it stands in the vault"


def test_direct_messages_belong_to_no_server() -> None:
    assert PEOPLE == "people"
