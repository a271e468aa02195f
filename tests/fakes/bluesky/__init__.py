"""The network of Bluesky on the loopback: an AppView, a PDS, the directory of DIDs and the hosts of handles, each on a
port of its own, over the accounts of `bluesky_state`.

    async with FakeBluesky() as bluesky:
        ana = bluesky.network.account("ana.example.org", "Ana")
        ana.post("Hello")
        ... a client of `bluesky.appview`, `bluesky.pds`, `bluesky.plc` with `bluesky.fetcher()` ...

What accounts do stands in bluesky_state, what is taken in bluesky_tables, faults in bluesky_faults. Nothing of it was
compared with the real servers; it follows their sources and lexicons, and is stricter about parameters.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web

from bridge.adapters._outside.http import Fetched, Fetcher
from bridge.model.clock import FixedClock
from bridge.model.source import Outside
from tests.fakes.bluesky import views as views
from tests.fakes.bluesky.faults import Fault, Faults
from tests.fakes.bluesky.state import Account, Network
from tests.fakes.bluesky.tables import METHODS, mistake

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ROLES = ("appview", "pds", "plc", "hosts")


class Refused(Exception):
    """An XRPC error."""

    def __init__(self, message: str, error: str = "InvalidRequest", status: int = 400) -> None:
        self.told = {"error": error, "message": message}
        self.status = status


class FakeBluesky:
    """`calls`: (server, method, parameters) of every request. `most`: entries that a page has at most, whatever was
    asked for. `allowed`: requests that are left until `reset`; None: as many as one likes. `tells_reposts`: whether the
    AppView tells the addresses of reposts."""

    def __init__(self, clock: FixedClock | None = None) -> None:
        self.clock = clock or FixedClock(MONDAY)
        self.network = Network(self.clock)
        self.faults = Faults()
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.most = 100
        self.allowed: int | None = None
        self.reset = MONDAY
        self.tells_reposts = True
        self.told_by_hosts: dict[str, str] = {}
        """handle -> what its own host says of it, where the AppView and the PDS do not know it."""
        self._ports: dict[str, int] = {}
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> FakeBluesky:
        for role in ROLES:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self._server(role))
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._ports[role] = runner.addresses[0][1]
            self._runners.append(runner)
        return self

    async def __aexit__(self, *error: object) -> None:
        for runner in self._runners:
            await runner.cleanup()

    @property
    def appview(self) -> str:
        return self._root("appview")

    @property
    def pds(self) -> str:
        return self._root("pds")

    @property
    def plc(self) -> str:
        return self._root("plc")

    @property
    def outside(self) -> Outside:
        """What lets a Fetcher in."""
        return Outside(allowed=frozenset(("127.0.0.1", port) for port in self._ports.values()))

    def fetcher(self, seconds: float = 20) -> Fetcher:
        """One for which every https host is the host of handles. `seconds`: for one request."""
        return _Detour(self.outside, self._root("hosts"), seconds)

    def asked(self, method: str) -> list[dict[str, str]]:
        return [parameters for _, name, parameters in self.calls if name == method]

    def _root(self, role: str) -> str:
        return f"http://127.0.0.1:{self._ports[role]}"

    def _server(self, role: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(role, request)

        return serve

    async def _serve(self, role: str, request: web.Request) -> web.StreamResponse:
        method = request.path.rpartition("/xrpc/")[2] if role in METHODS else request.path
        self.calls.append((role, method, dict(request.query)))
        fault = self.faults.take(method)
        if fault is not None:
            return await _suffer(fault, request)
        headers = {}
        if self.allowed is not None:
            self.allowed -= 1
            told = {
                "Limit": 3000,
                "Remaining": max(self.allowed, 0),
                "Reset": int(self.reset.timestamp()),
                "Policy": "3000;w=300",
            }
            headers = {f"RateLimit-{name}": str(value) for name, value in told.items()}
            if self.allowed < 0:
                body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
                return web.json_response(body, status=429, headers=headers)
        try:
            answer = self._answer(role, method, request)
        except Refused as refused:
            return web.json_response(refused.told, status=refused.status, headers=headers)
        if isinstance(answer, web.Response):
            return answer
        body = json.dumps(answer).encode()
        tag = f'W/"{hashlib.sha1(body).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag, **headers})
        return web.Response(body=body, content_type="application/json", headers={"ETag": tag, **headers})

    def _answer(self, role: str, method: str, request: web.Request) -> dict[str, Any] | web.Response:
        if request.method != "GET":
            raise Refused("Incorrect HTTP method", status=405)
        if role == "plc":
            return self._document(request.path.removeprefix("/"))
        if role == "hosts":
            return self._host(request)
        if method not in METHODS[role]:
            raise Refused("Method Not Implemented", "MethodNotImplemented", 501)
        if wrong := mistake(METHODS[role][method], list(request.query.items())):
            raise Refused(wrong)
        return getattr(self, "_" + method.rpartition(".")[2])(role, request.query)

    def _resolveHandle(self, role: str, query: Mapping[str, str]) -> dict[str, Any]:
        account = self.network.find(query["handle"])
        if account is None or query["handle"] in self.told_by_hosts:
            raise Refused("Unable to resolve handle")
        return {"did": account.did}

    def _getProfile(self, role: str, query: Mapping[str, str]) -> dict[str, Any]:
        account = self._known(query["actor"])
        if account.status == "takendown":
            raise Refused("Account has been suspended", "AccountTakedown")
        if account.status == "deactivated":
            raise Refused("Account is deactivated", "AccountDeactivated")
        return {**views.author(account), "followersCount": 0, "followsCount": 0, "postsCount": len(account.listed)}

    def _getAuthorFeed(self, role: str, query: Mapping[str, str]) -> dict[str, Any]:
        account = self._known(query["actor"])
        if account.status == "takendown":
            raise Refused("Profile not found")
        entries = [] if account.status else views.feed(self.network, account)
        if cursor := query.get("cursor", ""):
            place, mark, cid = cursor.partition("__")
            if not (mark and cid and place.isdigit()):
                raise Refused("Malformed cursor")
            entries = [entry for entry in entries if views.rank(entry) < (int(place), cid)]
        entries = entries[: min(int(query.get("limit", "50")), self.most)]
        feed = [views.feed_entry(self.network, *entry, self.tells_reposts) for entry in entries]
        return {"feed": feed} | ({"cursor": "{}__{}".format(*views.rank(entries[-1]))} if entries else {})

    def _listRecords(self, role: str, query: Mapping[str, str]) -> dict[str, Any]:
        account = self._hosted(query["repo"])
        records = account.records.get(query["collection"], {})
        keys = sorted(records, reverse=query.get("reverse") != "true")
        if cursor := query.get("cursor", ""):
            keys = [key for key in keys if (key > cursor if query.get("reverse") == "true" else key < cursor)]
        keys = keys[: min(int(query.get("limit", "50")), self.most)]
        found = [{**records[key].reference(), "value": records[key].value} for key in keys]
        return {"records": found} | ({"cursor": keys[-1]} if keys else {})

    def _getRecord(self, role: str, query: Mapping[str, str]) -> dict[str, Any]:
        account = self._hosted(query["repo"])
        kept = account.records.get(query["collection"], {}).get(query["rkey"])
        if kept is None:
            raise Refused(f"Could not locate record: {query['collection']}/{query['rkey']}", "RecordNotFound")
        return {**kept.reference(), "value": kept.value}

    def _describeRepo(self, role: str, query: Mapping[str, str]) -> dict[str, Any]:
        account = self._hosted(query["repo"])
        told = {"handle": account.handle, "did": account.did, "didDoc": account.document()}
        return told | {"collections": list(account.records), "handleIsCorrect": account.handle_holds}

    def _getBlob(self, role: str, query: Mapping[str, str]) -> web.Response:
        found = self.network.blobs.get((query["did"], query["cid"]))
        if found is None:
            raise Refused("Blob not found", "BlobNotFound")
        return web.Response(body=found[0], content_type=found[1])

    def _known(self, actor: str) -> Account:
        account = self.network.find(actor)
        if account is None or account.gone:
            raise Refused("Profile not found")
        return account

    def _hosted(self, repo: str) -> Account:
        account = self.network.find(repo)
        if account is None or account.gone:
            raise Refused(f"Could not find repo: {repo}")
        if account.status == "takendown":
            raise Refused(f"Repo has been takendown: {account.did}", "RepoTakendown")
        if account.status == "deactivated":
            raise Refused(f"Repo has been deactivated: {account.did}", "RepoDeactivated")
        return account

    def _document(self, did: str) -> dict[str, Any] | web.Response:
        account = self.network.accounts.get(did)
        if account is None:
            return web.json_response({"message": f"DID not registered: {did}"}, status=404)
        if account.gone:
            return web.json_response({"message": f"DID not available: {did}"}, status=410)
        return account.document()

    def _host(self, request: web.Request) -> dict[str, Any] | web.Response:
        host = request.headers["X-Host"]
        if request.path == "/.well-known/atproto-did" and host in self.told_by_hosts:
            return web.Response(text=self.told_by_hosts[host])
        account = self.network.accounts.get(f"did:web:{quote(host)}")
        if request.path == "/.well-known/did.json" and account:
            return account.document()
        return web.Response(status=404, text="<h1>Nothing here</h1>", content_type="text/html")


class _Detour(Fetcher):
    def __init__(self, outside: Outside, hosts: str, seconds: float) -> None:
        super().__init__(outside, seconds=seconds)
        self._hosts = hosts

    async def get(
        self,
        url: str,
        *,
        accept: str,
        types: tuple[str, ...],
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> Fetched:
        parts = urlsplit(url)
        sent = dict(headers or {})
        if parts.scheme == "https":
            sent["X-Host"] = parts.netloc
            url = f"{self._hosts}{parts.path}"
        return await super().get(url, accept=accept, types=types, headers=sent, most=most)


async def _suffer(fault: Fault, request: web.Request) -> web.StreamResponse:
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    if fault.cut:
        answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b'{"feed": [')
        assert request.transport is not None
        request.transport.abort()
        return answer
    if fault.html:
        return web.Response(text="<!doctype html><title>Sorry</title>", content_type="text/html")
    if fault.body is not None:
        return web.Response(body=fault.body, content_type="application/json")
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    told = {"error": fault.error, "message": fault.error}
    return web.json_response(told, status=fault.status or 500, headers=headers)
