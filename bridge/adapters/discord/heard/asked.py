"""What people ask for by interactions, read from Discord's payloads. Pure; None: malformed, or nothing for us.

Shapes: docs.discord.com/developers/interactions/receiving-and-responding. What an option means is `options`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.adapters._walk import listed, word
from bridge.adapters.discord.heard.walk import (
    PRIVATE_THREAD,
    THREADS,
    direct,
    id_in,
    mapping_in,
    number_in,
    person,
)
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.shown.components import read_form_id, read_press
from bridge.model.command import Where, Who
from bridge.model.place import PlaceKind

COMMAND, COMPONENT, COMPLETION, FORM = 2, 3, 4, 5
"""Types of interactions."""
TYPED, OF_PERSON, OF_MESSAGE = 1, 2, 3
"""Types of commands."""
EPHEMERAL = 64
"""The flag of a message that only one person sees."""
LONGEST_TOKEN = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """`id` names the request; `token` takes the answer for a quarter of an hour. `guild`: the server's id, "" in a
    direct message. `around`: for a thread, the channel it belongs to. `member`: the member object, as told. `ours`:
    our permissions where it was asked, as a number; None where not told. `locale`: as "en-GB"."""

    id: str
    token: str
    who: Who
    where: Where
    guild: str = ""
    channel: str = ""
    around: Where | None = None
    member: Mapping[str, Any] = field(default_factory=dict)
    ours: int | None = None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """`asks`: it wants to be sure first; `label`: what stood on it. `ephemeral`: only the one who pressed sees that
    message, so it can be replaced. `message`: its id."""

    asked: Asked
    line: str
    asks: bool = False
    label: str = ""
    ephemeral: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent. `message`: the message it is made from, "" for none. `data`: with what was filled in."""

    asked: Asked
    line: str
    message: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OnMessage:
    """A command in the menu of a message: that message, with its words, whatever intents there are."""

    asked: Asked
    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OnPerson:
    """A command in the menu of a person. `user`: their id."""

    asked: Asked
    name: str
    user: str


def asked(d: object) -> Asked | None:
    """Who asks, and where."""
    id, token = id_in(d, "id"), word(d, "token")
    member = mapping_in(d, "member")
    user = id_in(member, "user", "id") or id_in(d, "user", "id")
    if not id or not token or len(token) > LONGEST_TOKEN or not user:
        return None
    guild, channel = id_in(d, "guild_id"), id_in(d, "channel_id") or id_in(d, "channel", "id")
    if not channel:
        return None
    where, around = (_where(guild, channel, d)) if guild else (direct(user), None)
    told = word(d, "app_permissions")
    ours = int(told) if told.isdecimal() and len(told) < 20 else None
    return Asked(id, token, person(user), where, guild, channel, around, member, ours, word(d, "locale"))


def press(d: object) -> Press | None:
    """A button, or a line of a menu."""
    by, data = asked(d), mapping_in(d, "data")
    values = [value for value in listed(data, "values") if isinstance(value, str)]
    pressed = read_press(word(data, "custom_id"), values)
    if by is None or pressed is None:
        return None
    message = mapping_in(d, "message")
    label = _label(message, word(data, "custom_id"), values)
    ephemeral = bool(number_in(message, "flags") & EPHEMERAL)
    return Press(by, pressed.line, pressed.asks, label, ephemeral, id_in(message, "id"))


def sent(d: object) -> Sent | None:
    by, data = asked(d), mapping_in(d, "data")
    form = read_form_id(word(data, "custom_id"))
    if by is None or form is None:
        return None
    message, line = form
    return Sent(by, line, message, data)


def on_message(d: object) -> OnMessage | None:
    by, data = asked(d), mapping_in(d, "data")
    message = mapping_in(data, "resolved", "messages", word(data, "target_id"))
    return OnMessage(by, message) if by and id_in(message, "id") else None


def on_person(d: object) -> OnPerson | None:
    by, data = asked(d), mapping_in(d, "data")
    user = id_in(data, "target_id")
    return OnPerson(by, word(data, "name"), user) if by and user else None


def people_in(d: object) -> dict[str, Mapping[str, Any]]:
    """User objects that came along, by id."""
    found = mapping_in(d, "data", "resolved", "users")
    return {id: user for id, user in found.items() if isinstance(user, Mapping)}


def _where(guild: str, channel: str, d: object) -> tuple[Where, Where | None]:
    """The place, and around a thread its channel. Whether everybody may read it is not told: it counts as private."""
    kind, name = number_in(d, "channel", "type"), word(d, "channel", "name")
    if kind not in THREADS:
        return Where(PLATFORM, guild, channel, name=name, private=True), None
    thread = Where(PLATFORM, guild, channel, PlaceKind.THREAD, name, private=True)
    parent = id_in(d, "channel", "parent_id")
    if not parent or kind == PRIVATE_THREAD:
        return thread, None
    return thread, Where(PLATFORM, guild, parent, private=True)


def _label(message: Mapping[str, Any], custom_id: str, values: list[str]) -> str:
    """What stood on the button, or in the menu's line."""
    for row in listed(message, "components"):
        for one in listed(row, "components"):
            if word(one, "custom_id") != custom_id:
                continue
            for option in listed(one, "options"):
                if word(option, "value") in values:
                    return word(option, "label")
            return word(one, "label")
    return ""
