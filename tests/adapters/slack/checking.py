"""What must hold of anything rendered for Slack: it pings nobody, it disguises no address, it is within the limits."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import regex
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

RICH = {"text", "link", "emoji", "date"}
RICH_BLOCKS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
BLOCKS = {"section", "context", "rich_text", "image", "actions", "divider", "input"}

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


def problems(blocks: list[Any], most: int = 50, weight: int = 12_500) -> list[str]:
    """What Slack would refuse; `slack_sdk.models` is asked too."""
    wrong = [f"{len(blocks)} blocks"] if not 1 <= len(blocks) <= most else []
    if len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > weight:
        wrong.append("too heavy")
    pressed = [part["action_id"] for part in _parts(blocks) if "action_id" in part and part["type"] != "file_input"]
    if len(set(pressed)) < len(pressed) and not any(block["type"] == "input" for block in blocks):
        wrong.append(f"action ids {pressed}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for block in blocks:
            if block["type"] not in BLOCKS:
                wrong.append(f"a block {block['type']}")
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.to_dict()
            wrong += _too_long(block)
    return wrong


def view_problems(view: Any) -> list[str]:
    View(**view).to_dict()
    return problems(view["blocks"], 100, 250_000)


def _too_long(block: Any) -> list[str]:
    wrong = []
    for part in _parts(block):
        text = part.get("text")
        match part.get("type"):
            case "mrkdwn" | "plain_text" | "text":
                wrong += [] if isinstance(text, str) and 1 <= _units(text) <= 3_000 else [f"text {text!r}"]
            case "button":
                wrong += (
                    [] if _units(part["text"]["text"]) <= 75 and 1 <= _units(part["value"]) <= 2_000 else ["button"]
                )
            case "overflow":
                wrong += [] if 2 <= len(part["options"]) <= 5 else ["overflow"]
            case "image":
                wrong += [] if 1 <= _units(part["alt_text"]) <= 2_000 else ["alt text"]
            case "context":
                wrong += [] if 1 <= len(part["elements"]) <= 10 else ["context"]
            case "actions":
                wrong += [] if 1 <= len(part["elements"]) <= 25 else ["actions"]
            case "rich_text" | "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
                wrong += [] if part["elements"] else ["an empty rich text"]
        for option in part.get("options", []):
            fits = _units(option["text"]["text"]) <= 75 and 1 <= _units(option["value"]) <= 150
            wrong += [] if fits else ["option"]
        if part.get("type") in ("button", "overflow") and (confirm := part.get("confirm")):
            sizes = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
            wrong += [name for name, most in sizes.items() if not 1 <= _units(confirm[name]["text"]) <= most]
    return wrong


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
