"""Between our spans and Discord's markdown, both ways. Pure.

Styles stand around each line by themselves, and links and code outside of them, so that nothing inside can close them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import regex

from bridge.adapters._text import JOINER, faces, fallback, is_address, length, stamp
from bridge.adapters.discord.shown.escaping import code, escaped, inner, quiet, target
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Span, Tag, Text, cut, plain, spans

STYLES = {"time": "t", "date": "D", "both": "f"}
"""14:02; 24 November 2026; 24 November 2026 14:02 (docs.discord.com: reference, timestamp styles)."""

_EDGES = regex.compile(r"(?P<before>\s*)(?P<inside>\S(?:.*\S)?)?(?P<after>\s*)", regex.DOTALL)
_TOLD = regex.compile(
    r"""
      (?P<code>```(?s:.*?)```|`[^`\n]+`)
    | <@!?(?P<user>\d{1,20})>
    | <@&(?P<role>\d{1,20})>
    | <\#(?P<channel>\d{1,20})>
    | <a?:(?P<emoji>\w{1,64}):\d{1,20}>
    | <t:(?P<seconds>-?\d{1,13})(?::(?P<style>[tTdDfFRsS]))?>
    | </(?P<command>[^<>:\n]{1,100}):\d{1,20}>
    | <id:(?P<page>\w{1,30})(?::\d{1,20})?>
    | <(?P<url>(?i:https?)://[^\s<>]+)>
    | \[(?P<label>[^\[\]\n]+)\]\(<?(?P<target>(?i:https?)://[^\s()<>]+)>?\)
    | (?<![\w@])@(?P<all>everyone|here)\b
    """,
    regex.VERBOSE,
)
_OPEN_ANGLE = regex.compile(r"(?<!\\)<[^: >]+")
NOBODY: Mapping[str, str] = {}
_NAME_CHARACTER = regex.compile(r"[\w@＠#＃.-]")
_FORMS: Mapping[str, Literal["time", "date"]] = {"t": "time", "T": "time", "d": "date", "D": "date"}


@dataclass(frozen=True, slots=True)
class _Run:
    """Words in one style (`marker` around them), or `ready`: markdown of its own."""

    marker: str
    words: list[str] = field(default_factory=list)
    ready: str = ""


def shown(text: Text) -> str:
    """The spans as markdown. Mentions and tags are plain words: nobody is pinged, no channel is linked."""
    out = ""
    for run in _runs(text):
        piece = run.ready or _styled("".join(run.words), run.marker)
        if out.endswith("\n```"):
            piece = piece.removeprefix("\n")  # a block of code ends its line by itself
        elif piece.startswith("```") and out and not out.endswith("\n"):
            out += "\n"
        elif out.endswith("*") and piece.startswith("*"):
            out += JOINER  # two styles that touch would be read as one
        elif piece.startswith("<") and _OPEN_ANGLE.fullmatch(out, max(out.rfind("<"), 0)):
            out += " "  # an address ends at the first bracket that a client reads as its beginning
        out += piece
    return out


def within(text: Text, room: int) -> str:
    """The same in at most `room` UTF-16 units, the closing "…" included; "" where nothing of it can stand."""
    whole = cut(text, room)
    if length(said := shown(whole)) <= room:
        return said
    least, most = 0, room
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if length(shown(cut(whole, middle))) <= room else (least, middle - 1)
    return shown(cut(whole, least))


def bare(text: Text) -> str:
    """The text where Discord shows no markdown: in a menu, on a button."""
    told = (fallback(span.at, span.form) if isinstance(span, Moment) else plain((span,)) for span in spans(text))
    return quiet("".join(told))


def moment(at: datetime, form: Literal["time", "date", "both"] = "both") -> str:
    """A native time tag: each reader sees their own zone and spelling."""
    seconds = stamp(at)
    return f"<t:{seconds}:{STYLES[form]}>" if seconds is not None else fallback(at, form)


def ago(at: datetime) -> str:
    """`3 hours ago`, which the client keeps up to date."""
    seconds = stamp(at)
    return f"<t:{seconds}:R>" if seconds is not None else fallback(at, "both")


def users_in(content: str) -> set[str]:
    """Ids of the users mentioned, as in `<@1>` and `<@!1>`; in code nobody is."""
    return {found["user"] for found in _TOLD.finditer(content) if found["user"]}


def typed(
    content: str,
    handles: Mapping[str, str],
    roles: Mapping[str, str] = NOBODY,
    channels: Mapping[str, str] = NOBODY,
) -> str:
    """What a person typed, from how Discord tells it: for `scan.parse`, or behind a command.

    Users become `@handle` (from user id -> handle, else their id), channels `#name`, links their address, times what
    they say in UTC, emoji of a server `:name:`; roles, @everyone and @here are mere words. Code stays as it is.
    """
    out: list[str] = []
    at = 0
    for found in _TOLD.finditer(content):
        before = content[at : found.start()]
        word = _meaning(found, handles, roles, channels)
        if word[:1] in ("@", "#"):
            touches = _NAME_CHARACTER.match(before[-1:] or (out[-1][-1:] if out else ""))
            word = f"{' ' if touches else ''}{word}{' ' if _NAME_CHARACTER.match(content, found.end()) else ''}"
        out += [before, word]
        at = found.end()
    return "".join((*out, content[at:])).replace(JOINER, "")


def _meaning(
    found: regex.Match[str], handles: Mapping[str, str], roles: Mapping[str, str], channels: Mapping[str, str]
) -> str:
    kind = found.lastgroup
    inside = found[kind or 0]
    match kind:
        case "user":
            return f"@{handles.get(inside) or inside}"
        case "role":
            return roles.get(inside, "").lstrip("@＠") or "group"
        case "channel":
            return f"#{name}" if (name := channels.get(inside, "").lstrip("#＃")) else inside
        case "emoji":
            return f":{inside}:"
        case "seconds" | "style":
            return _time(int(found["seconds"]), found["style"] or "f")
        case "command":
            return f"/{inside}"
        case "target":
            return _address(found["label"], inside)
        case _:
            return inside


def _time(seconds: int, style: str) -> str:
    if not 0 <= seconds < 10**11:
        return str(seconds)
    return fallback(datetime.fromtimestamp(seconds, UTC), _FORMS.get(style, "both"))


def _address(label: str, url: str) -> str:
    return url if is_address(label) else f"{label} {url}"


def _runs(text: Text) -> list[_Run]:
    """Neighbours of one style are one run: what means something only together is escaped together."""
    out: list[_Run] = []
    for run in _flat(text, ""):
        if run.words and out and out[-1].words and out[-1].marker == run.marker:
            out[-1].words.extend(run.words)
        elif run.ready or any(run.words):
            out.append(run)
    return out


def _flat(text: Iterable[Span], marker: str) -> Iterator[_Run]:
    for span in text:
        match span:
            case Bold(children):
                yield from _flat(children, {"": "**", "*": "***"}.get(marker, marker))
            case Italic(children):
                yield from _flat(children, {"": "*", "**": "***"}.get(marker, marker))
            case Code(words):
                yield _code(code(words), marker)
            case Link():
                yield from _link(span, marker)
            case Moment(at, form):
                yield _Run("", ready=moment(at, form))
            case Plain(words):
                yield _Run(marker, [words])
            case Mention(_, name):
                yield _Run(marker, [f"@{name}"])
            case Tag(name):
                yield _Run(marker, [f"#{name}"])


def _styled(words: str, marker: str) -> str:
    if not marker:
        return escaped(words)
    return "\n".join(_line(line, marker) for line in inner(words).split("\n"))


def _line(line: str, marker: str) -> str:
    """Markers touch the words, not the blanks around them."""
    edges = _EDGES.fullmatch(line)
    if not edges or not edges["inside"]:
        return line
    return f"{edges['before']}{marker}{edges['inside']}{marker}{edges['after']}"


def _code(words: str, marker: str) -> _Run:
    """Where the words hold what ends code, they stand as they are."""
    if not words.strip() or "``" in words or ("`" in words and "\n" in words):
        return _Run(marker, [words])
    if "\n" in words:
        return _Run("", ready=f"```\n{words}\n```")
    fence = "``" if "`" in words else "`"
    before, after = (" " if edge == "`" else "" for edge in (words[0], words[-1]))
    return _Run("", ready=f"{fence}{before}{words}{after}{fence}")


def _link(link: Link, marker: str) -> Iterator[_Run]:
    """An address in angle brackets says where it ends. Discord shows no link whose label has brackets or an address in
    it: there the address stands by itself."""
    url, face, behind = faces(link)
    if not url:
        yield _Run(marker, [face])
    elif face == url or "://" in face:
        yield _Run("", ready=f"<{target(url)}>")
    elif "[" in face or "]" in face:
        yield _Run(marker, [f"{face} "])
        yield _Run("", ready=f"<{target(url)}>")
    else:
        bare = target(url).replace("(", "%28").replace(")", "%29")
        yield _Run("", ready=f"[{inner(' '.join(face.split()))}]({bare})")
        if behind:
            yield _Run(marker, [behind])
