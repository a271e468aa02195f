"""What an adapter offers to the web server: where it is mounted, how much it takes, whom it answers. No machinery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp

BODY_LIMIT = 64 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
HOST = re.compile(r"(\[(?P<v6>[\da-fA-F:.]+)\]|(?P<name>[\w.-]+))(:\d{1,5})?", re.ASCII)
SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Guard:
    """Keeps other people's pages away from a page that trusts its visitor.

    `hosts`: the names under which it may be called; None for any. `refuse_forwarded`: a proxy in front would make
    everybody look local. A page elsewhere may link here, but neither post here nor load anything from here.
    """

    hosts: frozenset[str] | None = LOOPBACK
    refuse_forwarded: bool = True

    def refusal(self, method: str, headers: Headers) -> str | None:
        """Why this request is not answered, as a sentence; None if it is."""
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or (self.hosts is not None and _name(host) not in self.hosts):
            return "This page answers only under its own address on this machine."
        if self.refuse_forwarded and any(header in headers for header in FORWARDING):
            return "This page does not answer through a proxy."
        origin = headers.get("origin")
        if origin is not None and _host_of(origin) != host.lower():
            return "Another page may not do this here."
        followed_link = method in SAFE_METHODS and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not followed_link:
            return "Another page may not do this here."
        return None


@dataclass(frozen=True, slots=True)
class Mounted:
    """An ASGI application and its place. `path` begins with '/'; the longest path that fits a request takes it.

    `body_limit` is in bytes; a longer request is refused before the application reads it.
    """

    path: str
    app: ASGIApp
    body_limit: int = BODY_LIMIT
    guard: Guard | None = None


def _host_of(origin: str) -> str | None:
    """Host and port of an Origin header; None where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _name(host: str) -> str:
    """'localhost' of 'LOCALHOST:8080', '::1' of '[::1]:8080'; '' for what is no host."""
    found = HOST.fullmatch(host)
    return (found["v6"] or found["name"]).lower() if found else ""
