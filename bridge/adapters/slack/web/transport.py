"""How bytes reach Slack: the session with its limits, which hosts are Slack's own, how arguments become a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from bridge.model.errors import Refused, Transient

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
OWN_DOMAINS = ("slack.com", "slack-gov.com")
"""Whoever is there may see the token. Files stand on files.slack.com."""
CHUNK = 64 * 1024

NOT_ARRIVED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientSSLError)
"""No connection was made, so nothing was asked."""
BROKEN = (aiohttp.ClientError, TimeoutError)


def open_session(base: URL) -> aiohttp.ClientSession:
    """Without cookies and netrc; through the proxy that the environment names for that host, if any."""
    return aiohttp.ClientSession(
        timeout=TIMEOUT,
        connector=aiohttp.TCPConnector(limit=100),
        cookie_jar=aiohttp.DummyCookieJar(),
        proxy=proxy_for(base),
        trust_env=False,
    )


def proxy_for(url: URL) -> str | None:
    """The environment's proxy for an address; none to this machine, nor where NO_PROXY says so."""
    if url.host is None or url.host in LOOPBACK or proxy_bypass(url.host):
        return None
    return getproxies().get({"ws": "http", "wss": "https"}.get(url.scheme, url.scheme))


def own_address(url: str, base: URL) -> URL:
    """The address, where it is Slack's own (or stands where the API does). Raises Refused for any other: no token, and
    nobody's file, goes there."""
    try:
        found = URL(url)
    except ValueError as error:
        raise Refused(reason="its address can't be read") from error
    if found.user is not None or found.password is not None:
        # Names and passwords in an address would stand beside the token, which aiohttp refuses with a bare ValueError.
        raise Refused(reason="there is a name or a password in its address")
    if (found.scheme, found.host, found.port) == (base.scheme, base.host, base.port):
        return found
    host = (found.host or "").rstrip(".")
    own = any(host == domain or host.endswith("." + domain) for domain in OWN_DOMAINS)
    if not own or found.scheme != "https" or found.port != 443:
        raise Refused(reason="it is not on Slack's own hosts")
    return found


async def fetch(session: aiohttp.ClientSession, url: URL, headers: Mapping[str, str], limit_bytes: int) -> bytes:
    """What stands there, no redirect followed. Raises Refused where that is more, or nothing; Transient where it may
    come later."""
    data = bytearray()
    try:
        async with session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status >= 429:
                raise Transient(reason=f"HTTP {answer.status}")
            if answer.status != 200:
                raise Refused(reason=f"HTTP {answer.status}")
            async for chunk in answer.content.iter_chunked(CHUNK):
                data += chunk
                if len(data) > limit_bytes:
                    raise Refused(reason=f"it is bigger than {limit_bytes} bytes")
    except BROKEN as error:
        raise Transient(reason=named(error)) from error
    return bytes(data)


async def put(session: aiohttp.ClientSession, url: URL, data: bytes) -> None:
    """Raises Transient where it did not arrive."""
    try:
        async with session.post(url, data=data, allow_redirects=False) as answer:
            if answer.status != 200:
                raise Transient(reason=f"HTTP {answer.status}")
    except BROKEN as error:
        raise Transient(reason=named(error)) from error


def form(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Arguments as Slack reads them in a form: lists and objects as JSON text."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}


def read_answer(body: bytes) -> dict[str, Any]:
    """The JSON object that came; empty where none came."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def named(error: Exception) -> str:
    """What broke, for people: without the address, since that may hold a ticket."""
    if isinstance(error, aiohttp.ClientSSLError):
        return "no secure connection to slack.com"
    if isinstance(error, NOT_ARRIVED):
        return "no connection to slack.com"
    return "no answer in time" if isinstance(error, TimeoutError) else "the connection broke"
