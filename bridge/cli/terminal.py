"""How the groups of the command line look, where the configuration is, and how findings and tables print."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from bridge.model.ports import Finding
    from bridge.settings import Settings

MARKS = {True: "✓", False: "✗", None: "·"}

ConfigPath = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="bridge.toml; else $BRIDGE_CONFIG, else ./bridge.toml.")
]


def group(help: str | None = None) -> typer.Typer:
    return typer.Typer(
        help=help,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def settings_of(config: Path | None, overrides: dict[str, dict[str, object]] | None = None) -> Settings:
    from bridge import config as reader

    return reader.load(config, overrides)


def report(findings: Iterable[Finding]) -> None:
    found = list(findings)
    width = max((len(finding.name) for finding in found), default=0)
    for finding in found:
        fix = f" {finding.fix}" if finding.fix and not finding.ok else ""
        print(f"{MARKS[finding.ok]} {finding.name:<{width}}  {finding.detail}{fix}")
    if any(finding.ok is False for finding in found):
        raise typer.Exit(1)


@contextmanager
def progress(of_what: str = "rows") -> Iterator[Callable[[str, int, int], None]]:
    """Takes what is being done, how much of it is done, and of how much: one line on stderr that is written over, where
    somebody watches, and that is gone at the end."""
    watched = sys.stderr.isatty()

    def tell(what: str, done: int, of: int) -> None:
        if watched:
            print(f"\r\033[K{what}: {done:,} of {of:,} {of_what}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if watched:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def table(rows: Iterable[DataclassInstance], empty: str) -> None:
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
