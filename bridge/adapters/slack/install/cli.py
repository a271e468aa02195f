"""`bridge slack …`: prints the manifest; walks an administrator through the installation. Reads arguments only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bridge.adapters.slack import Settings
from bridge.adapters.slack.install import manifest
from bridge.adapters.slack.names import PLATFORM
from bridge.model.secret import Secret

app = typer.Typer(help="Slack: install it, and print its manifest.", no_args_is_help=True)

ConfigPath = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="bridge.toml; else $BRIDGE_CONFIG, else ./bridge.toml.")
]


@app.command("manifest")
def print_manifest(ctx: typer.Context, config: ConfigPath = None) -> None:
    """Print the manifest of the app as JSON, and nothing else. It needs no tokens and no running bridge.

    Paste it at api.slack.com/apps: for a new app under Create New App, From a manifest; for one that is there already
    under App Manifest. Print it anew after `command` or `aliases` changed in bridge.toml.

    Example: bridge slack manifest > manifest.json
    """
    typer.echo(manifest.as_json(_settings(ctx, config)[0]), nl=False)


@app.command("setup")
def set_up(ctx: typer.Context, config: ConfigPath = None) -> None:
    """Install the app in a workspace, step by step; five minutes.

    It prints the manifest and where to paste it, asks for the two tokens (hidden), tries them, keeps them in a file
    that only you can read and that bridge.toml names, and sends you a direct message. Once more for each further
    workspace, or to replace tokens. Ctrl-C stops it at any time and leaves nothing half-written.

    Run it as the user that runs Bridge, in the folder of bridge.toml.
    """
    settings, file = _settings(ctx, config)
    from bridge.adapters.slack.install import setup

    setup.run(settings, file)


def _settings(ctx: typer.Context, config: Path | None) -> tuple[Settings, Path]:
    """The section without its tokens, whose file may be missing until the setup writes it."""
    section, file = ctx.obj.section(PLATFORM, config, {"tokens": Secret("")})
    assert isinstance(section, Settings)
    return section, file
