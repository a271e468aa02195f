"""`bridge slack setup`: the talk with whoever installs the app, from the manifest to the first direct message.

Nothing is written before both tokens were tried at Slack. What is written is `written`'s; how, `_written`'s.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer

from bridge.adapters import _written
from bridge.adapters.slack import Settings
from bridge.adapters.slack.install import hello, manifest, scopes, tokens, written
from bridge.adapters.slack.install.tokens import Pair
from bridge.adapters.slack.names import PLATFORM
from bridge.adapters.slack.web.api import Api, Identity, open_socket_url
from bridge.model.clock import SystemClock
from bridge.model.errors import ConfigError, SendFailure
from bridge.model.secret import Secret

T = TypeVar("T")

VARIABLE = f"BRIDGE_{PLATFORM.upper()}__TOKENS"
REFUSED = "refused"
"""In place of a workspace's id."""

FIRST_STEPS = """\
Slack in five minutes. It takes somebody who may install apps in the workspace.

1. Open https://api.slack.com/apps?new_app=1 and choose “From a manifest” and the workspace.
   Put this in place of what stands under JSON, then Next and Create:
"""
NEXT_STEPS = """
2. Choose Install App, then Install to the workspace, and allow it. What is marked optional may be left out: `bridge
   check` says what each costs. Copy the Bot User OAuth Token; it begins with xoxb-.
3. Choose Basic Information, App-Level Tokens, Generate Token and Scopes; add the scope connections:write, and
   generate. Copy the token; it begins with xapp-.

Tokens stay hidden while you paste them.
"""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the pair goes. `toml`: the bridge.toml that does not name the file yet; None where it is named already."""

    file: Path
    toml: Path | None


def destination(config: Path, environ: Mapping[str, str]) -> Destination:
    """`config`: where bridge.toml is or would be. Raises ConfigError where the environment holds the tokens."""
    set_there = {name.upper(): value for name, value in environ.items()}
    if set_there.get(VARIABLE):
        problem = f"{VARIABLE} is set in the environment and wins over any file. Unset it, and start the setup again."
        raise ConfigError(problem=problem)
    if named := set_there.get(f"{VARIABLE}_FILE"):
        return Destination(Path(named), None)
    if named := written.reference(_written.read(config)):
        return Destination(config.parent / named, None)
    return Destination(config.parent / written.DEFAULT_FILE, config)


def run(settings: Settings, config: Path) -> None:
    """Talks on the terminal until everything is in its place. Raises ConfigError; typer.Abort where it was stopped;
    typer.Exit where there is no terminal."""
    if not on_terminal():
        typer.echo("The setup asks for tokens that stay hidden, so it needs a terminal. Start it in one.", err=True)
        raise typer.Exit(2)
    place = destination(config, os.environ)
    _look_ahead(place.file)
    try:
        typer.echo(FIRST_STEPS)
        typer.echo(manifest.as_json(settings).rstrip("\n"))
        typer.echo(NEXT_STEPS)
        identity, pair = _ask_pair(settings)
        _tell(identity)
        text = _kept_file(settings, place.file, identity, pair)
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("\nStopped. Nothing was written.", err=True)
        raise
    _write(place, text)
    if settings.enabled is False:
        typer.echo(f'[{PLATFORM}] enabled = false stands in {config}: put "auto" there to switch it on.')
    try:
        hello.greet(settings, pair)
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("\nStopped. The tokens are written; only the first message is missing.", err=True)
        raise
    typer.echo("\nNow start Bridge, or start it anew:  bridge run")
    typer.echo(f"Then let it into a channel, in Slack:  /invite @{identity.handle}")


def on_terminal() -> bool:
    return sys.stdin.isatty()


def _look_ahead(file: Path) -> None:
    """Raises ConfigError for what would be in the way at the end, when everything was asked for."""
    if not file.parent.is_dir():
        raise ConfigError(
            problem=f"there is no folder {file.parent} for the tokens. Make it, and start the setup again."
        )
    if not os.access(file.parent, os.W_OK):
        raise ConfigError(problem=f"{file.parent} can't be written. Run the setup as the user that runs Bridge.")
    try:
        tokens.read_pairs(_written.read(file))
    except ValueError as error:
        raise ConfigError(problem=f"{file}: {error}. Mend it by hand, and start the setup again.") from None


def _ask_pair(settings: Settings) -> tuple[Identity, Pair]:
    """Asks until both tokens work and belong together."""
    while True:
        bot, identity = _ask(
            "Bot User OAuth Token (xoxb-…)", tokens.refused_bot, lambda token: _identify(settings, token)
        )
        app, _ = _ask(
            "App-level token (xapp-…)",
            tokens.refused_app,
            lambda token: open_socket_url(token, settings.api),
        )
        pair = Pair(bot, app)
        if not (identity.app and pair.app_id) or identity.app == pair.app_id:
            return identity, pair
        typer.echo("These two tokens belong to different apps. Copy both from the same one.", err=True)


def _ask(
    question: str, refused: Callable[[str], str], tried: Callable[[Secret], Coroutine[Any, Any, T]]
) -> tuple[Secret, T]:
    """The token, and what Slack says to it. A wrong one is explained, and asked for again."""
    while True:
        typed = str(typer.prompt(question, hide_input=True)).strip()
        if why := refused(typed):
            typer.echo(f"{why[0].upper()}{why[1:]}.", err=True)
            continue
        token = Secret(typed)
        try:
            return token, asyncio.run(tried(token))
        except (ConfigError, SendFailure) as error:
            typer.echo(hello.sentence(error), err=True)


async def _identify(settings: Settings, token: Secret) -> Identity:
    api = Api(token, settings.api, SystemClock())
    try:
        return await api.open()
    finally:
        await api.close()


def _tell(identity: Identity) -> None:
    typer.echo(f"\nBoth work. The workspace is {identity.name} ({identity.team}), and the bot is @{identity.handle}.")
    lacking = scopes.missing(identity.scopes)
    if not lacking:
        typer.echo("Every permission was granted.")
    for scope in lacking:
        kind = "optional" if scope.optional else "NEEDED"
        typer.echo(f"Without {scope.name} ({kind}): {scope.costs}.")
    if lacking:
        typer.echo("To grant more: OAuth & Permissions, Scopes, then install the app again. The token stays the same.")


def _kept_file(settings: Settings, file: Path, identity: Identity, pair: Pair) -> str:
    """The tokens file as it will be. Asks before a pair of the same workspace is replaced, or one removed that Slack
    refuses. Raises ConfigError."""
    before = _written.read(file)
    theirs, without = False, []
    for number, one in enumerate(written.listed(before), 1):
        team = identity.team if one.bot == pair.bot.reveal() else one.team or _team_of(settings, one.bot)
        if team == identity.team:
            theirs = True
            without.append(one.bot)
        elif team == REFUSED and typer.confirm(f"Pair {number} is refused by Slack. Remove it?", default=True):
            without.append(one.bot)
    if theirs:
        question = f"{file.name} already has tokens of {identity.name}. Replace them?"
        typer.confirm(question, default=True, abort=True)
    return written.with_pair(before, pair, identity.team, identity.name, without)


def _team_of(settings: Settings, bot: str) -> str:
    """Slack is asked about a pair that has no remark. REFUSED where it takes the token no more; empty where it can't
    be reached."""
    try:
        return asyncio.run(_identify(settings, Secret(bot))).team
    except ConfigError:
        return REFUSED
    except SendFailure:
        return ""


def _write(place: Destination, text: str) -> None:
    _written.write(place.file, text, _written.PRIVATE)
    typer.echo(f"Written: {place.file}, which nobody else can read.")
    if place.toml is None:
        return
    line = f'{written.KEY} = "{place.file.name}"'
    changed = written.with_reference(_written.read(place.toml), place.file.name)
    try:
        if changed is None:
            raise ConfigError(problem=f"{place.toml} has its [{PLATFORM}] in a form that I can't add to.")
        _written.write(place.toml, changed)
        typer.echo(f"Written: {line} under [{PLATFORM}] in {place.toml}.")
    except ConfigError as error:
        typer.echo(f"{error.params['problem']} Add this by yourself, under [{PLATFORM}]:  {line}", err=True)
