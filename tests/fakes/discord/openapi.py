"""Whether a request or an answer is what Discord's own OpenAPI document describes, and what it leaves out (`overlay`).

The document is a preview and looser than the service: it knows no unknown keys, so every object is closed here. It
lies beside the project, on machines that have it (`there`); nothing of it is copied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.fakes.discord import overlay as overlay

DOCUMENT = Path(__file__).parents[4] / "shared" / "specs" / "discord-openapi.json"
_NAME = "urn:discord"
_METHODS = ("get", "post", "put", "patch", "delete")
_BASES = {"Error"}
"""Schemas that others extend by `allOf`; closing them would close those, too."""


class Document:
    """The document with its objects closed, and a validator for each schema that was asked for."""

    def __init__(self, read: dict[str, Any]) -> None:
        self.paths: dict[str, dict[str, Any]] = read["paths"]
        """As in the document: `/channels/{channel_id}/messages` -> method -> operation."""
        closed = deepcopy(read)
        schemas = closed["components"]["schemas"]
        for name, schema in schemas.items():
            _close(schema, name in _BASES)
        for operation in _operations(closed):
            for schema in _schemas(operation):
                _close(schema)
        # The document gives a 429 the code that other errors have, and a field's error a number for a code: what is
        # sent, and the reference shows (topics/rate-limits, reference: error messages), is otherwise.
        schemas["RatelimitedResponse"]["allOf"][0] = {"properties": schemas["Error"]["properties"]}
        said = {"type": "string"}
        schemas["InnerErrors"]["properties"]["_errors"]["items"] = {
            "properties": {"code": said, "message": said},
            "required": ["code", "message"],
            "additionalProperties": False,
        }
        self._closed = closed
        self._registry: Registry[Any] = Registry().with_resource(_NAME, DRAFT202012.create_resource(closed))
        self._validators: dict[str, Draft202012Validator] = {}

    def request(self, method: str, path: str) -> str | None:
        """The JSON pointer of what a request's body has to be; None where it has none. KeyError: no such operation."""
        operation = self.paths[path][method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        kind = next((kind for kind in ("application/json", "multipart/form-data") if kind in content), None)
        return kind and _pointer("paths", path, method.lower(), "requestBody", "content", kind, "schema")

    def answer(self, method: str, path: str, status: int) -> str | None:
        """The JSON pointer of what an answer's body has to be; None where it is empty. KeyError: no such answer."""
        answers = self.paths[path][method.lower()]["responses"]
        key = next(key for key in (str(status), f"{status // 100}XX", "") if key in answers or not key)
        at: tuple[str, ...]
        if "$ref" in answers[key]:
            at = ("components", "responses", answers[key]["$ref"].rpartition("/")[2])
        else:
            at = ("paths", path, method.lower(), "responses", key)
        has_body = "application/json" in self._at(at).get("content", {})
        return _pointer(*at, "content", "application/json", "schema") if has_body else None

    def wrong(self, pointer: str, body: Any) -> list[str]:
        if pointer not in self._validators:
            schema = {"$ref": f"{_NAME}#{pointer}"}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        return [_told(error) for error in self._validators[pointer].iter_errors(body)]

    def schema(self, name: str) -> dict[str, Any]:
        return self._at(("components", "schemas", name))

    def _at(self, keys: tuple[str, ...]) -> dict[str, Any]:
        found: Any = self._closed
        for key in keys:
            found = found[key]
        return dict(found)


def there() -> bool:
    return DOCUMENT.is_file()


@cache
def load(path: Path = DOCUMENT) -> Document:
    """Read once a process; FileNotFoundError where it is missing."""
    return Document(json.loads(path.read_text("utf-8")))


def problems(method: str, path: str, body: Any, document: Document | None = None) -> list[str]:
    """What Discord would refuse in a request; [] for a good one.

    `path` as the document has it, `/channels/{channel_id}/messages`; `body` decoded JSON (of a multipart request what
    stands in payload_json), None for none.
    """
    document = document or load()
    try:
        pointer = document.request(method, path)
    except KeyError:
        return [f"there is no {method} {path}"]
    if pointer is None:
        return [] if body is None else [f"{method} {path} takes no body"]
    if body is None:
        required = document.paths[path][method.lower()]["requestBody"].get("required", False)
        return [f"{method} {path} needs a body"] if required else []
    return document.wrong(pointer, body) or overlay.problems(method, path, body)


def answer_problems(method: str, path: str, status: int, body: Any, document: Document | None = None) -> list[str]:
    """What Discord would never answer with this status; [] for a good answer, and for any 5xx: nobody described those.
    `body` decoded JSON, None for an empty one."""
    if status >= 500:
        return []
    document = document or load()
    try:
        pointer = document.answer(method, path, status)
    except KeyError:
        return [f"{method} {path} never answers {status}"]
    if pointer is None:
        return [] if body is None else [f"{method} {path} answers {status} without a body"]
    return document.wrong(pointer, body)


def _told(error: ValidationError) -> str:
    """One line: where, and what. Of several forms that it could have had, the one it is nearest to."""
    while error.context:
        error = _nearest(error)
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.absolute_path)
    return f"{where.removeprefix('.') or 'body'}: {error.message[-300:]}"


def _nearest(error: ValidationError) -> ValidationError:
    """Forms are told apart by their `type`, and null is none of them; so whichever has nothing against the type."""
    forms: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        forms.setdefault(inner.schema_path[0], []).append(inner)
    likely = [found for found in forms.values() if not any(_is_another_form(inner) for inner in found)]
    nearest = min(likely or forms.values(), key=len)
    return best_match(iter(nearest)) or nearest[0]


def _is_another_form(error: ValidationError) -> bool:
    at_type = list(error.relative_path) == ["type"] and error.validator in ("enum", "const", "oneOf")
    return at_type or (not error.relative_path and error.validator == "type")


def _close(schema: Any, base: bool = False) -> None:
    """Lets no object have keys that it does not name."""
    if not isinstance(schema, dict):
        return
    parts = schema.get("allOf", ())
    if any("properties" in part or str(part.get("$ref", "")).endswith("/Error") for part in parts):
        schema["unevaluatedProperties"] = False
    elif "properties" in schema and "additionalProperties" not in schema and not base:
        schema["additionalProperties"] = False
    for inner in schema.get("properties", {}).values():
        _close(inner)
    for key in ("oneOf", "anyOf"):
        for inner in schema.get(key, ()):
            _close(inner)
    for inner in parts:
        _close(inner, base=True)
    for key in ("items", "additionalProperties"):
        _close(schema.get(key))


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _schemas(operation: dict[str, Any]) -> Iterator[Any]:
    """Those that stand in the operation itself."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        yield from (content.get("schema") for content in body.get("content", {}).values())


def _pointer(*keys: str) -> str:
    return "".join(
        "/" + key.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for key in keys
    )
