"""What must hold of anything rendered for Discord: it pings nobody, disguises no address, is no more than words where
people wrote words, and is within the limits. By hand, besides what Discord's own document says (`discord_openapi`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import regex

from bridge.model.clean import safe_url
from tests.adapters.discord.client import Node, each, read, words

CALLING = {"user", "role", "channel", "emoji", "command", "page", "sound", "everyone", "mail"}
LOUD = {"heading", "list", "underline", "strike", "spoiler", "url"}
OURS = {"quote", "subtext", "block"}
"""What only we may make of a line, and code of several lines."""

_CALLS = regex.compile(r"(?i)<(?:@[!&]?|#|a?:\w+:)\d|[@＠](?:everyone|here)|</[^<>\n]+:\d|<id:")
_TURNS = regex.compile(r"[\p{Bidi_Control}\p{Cs}]")
_ADDRESS = regex.compile(r"(?i)://|^www\.|^\S+\.\p{L}{2,}(?:/\S*)?$")


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pings(shown: dict[str, Any]) -> list[str]:
    """What could ping somebody, lead elsewhere than it says, or shout, in the body of a message."""
    wrong = [] if shown["allowed_mentions"] == {"parse": []} else ["somebody may be pinged"]
    for text in (shown["content"], *(embed["description"] for embed in shown["embeds"])):
        wrong += markdown_problems(text)
    for text in _plain(shown):
        if _CALLS.search(text):
            wrong.append(f"calls somebody: {text!r}")
    return wrong + [f"turns the text: {one!r}" for one in strings(shown) if _TURNS.search(one)]


def markdown_problems(text: str) -> list[str]:
    """`text`: as a client reads markdown."""
    wrong = []
    if _CALLS.search(text):
        wrong.append(f"calls somebody: {text[:200]!r}")
    for node in each(read(text)):
        if node.kind in CALLING:
            wrong.append(f"a live {node.kind}: {node.value}")
        if node.kind in LOUD:
            wrong.append(f"a {node.kind}: {words((node,))[:80]!r}")
        if node.kind in ("link", "autolink"):
            wrong += _link(node)
    return wrong


def kinds(text: str) -> set[str]:
    return {node.kind for node in each(read(text))}


def _link(node: Node) -> Iterator[str]:
    if urlsplit(node.value).scheme not in ("http", "https") or safe_url(node.value) is None:
        yield f"a link to {node.value}"
    said = words(node.inside).replace("\u200b", "")
    if node.kind == "link" and _ADDRESS.search(said) and said.rstrip("…/") not in node.value:
        yield f"{node.value} says it is {said}"
    if node.kind == "link" and not said.strip():
        yield f"a link that says nothing: {node.value}"


def problems(shown: dict[str, Any]) -> list[str]:
    """What Discord would refuse in a message."""
    wrong = [f"unknown keys {shown.keys() - BODY}"] if shown.keys() - BODY else []
    embeds = shown["embeds"]
    if not 1 <= len(embeds) <= 10:
        wrong.append(f"{len(embeds)} embeds")
    total = 0
    for embed in embeds:
        author = embed.get("author", {})
        total += length(embed["description"]) + length(author.get("name", ""))
        if not embed["description"].strip() or length(embed["description"]) > 4_096:
            wrong.append(f"a description of {length(embed['description'])}")
        if author and not 1 <= length(author["name"].strip()) <= 256:
            wrong.append(f"a name of {length(author['name'])}")
        if not author.get("icon_url", "https://").startswith(("https://", "http://")):
            wrong.append(f"a picture at {author['icon_url']}")
        if embed.keys() - {"author", "description", "url"}:
            wrong.append(f"an embed with {embed.keys()}")
    if total > 5_950:
        wrong.append(f"{total} characters in all embeds")
    if length(shown["content"]) > 2_000:
        wrong.append("too much content")
    return wrong + list(_rows(shown["components"])) + list(_files(shown["attachments"]))


BODY = {"content", "embeds", "components", "allowed_mentions", "attachments", "flags"}


def _rows(rows: list[Any]) -> Iterator[str]:
    if len(rows) > 5:
        yield f"{len(rows)} rows"
    ids = Counter(part["custom_id"] for row in rows for part in row["components"])
    yield from (f"{id} {times} times" for id, times in ids.items() if times > 1)
    yield from (f"an id of {length(id)}" for id in ids if not 1 <= length(id) <= 100)
    for row in rows:
        types = [part["type"] for part in row["components"]]
        if types != [3] and not (set(types) == {2} and len(types) <= 5):
            yield f"a row of {types}"
        for part in row["components"]:
            yield from _select(part) if part["type"] == 3 else _label(part["label"], 80)


def _select(part: Any) -> Iterator[str]:
    values = [option["value"] for option in part["options"]]
    if not 1 <= len(values) <= 25 or len(set(values)) < len(values):
        yield f"options {values}"
    yield from (f"a value of {length(value)}" for value in values if not 1 <= length(value) <= 100)
    for option in part["options"]:
        yield from _label(option["label"], 100)
    if "placeholder" in part:
        yield from _label(part["placeholder"], 150)


def _label(text: str, most: int) -> Iterator[str]:
    if not text.strip() or length(text) > most or "\n" in text:
        yield f"a label {text!r}"


def _files(files: list[Any]) -> Iterator[str]:
    if [one["id"] for one in files] != [str(number) for number in range(len(files))] or len(files) > 10:
        yield f"files {[one['id'] for one in files]}"
    for one in files:
        name = one["filename"]
        if not name.strip() or length(name) > 255 or regex.search(r"[/\\\p{Cc}]|^(?i:spoiler_)", name):
            yield f"a file {name!r}"
        if not 1 <= length(one.get("description", "x")) <= 1_024:
            yield "an alt text that is too long"


def modal_problems(data: Any) -> list[str]:
    """What Discord would refuse in a modal."""
    wrong = [f"unknown keys {data.keys()}"] if data.keys() != {"custom_id", "title", "components"} else []
    wrong += [*_label(data["title"], 45)]
    if not 1 <= length(data["custom_id"]) <= 100 or not 1 <= len(data["components"]) <= 5:
        wrong.append(f"{len(data['components'])} parts, {data['custom_id']!r}")
    ids = [part["component"]["custom_id"] for part in data["components"]]
    if len(set(ids)) < len(ids):
        wrong.append(f"ids {ids}")
    for part in data["components"]:
        wrong += [*_label(part["label"], 45), *_label(part.get("description", "x"), 100)]
        component = part["component"]
        if component["type"] == 3:
            wrong += _select(component)
        if component["type"] == 4 and length(component.get("value", "")) > component["max_length"]:
            wrong.append("a value that is too long")
    return wrong + [f"turns the text: {one!r}" for one in strings(data) if _TURNS.search(one)]


def strings(value: Any, key: str = "") -> Iterator[str]:
    """All that is shown: what comes back to us when something is pressed is shown to nobody."""
    if isinstance(value, str):
        if key not in ("custom_id", "value", "url", "icon_url"):
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, key)


def _plain(shown: dict[str, Any]) -> Iterator[str]:
    """What is shown without markdown."""
    yield from (embed["author"]["name"] for embed in shown["embeds"] if "author" in embed)
    yield from strings(shown["components"])
