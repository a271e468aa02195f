"""How long people wait in Slack, and how much memory its people take."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bridge.adapters.slack.web.budgets import FIRST
from bridge.model.clock import SystemClock
from tests.bench.figures import Figure, Progress, duration, percentile
from tests.bench.process import Process
from tests.bench.start import resident
from tests.fakes.slack import FakeSlack, Team

PEOPLE = 10_000
WITHIN = 60 / FIRST
"""Seconds between two updates: no more are sent to a workspace that nothing is known of, and what waits for its turn
would be measured instead."""


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """The main figure is the p95, in seconds, from a command to the message in another channel."""
    channels, people = (20, 1000) if quick else (100, PEOPLE)
    async with FakeSlack(SystemClock()) as slack:
        say("the SDK alone")
        limits = await _bare(slack, channels)
        team = _town(slack, channels, people)
        with tempfile.TemporaryDirectory() as folder:
            tokens = f"{team.bot_token} {team.app_token}"
            bridge = Process(Path(folder), {"BRIDGE_SLACK__TOKENS": tokens, "BRIDGE_SLACK__API": slack.base})
            await bridge.start()
            try:
                await slack.until(lambda: len(team.sockets.connections) == 2, 20)
                return await _measured(bridge, slack, team, channels, people, limits, say)
            finally:
                await bridge.stop()


async def _measured(
    bridge: Process,
    slack: FakeSlack,
    team: Team,
    channels: int,
    people: int,
    limits: tuple[float, float],
    say: Progress,
) -> list[Figure]:
    clock = asyncio.get_running_loop().time
    for number in range(channels):
        say("channels that follow", number, channels)
        await team.command("U1", f"C{number}", "/bridge", f"follow #topic{number} live here")
        # Who is in a channel may be asked for a hundred times a minute: the last ones wait for the next one.
        await slack.until(lambda number=number: team.texts(f"C{number}"), 150)  # type: ignore[misc]
    helped = [(await team.command("U1", "C0", "/bridge", "help")).seconds for _ in range(channels)]
    answered, arrived = [], []
    for number in range(channels):
        say("updates", number, channels)
        began = clock()
        acked = await team.command("U2", "CALL", "/bridge", f"status Number {number} is done #topic{number}")
        answered.append(acked.seconds)
        assert "Shared" in str(acked.payload), acked.payload
        wanted = f"Number {number} is done"
        await slack.until(lambda number=number, wanted=wanted: wanted in str(team.texts(f"C{number}")), 30)  # type: ignore[misc]
        arrived.append(clock() - began)
        await asyncio.sleep(WITHIN)
    before = resident(bridge.pid)
    say(f"a channel of {people:,}")
    await team.command("U1", "CALL", "/bridge", "follow #everybody live here")
    await slack.until(lambda: team.texts("CALL"), 120)
    await team.command("U2", "C0", "/bridge", "status Hello to you all #everybody")
    await slack.until(lambda: "Hello to you all" in str(team.texts("CALL")), 120)
    after = resident(bridge.pid)
    bare_answer, bare_message = limits
    return [
        duration("latency: Slack, command to message, p95", percentile(arrived, 95), "s", bare_message, arrived),
        duration("latency: Slack, command to receipt, p95", percentile(answered, 95), "s", bare_answer, answered),
        duration("latency: Slack, command to help, p95", percentile(helped, 95), "s", bare_answer, helped),
        Figure("latency: memory, Slack, few people (RSS)", before, "MB"),
        Figure(f"latency: memory, Slack, {people:,} people known", after, "MB"),
    ]


async def _bare(slack: FakeSlack, times: int) -> tuple[float, float]:
    """The p95 of an acknowledgement and of a message, in seconds, by the SDK alone."""
    team = slack.team("T0", "Bare")
    team.user("U1", "ana")
    team.channel("C0", "bare", members=["U1"], bot=True)
    web = AsyncWebClient(team.bot_token, base_url=slack.base, retry_handlers=[])

    async def answer(client: AsyncBaseSocketModeClient, asked: SocketModeRequest) -> None:
        await client.send_socket_mode_response(SocketModeResponse(asked.envelope_id, {"text": "Shared"}))
        await web.chat_postMessage(channel="C0", text=asked.payload["text"])

    client = SocketModeClient(team.app_token, web_client=AsyncWebClient(base_url=slack.base))
    client.socket_mode_request_listeners.append(answer)
    await client.connect()
    await slack.until(lambda: team.sockets.connections, 20)
    clock, answered, arrived = asyncio.get_running_loop().time, [], []
    for number in range(times):
        began = clock()
        answered.append((await team.command("U1", "C0", "/bridge", f"Number {number}")).seconds)
        await slack.until(lambda number=number: f"Number {number}" in team.texts("C0"))  # type: ignore[misc]
        arrived.append(clock() - began)
    await client.close()
    return percentile(answered, 95), percentile(arrived, 95)


def _town(slack: FakeSlack, channels: int, people: int) -> Team:
    team = slack.team("T1", "Acme")
    for number in range(1, people + 1):
        team.user(f"U{number}", f"user{number}", real_name=f"User Number {number}", tz="Europe/Vienna")
    for number in range(channels):
        team.channel(f"C{number}", f"topic{number}", members=["U1", "U2"], creator="U1", bot=True)
    everybody = [f"U{number}" for number in range(1, people + 1)]
    team.channel("CALL", "all", members=everybody, creator="U1", bot=True)
    return team
