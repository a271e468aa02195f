"""Whole ways through a real bridge and a fake Discord, as people of an organisation's servers go them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bridge.model.clock import SystemClock
from tests.adapters.discord.stage import acme, all_met
from tests.e2e.process import Process
from tests.fakes.discord import USUAL, FakeDiscord, Fault, Message
from tests.fakes.slack import FakeSlack

BEFORE_NINE_IN_VIENNA = datetime(2026, 11, 24, 7, 58, tzinfo=UTC)
NINE_IN_VIENNA = datetime(2026, 11, 24, 8, 0, 1, tzinfo=UTC)
CREATE = "POST /channels/{channel_id}/messages"
COMMANDS = "PUT /applications/{application_id}/commands"
DEDUPED = timedelta(minutes=10)
"""Longer than Discord, as far as Bridge knows, remembers a nonce."""


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """Acme, the team's server, and Friends, the community's, of which Ana is a member as well."""
    async with FakeDiscord(SystemClock()) as discord:
        town(discord)
        yield discord


@pytest.fixture
async def bridge(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Process]:
    async with running(tmp_path, discord) as process:
        yield process


@pytest.fixture
async def reading(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Process]:
    """A bridge that may read ordinary messages."""
    discord.bot.content_intent = True
    async with running(tmp_path, discord, BRIDGE_DISCORD__MESSAGE_CONTENT="true") as process:
        yield process


def town(discord: FakeDiscord) -> None:
    acme(discord)
    discord.patience = 10.0
    friends = discord.guild("200", "Friends", owner="9")
    friends.member("9", "eve", nick="Eve Stranger")
    friends.member("1")
    friends.channel("400", "friends")
    friends.channel("401", "reading")
    discord.install(discord.bot, friends, permissions=USUAL, by="9")


def variables(discord: FakeDiscord, **more: str) -> dict[str, str]:
    return {
        "BRIDGE_DISCORD__TOKEN": discord.bot.token,
        "BRIDGE_DISCORD__API": discord.api,
        "BRIDGE_DISCORD__GATEWAY": discord.gateway_url,
        "BRIDGE_DISCORD__TEAM": "100",
        "BRIDGE_DISCORD__COMMUNITY": "200",
        "BRIDGE_LOBBY__ENABLED": "true",
        "BRIDGE_LOG__LEVEL": "debug",
        **more,
    }


@asynccontextmanager
async def running(folder: Path, discord: FakeDiscord, **more: str) -> AsyncIterator[Process]:
    """`bridge run`, listening, and everybody has used it once; at its end its log is looked at."""
    process = Process(folder, variables(discord, **more))
    await process.start()
    try:
        await listens(discord)
        await all_met(discord)
        await discord.command("9", "400", ("bridge", "help", {}))
        yield process
    finally:
        if process.running:
            await process.stop()
    assert "Traceback" not in process.log
    secrets = [discord.bot.token, *discord.interactions]
    assert not [secret for secret in secrets if secret in process.log]


async def test_a_status_goes_to_a_channel_another_platform_and_the_lobby_and_back(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    async with FakeSlack(SystemClock()) as slack:
        team = slack.team("T1", "Acme")
        team.user("U1", "mia", real_name="Mia Berg")
        team.channel("C1", "news", members=["U1"], creator="U1", bot=True)
        tokens = {"BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}", "BRIDGE_SLACK__API": slack.base}
        async with running(tmp_path, discord, **tokens) as bridge:
            await slack.until(lambda: len(team.sockets.connections) == 2, 20)
            await discord.command("2", "301", "follow", {"whom": "#release", "how": "live", "here": True})
            await team.command("U1", "C1", "/bridge", "follow #release live here")
            await bridge.lobby("dora", "general", "/follow #release live here")

            receipt = await discord.command("1", "300", "status", {"text": "Shipping v2 today #release"})
            assert "Shared" in receipt.shown
            assert receipt.private
            await bridge.lobby("dora", "general", "/status Said in the lobby #release")
            await team.command("U1", "C1", "/bridge", "status Said in Slack #release")

            for text in ("Shipping v2 today", "Said in the lobby", "Said in Slack"):
                await discord.until(lambda text=text: holding(discord, "301", text), 15)  # type: ignore[misc]
                await slack.until(lambda text=text: text in str(team.texts("C1")), 15)  # type: ignore[misc]
                await until(lambda: bridge.lobby_lines("dora", "general"), text)


async def test_what_is_for_the_team_is_never_seen_in_the_community(bridge: Process, discord: FakeDiscord) -> None:
    """Neither live nor in a digest, neither in its channels nor by its people, whatever they ask for."""
    bridge.set_clock(BEFORE_NINE_IN_VIENNA)
    daily = "daily 9:00 Europe/Vienna"
    await discord.command("1", "400", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "401", "follow", {"whom": "@ana", "how": "digest", "here": True})
    await discord.command("1", "401", "digest", {"schedule": daily, "here": True})
    await discord.command("9", "@me", "follow", {"whom": "@ana", "how": "digest"})
    await discord.command("9", "@me", "follow", {"whom": "everyone", "how": "digest"})
    await discord.command("9", "@me", "digest", {"schedule": daily})

    await discord.command("1", "300", "status", {"text": "The secret plan #release"})
    asked = await discord.command("1", "300", "status", {"text": "We are hiring #jobs", "to": "public"})
    assert "Friends" in asked.shown
    assert not holding(discord, "400", "hiring"), "it was public before anybody had confirmed it"
    await discord.press("1", asked, discord.buttons(asked)[0])
    await discord.until(lambda: holding(discord, "400", "We are hiring"), 15)
    bridge.set_clock(NINE_IN_VIENNA)
    await discord.until(lambda: holding(discord, "401", "We are hiring"), 15)
    await discord.until(lambda: any("We are hiring" in message.text for message in discord.dms("9")), 15)

    looked = [
        (await discord.command("9", "@me", command)).shown
        for command in (
            ("bridge", "timeline", {"whom": "@ana"}),
            ("bridge", "timeline", {"whom": "everyone"}),
            ("bridge", "timeline", {"whom": "#release"}),
            ("bridge", "why", {"update": "~1"}),
            ("catchup", {}),
            ("who", {"person": "@ana"}),
        )
    ]
    assert "We are hiring" in looked[0]
    told = (*discord.messages("400"), *discord.messages("401"), *discord.dms("9"), *discord.ephemerals("9"))
    assert not [text for text in (*looked, *(message.text for message in told)) if "secret plan" in text]


async def test_old_copies_are_edited_and_deleted_after_a_restart(bridge: Process, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "Shipping v2"})
    copy = await discord.until(lambda: holding(discord, "301", "Shipping v2"), 15)

    await again(bridge, discord)
    await discord.command("1", "300", ("bridge", "edit", {"update": "last", "text": "Shipping v3"}))
    await discord.until(lambda: holding(discord, "301", "Shipping v3") is copy, 15)
    await again(bridge, discord)
    await discord.command("1", "300", ("bridge", "delete", {"update": "last"}))

    await discord.until(lambda: not holding(discord, "301", "Shipping"), 15)


async def test_buttons_work_after_a_restart(bridge: Process, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.command("1", "300", "status", {"text": "Who can test the importer?"})
    copy = await discord.until(lambda: holding(discord, "301", "importer"), 15)

    await again(bridge, discord)
    asked = await discord.press("2", copy, "Reply")
    answered = await discord.submit("2", asked, {"field-text": "I can, on Friday"})
    why = await discord.choose("2", copy, "Why here?")

    assert "Shared" in await discord.settled(answered)
    assert "Why ~1" in await discord.settled(why)


async def test_a_reaction_asks_the_author_first(reading: Process, discord: FakeDiscord) -> None:
    await discord.command("3", "301", "follow", {"whom": "@bo", "how": "live", "here": True})
    await discord.command("2", "300", ("bridge", "help", {}))
    said = await discord.say("2", "300", "The importer is twice as fast")

    await discord.react("1", said, "📣")
    question = await discord.until(lambda: next(iter(discord.dms("2")), None), 15)
    assert "would like to share" in question.text
    assert not holding(discord, "301", "importer")
    await discord.press("2", question, "Share")

    await discord.until(lambda: holding(discord, "301", "The importer is twice as fast"), 15)


async def test_the_digest_comes_at_the_persons_nine_oclock(bridge: Process, discord: FakeDiscord) -> None:
    """Discord tells nobody's zone, so they say it."""
    bridge.set_clock(BEFORE_NINE_IN_VIENNA)
    await discord.command("3", "300", ("bridge", "settings", {"setting": "zone", "text": "Europe/Vienna"}))
    await discord.command("3", "300", "follow", {"whom": "@ana"})
    await discord.command("1", "300", "status", {"text": "Shipping v2 today #release"})
    assert not [message for message in discord.dms("3") if "Good morning" in message.text]

    bridge.set_clock(NINE_IN_VIENNA)

    digest = await discord.until(
        lambda: next((message.text for message in discord.dms("3") if "Good morning, Cy" in message.text), ""), 15
    )
    assert "Shipping v2 today" in digest


@pytest.mark.parametrize(
    ("fault", "late"), [(Fault.RESET_AFTER_ACCEPT, False), (Fault.SLOW(30), True)], ids=["soon", "late"]
)
async def test_a_crash_shows_nothing_twice(bridge: Process, discord: FakeDiscord, fault: Fault, late: bool) -> None:
    """The message stands there, and the process dies before it has heard of it. Soon after, Discord itself knows what
    it got already; later the message is found by its mark."""
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.until(lambda: discord.messages("301"), 15)

    discord.faults.next(CREATE, fault)
    await discord.command("1", "300", "status", {"text": "Shipping v2"})
    copy = await discord.until(lambda: holding(discord, "301", "Shipping v2"), 15)
    await bridge.kill()
    if late:
        discord.nonces.clear()
        bridge.shift(DEDUPED.total_seconds())
    await again(bridge, discord)

    # Whoever knows where it stands can change it.
    await discord.command("1", "300", ("bridge", "edit", {"update": "last", "text": "Shipping v3"}))
    await discord.until(lambda: holding(discord, "301", "Shipping v3"), 30)
    assert [message for message in discord.messages("301") if "Shipping" in message.text] == [copy]


async def test_a_crash_before_it_was_taken_loses_nothing(bridge: Process, discord: FakeDiscord) -> None:
    await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
    await discord.until(lambda: discord.messages("301"), 15)

    discord.faults.next(CREATE, Fault.RESET)
    await discord.command("1", "300", "status", {"text": "Shipping v2"})
    await discord.until(lambda: not discord.faults.left, 15)
    await bridge.kill()
    await again(bridge, discord)

    await discord.until(lambda: holding(discord, "301", "Shipping v2"), 30)


async def test_nothing_is_lost_over_two_hundred_drops(reading: Process, discord: FakeDiscord) -> None:
    discord.limits.rate(CREATE, 1_000, 1.0)  # each of them is answered in Ana's direct message

    for number in range(200):
        resumed = discord.gateway.resumed
        if number % 4 == 0:
            await discord.gateway.close((4000, 4008, 1001, 4001)[number // 4 % 4])
        elif number % 4 == 1:
            discord.gateway.abort()
        elif number % 4 == 2:
            await discord.gateway.reconnect()
        else:
            await discord.gateway.invalidate(resumable=True)
        if number % 3 == 0:
            await discord.say("1", "300", f"status Step {number} is done", mention_bot=True)
        await discord.until(lambda resumed=resumed: discord.gateway.resumed > resumed, 15)  # type: ignore[misc]
    assert discord.identifies == 1

    async def timeline() -> str:
        return (await discord.command("2", "300", ("bridge", "timeline", {"whom": "everyone"}))).shown

    await until(timeline, "~67", 30)
    # Numbers are given without a gap: each of the sixty-seven is one update, and none is two.
    receipt = await discord.command("2", "300", "status", {"text": "The last one"})
    assert "~68" in await discord.settled(receipt)


async def test_a_refused_token_is_one_sentence_and_code_two(discord: FakeDiscord, tmp_path: Path) -> None:
    discord.token_refused = True

    refused = await asyncio.to_thread(Process(tmp_path, variables(discord)).run, "run")

    assert refused.returncode == 2
    assert not refused.stdout
    assert "refuses the bot's token" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1, refused.stderr
    assert discord.bot.token not in refused.stderr


async def test_out_of_reach_at_the_start_it_comes_later(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    discord = FakeDiscord(SystemClock(), port)
    town(discord)
    process = Process(tmp_path, variables(discord))
    await process.start()
    try:
        code, why = await ready(process)
        assert code == 503
        assert "Discord can't be reached" in why
        assert "Shared" in await process.lobby("dora", "general", "/status The others go on")

        async with discord:
            await listens(discord)
            await until(lambda: _said(process), "(200,")
            await all_met(discord)
            await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
            await discord.command("1", "300", "status", {"text": "There it is"})
            await discord.until(lambda: holding(discord, "301", "There it is"), 15)
            await process.stop()
    finally:
        if process.running:
            await process.kill()
    assert "Traceback" not in process.log
    assert discord.bot.token not in process.log


async def again(bridge: Process, discord: FakeDiscord) -> None:
    """Stops, where it runs, and starts it."""
    if bridge.running:
        await bridge.stop()
    before = discord.identifies
    await bridge.start()
    await discord.until(lambda: discord.identifies > before, 20)
    await listens(discord)


async def listens(discord: FakeDiscord) -> None:
    """Returns when it is connected, and its commands are registered."""
    await discord.until(lambda: any(session.line for session in discord.gateway.sessions.values()), 30)
    await discord.until(lambda: any(call.status == 200 for call in discord.called(COMMANDS)), 30)


async def ready(process: Process) -> tuple[int, str]:
    """What /readyz says."""
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{process.url}/readyz")
    return answer.status_code, answer.text


async def _said(process: Process) -> str:
    return str(await ready(process))


async def until(look: Callable[[], Awaitable[str]], wanted: str, seconds: float = 15) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while wanted not in (found := await look()):
        assert clock() < end, f"not within {seconds} s: {wanted!r} in {found!r}"
        await asyncio.sleep(0.05)


def holding(discord: FakeDiscord, channel: str, words: str) -> Message | None:
    """The newest message of the bot there that reads so."""
    found = [message for message in discord.messages(channel) if message.author.bot and words in message.text]
    return found[-1] if found else None
