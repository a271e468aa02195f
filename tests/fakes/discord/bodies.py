"""The bodies that Discord takes, with their limits: messages, embeds, components, modals, answers, commands.

Source: docs.discord.com/developers/resources/message, components/reference, interactions/receiving-and-responding,
interactions/application-commands. What is not played (stickers, polls, components v2, activities) is left out, and so
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.discord.fields import (
    FLAG,
    ID,
    TIME,
    Field,
    Shape,
    Wrong,
    many,
    number,
    one_of,
    size,
    text,
    thing,
    url,
    web,
)

CONTENT, EMBEDS_SUM, FILE_SIZE, FILES = 2000, 6000, 10 * 1024 * 1024, 10
EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 6, 1 << 2, 1 << 12, 1 << 15


def embed_size(embed: Any) -> int:
    """What counts towards the 6000 (resources/message#embed-object-embed-limits)."""
    parts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    parts.append((embed.get("author") or {}).get("name"))
    for one in embed.get("fields") or []:
        parts += [one["name"], one["value"]]
    return sum(size((part or "").strip()) for part in parts)


def _embed(embed: Any) -> Iterator[Wrong]:
    shows = [embed.get(name) for name in ("title", "description", "fields")]
    shows += [(embed.get(name) or {}).get("url") for name in ("image", "thumbnail")]
    shows += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    if not any(one.strip() if isinstance(one, str) else one for one in shows):
        yield Wrong(("description",), "BASE_TYPE_REQUIRED", "This field is required")


def _embeds(embeds: Any) -> Iterator[Wrong]:
    """Over all embeds of a message; the one with which it becomes too much is named."""
    total = 0
    for place, one in enumerate(embeds):
        total += embed_size(one)
        if total > EMBEDS_SUM:
            yield Wrong((place,), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBEDS_SUM}")
            return


_PICTURE: Shape = {"url": url().needed(), "width": number(), "height": number(), "description": text(4096)}
EMBED: Shape = {
    "type": one_of("rich"),
    "url": web(),
    "title": text(256),
    "color": number(0, 0xFFFFFF),
    "timestamp": TIME,
    "description": text(4096),
    "author": thing({"name": text(256, 1).needed(), "url": web(), "icon_url": url()}),
    "image": thing(_PICTURE),
    "thumbnail": thing(_PICTURE),
    "footer": thing({"text": text(2048, 1).needed(), "icon_url": url()}),
    "flags": one_of(0),
    "fields": many(
        thing({"name": text(256, 1).needed(), "value": text(1024, 1).needed(), "inline": FLAG}).needed(), 25
    ),
}

_EMOJI = thing({"id": ID, "name": text(32, 1).needed(), "animated": FLAG})
CUSTOM_ID = text(100, 1).needed()
PRIMARY, SECONDARY, SUCCESS, DANGER, LINK = 1, 2, 3, 4, 5


def _button(button: Any) -> Iterator[Wrong]:
    """components/reference#button: a link has a url and no custom_id, the others the other way round."""
    if not (button.get("label") or "").strip() and not button.get("emoji"):
        yield Wrong(("label",), "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji")
    if button["style"] == LINK:
        if not button.get("url"):
            yield Wrong(("url",), "BASE_TYPE_REQUIRED", "A url is required")
        if button.get("custom_id"):
            yield Wrong(
                ("custom_id",), "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be given"
            )
    else:
        if not button.get("custom_id"):
            yield Wrong(("custom_id",), "BASE_TYPE_REQUIRED", "A custom id is required")
        if button.get("url"):
            yield Wrong(("url",), "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be given")


_BUTTON: Shape = {
    "type": one_of(2).needed(),
    "id": number(0),
    "custom_id": text(100, 1),
    "style": one_of(PRIMARY, SECONDARY, SUCCESS, DANGER, LINK).needed(),
    "label": text(80),
    "disabled": FLAG,
    "url": web(512),
    "emoji": _EMOJI,
}


def _menu(menu: Any) -> Iterator[Wrong]:
    options = menu["options"]
    values = [one["value"] for one in options]
    for place, value in enumerate(values):
        if value in values[:place]:
            code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
            yield Wrong(("options", place, "value"), code, "The specified option value is already used")
    least, most = menu.get("min_values"), menu.get("max_values")
    if (1 if most is None else most) > len(options):
        code = "SELECT_COMPONENT_MAX_VALUES_EXCEEDED"
        yield Wrong(("max_values",), code, "There are not so many options")
    if (1 if least is None else least) > (1 if most is None else most):
        yield Wrong(("min_values",), "SELECT_COMPONENT_MIN_VALUES_EXCEEDED", "More than max_values")
    chosen = sum(bool(one.get("default")) for one in options)
    if chosen > (1 if most is None else most):
        yield Wrong(("options",), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More options are chosen than max_values")


_OPTION: Shape = {
    "label": text(100, 1).needed(),
    "value": text(100, 1).needed(),
    "description": text(100),
    "default": FLAG,
    "emoji": _EMOJI,
}
_MENU: Shape = {
    "type": one_of(3).needed(),
    "id": number(0),
    "custom_id": CUSTOM_ID,
    "placeholder": text(150),
    "min_values": number(0, 25),
    "max_values": number(1, 25),
    "options": many(thing(_OPTION).needed(), 25, 1).needed(),
}
MESSAGE_MENU: Shape = _MENU | {"disabled": FLAG}
MODAL_MENU: Shape = _MENU | {"required": FLAG}


def _row(row: Any) -> Iterator[Wrong]:
    """Five buttons, or one select alone (components/reference#action-row)."""
    kinds = [one["type"] for one in row["components"]]
    if 3 in kinds and len(kinds) > 1:
        yield Wrong(
            ("components",), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        )
    for place, one in enumerate(row["components"]):
        found = _button(one) if one["type"] == 2 else _menu(one)
        yield from (wrong.under("components", place) for wrong in found)


ROW: Shape = {
    "type": one_of(1).needed(),
    "id": number(0),
    "components": many(Field("by_type", null=False, of={2: _BUTTON, 3: MESSAGE_MENU}), 5, 1).needed(),
}


def _rows(rows: Any) -> Iterator[Wrong]:
    """Each row in itself, then custom ids and component ids over the whole message."""
    for place, row in enumerate(rows):
        yield from (wrong.under(place) for wrong in _row(row))
    yield from _twice(
        ((place, "components", at), one) for place, row in enumerate(rows) for at, one in enumerate(row["components"])
    )


def _twice(components: Iterator[tuple[tuple[str | int, ...], Any]]) -> Iterator[Wrong]:
    seen: dict[str, set[Any]] = {"custom_id": set(), "id": set()}
    for path, one in components:
        for name, known in seen.items():
            if one.get(name) in known:
                code = "COMPONENT_CUSTOM_ID_DUPLICATED" if name == "custom_id" else "COMPONENT_ID_DUPLICATED"
                yield Wrong((*path, name), code, "Component custom id cannot be duplicated")
            elif one.get(name):
                known.add(one[name])


def _mentions(given: Any) -> Iterator[Wrong]:
    for kind in ("users", "roles"):
        if given.get(kind) and kind in (given.get("parse") or []):
            code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
            yield Wrong(("parse",), code, f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive.")


ALLOWED_MENTIONS = thing(
    {
        "parse": many(one_of("roles", "users", "everyone").needed(), 3),
        "users": many(ID.needed(), 100),
        "roles": many(ID.needed(), 100),
        "replied_user": FLAG,
    },
    _mentions,
)
ATTACHMENT: Shape = {"id": ID.needed(), "filename": text(1024, 1), "description": text(1024), "title": text(1024)}


def _flags(*known: int) -> Field:
    def bits(given: Any) -> Iterator[Wrong]:
        if given & COMPONENTS_V2 and COMPONENTS_V2 not in known:
            yield Wrong((), "NOT_PLAYED", "The fake does not play components v2.")
        elif given & ~sum(known):
            yield Wrong((), "MESSAGE_FLAGS_INVALID", f"Only the flags {known} may be set")

    return Field("int", least=0, check=bits)


def _nonce(given: Any) -> Iterator[Wrong]:
    if isinstance(given, bool) or not isinstance(given, str | int):
        yield Wrong((), "STRING_TYPE_CONVERT", f'Could not interpret "{given}" as string.')
    elif isinstance(given, str) and not size(given) <= 25:
        yield Wrong((), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    elif isinstance(given, int) and not -(2**63) <= given < 2**63:
        yield Wrong((), "NUMBER_TYPE_COERCE", f'Value "{given}" is not int64.')


NONCE = Field("any", check=_nonce)
_BASE: Shape = {
    "content": text(CONTENT),
    "embeds": Field("list", most=10, of=Field("object", null=False, of=EMBED, check=_embed), check=_embeds),
    "allowed_mentions": ALLOWED_MENTIONS,
    "components": Field("list", most=5, of=Field("by_type", null=False, of={1: ROW}), check=_rows),
    "attachments": many(thing(ATTACHMENT).needed(), FILES),
    "tts": FLAG,
}
"""`tts` means something in new messages only, but discord.py sends it along with edits of webhooks too."""
MESSAGE: Shape = _BASE | {
    "flags": _flags(SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS),
    "message_reference": thing(
        {"type": one_of(0), "message_id": ID.needed(), "channel_id": ID, "guild_id": ID, "fail_if_not_exists": FLAG}
    ),
    "nonce": NONCE,
    "enforce_nonce": FLAG,
}
MESSAGE_EDIT: Shape = _BASE | {"flags": _flags(SUPPRESS_EMBEDS)}
ORIGINAL_EDIT: Shape = _BASE | {"flags": _flags(SUPPRESS_EMBEDS)}
FOLLOWUP: Shape = _BASE | {"flags": _flags(SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, EPHEMERAL)}
ANSWER = FOLLOWUP
OPEN_DM: Shape = {"recipient_id": ID.needed()}


def _never(given: Any) -> Iterator[Wrong]:
    yield Wrong((), "COMPONENT_LABEL_NOT_ALLOWED", "The label around it has the words")


_LABELLED: dict[int, Shape] = {
    3: MODAL_MENU,
    4: {
        "type": one_of(4).needed(),
        "id": number(0),
        "custom_id": CUSTOM_ID,
        "style": one_of(1, 2).needed(),
        "label": Field("any", check=_never),
        "value": text(4000),
        "placeholder": text(100),
        "required": FLAG,
        "min_length": number(0, 4000),
        "max_length": number(1, 4000),
    },
    19: {
        "type": one_of(19).needed(),
        "id": number(0),
        "custom_id": CUSTOM_ID,
        "min_values": number(0, 10),
        "max_values": number(1, 10),
        "required": FLAG,
    },
}


def _input(one: Any) -> Iterator[Wrong]:
    if one["type"] == 3:
        yield from _menu(one)
    if one["type"] == 4:
        least, most = one.get("min_length") or 0, one.get("max_length") or 4000
        if least > most:
            yield Wrong(("min_length",), "TEXT_INPUT_MIN_LENGTH_INVALID", "More than max_length")
        if one.get("value") and not size(one["value"]) <= most:
            yield Wrong(("value",), "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    if one["type"] == 19 and (one.get("min_values") or 0) > (one.get("max_values") or 1):
        yield Wrong(("min_values",), "FILE_UPLOAD_MIN_VALUES_EXCEEDED", "More than max_values")


_MODAL_PARTS: dict[int, Shape] = {
    10: {"type": one_of(10).needed(), "id": number(0), "content": text(4000, 1).needed()},
    18: {
        "type": one_of(18).needed(),
        "id": number(0),
        "label": text(45, 1).needed(),
        "description": text(100, 1),
        "component": Field("by_type", required=True, null=False, of=_LABELLED, check=_input),
    },
}
"""A text, and a label around an input. Rows of inputs are deprecated (components/reference#label) and left out."""


def _form(parts: Any) -> Iterator[Wrong]:
    yield from _twice(
        ((place, "component"), part["component"]) for place, part in enumerate(parts) if part["type"] == 18
    )


MODAL: Shape = {
    "custom_id": CUSTOM_ID,
    "title": text(45, 1).needed(),
    "components": Field("list", True, False, 1, 5, Field("by_type", null=False, of=_MODAL_PARTS), check=_form),
}

_LOCALES = (
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"),
    *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
)
"""reference#locales"""


def locales(of: Field) -> Field:
    return Field("map", of=of.needed(), choices=_LOCALES)


def _choice(value: Field) -> Shape:
    return {"name": text(100, 1).needed(), "name_localizations": locales(text(100, 1)), "value": value}


CHOICE: Shape = _choice(Field("any").needed())


def _choice_value(choice: Any) -> Iterator[Wrong]:
    value = choice.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        yield Wrong(("value",), "BASE_TYPE_REQUIRED", "This field is required")
    elif isinstance(value, str) and not 1 <= size(value) <= 100:
        yield Wrong(("value",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    elif not isinstance(value, str) and abs(value) > 2**53:
        yield Wrong(("value",), "NUMBER_TYPE_MAX", "Too large")


CHOICES = many(thing(CHOICE, _choice_value).needed(), 25)
CHOSEN: Shape = {"choices": CHOICES}
CALLBACK: Shape = {"type": one_of(4, 5, 6, 7, 8, 9).needed(), "data": Field("any")}
"""`data` is checked by its type: CALLBACKS."""
CALLBACKS: dict[int, Shape] = {
    4: ANSWER,
    5: {"flags": _flags(EPHEMERAL)},
    6: {},
    7: ORIGINAL_EDIT,
    8: CHOSEN,
    9: MODAL,
}

COMMAND_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")


def _lower(name: Any) -> Iterator[Wrong]:
    if not COMMAND_NAME.fullmatch(name) or name != name.lower():
        yield Wrong((), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


NAME = Field("str", True, False, 1, 32, check=_lower)
LOCAL_NAMES = locales(Field("str", least=1, most=32, check=_lower))
DESCRIPTION = text(100, 1).needed()
LOCAL_DESCRIPTIONS = locales(text(100, 1))
SUB, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(1, 12)
TYPED = {STRING, INTEGER, NUMBER}
"""Types of options that may have choices or autocomplete."""


def _option(kind: int) -> Shape:
    shape: Shape = {
        "type": one_of(kind).needed(),
        "name": NAME,
        "name_localizations": LOCAL_NAMES,
        "description": DESCRIPTION,
        "description_localizations": LOCAL_DESCRIPTIONS,
    }
    if kind not in (SUB, GROUP):
        shape["required"] = FLAG
    if kind in TYPED:
        shape |= {"autocomplete": FLAG, "choices": CHOICES}
    if kind == STRING:
        shape |= {"min_length": number(0, 6000), "max_length": number(1, 6000)}
    if kind in (INTEGER, NUMBER):
        shape |= {"min_value": Field("number"), "max_value": Field("number")}
    if kind == CHANNEL:
        shape["channel_types"] = many(number(0).needed())
    return shape


OPTIONS: dict[int, Shape] = {kind: _option(kind) for kind in range(STRING, FILE + 1)}
SUB_SHAPE: Shape = _option(SUB) | {"options": many(Field("by_type", null=False, of=OPTIONS), 25)}
GROUP_SHAPE: Shape = _option(GROUP) | {
    "options": many(Field("by_type", null=False, of={SUB: SUB_SHAPE}), 25, 1).needed()
}
COMMAND: Shape = {
    "id": ID,
    "type": one_of(1, 2, 3),
    "name": Field("str", True, False, 1, 32),
    "name_localizations": locales(text(32, 1)),
    "description": text(100),
    "description_localizations": LOCAL_DESCRIPTIONS,
    "options": many(Field("by_type", null=False, of={SUB: SUB_SHAPE, GROUP: GROUP_SHAPE, **OPTIONS}), 25),
    "default_member_permissions": Field("any"),
    "dm_permission": FLAG,
    "contexts": Field("list", least=1, of=one_of(0, 1, 2).needed(), unique=True),
    "integration_types": Field("list", least=1, of=one_of(0, 1).needed(), unique=True),
    "nsfw": FLAG,
}
COMMANDS = Field("list", True, False, None, 130, thing(COMMAND).needed())
