"""What the bot asks of a server: each permission and each intent, what it is for, and what its absence costs; and who
may do what in a channel. Pure: it reads objects as Discord sends them.

Source: docs.discord.com, topics/permissions (bits, hierarchy of overwrites), events/gateway (intents), topics/oauth2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from bridge.adapters._walk import at, listed, word

AUTHORIZE = "https://discord.com/oauth2/authorize"
SCOPES = "bot applications.commands"

ADMINISTRATOR, MANAGE_SERVER, VIEW = 1 << 3, 1 << 5, 1 << 10
READ_HISTORY, _SEND, _SEND_IN_THREADS = 1 << 16, 1 << 11, 1 << 38
LOOKS_AFTER = ADMINISTRATOR | MANAGE_SERVER
"""Whoever has one of these looks after the server."""
EVERYTHING = (1 << 60) - 1
ROLE, MEMBER = 0, 1
"""Types of an overwrite."""


@dataclass(frozen=True, slots=True)
class Permission:
    """`name`: as Discord's own settings call it. `feature`: what it is for. `costs`: what does not work without it."""

    name: str
    bit: int
    feature: str
    costs: str
    optional: bool = False


PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "View Channels",
        VIEW,
        "seeing channels, and hearing what concerns it there",
        "no channel can be a feed, and nothing is heard",
    ),
    Permission("Send Messages", _SEND, "updates and digests in channels", "nothing can be sent to a channel"),
    Permission("Send Messages in Threads", _SEND_IN_THREADS, "updates in threads", "nothing can be sent to a thread"),
    Permission(
        "Embed Links",
        1 << 14,
        "the frame that every update is shown in",
        "nothing can be shown, since every update is an embed",
    ),
    Permission("Attach Files", 1 << 15, "pictures and files of updates", "updates with pictures can't be sent"),
    Permission(
        "Read Message History",
        READ_HISTORY,
        "messages that people react to or answer, and looking whether a message arrived",
        "reactions and answers do nothing, and after a crash and an outage a message may come twice",
        optional=True,
    ),
    Permission(
        "View Audit Log",
        1 << 7,
        "who added the bot, to ask them about a first feed",
        "nobody is asked about a first feed",
        optional=True,
    ),
)
"""All that is asked for. Whoever invites the bot may take away optional ones, there or later."""

ASKED = sum(one.bit for one in PERMISSIONS)


@dataclass(frozen=True, slots=True)
class Intent:
    """What Discord tells a bot. `costs`: of a privileged one, how people do without it."""

    name: str
    feature: str
    costs: str = ""


INTENTS: tuple[Intent, ...] = (
    Intent("Guilds", "servers, channels and threads: their names, and what the bot may do there"),
    Intent("Guild Messages", "messages that mention the bot, and that a message was edited or deleted"),
    Intent("Guild Message Reactions", "sharing and liking by reaction"),
    Intent("Direct Messages", "what people write to the bot"),
    Intent("Direct Message Reactions", "liking an update in a direct message"),
)
"""Those that Bridge uses in any case; nobody has to switch them on."""

MESSAGE_CONTENT = Intent(
    "Message Content",
    "the words of messages that do not mention the bot: answers under updates, messages shared by reaction",
    "an answer goes by Reply, a mention or a direct message; a message is shared by its menu, Apps, Share as update",
)
SERVER_MEMBERS = Intent("Server Members", "who joins and leaves")
PRESENCE = Intent("Presence", "who is online")
PRIVILEGED: tuple[Intent, ...] = (MESSAGE_CONTENT, SERVER_MEMBERS, PRESENCE)
"""They are switched on in the Developer Portal. Only the first is ever used, and only where bridge.toml says so."""


def invite_url(app: str, server: str = "") -> str:
    """The link that adds the bot to a server, with exactly what is asked for. `app`: the application's id. `server`:
    the id of the one that is chosen beforehand."""
    asked = {"client_id": app, "scope": SCOPES, "permissions": str(ASKED)}
    chosen = {"guild_id": server, "disable_guild_select": "true"} if server else {}
    return f"{AUTHORIZE}?{urlencode({**asked, **chosen})}"


def needed(*, thread: bool) -> int:
    """What has to be there so that something can be sent to a channel, or to a thread."""
    other = _SEND if thread else _SEND_IN_THREADS
    return sum(one.bit for one in PERMISSIONS if not one.optional and one.bit != other)


def missing(bits: int) -> list[Permission]:
    """What of all that is asked for is lacking, what is needed first."""
    lacking = [one for one in PERMISSIONS if not one.bit & bits]
    return sorted(lacking, key=lambda one: one.optional)


def names(bits: int) -> str:
    """ "View Channels, Send Messages": those of ours among the bits, as Discord's settings call them."""
    return ", ".join(one.name for one in PERMISSIONS if one.bit & bits)


def compute(server: object, user: str, roles: Iterable[str], channel: object = None) -> int:
    """What a member may do in a server, or in one channel of it; for a thread the channel is the one it belongs to.

    `server`: a guild object with its roles. `user`: "" for everybody. `roles`: the ids of the member's roles. What an
    absent permission implies is left out, but for seeing: whoever can't see a channel can do nothing there.
    """
    everyone, own = word(server, "id"), set(roles)
    if user and word(server, "owner_id") == user:
        return EVERYTHING
    bits = 0
    for role in listed(server, "roles"):
        if word(role, "id") in own | {everyone}:
            bits |= told_in(role, "permissions")
    if bits & ADMINISTRATOR:
        return EVERYTHING
    if channel is None:
        return bits
    bits = _overwritten(bits, channel, everyone, user, own)
    return bits if bits & VIEW else 0


def _overwritten(bits: int, channel: object, everyone: str, user: str, own: set[str]) -> int:
    """First what is said of everybody, then of all the member's roles together, then of the member alone."""
    said = listed(channel, "permission_overwrites")
    of_roles = [one for one in said if at(one, "type") == ROLE]
    for group in (
        [one for one in of_roles if word(one, "id") == everyone],
        [one for one in of_roles if word(one, "id") in own],
        [one for one in said if at(one, "type") == MEMBER and user and word(one, "id") == user],
    ):
        for one in group:
            bits &= ~told_in(one, "deny")
        for one in group:
            bits |= told_in(one, "allow")
    return bits


def told_in(of: object, key: str) -> int:
    """Permissions as Discord writes them: a number in a text, since they outgrew JavaScript's. 0 where it is none."""
    told = word(of, key)
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 30 else 0
