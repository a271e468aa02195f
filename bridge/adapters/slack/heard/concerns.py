"""Which events concern us at all: the cheap look that ordinary chatter gets, before anything is remembered.

`parent_user_id`, `channel_type`, subtypes: docs.slack.dev/reference/events/message. What the others say is `read`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from bridge.adapters._walk import at, listed, word
from bridge.adapters.slack.heard.walk import channel_in, ts_in, user_in
from bridge.model.policy import Policy

PEOPLE_SAY = ("", "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that a person wrote."""
BACK = ("channel_unarchive", "group_unarchive")
CAME_OR_WENT = ("member_joined_channel", "member_left_channel")
SAID_OF_CHANNELS = ("channel_convert_to_private", "channel_convert_to_public", "channel_name", "group_name")
"""Subtypes of messages by which Slack says what became of a channel; of some of it there is no other event
(docs.slack.dev/reference/events/message)."""
REMOVED = ("channel_left", "group_left")
ARCHIVED = ("channel_archive", "group_archive")
DELETED = ("channel_deleted", "group_deleted")
GONE = (*REMOVED, *ARCHIVED, *DELETED)


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are in one workspace: its id, our bot's user and bot ids (B…), our app's id, and the id of the enterprise
    it belongs to ("": unknown, or none). `handle`: what people type after @ for it."""

    team: str
    user: str
    bot: str = ""
    app: str = ""
    enterprise: str = ""
    handle: str = "bridge"


class Change(Enum):
    """What an event changes in what is known of its channel."""

    NOTHING = "nothing"
    PEOPLE = "people"
    CHANNEL = "channel"


def change(event: object) -> Change:
    kind, subtype = word(event, "type"), word(event, "subtype")
    if kind == "message":
        kind = subtype if subtype in SAID_OF_CHANNELS else ""
    if kind in CAME_OR_WENT:
        return Change.PEOPLE
    return Change.CHANNEL if kind.startswith(("channel_", "group_", "member_")) else Change.NOTHING


def lane(payload: object, us: Us, policy: Policy) -> str:
    """What events have to be worked in order with this one (a channel or a user); "" where it cannot concern us."""
    event = at(payload, "event")
    concerns = _CONCERNS.get(word(event, "type"))
    return concerns(event, us, policy) if concerns and _for_our_app(payload, us) else ""


def _for_our_app(payload: object, us: Us) -> bool:
    app = word(payload, "api_app_id")
    return not us.app or not app or app == us.app


def by_program(message: object, us: Us) -> bool:
    """Written by us or any other program."""
    return bool(word(message, "bot_id")) or word(message, "user") in ("", us.user, "USLACKBOT")


def named_at(text: str, us: Us) -> re.Match[str] | None:
    """Our name at the beginning of a text, with what separates it from the rest."""
    return re.match(rf"\s*<@{re.escape(us.user)}(\|[^>]*)?>[\s,:]*", text)


def _under_ours(event: object, us: Us) -> bool:
    """In a thread under one of our messages. `parent_user_id`: docs.slack.dev/reference/events/message."""
    thread = ts_in(event, "thread_ts")
    return bool(thread) and thread != ts_in(event, "ts") and word(event, "parent_user_id") == us.user


def _message_concerns(event: object, us: Us, policy: Policy) -> str:
    where, subtype = channel_in(event, "channel"), word(event, "subtype")
    if subtype == "message_changed":
        message = at(event, "message")
        if word(message, "subtype") == "tombstone":
            return where
        changed = word(message, "text") != word(event, "previous_message", "text")
        return where if changed and not by_program(message, us) else ""
    if subtype == "message_deleted":
        return where
    if subtype not in PEOPLE_SAY or by_program(event, us):
        return ""
    if where.startswith("D"):
        return where
    # What begins with our name comes as app_mention, too.
    return where if _under_ours(event, us) and not named_at(word(event, "text"), us) else ""


def _mention_concerns(event: object, us: Us, policy: Policy) -> str:
    where = channel_in(event, "channel")
    if by_program(event, us) or where.startswith("D") or word(event, "subtype") not in PEOPLE_SAY:
        return ""
    # Elsewhere in the text our name is a word like others: "the status of <@bridge>" is no command.
    return where if named_at(word(event, "text"), us) else ""


def _reaction_concerns(event: object, us: Us, policy: Policy) -> str:
    emoji = word(event, "reaction")
    if word(event, "item", "type") != "message" or word(event, "user") in ("", us.user):
        return ""
    return channel_in(event, "item", "channel") if policy.shares(emoji) or policy.likes(emoji) else ""


def _about_us(event: object, us: Us, policy: Policy) -> str:
    return channel_in(event, "channel") if word(event, "user") == us.user else ""


def _channel_concerns(event: object, us: Us, policy: Policy) -> str:
    return channel_in(event, "channel")


def _home_concerns(event: object, us: Us, policy: Policy) -> str:
    return user_in(event, "user") if word(event, "tab") == "home" else ""


def _status_concerns(event: object, us: Us, policy: Policy) -> str:
    return user_in(event, "user", "id")


def _change_concerns(event: object, us: Us, policy: Policy) -> str:
    return "" if at(event, "user", "is_bot") is True else user_in(event, "user", "id")


def withdrawn(event: object) -> bool:
    """It says that the bot's token is no longer good."""
    kind = word(event, "type")
    return kind == "app_uninstalled" or (kind == "tokens_revoked" and bool(listed(event, "tokens", "bot")))


def _withdrawn_concerns(event: object, us: Us, policy: Policy) -> str:
    return us.team if withdrawn(event) else ""


_CONCERNS: Mapping[str, Callable[[object, Us, Policy], str]] = {
    "message": _message_concerns,
    "app_mention": _mention_concerns,
    "reaction_added": _reaction_concerns,
    "reaction_removed": _reaction_concerns,
    "member_joined_channel": _about_us,
    "member_left_channel": _about_us,
    **dict.fromkeys((*GONE, *BACK), _channel_concerns),
    "app_home_opened": _home_concerns,
    "user_status_changed": _status_concerns,
    "user_change": _change_concerns,
    "tokens_revoked": _withdrawn_concerns,
    "app_uninstalled": _withdrawn_concerns,
}
