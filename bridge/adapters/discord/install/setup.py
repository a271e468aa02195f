"""`bridge discord setup`: the talk with whoever installs the bot, from its token to the first direct message.

Nothing is written before the token was tried and every server asked about. What is written, and how, is `written`'s.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from bridge.adapters import _written
from bridge.adapters.discord import Settings
from bridge.adapters.discord.install import hello, permissions, tokens, written
from bridge.adapters.discord.install.asking import ask, identify, sentence
from bridge.adapters.discord.install.circles import Chosen, choose
from bridge.adapters.discord.install.servers import Server, all_servers
from bridge.adapters.discord.install.written import Destination, destination
from bridge.adapters.discord.names import PLATFORM
from bridge.adapters.discord.rest.api import Identity
from bridge.model.errors import ConfigError, SendFailure
from bridge.model.secret import Secret

FIRST_STEPS = """\
Discord in five minutes. It takes somebody who may add bots to your server (Manage Server).

1. Open https://discord.com/developers/applications, New Application, and give it a name, such as Bridge.
2. Choose Bot, Reset Token, and copy the token. Nothing has to be switched on there; Public Bot may be switched off
   (after Install Link was set to None under Installation), so that nobody else can add yours.

The token stays hidden while you paste it.
"""
NEXT_STEP = """
3. Open this link and add the bot to your server; for several servers once for each. What it asks for is exactly what
   Bridge needs, and why stands in docs/discord.md.

   {link}
"""


def run(settings: Settings, config: Path) -> None:
    """Talks on the terminal until everything is in its place. `settings` without the token, `config`: where bridge.toml
    is or would be. Raises ConfigError; typer.Abort where it was stopped; typer.Exit where there is no terminal."""
    if not on_terminal():
        typer.echo("The setup asks for a token that stays hidden, so it needs a terminal. Start it in one.", err=True)
        raise typer.Exit(2)
    place = destination(config, os.environ)
    _look_ahead(place)
    try:
        token, identity = _token(settings, place)
        typer.echo(NEXT_STEP.format(link=permissions.invite_url(identity.app)))
        there = _wait(settings, token)
        chosen = choose(settings, there)
        _tell_lacking(identity, [server for server in there if server.id in chosen.team + chosen.community])
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("\nStopped. Nothing was written.", err=True)
        raise
    _write(place, token, chosen)
    if settings.enabled is False:
        typer.echo(f'[{PLATFORM}] enabled = false stands in {config}: put "auto" there to switch it on.')
    try:
        hello.greet(settings, token, [*chosen.team, *chosen.community])
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("\nStopped. Everything is written; only the first message is missing.", err=True)
        raise
    typer.echo("\nNow start Bridge, or start it anew:  bridge run")
    if settings.sync == "manual":
        typer.echo('sync = "manual" stands in bridge.toml, so register the commands:  bridge discord sync')
    typer.echo("Then, in Discord:  /bridge help")


def invite(settings: Settings) -> str:
    """The link that invites the bot of the configured token. Raises ConfigError, SendFailure."""
    if not settings.token:
        raise ConfigError(
            problem="there is no token yet, so nobody knows which bot to invite. Run: bridge discord setup"
        )
    return permissions.invite_url(identify(settings, settings.token).app)


def on_terminal() -> bool:
    return sys.stdin.isatty()


def _look_ahead(place: Destination) -> None:
    """Raises ConfigError for what would be in the way at the end, when everything was asked for."""
    for file in filter(None, (place.token, place.toml)):
        if not file.absolute().parent.is_dir():
            raise ConfigError(problem=f"there is no folder {file.parent}. Make it, and start the setup again.")
        if not os.access(file.absolute().parent, os.W_OK):
            raise ConfigError(problem=f"{file.parent} can't be written. Run the setup as the user that runs Bridge.")
        _written.read(file)


def _token(settings: Settings, place: Destination) -> tuple[Secret, Identity]:
    """The one that is there, where it works and shall stay; else a new one, asked for until one works. Raises
    ConfigError where the one in the environment is no good, SendFailure where Discord does not answer about it."""
    if place.held:
        try:
            token, identity = _tried(settings, place.held)
        except ConfigError as error:
            if place.token is None:
                raise ConfigError(problem=f"the token {place.where} is no good: {sentence(error)}") from None
            typer.echo(f"The token {place.where} is no good: {sentence(error)}\n")
        else:
            typer.echo(f"The token {place.where} works. The bot is {identity.name} (@{identity.handle}).")
            if place.token is None or typer.confirm("Keep it?", default=True):
                return token, identity
    typer.echo(FIRST_STEPS)
    while True:
        typed = tokens.tidy(str(typer.prompt("Bot token", hide_input=True)))
        try:
            token, identity = _tried(settings, typed)
        except (ConfigError, SendFailure) as error:
            typer.echo(sentence(error), err=True)
            continue
        typer.echo(f"\nIt works. The bot is {identity.name} (@{identity.handle}).")
        return token, identity


def _tried(settings: Settings, typed: str) -> tuple[Secret, Identity]:
    """Raises ConfigError where it is none, or Discord refuses it; SendFailure where Discord does not answer."""
    if why := tokens.refused(typed):
        raise ConfigError(problem=f"{why[0].upper()}{why[1:]}")
    token = Secret(typed)
    return token, identify(settings, token)


def _wait(settings: Settings, token: Secret) -> list[Server]:
    """The servers that the bot is in, once there is one."""
    while True:
        typer.prompt("When it is in, press Enter", default="", show_default=False)
        try:
            if there := ask(settings, token, all_servers):
                return there
            typer.echo("It is in no server yet.", err=True)
        except (ConfigError, SendFailure) as error:
            typer.echo(sentence(error), err=True)


def _tell_lacking(identity: Identity, servers: Sequence[Server]) -> None:
    for server in servers:
        lacking = permissions.missing(server.permissions)
        for one in lacking:
            kind = "optional" if one.optional else "NEEDED"
            typer.echo(f"Not granted in {server.name}: {one.name} ({kind}). Without it {one.costs}.")
        if any(not one.optional for one in lacking):
            typer.echo(f"To grant it, open: {permissions.invite_url(identity.app, server.id)}")


def _write(place: Destination, token: Secret, chosen: Chosen) -> None:
    """The token first: a bridge.toml that names it would not be understood without it."""
    if place.token is not None and place.held != token.reveal():
        _written.write(place.token, f"{token.reveal()}\n", _written.PRIVATE)
        typer.echo(f"Written: {place.token}, which nobody else can read.")
    values = written.values(place, chosen)
    before = _written.read(place.toml)
    changed = written.with_all(before, values)
    try:
        if changed is None:
            raise ConfigError(problem=f"{place.toml} has its [{PLATFORM}] in a form that I can't change.")
        if changed != before:
            _written.write(place.toml, changed)
            typer.echo(f"Written: {written.shown(values)} under [{PLATFORM}] in {place.toml}.")
    except ConfigError as error:
        typer.echo(f"{error.params['problem']} Put this there by yourself, under [{PLATFORM}]:", err=True)
        typer.echo("\n".join(written.lines(values)), err=True)
    for variable, value in place.overruled(chosen):
        typer.echo(f"{variable} is set in the environment, and wins over bridge.toml: put {value} there.", err=True)
