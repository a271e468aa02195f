"""The SDK's client for one connection: it speaks the gateway's protocol, resumes after drops, and remembers as little
as it can. What comes is handed on as Discord sent it."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bridge.adapters.discord import Settings
from bridge.adapters.discord.gateway.timing import Timing
from bridge.adapters.discord.rest.api import LONGEST_WAIT
from bridge.adapters.discord.rest.sdk import proxy_for

log = logging.getLogger(__name__)

Hear = Callable[[dict[str, Any]], None]
"""Takes one dispatch, as it came: {"t": "MESSAGE_CREATE", "s": 7, "d": {…}}."""

OURS_ALONE = (
    "INTERACTION_CREATE",
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "MESSAGE_REACTION_REMOVE_ALL",
    "MESSAGE_REACTION_REMOVE_EMOJI",
)
"""What the SDK need not read: it keeps nothing of it for us, and whatever it stumbles over ends the connection, as an
interaction in a thread that it does not know may (github.com/DisnakeDev/disnake/issues/67)."""


def intents(content: bool) -> discord.Intents:
    """What is listened to: servers and channels, messages and reactions, in servers and direct messages. `content`: the
    one privileged intent that is ever asked for."""
    wanted = discord.Intents.none()
    wanted.guilds = wanted.guild_messages = wanted.guild_reactions = True
    wanted.dm_messages = wanted.dm_reactions = True
    wanted.message_content = content
    return wanted


class Client(discord.Client):
    """`hear` gets every dispatch, in order; `dropped` is told when the line is gone. `before_identify` is awaited
    before each IDENTIFY; what it raises ends the connection."""

    def __init__(
        self,
        settings: Settings,
        content: bool,
        timing: Timing,
        hear: Hear,
        dropped: Callable[[], None],
        before_identify: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            intents=intents(content),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=True,
            heartbeat_timeout=timing.heartbeat,
            guild_ready_timeout=0.2,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            proxy=proxy_for(settings.gateway),
        )
        self._hear, self._dropped, self._before_identify = hear, dropped, before_identify
        for event in OURS_ALONE:
            self._connection.parsers.pop(event, None)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await self._before_identify()

    async def on_disconnect(self) -> None:
        self._dropped()

    async def on_socket_raw_receive(self, text: str | bytes) -> None:
        """Everything that comes, decompressed, before the SDK reads it (discord/gateway.py: debug_log_receive)."""
        try:
            payload = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(payload, dict) and payload.get("op") == 0:
            try:
                self._hear(payload)
            except Exception:
                # The supervisor of a dispatch: the SDK would say so to nobody.
                log.exception("what the gateway told could not be heard")
