"""What is known of people and places, over all servers: the Directory and Entry ports."""

from __future__ import annotations

from bridge.adapters._walk import listed
from bridge.adapters.discord import Settings
from bridge.adapters.discord.heard.walk import FOR_GUESTS, FORUMS, direct, number_in
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.known import links
from bridge.adapters.discord.known.links import Link
from bridge.adapters.discord.known.people import People
from bridge.adapters.discord.known.rooms import Room, Rooms
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.rest.direct import Directs
from bridge.model.command import Where
from bridge.model.errors import NotInside, Throttled, Transient, Unreachable
from bridge.model.place import UNKNOWN_MEMBERS, Members, Place, PlaceKind

NOT_OURS = "Its server is no longer one of ours. Add it again with: bridge discord setup"


class NoAccess(NotInside):
    """I can't write here yet. In the channel's settings, under Permissions, allow {role} to: {permissions}. Then do it
    again."""


class NoChannel(NotInside):
    """Nothing can be written into a forum itself. Do it in one of its posts."""


class Directory:
    """For the whole bot."""

    def __init__(self, api: Api, rooms: Rooms, people: People, directs: Directs, settings: Settings) -> None:
        self._api, self._rooms, self._people = api, rooms, people
        self._directs, self._settings = directs, settings

    async def members(self, place: Place) -> Members:
        """Everybody in a server of the team is of the team, whatever channel they read; for how many they are the
        server counts, since who may read a channel is not told without a privileged intent. Raises Unreachable,
        StoreError."""
        try:
            if place.kind is PlaceKind.DIRECT:
                profile = await self._people.profile(place.key)
                return Members(True, team=not profile.guest, count=1) if profile else UNKNOWN_MEMBERS
            if place.workspace not in self._settings.servers:
                raise Unreachable(reason=NOT_OURS)
            server = await self._rooms.server(place.workspace)
            room = await self._rooms.look(place.workspace, place.key)
            strangers = _looked_into(server) or room.kind in FOR_GUESTS
            team = await self._people.is_team(place.workspace) and not strangers
            return Members(True, team=team, count=number_in(server, "approximate_member_count"))
        except (Throttled, Transient):
            return UNKNOWN_MEMBERS

    async def enter(self, place: Place) -> None:
        """Raises NotInside, SendFailure."""
        if place.kind is PlaceKind.DIRECT:
            return
        role = f"@{self._api.identity.name}"
        try:
            room = await self._rooms.look(place.workspace, place.key)
        except Unreachable:
            raise NoAccess(role=role, permissions=permissions.names(permissions.needed(thread=False))) from None
        self.check(room)

    def check(self, room: Room) -> None:
        """Raises NotInside where we may not write there."""
        if room.kind in FORUMS:
            raise NoChannel()
        if lacking := permissions.needed(thread=room.thread) & ~room.ours:
            raise NoAccess(role=f"@{self._api.identity.name}", permissions=permissions.names(lacking))

    def permalink(self, place: Place, message: str) -> str | None:
        """None for a direct message that was not met since the start."""
        if place.kind is not PlaceKind.DIRECT:
            return links.write(Link(place.workspace, place.key, message))
        channel = self._directs.met_channel(place.key)
        return links.write(Link(links.DIRECT, channel, message)) if channel else None

    def locate(self, link: str) -> tuple[Where, str] | None:
        """None for a link to anywhere else, and into a direct message that is not ours."""
        found = links.read(link)
        if found is None:
            return None
        if found.guild == links.DIRECT:
            user = self._directs.user_of(found.channel)
            return (direct(user), found.message) if user else None
        if found.guild not in self._settings.servers:
            return None
        kind = PlaceKind.THREAD if self._rooms.is_thread(found.guild, found.channel) else PlaceKind.CHANNEL
        return Where(PLATFORM, found.guild, found.channel, kind), found.message


def _looked_into(server: object) -> bool:
    """Whether strangers may read its open channels before they join (docs: guild features)."""
    return bool(
        {"DISCOVERABLE", "PREVIEW_ENABLED"} & {one for one in listed(server, "features") if isinstance(one, str)}
    )
