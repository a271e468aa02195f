"""The door of the fake's Web API: reads a request, checks its token, arguments and scopes, and only then lets a method
play. Strict where the real one is kind: an argument it does not know is refused, so that a typo is noticed."""

from __future__ import annotations

import asyncio
import json
import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack.faults import Fault
from tests.fakes.slack.methods import HANDLERS, Asked, Call, Refused
from tests.fakes.slack.objects import Json
from tests.fakes.slack.tables import COMMON_ERRORS, METHODS, TIERS, UNDOCUMENTED, Method

if TYPE_CHECKING:
    from tests.fakes.slack import FakeSlack
    from tests.fakes.slack.life import Team


class Gate:
    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self._recent: dict[tuple[str, ...], deque[float]] = defaultdict(deque)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        arguments, token, broken = await _read(request)
        team = self.slack.team_of(token)
        call = Call(name, arguments, team.id if team else "", self.slack.now(), headers=dict(request.headers))
        self.slack.calls.append(call)
        fault = self.slack.faults.take(name, call.team)
        refused_by_rate = self._over_its_rate(call) if fault is None else 0
        if refused_by_rate:
            fault = Fault.RATE(refused_by_rate)
        if fault is None or fault.done:
            call.answer = {"ok": False, "error": broken} if broken else await self._play(call, token, team)
        self.slack.changed()
        return await _respond(request, call, team, fault)

    async def _play(self, call: Call, token: str, team: Team | None) -> Json:
        try:
            answer = await self._allowed(call, token, team)
        except Refused as refused:
            known = COMMON_ERRORS | METHODS[call.method].errors if call.method in METHODS else COMMON_ERRORS
            if refused.code not in known | UNDOCUMENTED.get(call.method, frozenset()):
                raise RuntimeError(f"{call.method} is not known to answer {refused.code}") from refused
            answer = {"ok": False, "error": refused.code, **refused.more}
            if refused.messages:
                answer["response_metadata"] = {"messages": list(refused.messages)}
            return answer
        return {"ok": True, **answer}

    async def _allowed(self, call: Call, token: str, team: Team | None) -> Json:
        method = METHODS.get(call.method)
        if method is None or call.method not in HANDLERS:
            raise Refused("unknown_method", req_method=call.method)
        if not token:
            raise Refused("not_authed")
        if team is None:
            raise Refused("invalid_auth")
        if code := team.refused.get(token):
            raise Refused(code)
        if not token.startswith(method.token):
            raise Refused("not_allowed_token_type")
        if method.scopes and not team.scopes & method.scopes:
            needed = ",".join(sorted(method.scopes))
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(team.scopes)))
        given = call.arguments if method.json or not call.headers.get("Content-Type", "").startswith(JSON) else {}
        return await HANDLERS[call.method](Asked(self.slack, team, call.method, _typed(method, given)))

    def _over_its_rate(self, call: Call) -> int:
        """Seconds to wait, 0 where the request is within its tier; only counted where tiers are enforced."""
        method = METHODS.get(call.method)
        if not self.slack.enforce_tiers or method is None:
            return 0
        if call.method == "chat.postMessage":
            return self._count((call.method, call.team, str(call.arguments.get("channel"))), 1, 1.0, call.at)
        if method.tier in TIERS:
            return self._count((call.method, call.team), TIERS[method.tier], 60.0, call.at)
        return 0

    def _count(self, key: tuple[str, ...], most: int, seconds: float, now: float) -> int:
        recent = self._recent[key]
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        if len(recent) >= most:
            return max(1, math.ceil(recent[0] + seconds - now))
        recent.append(now)
        return 0


JSON = "application/json"


async def _read(request: web.Request) -> tuple[Json, str, str]:
    """The arguments, without the token; the token; and what is wrong with the body, "" for nothing."""
    broken = ""
    arguments: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == JSON:
            try:
                body = json.loads(await request.text() or "{}")
            except ValueError:
                body, broken = {}, "invalid_json"
            if not isinstance(body, dict):
                body, broken = {}, "json_not_object"
            arguments |= body
        else:
            arguments |= dict(await request.post())
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    given = arguments.pop("token", "")
    return arguments, token if kind == "Bearer" else given, broken


def _typed(method: Method, given: Json) -> Json:
    """The arguments with their types. Raises invalid_arguments, naming each that is unknown, missing or wrong."""
    wrong = [f"[ERROR] unknown argument: {n}" for n in given if n not in method.arguments and n != "team_id"]
    wrong += [
        f"[ERROR] missing required field: {n}"
        for n, (required, _) in method.arguments.items()
        if required and given.get(n) in (None, "")
    ]
    typed: Json = {}
    for name, value in given.items():
        if name in method.arguments and value is not None:
            try:
                typed[name] = _as(method.arguments[name][1], value)
            except ValueError:
                if name in ("blocks", "metadata"):
                    raise Refused("invalid_blocks_format" if name == "blocks" else "invalid_metadata_format") from None
                wrong.append(f"[ERROR] must be a {method.arguments[name][1]}: {name}")
    if wrong:
        raise Refused("invalid_arguments", *wrong)
    return typed


def _as(kind: str, value: Any) -> Any:
    if kind == "bool":
        if value in (True, "true", "1", 1):
            return True
        if value in (False, "false", "0", 0):
            return False
        raise ValueError(value)
    if kind == "int":
        if isinstance(value, bool):
            raise ValueError(value)
        return int(value)
    if kind in ("json", "list"):
        found = json.loads(value) if isinstance(value, str) else value
        if not isinstance(found, list if kind == "list" else (list, dict)):
            raise ValueError(value)
        return found
    if not isinstance(value, str):
        raise ValueError(value)
    return value


async def _respond(request: web.Request, call: Call, team: Team | None, fault: Fault | None) -> web.StreamResponse:
    headers = {"x-slack-req-id": "fake"}
    if team is not None:
        headers["x-oauth-scopes"] = ",".join(sorted(team.scopes))
        accepted = METHODS[call.method].scopes if call.method in METHODS else ()
        headers["x-accepted-oauth-scopes"] = ",".join(sorted(accepted))
    if fault is None:
        return web.json_response(call.answer, headers=headers)
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    if fault.reset:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    if fault.retry_after:
        body = {"ok": False, "error": "ratelimited"}
        told = str(fault.retry_after) if fault.told is None else fault.told
        return web.json_response(body, status=429, headers=headers | ({"Retry-After": told} if told else {}))
    if fault.status:
        return web.Response(status=fault.status, text="<html>server error</html>", content_type="text/html")
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error}, headers=headers)
    return web.json_response(call.answer, headers=headers)
