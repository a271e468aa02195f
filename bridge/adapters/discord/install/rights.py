"""What the bot may do in a server and in its channels, as lines of `bridge check`: at most a handful of them each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord.install import permissions
from bridge.adapters.discord.install.permissions import VIEW, Permission
from bridge.adapters.discord.install.servers import Server
from bridge.adapters.discord.rest.api import Api
from bridge.model.ports import Finding

TEXT, NEWS, FORUM, MEDIA = 0, 5, 15, 16
"""Types of channels that messages or threads with messages stand in (docs: channel types)."""
MOST = 4
"""Lines about channels."""

Listing = Callable[[Sequence[str]], str]


async def findings(api: Api, server: Server, name: str, listing: Listing) -> list[Finding]:
    """`name`: how the lines begin. Raises SendFailure."""
    lacking = permissions.missing(server.permissions)
    found = [_whole(one, name, permissions.invite_url(api.identity.app, server.id)) for one in lacking]
    if not lacking:
        found.append(Finding(True, name, f"all {len(permissions.PERMISSIONS)} permissions granted"))
    if server.permissions & permissions.ADMINISTRATOR:
        found.append(Finding(None, name, "it is an administrator there, and needs to be none"))
    seen, closed = await _channels(api, server)
    found.append(_seen(seen, name, listing))
    kinds = sorted(closed.items(), key=_most_first)
    few = kinds if len(kinds) <= MOST else kinds[: MOST - 1]
    found += [Finding(None, name, f"not allowed in {listing(names)}: {permissions.names(bits)}") for bits, names in few]
    if rest := sum(len(names) for _, names in kinds[len(few) :]):
        found.append(Finding(None, name, f"and in {rest} more channels something is not allowed"))
    return found


def _whole(one: Permission, name: str, link: str) -> Finding:
    """Of the server as a whole."""
    kind = "optional" if one.optional else "needed"
    detail = f"without {one.name} ({kind}, for {one.feature}): {one.costs}"
    if one.optional:
        return Finding(None, name, detail)
    return Finding(False, name, f"{detail}.", f"Give it to the bot's role in the server settings, or open {link}")


def _seen(names: Sequence[str], name: str, listing: Listing) -> Finding:
    """Of others Discord tells nothing (change log, channel obfuscation)."""
    if names:
        return Finding(True, name, f"channels that it sees ({len(names)}): {listing(names)}")
    return Finding(False, name, "sees no channel.", "Allow its role to view one, in the channel's settings.")


async def _channels(api: Api, server: Server) -> tuple[list[str], dict[int, list[str]]]:
    """Names of the channels that are seen; and of some of them, by what is missing there and not in the whole server.
    That is worth knowing, and often meant so: nobody wants a bot everywhere."""
    me = await api.call("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=server.id, user_id=api.identity.user)
    guild = await api.call("GET", "/guilds/{guild_id}", guild_id=server.id)
    channels = listed(await api.call("GET", "/guilds/{guild_id}/channels", guild_id=server.id))
    roles = [role for role in listed(me, "roles") if isinstance(role, str)]
    seen: list[str] = []
    closed: dict[int, list[str]] = {}
    for channel in sorted(channels, key=_position):
        ours = permissions.compute(guild, api.identity.user, roles, channel)
        if at(channel, "type") not in (TEXT, NEWS, FORUM, MEDIA) or not ours & VIEW:
            continue
        seen.append(f"#{word(channel, 'name')}")
        if lacking := _wanted(channel) & server.permissions & ~ours:
            closed.setdefault(lacking, []).append(seen[-1])
    return seen, closed


def _wanted(channel: object) -> int:
    """A forum holds threads only."""
    in_threads = permissions.needed(thread=True) | permissions.READ_HISTORY
    return in_threads | (0 if at(channel, "type") in (FORUM, MEDIA) else permissions.needed(thread=False))


def _most_first(closed: tuple[int, list[str]]) -> tuple[int, int]:
    return -len(closed[1]), closed[0]


def _position(channel: object) -> int:
    found = at(channel, "position")
    return found if isinstance(found, int) else 0
