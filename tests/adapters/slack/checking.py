"""What must hold of anything rendered for Slack: it pings nobody, it disguises no address, it is within the limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import regex

from tests.fakes.slack.blocks import check_blocks, check_view

RICH = {"text", "link", "emoji", "date"}
RICH_BLOCKS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}

_DATE = regex.compile(r"<!date\^-?\d+\^(?:\{\w+\} ?)+\|[\d :UTC-]+>")
_LINK = regex.compile(r"<(?P<url>https?://[^<>|\s]+)(?:\|(?P<label>[^<>|\n]*))?>")
_ENTITY = regex.compile(r"&(?:amp|lt|gt);")
_BROADCAST = regex.compile(r"(?i)[@＠](?:channel|here|everyone)")
_TURNS = regex.compile(r"[\p{Bidi_Control}\p{Cs}]")
_ADDRESS = regex.compile(r"(?i)://|^www\.")


def pings(shown: Any) -> list[str]:
    """What could ping somebody, or lead elsewhere than it says, in a message {text, blocks} or a view."""
    wrong = _markup(shown["text"]) if isinstance(shown.get("text"), str) else []
    for part in _parts(shown.get("blocks", [])):
        match part:
            case {"type": "mrkdwn", "text": str(text)}:
                wrong += _markup(text)
                if part.get("verbatim") is not True:
                    wrong.append(f"Slack may find names in {text!r}")
            case {"type": "plain_text", "text": str(text)} if "<" in text or ">" in text:
                wrong.append(f"not escaped: {text!r}")
            case {"type": "rich_text", "elements": list(elements)}:
                wrong += _rich(elements)
    return wrong + [f"turns the text: {one!r}" for one in _strings(shown) if _TURNS.search(one)]


def _markup(text: str) -> list[str]:
    wrong = []
    for link in _LINK.finditer(text):
        wrong += _disguise(link["url"], link["label"] or "")
    bare = _LINK.sub("", _DATE.sub("", text))
    if "<" in bare or ">" in bare or "&" in _ENTITY.sub("", bare):
        wrong.append(f"not escaped: {text!r}")
    if _BROADCAST.search(bare):
        wrong.append(f"a broadcast: {text!r}")
    return wrong


def _rich(blocks: list[Any]) -> list[str]:
    wrong = [f"a rich text block {one['type']}" for one in blocks if one["type"] not in RICH_BLOCKS]
    for element in (element for one in blocks for element in one["elements"]):
        if element["type"] not in RICH:
            wrong.append(f"a rich text element {element['type']}")
        if element["type"] == "link":
            if not element["url"].startswith(("https://", "http://")):
                wrong.append(f"a link to {element['url']}")
            wrong += _disguise(element["url"], element.get("text", ""))
    return wrong


def _disguise(url: str, label: str) -> list[str]:
    said = regex.sub(r"[\u200b]", "", label).replace("&amp;", "&")
    if not _ADDRESS.search(said) or said.rstrip("…/") in url.replace("&amp;", "&"):
        return []
    return [f"{url} says it is {label}"]


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)


def _strings(value: Any) -> Iterator[str]:
    for part in _parts(value):
        # What comes back to us when pressed is shown to nobody.
        yield from (inner for key, inner in part.items() if isinstance(inner, str) and key != "value")


def problems(blocks: list[Any], most: int = 50, weight: int = 12_500, surface: str = "message") -> list[str]:
    """What Slack would refuse: by the fake's tables, `slack_sdk.models`, and the weight that a message may have."""
    wrong = check_blocks(blocks, surface)
    if not 1 <= len(blocks) <= most:
        wrong.append(f"{len(blocks)} blocks")
    if len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > weight:
        wrong.append("too heavy")
    if surface != "modal":
        pressed = [part["action_id"] for part in _parts(blocks) if "action_id" in part]
        wrong += [f"action ids {pressed}"] if len(set(pressed)) < len(pressed) else []
    return wrong


def view_problems(view: Any) -> list[str]:
    return check_view(view) + problems(view["blocks"], 100, 250_000, view["type"])
