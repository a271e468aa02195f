"""The people of all servers: what Discord tells of them, and who of them is of the team.

A person is one account, whatever servers they are in: of the team is whoever is a member of one of the team's. Nobody
tells when somebody leaves (that would need a privileged intent), so what is known counts for a minute.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from bridge.adapters._walk import at, word
from bridge.adapters.discord import Settings
from bridge.adapters.discord.heard.walk import id_in, mapping_in, number_in
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.known.rooms import Rooms
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.rest.api import Api
from bridge.model.clock import Clock
from bridge.model.errors import Unreachable
from bridge.model.given import Log
from bridge.model.person import Profile
from bridge.model.place import Circle

MINUTE = 60.0
MOST = 20_000
MEMBER = "/guilds/{guild_id}/members/{user_id}"
GUEST = 1 << 4
"""A member's flag."""
PICTURES = "https://cdn.discordapp.com"
_HASH = re.compile(r"[0-9a-z_]{1,64}")


class People:
    """`noted` is told every member object that comes along with something people did."""

    def __init__(self, api: Api, rooms: Rooms, log: Log, settings: Settings, clock: Clock) -> None:
        self._api, self._rooms, self._log, self._settings, self._clock = api, rooms, log, settings, clock
        self._known: OrderedDict[str, tuple[Profile | None, float]] = OrderedDict()
        self._languages: OrderedDict[str, str] = OrderedDict()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def profile(self, user: str) -> Profile | None:
        """None for whoever is in none of our servers. Raises SendFailure, StoreError."""
        asking = self._asking.setdefault(user, asyncio.Lock())
        async with asking:
            if (known := self._counting(user)) is not None:
                return known[0]
            found = await self._ask(user)
            self._keep(user, found)
            return found

    async def noted(self, guild: str, member: Mapping[str, Any], language: str = "") -> None:
        """A member object as an interaction or a message brings it; `language`: their client's, "" where not told."""
        user = id_in(member, "user", "id")
        if not user:
            return
        if language:
            self._languages[user] = language
            if len(self._languages) > MOST:
                self._languages.popitem(last=False)
        if guild not in self._settings.team or is_guest(member) or not await self.is_team(guild):
            return  # they may be a member of another one
        known = self._counting(user)
        told = word(member, "permissions")
        before = known[0] if known else None
        looks_after = bool(permissions.told_in(member, "permissions") & permissions.LOOKS_AFTER)
        admin = looks_after if told.isdecimal() else bool(before and before.admin)
        self._keep(user, read_profile(member, self._languages.get(user, ""), guest=False, admin=admin))

    async def is_team(self, guild: str) -> bool:
        """Of the team, by bridge.toml and by what an administrator said since. Raises StoreError."""
        if guild not in self._settings.team:
            return False
        return await self._log.circle(PLATFORM, guild) is not Circle.COMMUNITY

    async def _ask(self, user: str) -> Profile | None:
        """The team's servers first: who is only a guest in one of them may be a member of another."""
        servers = [(guild, await self.is_team(guild)) for guild in self._settings.servers]
        outside: Profile | None = None
        for guild, team in sorted(servers, key=lambda one: not one[1]):
            try:
                told = await self._api.call("GET", MEMBER, guild_id=guild, user_id=user)
            except Unreachable:
                continue
            member, language = mapping_in(told), self._languages.get(user, "")
            if team and not is_guest(member):
                admin = await self._looks_after(guild, user, member)
                return read_profile(member, language, guest=False, admin=admin)
            outside = outside or read_profile(member, language, guest=True, admin=False)
        return outside

    async def _looks_after(self, guild: str, user: str, member: object) -> bool:
        server = await self._rooms.server(guild)
        roles = at(member, "roles")
        ids = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
        return bool(permissions.compute(server, user, ids) & permissions.LOOKS_AFTER)

    def _counting(self, user: str) -> tuple[Profile | None, float] | None:
        known = self._known.get(user)
        return known if known is not None and self._clock.monotonic() - known[1] < MINUTE else None

    def _keep(self, user: str, profile: Profile | None) -> None:
        self._known[user] = profile, self._clock.monotonic()
        self._known.move_to_end(user)
        if len(self._known) > MOST:
            self._known.popitem(last=False)


def is_guest(member: Mapping[str, Any]) -> bool:
    """Whoever was invited to one voice channel only, or has not agreed to the server's rules yet (docs: guild member
    flags, IS_GUEST; pending)."""
    return bool(number_in(member, "flags") & GUEST) or at(member, "pending") is True


def read_profile(member: Mapping[str, Any], language: str, *, guest: bool, admin: bool) -> Profile:
    """Of a member object with its user (docs: guild member object, user object)."""
    user = mapping_in(member, "user")
    names = (word(member, "nick"), word(user, "global_name"), word(user, "username"))
    return Profile(
        name=next((name for name in names if name), id_in(user, "id")),
        handle=word(user, "username"),
        language=language.partition("-")[0].lower() or None,
        guest=guest,
        bot=at(user, "bot") is True,
        admin=admin,
        picture=_picture(user),
    )


def _picture(user: Mapping[str, Any]) -> str | None:
    id, avatar = id_in(user, "id"), word(user, "avatar")
    return f"{PICTURES}/avatars/{id}/{avatar}.png?size=64" if id and _HASH.fullmatch(avatar) else None
