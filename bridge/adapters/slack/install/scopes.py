"""What the bridge asks of a workspace: each scope, what it is for, and what its absence costs.

Sources: each method's and event's page on docs.slack.dev. `chat:write.customize` is not asked for on purpose: a
message sent with it can never be deleted. The order is the manifest's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """`feature`: what it is for. `costs`: what does not work without it. Whoever installs may refuse optional ones."""

    name: str
    feature: str
    costs: str
    optional: bool = False


SCOPES: tuple[Scope, ...] = (
    Scope("commands", "the slash commands and shortcuts", "no command and no shortcut works"),
    Scope("chat:write", "sending, editing and deleting messages", "nothing can be sent"),
    Scope("app_mentions:read", "hearing @bridge in a channel or thread", "mentions of the bot are not heard"),
    Scope("im:history", "hearing what people write to the bot", "direct messages to the bot are not heard"),
    Scope("im:write", "opening a direct message", "digests and private answers can't be delivered"),
    Scope("users:read", "names, pictures, time zones, status, who is a guest", "people have no names and no time zone"),
    Scope("channels:read", "who is in a public channel", "no channel can be a feed, since its members are unknown"),
    Scope(
        "channels:history",
        "answers, edits and shared messages in public channels",
        "answers in threads are not heard in public channels, and a message may come twice there",
        optional=True,
    ),
    Scope("channels:join", "“here” in a public channel", "somebody has to type /invite there first", optional=True),
    Scope("groups:read", "private channels", "no private channel can be a feed", optional=True),
    Scope(
        "groups:history",
        "answers, edits and shared messages in private channels",
        "answers in threads are not heard in private channels, and a message may come twice there",
        optional=True,
    ),
    Scope("mpim:read", "group direct messages", "no group direct message can be a feed", optional=True),
    Scope(
        "mpim:history",
        "answers, edits and shared messages in group direct messages",
        "answers in threads are not heard in group direct messages, and a message may come twice there",
        optional=True,
    ),
    Scope("reactions:read", "sharing and liking by reaction", "reactions do nothing", optional=True),
    Scope(
        "files:read", "pictures and files of shared messages", "messages are shared without their files", optional=True
    ),
    Scope("files:write", "showing pictures inside messages", "pictures are named, not shown", optional=True),
)

CERTAIN = ("channels:history", "groups:history", "mpim:history", "im:history")
"""Without the one of a place's kind, nothing can be looked for there: after a lost answer a message is sent again."""

REQUIRED = tuple(scope.name for scope in SCOPES if not scope.optional)
OPTIONAL = tuple(scope.name for scope in SCOPES if scope.optional)


def missing(granted: Collection[str]) -> list[Scope]:
    """What is lacking, the required ones first."""
    lacking = [scope for scope in SCOPES if scope.name not in granted]
    return sorted(lacking, key=lambda scope: scope.optional)
