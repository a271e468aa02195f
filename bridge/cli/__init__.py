"""The command line: reads arguments, calls `app`, prints what comes back. No work is done here.

Everything heavy is imported by the command that needs it, so that `bridge --version` and `--help` answer at once.
An adapter adds commands of its own (`bridge <adapter> …`) by offering `commands() -> typer.Typer` in its `__init__`.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.sources import sources
from bridge.cli.tending import db, deliveries, workspaces
from bridge.cli.terminal import ConfigPath, group, report, settings_of
from bridge.model.errors import BridgeError

if TYPE_CHECKING:
    from pydantic import BaseModel

WRONG = 2
"""Exit code for what the caller can mend: an argument, the configuration, the database."""


class Use:
    """What an adapter's command finds as `ctx.obj` of its `typer.Context`: has the adapter of that name do a verb, in
    the running bridge if there is one, and prints the sentence that comes back."""

    def __call__(self, name: str, verb: str, *words: str) -> None:
        settings = settings_of(None)
        from bridge import admin

        print(admin.use_adapter(settings, [name, verb, *words]))

    def section(self, name: str, config: Path | None, instead: dict[str, object]) -> tuple[BaseModel, Path]:
        """The adapter's settings, some replaced (so a file of theirs may be missing), and where bridge.toml belongs."""
        settings = settings_of(config, {name: instead})
        from bridge import config as reader

        return settings.adapters[name], reader.place_of(config)


commands = group()
commands.add_typer(db, name="db")
commands.add_typer(deliveries, name="deliveries")
commands.add_typer(workspaces, name="workspaces")
commands.add_typer(sources, name="sources")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line (default: the process's own) and returns the exit code. A BridgeError is one line on
    stderr and code 2; Ctrl-C ends quietly with 130."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    core = {one.name for one in commands.registered_commands} | {one.name for one in commands.registered_groups}
    whole = commands if given and given[0] in core | {"--version"} else _with_adapters()
    try:
        code = whole(given, prog_name="bridge", standalone_mode=False, obj=Use())
    except BridgeError as error:
        print(error.english(), file=sys.stderr)
        return WRONG
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except typer.TyperException as error:
        said, within = error.format_message(), getattr(error, "ctx", None)
        help = f"{within.command_path if within else 'bridge'} --help"
        print(said if said.startswith("Usage") else f"{said} For help: {help}", file=sys.stderr)
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
    role: Annotated[str | None, typer.Option(help="all, listener or courier, in place of run.role.")] = None,
) -> None:
    """Run the bridge until it is stopped (Ctrl-C or SIGTERM).

    Several may run on one PostgreSQL: each does everything, or some listen to people and some deliver.

    Examples: bridge run · bridge run --port 9000 · bridge run --role courier
    """
    # Before what takes a moment to import: whoever stops a starting bridge did nothing wrong. `running` takes over.
    signal.signal(signal.SIGTERM, _leave)
    gc.disable()  # importing makes much that stays; `running` looks for garbage among what comes after it
    asked: dict[str, object] = {"host": host, "port": port}
    wanted = {key: value for key, value in asked.items() if value is not None}
    settings = settings_of(config, {"web": wanted, "run": {"role": role} if role else {}})
    from bridge.cli import running
    from bridge.logs import set_up_logs

    set_up_logs(settings.log.level, settings.log.format)
    raise typer.Exit(running.run(settings))


@commands.command("check")
def check(config: ConfigPath = None) -> None:
    """Look whether everything works, and say what to do.

    One line each for configuration, database, SQLite, clock, workspaces, sources and platforms; code 1 if one is wrong.
    It asks and changes nothing, also beside a bridge that runs.
    """
    settings = settings_of(config)
    from bridge import admin

    report(admin.check(settings))


def _leave(number: int, frame: FrameType | None) -> None:
    raise typer.Exit


def _with_adapters() -> typer.Typer:
    """The commands and those of every adapter that has some."""
    from bridge.settings import adapter, adapter_names

    whole = group()
    whole.registered_callback = commands.registered_callback
    whole.registered_commands = list(commands.registered_commands)
    whole.registered_groups = list(commands.registered_groups)
    for name in adapter_names():
        offered: Callable[[], typer.Typer] | None = getattr(adapter(name), "commands", None)
        if offered is not None:
            whole.add_typer(offered(), name=name)
    return whole
