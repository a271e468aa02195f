"""Forms as modals, and the App Home; and back from what a modal tells. Pure.

Limits as in `blocks`. A field's input stands in a block `field-<name>`, so that an error finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bridge.adapters._text import length, visible
from bridge.adapters.slack.shown import blocks as b
from bridge.adapters.slack.shown.blocks import Block
from bridge.adapters.slack.shown.mrkdwn import escaped, filled_in
from bridge.adapters.slack.shown.render import Pictures, blocks_of
from bridge.model.card import Card, Field, FieldKind, Form
from bridge.model.say import Words

CALLBACK = "form"
TITLE = 24
LINE = 300
"""Characters of a one-line answer."""
INPUT = 3_000
"""The most that an input takes."""
CHOICES = 100
FILES = 10
_PREFIX = "field-"
_FILES = "files"
_VALUE = "value"


def form_view(form: Form, meta: str, words: Words | None = None) -> Block:
    """The form as a modal, for views.open and views.update. `meta` comes back as private_metadata (at most 3,000).

    Inputs for files need the scope files:read; without it give the form with `files` 0.
    """
    blocks: list[Block] = []
    for field in form.fields[: b.VIEW_BLOCKS // 2 - 1]:
        blocks.append(_input(field))
        if field.error:
            blocks.append(b.context(f"⚠️ {escaped(field.error)}"))
    if form.files > 0:
        blocks.append(_files(form.files, words))
        if form.files_error:
            blocks.append(b.context(f"⚠️ {escaped(form.files_error)}"))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": b.plain(form.title, TITLE),
        "submit": b.plain(form.submit, TITLE),
        "close": b.plain(words.say("Cancel") if words else "Cancel", TITLE),
        "private_metadata": meta,
        "blocks": blocks or [b.section(b.MORE)],
    }


def home_view(card: Card, pictures: Pictures | None = None, words: Words | None = None) -> Block:
    """A personal page for views.publish; like a message, with a larger title and more room."""
    head, tail = blocks_of(replace(card, title=""), pictures or {}, words)
    if visible(card.title).strip():
        head = [b.header(card.title), *head]
    return {"type": "home", "blocks": b.numbered(b.fitted(head, tail, b.VIEW_BLOCKS, b.VIEW_WEIGHT))}


def error_blocks(form: Form) -> dict[str, str]:
    """Block id -> sentence, as `response_action: errors` takes it; empty where nothing was wrong."""
    found = {_PREFIX + field.name: field.error for field in form.fields if field.error}
    return {**found, _FILES: form.files_error} if form.files_error else found


def fields_of(view: Mapping[str, object]) -> dict[str, str]:
    """Field name -> what was filled in, "" for nothing; from the view of a view_submission. Never fails."""
    found = {}
    for block_id, state in _state(view):
        if not block_id.startswith(_PREFIX):
            continue
        chosen = state.get("selected_option")
        value = chosen.get("value") if isinstance(chosen, Mapping) else state.get("value")
        found[block_id.removeprefix(_PREFIX)] = filled_in(value) if isinstance(value, str) else ""
    return found


def files_of(view: Mapping[str, object]) -> list[dict[str, object]]:
    """The file objects that came with a form, as Slack tells them. Never fails."""
    for block_id, state in _state(view):
        files = state.get("files")
        if block_id == _FILES and isinstance(files, list):
            return [dict(file) for file in files if isinstance(file, Mapping)]
    return []


def _state(view: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    """(block id, its input's state), as far as the payload is what it should be."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    if not isinstance(values, Mapping):
        return []
    # One input stands in each block, so its action_id tells nothing; Slack wants them to differ all the same.
    inputs = ((id, next(iter(inside.values()), None)) for id, inside in values.items() if isinstance(inside, Mapping))
    return [(str(block_id), found) for block_id, found in inputs if isinstance(found, Mapping)]


def _input(field: Field) -> Block:
    block: Block = {
        "type": "input",
        "block_id": b.clip(_PREFIX + field.name, 255),
        "label": b.plain(field.label, 2_000),
        "element": _element(field),
        "optional": not field.required,
    }
    return {**block, "hint": b.plain(field.hint, 2_000)} if visible(field.hint).strip() else block


def _element(field: Field) -> Block:
    action_id = b.clip(f"{_VALUE}-{field.name}", 255)
    options = [_option(value, label) for value, label in field.choices[:CHOICES] if 0 < length(value) <= b.OPTION_VALUE]
    if field.kind is FieldKind.CHOICE and options:
        element: Block = {"type": "static_select", "action_id": action_id, "options": options}
        chosen = next((option for option in options if option["value"] == field.value), None)
        return {**element, "initial_option": chosen} if chosen else element
    most = INPUT if field.kind is FieldKind.TEXT else LINE
    multiline = field.kind is FieldKind.TEXT
    element = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline, "max_length": most}
    value = b.clip(visible(field.value), most)
    return {**element, "initial_value": value} if value else element


def _option(value: str, label: str) -> Block:
    return {"text": b.plain(label or value, b.LABEL), "value": value}


def _files(most: int, words: Words | None) -> Block:
    label = "Attach pictures or files"
    return {
        "type": "input",
        "block_id": _FILES,
        "label": b.plain(words.say(label) if words else label, 2_000),
        "element": {"type": "file_input", "action_id": _FILES, "max_files": min(most, FILES)},
        "optional": True,
    }
