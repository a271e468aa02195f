"""How the platform is called, and which names a command may have there.

Slack refuses a whole manifest for one refused name, and its official schema does not catch it: so it is caught here.
"""

from __future__ import annotations

import re

PLATFORM = "slack"
LONGEST = 32
"""Characters of a command's name, its slash included (manifest schema 1.0.0)."""

# fmt: off
BUILT_IN = frozenset({
    "apps", "archive", "away", "call", "close", "collapse", "dm", "dnd", "expand", "feed", "feedback", "invite",
    "invite_people", "join", "kick", "leave", "me", "msg", "mute", "open", "part", "prefs", "pro", "remind",
    "remove", "rename", "search", "shortcuts", "shrug", "star", "status", "topic", "unarchive", "who",
})
# fmt: on
"""Slack's own commands: slack.com/help/articles/201259356, and what other integrations found to be refused."""
DOUBTFUL = frozenset({"help", "debug", "send"})
"""Reports differ on whether Slack registers these."""

_SHAPE = re.compile(r"/[a-z0-9][a-z0-9-]*")


def check(name: str) -> str:
    """The name, as it is. Raises ValueError with what is wrong with it and what to take instead."""
    if not name.startswith("/"):
        raise ValueError(f"a command begins with a slash, like /{name or 'bridge'}")
    if len(name) > LONGEST:
        raise ValueError(f"{name} has {len(name)} characters, and Slack takes {LONGEST} with the slash")
    if not _SHAPE.fullmatch(name):
        raise ValueError(f"{name} can't be a command: Slack takes a slash, then small letters a-z, digits and hyphens")
    if name[1:] in BUILT_IN:
        verb = f"/bridge {name[1:]}" if name != "/status" else "/bridge status or /update"
        raise ValueError(
            f"{name} is Slack's own command, and one refused name spoils the whole manifest; people type {verb}"
        )
    if name[1:] in DOUBTFUL:
        raise ValueError(
            f"{name} may be refused by Slack, and one refused name spoils the whole manifest; choose another"
        )
    return name


def refusal(name: str) -> str:
    """What is wrong with the name; empty when nothing is."""
    try:
        check(name)
    except ValueError as error:
        return str(error)
    return ""
