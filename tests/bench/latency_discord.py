"""How long people wait in Discord, with Slack beside it, and how much memory its servers take."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import discord as sdk
from slack_sdk.web.async_client import AsyncWebClient

from bridge.model.clock import SystemClock
from tests.bench.figures import Figure, Progress, duration, percentile
from tests.bench.latency_slack import WITHIN
from tests.bench.process import Process
from tests.bench.start import resident
from tests.fakes.discord import USUAL, FakeDiscord
from tests.fakes.slack import FakeSlack, Team

COMMANDS = "PUT /applications/{application_id}/commands"
SERVERS, CHANNELS, ROLES = 100, 50, 50
"""So many servers, and of channels and roles in each."""
SETTLED = 2.0
"""Seconds after which a bridge has done what it does after its start."""
PACED = 1.1
"""Seconds after which Slack takes another message in a channel: the first ones there said that it follows now."""
Seconds = dict[str, list[float]]


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """The main figure is the p95, in seconds, from a command to the message in another channel of Discord."""
    times, servers = (20, 20) if quick else (100, SERVERS)
    say("Discord's SDK alone")
    async with FakeSlack(SystemClock()) as slack, FakeDiscord(SystemClock()) as discord:
        bare = await _bare(slack, discord, _town(slack, discord, times), times)
    async with FakeSlack(SystemClock()) as slack, FakeDiscord(SystemClock()) as discord:
        team = _town(slack, discord, times)
        tokens = {"BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}", "BRIDGE_SLACK__API": slack.base}
        async with _running(discord, **tokens) as bridge:
            await slack.until(lambda: len(team.sockets.connections) == 2, 20)
            idle = await _idle(bridge)
            took = await _measured(slack, discord, team, times, say)
    say(f"{servers} servers")
    async with FakeDiscord(SystemClock()) as discord:
        _servers(discord, servers)
        async with _running(discord) as bridge:
            memory = await _idle(bridge)
    return [
        _p95("Discord, command to message", took["here"], bare["here"]),
        _p95("Discord, command to message in Slack", took["abroad"], bare["abroad"]),
        _p95("Slack, command to message in Discord", took["back"], bare["here"]),
        _p95("Discord, command to receipt", took["answer"], bare["answer"]),
        _p95("Discord, command to help", took["help"], bare["answer"]),
        Figure("latency: memory, Slack and Discord, idle (RSS)", idle, "MB"),
        Figure(f"latency: memory, Discord, {servers} servers (RSS)", memory, "MB"),
    ]


async def _measured(slack: FakeSlack, discord: FakeDiscord, team: Team, times: int, say: Progress) -> Seconds:
    clock, took = asyncio.get_running_loop().time, defaultdict[str, list[float]](list)
    for number in range(times):
        say("channels that follow", number, times)
        topic = f"#topic{number}"
        await discord.command("1", _channel(number), "follow", {"whom": topic, "how": "live", "here": True})
        await team.command("U1", f"C{number}", "/bridge", f"follow {topic} live here")
        await discord.until(lambda number=number: discord.messages(_channel(number)), 30)  # type: ignore[misc]
        # Who is in a channel may be asked for a hundred times a minute: the last ones wait for the next one.
        await slack.until(lambda number=number: team.texts(f"C{number}"), 150)  # type: ignore[misc]
    for number in range(times):
        took["help"].append((await discord.command("1", "200", ("bridge", "help", {}))).times[0])
        say("help", number, times)
    await asyncio.sleep(PACED)
    for number in range(times):
        say("updates in Discord", number, times)
        began, wanted = clock(), f"Number {number} is done"
        arriving = asyncio.gather(
            _arrived(discord, partial(discord.texts, _channel(number)), wanted),
            _arrived(slack, partial(team.texts, f"C{number}"), wanted),
        )
        answer = await discord.command("2", "200", "status", {"text": f"{wanted} #topic{number}"})
        took["answer"].append(answer.times[0])
        assert "Shared" in await discord.settled(answer), answer.shown
        here, abroad = await arriving
        took["here"].append(here - began)
        took["abroad"].append(abroad - began)
        await asyncio.sleep(WITHIN)
    await asyncio.sleep(PACED)
    for number in range(times):
        say("updates in Slack", number, times)
        began, wanted = clock(), f"Number {number} is done again"
        arriving = _arrived(discord, partial(discord.texts, _channel(number)), wanted)
        await team.command("U2", "CALL", "/bridge", f"status {wanted} #topic{number}")
        took["back"].append(await arriving - began)
    return took


async def _bare(slack: FakeSlack, discord: FakeDiscord, team: Team, times: int) -> Seconds:
    """The SDKs alone: an interaction is answered at once, and a message sent to a channel of each platform."""
    web = AsyncWebClient(team.bot_token, base_url=slack.base, retry_handlers=[])
    client = sdk.Client(intents=sdk.Intents(guilds=True), max_messages=None)
    tree = sdk.app_commands.CommandTree(client)

    @tree.command(name="status", description="Shares an update")
    async def status(asked: sdk.Interaction, number: int) -> None:
        await asked.response.send_message("Shared", ephemeral=True)
        await asyncio.gather(
            client.get_partial_messageable(int(_channel(number))).send(f"Number {number}"),
            web.chat_postMessage(channel=f"C{number}", text=f"Number {number}"),
        )

    clock, took = asyncio.get_running_loop().time, defaultdict[str, list[float]](list)
    with discord.pointed_at():
        await client.login(discord.bot.token)
        await tree.sync()
        connected = asyncio.create_task(client.connect())
        await discord.until(lambda: discord.gateway.sessions)
        for number in range(times):
            began = clock()
            arriving = asyncio.gather(
                _arrived(discord, partial(discord.texts, _channel(number)), f"Number {number}"),
                _arrived(slack, partial(team.texts, f"C{number}"), f"Number {number}"),
            )
            took["answer"].append((await discord.command("2", "200", "status", {"number": number})).times[0])
            here, abroad = await arriving
            took["here"].append(here - began)
            took["abroad"].append(abroad - began)
        await asyncio.sleep(WITHIN)
        await client.close()
        await connected
    return took


async def _arrived(fake: FakeSlack | FakeDiscord, texts: Callable[[], list[str]], wanted: str) -> float:
    """When it stands there, by the loop's clock."""
    await fake.until(lambda: wanted in str(texts()), 30)
    return asyncio.get_running_loop().time()


def _p95(what: str, took: list[float], bare: list[float]) -> Figure:
    return duration(f"latency: {what}, p95", percentile(took, 95), "s", percentile(bare, 95), took)


@asynccontextmanager
async def _running(discord: FakeDiscord, **more: str) -> AsyncIterator[Process]:
    """`bridge run`, connected, its commands registered. Every server is the team's."""
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "BRIDGE_DISCORD__TOKEN": discord.bot.token,
            "BRIDGE_DISCORD__API": discord.api,
            "BRIDGE_DISCORD__GATEWAY": discord.gateway_url,
            "BRIDGE_DISCORD__TEAM": ",".join(discord.guilds),
        }
        bridge = Process(Path(folder), given | more)
        await bridge.start()
        try:
            await discord.until(lambda: discord.gateway.sessions and discord.called(COMMANDS), 30)
            yield bridge
        finally:
            await bridge.stop()


async def _idle(bridge: Process) -> float:
    """Megabytes."""
    await asyncio.sleep(SETTLED)
    return resident(bridge.pid)


def _channel(number: int) -> str:
    return str(300 + number)


def _town(slack: FakeSlack, discord: FakeDiscord, channels: int) -> Team:
    """Two people, and so many channels, on each."""
    team = slack.team("T1", "Acme")
    for user in ("1", "2"):
        team.user(f"U{user}", f"user{user}", real_name=f"User Number {user}", tz="Europe/Vienna")
    app = discord.app(token="MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.a-token-of-the-fake-that-opens-all")
    server = discord.guild("100", "Acme", owner="1")
    server.member("2", "user2")
    server.channel("200", "all")
    team.channel("CALL", "all", members=["U1", "U2"], creator="U1", bot=True)
    for number in range(channels):
        server.channel(_channel(number), f"topic{number}")
        team.channel(f"C{number}", f"topic{number}", members=["U1", "U2"], creator="U1", bot=True)
    discord.install(app, server, permissions=USUAL, by="1")
    return team


def _servers(discord: FakeDiscord, servers: int) -> None:
    app = discord.app(token="MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.a-token-of-the-fake-that-opens-all")
    for number in range(servers):
        server = discord.guild(str(1_000 + number), f"Server {number}", owner="1")
        for inside in range(CHANNELS):
            server.channel(str(1_000_000 + 1_000 * number + inside), f"channel{inside}")
        for inside in range(ROLES):
            server.role(str(2_000_000 + 1_000 * number + inside), f"role {inside}")
        discord.install(app, server, permissions=USUAL, by="1")
