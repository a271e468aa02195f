"""What Slack refuses in blocks and views: shapes as tables of fields, with limits from slack_sdk.models and
docs.slack.dev/reference/block-kit. `check_blocks` and `check_view` are for other tests too.

A field the documentation does not name is refused. Errors read like Slack's: a sentence and a JSON pointer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.fakes.slack_state import Json

Say = Callable[[str, str], None]
"""Takes what is wrong and where (a JSON pointer)."""
Field = Callable[[Any, str, Say], None]
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
    for number, block in enumerate(blocks):
        _object(BLOCKS)(block, f"/blocks/{number}", say)
        if isinstance(block, dict) and block.get("type") == "section" and not {"text", "fields"} & set(block):
            say("missing required field: text", f"/blocks/{number}")
        if isinstance(block, dict) and block.get("type") in NOT_ON.get(surface, ()):
            say(f"unsupported type: {block['type']}", f"/blocks/{number}/type")
    if not wrong:
        _unique(blocks, say)
        _as_the_sdk(blocks, say)
    return wrong


def check_view(view: Any) -> list[str]:
    """What is wrong with a modal or a home, its size excepted."""
    if not isinstance(view, dict) or view.get("type") not in VIEWS:
        return ["[ERROR] must be modal or home [json-pointer:/view/type]"]
    wrong: list[str] = []

    def say(what: str, where: str) -> None:
        wrong.append(f"[ERROR] {what} [json-pointer:{where}]")

    _object(VIEWS)(view, "/view", say)
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
    """The texts of blocks, a line each."""
    return "\n".join(str(one["text"]) for one in texts(blocks))


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with its block."""
    for block in blocks:
        for one in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(one, dict) and one.get("type") in INTERACTIVE:
                yield block, one


def _as_the_sdk(blocks: list[Json], say: Say) -> None:
    """What slack_sdk's own models would not have sent."""
    for number, block in enumerate(blocks):
        parsed = Block.parse(block)
        try:
            if parsed is not None:
                parsed.validate_json()
        except SlackObjectFormationError as error:
            say(str(error), f"/blocks/{number}")


def _unique(blocks: list[Json], say: Say) -> None:
    for name, count in Counter(b["block_id"] for b in blocks if b.get("block_id")).items():
        if count > 1:
            say(f"block_id {name!r} already exists", "/blocks")
    for name, count in Counter(e["action_id"] for _, e in elements(blocks) if e.get("action_id")).items():
        if count > 1:
            say(f"action_id {name!r} already exists", "/blocks")
    if sum(1 for _, e in elements(blocks) if e.get("focus_on_load")) > 1:
        say("only one element may have focus_on_load", "/blocks")


# kinds of fields


def _string(most: int, least: int = 1) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if not isinstance(value, str):
            say("must be a string", where)
        elif len(value) > most:
            say(f"must be less than {most + 1} characters", where)
        elif len(value) < least:
            say(f"must be more than {least - 1} characters", where)

    return check


def _text(most: int, *, plain: bool = False) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if not isinstance(value, dict) or value.get("type") not in kinds:
            say(f"must be a text object of type {' or '.join(kinds)}", where)
            return
        allowed = {"type", "text", "emoji"} if value["type"] == "plain_text" else {"type", "text", "verbatim"}
        for extra in sorted(set(value) - allowed):
            say(f"additional property: {extra}", where)
        _string(most)(value.get("text"), f"{where}/text", say)

    return check


def _bool(value: Any, where: str, say: Say) -> None:
    if not isinstance(value, bool):
        say("must be a boolean", where)


def _int(least: int, most: int) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            say(f"must be a number between {least} and {most}", where)

    return check


def _one_of(*values: str) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if value not in values:
            say(f"must be one of {', '.join(values)}", where)

    return check


def _list(of: Field, least: int, most: int) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if not isinstance(value, list):
            say("must be an array", where)
            return
        if len(value) > most:
            say(f"no more than {most} items allowed", where)
        if len(value) < least:
            say(f"no fewer than {least} items allowed", where)
        for number, one in enumerate(value):
            of(one, f"{where}/{number}", say)

    return check


def _anything(value: Any, where: str, say: Say) -> None: ...


def _fields(fields: Mapping[str, Field]) -> Field:
    """An object of these fields; a name that ends with ! must be there, of those with ? exactly one."""

    def check(value: Any, where: str, say: Say) -> None:
        if not isinstance(value, dict):
            say("must be an object", where)
            return
        known = {name.rstrip("!?"): field for name, field in fields.items()}
        for extra in sorted(map(str, set(value) - set(known) - {"type"})):
            say(f"additional property: {extra}", where)
        for name in fields:
            if name.endswith("!") and name[:-1] not in value:
                say(f"missing required field: {name[:-1]}", where)
        either = [name[:-1] for name in fields if name.endswith("?")]
        if either and sum(name in value for name in either) != 1:
            say(f"must have exactly one of {', '.join(either)}", where)
        for name, field in known.items():
            if name in value:
                field(value[name], f"{where}/{name}", say)

    return check


def _object(kinds: Mapping[str, Mapping[str, Field]]) -> Field:
    """An object whose `type` is one of these."""

    def check(value: Any, where: str, say: Say) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            say(f"unsupported type: {kind}", f"{where}/type")
            return
        _fields(kinds[kind])(value, where, say)

    return check


# what there is

CONFIRM = _fields(
    {
        "title!": _text(100, plain=True),
        "text!": _text(300),
        "confirm!": _text(30, plain=True),
        "deny!": _text(30, plain=True),
        "style": _one_of("primary", "danger"),
    }
)


def _option(*, url: bool = False, plain: bool = True) -> Field:
    fields: dict[str, Field] = {
        "text!": _text(75, plain=plain),
        "value!": _string(150),
        "description": _text(75, plain=plain),
    }
    return _fields(fields | ({"url": _string(3000)} if url else {}))


_IMAGE: dict[str, Field] = {
    "image_url?": _string(3000),
    "slack_file?": _fields({"id?": _string(255), "url?": _string(3000)}),
    "alt_text!": _string(2000),
}
_ID = {"action_id": _string(255)}
_INPUT: dict[str, Field] = {**_ID, "placeholder": _text(150, plain=True), "focus_on_load": _bool}
_MENU: dict[str, Field] = {**_INPUT, "confirm": CONFIRM}
_OPTIONS = _list(_option(), 1, 100)
_GROUP = _fields({"label!": _text(75, plain=True), "options!": _OPTIONS})
_CHOICE: dict[str, Field] = {
    **_ID,
    "options!": _list(_option(plain=False), 1, 10),
    "confirm": CONFIRM,
    "focus_on_load": _bool,
}
_STATIC: dict[str, Field] = {**_MENU, "options?": _OPTIONS, "option_groups?": _list(_GROUP, 1, 100)}
_MANY: dict[str, Field] = {"max_selected_items": _int(1, 100)}
_TYPED: dict[str, Field] = {**_INPUT, "initial_value": _string(3000), "dispatch_action_config": _anything}

INTERACTIVE: dict[str, dict[str, Field]] = {
    "button": {
        **_ID,
        "text!": _text(75, plain=True),
        "url": _string(3000),
        "value": _string(2000),
        "style": _one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": _string(75),
    },
    "overflow": {**_ID, "options!": _list(_option(url=True), 1, 5), "confirm": CONFIRM},
    "static_select": {**_STATIC, "initial_option": _option()},
    "multi_static_select": {**_STATIC, **_MANY, "initial_options": _OPTIONS},
    "users_select": {**_MENU, "initial_user": _string(255)},
    "multi_users_select": {**_MENU, **_MANY, "initial_users": _list(_string(255), 1, 100)},
    "conversations_select": {
        **_MENU,
        "initial_conversation": _string(255),
        "default_to_current_conversation": _bool,
        "response_url_enabled": _bool,
        "filter": _anything,
    },
    "channels_select": {**_MENU, "initial_channel": _string(255), "response_url_enabled": _bool},
    "datepicker": {**_MENU, "initial_date": _string(10, 10)},
    "timepicker": {**_MENU, "initial_time": _string(5, 5), "timezone": _string(100)},
    "checkboxes": {**_CHOICE, "initial_options": _list(_option(plain=False), 1, 10)},
    "radio_buttons": {**_CHOICE, "initial_option": _option(plain=False)},
    "plain_text_input": {
        **_TYPED,
        "multiline": _bool,
        "min_length": _int(0, 3000),
        "max_length": _int(1, 3000),
    },
    "email_text_input": _TYPED,
    "url_text_input": _TYPED,
    "file_input": {**_ID, "filetypes": _list(_string(20), 1, 100), "max_files": _int(1, 10)},
}
_BUTTONS = {k: v for k, v in INTERACTIVE.items() if not k.endswith("_input")}
_ASKING = {k: v for k, v in INTERACTIVE.items() if k not in ("button", "overflow")}
_BLOCK: dict[str, Field] = {"block_id": _string(255)}


def _context(value: Any, where: str, say: Say) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        _fields(_IMAGE)(value, where, say)
    else:
        _text(3000)(value, where, say)


BLOCKS: dict[str, dict[str, Field]] = {
    "section": {
        **_BLOCK,
        "text": _text(3000),
        "fields": _list(_text(2000), 1, 10),
        "accessory": _object({**_BUTTONS, "image": _IMAGE}),
        "expand": _bool,
    },
    "context": {**_BLOCK, "elements!": _list(_context, 1, 10)},
    "actions": {**_BLOCK, "elements!": _list(_object(_BUTTONS), 1, 25)},
    "image": {**_BLOCK, **_IMAGE, "title": _text(2000, plain=True)},
    "header": {**_BLOCK, "text!": _text(150, plain=True)},
    "divider": _BLOCK,
    "markdown": {**_BLOCK, "text!": _string(12_000)},
    "rich_text": {**_BLOCK, "elements!": _list(_anything, 1, 1000)},
    "input": {
        **_BLOCK,
        "label!": _text(2000, plain=True),
        "element!": _object(_ASKING),
        "hint": _text(2000, plain=True),
        "optional": _bool,
        "dispatch_action": _bool,
    },
}
NOT_ON = {"home": ("markdown",), "modal": ("markdown",)}
_VIEW: dict[str, Field] = {
    "blocks!": _anything,
    "private_metadata": _string(3000, 0),
    "callback_id": _string(255, 0),
    "external_id": _string(255, 0),
}
VIEWS: dict[str, dict[str, Field]] = {
    "home": _VIEW,
    "modal": {
        **_VIEW,
        "title!": _text(24, plain=True),
        "submit": _text(24, plain=True),
        "close": _text(24, plain=True),
        "clear_on_close": _bool,
        "notify_on_close": _bool,
        "submit_disabled": _bool,
    },
}
