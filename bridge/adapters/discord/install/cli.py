"""`bridge discord …`: walks an administrator through the installation, prints the invite link, registers commands.

Reads arguments only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bridge.adapters.discord import Settings
from bridge.adapters.discord.names import PLATFORM
from bridge.model.secret import Secret

app = typer.Typer(help="Discord: install it, invite it, register commands.", no_args_is_help=True)

ConfigPath = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="bridge.toml; else $BRIDGE_CONFIG, else ./bridge.toml.")
]


@app.command("setup")
def set_up(ctx: typer.Context, config: ConfigPath = None) -> None:
    """Install the bot, step by step; five minutes.

    It asks for the bot's token (hidden) and tries it, prints the link that invites the bot with the permissions it
    needs, asks of each server the bot is in whether it is the team's, the community's or nobody's, keeps the token in
    a file that only you can read and that bridge.toml names, and sends you a direct message. Once more for further
    servers, or for a new token. Ctrl-C stops it at any time and leaves nothing half-written.

    Run it as the user that runs Bridge, in the folder of bridge.toml.

    Examples: bridge discord setup · bridge discord setup --config /etc/bridge/bridge.toml
    """
    section, file = ctx.obj.section(PLATFORM, config, {"token": Secret("")})
    assert isinstance(section, Settings)
    from bridge.adapters.discord.install import setup

    setup.run(section, file)


@app.command("invite")
def invite(ctx: typer.Context, config: ConfigPath = None) -> None:
    """Print the link that invites the bot to a server, and nothing else.

    Whoever opens it needs the permission Manage Server there. It asks for exactly the permissions Bridge needs, and is
    no secret. The token must be there already: bridge discord setup

    Example: bridge discord invite
    """
    section, _ = ctx.obj.section(PLATFORM, config, {})
    assert isinstance(section, Settings)
    from bridge.adapters.discord.install import setup

    typer.echo(setup.invite(section))


@app.command("sync")
def sync(
    ctx: typer.Context,
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of them instead, in every server.")] = False,
) -> None:
    """Register the native commands at Discord now.

    The running bridge does it, or this command itself where none runs. It is needed only with sync =
    "manual" under [discord], or when somebody removed them: otherwise Bridge does it when it starts and they have
    changed. Where commands show twice, clear them and register them again.

    Examples: bridge discord sync · bridge discord sync --clear
    """
    ctx.obj(PLATFORM, "sync", *(["clear"] if clear else []))
