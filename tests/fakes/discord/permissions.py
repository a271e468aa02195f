"""Who may do what in a guild and its channels, computed as Discord documents it.

Source: docs.discord.com/developers/topics/permissions (hierarchy, overwrites, implicit permissions, threads).
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fakes.discord.state import Channel, Guild


class P(IntFlag):
    """The permissions that the fake knows the meaning of."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


ALL = (1 << 53) - 1
EVERYONE = (
    P.CREATE_INSTANT_INVITE
    | P.ADD_REACTIONS
    | P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.USE_EXTERNAL_EMOJIS
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.SEND_MESSAGES_IN_THREADS
    | P.USE_EXTERNAL_APPS
)
"""What the @everyone role of a new guild may do."""
TIMED_OUT = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY
DIRECT = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.READ_MESSAGE_HISTORY
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.ADD_REACTIONS
    | P.USE_EXTERNAL_EMOJIS
    | P.MENTION_EVERYONE
)
"""What both may do in a direct message."""


def in_guild(guild: Guild, user: str) -> int:
    """What a member may do without looking at a channel; 0 for strangers."""
    if user not in guild.members:
        return 0
    if guild.owner == user:
        return ALL
    found = guild.everyone.permissions
    for role in guild.members[user].roles:
        found |= guild.roles[role].permissions
    return ALL if found & P.ADMINISTRATOR else found


def in_channel(guild: Guild, user: str, channel: Channel, now: datetime) -> int:
    """What a member may do in a channel or a thread at that time; 0 for strangers and where they cannot see it."""
    found = in_guild(guild, user)
    if found == ALL or not found:
        return found
    member = guild.members[user]
    if channel.parent and channel.is_thread:
        found = _overwritten(guild, user, guild.channels[channel.parent], found)
        if channel.private and user not in channel.thread_members and not found & P.MANAGE_THREADS:
            return 0
        if not found & P.SEND_MESSAGES_IN_THREADS:
            found &= ~P.SEND_MESSAGES
        else:
            found |= P.SEND_MESSAGES
    else:
        found = _overwritten(guild, user, channel, found)
    if not found & P.VIEW_CHANNEL:
        return 0
    if member.timeout_until is not None and member.timeout_until > now:
        found &= TIMED_OUT
    if not found & P.SEND_MESSAGES:
        found &= ~(P.EMBED_LINKS | P.ATTACH_FILES | P.MENTION_EVERYONE)
    return found


def _overwritten(guild: Guild, user: str, channel: Channel, base: int) -> int:
    """First @everyone's overwrite, then those of all roles together, then the member's own."""
    found = base
    if general := channel.overwrites.get(guild.id):
        found = found & ~general.deny | general.allow
    roles = [channel.overwrites[role] for role in guild.members[user].roles if role in channel.overwrites]
    for one in roles:
        found &= ~one.deny
    for one in roles:
        found |= one.allow
    if own := channel.overwrites.get(user):
        found = found & ~own.deny | own.allow
    return found
