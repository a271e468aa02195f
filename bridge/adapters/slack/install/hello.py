"""The first message from the bot, with a button, so that whoever installs it sees at once that it works."""

from __future__ import annotations

import asyncio
import re

import typer

from bridge.adapters.slack import Settings
from bridge.adapters.slack.install.tokens import Pair
from bridge.adapters.slack.shown.render import render
from bridge.adapters.slack.web.api import Api
from bridge.model.card import Action, Card, Style
from bridge.model.clock import SystemClock
from bridge.model.errors import BridgeError, ConfigError, SendFailure
from bridge.model.text import Plain

MEMBER = re.compile(r"(?:^|/team/)([UW][0-9A-Z]{2,})$")
TEST_UPDATE = "status Trying Bridge #hello"


def greet(settings: Settings, pair: Pair) -> None:
    """Asks whom to write to, and does. Raises typer.Abort where that was stopped."""
    hint = "Your Slack member ID, for a first message from the bot (your profile, ⋯, Copy member ID; empty: none)"
    while typed := str(typer.prompt(hint, default="", show_default=False)).strip():
        found = MEMBER.search(typed)
        if found is None:
            typer.echo("A member ID begins with U or W, like U012AB3CD.", err=True)
            continue
        try:
            asyncio.run(_say_hello(settings, pair, found[1]))
        except (ConfigError, SendFailure) as error:
            typer.echo(f"No message could be sent there. {sentence(error)}", err=True)
            continue
        typer.echo("A direct message waits for you in Slack. Its button works as soon as Bridge runs.")
        return


async def _say_hello(settings: Settings, pair: Pair, user: str) -> None:
    button = Action("Send a test update", TEST_UPDATE, Style.PRIMARY)
    shown = render(Card(text=(Plain("I'm in."),), actions=(button,)))
    api = Api(pair.bot, settings.api, SystemClock())
    try:
        await api.open()
        channel = (await api.call("conversations.open", users=user))["channel"]["id"]
        await api.call(
            "chat.postMessage",
            channel=channel,
            text=shown.text,
            blocks=shown.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
    finally:
        await api.close()


def sentence(error: BridgeError) -> str:
    """A token that Slack refuses is no wrong configuration yet."""
    said = str(error.params["problem"]) if isinstance(error, ConfigError) else error.english()
    return f"{said.rstrip('.')}."
