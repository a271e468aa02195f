"""Between our spans and Slack's mrkdwn, both ways. Pure.

People's words stand as rich text wherever Slack lets them (`rich`): there a text element is never read for markup.
mrkdwn is for the rest: text beside a button, context lines, the fallback. It knows no escape for `*`, `_`, `~` and
the backtick, so those get a zero-width space as company, which other bridges to Slack do too; `&`, `<` and `>` become
entities, everywhere and once (docs.slack.dev/messaging/formatting-message-text), and with them every mention dies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import regex

from bridge.adapters._emoji import with_characters
from bridge.adapters._text import JOINER, faces, fallback, is_address, stamp, visible
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Span, Tag, Text

FORMATS = {"time": "{time}", "date": "{date_short_pretty}", "both": "{date_short_pretty} {time}"}

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = regex.compile(r"[&<>]")
# "~1042" is how an update is called: it opens nothing, and is copied and typed.
_HARMLESS = r"(?<!\w)~(?=\d)|(?<!\S)[*_~]+(?!\S)"
_MARKERS = regex.compile(rf"(?:{_HARMLESS})(*SKIP)(*FAIL)|(?<!\w)[*_~]+|[*_~]+(?!\w)|`+")
_QUOTE = regex.compile(r"(?m)^(?=[^\S\n]*>)")
_BROADCAST = regex.compile(r"(?i)[@＠](?=channel|here|everyone|group)")

_TOKEN = regex.compile(r"<(?P<inside>[^<>\n]*)>|(?P<plain>[^<]+|<)")
_USER = regex.compile(r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^<>\n]*)?>")
_ENTITY = regex.compile(r"&(amp|lt|gt);")
_MEANT = {"amp": "&", "lt": "<", "gt": ">"}
_ELSEWHERE = regex.compile(r"@(?:<https?://|[\w-]+\.)")
"""What stands behind a name of another server: @ana@social.example. Slack takes such a name for one of its own, and
makes a link of the server."""
_NAME_CHARACTER = regex.compile(r"[\w@＠#＃.-]")


def shown(text: Text) -> str:
    """The spans as mrkdwn. Mentions and tags are plain words: nobody is pinged, no channel is linked."""
    return "".join(_span(span) for span in text)


def escaped(text: str) -> str:
    """Text without meaning, which stays without: no markup, no mention, no quote."""
    quiet = _MARKERS.sub(lambda run: JOINER + JOINER.join(run[0]) + JOINER, visible(text))
    return entities(_calling_nobody(_QUOTE.sub(JOINER, quiet)))


def entities(text: str) -> str:
    """Exactly `&`, `<` and `>` as entities: what plain_text objects and the inside of code need."""
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], text)


def _calling_nobody(text: str) -> str:
    """Slack reads `@channel` only where it is asked to find names; it is never asked, and would find none."""
    return _BROADCAST.sub(rf"\g<0>{JOINER}", text)


def moment(at: datetime, form: Literal["time", "date", "both"] = "both") -> str:
    """A native date tag: each reader sees their own zone and spelling."""
    seconds = stamp(at)
    return f"<!date^{seconds}^{FORMATS[form]}|{fallback(at, form)}>" if seconds is not None else fallback(at, form)


def users_in(mrkdwn: str) -> set[str]:
    """Ids of the users mentioned, as in `<@U1>` and `<@U1|name>`."""
    return {found["user"] for found in _USER.finditer(mrkdwn)}


def typed(mrkdwn: str, handles: Mapping[str, str]) -> str:
    """What a person typed, from how Slack tells it: for `scan.parse`, or behind a command.

    Users become `@handle` (from user id -> handle, else the name Slack gives), channels `#name`, links their address,
    dates what they say; groups and broadcasts are mere words; `:rocket:` becomes the character. Entities are read once.
    """
    out: list[str] = []
    for token in _TOKEN.finditer(mrkdwn):
        inside = token["inside"]
        if inside is None:
            out.append(_read(token["plain"]))
            continue
        if _ELSEWHERE.match(mrkdwn, token.end()):
            out.append(_called(inside, handles))
            continue
        if out and out[-1].endswith("@") and "|" in inside:
            out.append(_read(inside.partition("|")[2]))
            continue
        word = _meaning(inside, handles)
        if word[:1] in ("@", "#") and out and out[-1] and _NAME_CHARACTER.match(out[-1][-1]):
            out.append(" ")
        after = mrkdwn[token.end() : token.end() + 1]
        out.append(word + " " if word[:1] in ("@", "#") and after and _NAME_CHARACTER.match(after) else word)
    return with_characters("".join(out).replace(JOINER, ""))


def _called(inside: str, handles: Mapping[str, str]) -> str:
    """The name as it was typed: it is a name of somewhere else, where ours mean nothing."""
    return inside[:1] + (_read(inside.partition("|")[2]).lstrip("@＠#＃") or handles.get(inside[1:], inside[1:]))


def filled_in(text: str) -> str:
    """What stands in a form's field: entities, which Slack makes in some payloads (github.com/slackapi/bolt-python
    issue 513), are read, and emoji are characters."""
    return with_characters(_read(text))


def _meaning(inside: str, handles: Mapping[str, str]) -> str:
    """What stands for the inside of `<…>`."""
    what, _, label = inside.partition("|")
    name = _read(label).strip().lstrip("@＠#＃!")
    match what[:1]:
        case "@":
            return f"@{handles.get(what[1:]) or name or what[1:]}"
        case "#":
            return f"#{name}" if name else what[1:]
        case "!":
            kind = what[1:].split("^")[0]
            return name or ("group" if kind == "subteam" else kind.lstrip("@＠"))
        case _:
            return _address(_read(what), _read(label).strip())


def _address(url: str, label: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        return label or url
    bare = url.split("://", 1)[1].rstrip("/")
    if not label or label.rstrip("/") in (url.rstrip("/"), bare) or is_address(label):
        return url
    return f"{label} {url}"


def _read(text: str) -> str:
    return _ENTITY.sub(lambda found: _MEANT[found[1]], text)


def _span(span: Span) -> str:
    match span:
        case Plain(words):
            return escaped(words)
        case Bold(children):
            return _stressed("*", shown(children))
        case Italic(children):
            return _stressed("_", shown(children))
        case Code(words):
            return _code(visible(words))
        case Link():
            return _link(span)
        case Mention(_, label):
            return escaped(f"@{label}")
        case Tag(name):
            return escaped(f"#{name}")
        case Moment(at, form):
            return moment(at, form)


def _stressed(marker: str, inner: str) -> str:
    """Between zero-width spaces, since Slack takes a marker inside a word for a mere character."""
    return f"{JOINER}{marker}{inner}{marker}{JOINER}" if inner.strip() else inner


def _code(words: str) -> str:
    """Where the words hold what ends code, they stand as they are."""
    if not words.strip() or "```" in words or ("`" in words and "\n" not in words):
        return escaped(words)
    marker = "```" if "\n" in words else "`"
    return f"{marker}{entities(_calling_nobody(words))}{marker}"


def _link(link: Link) -> str:
    url, label, behind = faces(link)
    if not url:
        return escaped(label)
    target = entities(url).replace("|", "%7C")
    # Line breaks and pipes would end the label.
    face = escaped(" ".join(label.split()).replace("|", "¦"))
    return (f"<{target}>" if label == url else f"<{target}|{face}>") + escaped(behind)
