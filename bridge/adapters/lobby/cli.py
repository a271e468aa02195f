"""`bridge lobby …`: has the running bridge make one-time links; where none runs, they are made on its database."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="The small chat page.", no_args_is_help=True)


@app.callback()
def lobby() -> None:
    """The small chat page."""


@app.command()
def invite(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Whom the link is for.")],
    address: Annotated[
        str, typer.Option(help="How people reach it, e.g. https://lobby.example.org; else `address` under [lobby].")
    ] = "",
) -> None:
    """Print a link that lets NAME into the lobby once, for one browser. It is good for three days."""
    ctx.obj("lobby", "invite", name, address)
