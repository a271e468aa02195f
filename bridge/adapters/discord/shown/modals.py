"""Forms as modals, and back from what a modal tells. Pure.

Each field stands in a label of its own; there are no other places for a hint or a mistake than the label's description,
and none for the words of the button. Limits: docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.adapters._text import clip, length, visible
from bridge.adapters._walk import at, listed, word
from bridge.adapters.discord.shown.components import ID, OPTIONS, Json, face, form_id
from bridge.model.card import Field, FieldKind, Form
from bridge.model.say import Words
from bridge.model.text import Plain, is_empty

TITLE = 45
LABEL = 45
DESCRIPTION = 100
LINE = 300
"""Characters of a one-line answer."""
TEXT = 4_000
PARTS = 5
"""Fields, and what takes files."""
FILES = 10
_LABEL, _TEXT_INPUT, _SELECT, _UPLOAD = 18, 4, 3, 19
_PREFIX = "field-"
_FILES = "files"


def modal(form: Form, message: str = "", words: Words | None = None) -> Json | None:
    """The data of an answer of type 9. None where the form's line is too long to come back.

    `message`: what it is about, "" for none. `words`: the reader's, for the label of the files; English where nobody
    is known.
    """
    custom_id = form_id(message, form.line)
    if custom_id is None:
        return None
    most = PARTS - 1 if form.files > 0 else PARTS
    parts = [_label(field.label, field.hint, field.error, _input(field)) for field in form.fields[:most]]
    if form.files > 0:
        told = "Attach pictures or files"
        parts.append(_label(words.say(told) if words else told, "", form.files_error, _upload(form.files)))
    return {"custom_id": custom_id, "title": face(form.title, TITLE), "components": parts} if parts else None


def fields_of(data: Mapping[str, object]) -> dict[str, str]:
    """Field name -> what was filled in, "" for nothing; from the data of a MODAL_SUBMIT. Never fails."""
    found = {}
    for part in _inputs(data):
        if (id := word(part, "custom_id")).startswith(_PREFIX):
            chosen = next(iter(listed(part, "values")), None)
            found[id.removeprefix(_PREFIX)] = chosen if isinstance(chosen, str) else word(part, "value")
    return found


def files_of(data: Mapping[str, object]) -> list[dict[str, object]]:
    """The attachment objects that came with a form, in their order. Never fails."""
    chosen = [id for part in _inputs(data) if word(part, "custom_id") == _FILES for id in listed(part, "values")]
    found = [at(data, "resolved", "attachments", id) for id in chosen if isinstance(id, str)]
    return [dict(one) for one in found if isinstance(one, Mapping)]


def _inputs(data: object) -> Iterator[object]:
    """What was filled in, whether in a label or, as of old, in a row."""
    for part in listed(data, "components"):
        yield from (at(part, "component"), *listed(part, "components"))


def _label(label: str, hint: str, error: str, part: Json) -> Json:
    """A mistake takes the place of the hint."""
    told = f"⚠️ {error}" if not is_empty((Plain(error),)) else hint
    about: Json = {} if is_empty((Plain(told),)) else {"description": face(told, DESCRIPTION)}
    return {"type": _LABEL, "label": face(label, LABEL), **about, "component": part}


def _input(field: Field) -> Json:
    id = _PREFIX + field.name
    choices = {value: label for value, label in reversed(field.choices) if 0 < length(value) <= ID}
    options = [_option(field, value, label) for value, label in reversed(choices.items())]
    if field.kind is FieldKind.CHOICE and 0 < len(options) <= OPTIONS:
        return {"type": _SELECT, "custom_id": id, "options": options, "required": field.required}
    many = field.kind is FieldKind.TEXT
    most = TEXT if many else LINE
    value = clip(visible(field.value), most)
    filled: Json = {"value": value} if value else {}
    style = 2 if many else 1
    made: Json = {"type": _TEXT_INPUT, "custom_id": id, "style": style, "required": field.required, "max_length": most}
    return made | filled


def _option(field: Field, value: str, label: str) -> Json:
    chosen: Json = {"default": True} if value == field.value else {}
    return {"label": face(label or value, ID), "value": value} | chosen


def _upload(most: int) -> Json:
    return {
        "type": _UPLOAD,
        "custom_id": _FILES,
        "min_values": 0,
        "max_values": min(most, FILES),
        "required": False,
    }
