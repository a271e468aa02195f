"""The fake in a process of its own, for journeys with real bridges: `python -m tests.fakes.slack --port 0`.

It prints one line of JSON: {"base", "control", "teams": {"T1": {"bot_token", "app_token"}}}, and then takes
`POST /control/<action>` with a JSON object. The answer is {"result": …} or, with status 400, {"error": …}.

- `team` {id, name}: another workspace; `user`, `channel`, `stranger`, `direct`, `say`, `command`, `react`, `press`,
  `submit`, `set_status` and every other public method of a Team: its arguments by name, and `team` (the first
  workspace where left out). A message is named as {"channel", "ts"}, an ephemeral as {"ephemeral": user} (the newest),
  a home as {"home": user}, a form as {"modal": user}; bytes as {"base64": …}.
- `disconnect` {reason}, `abort`, `silence`, `retry_now`, `calls` {method}, `fault` {method, kind, …}, `advance`
  {seconds}, `until_connected` {sockets}, `set` {name, value}: of the whole.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import dataclasses
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bridge.model.clock import FixedClock, SystemClock
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.life import Team
from tests.fakes.slack.objects import Json
from tests.fakes.slack.socket import Delivery

if TYPE_CHECKING:
    from tests.fakes.slack import FakeSlack

SETTABLE = {"patience", "enforce_tiers"}


class Control:
    """Actions over HTTP. Anyone on this machine may call them: it is a test's tool."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack

    async def answer(self, request: web.Request) -> web.Response:
        action, given = request.match_info["action"], json.loads(await request.text() or "{}")
        try:
            result = await self._do(action, given)
        except (KeyError, ValueError, TypeError, AssertionError, AttributeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"result": _shown(result)})

    async def _do(self, action: str, given: Json) -> Any:
        if own := getattr(self, f"do_{action}", None):
            return await own(**given)
        team = self._team(given.pop("team", ""))
        method: Callable[..., Any] | None = getattr(team, action, None)
        if action.startswith("_") or not inspect.ismethod(method):
            raise ValueError(f"there is no {action}")
        result = method(**{name: self._given(team, value) for name, value in given.items()})
        return await result if isinstance(result, Awaitable) else result

    def _team(self, id: str) -> Team:
        return self.slack.teams[id] if id else next(iter(self.slack.teams.values()))

    def _given(self, team: Team, value: Any) -> Any:
        if isinstance(value, list):
            return [self._given(team, one) for one in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"channel", "ts"}:
            return team.place(value["channel"]).messages[value["ts"]]
        if set(value) == {"ephemeral"}:
            return team.ephemerals(value["ephemeral"])[-1]
        if set(value) == {"home"}:
            return team.home(value["home"])
        if set(value) == {"modal"}:
            return team.modal(value["modal"])
        if set(value) == {"file"}:
            return team.files[value["file"]]
        if set(value) == {"base64"}:
            return base64.b64decode(value["base64"])
        return {name: self._given(team, one) for name, one in value.items()}

    async def do_team(self, id: str, name: str = "Acme", **more: Any) -> Json:
        made = self.slack.team(id, name, **more)
        return {"bot_token": made.bot_token, "app_token": made.app_token, "bot": made.bot.id}

    async def do_disconnect(self, reason: str = "refresh_requested", team: str = "", index: int | None = None) -> None:
        await self._team(team).sockets.disconnect(reason, index)

    async def do_abort(self, team: str = "", index: int | None = None) -> None:
        self._team(team).sockets.abort(index)

    async def do_silence(self, team: str = "") -> None:
        self._team(team).sockets.silence()

    async def do_duplicate(self, team: str = "", times: int = 1) -> None:
        self._team(team).sockets.duplicates += times

    async def do_unacked(self, team: str = "") -> list[str]:
        return [d.event_id for d in self._team(team).sockets.unacked]

    async def do_retry_now(self) -> int:
        return await self.slack.retry_now()

    async def do_calls(self, method: str = "") -> Any:
        return [c for c in self.slack.calls if method in ("", c.method)]

    async def do_fault(self, method: str, kind: str, times: int = 1, **more: Any) -> None:
        """`kind`: a name of Fault, `RATE` with retry_after, `SLOW` with seconds, `ERROR` with code."""
        fault = getattr(Fault, kind)
        self.slack.faults.next(method, fault if isinstance(fault, Fault) else fault(**more), times=times)

    async def do_advance(self, seconds: float) -> float:
        if isinstance(self.slack.clock, FixedClock):
            self.slack.clock.advance(seconds=seconds)
        return self.slack.now()

    async def do_until_connected(self, sockets: int = 1, seconds: float = 20.0, team: str = "") -> int:
        found = self._team(team).sockets.connections
        await self.slack.until(lambda: len(found) >= sockets, seconds)
        return len(found)

    async def do_set(self, name: str, value: Any, team: str = "") -> None:
        if name in SETTABLE:
            setattr(self.slack, name, value)
        else:
            of = self._team(team)
            setattr(of, name, frozenset(value) if name in ("scopes", "subscribed") else value)


def _shown(value: Any) -> Any:
    """As JSON: objects as Slack would show them where it would, else field by field."""
    if isinstance(value, Delivery):
        return {"event_id": value.event_id, "acked": value.acked}
    if hasattr(value, "shown") and "viewer" not in inspect.signature(value.shown).parameters:
        return value.shown()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {name: _shown(one) for name, one in fields.items() if name not in ("messages", "root")}
    if isinstance(value, dict):
        return {str(name): _shown(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shown(one) for one in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


async def alone(make: Callable[..., FakeSlack], arguments: list[str] | None = None) -> None:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--team", action="append", default=[], help="T1=Acme, any number of times")
    read = parser.parse_args(arguments)
    async with make(clock=SystemClock(), port=read.port) as slack:
        for named in read.team or ["T1=Acme"]:
            id, _, name = named.partition("=")
            slack.team(id, name or id)
        tokens = {t.id: {"bot_token": t.bot_token, "app_token": t.app_token} for t in slack.teams.values()}
        print(json.dumps({"base": slack.base, "control": f"{slack.root}/control/", "teams": tokens}), flush=True)
        await asyncio.Event().wait()
