"""Which events concern us at all: the cheap look that ordinary chatter gets, before anything is remembered. Pure.

Shapes: docs.discord.com/developers/events/gateway-events. What the others say is `read`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord.heard.walk import id_in, number_in
from bridge.model.policy import Policy

PEOPLE_SAY = (0, 19)
"""Types of messages that a person wrote: an ordinary one, and a reply (docs: message types)."""


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are: the application's and the bot's ids. `servers`: those that belong to the organisation. `content`:
    whether ordinary messages come with their words."""

    app: str
    user: str
    servers: frozenset[str]
    content: bool = False
    name: str = "Bridge"


def lane(payload: object, us: Us, policy: Policy, threads: Container[str] = ()) -> str:
    """Which events have to be worked on in order with this one; "" where it cannot concern us. `threads`: ids of those
    that may have begun under a message of ours."""
    d, kind = at(payload, "d"), word(payload, "t")
    concerns = _CONCERNS.get(kind)
    guild = id_in(d, "guild_id")
    if concerns is None or not isinstance(d, Mapping) or (guild and guild not in us.servers):
        return ""
    if found := concerns(d, us, policy):
        return found
    in_thread = kind == "MESSAGE_CREATE" and us.content and id_in(d, "channel_id") in threads
    return id_in(d, "channel_id") if in_thread and _by_people(d, us) and readable(d) else ""


def by_program(message: object, us: Us) -> bool:
    """Written by us or any other program."""
    author = at(message, "author")
    return at(author, "bot") is True or bool(word(message, "webhook_id")) or id_in(author, "id") in ("", us.user)


def named_at(text: str, us: Us) -> re.Match[str] | None:
    """Our name at the beginning of a text, with what separates it from the rest."""
    return re.match(rf"\s*<@!?{re.escape(us.user)}>[\s,:]*", text)


def answered_in(message: object) -> str:
    """The message that this one replies to, "" for none."""
    return id_in(message, "message_reference", "message_id") if number_in(message, "type") == 19 else ""


def readable(message: object) -> bool:
    """Whether it came with its words: without the intent only in direct messages, and where we are mentioned
    (docs: gateway, message content intent)."""
    if not id_in(message, "guild_id"):
        return True
    # Whatever bridge.toml says: the intent can be switched off at Discord at any time.
    return bool(word(message, "content") or listed(message, "attachments"))


def _by_people(message: object, us: Us) -> bool:
    return not by_program(message, us) and number_in(message, "type") in PEOPLE_SAY


def _message(d: object, us: Us, policy: Policy) -> str:
    channel = id_in(d, "channel_id")
    if not _by_people(d, us) or not readable(d):
        return ""
    if not id_in(d, "guild_id") or named_at(word(d, "content"), us):
        return channel
    answers_us = bool(answered_in(d)) and id_in(d, "referenced_message", "author", "id") == us.user
    return channel if answers_us else ""


def _edited(d: object, us: Us, policy: Policy) -> str:
    """Links that unfold, and threads that begin, are told as edits too; those have no time."""
    if by_program(d, us) or not word(d, "edited_timestamp") or not readable(d):
        return ""
    return id_in(d, "channel_id")


def _channel(d: object, us: Us, policy: Policy) -> str:
    return id_in(d, "channel_id")


def _reaction(d: object, us: Us, policy: Policy) -> str:
    emoji = emoji_in(d)
    if id_in(d, "user_id") in ("", us.user) or at(d, "member", "user", "bot") is True:
        return ""
    return id_in(d, "channel_id") if policy.shares(emoji) or policy.likes(emoji) else ""


def emoji_in(d: object) -> str:
    """The character; a server's own emoji by its name, ":mega:"."""
    name = word(d, "emoji", "name")[:100]
    return f":{name}:" if name and word(d, "emoji", "id") else name


def _itself(d: object, us: Us, policy: Policy) -> str:
    return id_in(d, "id")


def _rights(d: object, us: Us, policy: Policy) -> str:
    """What a role, or we ourselves, may do may have changed."""
    return id_in(d, "guild_id") if id_in(d, "user", "id") in ("", us.user) else ""


def _server(d: object, us: Us, policy: Policy) -> str:
    guild = id_in(d, "id")
    return guild if guild in us.servers and at(d, "unavailable") is not True else ""


_CONCERNS: Mapping[str, Callable[[object, Us, Policy], str]] = {
    "MESSAGE_CREATE": _message,
    "MESSAGE_UPDATE": _edited,
    "MESSAGE_DELETE": _channel,
    "MESSAGE_DELETE_BULK": _channel,
    "MESSAGE_REACTION_ADD": _reaction,
    "MESSAGE_REACTION_REMOVE": _reaction,
    "CHANNEL_CREATE": _itself,
    "CHANNEL_UPDATE": _itself,
    "CHANNEL_DELETE": _itself,
    "THREAD_DELETE": _itself,
    "GUILD_CREATE": _server,
    "GUILD_DELETE": _server,
    "GUILD_ROLE_UPDATE": _rights,
    "GUILD_MEMBER_UPDATE": _rights,
}
