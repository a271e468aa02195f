"""`bridge lobby …`: makes one-time links, by asking the bridge that runs on this machine."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Annotated

import typer

SECONDS = 10

app = typer.Typer(help="The small chat page.", no_args_is_help=True)


@app.callback()
def lobby() -> None:
    """The small chat page."""


@app.command()
def invite(
    name: Annotated[str, typer.Argument(help="Whom the link is for.")],
    port: Annotated[
        int, typer.Option(envvar="BRIDGE_WEB__PORT", min=1, max=65535, help="The port that this machine's bridge is on.")
    ] = 8080,
    address: Annotated[
        str, typer.Option(envvar="BRIDGE_LOBBY__ADDRESS", help="How people reach it: https://lobby.example.org")
    ] = "",
) -> None:
    """Print a link that lets NAME into the lobby once, for one browser. It is good for three days."""
    base = f"http://127.0.0.1:{port}"
    try:
        path = ask(base, name)
    except urllib.error.HTTPError as error:
        typer.echo(_sentence(error.read()), err=True)
        raise typer.Exit(1) from None
    except (OSError, ValueError):
        typer.echo(f"No bridge answers at {base}. Start it with: bridge run (or name its port with --port)", err=True)
        raise typer.Exit(1) from None
    typer.echo((address.rstrip("/") or base) + path)


def ask(base: str, name: str) -> str:
    """The path of a new link. Raises OSError where nobody answers, HTTPError with the sentence where it says no."""
    request = urllib.request.Request(
        f"{base}/api/lobby/invites",
        data=json.dumps({"name": name}).encode(),
        headers={"content-type": "application/json"},
    )
    # No proxy: this goes to the machine itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SECONDS) as answer:
        return str(json.loads(answer.read())["path"])


def _sentence(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, LookupError, TypeError):
        return "The bridge that answers there has no lobby. Switch it on: enabled = true under [lobby]."
