"""The first message from the bot, with a button, so that whoever installs it sees at once that it works."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer

from bridge.adapters._walk import listed, word
from bridge.adapters.discord import Settings
from bridge.adapters.discord.install.asking import ask, sentence
from bridge.adapters.discord.rest.api import Api
from bridge.adapters.discord.shown.render import render
from bridge.model.card import Action, Card, Style
from bridge.model.errors import ConfigError, Refused, SendFailure, Unreachable
from bridge.model.secret import Secret
from bridge.model.text import Plain

USER = re.compile(r"(?:<@!?)?(\d{15,20})>?")
TEST_UPDATE = "status Trying Bridge #hello"
BOT_ADD = "28"
"""Audit log: somebody added a bot (docs: audit log events)."""


def greet(settings: Settings, token: Secret, servers: Sequence[str]) -> None:
    """Asks whom to write to, and does. `servers`: ids of those whose log may tell who added the bot. Raises typer.Abort
    where that was stopped."""
    found = _inviter(settings, token, servers)
    question = f"Shall the bot send a first message to {found[1]}, who added it?" if found else ""
    if found and typer.confirm(question, default=True) and _sent(settings, token, found[0]):
        return
    hint = "Your Discord user ID, for a first message from the bot (right-click your name, Copy User ID; empty: none)"
    while typed := str(typer.prompt(hint, default="", show_default=False)).strip():
        user = USER.fullmatch(typed)
        if user is None:
            typer.echo(
                "A user ID is a number of some 18 digits. “Copy User ID” is in the menu of your name once Developer "
                "Mode is on (Settings, Advanced).",
                err=True,
            )
        elif _sent(settings, token, user[1]):
            return


def _inviter(settings: Settings, token: Secret, servers: Sequence[str]) -> tuple[str, str] | None:
    """User id and name of whoever added the bot to one of them; None where no log tells."""

    async def first(api: Api) -> tuple[str, str] | None:
        for server in servers:
            if found := await inviter(api, server):
                return found
        return None

    try:
        return ask(settings, token, first)
    except (ConfigError, SendFailure):
        return None


async def inviter(api: Api, server: str) -> tuple[str, str] | None:
    """User id and name of whoever added the bot to the server last; None where its log does not tell, or may not be
    seen. Raises SendFailure where Discord did not answer at all."""
    path = "/guilds/{guild_id}/audit-logs"
    try:
        told = await api.call("GET", path, query={"action_type": BOT_ADD, "limit": "50"}, guild_id=server)
    except (Refused, Unreachable):
        return None
    for entry in listed(told, "audit_log_entries"):
        if word(entry, "target_id") == api.identity.user and (user := word(entry, "user_id")):
            named = next((one for one in listed(told, "users") if word(one, "id") == user), None)
            return user, word(named, "global_name") or word(named, "username") or user
    return None


def _sent(settings: Settings, token: Secret, user: str) -> bool:
    try:
        ask(settings, token, lambda api: say_hello(api, user))
    except (ConfigError, SendFailure) as error:
        typer.echo(f"No message could be sent there. {sentence(error)}", err=True)
        return False
    typer.echo("A direct message waits for you in Discord. Its button works as soon as Bridge runs.")
    return True


async def say_hello(api: Api, user: str) -> None:
    """Raises SendFailure."""
    button = Action("Send a test update", TEST_UPDATE, Style.PRIMARY)
    shown = render(Card(text=(Plain("I'm in."),), actions=(button,)))
    channel = await api.call("POST", "/users/@me/channels", body={"recipient_id": user})
    path = "/channels/{channel_id}/messages"
    await api.call("POST", path, body=shown.payload(), posts=True, channel_id=word(channel, "id"))
