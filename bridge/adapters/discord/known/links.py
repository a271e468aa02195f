"""Links to messages: "https://discord.com/channels/<server>/<channel>/<message>", "@me" for a direct message. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

HOSTS = ("discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com", "www.discord.com")
DIRECT = "@me"
_PATH = re.compile(r"/channels/(@me|[0-9]{1,20})/([0-9]{1,20})/([0-9]{1,20})/?")


@dataclass(frozen=True, slots=True)
class Link:
    """`guild`: the server's id, or DIRECT."""

    guild: str
    channel: str
    message: str


def write(link: Link) -> str:
    return f"https://{HOSTS[0]}/channels/{link.guild}/{link.channel}/{link.message}"


def read(url: str) -> Link | None:
    """None for anything that is no link to a message there."""
    try:
        found = urlsplit(url)
        host = (found.hostname or "").lower()
    except ValueError:
        return None
    path = _PATH.fullmatch(found.path)
    if found.scheme != "https" or host not in HOSTS or path is None:
        return None
    return Link(path[1], path[2], path[3])
