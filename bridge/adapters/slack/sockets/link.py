"""One WebSocket of Socket Mode, from its opening to its end. Which ones there are is `sockets`'.

The SDK's client is not used: it closes the old socket before it opens the new one, takes `link_disabled` for a
refresh, asks for ever where a token is refused, and prints addresses with their tickets
(slack_sdk/socket_mode/aiohttp/__init__.py, async_client.py).
Protocol: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bridge.adapters._walk import at, word
from bridge.adapters.slack.web.transport import named, proxy_for
from bridge.model.errors import Transient

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
"""Seconds between our pings; without a pong within half of it the socket counts as dead (aiohttp)."""
REFRESH, DISABLED, TOO_MANY, LOST = "refresh", "link_disabled", "too_many_websockets", "lost"


@dataclass(frozen=True, slots=True)
class Ack:
    """`payload`: what goes back with it: an ephemeral message, a form's errors."""

    payload: dict[str, Any] | None = None


Take = Callable[[dict[str, Any], dict[str, str]], Awaitable[Ack | None]]
"""Takes a payload with the headers of its retry. None: not acknowledged, so that it comes again."""
Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Link:
    """`leaving` is set when it has to be replaced; `ended`, when nothing comes any more. `why`: see above."""

    def __init__(self, take: Take, spawn: Spawn, silence: float) -> None:
        self._take, self._spawn, self._silence = take, spawn, silence
        self._session = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._greeted = asyncio.Event()
        self.leaving, self.ended = asyncio.Event(), asyncio.Event()
        self.why = LOST

    async def open(self, url: str, seconds: float) -> None:
        """Returns when Slack has said hello. Raises Transient, without the address: there is a ticket in it."""
        try:
            async with asyncio.timeout(seconds):
                self._socket = await self._session.ws_connect(
                    url, heartbeat=HEARTBEAT, proxy=proxy_for(URL(url)), max_msg_size=16 * 1024 * 1024
                )
                self._reading = asyncio.create_task(self._read(self._socket))
                await self._first(self._greeted, self.ended)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            await self.close()
            raise Transient(reason=f"the socket did not open: {named(error)}") from None
        except asyncio.CancelledError:
            await self.close()
            raise
        if not self._greeted.is_set():
            await self.close()
            raise Transient(reason=f"the socket was closed before it began ({self.why})")

    async def over(self) -> str:
        """Waits until it has to be replaced or has ended; why."""
        await self._first(self.leaving, self.ended)
        return self.why

    async def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._socket.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        await self._session.close()
        self.ended.set()

    async def retire(self, seconds: float) -> None:
        """Another one is there: what comes here yet is taken, and what is being answered is answered here."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        await self.close()

    @staticmethod
    async def _first(*events: asyncio.Event) -> None:
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            while True:
                # A pong ends the wait as well as a message does, so silence means that nobody is there.
                message = await socket.receive(timeout=self._silence)
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._heard(message.data)
                elif message.type is not aiohttp.WSMsgType.BINARY:
                    break
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.info("a socket fell silent: %s", named(error))
        finally:
            self.ended.set()

    def _heard(self, text: str) -> None:
        try:
            envelope = json.loads(text)
        except (ValueError, RecursionError):
            return
        match word(envelope, "type"):
            case "hello":
                self._greeted.set()
            case "disconnect":
                reason = word(envelope, "reason")
                self.why = reason if reason in (DISABLED, TOO_MANY) else REFRESH
                self.leaving.set()
            case _ if word(envelope, "envelope_id"):
                self._spawn(self._answer(envelope))

    async def _answer(self, envelope: dict[str, Any]) -> None:
        payload = at(envelope, "payload")
        headers = {
            "x-slack-retry-num": str(envelope.get("retry_attempt", "")),
            "x-slack-retry-reason": str(envelope.get("retry_reason", "")),
        }
        # What is no payload at all will never be one.
        ack = await self._take(payload, headers) if isinstance(payload, dict) else Ack()
        if ack is None or self._socket is None:
            return
        answer: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        if ack.payload and envelope.get("accepts_response_payload", True):
            answer["payload"] = ack.payload
        try:
            await self._socket.send_str(json.dumps(answer))
        except (aiohttp.ClientError, OSError, RuntimeError):
            # Slack sends it again, and it is known then.
            log.info("a socket closed before an answer went out")
