"""The blocks that cards and forms are built of, each within Slack's limits by construction. Pure.

Limits: docs.slack.dev/reference/block-kit, as `slack_sdk.models` checks them; lengths are counted in UTF-16 units of
the escaped text, so that no other way of counting finds more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import regex

from bridge.adapters._text import length, visible
from bridge.adapters.slack.shown import rich
from bridge.adapters.slack.shown.mrkdwn import entities, escaped
from bridge.model.card import Action, Style
from bridge.model.clean import safe_url
from bridge.model.say import Words

Block: TypeAlias = dict[str, object]

BLOCKS = 50
VIEW_BLOCKS = 100
WEIGHT = 12_000
"""Characters of a message's blocks as JSON. Undocumented: `msg_blocks_too_long` was seen from 13,200 on
(slackapi/bolt-js#2509), and the answer given there speaks of 12,000 and some room."""
VIEW_WEIGHT = 80_000
"""A view may have 250 kB, and a character three bytes."""
TEXT = 3_000
LABEL = 75
OPTION_VALUE = 150
VALUE = 300
"""Slack takes 2,000, but no line of an Action has more than 90 (model.card)."""
BUTTONS = 5
OPTIONS = 5
ALT = 2_000
MORE = "…"

_PIECE = regex.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);|\X")


def clip(text: str, size: int) -> str:
    """At most `size`, the closing "…" included; never inside an entity, a `<…>` or a character."""
    return text if length(text) <= size else _head(text, size - 1) + MORE


def pieces(mrkdwn: str, size: int = TEXT) -> list[str]:
    """The whole text in pieces of at most `size`, broken at a line's end or a blank where there is one."""
    out = []
    while length(mrkdwn) > size:
        head = _head(mrkdwn, size) or mrkdwn[: size // 2]
        cut = max(head.rfind("\n"), head.rfind(" "))
        inside_tag = head.rfind("<", 0, cut) > head.rfind(">", 0, cut)
        end = cut + 1 if cut > len(head) // 2 and not inside_tag else len(head)
        out.append(mrkdwn[:end])
        mrkdwn = mrkdwn[end:]
    return [piece for piece in (*out, mrkdwn) if piece.strip()]


def plain(text: str, size: int) -> Block:
    """A plain_text object, never empty; `:mega:` is an emoji in it."""
    return {"type": "plain_text", "text": clip(entities(visible(text)), size).strip() or MORE, "emoji": True}


def mrkdwn(text: str) -> Block:
    """A mrkdwn object. `verbatim`: Slack goes looking for no names, channels or addresses of its own in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def context(text: str, picture: str | None = None, name: str = "") -> Block:
    """Small and grey, with a small round picture where there is one."""
    elements: list[Block] = []
    if picture and (url := safe_url(picture)):
        elements.append({"type": "image", "image_url": url, "alt_text": clip(visible(name), ALT).strip() or MORE})
    elements.append(mrkdwn(clip(text, TEXT)))
    return {"type": "context", "elements": elements}


def rich_blocks(parts: Iterable[rich.Element]) -> list[Block]:
    return [{"type": "rich_text", "elements": page} for page in rich.pages(rich.stacked(parts))]


def picture(file: str, alt: str) -> Block:
    """A picture that was uploaded to Slack, by its file id."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": clip(visible(alt), ALT).strip() or MORE}


def divider() -> Block:
    return {"type": "divider"}


def button(action: Action, words: Words | None) -> Block:
    block: Block = {"type": "button", "text": plain(action.label, LABEL), "value": action.line}
    if action.style is not Style.PLAIN:
        block["style"] = action.style.value
    if action.confirm:
        block["confirm"] = _confirm(action, words)
    return block


def overflow(actions: Sequence[Action]) -> Block:
    """The ⋯ menu: the first five."""
    options = [{"text": plain(action.label, LABEL), "value": action.line} for action in actions[:OPTIONS]]
    return {"type": "overflow", "options": options}


def buttons(actions: Sequence[Action], menu: Sequence[Action], words: Words | None) -> list[Block]:
    """A row of at most five buttons and ⋯. What asks first is a button: a menu asks for all its lines or for none."""
    shown = [action for action in actions if _fits(action)]
    asking = [action for action in menu if _fits(action) and not _fits_menu(action)]
    behind = [action for action in menu if _fits_menu(action)]
    if len(behind) == 1:
        asking, behind = [*asking, *behind], []
    elements = [button(action, words) for action in (*shown, *asking)[:BUTTONS]]
    if behind:
        elements.append(overflow(behind))
    return [{"type": "actions", "elements": elements}] if elements else []


def beside(actions: Sequence[Action], words: Words | None) -> list[Block]:
    """What a row offers, each as a button."""
    return [button(action, words) for action in actions if _fits(action)][:BUTTONS]


def behind_dots(actions: Sequence[Action], words: Words | None) -> list[Block]:
    """What a row offers: its one button, ⋯ for several, or buttons where one of several asks first."""
    shown = [action for action in actions if _fits(action)]
    if len(shown) > 1 and all(map(_fits_menu, shown)):
        return [overflow(shown)]
    return beside(shown, words)


def row(text: str, pressed: Sequence[Block]) -> list[Block]:
    """One thing to press stands at the text's right, several below it."""
    if len(pressed) == 1:
        return [section(text, pressed[0])]
    return [section(text), {"type": "actions", "elements": list(pressed)}]


def numbered(blocks: Iterable[Block]) -> list[Block]:
    """The same with an action_id for each element that can be pressed, unique in the message: do0, do1, …"""
    count = 0
    out = []
    for block in blocks:
        block = dict(block)
        elements = block.get("elements")
        if block["type"] == "actions" and isinstance(elements, list):
            block["elements"] = [{**one, "action_id": f"do{count + i}"} for i, one in enumerate(elements)]
            count += len(elements)
        if isinstance(accessory := block.get("accessory"), dict):
            block["accessory"] = {**accessory, "action_id": f"do{count}"}
            count += 1
        out.append(block)
    return out


def fit(blocks: Sequence[Block], most: int = BLOCKS, weight: int = WEIGHT) -> bool:
    return len(blocks) <= most and _weight(blocks) <= weight


def fitted(head: Sequence[Block], tail: Sequence[Block], most: int, weight: int) -> list[Block]:
    """Both, or as much of the head as there is room for, "…" and the tail."""
    if fit([*head, *tail], most, weight):
        return [*head, *tail]
    kept: list[Block] = []
    end = [context(MORE), *tail]
    room = weight - _weight(end)
    for block in head[: most - len(end)]:
        room -= _weight([block])
        if room < 0:
            break
        kept.append(block)
    while kept and kept[-1]["type"] == "divider":
        kept.pop()
    return [*kept, *end]


def label(text: str) -> str:
    """Words of ours or a name in bold, for mrkdwn."""
    inner = escaped(" ".join(text.split()))
    return f"*{inner}*" if inner.strip() else ""


def _confirm(action: Action, words: Words | None) -> Block:
    deny = words.say("Cancel") if words else "Cancel"
    return {
        "title": plain(action.label, 100),
        "text": plain(action.confirm, 300),
        "confirm": plain(action.label, 30),
        "deny": plain(deny, 30),
    }


def _fits(action: Action) -> bool:
    return 0 < length(action.line) <= VALUE


def _fits_menu(action: Action) -> bool:
    return 0 < length(action.line) <= OPTION_VALUE and not action.confirm


def _weight(blocks: Sequence[Block]) -> int:
    return length(json.dumps(numbered(blocks), ensure_ascii=False, separators=(",", ":")))


def _head(text: str, size: int) -> str:
    """As many whole pieces as fit."""
    end = used = 0
    for piece in _PIECE.finditer(text):
        used += length(piece[0])
        if used > size:
            break
        end = piece.end()
    return text[:end]
