"""`bridge db …`, `bridge deliveries …` and `bridge workspaces …`: looking after what is there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.terminal import ConfigPath, group, progress, report, settings_of, table

db = group("Look after the database.")
deliveries = group("See what waits or failed, and try again.")
workspaces = group("See which workspaces are the team's own, and say so.")

WorkspaceId = Annotated[str, typer.Argument(metavar="ID", help="Its id in `bridge workspaces list`.")]


@db.command("upgrade")
def db_upgrade(config: ConfigPath = None) -> None:
    """Bring the database to this version's schema.

    `bridge run` does so by itself.
    """
    settings = settings_of(config)
    from bridge import admin

    print(admin.upgrade_db(settings))


@db.command("check")
def db_check(config: ConfigPath = None) -> None:
    """Look for damage in the database. Code 1 if there is any."""
    settings = settings_of(config)
    from bridge import admin

    report(admin.check_db(settings))


@db.command("backup")
def db_backup(
    file: Annotated[Path, typer.Argument(help="The new file; nothing is overwritten.")], config: ConfigPath = None
) -> None:
    """Copy the database, consistent also while the bridge runs.

    Example: bridge db backup monday.db
    """
    settings = settings_of(config)
    from bridge import admin

    print(admin.backup_db(settings, file))


@db.command("move")
def db_move(
    to: Annotated[str | None, typer.Option(metavar="URL", help="The database: postgresql://user@host/name")] = None,
    to_file: Annotated[Path | None, typer.Option(metavar="FILE", help="A file that holds this URL.")] = None,
    config: ConfigPath = None,
) -> None:
    """Move everything from SQLite to an empty PostgreSQL database.

    Stop the bridge first. The SQLite file is only read. Each table is copied, then read again on both sides and
    compared: rows and checksum. All of it is one transaction, so an interrupted move leaves nothing behind. At the end
    it says what to do next.

    Others on this machine can read a command line: where the URL has a password, put it into a file (--to-file) or into
    BRIDGE_MOVE_TO in the environment, or leave the password to PGPASSWORD or ~/.pgpass.

    Examples: bridge db move --to postgresql://bridge@db/bridge · bridge db move --to-file /run/secrets/url
    """
    settings = settings_of(config)
    from bridge import admin
    from bridge.config import URL_PASSWORD

    if to and URL_PASSWORD.search(to):
        print("Others on this machine can read that password; --to-file keeps it from them.", file=sys.stderr)
    with progress() as tell:
        moved, advice = admin.move_db(settings, to, to_file, tell)
    table(moved, "")
    print(f"\n{advice}")


@deliveries.command("list")
def deliveries_list(
    state: Annotated[str | None, typer.Option(help="Only those in this state, e.g. buried.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    config: ConfigPath = None,
) -> None:
    """List messages that were begun and wait, or failed.

    The first column is the number that `bridge deliveries retry` takes.

    Example: bridge deliveries list --state buried
    """
    settings = settings_of(config)
    from bridge import admin

    empty = "No message is stuck, and none failed. What waits for quiet hours or a digest is no message yet."
    table(admin.list_deliveries(settings, state, limit), empty)


@deliveries.command("retry")
def deliveries_retry(
    id: Annotated[str, typer.Argument(help="Its number in `bridge deliveries list`.")],
    config: ConfigPath = None,
) -> None:
    """Try a delivery again, now."""
    settings = settings_of(config)
    from bridge import admin

    print(admin.retry_delivery(settings, id))


@workspaces.command("list")
def workspaces_list(config: ConfigPath = None) -> None:
    """List the workspaces that ever connected.

    Each with its id, name and circle, and how many people and channels are known there.

    In a workspace of the team, full members get what is shared with everyone; guests do not. In one of the community,
    nobody does: its people get what is public. The first chat workspace that connects is team, later ones community.
    """
    settings = settings_of(config)
    from bridge import admin

    table(admin.list_workspaces(settings), "No workspace has connected yet. Start the bridge first: bridge run")


@workspaces.command("team")
def workspaces_team(id: WorkspaceId, config: ConfigPath = None) -> None:
    """Make a workspace one of the team.

    Its full members get what is shared with everyone, from now on. Where two platforms have the same id, type
    platform:ID. Undo: bridge workspaces community ID

    Example: bridge workspaces team T0123ABCD
    """
    settings = settings_of(config)
    from bridge import admin

    print(admin.choose_circle(settings, id, "team"))


@workspaces.command("community")
def workspaces_community(id: WorkspaceId, config: ConfigPath = None) -> None:
    """Make a workspace one of the community.

    Its people and channels get what is public, and no more. What waits for them and is not public is no longer sent;
    what stands there already stays. Somebody who is also in a workspace of the team stays in the team.

    Example: bridge workspaces community T0456EFGH
    """
    settings = settings_of(config)
    from bridge import admin

    print(admin.choose_circle(settings, id, "community"))
