"""`bridge sources …`: what comes from outside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.terminal import ConfigPath, group, progress, settings_of, table

sources = group("See what is followed outside, and try an address.")


@sources.command("list")
def sources_list(config: ConfigPath = None) -> None:
    """List what is followed outside.

    When each was looked at and will be (UTC), how often, and what is wrong: one that fails is tried again, less and
    less often; one that is paused, failing, gone or moved rests until somebody resumes it in chat: /sources
    """
    settings = settings_of(config)
    from bridge import admin

    table(admin.list_sources(settings), "Nothing from outside is followed. In chat: /follow https://blog.example.org")


@sources.command("check")
def sources_check(
    address: Annotated[str, typer.Argument(help="What one would type behind /follow.")], config: ConfigPath = None
) -> None:
    """Look at an address as a follow would, and keep nothing.

    Says which sources it leads to, its newest items, and how often it would be looked at; or what is wrong. For an
    address inside your own network it says what has to stand in bridge.toml.

    Examples: bridge sources check https://blog.example.org · bridge sources check @ana@social.example
    """
    settings = settings_of(config)
    from bridge import admin

    print(admin.check_source(settings, address))


@sources.command("export")
def sources_export(
    file: Annotated[Path | None, typer.Argument(help="The new file; else it is printed.")] = None,
    config: ConfigPath = None,
) -> None:
    """Write all that is followed as OPML, for feed readers.

    Accounts that are no feeds stand in it by their pages. Nothing is overwritten.

    Examples: bridge sources export feeds.opml · bridge sources export | less
    """
    settings = settings_of(config)
    from bridge import admin

    if file is None:
        print(admin.export_sources(settings), end="")
    else:
        print(admin.export_sources_to(settings, file))


@sources.command("import")
def sources_import(
    file: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export it.")],
    who: Annotated[str, typer.Option("--for", metavar="HANDLE", help="Who follows, as people call them: ana.")],
    channel: Annotated[str, typer.Option("--in", metavar="CHANNEL", help="A channel that follows in their name.")] = "",
    live: Annotated[bool, typer.Option("--live", help="At once, in place of by digest.")] = False,
    config: ConfigPath = None,
) -> None:
    """Have somebody, or a channel, follow every feed of a list.

    Each is looked at once. What can't be read is told at the end, with code 1, and the others are followed all the
    same. The same list may be taken again, after Ctrl-C too: nothing is followed twice, and without --live what is
    followed live stays so. Where several channels have a name, it says what to type for each.

    Example: bridge sources import feeds.opml --for ana --in '#news'
    """
    settings = settings_of(config)
    from bridge import admin

    with progress("feeds") as tell:
        said, *missed = admin.import_sources(settings, file, (who, channel), "live" if live else "", tell)
    print(said)
    for line in missed:
        print(f"✗ {line}", file=sys.stderr)
    if missed:
        raise typer.Exit(1)
