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
from urllib.parse import urlsplit

import regex

from bridge.adapters.slack.shown.emoji_names import with_characters
from bridge.model.clean import safe_url
from bridge.model.text import Bold, Code, Italic, Link, Mention, Moment, Plain, Span, Tag, Text

JOINER = "\u200b"
FORMATS = {"time": "{time}", "date": "{date_short_pretty}", "both": "{date_short_pretty} {time}"}
_FALLBACKS = {"time": "%H:%M UTC", "date": "%Y-%m-%d", "both": "%Y-%m-%d %H:%M UTC"}

_UNSEEN = regex.compile(r"[\p{Bidi_Control}\p{Cs}\u200B\u2060\uFEFF\x00-\x08\x0B-\x1F\x7F-\x9F\u2028\u2029]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = regex.compile(r"[&<>]")
# "~1042" is how an update is called: it opens nothing, and is copied and typed.
_HARMLESS = r"(?<!\w)~(?=\d)|(?<!\S)[*_~]+(?!\S)"
_MARKERS = regex.compile(rf"(?:{_HARMLESS})(*SKIP)(*FAIL)|(?<!\w)[*_~]+|[*_~]+(?!\w)|`+")
_QUOTE = regex.compile(r"(?m)^(?=[^\S\n]*>)")
_BROADCAST = regex.compile(r"(?i)[@＠](?=channel|here|everyone|group)")
_ADDRESS = regex.compile(r"(?i)://|\bwww\.|^\S*[\p{L}\p{N}][.．。]\p{L}{2,}\S*$")
LONGEST_LABEL = 200

_TOKEN = regex.compile(r"<(?P<inside>[^<>\n]*)>|(?P<plain>[^<]+|<)")
_USER = regex.compile(r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^<>\n]*)?>")
_ENTITY = regex.compile(r"&(amp|lt|gt);")
_MEANT = {"amp": "&", "lt": "<", "gt": ">"}
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


def visible(text: str) -> str:
    """The text without what turns the reading direction, hides between letters, or is no character."""
    return _UNSEEN.sub("", text)


def length(text: str) -> int:
    """UTF-16 units, the strictest way to count characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def moment(at: datetime, form: Literal["time", "date", "both"] = "both") -> str:
    """A native date tag: each reader sees their own zone and spelling."""
    seconds = stamp(at)
    return f"<!date^{seconds}^{FORMATS[form]}|{fallback(at, form)}>" if seconds is not None else fallback(at, form)


def stamp(at: datetime) -> int | None:
    """Seconds since 1970, where Slack can show them."""
    seconds = int(at.timestamp())
    return seconds if 0 <= seconds < 10**11 else None


def fallback(at: datetime, form: Literal["time", "date", "both"]) -> str:
    """The moment where no client helps: ISO, in UTC."""
    return at.strftime(_FALLBACKS[form])


def faces(link: Link) -> tuple[str, str, str]:
    """(address, what is shown, what stands behind it); the address is empty where it may not become a link.

    No label disguises where it leads: one that looks like another address gives way to the real one, and behind
    ordinary words stands the host.
    """
    label = visible(link.label).strip()
    label = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    url = safe_url(link.url)
    if url is None:
        return "", label or visible(link.url), ""
    bare, host = url.split("://", 1)[1], urlsplit(url).netloc
    said = label.split("://", 1)[-1].rstrip("/…")
    if said and (said in (host, bare.rstrip("/")) or (bare.startswith(said) and said.startswith(f"{host}/"))):
        return url, label, ""
    if not label or _ADDRESS.search(label):
        return url, url, ""
    return url, label, f" ({host})"


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
        word = _meaning(inside, handles)
        if word[:1] in ("@", "#") and out and out[-1] and _NAME_CHARACTER.match(out[-1][-1]):
            out.append(" ")
        after = mrkdwn[token.end() : token.end() + 1]
        out.append(word + " " if word[:1] in ("@", "#") and after and _NAME_CHARACTER.match(after) else word)
    return with_characters("".join(out).replace(JOINER, ""))


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
    if not label or label.rstrip("/") in (url.rstrip("/"), bare) or _ADDRESS.search(label):
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
