"""Kinds of fields that Slack's blocks and views are made of: each looks at a value and says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Say = Callable[[str, str], None]
"""Takes what is wrong and where (a JSON pointer)."""
Field = Callable[[Any, str, Say], None]


def string(most: int, least: int = 1) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if not isinstance(value, str):
            say("must be a string", where)
        elif len(value) > most:
            say(f"must be less than {most + 1} characters", where)
        elif len(value) < least:
            say(f"must be more than {least - 1} characters", where)

    return check


def address(most: int) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        string(most)(value, where, say)
        if isinstance(value, str) and not re.match(r"(https?://|mailto:)\S", value):
            say("must be a valid URL", where)

    return check


def text(most: int, *, plain: bool = False) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if not isinstance(value, dict) or value.get("type") not in kinds:
            say(f"must be a text object of type {' or '.join(kinds)}", where)
            return
        allowed = {"type", "text", "emoji"} if value["type"] == "plain_text" else {"type", "text", "verbatim"}
        for extra in sorted(set(value) - allowed):
            say(f"additional property: {extra}", where)
        string(most)(value.get("text"), f"{where}/text", say)

    return check


def boolean(value: Any, where: str, say: Say) -> None:
    if not isinstance(value, bool):
        say("must be a boolean", where)


def number(least: int, most: int) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            say(f"must be a number between {least} and {most}", where)

    return check


def one_of(*values: str) -> Field:
    def check(value: Any, where: str, say: Say) -> None:
        if value not in values:
            say(f"must be one of {', '.join(values)}", where)

    return check


def list_of(of: Field, least: int, most: int) -> Field:
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


def file_id(value: Any, where: str, say: Say) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"F[A-Z0-9]{8,}", value):
        say("input must match regex pattern: ^[F][A-Z0-9]{8,}$", where)


def anything(value: Any, where: str, say: Say) -> None: ...


def fields(named: Mapping[str, Field]) -> Field:
    """An object of these fields; a name that ends with ! must be there, of those with ? exactly one."""

    def check(value: Any, where: str, say: Say) -> None:
        if not isinstance(value, dict):
            say("must be an object", where)
            return
        known = {name.rstrip("!?"): field for name, field in named.items()}
        for extra in sorted(map(str, set(value) - set(known) - {"type"})):
            say(f"additional property: {extra}", where)
        for name in named:
            if name.endswith("!") and name[:-1] not in value:
                say(f"missing required field: {name[:-1]}", where)
        either = [name[:-1] for name in named if name.endswith("?")]
        if either and sum(name in value for name in either) != 1:
            say(f"must have exactly one of {', '.join(either)}", where)
        for name, field in known.items():
            if name in value:
                field(value[name], f"{where}/{name}", say)

    return check


def object_of(kinds: Mapping[str, Mapping[str, Field]]) -> Field:
    """An object whose `type` is one of these."""

    def check(value: Any, where: str, say: Say) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            say(f"unsupported type: {kind}", f"{where}/type")
            return
        fields(kinds[kind])(value, where, say)

    return check
