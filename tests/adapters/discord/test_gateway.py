"""The one connection to the gateway: leased, begun anew where the SDK gives up, and ended where there is no sense in
going on; how often it may be begun; and that nothing grows while it stands."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord as sdk
import pytest
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler

from bridge.adapters.discord import Settings
from bridge.adapters.discord.gateway.gateway import Gateway
from bridge.adapters.discord.gateway.identifies import DAY, FREELY, MOST, Identifies
from bridge.adapters.discord.gateway.refusals import DEAF, HOPELESS, REFUSED
from bridge.adapters.discord.gateway.timing import Timing
from bridge.adapters.discord.rest.sdk import point_sdk_at
from bridge.app import Bridge
from bridge.model.clock import FixedClock
from bridge.model.errors import StoreBusy
from bridge.model.given import Given
from bridge.model.secret import Secret
from tests.adapters.discord import stage
from tests.adapters.discord.stage import all_met, bridge_at
from tests.adapters.discord.test_doors import holding
from tests.adapters.slack.workspace import MemoryVault
from tests.core import MONDAY
from tests.fakes.discord import FakeDiscord, Fault

QUICK = Timing(lease=15.0, hello=5.0, down=30.0, heartbeat=60.0, first=0.02, longest=0.1, look=0.02, identify=0.05)
WORDS = 1 << 15
"""The message content intent."""


@dataclass
class Leases:
    """What all processes share: who has which lease."""

    holders: dict[str, str] = field(default_factory=dict)
    closed: bool = False

    def of(self, owner: str) -> OwnLeases:
        return OwnLeases(self, owner)


@dataclass
class OwnLeases:
    all: Leases
    owner: str
    doubtful: bool = False

    async def take(self, name: str, seconds: float) -> int | None:
        if self.all.closed:
            raise StoreBusy()
        return 1 if self.all.holders.setdefault(name, self.owner) == self.owner else None

    def sure(self, name: str) -> bool:
        return not self.doubtful

    async def release(self, name: str) -> None:
        if self.all.closed:
            raise StoreBusy()
        if self.all.holders.get(name) == self.owner:
            del self.all.holders[name]


@dataclass
class Heard:
    """What came through, and why it ended."""

    payloads: list[dict[str, Any]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def take(self, payload: dict[str, Any], joined: bool) -> None:
        self.payloads.append(payload)
        if joined:
            self.joined.append(payload["d"]["id"])

    async def refused(self, why: str) -> None:
        self.over.append(why)

    def texts(self) -> list[str]:
        return [one["d"]["content"] for one in self.payloads if one["t"] == "MESSAGE_CREATE"]


class Noted(list[Any]):
    """With the moments at which something came, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def append(self, one: Any) -> None:
        self.at.append(asyncio.get_running_loop().time())
        super().append(one)


class Silent(MemoryVault):
    """A database that does not answer."""

    async def get(self, key: str) -> tuple[bytes, int] | None:
        raise StoreBusy()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def leases() -> Leases:
    return Leases()


@pytest.fixture
def words(discord: FakeDiscord) -> None:
    """The message content intent is switched on, so that messages come with their words."""
    discord.bot.content_intent = True


@asynccontextmanager
async def listening(
    discord: FakeDiscord,
    heard: Heard,
    leases: Leases | None = None,
    timing: Timing = QUICK,
    owner: str = "this",
    content: bool = True,
) -> AsyncIterator[Gateway]:
    settings = Settings(token=Secret(discord.bot.token), api=discord.api, gateway=discord.gateway_url)
    given = SimpleNamespace(leases=(leases or Leases()).of(owner), vault=MemoryVault(), clock=FixedClock(MONDAY))
    gateway = Gateway(settings, content, heard.take, cast(Given, given), heard.refused, timing)
    with discord.pointed_at():
        point_sdk_at(settings)
        try:
            await gateway.start()
            yield gateway
        finally:
            await gateway.stop()


def there(discord: FakeDiscord) -> bool:
    """Whether somebody listens just now."""
    return any(session.line for session in discord.gateway.sessions.values())


async def calm(seconds: float = 0.4) -> None:
    """Long enough for several attempts of a QUICK gateway; nothing comes that could be waited for."""
    await asyncio.sleep(seconds)


# Beginning.


async def test_a_first_connection_that_fails_comes_later(heard: Heard) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    discord = FakeDiscord(port=port)
    stage.acme(discord)
    async with listening(discord, heard, timing=replace(QUICK, hello=0.1), content=False) as gateway:
        assert not gateway.connected
        for _ in range(1_000):
            if "failed" in gateway.reason:
                break
            await asyncio.sleep(0.01)
        assert "failed" in gateway.reason
        assert not gateway.trouble

        async with discord:
            await discord.until(lambda: gateway.connected, 10)


async def test_between_two_tries_it_waits(discord: FakeDiscord, heard: Heard) -> None:
    discord.faults.next("GET /users/@me", Fault.HTTP(503), times=100)
    async with listening(discord, heard, timing=replace(QUICK, hello=0.3, first=20.0, longest=40.0)) as gateway:
        assert len(discord.called("GET /users/@me")) == 1
        assert not gateway.connected


async def test_a_gateway_that_is_away_while_rest_answers_comes_later(discord: FakeDiscord, heard: Heard) -> None:
    """Here the SDK stumbles over itself (github.com/Rapptz/discord.py/issues/10520)."""
    timing = replace(QUICK, hello=0.3)
    with discord.pointed_at():
        right = DiscordWebSocket.DEFAULT_GATEWAY
    settings = Settings(token=Secret(discord.bot.token), api=discord.api, gateway="ws://127.0.0.1:9/")
    given = SimpleNamespace(leases=Leases().of("this"), vault=MemoryVault(), clock=FixedClock(MONDAY))
    gateway = Gateway(settings, False, heard.take, cast(Given, given), heard.refused, timing)
    with discord.pointed_at():
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:9/")
        try:
            await gateway.start()
            assert not gateway.connected
            DiscordWebSocket.DEFAULT_GATEWAY = right
            await discord.until(lambda: gateway.connected, 10)
        finally:
            await gateway.stop()


async def test_a_ready_that_never_comes_is_waited_for_alive(discord: FakeDiscord, heard: Heard) -> None:
    discord.gateway.says_ready, discord.gateway.heartbeat_interval = False, 0.02
    async with listening(discord, heard, timing=replace(QUICK, hello=0.1), content=False) as gateway:
        await discord.until(lambda: discord.gateway.lines and discord.gateway.lines[0].heartbeats > 5)
        assert not gateway.connected
        assert gateway.reason

        discord.gateway.ready_now()

        await discord.until(lambda: gateway.connected)
        assert discord.identifies == 1


async def test_after_too_long_without_ready_it_is_begun_anew(discord: FakeDiscord, heard: Heard) -> None:
    discord.gateway.says_ready = False
    async with listening(discord, heard, timing=replace(QUICK, hello=0.1, down=0.2), content=False) as gateway:
        await discord.until(lambda: discord.identifies == 2, 10)
        discord.gateway.says_ready = True

        await discord.until(lambda: gateway.connected, 10)


# No sense in going on.


@pytest.mark.parametrize("code", sorted(HOPELESS))
async def test_what_makes_no_sense_is_said_once_and_not_tried_again(
    discord: FakeDiscord, heard: Heard, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    discord.gateway.refuses = code
    async with listening(discord, heard, timing=replace(QUICK, hello=0.2), content=False) as gateway:
        await discord.until(lambda: heard.over, 10)
        asked, identified = len(discord.calls), discord.identifies
        await calm()

        assert gateway.trouble == HOPELESS[code]
        assert (len(discord.calls), discord.identifies) == (asked, identified)
    assert heard.over == [HOPELESS[code]]
    assert [one.levelname for one in caplog.records if one.getMessage() == HOPELESS[code]] == ["ERROR"]


async def test_a_token_that_rest_refuses_ends_it_too(discord: FakeDiscord, heard: Heard) -> None:
    async with listening(discord, heard, content=False) as gateway:
        discord.token_refused = True
        await discord.gateway.close(4004)

        await discord.until(lambda: heard.over == [REFUSED], 10)
        assert gateway.trouble == REFUSED


async def test_a_withdrawn_token_closes_everything_that_is_sent_to(discord: FakeDiscord, tmp_path: Path) -> None:
    """Nothing can be sent either, so whoever follows is told nothing, and loses nothing when the token comes back."""
    async with bridge_at(discord, tmp_path) as bridge:
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
        await discord.until(lambda: discord.messages("301"))
        assert not bridge.not_ready()

        discord.token_refused = True
        await discord.gateway.close(4004)

        await discord.until(lambda: bridge.not_ready() == [REFUSED], 10)
        await discord.until(lambda: discord.called("GET /users/@me")[-1].status == 401)
        for _ in range(200):
            if not (followed := await paused(bridge, "301")):
                await asyncio.sleep(0.02)
        assert followed, "the channel is still sent to"


async def test_without_its_intent_it_goes_on_deaf(
    discord: FakeDiscord, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(discord, heard) as gateway:
        await discord.until(lambda: gateway.connected)

        assert [bool(one["intents"] & WORDS) for one in discord.gateway.identifies] == [True, False]
        assert [one.levelname for one in caplog.records if one.getMessage() == DEAF] == ["WARNING"]
        assert not heard.over
        await discord.say("1", "300", "hello")
        await discord.until(lambda: heard.texts() == [""])


# Drops.


@pytest.mark.parametrize("how", ["4000", "4008", "1000", "1001", "abort", "reconnect"])
async def test_after_a_drop_it_resumes(discord: FakeDiscord, heard: Heard, words: None, how: str) -> None:
    async with listening(discord, heard) as gateway:
        await cut(discord, how)
        await discord.say("1", "300", "said meanwhile")

        await discord.until(lambda: heard.texts() == ["said meanwhile"] and gateway.connected, 10)
        assert (discord.identifies, discord.gateway.resumed) == (1, 1)


async def test_two_hundred_drops_lose_no_event_and_bring_none_twice(
    discord: FakeDiscord, heard: Heard, words: None
) -> None:
    async with listening(discord, heard) as gateway:
        for number in range(200):
            await discord.say("1", "300", f"{number}")
            resumed = discord.gateway.resumed
            await cut(discord, ("4000", "abort", "reconnect", "4009")[number % 3])
            await discord.until(lambda resumed=resumed: discord.gateway.resumed > resumed, 10)
        await discord.until(lambda: len(heard.texts()) >= 200 and gateway.connected, 10)

        assert heard.texts() == [str(number) for number in range(200)]
        assert discord.identifies == 1


async def test_an_invalid_session_is_begun_afresh(discord: FakeDiscord, heard: Heard, words: None) -> None:
    async with listening(discord, heard) as gateway:
        await discord.gateway.invalidate(resumable=False)

        await discord.until(lambda: discord.identifies == 2 and gateway.connected and there(discord), 10)
        await discord.say("1", "300", "still here")
        await discord.until(lambda: heard.texts() == ["still here"])


async def test_a_session_that_may_be_resumed_is(discord: FakeDiscord, heard: Heard, words: None) -> None:
    async with listening(discord, heard):
        await discord.gateway.invalidate(resumable=True)
        await discord.say("1", "300", "said meanwhile")

        await discord.until(lambda: heard.texts() == ["said meanwhile"], 10)
        assert (discord.identifies, discord.gateway.resumed) == (1, 1)


async def test_between_two_greetings_lies_the_time_that_discord_asks_for(discord: FakeDiscord, heard: Heard) -> None:
    """One in five seconds (docs: gateway, session start limit, max_concurrency): else a session that is found invalid
    again and again would use up the whole day's greetings in a moment."""
    came = Noted()
    discord.gateway.identifies = came
    async with listening(discord, heard, timing=replace(QUICK, identify=0.4), content=False):
        for number in (2, 3):
            await discord.gateway.invalidate(resumable=False)
            await discord.until(lambda number=number: len(came) == number and there(discord), 10)

    assert all(after - before > 0.2 for before, after in pairwise(came.at)), came.at


async def test_a_line_without_a_sign_of_life_is_replaced(discord: FakeDiscord, heard: Heard, words: None) -> None:
    discord.gateway.acks = False
    async with listening(discord, heard, timing=replace(QUICK, heartbeat=0.3)) as gateway:
        await discord.until(lambda: discord.gateway.resumed, 10)
        discord.gateway.acks = True
        die(discord)
        await discord.say("1", "300", "said into the silence")

        await discord.until(lambda: heard.texts() == ["said into the silence"] and gateway.connected, 10)
        assert discord.identifies == 1


async def test_who_tries_to_come_back_for_too_long_is_begun_anew(discord: FakeDiscord, heard: Heard) -> None:
    async with listening(discord, heard, timing=replace(QUICK, down=0.2), content=False) as gateway:
        discord.gateway.says_hello = False
        await cut(discord, "4000")
        await discord.until(lambda: not gateway.connected)
        first = discord.gateway.lines[0] if discord.gateway.lines else None
        await discord.until(lambda: discord.gateway.lines and discord.gateway.lines[0] is not first, 10)
        discord.gateway.says_hello = True

        await discord.until(lambda: gateway.connected, 10)
        assert discord.identifies == 2


async def test_what_the_sdk_stumbles_over_ends_one_connection_and_is_told(
    discord: FakeDiscord, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(discord, heard, content=False) as gateway:
        discord.gateway.tell("CHANNEL_UPDATE", {"guild_id": "100"}, guild=discord.guilds["100"])

        await discord.until(lambda: discord.identifies == 2 and gateway.connected, 10)
    assert [one.exc_info[0] for one in caplog.records if one.exc_info] == [KeyError]


async def test_a_server_that_was_away_was_not_left(discord: FakeDiscord, heard: Heard, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path) as bridge:
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
        await discord.command("1", "@me", "status", {"text": "Before"})
        await discord.until(lambda: holding(discord, "301", "Before"))
        written = len(discord.dms("1"))

        await discord.outage("100")
        await discord.recover("100")
        await discord.command("1", "@me", "status", {"text": "After"})

        await discord.until(lambda: holding(discord, "301", "After"))
        assert not await paused(bridge, "301")
        assert len(discord.dms("1")) == written, "somebody was asked what should come there, as if the bot were new"


async def test_a_server_that_the_bot_was_taken_out_of_was(discord: FakeDiscord, tmp_path: Path) -> None:
    async with bridge_at(discord, tmp_path) as bridge:
        await all_met(discord)
        await discord.command("2", "301", "follow", {"whom": "@ana", "how": "live", "here": True})
        await discord.until(lambda: discord.messages("301"))

        await discord.kick("100")

        for _ in range(200):
            if not (closed := await paused(bridge, "301")):
                await asyncio.sleep(0.02)
        assert closed


async def test_what_came_after_an_outage_is_told_apart_from_what_is_new(discord: FakeDiscord, heard: Heard) -> None:
    async with listening(discord, heard, content=False):
        await discord.outage("100")
        await discord.recover("100")
        await discord.gateway.invalidate(resumable=False)
        await discord.until(lambda: discord.identifies == 2 and there(discord), 10)
        discord.install(discord.bot, discord.guild("200", "Labs", owner="1"), by="1")

        await discord.until(lambda: heard.joined == ["200"])


async def test_ready_may_come_often_and_commands_are_registered_once(
    discord: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "QUICK", QUICK)
    async with bridge_at(discord, tmp_path):
        for number in (2, 3, 4):
            await discord.gateway.invalidate(resumable=False)
            await discord.until(lambda number=number: discord.identifies == number and there(discord), 10)
        await all_met(discord)

    assert len(discord.called("PUT /applications/{application_id}/commands")) == 1


# One over all processes.


async def test_another_process_waits_and_takes_over(discord: FakeDiscord, heard: Heard, leases: Leases) -> None:
    quick = replace(QUICK, lease=0.1)
    async with (
        listening(discord, heard, leases, quick, "first", content=False) as first,
        listening(discord, Heard(), leases, quick, "second", content=False) as second,
    ):
        await calm(0.2)
        assert (first.connected, second.connected) == (True, False)
        assert "another process" in second.reason
        assert discord.identifies == 1

        await first.stop()

        await discord.until(lambda: second.connected, 10)


async def test_a_lost_lease_ends_the_connection(discord: FakeDiscord, heard: Heard, leases: Leases) -> None:
    async with listening(discord, heard, leases, replace(QUICK, lease=0.1), content=False) as gateway:
        leases.holders = dict.fromkeys(leases.holders, "another")

        await discord.until(lambda: not gateway.connected and not discord.gateway.lines, 10)
        leases.holders.clear()
        await discord.until(lambda: gateway.connected, 10)


async def test_a_database_that_does_not_answer_ends_none(discord: FakeDiscord, heard: Heard, leases: Leases) -> None:
    async with listening(discord, heard, leases, replace(QUICK, lease=0.06), content=False) as gateway:
        leases.closed = True
        await calm()

        assert gateway.connected
        assert discord.identifies == 1
        leases.closed = False


async def test_while_the_lease_is_in_doubt_nothing_is_acted_on(
    discord: FakeDiscord, heard: Heard, leases: Leases, words: None
) -> None:
    timing = replace(QUICK, lease=0.6)
    async with listening(discord, heard, leases, timing) as gateway:
        ours = cast(OwnLeases, gateway._leases)
        ours.doubtful = True
        await discord.say("1", "300", "<@500> status Hello")
        await calm()
        assert heard.texts() == []

        ours.doubtful = False
        await discord.until(lambda: len(heard.texts()) == 1, 10)


async def test_what_another_process_has_by_now_is_left_to_it(
    discord: FakeDiscord, heard: Heard, leases: Leases, words: None
) -> None:
    timing = replace(QUICK, lease=0.6)
    async with listening(discord, heard, leases, timing) as gateway:
        ours = cast(OwnLeases, gateway._leases)
        ours.doubtful = True
        await discord.say("1", "300", "<@500> status Hello")
        leases.holders = dict.fromkeys(leases.holders, "another")
        await discord.until(lambda: not gateway.connected, 10)

        leases.holders.clear()
        ours.doubtful = False
        await discord.until(lambda: gateway.connected, 10)

        assert heard.texts() == []


async def test_what_waits_outlives_a_connection_that_breaks(
    discord: FakeDiscord, heard: Heard, leases: Leases, words: None
) -> None:
    """The database is silent, and Discord's side ends too: nothing that came may be lost for that."""
    async with listening(discord, heard, leases, replace(QUICK, lease=0.6)) as gateway:
        ours = cast(OwnLeases, gateway._leases)
        ours.doubtful = leases.closed = True
        await discord.say("1", "300", "<@500> status Hello")
        await calm(0.1)
        await cast(sdk.Client, gateway._client).close()
        await calm()
        assert heard.texts() == []
        assert not gateway.connected

        ours.doubtful = leases.closed = False
        await discord.until(lambda: len(heard.texts()) == 1, 10)


async def test_while_the_database_is_silent_whoever_does_something_is_told_in_time(
    discord: FakeDiscord, heard: Heard, leases: Leases
) -> None:
    async with listening(discord, heard, leases, replace(QUICK, lease=0.06), content=False) as gateway:
        cast(OwnLeases, gateway._leases).doubtful = True
        leases.closed = True
        await calm()

        gateway._heard({"t": "INTERACTION_CREATE", "d": {"id": "1"}})
        gateway._heard({"t": "MESSAGE_CREATE", "d": {"id": "2", "content": "later"}})

        assert [one["t"] for one in heard.payloads][-1] == "INTERACTION_CREATE"
        leases.closed = False


# Stopping.


async def test_stopping_gives_everything_back(discord: FakeDiscord, heard: Heard, leases: Leases) -> None:
    async with listening(discord, heard, leases, content=False):
        await discord.until(lambda: leases.holders)

    assert not leases.holders
    await discord.until(lambda: not discord.gateway.lines)


@pytest.mark.parametrize("when", ["connected", "dead", "between two tries", "no hello"])
async def test_stopping_takes_a_moment_whatever_the_line_does(
    discord: FakeDiscord, heard: Heard, leases: Leases, when: str
) -> None:
    timing = replace(QUICK, hello=0.2, first=30.0, longest=30.0)
    discord.gateway.says_hello = when != "no hello"
    async with listening(discord, heard, leases, timing, content=False) as gateway:
        if when == "dead":
            die(discord)
        if when == "between two tries":
            with discord.pointed_at():
                DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:9/")
                await discord.gateway.invalidate(resumable=False)
                await discord.until(lambda: not gateway.connected)
                await calm(0.1)
        loop = asyncio.get_running_loop()
        complaints: list[Any] = []
        loop.set_exception_handler(lambda _, told: complaints.append(told))
        began = loop.time()

        await gateway.stop()

        assert loop.time() - began < 2.0
        assert not leases.holders
        gc.collect()
        assert not complaints, "something went on by itself, and failed"


# How often it may be begun.


async def test_a_hundred_are_free_and_the_others_are_spread() -> None:
    clock, vault = FixedClock(MONDAY), MemoryVault()
    identifies = Identifies(vault, clock)

    assert [await identifies.spend() for _ in range(FREELY)] == [0.0] * FREELY
    wait = await identifies.spend()
    assert 60 < wait < 300
    clock.advance(seconds=wait)
    assert await identifies.spend() == 0.0
    assert await identifies.spend() > 0


async def test_a_program_that_crashes_all_the_time_stays_below_the_limit() -> None:
    """Whenever Discord's day begins: the vault outlives each crash."""
    clock, vault = FixedClock(MONDAY), MemoryVault()
    at: list[float] = []
    clock.advance(hours=23)
    while len(at) < 3 * MOST:
        wait = await Identifies(vault, clock).spend()
        if wait:
            clock.advance(seconds=wait)
        else:
            at.append(clock.monotonic())

    most = max(sum(begun <= one < begun + DAY for one in at) for begun in at)
    assert most <= MOST


async def test_hours_of_quiet_do_not_add_up_to_a_burst() -> None:
    clock, vault = FixedClock(MONDAY), MemoryVault()
    at: list[float] = []

    async def burst(hours: float) -> None:
        until = clock.monotonic() + hours * 3600
        while clock.monotonic() < until:
            wait = await Identifies(vault, clock).spend()
            if wait:
                clock.advance(seconds=wait)
            else:
                at.append(clock.monotonic())

    await Identifies(vault, clock).spend()
    clock.advance(hours=23.9)
    await burst(12)

    most = max(sum(begun <= one < begun + DAY for one in at) for begun in at)
    assert most <= MOST


async def test_what_another_process_counts_counts(clock: FixedClock) -> None:
    vault = MemoryVault()
    one, other = Identifies(vault, clock), Identifies(vault, clock)

    waits = [await each.spend() for _ in range(FREELY // 2 + 1) for each in (one, other)]

    assert waits == [*[0.0] * FREELY, waits[-2], waits[-1]]
    assert waits[-2] > 0


async def test_a_clock_that_went_back_does_not_lock_us_out() -> None:
    clock, vault = FixedClock(MONDAY), MemoryVault()
    for _ in range(FREELY + 1):
        await Identifies(vault, clock).spend()

    clock.set(MONDAY.replace(year=MONDAY.year - 1))

    assert await Identifies(vault, clock).spend() < 3600


@pytest.mark.parametrize("kept", [b"", b"null", b"[1]", b'{"a": 1}', b"[1, 2, 3, 4]", b"\xff", b'"x"', b"NaN"])
async def test_what_cannot_be_read_counts_from_now(kept: bytes) -> None:
    vault = MemoryVault({"identifies": (kept, 1)})

    assert await Identifies(vault, FixedClock(MONDAY)).spend() == 0.0


async def test_a_vault_that_does_not_answer_lets_none_go_out() -> None:
    assert await Identifies(Silent(), FixedClock(MONDAY)).spend() > 0


async def test_who_has_spent_all_waits_and_says_so(discord: FakeDiscord, heard: Heard) -> None:
    timing = replace(QUICK, hello=0.3)
    given = SimpleNamespace(leases=Leases().of("this"), vault=MemoryVault(), clock=FixedClock(MONDAY))
    for _ in range(FREELY):
        await Identifies(given.vault, given.clock).spend()
    settings = Settings(token=Secret(discord.bot.token), api=discord.api, gateway=discord.gateway_url)
    gateway = Gateway(settings, False, heard.take, cast(Given, given), heard.refused, timing)
    with discord.pointed_at():
        await gateway.start()
        try:
            assert discord.identifies == 0
            assert "so many greetings a day" in gateway.reason
        finally:
            await gateway.stop()
            # The SDK's thread of a connection that never came to IDENTIFY ends by itself, after a minute.
            for thread in threading.enumerate():
                if isinstance(thread, KeepAliveHandler):
                    thread.stop()


# Nothing grows, nothing leaks.


async def test_nothing_that_people_do_is_kept_by_the_sdk(discord: FakeDiscord, heard: Heard, words: None) -> None:
    async with listening(discord, heard) as gateway:
        client = gateway._client
        assert client is not None
        before = held(client)
        message = await discord.say("1", "300", "a message")
        for number in range(1000):
            user = str(1000 + number)
            discord.user(user, f"user{number}")
            discord.guilds["100"].member(user)
            await discord.say(user, "300", f"{number}")
            discord.gateway.tell("INTERACTION_CREATE", pressed(discord, user, message), guild=discord.guilds["100"])
        await discord.until(lambda: len(heard.payloads) > 2000, 20)
        heard.payloads.clear()
        gc.collect()

        assert held(client) == before
        kept = [one for one in gc.get_objects() if isinstance(one, sdk.Message | sdk.Interaction)]
        assert len(kept) < 10, kept[:3]


async def test_direct_messages_with_many_people_are_not_all_kept(discord: FakeDiscord, heard: Heard) -> None:
    async with listening(discord, heard, content=False) as gateway:
        client = gateway._client
        assert client is not None
        for number in range(1000):
            user = str(1000 + number)
            discord.user(user, f"user{number}")
            await discord.say(user, "@me", f"{number}")
        await discord.until(lambda: len(heard.texts()) == 1000, 20)
        heard.payloads.clear()
        gc.collect()

        assert len(client.private_channels) <= 200
        assert len(client.users) <= 220


async def test_the_log_holds_no_token_and_no_traceback(
    discord: FakeDiscord, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with listening(discord, heard, timing=replace(QUICK, hello=0.3)):
            await discord.say("1", "300", "my secret plan")
            await cut(discord, "abort")
            await discord.until(lambda: discord.gateway.resumed, 10)
            discord.token_refused = True
            await cut(discord, "4000")
            await discord.until(lambda: heard.over, 10)

    ours = [record for record in caplog.records if not record.name.startswith(("aiohttp", "asyncio", "tests"))]
    assert not [record for record in ours if record.exc_info]
    said = "\n".join(record.getMessage() for record in ours)
    assert discord.bot.token not in said
    assert "secret plan" not in said


async def cut(discord: FakeDiscord, how: str) -> None:
    match how:
        case "abort":
            leaving = list(discord.gateway.lines)
            discord.gateway.abort()
            await asyncio.gather(*(line.gone.wait() for line in leaving))
        case "reconnect":
            await discord.gateway.reconnect()
        case code:
            await discord.gateway.close(int(code))


def die(discord: FakeDiscord) -> None:
    """Every line stays, as far as its client can tell: nothing comes and nothing is taken, not even a goodbye."""
    discord.gateway.silence()
    for line in discord.gateway.lines:
        line.transport.pause_reading()


async def paused(bridge: Bridge, channel: str) -> bool:
    """Whether nothing is sent to that channel of "100"."""
    place = await bridge.store.read(lambda tx: tx.places.at("discord", "100", channel, False))
    return place is not None and place.paused is not None


def pressed(discord: FakeDiscord, user: str, message: Any) -> dict[str, Any]:
    """A button's interaction, as Discord would tell it; nobody waits for an answer."""
    place = discord.channel_of("300")
    assert place is not None
    made = discord._interaction(3, user, place)
    data = {"custom_id": "0:help", "component_type": 2, "id": 1}
    return made.payload | {"message": discord.for_interaction(message), "data": data}


def held(client: sdk.Client) -> dict[str, int]:
    """How much the SDK remembers."""
    state = client._connection
    store = state._view_store
    return {
        "messages": len(client.cached_messages),
        "views": sum(len(inner) for inner in store._views.values()),
        "modals": len(store._modals),
        "synced": len(store._synced_message_views),
        "dynamic": len(store._dynamic_items),
        "members": sum(len(guild._members) for guild in client.guilds),
        "users": len(state._users),
        "direct": len(client.private_channels),
    }
