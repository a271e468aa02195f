"""What each channel and thread is: its name, whether everybody in its server may read it, what we may do there.

The SDK keeps all that while the connection stands, from the events that tell of changes; where it does not, Discord is
asked, and the answer counts for a minute.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import discord

from bridge.adapters._walk import word
from bridge.adapters.discord.heard.walk import PRIVATE_THREAD, THREADS, id_in, mapping_in, number_in
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.rest.api import Api
from bridge.model.clock import Clock
from bridge.model.errors import SendFailure, Unreachable

MINUTE = 60.0
MOST = 2000


@dataclass(frozen=True, slots=True)
class Room:
    """`kind`: Discord's number for it. `parent`: of a thread, the channel it belongs to. `private`: not everybody in
    the server may read it. `ours`: our permissions there, as a number."""

    id: str
    name: str
    kind: int
    parent: str
    private: bool
    ours: int

    @property
    def thread(self) -> bool:
        return self.kind in THREADS

    @property
    def around(self) -> str:
        """The channel that people's messages in a public thread belong to; "" for anything else."""
        return self.parent if self.thread and self.kind != PRIVATE_THREAD else ""


class Rooms:
    """`seen`: the server as the SDK keeps it, None while no connection stands."""

    def __init__(self, api: Api, seen: Callable[[str], discord.Guild | None], clock: Clock) -> None:
        self.api, self._seen, self._clock = api, seen, clock
        self._asked: OrderedDict[tuple[str, str], tuple[Any, float]] = OrderedDict()
        self._asking: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def look(self, guild: str, channel: str) -> Room:
        """Raises SendFailure; Unreachable where there is no such channel for us."""
        if (server := self._seen(guild)) is not None and (room := kept(server, channel)) is not None:
            return room
        told = await self._ask("channel", channel, "/channels/{channel_id}", channel_id=channel)
        if id_in(told, "guild_id") != guild:
            raise Unreachable(reason="the channel belongs to another server.")
        parent = id_in(told, "parent_id")
        ruling = told
        if number_in(told, "type") in THREADS and parent:
            ruling = await self._ask("channel", parent, "/channels/{channel_id}", channel_id=parent)
        server_told = await self.server(guild)
        user = self.api.identity.user
        me = await self._ask("me", guild, "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=user)
        ours = permissions.compute(server_told, user, _ids(me), ruling)
        everybody = permissions.compute(server_told, "", (), ruling)
        private = not everybody & permissions.VIEW or number_in(told, "type") == PRIVATE_THREAD
        return seen_by_us(Room(channel, word(told, "name"), number_in(told, "type"), parent, private, ours))

    async def server(self, guild: str) -> Any:
        """The server as Discord tells of it, with about how many members it has. Raises SendFailure."""
        query = {"with_counts": "true"}
        return await self._ask("server", guild, "/guilds/{guild_id}", query, guild_id=guild)

    async def rooms(self, guild: str) -> list[Room]:
        """The text channels of a server, in Discord's order. Raises SendFailure."""
        told = await self.api.call("GET", "/guilds/{guild_id}/channels", guild_id=guild)
        found = []
        for one in told if isinstance(told, list) else ():
            with suppress(Unreachable):
                if number_in(one, "type") in (0, 5) and (id := id_in(one, "id")):
                    found.append(await self.look(guild, id))
        return found

    def thread_ids(self, guild: str) -> Iterable[str]:
        """Those of the public threads that the SDK knows."""
        server = self._seen(guild)
        return [str(one.id) for one in server.threads if not one.is_private()] if server else []

    def is_thread(self, guild: str, channel: str) -> bool:
        """As far as the SDK knows."""
        server = self._seen(guild)
        return server is not None and server.get_thread(int(channel)) is not None

    def forget(self, id: str) -> None:
        """A channel, or a whole server, is no longer what it was."""
        for key in [key for key in self._asked if key[1] == id]:
            del self._asked[key]

    async def _ask(self, what: str, id: str, path: str, query: dict[str, str] | None = None, **ids: str) -> Any:
        key = (what, id)
        asking = self._asking.setdefault(key, asyncio.Lock())
        async with asking:
            now, known = self._clock.monotonic(), self._asked.get(key)
            if known is not None and now - known[1] < MINUTE:
                return known[0]
            try:
                told = mapping_in((await self.api.ask("GET", path, ids, query=query)).data)
            except SendFailure:
                self._asked.pop(key, None)
                raise
            self._asked[key] = told, now
            if len(self._asked) > MOST:
                self._asked.popitem(last=False)
            return told


def seen_by_us(room: Room) -> Room:
    """Of a channel that we can't see Discord hides the name and most of who else can (docs: change log, channel
    obfuscation); so it is nothing that everybody may read."""
    return room if room.ours & permissions.VIEW else replace(room, name="", private=True)


def kept(server: discord.Guild, channel: str) -> Room | None:
    """As the SDK keeps it; None where it keeps no such channel."""
    found = server.get_channel_or_thread(int(channel))
    if found is None or server.me is None:
        return None
    try:
        ours, everybody = found.permissions_for(server.me), found.permissions_for(server.default_role)
    except discord.ClientException:
        return None  # a thread whose channel is not known
    kind = found.type.value
    parent = str(found.parent_id) if isinstance(found, discord.Thread) else ""
    private = not everybody.view_channel or kind == PRIVATE_THREAD
    return seen_by_us(Room(channel, found.name, kind, parent, private, ours.value))


def _ids(member: object) -> list[str]:
    roles = mapping_in(member).get("roles")
    return [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
