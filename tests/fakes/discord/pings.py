"""Whom a message mentions, and whom it really pings: mentions in `content` that allowed_mentions lets through.

Embeds and components never ping. Source: resources/message#allowed-mentions-object; interactions and webhooks allow
`users` only where nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.discord.state import Guild, Json

_CODE = re.compile(r"```.*?```|``.+?``|`[^`\n]+`", re.DOTALL)
_USER, _ROLE = re.compile(r"<@!?(\d{1,20})>"), re.compile(r"<@&(\d{1,20})>")
_ALL = re.compile(r"@(everyone|here)\b")


@dataclass
class Mentioned:
    users: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    everyone: bool = False
    pings: list[str] = field(default_factory=list)


def mentioned(
    content: str,
    guild: Guild | None,
    allowed: Json | None,
    *,
    known: Callable[[str], bool],
    may_all: bool,
    answers: bool = False,
    replied: str = "",
) -> Mentioned:
    """What stands in a message, and the pings among it, as written (`<@1>`, `<@&2>`, `@everyone`).

    `known`: whether a user id is somebody; `may_all`: MENTION_EVERYONE; `answers`: an interaction's answer;
    `replied`: whose message it answers ("" for none).
    """
    if allowed is None:
        parse = {"users"} if answers else {"users", "roles", "everyone"}
        users, roles, reply = set(), set(), True
    else:
        parse = set(allowed.get("parse") or [])
        users, roles = set(allowed.get("users") or []), set(allowed.get("roles") or [])
        reply = bool(allowed.get("replied_user"))
    made = Mentioned()
    plain = _CODE.sub(" ", content)
    for id in dict.fromkeys(_USER.findall(plain)):
        if known(id):
            made.users.append(id)
            if "users" in parse or id in users:
                made.pings.append(f"<@{id}>")
    for id in dict.fromkeys(_ROLE.findall(plain)):
        role = guild.roles.get(id) if guild else None
        if role is None:
            continue
        if "roles" in parse or id in roles:
            made.roles.append(id)
            if role.mentionable or may_all:
                made.pings.append(f"<@&{id}>")
    found = [f"@{name}" for name in dict.fromkeys(_ALL.findall(plain))]
    if found and guild and "everyone" in parse and may_all:
        made.everyone = True
        made.pings += found
    if replied and reply and known(replied):
        if replied not in made.users:
            made.users.append(replied)
        if f"<@{replied}>" not in made.pings:
            made.pings.append(f"<@{replied}>")
    return made
