"""Slack on the loopback: its Web API, its Socket Mode and its people, as strict as the real one or stricter.

    async with FakeSlack() as slack:
        team = slack.team("T1", "Acme")
        team.user("U1", "ana")
        team.channel("C1", "team", members=["U1"], bot=True)
        ... a client of `slack.base` with team.bot_token and team.app_token ...
        await team.command("U1", "C1", "/bridge", "status Hello")
        await slack.until(lambda: team.texts("C1"))

What a test uses: the people in slack_people, slack_hands and slack_life (say, edit, react, press, submit, shortcut,
set_status, invite, kick, deactivate …), what they see in slack_team (messages, ephemerals, home, modal, pinged), the
line in slack_socket (`team.sockets`: disconnect, abort, silence, duplicates, repeat), faults in slack_faults, limits
of blocks in slack_blocks, and `pings` in slack_pings.

Nothing of it was compared with the real service; it follows the documentation, and reports of what it leaves out.
Alone: `python -m tests.fakes.slack --port 0` (slack_control).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from bridge.model.clock import Clock, FixedClock
from tests.fakes.slack import auth as slack_auth
from tests.fakes.slack import chat as slack_chat
from tests.fakes.slack import places as slack_places
from tests.fakes.slack import things as slack_things
from tests.fakes.slack import views as slack_views
from tests.fakes.slack import who as slack_who
from tests.fakes.slack.control import Control
from tests.fakes.slack.faults import Fault, Faults
from tests.fakes.slack.gate import Gate
from tests.fakes.slack.hooks import Hooks, Triggers
from tests.fakes.slack.life import Team
from tests.fakes.slack.methods import Call
from tests.fakes.slack.objects import Json
from tests.fakes.slack.socket import NotAnswered
from tests.fakes.slack.tables import ALL_SCOPES

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PLAYED = (slack_auth, slack_chat, slack_places, slack_things, slack_views, slack_who)
"""The modules whose methods are played."""


class FakeSlack:
    """`clock` tells the time of everything but `until` and a person's patience (`patience`, seconds of the machine).

    `calls`: every request, oldest first. `enforce_tiers`: whether a method's rate is held against its tier.
    """

    def __init__(self, clock: Clock | None = None, port: int = 0) -> None:
        self.clock: Clock = clock or FixedClock(MONDAY)
        self.port = port
        self.patience = 3.0
        self.enforce_tiers = False
        self.calls: list[Call] = []
        self.faults = Faults()
        self.teams: dict[str, Team] = {}
        self.hooks = Hooks(self)
        self.triggers = Triggers(self)
        self._changed = asyncio.Event()
        self._gate = Gate(self)

    async def __aenter__(self) -> FakeSlack:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        self.routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        for team in self.teams.values():
            team.sockets.stop()
            await team.sockets.close()
        await self._runner.cleanup()

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/api/{method}", self._gate.answer)
        router.add_get("/link/", self._link)
        router.add_post("/control/{action}", Control(self).answer)
        router.add_post("/upload/v1/{team}/{file}", partial(slack_things.receive, self))
        router.add_get("/files-pri/{which}/{name}", partial(slack_things.fetch, self))
        router.add_get("/signin", slack_things.sign_in)
        router.add_post("/{kind:commands|actions}/{team}/{key}", self.hooks.answer)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"{self.root}/api/"

    def now(self) -> float:
        return self.clock.now().timestamp()

    def team(self, id: str, name: str = "Acme", scopes: Iterable[str] = ALL_SCOPES) -> Team:
        """A workspace with the app installed in it."""
        made = self.teams[id] = Team(self, id, name, scopes)
        return made

    def team_of(self, token: str) -> Team | None:
        return next((t for t in self.teams.values() if token and token in (t.bot_token, t.app_token)), None)

    def note(self, method: str, arguments: Json, team: str) -> None:
        self.calls.append(Call(method, arguments, team, self.now()))

    def called(self, method: str, team: str = "") -> list[Call]:
        """The requests to one method, oldest first."""
        return [c for c in self.calls if c.method == method and team in ("", c.team)]

    def changed(self) -> None:
        """Something happened: whoever waits looks again."""
        self._changed.set()

    async def until(self, predicate: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Waits until it gives something true, and returns that. Raises AssertionError after `seconds`."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not (found := predicate()):
            assert clock() < end, f"not within {seconds} s; calls: {[c.method for c in self.calls[-20:]]}"
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), 0.01)
            except TimeoutError:
                pass
        return found

    async def retry_now(self) -> int:
        """Every event that was not acknowledged is sent again at once; returns how many."""
        return sum([await team.sockets.retry_now() for team in self.teams.values()])

    @asynccontextmanager
    async def raw_socket(self, team: Team) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket of the test's own, as an app would open one; what it receives first is the hello."""
        async with aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {team.app_token}"}
            asked = await http.post(f"{self.base}apps.connections.open", headers=headers)
            async with http.ws_connect((await asked.json())["url"]) as socket:
                yield socket

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        for team in self.teams.values():
            if ticket in team.sockets.tickets:
                team.sockets.tickets.discard(ticket)
                return await team.sockets.serve(request)
        return web.Response(status=404, text="unknown ticket")


__all__ = ["MONDAY", "FakeSlack", "Fault", "NotAnswered", "Team"]
