"""The one way out: every request to a server that a person named. Guarded: see `Fetcher`. Nothing else imports httpx
or httpcore.

A request has a connection of its own, without a pool: hosts are many and each is asked seldom, and the pool's
book-keeping costs more than a connection does. `httpx` gives the certificates that are trusted.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from typing import cast

import httpcore

from bridge.adapters._outside import answer as _answer
from bridge.adapters._outside import guard as _guard
from bridge.adapters._outside.gate import alone_at
from bridge.adapters._outside.guard import Address
from bridge.adapters._outside.inflate import Body, Swollen
from bridge.adapters._outside.lookup import Resolve, look_up
from bridge.adapters._outside.wire import Wire
from bridge.model import errors
from bridge.model.clock import Clock, SystemClock
from bridge.model.source import Outside

ON_THE_WIRE = 2_000_000
DECODED = 5_000_000
HEADERS = 32_768
_REDIRECTS = 5
_MOVED = (301, 302, 303, 307, 308)
_BUSY = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with 200, or 304 and no body. `url`: where it came from in the end. `moved`: where what was asked for
    has moved to for good (301, 308 all the way), "" where it has not. `headers`: small letters. `mime`: without
    parameters, in small letters. `charset`: as the header says, ""."""

    url: str
    status: int
    body: bytes = b""
    mime: str = ""
    charset: str = ""
    moved: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Onward:
    """An answer that sends on to somewhere else."""

    location: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of an answer is taken: beginnings of types, bytes on the wire, bytes decoded."""

    types: tuple[str, ...]
    wire: int
    decoded: int


class Fetcher:
    """Asks servers out there, one request a host at a time in the whole process.

    Only http and https, on ports 80 and 443, without credentials in the address; a name is resolved once, every one of
    its addresses must be public, and the connection goes to the address that was checked. A redirect, five at most,
    counts as an address of its own. `Outside.allowed` lets through what an administrator named, by its name; nobody
    outside can redirect to it."""

    def __init__(
        self,
        outside: Outside,
        *,
        seconds: float = 20,
        patience: float = 20,
        resolve: Resolve = look_up,
        trusted: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`seconds`: for one `get`, redirects and body included. `patience`: seconds more for waiting while somebody
        else is at the same host. `trusted`: whose certificates count, usually the public ones."""
        self._allowed = outside.allowed
        self._agent = _answer.agent(version("bridge"), outside.contact)
        self._seconds = seconds
        self._patience = patience
        self._resolve = resolve
        self._trusted = trusted
        self._clock = clock or SystemClock()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        types: tuple[str, ...],
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> Fetched:
        """`accept`: the header. `types`: beginnings of the content types that are taken, ("application/json",); an
        answer that names none is taken too. `headers`: further ones (If-None-Match, Authorization: the latter is never
        sent on to another host). `most`: bytes, less than the usual 2 MB on the wire and 5 MB decoded. Raises
        SourceFailure."""
        first = at = _guard.read_address(url)
        wanted = _Wanted(types, min(most or ON_THE_WIRE, ON_THE_WIRE), min(most or DECODED, DECODED))
        sent = {"User-Agent": self._agent, "Accept": accept, "Accept-Encoding": "gzip", **(headers or {})}
        left = self._seconds
        for_good = True
        for _ in range(_REDIRECTS + 1):
            try:
                answer, left = await self._in_turn(at, sent, wanted, left)
            except errors.SourceNotAllowed as inside:
                if at == first or self._is_allowed(first):
                    raise
                raise errors.SourceForbidden(host=at.host) from inside  # whatever an administrator allows
            if isinstance(answer, Fetched):
                return replace(answer, moved=at.url if for_good and at != first else "")
            onward = _guard.read_onward(at, answer.location)
            if self._is_allowed(onward) and not self._is_allowed(first):
                # Whoever is outside does not choose what is asked inside.
                raise errors.SourceForbidden(host=onward.host)
            for_good = for_good and answer.for_good
            sent = _answer.for_next(sent, at, onward)
            at = onward
        raise errors.SourceRound(host=first.host)

    async def close(self) -> None:
        """Nothing is kept open between requests."""

    async def _in_turn(
        self, at: Address, sent: Mapping[str, str], wanted: _Wanted, left: float
    ) -> tuple[Fetched | _Onward, float]:
        """The answer, and how many of the seconds that were left are left now."""
        loop = asyncio.get_running_loop()
        try:
            async with alone_at(at.host, self._patience):
                began = loop.time()
                try:
                    async with asyncio.timeout(left):
                        answer = await self._ask(at, sent, wanted)
                except TimeoutError as error:
                    raise errors.SourceSlow(host=at.host) from error
                return answer, left - (loop.time() - began)
        except TimeoutError as error:  # nobody was asked
            raise errors.SourceThrottled(seconds=_BUSY, host=at.host) from error

    async def _ask(self, at: Address, sent: Mapping[str, str], wanted: _Wanted) -> Fetched | _Onward:
        try:
            request = _request(at, sent)
            stream = await self._open(at)
            try:
                answer = await _Connection(request.url.origin, stream).handle_async_request(request)
                stream.allowance += ON_THE_WIRE
                return await self._read(at, answer, wanted)
            finally:
                stream.cut()
        except _SLOW as error:
            raise errors.SourceSlow(host=at.host) from error
        except _UNREACHABLE as error:
            raise errors.SourceUnreachable(host=at.host) from error
        except _STRANGE:
            raise errors.SourceStrange(host=at.host) from None  # its words may hold the headers that were sent

    async def _open(self, at: Address) -> _Stream:
        trusted = (self._trusted or _public_trust()) if at.scheme == "https" else None
        return await _Stream.open(at, HEADERS, allowed=self._is_allowed(at), resolve=self._resolve, trusted=trusted)

    def _is_allowed(self, at: Address) -> bool:
        """Whether an administrator named it."""
        return not self._allowed.isdisjoint({(at.host, at.port), (at.host, 0)})

    async def _read(self, at: Address, answer: httpcore.Response, wanted: _Wanted) -> Fetched | _Onward:
        headers = _answer.read_headers(answer.headers)
        if answer.status in _MOVED and headers.get("location"):
            location = headers["location"].encode("latin-1").decode("utf-8", "replace")  # sent unquoted, now and then
            return _Onward(location, answer.status in (301, 308))
        if answer.status == 304:
            return Fetched(at.url, 304, headers=headers)
        if answer.status != 200:
            raise _answer.refusal(at.host, answer.status, headers, self._clock.now())
        mime, charset = _answer.read_type(headers.get("content-type", ""))
        if mime and not mime.startswith(wanted.types):
            raise errors.SourceStrange(host=at.host)
        return Fetched(at.url, 200, await _body(at, answer, headers, wanted), mime, charset, headers=headers)


_SLOW = (httpcore.TimeoutException,)
_UNREACHABLE = (
    *(httpcore.NetworkError, httpcore.ProxyError, httpcore.ConnectionNotAvailable),
    *(OSError, EOFError),  # what TLS refuses is an OSError
)
_STRANGE = (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError)


@cache
def _public_trust() -> ssl.SSLContext:
    import httpx  # with all that it imports; only what is encrypted needs it

    return httpx.create_ssl_context(trust_env=False)


def _request(at: Address, sent: Mapping[str, str]) -> httpcore.Request:
    host = at.host.encode("ascii")
    url = httpcore.URL(scheme=at.scheme.encode(), host=host, port=at.port, target=at.target.encode("ascii"))
    headers = {"Host": at.origin, "Connection": "close", **sent}
    return httpcore.Request(
        "GET", url, headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    )


async def _body(at: Address, answer: httpcore.Response, headers: Mapping[str, str], wanted: _Wanted) -> bytes:
    told = headers.get("content-length", "")
    if told.isdigit() and len(told) < 20 and int(told) > wanted.wire:
        raise errors.SourceTooBig(host=at.host)
    body = Body(headers.get("content-encoding", ""), wanted.wire, wanted.decoded)
    try:
        async with aclosing(cast(AsyncGenerator[bytes, None], answer.aiter_stream())) as stream:
            async for raw in stream:
                body.add(raw)
        return body.whole()
    except Swollen as error:
        raise errors.SourceTooBig(host=at.host) from error


class _Stream(Wire, httpcore.AsyncNetworkStream):
    """The wire, as httpcore wants it. Its time is the caller's affair."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self.give(buffer)

    async def aclose(self) -> None:
        self.cut()


class _Connection(httpcore.AsyncHTTP11Connection):
    """A burst of headers is read in one go, so that it must be small."""

    MAX_INCOMPLETE_EVENT_SIZE = HEADERS
