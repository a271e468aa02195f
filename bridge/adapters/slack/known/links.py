"""Links to messages of one workspace: "https://acme.slack.com/archives/C123/p1700000000000100", in a thread with
"?thread_ts=1699999999.000200&cid=C123" behind it. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_PATH = re.compile(r"/archives/([CDG][A-Z0-9]+)/p(\d{10,16})(\d{6})/?")
_TS = re.compile(r"\d{10,16}\.\d{6}")


@dataclass(frozen=True, slots=True)
class Link:
    """`channel`: C…, G… or D…. `thread`: the message it stands under, "" at the top level."""

    channel: str
    message: str
    thread: str = ""


def split_thread(key: str) -> tuple[str, str]:
    """A place's key as (channel, thread): "C1:1700000000.000100" -> ("C1", "1700000000.000100"), "C1" -> ("C1", "")."""
    channel, _, thread = key.partition(":")
    return channel, thread


def write(root: str, link: Link) -> str:
    """`root`: the workspace's address, "https://acme.slack.com/"."""
    url = f"{root.rstrip('/')}/archives/{link.channel}/p{link.message.replace('.', '')}"
    return f"{url}?thread_ts={link.thread}&cid={link.channel}" if link.thread else url


def read(root: str, url: str) -> Link | None:
    """None for anything that is no link to a message of that workspace."""
    try:
        found, home = urlsplit(url), urlsplit(root)
        if found.scheme not in ("https", home.scheme) or not home.netloc or found.netloc.lower() != home.netloc.lower():
            return None
    except ValueError:
        return None
    path = _PATH.fullmatch(found.path)
    if path is None:
        return None
    channel, message = path[1], f"{path[2]}.{path[3]}"
    thread = parse_qs(found.query).get("thread_ts", [""])[0]
    inside = bool(_TS.fullmatch(thread)) and thread != message
    return Link(channel, message, thread if inside else "")
