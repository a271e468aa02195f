"""What comes over the gateway: interactions are worked on at once, events once they are remembered.

Discord acknowledges nothing one by one and sends nothing a second time but after a resume; so an event is kept from the
moment it came until the database has it. Each has a name that is the same after a resume and in another process: for a
moment two of them may listen, while one has not heard yet that it lost its lease.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from bridge.adapters._events import Events
from bridge.adapters._tasks import Tasks, forever
from bridge.adapters._walk import word
from bridge.adapters.discord.heard import concerns, read
from bridge.adapters.discord.heard.walk import id_in, mapping_in
from bridge.adapters.discord.parts import Parts
from bridge.model.errors import Transient
from bridge.model.given import Given

log = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""Events that wait for the database to remember them."""
AGAIN = 1.0
"""Seconds until a database that did not answer is asked to remember once more."""
CHANGES = (
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "THREAD_UPDATE",
    "GUILD_UPDATE",
    "GUILD_MEMBER_UPDATE",
    "GUILD_ROLE_CREATE",
    "GUILD_ROLE_UPDATE",
    "GUILD_ROLE_DELETE",
)
"""After one of these a channel, or a whole server, is looked at anew."""


class Incoming:
    """`parts`: None while Discord was not reached yet."""

    def __init__(self, given: Given, tasks: Tasks, parts: Callable[[], Parts | None]) -> None:
        self._policy, self._parts = given.policy, parts
        self._events = Events(given.inbox, self._lane, self._work, tasks)
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._session = ""

    def start(self) -> list[asyncio.Task[None]]:
        """What goes on for as long as the bridge runs."""
        return [asyncio.create_task(forever(work, AGAIN)) for work in (self._remembering, self._events.sweeping)]

    async def stop(self, seconds: float) -> None:
        """Nothing more comes; what came is remembered, as far as the database takes it within that time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._waiting.join()
        self._events.stop()

    async def look(self) -> None:
        """Takes up what was left undone."""
        await self._events.look()

    def hear(self, payload: dict[str, Any], joined: bool) -> None:
        """Each dispatch, in order, right after it came. `joined`: the bot was added to that server."""
        parts, d = self._parts(), mapping_in(payload, "d")
        kind = word(payload, "t")
        if parts is None:
            return
        if kind == "READY":
            self._session = hashlib.sha256(word(d, "session_id").encode()).hexdigest()[:12]
        elif kind == "INTERACTION_CREATE":
            parts.doors.take(d)
        elif kind in CHANGES:
            parts.rooms.forget(id_in(d, "id") if kind.startswith(("CHANNEL", "THREAD")) else "")
            parts.rooms.forget(id_in(d, "guild_id") or id_in(d, "id"))
        if kind == "GUILD_CREATE" and not joined:
            return
        kept = {"t": kind, "d": d, "key": read.key(payload, self._session), "inside": self._in_thread(parts, d)}
        if not self._lane("", kept):
            return
        try:
            self._waiting.put_nowait(kept)
        except asyncio.QueueFull:
            log.error("an event was lost: the database has remembered nothing for too long")

    async def _remembering(self) -> None:
        """Each event before the next one, however long the database takes."""
        while True:
            kept = await self._waiting.get()
            while not await self._remembered(kept):
                await self._pause()
            self._waiting.task_done()

    async def _remembered(self, kept: dict[str, Any]) -> bool:
        try:
            return await self._events.take("", str(kept["key"]), kept)
        except Exception:
            # The supervisor of what comes: whatever one event does, the next are remembered.
            log.exception("an event can't be remembered, and is given up")
            return True

    async def _pause(self) -> None:
        await asyncio.sleep(AGAIN)

    def _lane(self, team: str, payload: Mapping[str, Any]) -> str | None:
        """None: it can't be told yet."""
        parts = self._parts()
        if parts is None:
            return None
        threads = (id_in(payload, "d", "channel_id"),) if payload.get("inside") is True else ()
        return concerns.lane(payload, parts.us, self._policy, threads)

    def _in_thread(self, parts: Parts, d: Mapping[str, Any]) -> bool:
        """Decided when it comes: while no connection stands, the SDK knows no threads."""
        guild, channel = id_in(d, "guild_id"), id_in(d, "channel_id")
        return bool(guild and channel) and parts.rooms.is_thread(guild, channel)

    async def _work(self, team: str, payload: Mapping[str, Any]) -> None:
        parts = self._parts()
        if parts is None:
            raise Transient(reason="Discord was not reached yet")
        await parts.hearing.work(payload, word(payload, "key"))
