"""Being let in: into a server, or into a channel that not everybody may read; and being able to write again.

Discord tells that it happened and not by whom, so the server's audit log is asked, where we may read it. Whoever did it
is asked what should come there: privately where they have used the bot, else in the channel itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bridge.adapters._shelf import Shelf
from bridge.adapters._walk import listed, word
from bridge.adapters.discord.heard.calls import Calls, as_place
from bridge.adapters.discord.heard.walk import id_in, mapping_in, number_in, person
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.known.directory import Directory
from bridge.adapters.discord.known.rooms import Room
from bridge.adapters.discord.names import PLATFORM
from bridge.model.command import Where, Who
from bridge.model.errors import BadInput, SendFailure, Throttled, Transient
from bridge.model.inbound import Joined, Opened
from bridge.model.place import Circle

log = logging.getLogger(__name__)

AUDIT_LOG = "/guilds/{guild_id}/audit-logs"
BOT_ADDED, OVERWRITE_MADE, OVERWRITE_CHANGED = 28, 13, 14
"""Kinds of entries (docs: audit log events)."""
LATELY = 10
"""Entries that are looked at."""


class Joining:
    """GUILD_CREATE (of a server that is new), CHANNEL_CREATE and CHANNEL_UPDATE; changes of what we may do."""

    def __init__(self, calls: Calls, directory: Directory, shelf: Shelf, circles: Mapping[str, Circle]) -> None:
        self._calls, self._directory, self._shelf, self._circles = calls, directory, shelf, circles

    async def work(self, payload: Mapping[str, Any], key: str) -> None:
        """Raises StoreError or SendFailure where it is worth trying again later."""
        d = mapping_in(payload, "d")
        kind, guild = word(payload, "t"), id_in(d, "guild_id")
        if kind == "GUILD_CREATE":
            await self._server(d, key)
        elif guild and kind.startswith("CHANNEL"):
            await self._channel(guild, d, key)
        elif guild:
            await self._rights(guild, key)

    async def _server(self, d: Mapping[str, Any], key: str) -> None:
        guild = id_in(d, "id")
        name, circle = word(d, "name"), self._circles.get(guild)
        await self._calls.given.intake.hear(Opened(f"{key} opened", PLATFORM, guild, name, circle))
        room = await self._first_room(guild, id_in(d, "system_channel_id"))
        by = await self._who(guild, (BOT_ADDED,), self._calls.us.user)
        if room is not None and by is not None:
            await self._let_in(guild, room, by, key)

    async def _channel(self, guild: str, d: Mapping[str, Any], key: str) -> None:
        channel = id_in(d, "id")
        self._calls.rooms.forget(channel)
        try:
            room = await self._calls.rooms.look(guild, channel)
            self._directory.check(room)
        except (Throttled, Transient):
            raise
        except (SendFailure, BadInput):
            await self._shelf.put(_inside(channel), "")
            return
        by = None
        if room.private and not await self._shelf.get(_inside(channel)):
            await self._shelf.put(_inside(channel), "1")
            if named_in(d, self._calls.us.user):
                by = await self._who(guild, (OVERWRITE_MADE, OVERWRITE_CHANGED), channel)
        await self._let_in(guild, room, by, key)

    async def _rights(self, guild: str, key: str) -> None:
        """Places that were closed to us, and may be open again."""
        for place in await self._calls.given.log.channels(PLATFORM, guild):
            if place.paused is None:
                continue
            try:
                room = await self._calls.rooms.look(guild, place.key)
                self._directory.check(room)
            except (Throttled, Transient):
                raise
            except (SendFailure, BadInput):
                continue
            await self._let_in(guild, room, None, f"{key} {place.key}")

    async def _let_in(self, guild: str, room: Room, by: Who | None, key: str) -> None:
        where = as_place(Where(PLATFORM, guild, room.id), room)
        reply = await self._calls.given.intake.hear(Joined(key, where, by))
        if reply is None or by is None:
            return
        answers = self._calls.answers
        if not await answers.privately(by, where, reply.card):
            await answers.publicly(room.id, reply.card)

    async def _first_room(self, guild: str, liked: str) -> Room | None:
        """Where the server itself speaks, else its first text channel that we may write in."""
        rooms = await self._calls.rooms.rooms(guild)
        for room in sorted(rooms, key=lambda one: one.id != liked):
            try:
                self._directory.check(room)
            except BadInput:
                continue
            return room
        return None

    async def _who(self, guild: str, kinds: tuple[int, ...], target: str) -> Who | None:
        """Who did it last; None where the log is closed to us, or tells of nobody."""
        for kind in kinds:
            query = {"action_type": str(kind), "limit": str(LATELY)}
            try:
                told = await self._calls.rooms.api.call("GET", AUDIT_LOG, query=query, guild_id=guild)
            except (Throttled, Transient):
                raise
            except SendFailure as failure:
                log.debug("who let the bot in is not told: %s", failure.english())
                return None
            for entry in listed(told, "audit_log_entries"):
                if id_in(entry, "target_id") == target and (user := id_in(entry, "user_id")):
                    return person(user)
        return None


def named_in(channel: Mapping[str, Any], user: str) -> bool:
    """Whether the bot itself is allowed to see a channel, by an overwrite of its own."""
    return any(
        id_in(one, "id") == user
        and number_in(one, "type") == permissions.MEMBER
        and permissions.told_in(one, "allow") & permissions.VIEW
        for one in listed(channel, "permission_overwrites")
    )


def _inside(channel: str) -> str:
    return f"inside:{channel}"
