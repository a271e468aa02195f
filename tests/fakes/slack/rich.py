"""Rich text in the fake: what Slack takes in such a block, and the block it makes of what a person typed.

Shapes: docs.slack.dev/reference/block-kit/blocks/rich-text-block and its element pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.objects import Json
from tests.fakes.slack.shapes import Field, address, boolean, fields, list_of, number, object_of, one_of, string

EMOJI = {
    "📣": "mega",
    "🚀": "rocket",
    "🎉": "tada",
    "👍": "+1",
    "👎": "-1",
    "❤️": "heart",
    "✅": "white_check_mark",
    "👀": "eyes",
    "🔁": "repeat",
    "😀": "grinning",
    "🙂": "slightly_smiling_face",
}
"""Some of what Slack turns into `:name:` in every text (docs: formatting-message-text, Emoji)."""

MANY = 100_000
"""No limit on the number of elements is documented; the length of their texts is limited in slack_chat."""
_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
_STYLE: dict[str, Field] = {"style": fields(dict.fromkeys(_STYLES, boolean))}
_INLINE: dict[str, dict[str, Field]] = {
    "text": {"text!": string(12_000), **_STYLE},
    "link": {"url!": address(3000), "text": string(3000), "unsafe": boolean, **_STYLE},
    "emoji": {"name!": string(255), "unicode": string(100), **_STYLE},
    "user": {"user_id!": string(255), **_STYLE},
    "usergroup": {"usergroup_id!": string(255), **_STYLE},
    "channel": {"channel_id!": string(255), **_STYLE},
    "broadcast": {"range!": one_of("here", "channel", "everyone"), **_STYLE},
    "color": {"value!": string(20)},
    "date": {
        "timestamp!": number(0, 99_999_999_999),
        "format!": string(1000),
        "url": address(3000),
        "fallback": string(1000),
        **_STYLE,
    },
}
_WORDS = list_of(object_of(_INLINE), 1, MANY)
_SECTION: dict[str, Field] = {"elements!": _WORDS}
_PARTS: dict[str, dict[str, Field]] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": {"elements!": _WORDS, "border": number(0, 1)},
    "rich_text_preformatted": {
        "elements!": list_of(object_of({name: _INLINE[name] for name in ("text", "link")}), 1, MANY),
        "border": number(0, 1),
        "language": string(100),
    },
    "rich_text_list": {
        "elements!": list_of(object_of({"rich_text_section": _SECTION}), 1, MANY),
        "style!": one_of("bullet", "ordered"),
        "indent": number(0, 8),
        "offset": number(0, 99_999),
        "border": number(0, 1),
    },
}
RICH_TEXT: dict[str, Field] = {"elements!": list_of(object_of(_PARTS), 1, MANY)}


def words(part: Any) -> Iterator[str]:
    """The texts of a rich text block, for its length."""
    if isinstance(part, list):
        for one in part:
            yield from words(one)
    elif isinstance(part, dict):
        if "elements" not in part and part.get("type") in _INLINE:
            yield str(part.get("text") or part.get("fallback") or part.get("name") or "")
        yield from words(part.get("elements"))


def named(text: str) -> str:
    """The text with emoji as `:name:`."""
    for character, name in EMOJI.items():
        text = text.replace(character, f":{name}:").replace(character.rstrip("\ufe0f"), f":{name}:")
    return text


_TOKEN = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>|:([a-z0-9_+-]+):")


def typed(stored: str, block_id: str) -> Json:
    """The block that a client sends along with what was typed; text in it is as typed, without entities."""
    made: list[Json] = []
    at = 0
    for token in _TOKEN.finditer(stored):
        made += _plain(stored[at : token.start()])
        made += _element(token)
        at = token.end()
    made += _plain(stored[at:])
    section = {"type": "rich_text_section", "elements": made}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _element(token: re.Match[str]) -> list[Json]:
    sign, target, label, emoji = token.groups()
    if emoji:
        character = next((c for c, name in EMOJI.items() if name == emoji), "")
        code = "-".join(f"{ord(one):x}" for one in character)
        return [{"type": "emoji", "name": emoji} | ({"unicode": code} if code else {})]
    if sign == "@":
        return [{"type": "user", "user_id": target}]
    if sign == "#":
        return [{"type": "channel", "channel_id": target}]
    if sign == "!":
        return [{"type": "broadcast", "range": target}]
    return [{"type": "link", "url": target} | ({"text": label} if label else {})]


def _plain(text: str) -> list[Json]:
    shown = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": shown}] if shown else []
