"""What Discord refuses and its OpenAPI document does not say: by hand, each with the page of docs.discord.com.

Characters are counted in UTF-16 units, the strictest way: the documentation does not say how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import regex

CONTENT = 2_000
EMBEDS = 6_000
"""Of title, description, field.name, field.value, footer.text and author.name, over all embeds (resources/message)."""
ROWS = 5
COMMAND = 8_000
"""Names, descriptions and values of one command (interactions/application-commands)."""
MOST = {1: 100, 2: 15, 3: 15}
"""Commands of each type in one scope."""
IS_COMPONENTS_V2 = 1 << 15
NAME = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")
LOCALES = frozenset(
    {
        *("bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id", "it"),
        *("ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW"),
    }
)
_ACTION_ROW, _BUTTON, _SELECT, _LABEL, _UPLOAD = 1, 2, 3, 18, 19
_LINK_STYLE, _PREMIUM_STYLE = 5, 6
_COMMANDS = "/commands"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
_THREAD_START = "/channels/{channel_id}/threads"

Json = dict[str, Any]


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def problems(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a body that the document finds nothing wrong with."""
    wrong = [f"{where}: half a character" for where, text in _strings(body) if regex.search(r"\p{Cs}", text)]
    if path.endswith(_COMMANDS) or "/commands/{" in path:
        return wrong + _commands(body)
    if path == _CALLBACK:
        return wrong + _callback(body)
    if path == _THREAD_START and isinstance(body, dict) and "message" in body:
        return wrong + message(body["message"], new=True)
    if isinstance(body, dict) and ("/messages" in path or path.endswith("/webhooks/{webhook_id}/{webhook_token}")):
        return wrong + message(body, new=method.upper() == "POST")
    return wrong


def message(body: Json, new: bool) -> list[str]:
    """A message as it is posted (`new`) or edited."""
    wrong = list(_embeds(body.get("embeds") or []))
    if (count := length(body.get("content") or "")) > CONTENT:
        wrong.append(f"content: {count} characters")
    rows = body.get("components") or []
    if (body.get("flags") or 0) & IS_COMPONENTS_V2:
        wrong += [
            f"{key}: not with components v2" for key in ("content", "embeds", "poll", "sticker_ids") if body.get(key)
        ]
    else:
        if len(rows) > ROWS:
            wrong.append(f"components: {len(rows)} rows")
        wrong += [f"components: {row['type']} needs components v2" for row in rows if row["type"] != _ACTION_ROW]
        parts = ("content", "embeds", "attachments", "sticker_ids", "poll", "message_reference")
        if new and not any(body.get(part) for part in parts):
            wrong.append("an empty message")
    wrong += _components(rows)
    attached = Counter(one["id"] for one in body.get("attachments") or [])
    wrong += [f"attachments: {id} twice" for id, times in attached.items() if times > 1]
    mentions = body.get("allowed_mentions") or {}
    for kind in ("users", "roles"):
        if mentions.get(kind) and kind in (mentions.get("parse") or []):
            wrong.append(f"allowed_mentions: {kind} both parsed and named")
    if body.get("enforce_nonce") and not body.get("nonce"):
        wrong.append("enforce_nonce without a nonce")
    return wrong


def _embeds(embeds: list[Json]) -> Iterator[str]:
    total = 0
    for number, embed in enumerate(embeds):
        author, footer = embed.get("author") or {}, embed.get("footer") or {}
        shown = [embed.get("title"), embed.get("description"), author.get("name"), footer.get("text")]
        shown += [field[key] for field in embed.get("fields") or [] for key in ("name", "value")]
        total += sum(length(text) for text in shown if text)
        if not any(text and text.strip() for text in shown) and not (embed.get("image") or embed.get("thumbnail")):
            yield f"embeds[{number}]: empty"
        if author and not (author.get("name") or "").strip():
            yield f"embeds[{number}].author: needs a name"
        for limit, text in zip((256, 4_096, 256, 2_048), shown, strict=False):
            if text and length(text) > limit:
                yield f"embeds[{number}]: {length(text)} characters for {limit}"
        pictures = [embed.get("image"), embed.get("thumbnail"), author, footer]
        for url in (embed.get("url"), author.get("url")):
            if url and not _is_web(url):
                yield f"embeds[{number}]: a link to {url}"
        for picture in filter(None, pictures):
            url = picture.get("icon_url") or (picture is not author and picture.get("url"))
            if url and not (_is_web(url) or url.startswith("attachment://")):
                yield f"embeds[{number}]: a picture at {url}"
    if total > EMBEDS:
        yield f"embeds: {total} characters in all"


def _components(rows: list[Json]) -> list[str]:
    """Of a message or a modal."""
    parts = list(_each(rows))
    ids = Counter(part["custom_id"] for part in parts if part.get("custom_id") is not None)
    wrong = [f"custom_id {id!r} {times} times" for id, times in ids.items() if times > 1]
    numbers = Counter(part["id"] for part in parts if part.get("id"))
    wrong += [f"component id {id} {times} times" for id, times in numbers.items() if times > 1]
    for part in parts:
        if part["type"] == _ACTION_ROW:
            kinds = {inner["type"] for inner in part["components"]}
            if kinds != {_BUTTON} and len(part["components"]) > 1:
                wrong.append("a select shares its row")
        if part["type"] == _BUTTON:
            wrong += _button(part)
        if part["type"] == _SELECT:
            wrong += _select(part)
    return wrong


def _button(part: Json) -> Iterator[str]:
    link, premium = part["style"] == _LINK_STYLE, part["style"] == _PREMIUM_STYLE
    if bool(part.get("url")) is not link or bool(part.get("sku_id")) is not premium:
        yield "a button's address and style do not belong together"
    if bool(part.get("custom_id")) is (link or premium):
        yield "a button needs either a custom_id or an address"
    if not (part.get("label") or "").strip() and not part.get("emoji") and not premium:
        yield "a button without a face"
    if length(part.get("label") or "") > 80:
        yield "a button's label is too long"


def _select(part: Json) -> Iterator[str]:
    options, most = part["options"], part.get("max_values") or 1
    if len({option["value"] for option in options}) < len(options):
        yield "two options of one value"
    if any(
        length(option[key] or "") > 100
        for option in options
        for key in ("label", "value", "description")
        if key in option
    ):
        yield "an option is too long"
    if any(not option["label"].strip() for option in options):
        yield "an option without a face"
    if sum(bool(option.get("default")) for option in options) > most:
        yield "more options chosen than may be"
    if most > len(options) or (part.get("min_values") or 0) > most:
        yield "more options to choose than there are"


def _callback(body: Json) -> list[str]:
    kind, data = body["type"], body.get("data") or {}
    if kind in (4, 7):
        return message(data, new=kind == 4)
    if kind == 9:
        return _modal(data)
    return []


def _modal(data: Json) -> list[str]:
    wrong = _components(data["components"])
    if len(data["components"]) > ROWS:
        wrong.append(f"{len(data['components'])} components in a modal")
    wrong += [f"a modal holds {part['type']}" for part in data["components"] if part["type"] not in (_LABEL, 10)]
    for part in _each(data["components"]):
        least, most = part.get("min_length") or 0, part.get("max_length") or 4_000
        if (value := part.get("value")) and not least <= length(value) <= most:
            wrong.append("a value that its input does not take")
        if part["type"] == _UPLOAD and (part.get("min_values") or 0) > (part.get("max_values") or 1):
            wrong.append("more files needed than may come")
        if (
            part["type"] in (_SELECT, _UPLOAD)
            and part.get("required") is False
            and part.get("min_values") not in (None, 0)
        ):
            wrong.append("what is not required needs no least number")
        if part["type"] == _SELECT and "disabled" in part:
            wrong.append("a disabled select in a modal")
    return wrong


def _commands(body: Any) -> list[str]:
    """One command, or all of a scope."""
    every = body if isinstance(body, list) else [body]
    wrong = [problem for one in every for problem in _command(one)]
    kinds = Counter(one.get("type") or 1 for one in every)
    wrong += [f"{count} commands of type {kind}" for kind, count in kinds.items() if count > MOST.get(kind, 1)]
    names = Counter((one.get("type") or 1, one.get("name")) for one in every)
    return wrong + [f"{name} {times} times" for (_, name), times in names.items() if times > 1]


def _command(one: Json) -> Iterator[str]:
    if (one.get("type") or 1) != 1:
        if one.get("description") or one.get("options"):
            yield f"{one.get('name')}: a context menu has a name and nothing else"
        yield from _localised(one, "name", lambda name: bool(name.strip()))
        return
    if "name" in one and not one.get("description"):
        yield f"{one['name']}: no description"
    if (size := _size(one)) > COMMAND:
        yield f"{one.get('name')}: {size} characters"
    yield from _named(one)


def _named(one: Json) -> Iterator[str]:
    """A command or an option, and all within."""
    yield from _localised(one, "name", _is_name)
    yield from _localised(one, "description", lambda text: bool(text.strip()) and length(text) <= 100)
    options = one.get("options") or []
    names = Counter(option["name"] for option in options)
    yield from (f"{one['name']}: {name} {times} times" for name, times in names.items() if times > 1)
    if any(later.get("required") and not before.get("required") for before, later in pairwise(options)):
        yield f"{one['name']}: what is required comes first"
    nested = [option["type"] in (1, 2) for option in options]
    if any(nested) and not all(nested):
        yield f"{one['name']}: options beside sub commands"
    for option in options:
        if option.get("autocomplete") and option.get("choices"):
            yield f"{option['name']}: both choices and autocomplete"
        yield from _named(option)
    for choice in one.get("choices") or []:
        yield from _localised(choice, "name", lambda text: bool(text.strip()))


def _localised(one: Json, key: str, good: Callable[[str], bool]) -> Iterator[str]:
    others = one.get(f"{key}_localizations") or {}
    yield from (f"no locale {locale}" for locale in others if locale not in LOCALES)
    own = [one[key]] if one.get(key) else []
    yield from (f"{key} {text!r}" for text in (*own, *others.values()) if not good(text))


def _is_name(name: str) -> bool:
    return bool(NAME.fullmatch(name)) and name == name.lower()


def _size(one: Json) -> int:
    """The longest localisation of each counts."""
    total = 0
    for key in ("name", "description"):
        every = [one.get(key) or "", *(one.get(f"{key}_localizations") or {}).values()]
        total += max(map(length, every))
    if isinstance(one.get("value"), str):
        total += length(one["value"])
    return total + sum(_size(inner) for key in ("options", "choices") for inner in one.get(key) or [])


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not regex.search(r"\s", url)


def _each(parts: list[Json]) -> Iterator[Json]:
    """Every component, at whatever depth."""
    for part in parts:
        yield part
        yield from _each(part.get("components") or [])
        yield from _each([inner for key in ("component", "accessory") if (inner := part.get(key))])


def _strings(value: Any, where: str = "body") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, f"{where}[{number}]")
