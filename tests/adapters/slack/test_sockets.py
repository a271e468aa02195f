"""Socket Mode as it is kept open: two leased sockets, replaced before they go, rebuilt when they fall silent, and given
up where there is no sense in going on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from bridge.adapters.slack.sockets.gate import Gate
from bridge.adapters.slack.sockets.link import Ack
from bridge.adapters.slack.sockets.sockets import SWITCHED_OFF, Sockets, Timing
from bridge.adapters.slack.web.api import open_socket_url
from bridge.model.clock import SystemClock
from bridge.model.errors import ConfigError, StoreBusy
from bridge.model.secret import Secret
from tests.adapters.slack.stage import QUICK, acme
from tests.fakes.slack import FakeSlack, NotAnswered, Team


@dataclass
class Leases:
    """In memory; `others` belong to other processes."""

    taken: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    closed: bool = False

    async def take(self, name: str, seconds: float) -> int | None:
        if self.closed:
            raise StoreBusy()
        if name in self.others:
            return None
        self.taken.add(name)
        return 1

    def sure(self, name: str) -> bool:
        return True

    async def release(self, name: str) -> None:
        self.taken.discard(name)


@dataclass
class Heard:
    """What came through, and what it is answered with."""

    payloads: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Awaitable[Ack | None]] | None = None
    over: list[str] = field(default_factory=list)

    async def take(self, payload: dict[str, Any]) -> Ack | None:
        self.payloads.append(payload)
        return await self.answer(payload) if self.answer else Ack()

    async def refused(self, why: str) -> None:
        self.over.append(why)

    def texts(self) -> list[str]:
        return [one["event"]["text"] for one in self.payloads]


Open = Callable[..., Any]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return acme(slack)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def leases() -> Leases:
    return Leases()


@asynccontextmanager
async def listening(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases, timing: Timing = QUICK
) -> AsyncIterator[Sockets]:
    open_url = partial(open_socket_url, Secret(team.app_token), slack.base)
    take = Gate(heard.take).take
    sockets = Sockets("A1", open_url, take, leases, SystemClock(), heard.refused, timing)
    try:
        await sockets.start()
        yield sockets
    finally:
        await sockets.stop(1.0)


def numbers(team: Team) -> set[int]:
    """The sockets that are open, each with a number of its own."""
    return {connection.number for connection in team.sockets.connections}


async def cut(team: Team, how: str) -> None:
    match how:
        case "abort":
            team.sockets.abort()
        case "close":
            await team.sockets.close()
        case reason:
            await team.sockets.disconnect(reason)


async def test_two_sockets_share_what_comes(slack: FakeSlack, team: Team, heard: Heard, leases: Leases) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        for number in range(4):
            await team.say("U1", "C1", f"{number}")
        await slack.until(lambda: not team.sockets.unacked)

    assert sorted(heard.texts()) == ["0", "1", "2", "3"]
    assert {delivery.connection.number for delivery in team.sockets.deliveries if delivery.connection} == {1, 2}


async def test_each_socket_holds_a_lease_and_gives_it_back(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)
        held = set(leases.taken)

    assert held == {"socket A1 0", "socket A1 1"}
    assert not leases.taken


async def test_a_socket_waits_for_a_lease_when_other_processes_have_all(
    slack: FakeSlack, team: Team, heard: Heard
) -> None:
    leases = Leases(others={f"socket A1 {number}" for number in range(8)})
    timing = replace(QUICK, hello=0.05, lease=0.05)
    async with listening(slack, team, heard, leases, timing) as sockets:
        assert sockets.connected == 0

        leases.others.discard("socket A1 7")

        await slack.until(lambda: sockets.connected == 1)


async def test_a_lost_lease_closes_its_socket(slack: FakeSlack, team: Team, heard: Heard, leases: Leases) -> None:
    async with listening(slack, team, heard, leases, replace(QUICK, lease=0.05)) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        leases.others = {f"socket A1 {number}" for number in range(8)} - {"socket A1 0"}

        await slack.until(lambda: sockets.connected == 1 and len(team.sockets.connections) == 1)


async def test_a_database_that_does_not_answer_closes_no_socket(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    async with listening(slack, team, heard, leases, replace(QUICK, lease=0.03)) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        leases.closed = True
        await asyncio.sleep(0.1)

        assert sockets.connected == 2
        leases.closed = False


async def test_a_warned_socket_is_replaced_before_it_goes(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        await team.sockets.disconnect("warning", 0)

        await slack.until(lambda: len(team.sockets.connections) == 3)
        await slack.until(lambda: len(team.sockets.connections) == 2)
        assert sockets.connected == 2


async def test_an_answer_begun_on_an_old_socket_goes_out_there(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    """Whether Slack takes it on another one is not documented."""
    go = asyncio.Event()

    async def slowly(payload: dict[str, Any]) -> Ack:
        await go.wait()
        return Ack({"text": "done"})

    heard.answer = slowly
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)
        asked = asyncio.create_task(team.command("U1", "C1", "/bridge", "status Hello"))
        await slack.until(lambda: heard.payloads)

        await team.sockets.disconnect("warning")
        await slack.until(lambda: len(team.sockets.connections) == 4)
        go.set()

        assert (await asked).payload == {"text": "done"}


@pytest.mark.parametrize("how", ["refresh_requested", "too_many_websockets", "abort", "close"])
async def test_a_socket_that_is_closed_is_opened_again(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases, how: str
) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        before = numbers(team)
        await cut(team, how)

        await slack.until(lambda: len(numbers(team) - before) == 2 and sockets.connected == 2)
        await team.say("U1", "C1", "still here")
        await slack.until(lambda: heard.texts() == ["still here"])


async def test_a_socket_that_fell_silent_is_rebuilt(slack: FakeSlack, team: Team, heard: Heard, leases: Leases) -> None:
    async with listening(slack, team, heard, leases, replace(QUICK, silence=0.1)) as sockets:
        await slack.until(lambda: sockets.connected == 2)
        before = numbers(team)

        team.sockets.silence()

        await slack.until(lambda: len(numbers(team) - before) == 2 and sockets.connected == 2)


async def test_socket_mode_switched_off_is_said_once_and_not_tried_for_ever(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        await team.sockets.disconnect("link_disabled")

        await slack.until(lambda: sockets.trouble == SWITCHED_OFF and not sockets.connected)
        opened = len(slack.called("apps.connections.open"))
        await asyncio.sleep(0.05)
        assert len(slack.called("apps.connections.open")) == opened
    assert heard.over == [SWITCHED_OFF]
    assert [record.levelname for record in caplog.records if SWITCHED_OFF in record.getMessage()] == ["ERROR"]


async def test_a_refused_app_token_is_told_at_the_start(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    team.refuse(team.app_token)

    with pytest.raises(ConfigError, match="xapp") as refused:
        async with listening(slack, team, heard, leases):
            pass

    assert team.app_token not in str(refused.value)


async def test_an_app_token_that_is_withdrawn_ends_the_reconnecting(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        team.refuse(team.app_token)
        await team.sockets.close()

        await slack.until(lambda: heard.over)
        opened = len(slack.called("apps.connections.open"))
        await asyncio.sleep(0.05)
        assert len(slack.called("apps.connections.open")) == opened
        assert "xapp" in sockets.trouble


async def test_what_was_not_taken_is_not_acknowledged_and_comes_again(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    answers: list[Ack | None] = [None, Ack()]

    async def once_not(payload: dict[str, Any]) -> Ack | None:
        return answers.pop(0)

    heard.answer = once_not
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        await team.say("U1", "C1", "Hello")
        await slack.until(lambda: heard.texts() == ["Hello"])
        assert team.sockets.unacked
        await slack.retry_now()

        await slack.until(lambda: heard.texts() == ["Hello", "Hello"] and not team.sockets.unacked)


async def test_stopping_takes_nothing_new_and_answers_what_was_begun(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    go = asyncio.Event()

    async def slowly(payload: dict[str, Any]) -> Ack:
        await go.wait()
        return Ack({"text": "done"})

    heard.answer = slowly
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)
        begun = asyncio.create_task(team.command("U1", "C1", "/bridge", "status one"))
        await slack.until(lambda: heard.payloads)

        stopping = asyncio.create_task(sockets.stop(1.0))
        await asyncio.sleep(0)
        late = asyncio.create_task(team.command("U1", "C1", "/bridge", "status two"))
        await asyncio.sleep(0.02)
        go.set()
        await stopping

        assert (await begun).payload == {"text": "done"}
        with pytest.raises(NotAnswered):
            await late
    assert len(heard.payloads) == 1


async def test_two_hundred_disconnects_lose_no_event(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases
) -> None:
    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)

        for number in range(200):
            await team.say("U1", "C1", f"{number}")
            before = numbers(team)
            await cut(team, ("abort", "refresh_requested", "warning", "close")[number % 4])
            await slack.until(lambda before=before: numbers(team) - before)
        await slack.until(lambda: sockets.connected == 2)
        await slack.retry_now()
        await slack.until(lambda: not team.sockets.unacked)

    assert set(heard.texts()) == {str(number) for number in range(200)}
    assert not [delivery for delivery in team.sockets.deliveries if delivery.lost]


async def test_the_environment_of_other_programs_changes_nothing(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """slack_bolt takes these for OAuth and a token of its own; the SDK sends 127.0.0.1 to a proxy."""
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "of-another")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async with listening(slack, team, heard, leases) as sockets:
        await slack.until(lambda: sockets.connected == 2)
        acked = await team.command("U1", "C1", "/bridge", "help")

    assert acked.payload is None
    assert len(heard.payloads) == 1


async def test_the_log_holds_no_ticket_and_no_traceback(
    slack: FakeSlack, team: Team, heard: Heard, leases: Leases, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with listening(slack, team, heard, leases) as sockets:
            await slack.until(lambda: sockets.connected == 2)
            await team.command("U1", "C1", "/bridge", "status my secret plan")
            team.sockets.abort()
            await slack.until(lambda: sockets.connected == 2)
            await team.sockets.disconnect("link_disabled")
            await slack.until(lambda: not sockets.connected)

    ours = [record for record in caplog.records if not record.name.startswith(("aiohttp", "asyncio", "tests"))]
    assert not [record for record in ours if record.exc_info]
    said = "\n".join(record.getMessage() for record in ours)
    assert "ticket" not in said
    assert "secret plan" not in said
    assert team.app_token not in said
