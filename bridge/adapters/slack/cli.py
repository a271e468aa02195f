"""`bridge slack …`: prints the manifest; walks an administrator through the installation. Reads arguments only."""

from __future__ import annotations

import typer

app = typer.Typer(help="Slack: install it, and print its manifest.", no_args_is_help=True)


@app.callback()
def slack() -> None:
    """Slack: install it, and print its manifest."""
