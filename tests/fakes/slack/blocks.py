"""What Slack refuses in blocks and views: shapes as tables of fields, with limits from slack_sdk.models and
docs.slack.dev/reference/block-kit. `check_blocks` and `check_view` are for other tests too.

A field the documentation does not name is refused. Errors read like Slack's: a sentence and a JSON pointer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.fakes.slack.objects import Json
from tests.fakes.slack.rich import RICH_TEXT, words
from tests.fakes.slack.shapes import (
    Field,
    Say,
    address,
    anything,
    boolean,
    fields,
    file_id,
    list_of,
    number,
    object_of,
    one_of,
    string,
    text,
)

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
VIEW_BYTES = 250_000


def check_blocks(blocks: Any, surface: str) -> list[str]:
    """What is wrong with them, [] where nothing is. `surface`: message, modal, home."""
    wrong: list[str] = []

    def say(what: str, where: str) -> None:
        wrong.append(f"[ERROR] {what} [json-pointer:{where}]")

    if not isinstance(blocks, list):
        return ["[ERROR] must be an array [json-pointer:/blocks]"]
    if len(blocks) > MOST_BLOCKS[surface]:
        say(f"no more than {MOST_BLOCKS[surface]} items allowed", "/blocks")
    for place, block in enumerate(blocks):
        object_of(BLOCKS)(block, f"/blocks/{place}", say)
        element = block.get("element") if isinstance(block, dict) else None
        for one, path in ((block, "type"), (element, "element/type")):
            if isinstance(one, dict) and one.get("type") in NOT_ON[surface]:
                say(f"unsupported type: {one['type']}", f"/blocks/{place}/{path}")
    if not wrong:
        _unique(blocks, say)
        _chosen(blocks, say)
        _as_the_sdk(blocks, say)
    return wrong


def check_view(view: Any) -> list[str]:
    """What is wrong with a modal or a home, its size excepted."""
    if not isinstance(view, dict) or view.get("type") not in VIEWS:
        return ["[ERROR] must be modal or home [json-pointer:/view/type]"]
    wrong: list[str] = []

    def say(what: str, where: str) -> None:
        wrong.append(f"[ERROR] {what} [json-pointer:{where}]")

    object_of(VIEWS)(view, "/view", say)
    blocks = view.get("blocks")
    wrong += [one.replace("json-pointer:", "json-pointer:/view") for one in check_blocks(blocks, view["type"])]
    asks = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if view["type"] == "modal" and asks and not view.get("submit"):
        say("missing required field: submit", "/view")
    return wrong


def is_too_large(view: Json) -> bool:
    return len(json.dumps(view).encode()) > VIEW_BYTES


def texts(part: Any) -> Iterator[Json]:
    """Every text object of a block or anything inside it, alone or nested."""
    if isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text", "markdown") and isinstance(part.get("text"), str):
            yield part
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for one in part:
            yield from texts(one)


def all_text(blocks: list[Json]) -> str:
    """The texts of blocks, rich text too, a line each."""
    return "\n".join([*(str(one["text"]) for one in texts(blocks)), *words(blocks)])


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block."""
    for block in blocks:
        for one in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(one, dict) and one.get("type") in INTERACTIVE:
                yield block, one


def _as_the_sdk(blocks: list[Json], say: Say) -> None:
    """What slack_sdk's own models would not have sent, such as a section that says nothing."""
    for place, block in enumerate(blocks):
        parsed = Block.parse(block)
        try:
            if parsed is not None:
                parsed.validate_json()
        except SlackObjectFormationError as error:
            say(str(error), f"/blocks/{place}")


def _unique(blocks: list[Json], say: Say) -> None:
    for name, count in Counter(b["block_id"] for b in blocks if b.get("block_id")).items():
        if count > 1:
            say(f"block_id {name!r} already exists", "/blocks")
    for name, count in Counter(e["action_id"] for _, e in elements(blocks) if e.get("action_id")).items():
        if count > 1:
            say(f"action_id {name!r} already exists", "/blocks")
    if sum(1 for _, e in elements(blocks) if e.get("focus_on_load")) > 1:
        say("only one element may have focus_on_load", "/blocks")


def _chosen(blocks: list[Json], say: Say) -> None:
    """What is chosen at first is one of the options."""
    for _, element in elements(blocks):
        first = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
        if any(one not in options(element) for one in first):
            say("the initial option is none of the options", "/blocks")


def options(element: Json) -> list[Json]:
    """The options of a menu, of all its groups."""
    groups = element.get("option_groups", [])
    return list(element.get("options", [])) + [option for group in groups for option in group["options"]]


CONFIRM = fields(
    {
        "title!": text(100, plain=True),
        "text!": text(300),
        "confirm!": text(30, plain=True),
        "deny!": text(30, plain=True),
        "style": one_of("primary", "danger"),
    }
)


def _option(*, url: bool = False, plain: bool = True) -> Field:
    has: dict[str, Field] = {
        "text!": text(75, plain=plain),
        "value!": string(150),
        "description": text(75, plain=plain),
    }
    return fields(has | ({"url": address(3000)} if url else {}))


_IMAGE: dict[str, Field] = {
    "image_url?": address(3000),
    "slack_file?": fields({"id?": file_id, "url?": string(3000)}),
    "alt_text!": string(2000),
}
_ID = {"action_id": string(255)}
_INPUT: dict[str, Field] = {**_ID, "placeholder": text(150, plain=True), "focus_on_load": boolean}
_MENU: dict[str, Field] = {**_INPUT, "confirm": CONFIRM}
_OPTIONS = list_of(_option(), 1, 100)
_GROUP = fields({"label!": text(75, plain=True), "options!": _OPTIONS})
_CHOICE: dict[str, Field] = {
    **_ID,
    "options!": list_of(_option(plain=False), 1, 10),
    "confirm": CONFIRM,
    "focus_on_load": boolean,
}
_STATIC: dict[str, Field] = {**_MENU, "options?": _OPTIONS, "option_groups?": list_of(_GROUP, 1, 100)}
_MANY: dict[str, Field] = {"max_selected_items": number(1, 100)}
_TYPED: dict[str, Field] = {**_INPUT, "initial_value": string(3000), "dispatch_action_config": anything}

INTERACTIVE: dict[str, dict[str, Field]] = {
    "button": {
        **_ID,
        "text!": text(75, plain=True),
        "url": address(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
    "overflow": {**_ID, "options!": list_of(_option(url=True), 1, 5), "confirm": CONFIRM},
    "static_select": {**_STATIC, "initial_option": _option()},
    "multi_static_select": {**_STATIC, **_MANY, "initial_options": _OPTIONS},
    "users_select": {**_MENU, "initial_user": string(255)},
    "multi_users_select": {**_MENU, **_MANY, "initial_users": list_of(string(255), 1, 100)},
    "conversations_select": {
        **_MENU,
        "initial_conversation": string(255),
        "default_to_current_conversation": boolean,
        "response_url_enabled": boolean,
        "filter": anything,
    },
    "channels_select": {**_MENU, "initial_channel": string(255), "response_url_enabled": boolean},
    "datepicker": {**_MENU, "initial_date": string(10, 10)},
    "timepicker": {**_MENU, "initial_time": string(5, 5), "timezone": string(100)},
    "checkboxes": {**_CHOICE, "initial_options": list_of(_option(plain=False), 1, 10)},
    "radio_buttons": {**_CHOICE, "initial_option": _option(plain=False)},
    "plain_text_input": {
        **_TYPED,
        "multiline": boolean,
        "min_length": number(0, 3000),
        "max_length": number(1, 3000),
    },
    "email_text_input": _TYPED,
    "url_text_input": _TYPED,
    "file_input": {**_ID, "filetypes": list_of(string(20), 1, 100), "max_files": number(1, 10)},
}
_BUTTONS = {k: v for k, v in INTERACTIVE.items() if not k.endswith("_input")}
_ASKING = {k: v for k, v in INTERACTIVE.items() if k not in ("button", "overflow")}
_BLOCK: dict[str, Field] = {"block_id": string(255)}


def _context(value: Any, where: str, say: Say) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        fields(_IMAGE)(value, where, say)
    else:
        text(3000)(value, where, say)


BLOCKS: dict[str, dict[str, Field]] = {
    "section": {
        **_BLOCK,
        "text": text(3000),
        "fields": list_of(text(2000), 1, 10),
        "accessory": object_of({**_BUTTONS, "image": _IMAGE}),
        "expand": boolean,
    },
    "context": {**_BLOCK, "elements!": list_of(_context, 1, 10)},
    "actions": {**_BLOCK, "elements!": list_of(object_of(_BUTTONS), 1, 25)},
    "image": {**_BLOCK, **_IMAGE, "title": text(2000, plain=True)},
    "header": {**_BLOCK, "text!": text(150, plain=True)},
    "divider": _BLOCK,
    "markdown": {**_BLOCK, "text!": string(12_000)},
    "rich_text": {**_BLOCK, **RICH_TEXT},
    "input": {
        **_BLOCK,
        "label!": text(2000, plain=True),
        "element!": object_of(_ASKING),
        "hint": text(2000, plain=True),
        "optional": boolean,
        "dispatch_action": boolean,
    },
}
NOT_ON = {"message": ("file_input",), "home": ("markdown", "file_input"), "modal": ("markdown",)}
_VIEW: dict[str, Field] = {
    "blocks!": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
VIEWS: dict[str, dict[str, Field]] = {
    "home": _VIEW,
    "modal": {
        **_VIEW,
        "title!": text(24, plain=True),
        "submit": text(24, plain=True),
        "close": text(24, plain=True),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
}
