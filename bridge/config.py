"""Reads bridge.toml and the environment into Settings; what is wrong is refused: where, what, what instead.

What can be set, and the defaults, stand in `settings`. No secret is ever read from bridge.toml itself.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bridge.model.errors import ConfigError
from bridge.model.secret import Secret, redact
from bridge.settings import Settings, settings_type
from bridge.variables import FILE_VARIABLE, PREFIX, refuse_unknown

FILE_NAME = "bridge.toml"
BY_FILE = "_file"
SOUNDS_SECRET = re.compile(r"(^|_)(token|secret|password|passphrase)s?$")
URL_PASSWORD = re.compile(r"://[^/@:]*:[^@/]+@")
SHOWN_INPUT = 60
"""Characters of a wrong value that its refusal repeats."""

PLAINER = {
    "int_parsing": "a whole number is needed",
    "int_type": "a whole number is needed",
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "string_type": "a text in quotes is needed",
    "tuple_type": 'a list is needed, as in ["one", "two"]',
}

Values = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Origin:
    """Where values came from, so that a refusal can name the spot."""

    path: Path | None
    text: str
    environ: Mapping[str, str]

    @property
    def file(self) -> str:
        return self.path.name if self.path else FILE_NAME

    def of(self, section: str, key: str | None = None) -> str:
        """'BRIDGE_WEB__PORT' or 'bridge.toml, line 12'."""
        names = [key, key + BY_FILE] if key else [None]
        for name in names:
            variable = variable_for(section, name)
            if variable in (known.upper() for known in self.environ):
                return variable
        lines = (line_of(self.text, section, name) for name in names)
        line = next((line for line in lines if line), None)
        return f"{self.file}, line {line}" if line else self.file


def load(path: Path | None = None, overrides: Mapping[str, Mapping[str, object]] | None = None) -> Settings:
    """Settings from the defaults, bridge.toml, the environment and `overrides` (the command line), later ones winning.

    The file is `path`, else $BRIDGE_CONFIG, else ./bridge.toml; only the last may be missing. A file that holds a
    secret is not opened where the secret is overridden. Raises ConfigError.
    """
    file = _find(path)
    origin = Origin(file, _read(file) if file else "", os.environ)
    folder = file.absolute().parent if file else Path.cwd()
    kind = settings_type()

    values: Values = {}
    for found, base in ((_from_file(origin), folder), (_from_environment(origin, kind), Path.cwd())):
        for section, keys in found.items():
            replaced = (overrides or {}).get(section, {})
            wanted = {key: value for key, value in keys.items() if key.removesuffix(BY_FILE) not in replaced}
            opened = _open_secrets(wanted, _fields(kind, section), base, origin, section)
            values.setdefault(section, {}).update(opened)
    for section, changes in (overrides or {}).items():
        values.setdefault(section, {}).update(changes)

    try:
        settings = kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(problem=_sentence(error, kind, origin)) from None
    settings._folder = folder
    return settings


def variable_for(section: str, key: str | None) -> str:
    """The environment variable of a key, e.g. BRIDGE_WEB__PORT."""
    return PREFIX + (f"{section}__{key}" if key else section).upper()


def line_of(text: str, section: str, key: str | None = None) -> int | None:
    """The line (from 1) on which a table or key of a TOML text begins, however it is spelled; None if it is not there.

    A text cut after a line is valid TOML exactly where no value is open, so the parser itself does the finding.
    """
    begins = 1
    lines = text.splitlines()
    for number in range(1, len(lines) + 1):
        try:
            so_far = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        table = so_far.get(section)
        if table is not None and (key is None or (isinstance(table, dict) and key in table)):
            return begins
        begins = number + 1
    return None


def place_of(path: Path | None) -> Path:
    """Where bridge.toml is, or would be."""
    return _find(path) or Path(FILE_NAME)


def _find(path: Path | None) -> Path | None:
    if path is not None:
        return path
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    here = Path(FILE_NAME)
    return here if here.exists() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(problem=f"there is no file {path}. Leave it out to run with the defaults.") from None
    except UnicodeDecodeError:
        raise ConfigError(problem=f"{path} is not a text in UTF-8.") from None
    except OSError as error:
        raise ConfigError(problem=f"{path} can't be read: {error.strerror}.") from None


def _from_file(origin: Origin) -> Values:
    try:
        tables = tomllib.loads(origin.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(problem=f"{origin.file} can't be understood: {error}.") from None
    for section, keys in tables.items():
        if not isinstance(keys, dict):
            spot = origin.of(section)
            raise ConfigError(problem=f"{spot}: “{section}” stands outside a table. Put it under one, such as [web].")
        for key, value in keys.items():
            _refuse_literal_secret(section, key, value, origin)
    return tables


def _refuse_literal_secret(section: str, key: str, value: object, origin: Origin) -> None:
    if not isinstance(value, str | list) or not value:
        return
    if SOUNDS_SECRET.search(key) or (isinstance(value, str) and URL_PASSWORD.search(value)):
        raise ConfigError(
            problem=f"{origin.file}, line {line_of(origin.text, section, key)}: a secret does not belong in this file. "
            f"Set {variable_for(section, key)} in the environment, or name a file that holds it: "
            f'{key}{BY_FILE} = "/path/to/file".'
        )


def _from_environment(origin: Origin, kind: type[Settings]) -> Values:
    """The values of BRIDGE_SECTION__KEY. Raises ConfigError for a name that begins so and is nobody's."""
    values: Values = {}
    ours = [variable_for(section, key) for section in kind.model_fields for key in _fields(kind, section)]
    refuse_unknown(origin.environ, ours)
    for variable, value in origin.environ.items():
        section, mark, key = variable.lower().removeprefix(PREFIX.lower()).partition("__")
        if variable.upper().startswith(PREFIX) and mark:
            is_list = isinstance(_fields(kind, section).get(key), tuple)
            values.setdefault(section, {})[key] = _listed(value) if is_list else value
    return values


def _listed(value: str) -> list[str]:
    """The environment knows no lists: "ana, bo" is two."""
    return [part.strip() for part in value.split(",") if part.strip()]


def _fields(kind: type[Settings], section: str) -> Mapping[str, object]:
    """The default of each key of a section; empty for a section that does not exist."""
    default = kind().__dict__.get(section)
    return dict(default) if isinstance(default, BaseModel) else {}


def _open_secrets(
    keys: Mapping[str, object], known: Mapping[str, object], base: Path, origin: Origin, section: str
) -> dict[str, object]:
    """The keys, each `<name>_file` replaced by what it holds, secrets wrapped. It beats a value: images set some."""
    opened: dict[str, object] = {}
    for key, value in keys.items():
        name = key.removesuffix(BY_FILE)
        if key not in known and name in known:
            opened[name] = held_by(base / str(value), origin.of(section, key))
        elif key + BY_FILE not in keys:
            opened[key] = value
    return {
        key: Secret(value) if isinstance(known.get(key), Secret) and isinstance(value, str) else value
        for key, value in opened.items()
    }


def held_by(path: Path, spot: str) -> str:
    """What a file that holds a secret says. Raises ConfigError, naming the spot that names the file."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        raise ConfigError(problem=f"{spot}: {path} can't be read: {reason}.") from None


def _sentence(error: ValidationError, kind: type[Settings], origin: Origin) -> str:
    """The first thing that is wrong, in one sentence; further ones are counted."""
    wrong = error.errors(include_url=False)
    section, *rest = map(str, wrong[0]["loc"])
    key = rest[0] if rest else None
    here = [one for one in wrong if one["loc"][:2] == wrong[0]["loc"][:2]]
    problem = _unknown(section, key, kind) if here[0]["type"] == "extra_forbidden" else _unfit(section, key, here)
    more = len({one["loc"][:2] for one in wrong}) - 1
    return f"{origin.of(section, key)}: {problem}" + (f" And {more} more." if more else "")


def _unfit(section: str, key: str | None, errors: Sequence[ErrorDetails]) -> str:
    """One error an alternative that the value could have been."""
    allowed = [str(one["ctx"]["expected"]) for one in errors if "expected" in one.get("ctx", {})]
    if allowed:
        booleans = ["true or false"] if any(one["type"].startswith("bool") for one in errors) else []
        because = f"allowed: {', '.join(allowed + booleans)}"
    else:
        because = PLAINER.get(errors[0]["type"]) or errors[0]["msg"].removeprefix("Value error, ").rstrip(".")
    shown = redact(str(errors[0]["input"]))
    shown = shown if len(shown) <= SHOWN_INPUT else shown[:SHOWN_INPUT] + "…"
    return f"[{section}] {key} = “{shown}”: {because[:1].lower()}{because[1:]}" + ("" if because[-1:] == "?" else ".")


def _unknown(section: str, key: str | None, kind: type[Settings]) -> str:
    if key is None:
        names, what = list(kind.model_fields), f"there is no section [{section}]"
    else:
        names, what = list(_fields(kind, section)), f"[{section}] has no key “{key}”"
    near = difflib.get_close_matches(key or section, names, 1)
    return what + "." + (f" Did you mean “{near[0]}”?" if near else "") + f" There are: {', '.join(names)}."
