"""Who is asking: what a request must look like, and the signed session that says who it comes from.

On loopback anybody at this machine may join by a name, so a request must come straight from this machine's own page:
no foreign Host or Origin, no proxy. Elsewhere a session is needed, and only a one-time link begins one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.model.given import Vault
from bridge.web.routes import Guard

COOKIE = "bridge_lobby"
SESSION_LASTS = timedelta(days=180)
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

_HERE = Guard()
_ELSEWHERE = Guard(hosts=None, refuse_forwarded=False)
_KEY = "session-key"


def on_loopback(scope: Scope) -> bool:
    """Whether the request came in through the loopback interface: what the socket says, no header."""
    server = scope.get("server")
    try:
        return server is not None and ipaddress.ip_address(server[0]).is_loopback
    except ValueError:
        return False


def refusal(scope: Scope) -> str | None:
    """Why this request is not answered, as a sentence; None if it is."""
    guard = _HERE if on_loopback(scope) else _ELSEWHERE
    try:
        return guard.refusal(scope["method"], Headers(scope=scope))
    except ValueError:
        return "Another page may not do this here."  # an Origin that is no address


class Guarded:
    """An application behind the guard; `answer` makes the refusal. Adds the strict headers to everything."""

    def __init__(self, app: ASGIApp, answer: Callable[[str], Response]) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refused = refusal(scope)
        app = self.answer(refused) if refused else self.app
        await app(scope, receive, send_strictly)


@dataclass(frozen=True, slots=True)
class Session:
    """The user keys that joined from one browser; the first is the one who speaks now."""

    users: tuple[str, ...]

    @property
    def user(self) -> str:
        return self.users[0]

    def led_by(self, user: str) -> Session:
        """The same browser with `user` speaking."""
        return Session((user, *(other for other in self.users if other != user)))


class Seal:
    """Signs sessions, so that a browser can carry its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, session: Session, now: datetime) -> str:
        """The cookie's value."""
        body = json.dumps([int(now.timestamp()), *session.users]).encode()
        held = base64.urlsafe_b64encode(body).decode()
        return f"{held}.{self._signature(held)}"

    def open(self, cookie: str, now: datetime) -> Session | None:
        """The session of a cookie's value; None where it is not ours or too old."""
        held, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(held).encode()):
            return None
        begun, *users = json.loads(base64.urlsafe_b64decode(held))
        if not users or now.timestamp() - begun > SESSION_LASTS.total_seconds():
            return None
        return Session(tuple(users))

    def _signature(self, held: str) -> str:
        return hmac.new(self._key, held.encode(), hashlib.sha256).hexdigest()


async def load_seal(vault: Vault) -> Seal:
    """The seal with the key of this bridge, made at the first start."""
    while True:
        kept = await vault.get(_KEY)
        if kept is not None:
            return Seal(kept[0])
        await vault.put(_KEY, secrets.token_bytes(32), 0)
