"""What surrounds every route: security headers, the body limit, the guard, and a sentence instead of a traceback."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.web.routes import Guard

log = logging.getLogger(__name__)

DRAINED = 64 * 1024 * 1024
"""Bytes of a refused body that are still taken: who is cut off while sending never reads the answer."""
DRAIN_WITHIN = 10.0
"""Seconds for them."""
FAILED = "Something went wrong here. It was written to the log; please try again."
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # With "no-referrer" a browser sends "Origin: null" with a form, and the guard could not tell whose it is.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def sentence(status: int, text: str) -> JSONResponse:
    """An error as every client gets it: {"error": "a sentence"}."""
    return JSONResponse({"error": text}, status)


class Safely:
    """The outermost layer: adds the security headers a route did not set itself, and turns what a route raises into a
    logged line and a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_safely)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("a page failed: %s %s", scope["method"], scope["path"])
            if not started:
                await sentence(500, FAILED)(scope, receive, send_safely)


class Doorkeeper:
    """Around one mounted application: its guard and its body limit (bytes)."""

    def __init__(self, app: ASGIApp, guard: Guard | None, body_limit: int) -> None:
        self.app = app
        self.guard = guard
        self.body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if self.guard and (refused := self.guard.refusal(scope["method"], headers)):
            await sentence(403, refused)(scope, receive, send)
            return
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self.body_limit:
            await _drain(receive)
            await self._too_long()(scope, receive, send)
            return
        await self._within_limit(scope, receive, send)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        read, started = 0, False

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.body_limit:
                raise _TooLong
            return message

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive_counted, send_noted)
        except _TooLong:
            if not started:
                await _drain(receive)
                await self._too_long()(scope, receive, send)

    def _too_long(self) -> JSONResponse:
        limit = self.body_limit / 1024 / 1024
        return sentence(413, f"That's too much at once: at most {limit:.3g} MB can be sent.")


async def _drain(receive: Receive) -> None:
    left, more = DRAINED, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_WITHIN):
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)


class _TooLong(Exception):
    """More body came than was announced, or none was announced."""
