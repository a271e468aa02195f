"""Words that mean nothing to Discord, wherever it shows them. Pure.

What would be markup gets a backslash, which no client shows. What begins with `<` (mentions, commands, times, emoji),
an address that is no safe one, and `@everyone` get a zero-width space: they are read by the service, too, which knows
of no backslashes. The client's rules: support.discord.com, "Markdown Text 101".
"""

from __future__ import annotations

from urllib.parse import quote

import regex

from bridge.adapters._emoji import with_characters
from bridge.adapters._text import JOINER, visible
from bridge.model.clean import safe_url

_MARKED = regex.compile(
    r"""
      (?P<url>(?i:https?)://[^\s<>]+)
    | (?P<scheme>(?<=\w):(?=//))
    | (?<![~\w])~(?=\d)(*SKIP)(*FAIL)  # an update's number, ~1042, is read and typed
    | (?P<line>(?m:^)[^\S\n]*(?:\#{1,3}(?=\s|\Z)|-\#?(?=\s|\Z)|\+(?=\s|\Z)|>|\d+(?=\.(?:\s|\Z))))
    | (?P<mark>[\\*_~`|\[\]])
    | (?P<angle><(?=[^\s\d=<-]|\Z))
    | (?P<all>[@＠](?=(?i:everyone|here)))
    """,
    regex.VERBOSE,
)
_CALLING_ALL = regex.compile(r"[@＠](?=(?i:everyone|here))")
_ANGLE = regex.compile(r"<(?=[@#:/\p{L}])")
_CALLING = regex.compile(r"[@＠](?=(?i:everyone|here))|<(?=@[!&]?\d|#\d|a?:\w+:\d|/[^<>\n]+:\d|id:|t:-?\d)")
"""What the service, or a client that is not careful, might read even between backticks."""
_AFTER_URL = ".,;:!?'’\"”)]}~|*_…"
"""What ends a sentence rather than an address."""


def escaped(text: str) -> str:
    """Text that stays without meaning. A safe address in it is a link, in angle brackets, which say where it ends."""
    return _MARKED.sub(_mark, with_characters(visible(text)))


def inner(text: str) -> str:
    """The same where nothing may be a link: inside of a style or of a link."""
    return _MARKED.sub(_dead_mark, with_characters(visible(text)))


def target(url: str) -> str:
    """A safe address where Discord reads addresses, the same but for what would call all."""
    return _CALLING_ALL.sub(lambda found: quote(found[0]), url)


def code(text: str) -> str:
    """What stands between backticks."""
    return _CALLING.sub(rf"\g<0>{JOINER}", visible(text))


def quiet(text: str) -> str:
    """Words for where Discord shows no markdown (names, buttons, menus), on one line. Nothing there is read; what would
    ping is parted all the same, as it may be copied."""
    one_line = " ".join(visible(with_characters(text)).split())
    return _ANGLE.sub(rf"\g<0>{JOINER}", _CALLING_ALL.sub(rf"\g<0>{JOINER}", one_line))


def _mark(found: regex.Match[str]) -> str:
    if found.lastgroup != "url":
        return _dead_mark(found)
    address = found[0].rstrip(_AFTER_URL)
    if target(safe_url(address) or "") != address:
        return _dead_mark(found)
    return f"<{address}>{inner(found[0][len(address) :])}"


def _dead_mark(found: regex.Match[str]) -> str:
    match found.lastgroup:
        case "url":
            scheme, rest = found[0].split("://", 1)
            return f"{scheme}:{JOINER}//{inner(rest)}"
        case "scheme" | "all":
            return found[0] + JOINER
        case "angle":
            return f"\\<{JOINER}"
        case "line":
            mark = found[0].lstrip()
            before = found[0][: len(found[0]) - len(mark)]
            return before + (f"{mark}\\" if mark.isdigit() else "".join(f"\\{one}" for one in mark))
        case _:
            return f"\\{found[0]}"
