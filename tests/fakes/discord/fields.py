"""A small language for the bodies that Discord takes, and the check of a body against it.

A shape is name -> Field; unknown names are refused, so that a typo is noticed (Discord ignores them). What is wrong is
told in Discord's own nested form: {"embeds": {"0": {"title": {"_errors": [{"code", "message"}]}}}}.
Lengths count UTF-16 units, the most that Discord could count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
SNOWFLAKE = re.compile(r"(0|[1-9][0-9]{0,19})")
INT53 = 2**53 - 1


@dataclass(frozen=True)
class Field:
    """`kind`: str, int, number, bool, id, url, time, object, list, by_type, map, any. `least`, `most`: of a text its
    length, of a number its value, of a list its items. `of`: the shape of an object, the field of a list's items or a
    map's values, or type -> shape for by_type. `check`: what else is wrong with a value that is right so far."""

    kind: str
    required: bool = False
    null: bool = True
    least: int | None = None
    most: int | None = None
    of: Any = None
    choices: tuple[Any, ...] = ()
    check: Callable[[Any], Iterator[Wrong]] | None = None
    unique: bool = False

    def needed(self) -> Field:
        return replace(self, required=True, null=False)


@dataclass(frozen=True)
class Wrong:
    """One mistake, where it is and what Discord calls it."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def under(self, *path: str | int) -> Wrong:
        return replace(self, path=(*path, *self.path))


Shape = dict[str, Field]


def size(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def nested(wrongs: list[Wrong]) -> Json:
    """Discord's `errors` object."""
    made: Json = {}
    for wrong in wrongs:
        at = made
        for step in wrong.path:
            at = at.setdefault(str(step), {})
        at.setdefault("_errors", []).append({"code": wrong.code, "message": wrong.message})
    return made


def check(shape: Shape, given: Any) -> list[Wrong]:
    """All that is wrong with an object."""
    return list(_object(shape, given))


def check_field(field: Field, given: Any) -> list[Wrong]:
    return list(_field(field, given))


def _object(shape: Shape, given: Any) -> Iterator[Wrong]:
    if not isinstance(given, dict):
        yield Wrong((), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    for name in given:
        if name not in shape:
            yield Wrong((name,), "UNKNOWN_FIELD", "The fake refuses what is not in its tables.")
    for name, field in shape.items():
        if name not in given:
            if field.required:
                yield Wrong((name,), "BASE_TYPE_REQUIRED", "This field is required")
            continue
        yield from (wrong.under(name) for wrong in _field(field, given[name]))


def _field(field: Field, given: Any) -> Iterator[Wrong]:
    if given is None:
        if field.required or not field.null:
            yield Wrong((), "BASE_TYPE_REQUIRED", "This field is required")
        return
    found = list(_KINDS[field.kind](field, given))
    yield from found
    if found:
        return
    if field.choices and field.kind != "map" and given not in field.choices:
        yield Wrong((), "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, field.choices))}}}.")
    elif field.check is not None:
        yield from field.check(given)


def _length(field: Field, count: int) -> Iterator[Wrong]:
    least, most = field.least, field.most
    if (least is not None and count < least) or (most is not None and count > most):
        if least and most is not None:
            yield Wrong((), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif least and count < least:
            yield Wrong((), "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")
        else:
            yield Wrong((), "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def _str(field: Field, given: Any) -> Iterator[Wrong]:
    if not isinstance(given, str):
        yield Wrong((), "STRING_TYPE_CONVERT", f'Could not interpret "{given}" as string.')
        return
    if re.search(r"[\ud800-\udfff]", given):
        yield Wrong((), "STRING_TYPE_CONVERT", "Half a character")
    elif field.least and not given.strip():
        yield Wrong((), "BASE_TYPE_REQUIRED", "This field is required")
    else:
        yield from _length(field, size(given))


def _number(field: Field, given: Any) -> Iterator[Wrong]:
    if isinstance(given, bool) or not isinstance(given, (int, float) if field.kind == "number" else int):
        yield Wrong((), "NUMBER_TYPE_COERCE", f'Value "{given}" is not {field.kind}.')
    elif field.least is not None and given < field.least:
        yield Wrong((), "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {field.least}.")
    elif field.most is not None and given > field.most:
        yield Wrong((), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {field.most}.")


def _bool(field: Field, given: Any) -> Iterator[Wrong]:
    if not isinstance(given, bool):
        yield Wrong((), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


def _id(field: Field, given: Any) -> Iterator[Wrong]:
    """As text; numbers are taken by Discord for an attachment's id only, but JavaScript would break them."""
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) and given < INT53 else given
    if not isinstance(text, str) or not SNOWFLAKE.fullmatch(text) or int(text) >= 2**64:
        yield Wrong((), "NUMBER_TYPE_COERCE", f'Value "{given}" is not snowflake.')


def _url(field: Field, given: Any) -> Iterator[Wrong]:
    wrong = list(_str(field, given))
    yield from wrong
    if wrong or given == "":
        return
    try:
        parts = urlsplit(given)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme == "attachment" and field.choices == ():
        return
    if parts.scheme not in ("http", "https"):
        known = "('http', 'https', 'attachment')"
        yield Wrong((), "URL_TYPE_INVALID_SCHEME", f'Scheme "{parts.scheme}" must be one of {known}.')
    elif not host or re.search(r"[\s<>\x00-\x1f]", given):
        yield Wrong((), "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _web(field: Field, given: Any) -> Iterator[Wrong]:
    wrong = list(_url(replace(field, choices=("web",)), given))
    yield from wrong


def _time(field: Field, given: Any) -> Iterator[Wrong]:
    try:
        datetime.fromisoformat(given)
    except (TypeError, ValueError):
        yield Wrong((), "DATE_TIME_TYPE_PARSE", f"Could not parse {given}. Should be ISO8601.")


def _whole(field: Field, given: Any) -> Iterator[Wrong]:
    yield from _object(field.of, given)


def _list(field: Field, given: Any) -> Iterator[Wrong]:
    if not isinstance(given, list):
        yield Wrong((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    yield from _length(field, len(given))
    for place, item in enumerate(given):
        yield from (wrong.under(place) for wrong in _field(field.of, item))
    if field.unique and len({str(item) for item in given}) < len(given):
        yield Wrong((), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")


def _by_type(field: Field, given: Any) -> Iterator[Wrong]:
    if not isinstance(given, dict):
        yield Wrong((), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    elif given.get("type") not in field.of or isinstance(given.get("type"), bool):
        yield Wrong(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, field.of))}}}.")
    else:
        yield from _object(field.of[given["type"]], given)


def _map(field: Field, given: Any) -> Iterator[Wrong]:
    if not isinstance(given, dict):
        yield Wrong((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    for name, value in given.items():
        if field.choices and name not in field.choices:
            yield Wrong((name,), "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(field.choices)}}}.")
        yield from (wrong.under(name) for wrong in _field(field.of, value))


def _anything(field: Field, given: Any) -> Iterator[Wrong]:
    yield from ()


_KINDS: dict[str, Callable[[Field, Any], Iterator[Wrong]]] = {
    "str": _str,
    "int": _number,
    "number": _number,
    "bool": _bool,
    "id": _id,
    "url": _url,
    "web": _web,
    "time": _time,
    "object": _whole,
    "list": _list,
    "by_type": _by_type,
    "map": _map,
    "any": _anything,
}


def text(most: int, least: int | None = None) -> Field:
    return Field("str", least=least, most=most)


def number(least: int | None = None, most: int | None = None) -> Field:
    return Field("int", least=least, most=most)


def one_of(*choices: Any) -> Field:
    return Field("int" if isinstance(choices[0], int) else "str", choices=choices)


def url(most: int = 2048) -> Field:
    """http, https or attachment://"""
    return Field("url", most=most)


def web(most: int = 2048) -> Field:
    """http or https only."""
    return Field("web", most=most)


def many(of: Field, most: int | None = None, least: int | None = None) -> Field:
    return Field("list", least=least, most=most, of=of)


def thing(of: Shape, check: Callable[[Any], Iterator[Wrong]] | None = None) -> Field:
    return Field("object", of=of, check=check)


FLAG = Field("bool")
ID = Field("id")
TIME = Field("time")
ANY = Field("any")
