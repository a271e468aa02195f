"""Application commands: what may be registered, and whether what a person typed fits what is registered.

Source: docs.discord.com/developers/interactions/application-commands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.bodies import (
    CHANNEL,
    DESCRIPTION,
    FILE,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NAME,
    NUMBER,
    ROLE,
    STRING,
    SUB,
    USER,
)
from tests.fakes.discord.fields import Wrong, check_field, size
from tests.fakes.discord.places import the_guild
from tests.fakes.discord.rest import Call, Refused, handler
from tests.fakes.discord.state import Json

if TYPE_CHECKING:
    from tests.fakes.discord import FakeDiscord

CHAT, ON_USER, ON_MESSAGE = 1, 2, 3
MOST = {CHAT: 100, ON_USER: 15, ON_MESSAGE: 15}
CREATES_A_DAY = 200
CHARACTERS = 8000


class CannotDo(AssertionError):
    """Discord's client does not let a person do this."""


# registering

_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


@handler(f"GET {_GLOBAL}")
@handler(f"GET {_GUILD}")
def read(fake: FakeDiscord, call: Call) -> Any:
    scope = _scope(fake, call)
    localized = bool(call.query.get("with_localizations"))
    return [_shown(one, localized) for one in fake.bot.commands.get(scope, {}).values()]


@handler(f"PUT {_GLOBAL}")
@handler(f"PUT {_GUILD}")
def overwrite(fake: FakeDiscord, call: Call) -> Any:
    """Takes the place of all commands of the scope; one with a known name keeps its id."""
    scope = _scope(fake, call)
    given = call.checked()
    if wrongs := list(_wrong(given)):
        raise Refused(50035, *wrongs)
    known = {(one["type"], one["name"]): one for one in fake.bot.commands.get(scope, {}).values()}
    new = [one for one in given if (one.get("type") or CHAT, one["name"]) not in known]
    if not _may_create(fake, len(new)):
        raise Refused(30034)
    made = {}
    for one in given:
        kept = known.get((one.get("type") or CHAT, one["name"]))
        command = _registered(fake, one, scope, kept)
        made[command["id"]] = command
    fake.bot.commands[scope] = made
    return [_shown(one, True) for one in made.values()]


def _scope(fake: FakeDiscord, call: Call) -> str:
    if call.ids["application_id"] != fake.bot.id:
        raise Refused(20012 if call.ids["application_id"].isdigit() else 10002)
    if "guild_id" not in call.ids:
        return ""
    return the_guild(fake, call.ids["guild_id"]).id


def _may_create(fake: FakeDiscord, count: int) -> bool:
    now = fake.clock.monotonic()
    fake.created = [at for at in fake.created if at > now - 86_400]
    if len(fake.created) + count > CREATES_A_DAY:
        return False
    fake.created += [now] * count
    return True


def _registered(fake: FakeDiscord, one: Json, scope: str, kept: Json | None) -> Json:
    permissions = one.get("default_member_permissions")
    made: Json = {
        "id": kept["id"] if kept else fake.ids.new(),
        "application_id": fake.bot.id,
        "version": "0",
        "default_member_permissions": None if permissions is None else str(permissions),
        "type": one.get("type") or CHAT,
        "name": one["name"],
        "name_localizations": one.get("name_localizations"),
        "description": one.get("description") or "",
        "description_localizations": one.get("description_localizations"),
        "dm_permission": one.get("dm_permission") is not False,
        "contexts": one.get("contexts"),
        "integration_types": one.get("integration_types") or [0],
        "nsfw": bool(one.get("nsfw")),
    }
    if one.get("options"):
        made["options"] = [_option(each) for each in one["options"]]
    if scope:
        made |= {"guild_id": scope}
    same = kept is not None and {**kept, "version": "0"} == made
    return made | {"version": kept["version"] if kept and same else fake.ids.new()}


def _option(one: Json) -> Json:
    kept = {name: value for name, value in one.items() if value is not None and value is not False}
    if "options" in kept:
        kept["options"] = [_option(each) for each in kept["options"]]
    return kept


def _shown(one: Json, localized: bool) -> Json:
    """Descriptions and names in other languages are left out of a list, unless they are asked for."""
    if localized:
        return one
    copied: Json = json.loads(json.dumps(one))
    _without(copied)
    return copied


def _without(part: Any) -> None:
    if isinstance(part, list):
        for one in part:
            _without(one)
    elif isinstance(part, dict):
        for name in ("name_localizations", "description_localizations"):
            part.pop(name, None)
        for value in part.values():
            _without(value)


def _wrong(commands: list[Json]) -> Iterator[Wrong]:
    """What the tables cannot say: names within their type, order and nesting of options, size."""
    seen: set[tuple[int, str]] = set()
    counts = dict.fromkeys(MOST, 0)
    for place, one in enumerate(commands):
        kind = one.get("type") or CHAT
        key = (kind, one["name"])
        counts[kind] += 1
        if key in seen:
            yield Wrong((place, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Names must be unique")
        seen.add(key)
        if counts[kind] > MOST[kind]:
            yield Wrong((place,), "BASE_TYPE_MAX_LENGTH", f"Must be {MOST[kind]} or fewer in length.")
        yield from (wrong.under(place) for wrong in _command(one, kind))


def _command(one: Json, kind: int) -> Iterator[Wrong]:
    permissions = one.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        yield Wrong(("default_member_permissions",), "NUMBER_TYPE_COERCE", "Not a number")
    if kind == CHAT:
        yield from (wrong.under("name") for wrong in check_field(NAME, one["name"]))
        yield from (wrong.under("description") for wrong in check_field(DESCRIPTION, one.get("description")))
        for language, name in (one.get("name_localizations") or {}).items():
            yield from (wrong.under("name_localizations", language) for wrong in check_field(NAME, name))
    else:
        if one["name"] != one["name"].strip():
            yield Wrong(("name",), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        if one.get("description"):
            yield Wrong(("description",), "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Menus have no description")
        if one.get("options"):
            yield Wrong(("options",), "APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED", "Menus have no options")
    yield from _options(one.get("options") or [])
    if _characters(one) > CHARACTERS:
        yield Wrong((), "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({CHARACTERS})")


def _options(options: list[Json]) -> Iterator[Wrong]:
    kinds = {one["type"] in (SUB, GROUP) for one in options}
    if len(kinds) > 1:
        yield Wrong(("options",), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub commands and options do not mix")
    optional = False
    seen: set[str] = set()
    for place, one in enumerate(options):
        if one["name"] in seen:
            yield Wrong(("options", place, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Names must be unique")
        seen.add(one["name"])
        if one["type"] not in (SUB, GROUP):
            if one.get("required") and optional:
                code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
                yield Wrong(("options", place), code, "Required options must be placed before non-required options")
            optional = optional or not one.get("required")
        if one.get("autocomplete") and one.get("choices"):
            code = "APPLICATION_COMMAND_AUTOCOMPLETE_AND_CHOICES"
            yield Wrong(("options", place, "autocomplete"), code, "Not together with choices")
        if (one.get("min_length") or 0) > (one.get("max_length") or 6000):
            yield Wrong(("options", place, "min_length"), "NUMBER_TYPE_MAX", "More than max_length")
        names = [choice["name"] for choice in one.get("choices") or []]
        if len(set(names)) < len(names):
            code = "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS"
            yield Wrong(("options", place, "choices"), code, "Names must be unique")
        yield from (wrong.under("options", place) for wrong in _options(one.get("options") or []))


def _characters(one: Json) -> int:
    """Names, descriptions and values of a command, in its longest language: the 8000 count so."""
    total = 0
    for name, others in (("name", "name_localizations"), ("description", "description_localizations")):
        words = [one.get(name) or "", *(one.get(others) or {}).values()]
        total += max(size(word) for word in words)
    for choice in one.get("choices") or []:
        names = [choice["name"], *(choice.get("name_localizations") or {}).values()]
        total += max(map(size, names)) + size(str(choice["value"]))
    return total + sum(_characters(option) for option in one.get("options") or [])


# typing


def find(commands: Mapping[str, Mapping[str, Json]], guild: str, kind: int, name: str) -> Json:
    """The command of that name that a person sees there, one of the guild before a global one. Raises CannotDo."""
    for scope in [guild, ""] if guild else [""]:
        for one in commands.get(scope, {}).values():
            if one["name"] == name and one["type"] == kind:
                return dict(one)
    there = sorted(c["name"] for scope in {guild, ""} for c in commands.get(scope, {}).values() if c["type"] == kind)
    raise CannotDo(f"there is no command {name!r}, but {there}")


def usable(command: Json, context: int, permissions: int) -> None:
    """Raises CannotDo where a command is not offered: not in this kind of place, or not to this person."""
    contexts = command.get("contexts")
    if contexts is None:
        contexts = [0, 1] if command.get("dm_permission", True) else [0]
    if command.get("guild_id"):
        contexts = [0]
    if context not in contexts:
        raise CannotDo(f"{command['name']!r} is not offered here (contexts {contexts})")
    needed = command.get("default_member_permissions")
    if context == 0 and needed is not None:
        administrator = permissions & 8
        if not administrator and (needed == "0" or int(needed) & ~permissions):
            raise CannotDo(f"{command['name']!r} is not offered to them")


def leaf(command: Json, path: list[str]) -> Json:
    """The (sub) command that takes the options. Raises CannotDo."""
    at = command
    for name in path:
        subs = {one["name"]: one for one in at.get("options", []) if one["type"] in (SUB, GROUP)}
        if name not in subs:
            raise CannotDo(f"{at['name']!r} has no {name!r}, but {sorted(subs)}")
        at = subs[name]
    if any(one["type"] in (SUB, GROUP) for one in at.get("options", [])):
        raise CannotDo(f"{at['name']!r} needs one of {[one['name'] for one in at['options']]}")
    return at


def typed(at: Json, values: Mapping[str, Any], *, focused: str = "") -> list[Json]:
    """The options as Discord sends them. `focused`: for autocomplete, where what is needed may be missing and what
    stands there need not be right yet. Raises CannotDo."""
    known = {one["name"]: one for one in at.get("options", [])}
    if unknown := set(values) - set(known):
        raise CannotDo(f"{at['name']!r} has no option {sorted(unknown)}, but {sorted(known)}")
    missing = [name for name, one in known.items() if one.get("required") and values.get(name) in (None, "")]
    if missing and not focused:
        raise CannotDo(f"{at['name']!r} needs {missing}")
    if focused and not known.get(focused, {}).get("autocomplete"):
        raise CannotDo(f"{focused!r} of {at['name']!r} completes nothing")
    made = []
    for name, value in values.items():
        one: Json = {"name": name, "type": known[name]["type"]}
        if name == focused:
            made.append(one | {"value": value, "focused": True})
            continue
        _fits(known[name], value)
        made.append(one | {"value": value})
    return made


def _fits(option: Json, value: Any) -> None:
    kind, name = option["type"], option["name"]
    right: tuple[type, ...] = {5: (bool,), INTEGER: (int,), NUMBER: (int, float)}.get(kind, (str,))
    if not isinstance(value, right) or (isinstance(value, bool) and kind != 5):
        raise CannotDo(f"{name!r} takes no {value!r}")
    if kind in (USER, CHANNEL, ROLE, MENTIONABLE, FILE) and not value.isdigit():
        raise CannotDo(f"{name!r} takes an id, not {value!r}")
    values = [choice["value"] for choice in option.get("choices") or []]
    if values and value not in values:
        raise CannotDo(f"{name!r} takes one of {values}, not {value!r}")
    if kind == STRING:
        least, most = option.get("min_length", 1), option.get("max_length", 6000)
        if not max(least, 1) <= size(value) <= most:
            raise CannotDo(f"{name!r} takes {least} to {most} characters, not {size(value)}")
    if kind in (INTEGER, NUMBER):
        least, most = option.get("min_value", -(2**53)), option.get("max_value", 2**53)
        if not least <= value <= most:
            raise CannotDo(f"{name!r} takes {least} to {most}, not {value}")


def focused_kind(data: Json) -> int:
    """The type of the option in which somebody types."""
    for one in data.get("options", []):
        if one.get("focused"):
            return int(one["type"])
        if "options" in one and (found := focused_kind(one)):
            return found
    return 0


def wrapped(command: Json, path: list[str], options: list[Json]) -> list[Json]:
    """Options inside their sub commands."""
    at = command
    steps = []
    for name in path:
        at = next(one for one in at["options"] if one["name"] == name)
        steps.append({"name": name, "type": at["type"]})
    for step in reversed(steps):
        options = [step | {"options": options}]
    return options
