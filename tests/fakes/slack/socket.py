"""Socket Mode of the fake: the WebSockets of one app, envelopes to any one of them, acks, and events sent again.

Source: docs.slack.dev/apis/events-api/using-socket-mode, and the Events API's schedule of retries (at once, after one
minute, after five).
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.objects import Json

if TYPE_CHECKING:
    from tests.fakes.slack.team import Workspace

RETRIES = (0.0, 60.0, 300.0)
"""Seconds from one failure to the next attempt."""
MOST = 10
"""WebSockets of an app at a time."""


class NotAnswered(AssertionError):
    """What a person sees when the app did not answer: `reason` is operation_timeout, dispatch_failed where no socket
    was open, or invalid_command_response where Slack could not show the answer."""

    def __init__(self, reason: str, payload: Json) -> None:
        super().__init__(f"{reason}: {payload.get('command') or payload.get('type')}")
        self.reason, self.payload = reason, payload


@dataclass
class Delivery:
    """One payload on its way. `attempt`: 0 first, then 1 to 3. `due`: when the next attempt is made, by the clock of
    the fake; None while an ack is awaited. `lost`: Slack gave up."""

    type: str
    payload: Json
    attempt: int = 0
    reason: str = ""
    envelopes: list[str] = field(default_factory=list)
    connection: Connection | None = None
    sent: float = 0.0
    due: float | None = None
    acked: bool = False
    lost: bool = False
    answer: Any = None
    begun: float = 0.0
    seconds: float | None = None
    """From the first sending to the ack, of the machine."""
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))

    @property
    def event(self) -> Json:
        found: Json = self.payload.get("event", {})
        return found


@dataclass(eq=False)
class Connection:
    """One WebSocket. `silent`: it takes what comes and answers nothing, pings neither."""

    socket: web.WebSocketResponse
    number: int
    silent: bool = False
    pings: int = 0
    leaving: str = ""
    transport: Any = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def open(self) -> bool:
        return not self.socket.closed

    async def send(self, payload: Json) -> bool:
        try:
            await self.socket.send_str(json.dumps(payload))
        except (ConnectionError, RuntimeError):
            return False
        return True


class Sockets:
    """The open WebSockets of one app, in the order they came, and what is on its way to it.

    `duplicates`: so many of the next events come twice. `says_hello`: False makes new WebSockets mute at first.
    """

    def __init__(self, team: Workspace) -> None:
        self.team = team
        self.connections: list[Connection] = []
        self.tickets: set[str] = set()
        self.deliveries: list[Delivery] = []
        self._by_envelope: dict[str, Delivery] = {}
        self._unacked: dict[int, Delivery] = {}
        self.duplicates = 0
        self.says_hello = True
        self._turn = 0
        self._opened = 0
        self._repeat: asyncio.Task[None] | None = None

    @property
    def unacked(self) -> list[Delivery]:
        """Events that are on their way or will be tried again."""
        for key in [key for key, delivery in self._unacked.items() if delivery.acked or delivery.lost]:
            del self._unacked[key]
        return list(self._unacked.values())

    def ticket(self) -> str:
        made = uuid.uuid4().hex
        self.tickets.add(made)
        return made

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One WebSocket, until it closes."""
        socket = web.WebSocketResponse(timeout=0.5, autoping=False, max_msg_size=0)
        await socket.prepare(request)
        self._opened += 1
        connection = Connection(socket, self._opened, transport=request.transport)
        if len(self.connections) >= MOST:
            await connection.send({"type": "disconnect", "reason": "too_many_websockets", "debug_info": self._debug()})
            await socket.close()
            return socket
        self.connections.append(connection)
        hello = {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {**self._debug(), "build_number": 10, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.team.app_id},
        }
        if self.says_hello:
            await connection.send(hello)
        await socket.ping(b"Ping from applink-fake")
        self.team.changed()
        try:
            await self._listen(connection)
        finally:
            self.connections.remove(connection)
            connection.gone.set()
            self._lost_with(connection)
            self.team.changed()
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.silent:
                continue
            if message.type is WSMsgType.PING:
                connection.pings += 1
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acked(json.loads(message.data))
                self.team.changed()

    def _acked(self, answer: Json) -> None:
        delivery = self._by_envelope.get(str(answer.get("envelope_id")))
        if delivery is not None and not delivery.acked:
            delivery.acked, delivery.due, delivery.answer = True, None, answer.get("payload")
            delivery.seconds = asyncio.get_running_loop().time() - delivery.begun
            delivery.heard.set()

    def _lost_with(self, connection: Connection) -> None:
        """What was not acknowledged on a closed WebSocket goes out again at once, events only."""
        for delivery in self.deliveries:
            if delivery.connection is connection and not delivery.acked:
                delivery.connection = None
                if delivery.type == "events_api":
                    self._failed(delivery, "timeout")
                else:
                    delivery.heard.set()

    async def ask(self, type_: str, payload: Json, seconds: float) -> tuple[Any, float]:
        """Sends a command or an interaction; returns the payload of the ack and the seconds to it (of the machine,
        not of the fake's clock). Raises NotAnswered."""
        delivery = Delivery(type_, payload)
        self.deliveries.append(delivery)
        if not await self._send(delivery):
            raise NotAnswered("dispatch_failed", payload)
        try:
            await asyncio.wait_for(delivery.heard.wait(), seconds)
        except TimeoutError:
            raise NotAnswered("operation_timeout", payload) from None
        if not delivery.acked:
            raise NotAnswered("dispatch_failed", payload)
        return delivery.answer, delivery.seconds or 0.0

    async def tell(self, payload: Json) -> Delivery:
        """Sends an event; it is tried again until it is acknowledged or three more attempts failed."""
        delivery = Delivery("events_api", payload)
        self.deliveries.append(delivery)
        self._unacked[id(delivery)] = delivery
        if not await self._send(delivery):
            self._failed(delivery, "connection_failed")
        elif self.duplicates:
            self.duplicates -= 1
            await self._send(delivery)
        self._keep_watch()
        return delivery

    def _keep_watch(self) -> None:
        if self._repeat is None or self._repeat.done():
            self._repeat = asyncio.create_task(self._watch())

    async def _send(self, delivery: Delivery) -> bool:
        """To the next WebSocket in turn. False where none is open."""
        for _ in range(len(self.connections)):
            self._turn += 1
            connection = self.connections[self._turn % len(self.connections)]
            if not connection.open or connection.leaving:
                continue
            envelope: Json = {
                "envelope_id": str(uuid.uuid4()),
                "payload": delivery.payload,
                "type": delivery.type,
                "accepts_response_payload": delivery.type != "events_api",
            }
            if delivery.type == "events_api":
                envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
            delivery.envelopes.append(envelope["envelope_id"])
            self._by_envelope[envelope["envelope_id"]] = delivery
            delivery.connection, delivery.sent, delivery.due = connection, self.team.now(), None
            delivery.begun = delivery.begun or asyncio.get_running_loop().time()
            if await connection.send(envelope):
                return True
        return False

    def _failed(self, delivery: Delivery, reason: str) -> None:
        if delivery.attempt >= len(RETRIES):
            delivery.lost, delivery.due = True, None
            return
        delivery.due = self.team.now() + RETRIES[delivery.attempt]
        delivery.attempt, delivery.reason = delivery.attempt + 1, reason

    async def _watch(self) -> None:
        """Looks whether the clock says that an attempt has failed, or another is due."""
        while self.unacked:
            now = self.team.now()
            for delivery in self.unacked:
                if delivery.due is None and now - delivery.sent >= self.team.slack.patience:
                    self._failed(delivery, "timeout")
                if delivery.due is not None and now >= delivery.due and not await self._send(delivery):
                    self._failed(delivery, "connection_failed")
            await asyncio.sleep(0.01)

    async def retry_now(self) -> int:
        """Sends what was not acknowledged again, whatever the clock says and what was given up too; returns how many
        events."""
        again = [d for d in self.deliveries if d.type == "events_api" and not d.acked]
        for delivery in again:
            if delivery.due is None:
                delivery.attempt, delivery.reason = min(delivery.attempt + 1, len(RETRIES)), "timeout"
            if await self._send(delivery):
                delivery.lost = False
                self._unacked[id(delivery)] = delivery
        self._keep_watch()
        return len(again)

    async def repeat(self, delivery: Delivery) -> None:
        """The same payload once more in a new envelope, as if the ack had never come."""
        delivery.reason = "timeout"
        delivery.attempt = min(delivery.attempt + 1, len(RETRIES))
        await self._send(delivery)

    async def disconnect(self, reason: str = "refresh_requested", index: int | None = None) -> None:
        """Says goodbye on every open WebSocket, or on the one of that index, and closes it; `warning` excepted: that
        one stays open until `close`. Reasons: warning, refresh_requested, link_disabled, too_many_websockets."""
        leaving = self._some(index)
        for connection in leaving:
            await connection.send({"type": "disconnect", "reason": reason, "debug_info": self._debug()})
            if reason != "warning":
                connection.leaving = reason
        if reason != "warning":
            await self._close(leaving)

    async def close(self, index: int | None = None) -> None:
        await self._close(self._some(index))

    async def _close(self, leaving: list[Connection]) -> None:
        """Returns when they are gone from `connections`."""
        await asyncio.gather(*(connection.socket.close() for connection in leaving))
        await asyncio.gather(*(connection.gone.wait() for connection in leaving))

    def abort(self, index: int | None = None) -> None:
        """Cuts every line, or the one of that index, without a word."""
        for connection in self._some(index):
            if connection.transport is not None:
                connection.transport.abort()

    def silence(self, index: int | None = None) -> None:
        """Every open WebSocket, or that one, stays, and nothing comes through any more."""
        for connection in self._some(index):
            connection.silent = True

    def _some(self, index: int | None) -> list[Connection]:
        return list(self.connections) if index is None else [self.connections[index]]

    def stop(self) -> None:
        if self._repeat is not None:
            self._repeat.cancel()

    def _debug(self) -> Json:
        return {"host": "applink-fake"}
