"""Asking by XRPC: GET /xrpc/METHOD with query parameters, JSON back (https://atproto.com/specs/xrpc)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bridge.adapters._outside.http import Fetched, Fetcher
from bridge.adapters._outside.json import parse_json
from bridge.adapters.bluesky.shape import Table, table
from bridge.model.clock import Clock
from bridge.model.errors import SourceAnswered, SourceMissing, SourceStrange

JSON = "application/json"
LIMIT_BODY = 1_000_000
"""Bytes of an answer. Fifty entries with all that they quote and answer are some hundred thousand."""
_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` None: nothing happened since `tag`. `tag`: its ETag, "". `wait`: seconds until more may be asked, where
    this was the last request that is allowed for now."""

    body: Table | None
    tag: str = ""
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """One server that speaks XRPC. `root`: its address, without a path."""

    root: str
    fetcher: Fetcher
    clock: Clock

    @property
    def host(self) -> str:
        return host_of(self.root)

    async def ask(self, method: str, parameters: Mapping[str, str | int], tag: str = "") -> Answer:
        """Raises SourceFailure. Where the server finds the request itself wrong (400), there is nothing to be had of
        that account: it says so for one it does not know ("InvalidRequest: Profile not found", "Could not find repo")
        as for one that was taken down or deactivated ("AccountTakedown", "RepoDeactivated" …). All of that can be
        undone, so it is SourceMissing and heals by itself, never SourceGone."""
        url = f"{self.root.rstrip('/')}/xrpc/{method}?{urlencode(parameters)}"
        headers = {"If-None-Match": tag} if tag else {}
        try:
            answer = await self.fetcher.get(url, accept=JSON, types=(JSON,), headers=headers, most=LIMIT_BODY)
        except SourceAnswered as error:
            if error.params.get("status") == 400:
                raise SourceMissing(host=self.host) from error
            raise
        wait = self._wait(answer.headers)
        if answer.status == 304:
            return Answer(None, tag, wait)
        return Answer(read_json(answer, self.host), answer.headers.get("etag", ""), wait)

    def _wait(self, headers: Mapping[str, str]) -> float | None:
        """RateLimit-Remaining and RateLimit-Reset, the latter in seconds since 1970
        (packages/xrpc-server/src/rate-limiter.ts)."""
        if headers.get("ratelimit-remaining", "").strip() != "0":
            return None
        try:
            left = int(headers.get("ratelimit-reset", "")) - self.clock.now().timestamp()
        except (ValueError, OverflowError):
            return None
        return min(left, _LONGEST_WAIT) if left > 0 else None


def read_json(answer: Fetched, host: str) -> Table:
    """The object that an answer holds; raises SourceStrange for anything else."""
    try:
        found = parse_json(answer.body)
    except ValueError as error:
        raise SourceStrange(host=host) from error
    if not isinstance(found, dict):
        raise SourceStrange(host=host)
    return table(found)


def host_of(url: str) -> str:
    """What people read of where something is: the host, and the port where it is told."""
    return urlsplit(url).netloc or url
