"""Permissions and pings as the fake of Discord computes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.model.clock import FixedClock
from tests.fakes.discord import CannotDo, FakeDiscord, P
from tests.fakes.discord.raw import Raw, crew, raw
from tests.fakes.discord.state import Overwrite


@pytest.fixture
async def discord(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        made.limits.enforce = False
        yield made


@pytest.fixture
async def call(discord: FakeDiscord) -> AsyncIterator[Raw]:
    async with raw(discord) as made:
        yield made


def may(discord: FakeDiscord, user: str, channel: str, what: P) -> bool:
    place = discord.channel_of(channel)
    assert place is not None
    return bool(discord.permissions(place, user) & what)


def overwrite(discord: FakeDiscord, target: str, kind: int, allow: int = 0, deny: int = 0) -> None:
    discord.guilds["100"].channels["300"].overwrites[target] = Overwrite(target, kind, allow, deny)


async def test_the_owner_may_all(discord: FakeDiscord) -> None:
    overwrite(discord, "1", 1, deny=P.VIEW_CHANNEL)

    assert may(discord, "1", "300", P.MANAGE_GUILD)
    assert may(discord, "1", "301", P.VIEW_CHANNEL)


async def test_an_administrator_passes_every_overwrite(discord: FakeDiscord) -> None:
    acme = discord.guilds["100"]
    acme.role("202", "Admins", P.ADMINISTRATOR)
    acme.members["2"].roles.append("202")

    assert may(discord, "2", "301", P.VIEW_CHANNEL)


async def test_strangers_may_nothing(discord: FakeDiscord) -> None:
    assert not may(discord, "8", "300", P.VIEW_CHANNEL)


async def test_overwrites_go_from_all_to_roles_to_members(discord: FakeDiscord) -> None:
    acme = discord.guilds["100"]
    acme.members["2"].roles = ["201"]

    overwrite(discord, "100", 0, deny=P.SEND_MESSAGES)
    assert not may(discord, "2", "300", P.SEND_MESSAGES)
    overwrite(discord, "201", 0, allow=P.SEND_MESSAGES)
    assert may(discord, "2", "300", P.SEND_MESSAGES)
    acme.role("203", "Muted")
    acme.members["2"].roles.append("203")
    overwrite(discord, "203", 0, deny=P.SEND_MESSAGES)
    assert may(discord, "2", "300", P.SEND_MESSAGES)
    overwrite(discord, "2", 1, deny=P.SEND_MESSAGES)
    assert not may(discord, "2", "300", P.SEND_MESSAGES)
    overwrite(discord, "2", 1, allow=P.SEND_MESSAGES)
    assert may(discord, "2", "300", P.SEND_MESSAGES)
    assert not may(discord, "3", "300", P.SEND_MESSAGES)


async def test_who_does_not_see_a_channel_may_nothing_there(discord: FakeDiscord) -> None:
    assert not may(discord, "2", "301", P.SEND_MESSAGES)


async def test_who_may_not_write_may_not_attach_either(discord: FakeDiscord) -> None:
    overwrite(discord, "100", 0, deny=P.SEND_MESSAGES)

    assert not may(discord, "2", "300", P.EMBED_LINKS | P.ATTACH_FILES)
    assert may(discord, "2", "300", P.ADD_REACTIONS)


async def test_a_thread_takes_after_its_channel(discord: FakeDiscord) -> None:
    overwrite(discord, "100", 0, deny=P.SEND_MESSAGES)
    assert may(discord, "2", "310", P.SEND_MESSAGES)
    overwrite(discord, "100", 0, deny=P.SEND_MESSAGES_IN_THREADS)
    assert not may(discord, "2", "310", P.SEND_MESSAGES)
    overwrite(discord, "100", 0, deny=P.VIEW_CHANNEL)
    assert not may(discord, "2", "310", P.VIEW_CHANNEL)


async def test_a_private_thread_is_for_its_members_and_moderators(discord: FakeDiscord) -> None:
    discord.guilds["100"].thread("311", "300", "secret", private=True, members=["2"], owner="2")

    assert may(discord, "2", "311", P.VIEW_CHANNEL)
    assert not may(discord, "3", "311", P.VIEW_CHANNEL)
    overwrite(discord, "3", 1, allow=P.MANAGE_THREADS)
    assert may(discord, "3", "311", P.VIEW_CHANNEL)


async def test_who_is_timed_out_only_reads(discord: FakeDiscord, time: FixedClock) -> None:
    await discord.time_out("100", "2", 60)

    assert may(discord, "2", "300", P.READ_MESSAGE_HISTORY)
    assert not may(discord, "2", "300", P.SEND_MESSAGES | P.ADD_REACTIONS)
    time.advance(seconds=61)
    assert may(discord, "2", "300", P.SEND_MESSAGES)


async def test_people_are_held_to_their_permissions(discord: FakeDiscord) -> None:
    said = await discord.say("1", "300", "x")
    await discord.set_overwrite("300", "2", deny=P.SEND_MESSAGES | P.ADD_REACTIONS)

    with pytest.raises(CannotDo):
        await discord.say("2", "300", "x")
    with pytest.raises(CannotDo):
        await discord.react("2", said, "📣")
    with pytest.raises(CannotDo):
        await discord.say("2", "301", "x")
    with pytest.raises(CannotDo):
        await discord.say("2", "302", "x")
    with pytest.raises(CannotDo):
        await discord.edit("2", said, "y")
    with pytest.raises(CannotDo):
        await discord.remove("2", said)
    await discord.react("1", said, "📣")
    await discord.react("2", said, "📣")
    with pytest.raises(CannotDo):
        await discord.react("2", said, "📣")
    with pytest.raises(CannotDo):
        await discord.unreact("3", said, "📣")


NONE: dict[str, Any] = {"parse": []}
ALL = "@everyone @here <@1> <@!2> <@&201> <@&202> <@999>"


@pytest.mark.parametrize(
    ("content", "allowed", "pinged"),
    [
        (ALL, None, ["<@1>", "<@2>", "<@&201>"]),
        (ALL, NONE, []),
        (ALL, {}, []),
        (ALL, {"parse": ["users"]}, ["<@1>", "<@2>"]),
        (ALL, {"parse": ["roles"]}, ["<@&201>"]),
        (ALL, {"parse": ["everyone"]}, []),
        (ALL, {"users": ["2"], "roles": ["202"]}, ["<@2>"]),
        (ALL, {"users": ["3"]}, []),
        ("`<@1>` ```\n<@2>\n``` <@3>", None, ["<@3>"]),
        ("<@1> <@1>", None, ["<@1>"]),
        ("plain", None, []),
    ],
)
async def test_whom_a_message_pings(
    discord: FakeDiscord, call: Raw, content: str, allowed: Any, pinged: list[str]
) -> None:
    discord.guilds["100"].role("202", "Quiet")
    given = {} if allowed is None else {"allowed_mentions": allowed}

    await call.post("300", content=content, **given)

    assert discord.pinged == discord.messages("300")[0].pings == pinged


async def test_all_are_pinged_by_those_who_may(discord: FakeDiscord, call: Raw) -> None:
    discord.guilds["100"].everyone.permissions |= P.MENTION_EVERYONE
    discord.guilds["100"].role("202", "Quiet")

    posted = (await call.post("300", content=ALL)).body

    assert discord.pinged == ["<@1>", "<@2>", "<@&201>", "<@&202>", "@everyone", "@here"]
    assert (posted["mention_everyone"], posted["mention_roles"]) == (True, ["201", "202"])
    assert [u["id"] for u in posted["mentions"]] == ["1", "2"]


async def test_a_reply_pings_its_author_unless_told_not_to(discord: FakeDiscord, call: Raw) -> None:
    said = await discord.say("1", "300", "x")
    reference = {"message_id": said.id}

    await call.post("300", content="a", message_reference=reference)
    await call.post("300", content="b", message_reference=reference, allowed_mentions=NONE)
    await call.post("300", content="c", message_reference=reference, allowed_mentions=NONE | {"replied_user": True})

    assert [m.pings for m in discord.messages("300")[1:]] == [["<@1>"], [], ["<@1>"]]


async def test_neither_embeds_nor_edits_nor_quiet_messages_ping(discord: FakeDiscord, call: Raw) -> None:
    posted = (await call.post("300", embeds=[{"description": "<@1> @everyone"}])).body
    await call("PATCH", f"/channels/300/messages/{posted['id']}", {"content": "<@1>"})
    await call.post("300", content="<@1>", flags=1 << 12)

    assert discord.pinged == []
    assert discord.messages("300")[0].mentions == ["1"]


async def test_what_people_read_is_text(discord: FakeDiscord, call: Raw) -> None:
    embed = {
        "author": {"name": "Ana"},
        "title": "Title",
        "description": "Words",
        "fields": [{"name": "To", "value": "all"}],
        "footer": {"text": "Foot"},
    }
    buttons = [{"type": 2, "style": 1, "label": name, "custom_id": name} for name in ("One", "Two")]

    body = {"content": "Hi", "embeds": [embed], "components": [{"type": 1, "components": buttons}]}
    await call("POST", "/channels/300/messages", body, files=[("a.png", b"x")])

    assert discord.texts("300") == ["Hi\nAna\nTitle\nWords\nTo: all\nFoot\n(a.png)\n[One] [Two]"]
    assert discord.buttons(discord.messages("300")[0]) == ["One", "Two"]
