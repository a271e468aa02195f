"""The fake's gateway, payload by payload: which intents let what through, and how a line is closed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bridge.model.clock import FixedClock
from tests.fakes.discord import FakeDiscord, P
from tests.fakes.discord.raw import USUAL_INTENTS, crew, listening, raw

GUILDS, MESSAGES, REACTIONS, DIRECT, DIRECT_REACTIONS = 1, 1 << 9, 1 << 10, 1 << 12, 1 << 13


@pytest.fixture
async def discord(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        made.limits.enforce = False
        yield made


async def closed_with(discord: FakeDiscord, *payloads: Any, query: str = "?v=10&encoding=json") -> int:
    async with aiohttp.ClientSession() as http, http.ws_connect(discord.gateway_url + query) as socket:
        for payload in payloads:
            await (socket.send_str(payload) if isinstance(payload, str) else socket.send_json(payload))
        while not (await socket.receive(timeout=5)).type >= aiohttp.WSMsgType.CLOSE:
            pass
        return socket.close_code or 0


def identify(discord: FakeDiscord, **more: Any) -> dict[str, Any]:
    usual = {"token": discord.bot.token, "intents": USUAL_INTENTS, "properties": {}}
    return {"op": 2, "d": usual | more}


async def test_a_line_is_closed_with_its_reason(discord: FakeDiscord) -> None:
    right = identify(discord)
    closed = [
        await closed_with(discord, query="?v=6"),
        await closed_with(discord, "no JSON"),
        await closed_with(discord, {"op": 99}),
        await closed_with(discord, {"op": 3, "d": {}}),
        await closed_with(discord, right, right),
        await closed_with(discord, identify(discord, token="wrong")),
        await closed_with(discord, identify(discord, intents=1 << 30)),
        await closed_with(discord, identify(discord, intents=1 << 15)),
        await closed_with(discord, identify(discord, intents=1 << 1)),
        await closed_with(discord, identify(discord, intents=1 << 8)),
        await closed_with(discord, identify(discord, shard=[2, 2])),
        await closed_with(discord, {"op": 6, "d": {"token": "wrong", "session_id": "1", "seq": 1}}),
    ]

    assert closed == [4012, 4002, 4001, 4003, 4005, 4004, 4013, 4014, 4014, 4014, 4010, 4004]


async def test_identifies_are_counted_and_limited(discord: FakeDiscord) -> None:
    discord.gateway.start_limit = 1
    async with listening(discord), raw(discord) as call:
        limit = (await call("GET", "/gateway/bot")).body["session_start_limit"]

        assert (limit["remaining"], discord.identifies) == (0, 1)
        assert await closed_with(discord, identify(discord)) == 4008


async def test_a_close_may_be_ordered(discord: FakeDiscord) -> None:
    discord.gateway.refuses = 4014

    assert await closed_with(discord, identify(discord)) == 4014


async def happen(discord: FakeDiscord) -> None:
    """One of each that has an intent."""
    said = await discord.say("1", "300", "x")
    await discord.react("1", said, "📣")
    wrote = await discord.say("1", "@me", "x")
    await discord.react("1", wrote, "📣")
    await discord.rename("300", "squad")
    await discord.set_nick("100", "2", "Bo")
    await discord.set_nick("100", discord.bot.user_id, "Bridge")


@pytest.mark.parametrize(
    ("intents", "names"),
    [
        (0, ["GUILD_MEMBER_UPDATE"]),
        (GUILDS, ["CHANNEL_UPDATE", "GUILD_MEMBER_UPDATE"]),
        (MESSAGES, ["MESSAGE_CREATE", "GUILD_MEMBER_UPDATE"]),
        (REACTIONS, ["MESSAGE_REACTION_ADD", "GUILD_MEMBER_UPDATE"]),
        (DIRECT, ["MESSAGE_CREATE", "GUILD_MEMBER_UPDATE"]),
        (DIRECT_REACTIONS, ["MESSAGE_REACTION_ADD", "GUILD_MEMBER_UPDATE"]),
        (1 << 1, ["GUILD_MEMBER_UPDATE", "GUILD_MEMBER_UPDATE"]),
    ],
)
async def test_intents_decide_what_comes(discord: FakeDiscord, intents: int, names: list[str]) -> None:
    discord.bot.members_intent = True
    async with listening(discord, intents) as ear:
        await happen(discord)
        await discord.until(lambda: "GUILD_MEMBER_UPDATE" in ear.names[-1:] and len(ear.names) > len(names))

        assert [name for name in ear.names if name not in ("READY", "GUILD_CREATE")] == names
        assert ("GUILD_CREATE" in ear.names) == bool(intents & GUILDS)


async def test_of_a_hidden_channel_nothing_comes(discord: FakeDiscord) -> None:
    async with listening(discord) as ear:
        await discord.say("1", "301", "secret", mention_bot=True)
        await discord.say("1", "300", "open", mention_bot=True)
        await discord.until(lambda: ear.heard("MESSAGE_CREATE"))

        assert [m["channel_id"] for m in ear.heard("MESSAGE_CREATE")] == ["300"]


async def test_each_shard_has_its_guilds(discord: FakeDiscord) -> None:
    """(guild_id >> 22) % shards; direct messages on the first."""
    far = discord.guild(str(1 << 22), "Far", owner="1")
    far.channel("600", "far")
    discord.install(discord.bot, far)
    async with listening(discord) as first:
        session = next(iter(discord.gateway.sessions.values()))
        session.shard = (1, 2)
        await discord.say("1", "300", "near", mention_bot=True)
        await discord.say("1", "@me", "direct")
        await discord.say("1", "600", "far", mention_bot=True)
        await discord.until(lambda: first.heard("MESSAGE_CREATE"))

        assert [m["channel_id"] for m in first.heard("MESSAGE_CREATE")] == ["600"]


async def test_a_resume_plays_what_came_after_its_number(discord: FakeDiscord) -> None:
    async with listening(discord) as ear, raw(discord) as call:
        session = ear.heard("READY")[0]["session_id"]
        await discord.say("1", "300", "one", mention_bot=True)
        await discord.say("1", "300", "two", mention_bot=True)
        await discord.until(lambda: len(ear.heard("MESSAGE_CREATE")) == 2)
        last = ear.payloads[-1]["s"]
        discord.gateway.abort()
        await discord.until(lambda: not discord.gateway.lines)
        await discord.say("1", "300", "three", mention_bot=True)

        async with call.http.ws_connect(ear.heard("READY")[0]["resume_gateway_url"] + "?v=10") as socket:
            resume = {"op": 6, "d": {"token": discord.bot.token, "session_id": session, "seq": last - 1}}
            await socket.send_json(resume)
            got = [await socket.receive_json(timeout=5) for _ in range(4)]

        assert [(p["t"], p["s"]) for p in got[1:]] == [
            ("MESSAGE_CREATE", last),
            ("MESSAGE_CREATE", last + 1),
            ("RESUMED", last + 2),
        ]


async def test_a_session_that_was_given_up_is_not_resumed(discord: FakeDiscord) -> None:
    async with listening(discord) as ear, raw(discord) as call:
        session = ear.heard("READY")[0]["session_id"]
        await ear.socket.close(code=1000)
        await discord.until(lambda: not discord.gateway.lines)

        async with call.http.ws_connect(discord.gateway_url + "?v=10") as socket:
            await socket.send_json({"op": 6, "d": {"token": discord.bot.token, "session_id": session, "seq": 1}})
            assert (await socket.receive_json(timeout=5))["op"] == 10
            assert await socket.receive_json(timeout=5) == {"op": 9, "d": False, "s": None, "t": None}


@pytest.mark.parametrize("seq", [99, None, "1"])
async def test_a_number_that_never_was_closes_the_line(discord: FakeDiscord, seq: Any) -> None:
    async with listening(discord) as ear:
        session = ear.heard("READY")[0]["session_id"]
        discord.gateway.abort()
        await discord.until(lambda: not discord.gateway.lines)
        resume = {"op": 6, "d": {"token": discord.bot.token, "session_id": session, "seq": seq}}

        assert await closed_with(discord, resume) == 4007


async def test_zlib_stream_is_one_stream(discord: FakeDiscord) -> None:
    async with raw(discord) as call:
        async with call.http.ws_connect(discord.gateway_url + "?v=10&compress=zlib-stream") as socket:
            await socket.send_json(identify(discord))
            inflate, text = zlib.decompressobj(), b""
            while b"GUILD_CREATE" not in text:
                part = await socket.receive_bytes(timeout=5)
                assert part.endswith(b"\x00\x00\xff\xff")
                text += inflate.decompress(part)

        assert text.startswith(b'{"op": 10')


async def test_a_line_may_fall_silent(discord: FakeDiscord) -> None:
    async with listening(discord) as ear:
        discord.gateway.silence()
        await discord.say("1", "300", "x", mention_bot=True)
        await ear.send(1, None)
        await discord.gateway.flush()

        assert ear.heard("MESSAGE_CREATE") == []
        assert discord.gateway.lines[0].heartbeats == 0


async def test_an_event_may_come_twice(discord: FakeDiscord) -> None:
    async with listening(discord) as ear:
        await discord.say("1", "300", "x", mention_bot=True)
        await discord.gateway.repeat()

        first, second = await discord.until(lambda: len(found := ear.heard("MESSAGE_CREATE")) == 2 and found)
        assert first == second


async def test_the_audit_log_is_told_to_those_who_may_read_it(discord: FakeDiscord) -> None:
    async with listening(discord, GUILDS | 1 << 2) as ear:
        await discord.set_overwrite("300", "201", deny=1)
        discord.guilds["100"].everyone.permissions |= 1 << 7
        await discord.set_overwrite("300", "201", deny=2)

        entries = await discord.until(lambda: ear.heard("GUILD_AUDIT_LOG_ENTRY_CREATE"))
        assert [entry["action_type"] for entry in entries] == [14]


async def test_a_change_of_what_the_bot_sees_is_told_once(discord: FakeDiscord) -> None:
    """Whether an overwrite, a role or its own roles changed."""
    acme, bot = discord.guilds["100"], discord.bot.user_id
    async with listening(discord, GUILDS) as ear:
        crew_ = acme.roles["201"]
        await discord.set_overwrite("301", "201", allow=P.VIEW_CHANNEL)
        await discord.set_roles("100", bot, [*acme.members[bot].roles, "201"])
        for role in (acme.everyone, *(r for r in acme.roles.values() if r.bot)):
            await discord.set_permissions(role, role.permissions & ~P.VIEW_CHANNEL)
        await discord.set_permissions(crew_, P.VIEW_CHANNEL)
        await discord.rename("100", "The end")
        await discord.until(lambda: ear.heard("GUILD_UPDATE"))

        told = [(c["id"], c["name"]) for c in ear.heard("CHANNEL_UPDATE")]
        assert told == [
            ("301", "___hidden___"),
            ("301", "quiet"),
            ("300", "___hidden___"),
            ("302", "___hidden___"),
            ("300", "team"),
            ("302", "ideas"),
        ]
