"""The command line: reads arguments, calls `app`, prints what comes back. No work is done here.

Everything heavy is imported by the command that needs it, so that `bridge --version` and `--help` answer at once.
An adapter adds commands of its own (`bridge <adapter> …`) by offering `commands() -> typer.Typer` in its `__init__`.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.model.errors import BridgeError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import BaseModel

    from bridge.model.ports import Finding
    from bridge.settings import Settings

WRONG = 2
"""Exit code for what the caller can mend: an argument, the configuration, the database."""
MARKS = {True: "✓", False: "✗", None: "·"}

ConfigPath = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="bridge.toml; else $BRIDGE_CONFIG, else ./bridge.toml.")
]


class Use:
    """What an adapter's command finds as `ctx.obj` of its `typer.Context`: has the adapter of that name do a verb, in
    the running bridge if there is one, and prints the sentence that comes back."""

    def __call__(self, name: str, verb: str, *words: str) -> None:
        settings = _settings(None)
        from bridge import admin

        print(admin.use_adapter(settings, [name, verb, *words]))

    def section(self, name: str, config: Path | None, instead: dict[str, object]) -> tuple[BaseModel, Path]:
        """The adapter's settings, some replaced (so a file of theirs may be missing), and where bridge.toml belongs."""
        settings = _settings(config, {name: instead})
        from bridge import config as reader

        return settings.adapters[name], reader.place_of(config)


def _group(help: str | None = None) -> typer.Typer:
    return typer.Typer(
        help=help,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


commands = _group()
db = _group("Look after the database.")
deliveries = _group("See what waits or failed, and try again.")
commands.add_typer(db, name="db")
commands.add_typer(deliveries, name="deliveries")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line (default: the process's own) and returns the exit code. A BridgeError is one line on
    stderr and code 2; Ctrl-C ends quietly with 130."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    core = {one.name for one in commands.registered_commands} | {one.name for one in commands.registered_groups}
    whole = commands if given and given[0] in core | {"--version"} else _with_adapters()
    try:
        code = whole(given, standalone_mode=False, obj=Use())
    except BridgeError as error:
        print(error.english(), file=sys.stderr)
        return WRONG
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except typer.TyperException as error:
        said = error.format_message()
        print(said if said.startswith("Usage") else f"{said} For help: bridge --help", file=sys.stderr)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"bridge {version('bridge')}")
        raise typer.Exit


@commands.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Team microblogging inside the chat a team already uses.

    Start with: bridge run
    """


@commands.command("run")
def run(
    config: ConfigPath = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on, in place of web.host.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, in place of web.port; 0 for any.")] = None,
) -> None:
    """Run the bridge until it is stopped (Ctrl-C or SIGTERM).

    Examples: bridge run · bridge run --port 9000 · bridge run --config /etc/bridge/bridge.toml
    """
    # Before what takes a moment to import: whoever stops a starting bridge did nothing wrong. `app` takes over later.
    signal.signal(signal.SIGTERM, _leave)
    asked: dict[str, object] = {"host": host, "port": port}
    wanted = {key: value for key, value in asked.items() if value is not None}
    settings = _settings(config, {"web": wanted})
    from bridge import app
    from bridge.logs import set_up_logs

    set_up_logs(settings.log.level, settings.log.format)
    raise typer.Exit(app.run(settings))


@commands.command("check")
def check(config: ConfigPath = None) -> None:
    """Look at configuration, database, clock and platforms, one line each, with what to do. Code 1 if one is wrong."""
    settings = _settings(config)
    from bridge import admin

    _report(admin.check(settings))


@db.command("upgrade")
def db_upgrade(config: ConfigPath = None) -> None:
    """Bring the database to this version's schema; `bridge run` does so by itself."""
    settings = _settings(config)
    from bridge import admin

    print(admin.upgrade_db(settings))


@db.command("check")
def db_check(config: ConfigPath = None) -> None:
    """Look for damage in the database. Code 1 if there is any."""
    settings = _settings(config)
    from bridge import admin

    _report(admin.check_db(settings))


@db.command("backup")
def db_backup(
    file: Annotated[Path, typer.Argument(help="The new file; nothing is overwritten.")], config: ConfigPath = None
) -> None:
    """Copy the database, consistent also while the bridge runs.

    Example: bridge db backup monday.db
    """
    settings = _settings(config)
    from bridge import admin

    print(admin.backup_db(settings, file))


@deliveries.command("list")
def deliveries_list(
    state: Annotated[str | None, typer.Option(help="Only those in this state, e.g. buried.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    config: ConfigPath = None,
) -> None:
    """List messages that were begun and wait, or failed, with their numbers.

    Example: bridge deliveries list --state buried
    """
    settings = _settings(config)
    from bridge import admin

    empty = "No message is stuck, and none failed. What waits for quiet hours or a digest is no message yet."
    _table(admin.list_deliveries(settings, state, limit), empty)


@deliveries.command("retry")
def deliveries_retry(
    id: Annotated[str, typer.Argument(help="Its number in `bridge deliveries list`.")],
    config: ConfigPath = None,
) -> None:
    """Try a delivery again, now."""
    settings = _settings(config)
    from bridge import admin

    print(admin.retry_delivery(settings, id))


def _leave(number: int, frame: FrameType | None) -> None:
    raise typer.Exit


def _settings(config: Path | None, overrides: dict[str, dict[str, object]] | None = None) -> Settings:
    from bridge import config as reader

    return reader.load(config, overrides)


def _with_adapters() -> typer.Typer:
    """The commands and those of every adapter that has some."""
    from bridge.settings import adapter, adapter_names

    whole = _group()
    whole.registered_callback = commands.registered_callback
    whole.registered_commands = list(commands.registered_commands)
    whole.registered_groups = list(commands.registered_groups)
    for name in adapter_names():
        offered: Callable[[], typer.Typer] | None = getattr(adapter(name), "commands", None)
        if offered is not None:
            whole.add_typer(offered(), name=name)
    return whole


def _report(findings: Iterable[Finding]) -> None:
    found = list(findings)
    width = max((len(finding.name) for finding in found), default=0)
    for finding in found:
        fix = f" {finding.fix}" if finding.fix and not finding.ok else ""
        print(f"{MARKS[finding.ok]} {finding.name:<{width}}  {finding.detail}{fix}")
    if any(finding.ok is False for finding in found):
        raise typer.Exit(1)


def _table(rows: Iterable[DataclassInstance], empty: str) -> None:
    """Frozen dataclasses as columns under their fields' names."""
    lines = list(rows)
    if not lines:
        print(empty)
        return
    names = [field.name for field in fields(lines[0])]
    cells = [names, *([str(getattr(line, name) or "") for name in names] for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
