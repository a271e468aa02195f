"""What goes wrong at Discord, as a SendFailure: its error codes (`CODES`), its HTTP statuses, the SDK's exceptions.

Who can mend it decides. The message is at fault: Refused (the plain form is tried once). The place is closed, and
somebody there can open it: Unreachable (it is paused and its owner told). The application, its token, the way to
Discord or Discord itself: Transient, so that everything waits and no place is paused for it. Nobody knows whether it
happened: Uncertain, for posts only, since everything else may simply be asked again.

Codes: docs, topics/opcodes-and-status-codes; and 20026, which they leave out (discord-api-docs #2669).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import aiohttp
import discord

from bridge.adapters.discord.rest.pace import read_head
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain, Unreachable, Vanished
from bridge.model.pace.told import at_least, bounded


class TokenRefused(Transient):
    """Discord no longer takes the bot's token. Reset it in the Developer Portal, under Bot, and give Bridge the new
    one."""


class IntentMissing(Transient):
    """The bot lacks an intent. Switch it on in the Developer Portal, under Bot, or leave out what needs it."""


class SearchClosed(Refused):
    """It is not known whether it was sent, and Discord lets me read nothing there."""


class Archived(Unreachable):
    """Nobody wrote there for a while; what stands there can be changed once the thread is open again."""


class Expired(Refused):
    """Discord takes no answer to that any more."""


class Answered(Refused):
    """That was answered already."""


_SEE = "Give the role {handle} the permissions View Channel and Send Messages there."
_WRITE = (
    "Give the role {handle} the permissions Send Messages, Send Messages in Threads, Embed Links, Attach Files and "
    "Read Message History there."
)
_INVITE = "Add me to the server again: `bridge discord invite` prints the link."
_OTHER = "Name a text channel or one of its threads instead."

_TOKEN = frozenset({20002, 40001, 50014, 50025})

_RATE: Mapping[int, int] = {20016: 30, 20022: 60, 20028: 30, 20029: 30, 30046: 600, 40003: 600, 40062: 30}
"""Seconds to wait where the answer does not say."""

_UNCLEAR = frozenset({130000})
ARCHIVED, EMPTY = 50083, 50006

_LATER: Mapping[int, str] = {
    10002: "Discord knows the application no more. Give Bridge the token of one that there is.",
    20012: "Discord says that this application belongs to somebody else. Give Bridge the token of your own.",
    20026: "Discord's spam filter holds the bot back. Whoever made it can appeal in the Developer Portal.",
    30034: "Discord takes no more new commands today.",
    40002: "Discord wants whoever made the application to verify their account.",
    40004: "Discord takes no messages just now.",
    40006: "Discord switched this off for a while.",
    40333: "Something between Bridge and Discord blocks its requests (Cloudflare).",
    50010: "The application has no bot. Make one in the Developer Portal, under Bot.",
    50026: f"I was added to the server without all I need. {_INVITE}",
    50041: "Discord no longer speaks this version of its API. Update Bridge.",
    50067: "Discord does not take requests from this address.",
    50178: "Discord wants whoever made the application to verify their account.",
    60003: "The server asks for two-factor authentication. Whoever made the application can switch it on.",
    110000: "Discord is still looking.",
    110001: "Discord is still setting up the application.",
}

_CLOSED: Mapping[int, str] = {
    10003: "The channel is gone.",
    10004: f"The server is gone, or I'm not in it. {_INVITE}",
    10007: "This person is not in the server.",
    10013: "Discord knows no such person any more.",
    30033: "The thread is full.",
    40007: "This person is banned from the server.",
    40058: "A forum takes no messages of its own. Name one of its posts instead.",
    40066: "Only moderators can set the tags that this forum asks for.",
    40067: "The forum asks for a tag on each post. Take that rule away, or name one of its posts instead.",
    50001: f"I can't see the channel. {_SEE}",
    50006: f"Discord left out what I wrote in the channel. {_WRITE}",
    50007: "This person blocked me, or takes no direct messages.",
    50008: f"Nobody can write messages there. {_OTHER}",
    50009: "The server asks for a higher verification level than I have. Whoever looks after it can lower that.",
    50013: f"I'm not allowed to write in the channel. {_WRITE}",
    50024: f"Discord lets nobody do that in a channel of this kind. {_OTHER}",
    50033: "Discord lets me write no direct messages to this account.",
    50055: f"The server is gone, or I'm not in it. {_INVITE}",
    50083: "The thread is archived. Write something in it to open it again.",
    50095: "The server can't be reached from where Bridge runs.",
    50278: "This person shares no server with me, or takes no direct messages from its members.",
    160002: "I may not read back in the channel. Give the role {handle} the permission Read Message History there.",
    160005: "The thread is locked. A moderator can unlock it.",
    160006: "The server has as many open threads as there can be. Close some.",
    160007: "The server has as many open announcement threads as there can be. Close some.",
}
"""What an owner reads."""

_AT_FAULT = frozenset({
    10011, 10014, 10063, 10066, 10087, 20001, 20009, 30010, 30015, 30032, 40005, 40041, 40094, 50002, 50003, 50005,
    50021, 50028, 50035, 50045, 50046, 50068, 50084, 50085, 50109, 50110, 50123, 50138, 50146, 50151, 90001,
    160004, 200000, 200001, 240000, 400001,
})  # fmt: skip

CODES: Mapping[int, type[SendFailure]] = {
    **dict.fromkeys(_AT_FAULT, Refused),
    **dict.fromkeys(_CLOSED, Unreachable),
    **dict.fromkeys(_LATER, Transient),
    **dict.fromkeys(_RATE, Throttled),
    **dict.fromkeys(_TOKEN, TokenRefused),
    **dict.fromkeys(_UNCLEAR, Uncertain),
    **dict.fromkeys((10015, 10062, 50027), Expired),
    10008: Vanished,
    40060: Answered,
}
"""What each code means on a route of ours, wherever the route does not decide. Those of things that Bridge never does
(gifts, stickers, stages …) are left out; for them as for new ones the HTTP status speaks."""

_HISTORY = re.compile(r"/channels/\d+/messages(/.*)?$")
_MEMBERS = re.compile(r"/guilds/\d+/members(/search)?$")
_SERVER = re.compile(r"/guilds/\d+(/.*)?$")
_COMMANDS = re.compile(r"/applications/.+$")
_INTERACTION = re.compile(r"/(interactions|webhooks)/\d+/.+$")

_NOT_ARRIVED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,
    aiohttp.WSServerHandshakeError,
)
"""No connection was made, so nothing was asked."""


def failure_of(error: Exception, posts: bool, handle: str = "Bridge") -> SendFailure:
    """What an exception of a request (or of logging in) means. `posts`: doing it twice shows it twice. `handle`: the
    name of the bot's role in a server."""
    match error:
        case discord.HTTPException():
            return _answered(error, posts, handle)
        case discord.RateLimited():
            return Throttled(seconds=at_least(bounded(error.retry_after)))
        case discord.LoginFailure():
            return TokenRefused()
        case discord.PrivilegedIntentsRequired():
            return IntentMissing()
        case discord.ConnectionClosed():
            kind = {4004: TokenRefused, 4014: IntentMissing}.get(error.code, Transient)
            return kind(reason=f"Discord closed the connection ({error.code})")
        case discord.InteractionResponded():
            return Answered()
        case discord.GatewayNotFound() | discord.MissingApplicationID():
            return Transient(reason="Discord did not tell where to connect")
        case discord.InvalidData():
            return _unclear("Discord's answer can't be read", posts)
        case discord.ClientException():
            # The SDK found fault with what it was given, and asked nothing.
            return Refused(reason=type(error).__name__)
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError() if not isinstance(
            error, aiohttp.RedirectClientError
        ):
            return Transient(reason="the address of Discord's API is wrong")
        case _ if isinstance(error, _NOT_ARRIVED):
            secure = "secure " if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch) else ""
            return Transient(reason=f"no {secure}connection to Discord")
        case RuntimeError() if str(error) == "Session is closed":
            return Transient(reason="Bridge is stopping")
        case TimeoutError():
            return _unclear("no answer in time", posts)
        case aiohttp.ClientError() | OSError():
            return _unclear("the connection broke", posts)
        case _:
            return _unclear(f"Discord's answer can't be read ({type(error).__name__})", posts)


def _answered(error: discord.HTTPException, posts: bool, handle: str) -> SendFailure:
    status, headers, path = error.status, error.response.headers, error.response.url.path
    code = error.code if isinstance(error.code, int) else 0
    kind = CODES.get(code)
    if status >= 500 or status < 400 or status == 408 or kind is Uncertain:
        return _unclear(f"HTTP {status}", posts)
    if status == 429 or kind is Throttled:
        return Throttled(seconds=_seconds(status, headers, code))
    if status == 401 and _INTERACTION.search(path):
        return Expired()
    if status == 401 or kind is TokenRefused:
        return TokenRefused()
    if not headers.get("Content-Type", "").startswith("application/json"):
        # No answer of Discord's own: whatever stands between us did not let the request through.
        return Refused(reason="HTTP 413: too big") if status == 413 else Transient(reason=f"HTTP {status}")
    if code in (50001, 50013) and (other := _no_access(error.response.method, path, code)):
        return other
    if kind is Expired or kind is Answered or kind is Vanished:
        return kind()
    if kind is Transient:
        return Transient(reason=_LATER[code])
    if kind is Unreachable:
        return (Archived if code == ARCHIVED else Unreachable)(reason=closed(code, handle))
    if kind is None and status == 403:
        return Unreachable(reason=f"Discord doesn't let me do that there: {_told(error, code)}.")
    return Refused(reason=_told(error, code))


def closed(code: int, handle: str) -> str:
    """What an owner reads of a place that is closed, with what to do."""
    return _CLOSED[code].format(handle=handle)


def _no_access(method: str, path: str, code: int) -> SendFailure | None:
    """What a missing right means where it says nothing about writing in a channel."""
    if method == "GET" and _HISTORY.search(path):
        return SearchClosed()
    if _COMMANDS.search(path):
        return Transient(reason=_LATER[50026])
    if method == "GET" and _MEMBERS.search(path):
        return IntentMissing()
    return Unreachable(reason=_CLOSED[10004]) if code == 50001 and _SERVER.search(path) else None


def _seconds(status: int, headers: Mapping[str, str], code: int) -> float:
    if status != 429:
        return _RATE[code]
    told = read_head(status, headers).retry_after
    return told if "Retry-After" in headers else max(told, _RATE.get(code, 0))


def _unclear(reason: str, posts: bool) -> SendFailure:
    """After a request that may have been carried out."""
    return Uncertain(reason=reason) if posts else Transient(reason=reason)


def _told(error: discord.HTTPException, code: int) -> str:
    """The code with what Discord says about it, which names the part of the message that it did not like."""
    said = " ".join(error.text.split())[:300]
    name = str(code) if code else f"HTTP {error.status}"
    return f"{name} ({said})" if said else name
