"""What Discord documents about the routes that are played: permissions, bodies with their limits, and error codes.

Written by hand from docs.discord.com/developers (resources/message, channel, guild, user; interactions/*;
components/reference; topics/opcodes-and-status-codes); a test compares it with the OpenAPI document where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.discord.bodies import (
    CALLBACK,
    COMMANDS,
    FOLLOWUP,
    MESSAGE,
    MESSAGE_EDIT,
    OPEN_DM,
    ORIGINAL_EDIT,
)
from tests.fakes.discord.fields import Field, Shape
from tests.fakes.discord.permissions import P

ERRORS: dict[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10002: (404, "Unknown Application"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20012: (403, "You are not authorized to perform this action on this application"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    40003: (400, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    90001: (403, "Reaction blocked"),
    160002: (400, "Cannot reply without permission to read message history"),
    160005: (403, "Thread is locked"),
}
"""Code -> HTTP status and message. The codes are documented (opcodes-and-status-codes#json), the statuses are what
people report."""


NOTHING = P(0)
ALWAYS = frozenset({0, 50035, 50109})
"""Codes that any route may answer with."""


@dataclass(frozen=True)
class Route:
    """`needs`: permissions of the bot in the channel or guild; without VIEW_CHANNEL the answer is 50001, without
    another 50013. `body`: what a JSON body may hold. `query`: what may stand behind the question mark. `errors`: codes
    it may answer with, beside ALWAYS. `auth`: whether the bot's token is needed. `files`: whether multipart is read."""

    needs: P = NOTHING
    body: Shape | Field | None = None
    query: Shape = field(default_factory=dict)
    errors: frozenset[int] = frozenset()
    auth: bool = True
    files: bool = False


def _codes(*codes: int) -> frozenset[int]:
    return frozenset(codes)


_PAGE: Shape = {
    "limit": Field("int", least=1, most=100),
    "before": Field("id"),
    "after": Field("id"),
    "around": Field("id"),
}
_CHANNEL = "/channels/{channel_id}"
_MESSAGES = f"{_CHANNEL}/messages"
_ONE = f"{_MESSAGES}/{{message_id}}"
_REACTION = f"{_ONE}/reactions/{{emoji_name}}/@me"
_GUILD = "/guilds/{guild_id}"
_COMMANDS = "/applications/{application_id}/commands"
_GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL = f"{_HOOK}/messages/@original"
_LOCALIZED: Shape = {"with_localizations": Field("bool")}
_WRITING = (10003, 10008, 50001, 50006, 50007, 50008, 50013, 50083, 50278, 160005)

ROUTES: dict[str, Route] = {
    "GET /users/@me": Route(),
    "GET /oauth2/applications/@me": Route(),
    "GET /applications/@me": Route(),
    "GET /gateway/bot": Route(),
    "GET /users/@me/guilds": Route(
        query={
            "limit": Field("int", least=1, most=200),
            "before": Field("id"),
            "after": Field("id"),
            "with_counts": Field("bool"),
        }
    ),
    f"GET {_GUILD}": Route(query={"with_counts": Field("bool")}, errors=_codes(10004)),
    f"GET {_GUILD}/channels": Route(errors=_codes(10004, 50001)),
    f"GET {_GUILD}/roles": Route(errors=_codes(10004, 50001)),
    f"GET {_GUILD}/members/{{user_id}}": Route(errors=_codes(10004, 10007, 10013, 50001)),
    f"GET {_GUILD}/threads/active": Route(errors=_codes(10004, 50001)),
    f"GET {_GUILD}/audit-logs": Route(
        needs=P.VIEW_AUDIT_LOG,
        query={
            "user_id": Field("id"),
            "target_id": Field("id"),
            "action_type": Field("int"),
            "before": Field("id"),
            "after": Field("id"),
            "limit": Field("int", least=1, most=100),
        },
        errors=_codes(10004, 50001, 50013),
    ),
    f"GET {_CHANNEL}": Route(needs=P.VIEW_CHANNEL, errors=_codes(10003, 50001)),
    f"GET {_MESSAGES}": Route(needs=P.VIEW_CHANNEL, query=_PAGE, errors=_codes(10003, 50001)),
    f"POST {_MESSAGES}": Route(
        needs=P.VIEW_CHANNEL | P.SEND_MESSAGES,
        body=MESSAGE,
        errors=_codes(*_WRITING, 40005, 160002),
        files=True,
    ),
    f"GET {_ONE}": Route(needs=P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY, errors=_codes(10003, 10008, 50001, 50013)),
    f"PATCH {_ONE}": Route(needs=P.VIEW_CHANNEL, body=MESSAGE_EDIT, errors=_codes(*_WRITING, 40005, 50005), files=True),
    f"DELETE {_ONE}": Route(needs=P.VIEW_CHANNEL, errors=_codes(10003, 10008, 50001, 50003, 50013, 50083)),
    f"PUT {_REACTION}": Route(
        needs=P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY,
        errors=_codes(10003, 10008, 10014, 30010, 50001, 50013, 50083, 90001),
    ),
    f"DELETE {_REACTION}": Route(needs=P.VIEW_CHANNEL, errors=_codes(10003, 10008, 10014, 50001, 50083)),
    "POST /users/@me/channels": Route(body=OPEN_DM, errors=_codes(40003, 50007, 50033)),
    f"GET {_COMMANDS}": Route(query=_LOCALIZED, errors=_codes(10002, 20012)),
    f"PUT {_COMMANDS}": Route(body=COMMANDS, errors=_codes(10002, 20012, 30034)),
    f"GET {_GUILD_COMMANDS}": Route(query=_LOCALIZED, errors=_codes(10002, 10004, 20012, 50001)),
    f"PUT {_GUILD_COMMANDS}": Route(body=COMMANDS, errors=_codes(10002, 10004, 20012, 30034, 50001)),
    "POST /interactions/{interaction_id}/{interaction_token}/callback": Route(
        body=CALLBACK,
        query={"with_response": Field("bool")},
        errors=_codes(10008, 10062, 40005, 40060, 50006, 50083),
        auth=False,
        files=True,
    ),
    f"POST {_HOOK}": Route(
        body=FOLLOWUP,
        query={"wait": Field("bool"), "thread_id": Field("id"), "with_components": Field("bool")},
        errors=_codes(10015, 40005, 50006, 50027),
        auth=False,
        files=True,
    ),
    f"GET {_ORIGINAL}": Route(query={"thread_id": Field("id")}, errors=_codes(10008, 10015, 50027), auth=False),
    f"PATCH {_ORIGINAL}": Route(
        body=ORIGINAL_EDIT,
        query={"thread_id": Field("id"), "with_components": Field("bool")},
        errors=_codes(10008, 10015, 40005, 50006, 50027),
        auth=False,
        files=True,
    ),
    f"DELETE {_ORIGINAL}": Route(query={"thread_id": Field("id")}, errors=_codes(10008, 10015, 50027), auth=False),
}
"""`METHOD /template` -> what is known of it."""
