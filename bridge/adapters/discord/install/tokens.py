"""The bot's token: what else people paste in its place, and the sentence for each. Nothing here asks Discord."""

from __future__ import annotations

import re

WHERE = "the bot's token stands at discord.com/developers/applications, in your application, under Bot, Reset Token"
NEW_TOKEN = (
    "Make a new one at discord.com/developers/applications, under Bot, Reset Token; then run: bridge discord setup"
)

_PREFIX = re.compile(r"(?:authorization:\s*)?bot\s+", re.IGNORECASE)
_OTHERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"https?://\S+"), "that is an address"),
    (re.compile(r"\d{15,20}"), "that is an id, of the application or of somebody"),
    (re.compile(r"[0-9a-f]{64}", re.IGNORECASE), "that is the application's public key"),
    (re.compile(r"mfa\.\S+"), "that is a person's token, which would act as that person, and Discord forbids it"),
    (re.compile(r"[\w-]{32}"), "that is the application's client secret"),
)


def tidy(typed: str) -> str:
    """The token alone, of how it stands in a header or in a file of variables: `Bot …`, in quotes."""
    bare = typed.strip().strip("\"'").strip()
    return bare[found.end() :].strip() if (found := _PREFIX.match(bare)) else bare


def refused(token: str) -> str:
    """Why this is certainly no bot's token; empty where only Discord can tell. Never repeats it."""
    if not token:
        return f"nothing was typed; {WHERE}"
    if len(token.split()) > 1:
        return f"a token is one word; {WHERE}"
    said = next((said for shape, said in _OTHERS if shape.fullmatch(token)), "")
    return f"{said}; {WHERE}" if said else ""
