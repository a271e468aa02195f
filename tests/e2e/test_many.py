"""Several real bridges on one PostgreSQL: equal ones, and ones that share out the work by their roles."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.control import sockets_of
from bridge.model.clock import SystemClock
from bridge.settings import settings_type
from tests.adapters.discord.stage import acme
from tests.e2e.process import Process
from tests.fakes.discord import FakeDiscord
from tests.fakes.slack import FakeSlack, Team

NEVER = "120"
"""Seconds between two looks of a courier, where only a wake-up can bring anything in time."""
KEY = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class Site(Process):
    """A bridge whose port is known, also where it has no page."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        folder.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        super().__init__(folder, {"BRIDGE_WEB__PORT": self.address.rpartition(":")[2], **variables})

    async def stop(self, seconds: float = 30) -> None:
        """SIGTERM; what it may take at most is others' to test, on a machine that does nothing else."""
        await super().stop(seconds)

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=10) as client:
            return await client.get(f"{self.address}{path}")

    async def measured(self, line: str) -> float:
        """The value of a metric, by how its line begins."""
        page = (await self.get("/metrics")).text.splitlines()
        return next(float(one.rpartition(" ")[2]) for one in page if one.startswith(line))


Start = Callable[..., Awaitable[Site]]


@pytest.fixture
async def start(postgres_url: str, tmp_path: Path) -> AsyncIterator[Start]:
    """`await start("one", **variables)`: a process on the one database, with the one key, in a folder of that name."""
    sites: list[Site] = []

    async def begin(name: str, folder: str = "", **more: str) -> Site:
        common = {"BRIDGE_STORE__URL": postgres_url, "BRIDGE_KEY": KEY, "BRIDGE_LIMITS__CHANNEL_PER_HOUR": "500"}
        site = Site(tmp_path / (folder or name), {**common, **more})
        sites.append(site)
        await site.start()
        return site

    yield begin
    async with AsyncExitStack() as stack:
        for site in sites:
            if site.running:
                stack.push_async_callback(site.stop)
    for site in sites:
        print(f"the log of {site.folder.name}:\n{site.log}")  # shown where the test fails
    assert not [site.log for site in sites if "Traceback" in site.log]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(SystemClock()) as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    team = slack.team("T1", "Acme")
    for id, name in (("U1", "ana"), ("U2", "bo")):
        team.user(id, name, real_name=name.title(), tz="Europe/Vienna")
    team.channel("C1", "team", members=["U1", "U2"], creator="U1", bot=True)
    team.channel("C2", "news", members=["U1", "U2"], creator="U1", bot=True)
    return team


def with_slack(slack: FakeSlack, team: Team) -> dict[str, str]:
    return {"BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}", "BRIDGE_SLACK__API": slack.base}


def shown(team: Team, words: str) -> list[str]:
    return [text for text in team.texts("C2") if words in text]


async def until(look: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
    time = asyncio.get_running_loop().time
    end = time() + seconds
    while not (found := await look()):
        assert time() < end, f"not within {seconds} s"
        await asyncio.sleep(0.02)
    return found


async def test_equal_processes_deliver_once_and_the_rest_goes_on(start: Start, slack: FakeSlack, team: Team) -> None:
    three = [await start(name, **with_slack(slack, team)) for name in ("one", "two", "three")]
    await slack.until(lambda: len(team.sockets.connections) == 6, 20)
    await team.command("U2", "C2", "/bridge", "follow @ana live here")

    # Some may come together in one message.
    for number in range(4):
        await team.command("U1", "C1", "/bridge", f"status Update {number} goes out")
    await slack.until(lambda: all(shown(team, f"Update {number}") for number in range(4)), 20)

    await until(lambda: _is(three[0].measured("bridge_couriers"), 3))
    assert [(await site.get("/readyz")).status_code for site in three] == [200, 200, 200]
    checked = await asyncio.to_thread(three[0].run, "check")
    assert "3 with the role all" in checked.stdout

    await three[0].kill()
    await slack.until(lambda: len(team.sockets.connections) == 4, 20)
    await team.command("U1", "C1", "/bridge", "status The rest goes on")

    await slack.until(lambda: shown(team, "The rest goes on"), 20)
    assert [len(shown(team, f"Update {number}")) for number in range(4)] == [1, 1, 1, 1]
    await three[1].stop()
    await until(lambda: _is(three[2].measured("bridge_couriers"), 1), 30)


async def test_a_listener_hears_and_a_courier_delivers(start: Start, slack: FakeSlack, team: Team) -> None:
    listener = await start("listener", BRIDGE_RUN__ROLE="listener", **with_slack(slack, team))
    await slack.until(lambda: len(team.sockets.connections) == 2, 20)
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    await team.command("U1", "C1", "/bridge", "status Shipping v2")
    await until(lambda: _is(listener.measured("bridge_published_total"), 1))
    checked = await asyncio.to_thread(listener.run, "check")
    assert "so nothing is delivered" in checked.stdout
    assert await listener.measured("bridge_couriers") == 0
    assert not shown(team, "Shipping"), "nobody delivers yet"

    courier = await start("courier", BRIDGE_RUN__ROLE="courier", **with_slack(slack, team))

    await slack.until(lambda: shown(team, "Shipping v2"), 20)
    assert len(team.sockets.connections) == 2, "the courier opens no socket"
    assert [(await site.get("/readyz")).status_code for site in (listener, courier)] == [200, 200]
    assert await courier.measured('bridge_info{database="postgresql",role="courier"') == 1
    await until(lambda: _is(listener.measured("bridge_couriers"), 1))
    found = await asyncio.to_thread(listener.run, "check")
    assert "1 with the role listener, 1 with the role courier" in found.stdout


async def test_what_is_shared_is_delivered_long_before_the_next_look(start: Start) -> None:
    listener = await start("listener", BRIDGE_RUN__ROLE="listener")
    courier = await start("courier", BRIDGE_RUN__ROLE="courier", BRIDGE_TEST_POLL=NEVER)
    await until(lambda: _is(courier.measured("bridge_notifications_working"), 1))
    await until(lambda: _is(listener.measured("bridge_notifications_working"), 1))
    await listener.lobby("bo", "random", "/follow #release live here")
    took = []

    for number in range(5):
        began = asyncio.get_running_loop().time()
        await listener.lobby("ana", "general", f"/status Update {number} is out #release")
        await until(lambda number=number: _in(f"Update {number}", listener.lobby_lines("bo", "random")))  # type: ignore[misc]
        took.append(asyncio.get_running_loop().time() - began)

    print(f"typed to shown, another process delivering: {[round(1000 * seconds) for seconds in took]} ms")
    assert await courier.measured('bridge_notifications_total{way="heard"}') >= 5


async def test_an_open_page_hears_what_another_process_sends(start: Start) -> None:
    """The page is one's, the courier another's; edits and deletions too."""
    listener = await start("listener", BRIDGE_RUN__ROLE="listener")
    await start("courier", BRIDGE_RUN__ROLE="courier")
    await until(lambda: _is(listener.measured("bridge_notifications_working"), 1))
    await listener.lobby("bo", "general", "/follow #release live here")

    async with stream(listener, "bo") as heard:
        await listener.lobby("ana", "random", "/status Shipping v2 #release")
        card = await heard("added", "Shipping v2")
        await listener.lobby("ana", "random", "/edit last Shipped v3 #release")
        edited = await heard("changed", "Shipped v3")
        await listener.lobby("ana", "random", "/delete last")
        gone = await heard("removed", "")

    assert card["id"] == edited["id"] == gone["id"]


async def test_in_discord_one_connects_and_the_others_send_all_the_same(start: Start) -> None:
    async with FakeDiscord(SystemClock()) as discord:
        acme(discord)
        discord.patience = 20.0
        given = {
            "BRIDGE_DISCORD__TOKEN": discord.bot.token,
            "BRIDGE_DISCORD__API": discord.api,
            "BRIDGE_DISCORD__GATEWAY": discord.gateway_url,
            "BRIDGE_DISCORD__TEAM": "100",
        }
        listeners = [await start(name, BRIDGE_RUN__ROLE="listener", **given) for name in ("first", "second")]
        courier = await start("courier", BRIDGE_RUN__ROLE="courier", **given)
        await discord.until(lambda: len(discord.gateway.sessions) == 1)
        await discord.command("2", "301", "follow", {"whom": "#release", "how": "live", "here": True})

        await discord.command("1", "300", "status", {"text": "Shipping v2 today #release"})
        await discord.until(lambda: "Shipping v2 today" in str(discord.texts("301")))
        assert (await courier.get("/readyz")).status_code == 200

        # Whoever has the connection gives it back, and another takes it.
        await listeners[0].stop()
        await until(lambda: _answered(discord, "Shipping v3 tomorrow #release"), 25)
        await discord.until(lambda: "Shipping v3 tomorrow" in str(discord.texts("301")))


@pytest.mark.parametrize("key", [base64.urlsafe_b64encode(bytes(32)).decode(), ""], ids=["another", "none"])
async def test_a_process_without_the_key_is_refused(start: Start, postgres_url: str, tmp_path: Path, key: str) -> None:
    await start("one")

    site = Site(tmp_path / "two", {"BRIDGE_STORE__URL": postgres_url, "BRIDGE_KEY": key})
    refused = site.run("run")

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert "BRIDGE_KEY" in refused.stderr
    assert not (tmp_path / "two" / "data" / "bridge.key").exists()


async def test_sub_commands_ask_any_process_that_runs_there(start: Start, tmp_path: Path) -> None:
    one, two = await start("one", folder="shared"), await start("two", folder="shared")
    there = settings_type().model_validate({"store": {"url": "postgresql://host/name"}})
    there._folder = tmp_path / "shared"
    assert sum(path.exists() for path in sockets_of(there)) == 2

    first = two.run("lobby", "invite", "ana")
    await one.kill()
    second = two.run("lobby", "invite", "bo")
    await two.stop()

    assert [done.stdout.count("/lobby/enter?token=") for done in (first, second)] == [1, 1]
    assert one.address in first.stdout
    assert two.address in second.stdout


def test_roles_are_refused_on_a_sqlite_file(tmp_path: Path) -> None:
    site = Site(tmp_path / "one", {})

    refused = site.run("run", "--role", "courier")
    wrong = site.run("run", "--role", "curier")

    assert (refused.returncode, wrong.returncode) == (2, 2)
    assert "needs PostgreSQL" in refused.stderr
    assert "allowed: 'all', 'listener' or 'courier'" in wrong.stderr


@asynccontextmanager
async def stream(site: Site, who: str) -> AsyncIterator[Callable[[str, str], Awaitable[dict[str, Any]]]]:
    """`await heard(event, words)`: the data of the next event of that name that has the words, within ten seconds."""
    asked = {"as": who, "channel": "general"}
    async with (
        httpx.AsyncClient(timeout=15) as client,
        client.stream("GET", f"{site.address}/api/lobby/stream", params=asked) as response,
    ):
        lines = response.aiter_lines()

        async def heard(event: str, words: str) -> dict[str, Any]:
            name = ""
            async with asyncio.timeout(10):
                async for line in lines:
                    field, _, value = line.partition(": ")
                    if field == "event":
                        name = value
                    elif field == "data" and name == event and words in value:
                        found: dict[str, Any] = json.loads(value)
                        return found
            raise AssertionError("the stream ended")

        async for line in lines:
            if line == "event: open":
                break
        yield heard


async def _answered(discord: FakeDiscord, text: str) -> bool:
    try:
        receipt = await discord.command("1", "300", "status", {"text": text})
    except (AssertionError, TimeoutError):
        return False
    return "Shared" in receipt.shown


async def _is(value: Awaitable[float], wanted: float) -> bool:
    return await value == wanted


async def _in(words: str, text: Awaitable[str]) -> bool:
    return words in await text
