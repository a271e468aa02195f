"""The gateway of the fake: WebSockets, sessions, IDENTIFY and RESUME, intents, and troubles on demand.

Source: docs.discord.com/developers/events/gateway. Frames go out as the URL asks: `compress=zlib-stream` as one zlib
stream, anything else as text.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.discord import shapes as shapes
from tests.fakes.discord.state import App, Channel, Guild, Json

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    *range(5),
    *range(6, 12),
)
GUILDS, GUILD_MEMBERS, MODERATION, PRESENCES = 1 << 0, 1 << 1, 1 << 2, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS = 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS, MESSAGE_CONTENT = 1 << 12, 1 << 13, 1 << 15
KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))

INTENTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"), (GUILDS, 0)),
    **dict.fromkeys(("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE"), (GUILDS, 0)),
    **dict.fromkeys(("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"), (GUILDS, 0)),
    **dict.fromkeys(("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC"), (GUILDS, 0)),
    **dict.fromkeys(("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"), (GUILD_MEMBERS, 0)),
    "GUILD_AUDIT_LOG_ENTRY_CREATE": (MODERATION, 0),
    **dict.fromkeys(("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"), (GUILD_MESSAGES, DIRECT_MESSAGES)),
    "MESSAGE_DELETE_BULK": (GUILD_MESSAGES, 0),
    **dict.fromkeys(("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"), (GUILD_REACTIONS, DIRECT_REACTIONS)),
    "INTERACTION_CREATE": (-1, -1),
}
"""Event -> the intent in a guild, and in a direct message; -1: none needed, 0: it does not come."""


@dataclass(eq=False)
class Line:
    """One WebSocket. `silent`: it takes what comes, and nothing goes out any more. `received`: every payload."""

    socket: web.WebSocketResponse
    number: int
    zlib: bool
    session: Session | None = None
    silent: bool = False
    heartbeats: int = 0
    leaving: int = 0
    """With which code it was closed from this side."""
    transport: Any = None
    received: list[Json] = field(default_factory=list)
    queue: asyncio.Queue[Json | int] = field(default_factory=asyncio.Queue)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._deflate = zlib.compressobj()

    @property
    def open(self) -> bool:
        return not self.socket.closed and not self.gone.is_set()

    def put(self, payload: Json | int) -> None:
        """A frame to send in its turn; a number closes with that code."""
        if isinstance(payload, int):
            self.leaving = payload
        self.queue.put_nowait(payload)

    async def write(self) -> None:
        """Sends what was put, in order, until the line is gone."""
        while True:
            payload = await self.queue.get()
            try:
                if isinstance(payload, int):
                    await self.socket.close(code=payload)
                elif not self.silent:
                    await self._send(json.dumps(payload))
            except (ConnectionError, RuntimeError):
                pass
            finally:
                self.queue.task_done()

    async def _send(self, text: str) -> None:
        if not self.zlib:
            await self.socket.send_str(text)
            return
        await self.socket.send_bytes(self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH))


@dataclass(eq=False)
class Session:
    """What a client may resume: every event of it, with its number from 1. `lost`: when its line went."""

    id: str
    intents: int
    shard: tuple[int, int]
    line: Line | None = None
    events: list[Json] = field(default_factory=list)
    lost: float | None = None
    identified: Json = field(default_factory=dict)

    def has(self, guild: str) -> bool:
        return ((int(guild) >> 22) if guild else 0) % self.shard[1] == self.shard[0]

    def tell(self, event: str, data: Json) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(payload)
        if self.line is not None:
            self.line.put(payload)


class Gateway:
    """All lines and sessions.

    Troubles: `acks` False: heartbeats are not answered; `says_hello`, `says_ready` False: HELLO or READY never comes;
    `refuses`: a close code for every IDENTIFY; `resumes` False: every RESUME is answered with op 9; `resumable_for`:
    seconds (of the fake's clock) that a session waits for its client; `heartbeat_interval` in seconds;
    `start_limit`: IDENTIFYs that are left.
    """

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.lines: list[Line] = []
        self.sessions: dict[str, Session] = {}
        self.identifies: list[Json] = []
        self.resumed = 0
        self.acks = self.says_hello = self.says_ready = self.resumes = True
        self.refuses = 0
        self.resumable_for = 300.0
        self.heartbeat_interval = 41.25
        self.start_limit = 1000
        self.sent: list[tuple[str, Json]] = []
        """Every event that went to somebody, oldest first."""
        self._opened = 0

    # the line

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One WebSocket, until it closes."""
        socket = web.WebSocketResponse(timeout=0.5, max_msg_size=0)
        await socket.prepare(request)
        self._opened += 1
        compressed = request.query.get("compress") == "zlib-stream"
        line = Line(socket, self._opened, compressed, transport=request.transport)
        self.lines.append(line)
        writing = asyncio.create_task(line.write())
        self.fake.changed()
        try:
            if request.query.get("v") not in ("9", "10") or request.query.get("encoding", "json") != "json":
                line.put(4012)
            elif self.says_hello:
                interval = int(self.heartbeat_interval * 1000)
                line.put({"op": HELLO, "d": {"heartbeat_interval": interval}, "s": None, "t": None})
            await self._listen(line)
        finally:
            line.gone.set()
            writing.cancel()
            self.lines.remove(line)
            self._left(line)
            self.fake.changed()
        return socket

    async def _listen(self, line: Line) -> None:
        async for message in line.socket:
            if line.silent:
                continue
            if message.type is not WSMsgType.TEXT or len(message.data) > 4096:
                line.put(4002)
                continue
            try:
                payload = json.loads(message.data)
                opcode = payload["op"]
            except (ValueError, KeyError, TypeError):
                line.put(4002)
                continue
            line.received.append(payload)
            self._heard(line, opcode, payload.get("d"))
            self.fake.changed()

    def _heard(self, line: Line, opcode: int, data: Any) -> None:
        if opcode == HEARTBEAT:
            line.heartbeats += 1
            if self.acks:
                line.put({"op": ACK, "d": None, "s": None, "t": None})
        elif opcode == IDENTIFY:
            line.put(4005) if line.session else self._identify(line, data)
        elif opcode == RESUME:
            self._resume(line, data)
        elif opcode in (PRESENCE, VOICE, MEMBERS):
            if line.session is None:
                line.put(4003)
        else:
            line.put(4001)

    def _left(self, line: Line) -> None:
        """A client that closes with 1000 or 1001 gives its session up; after anything else it may resume."""
        session = line.session
        if session is None or session.line is not line:
            return
        session.line, session.lost = None, self.fake.clock.monotonic()
        if not line.leaving and line.socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
            self.sessions.pop(session.id, None)

    # sessions

    def _identify(self, line: Line, data: Any) -> None:
        self.identifies.append(data)
        app = self.fake.app_of(str(data.get("token", "")))
        if refused := self._refused(app, data):
            line.put(refused)
            return
        assert app is not None
        self.start_limit -= 1
        shard = tuple(data.get("shard") or (0, 1))
        for old in [s for s in self.sessions.values() if s.line is None and s.shard == shard]:
            del self.sessions[old.id]
        session = Session(self.fake.ids.new(), data["intents"], (shard[0], shard[1]), line, identified=data)
        self.sessions[session.id] = line.session = session
        if self.says_ready:
            self._ready(session, app)

    def _refused(self, app: App | None, data: Json) -> int:
        """The close code for an IDENTIFY, or 0."""
        intents, shard = data.get("intents"), data.get("shard") or [0, 1]
        if self.refuses:
            return self.refuses
        if app is None or self.fake.token_refused:
            return 4004
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return 4013
        if not isinstance(data.get("properties"), dict):
            return 4002
        for bit, switch in (
            (GUILD_MEMBERS, app.members_intent),
            (PRESENCES, app.presence_intent),
            (MESSAGE_CONTENT, app.content_intent),
        ):
            if intents & bit and not switch:
                return 4014
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            return 4010
        if self.start_limit <= 0:
            return 4008
        return 4011 if shard[1] < app.shards else 0

    def _ready(self, session: Session, app: App) -> None:
        guilds = [g for g in self.fake.guilds.values() if app.user_id in g.members and session.has(g.id)]
        url = f"ws://127.0.0.1:{self.fake.port}/resume"
        session.tell(
            "READY",
            {
                "v": 10,
                "user": shapes.myself(app),
                "user_settings": {},
                "session_type": "normal",
                "session_id": session.id,
                "resume_gateway_url": url,
                "relationships": [],
                "private_channels": [],
                "presences": [],
                "guilds": [{"id": g.id, "unavailable": True} for g in guilds],
                "guild_join_requests": [],
                "geo_ordered_rtc_regions": [],
                "auth": {},
                "application": {"id": app.id, "flags": app.flags},
                "shard": list(session.shard),
                "_trace": ["fake"],
            },
        )
        for guild in guilds:
            if session.intents & GUILDS:
                if guild.unavailable:
                    session.tell("GUILD_DELETE", {"id": guild.id, "unavailable": True})
                else:
                    session.tell("GUILD_CREATE", self.guild_create(guild, session))

    def ready_now(self) -> None:
        """READY for those that wait for it."""
        for session in self.sessions.values():
            if not session.events:
                self._ready(session, self.fake.bot)

    def guild_create(self, guild: Guild, session: Session) -> Json:
        """All channels, the threads that the bot sees, and of the members itself only, unless it may have them all."""
        bot = self.fake.bot.user_id
        channels = [c for c in guild.channels.values() if not c.is_thread]
        threads = [
            c for c in guild.channels.values() if c.is_thread and not c.archived and self.fake.may_see(guild, bot, c)
        ]
        all_of_them = session.intents & GUILD_MEMBERS
        members = [m for id, m in guild.members.items() if id == bot or all_of_them]
        return shapes.created_guild(guild, channels, threads, members)

    def knows(self, session: Session, guild: Guild) -> bool:
        """Whether it was told of the guild, and not that the bot left it."""
        told = [e for e in session.events if e["t"] in ("GUILD_CREATE", "GUILD_DELETE") and e["d"]["id"] == guild.id]
        return bool(told) and not (told[-1]["t"] == "GUILD_DELETE" and not told[-1]["d"].get("unavailable"))

    def _resume(self, line: Line, data: Any) -> None:
        app, session = self.fake.app_of(str(data.get("token", ""))), self.sessions.get(str(data.get("session_id")))
        if app is None or self.fake.token_refused:
            line.put(4004)
            return
        if session is not None and session.lost is not None:
            late = self.fake.clock.monotonic() - session.lost > self.resumable_for
            if late:
                del self.sessions[session.id]
                session = None
        if session is None or not self.resumes:
            if session is not None:
                del self.sessions[session.id]
            line.put({"op": INVALID, "d": False, "s": None, "t": None})
            return
        seq = data.get("seq")
        if not isinstance(seq, int) or seq > len(session.events):
            line.put(4007)
            return
        session.line, session.lost, line.session = line, None, session
        for payload in session.events[seq:]:
            line.put(payload)
        session.tell("RESUMED", {"_trace": ["fake"]})
        self.resumed += 1

    # events

    def tell(
        self,
        event: str,
        data: Json | Callable[[Session], Json],
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        always: bool = False,
    ) -> int:
        """Sends an event to each session that may have it, and keeps it for those that are away; returns to how many.

        `channel`: the bot has to see it; `always`: whatever the intents.
        """
        in_guild, in_direct = INTENTS[event]
        intent = in_guild if guild is not None else in_direct
        if channel is not None and guild is not None and not self.fake.may_see(guild, self.fake.bot.user_id, channel):
            return 0
        count = 0
        for session in self.sessions.values():
            if not session.has(guild.id if guild else "") or not session.events:
                continue
            if guild is not None and guild.unavailable and event not in ("GUILD_DELETE", "GUILD_CREATE"):
                continue
            if not always and intent != -1 and not session.intents & intent:
                continue
            made = data(session) if callable(data) else data
            session.tell(event, made)
            self.sent.append((event, made))
            count += 1
        self.fake.changed()
        return count

    async def flush(self) -> None:
        """Returns when all that was put has gone out."""
        waiting = [asyncio.create_task(line.queue.join()) for line in self.lines if line.open]
        leaving = [asyncio.create_task(line.gone.wait()) for line in self.lines if line.open]
        if waiting:
            done = asyncio.gather(*waiting)
            await asyncio.wait([done, *leaving], return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
            for task in (*waiting, *leaving):
                task.cancel()
            await asyncio.gather(done, *waiting, *leaving, return_exceptions=True)

    # troubles

    async def close(self, code: int = 4000) -> None:
        """Closes every line with that code; sessions stay, unless the code says that they do not (4007, 4009)."""
        leaving = list(self.lines)
        for line in leaving:
            if line.session is not None and code in (4007, 4009):
                self.sessions.pop(line.session.id, None)
            line.put(code)
        await self._until_gone(leaving)

    def abort(self) -> None:
        """Cuts every line without a word."""
        for line in self.lines:
            if line.transport is not None:
                line.transport.abort()

    def silence(self) -> None:
        """Every line stays, and nothing comes through any more."""
        for line in self.lines:
            line.silent = True

    async def reconnect(self) -> None:
        """Op 7: the client is asked to come again, and to resume."""
        leaving = list(self.lines)
        for line in leaving:
            line.put({"op": RECONNECT, "d": None, "s": None, "t": None})
        await self._until_gone(leaving)

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9. Where it is not resumable, the session is gone."""
        leaving = list(self.lines)
        for line in leaving:
            if not resumable and line.session is not None:
                self.sessions.pop(line.session.id, None)
            line.put({"op": INVALID, "d": resumable, "s": None, "t": None})
        await self._until_gone(leaving)

    async def repeat(self) -> None:
        """The last event of each session once more, with a new number, as if a RESUME had played it twice."""
        for session in self.sessions.values():
            if session.events:
                session.tell(session.events[-1]["t"], session.events[-1]["d"])
        await self.flush()

    def forget(self) -> None:
        """All sessions are gone on the side of the server: the next RESUME fails."""
        self.sessions.clear()

    async def _until_gone(self, leaving: list[Line]) -> None:
        await asyncio.wait_for(asyncio.gather(*(line.gone.wait() for line in leaving)), 5.0)
