"""The servers that the bot is in, as Discord lists them to it."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord import Settings
from bridge.adapters.discord.install.permissions import ADMINISTRATOR, EVERYTHING
from bridge.adapters.discord.rest.api import Api
from bridge.model.place import Circle

PAGE = 200
"""The most that Discord lists at once."""


@dataclass(frozen=True, slots=True)
class Server:
    """`members`: about how many there are, 0 where not told. `permissions`: the bot's own, of the server as a whole."""

    id: str
    name: str
    members: int
    permissions: int


async def all_servers(api: Api) -> list[Server]:
    """Oldest first. Raises SendFailure."""
    found: list[Server] = []
    query = {"limit": str(PAGE), "with_counts": "true"}
    while True:
        told = listed(await api.call("GET", "/users/@me/guilds", query=query))
        page = [server for one in told if (server := read_server(one)).id]
        found += page
        if len(told) < PAGE or not page:
            return found
        query["after"] = page[-1].id


def circle_of(settings: Settings, server: str) -> Circle | None:
    """What bridge.toml says; None for a server that is ignored."""
    if server in settings.team:
        return Circle.TEAM
    return Circle.COMMUNITY if server in settings.community else None


def read_server(told: object) -> Server:
    """Of a partial guild object."""
    members, told_bits = at(told, "approximate_member_count"), word(told, "permissions")
    bits = int(told_bits) if told_bits.isascii() and told_bits.isdecimal() else 0
    return Server(
        id=word(told, "id"),
        name=" ".join(word(told, "name").split()) or word(told, "id"),
        members=members if isinstance(members, int) else 0,
        permissions=EVERYTHING if bits & ADMINISTRATOR else bits,
    )
