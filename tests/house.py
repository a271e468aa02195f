"""Reads the modules of the package and says where they break the house's rules (design.md, sections 2 and 4).

Nothing is imported: each module is a path and a syntax tree. What is let off, and why, stands in `test_layers`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

LONGEST = 250
"""Lines of a module."""

ROOMS: Mapping[str, tuple[str, ...]] = {
    "model": ("model",),
    "services": ("model", "services"),
    "commands": ("model", "services", "commands"),
    "store": ("model", "store"),
    "web": ("model", "web"),
    "adapters": ("model", "web.routes"),
    "words": ("model",),
    "logs": ("model",),
    "metrics": ("model",),
    "schedule": ("model",),
    "control": ("model", "sections", "settings"),
    "sections": ("model",),
    "settings": ("model", "adapters", "sections"),
    "config": ("model", "sections", "settings", "variables"),
    "variables": ("model",),
}
"""What a room, or a module at the top, may import of the package; `app`, `admin`, `cli` and `__init__` anything. An
adapter may also import its own folder, adapters/_*.py and the folders adapters/_*/."""

FOREIGN: Mapping[str, frozenset[str]] = {
    "model": frozenset({"regex"}),
    "services": frozenset({"regex", "cryptography", "puremagic"}),
    "commands": frozenset({"regex"}),
}
"""Rooms that may use no package but these, beside the standard library."""

SDKS: Mapping[str, tuple[str, ...]] = {
    "slack_bolt": ("adapters/slack/",),
    "slack_sdk": ("adapters/slack/",),
    "discord": ("adapters/discord/",),
    "httpx": ("adapters/_outside/http.py",),
    "httpcore": ("adapters/_outside/http.py",),
    "nh3": ("adapters/_outside/html.py",),
    "fastfeedparser": ("adapters/feed/",),
    "feedparser": ("adapters/feed/",),
    "sqlmodel": ("store/",),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "psycopg": ("store/",),
    "pysqlite3": ("store/",),
    "sqlite3": ("store/",),
    "apscheduler": ("schedule.py",),
    "starlette": ("web/", "adapters/"),
    "uvicorn": ("web/", "adapters/"),
    "babel": ("words.py",),
    "prometheus_client": ("metrics.py",),
    "structlog": ("logs.py",),
    "typer": ("cli/", "adapters/"),
}
"""Where a package may be imported: a file, or everything below a folder."""

PLATFORMS = frozenset({"slack", "discord", "mastodon", "bluesky"})
"""Chat platforms that have no folder yet count as well."""
NO_PLATFORM = frozenset({"feed"})
"""Folders under adapters/ whose names are words of ours too."""

WALL_CLOCKS = frozenset(
    f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
) | {"time.time", "time.time_ns"}
STOPWATCHES = frozenset(
    f"time.{name}" for name in ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time")
)
CLOCK = "model/clock.py"

_FINDERS = {"import_module", "__import__"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True, slots=True)
class Breach:
    """`what` is the same wherever in the module it happens, so that it can be let off by name."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"bridge/{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Module:
    """`path` is relative to the package, e.g. "services/sharing/publish.py"."""

    path: str
    source: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The whole tree, which each rule walks through."""
        return tuple(ast.walk(self.tree))

    @property
    def room(self) -> str:
        """The folder it stands in, or its own name at the top: "services", "cli"."""
        return PurePosixPath(self.path).parts[0].removesuffix(".py")

    @property
    def adapter(self) -> str | None:
        """The platform's folder it stands in."""
        parts = PurePosixPath(self.path).parts
        return parts[1] if parts[0] == "adapters" and len(parts) > 2 else None

    def breach(self, node: ast.AST, what: str) -> Breach:
        return Breach(self.path, getattr(node, "lineno", 1), what)


Rule = Callable[[Module], Iterable[Breach]]


def module(path: str, source: str) -> Module:
    return Module(path, source, ast.parse(source))


def read_package(folder: Path) -> list[Module]:
    files = sorted(folder.rglob("*.py"))
    return [module(file.relative_to(folder).as_posix(), file.read_text("utf-8")) for file in files]


def imports(of: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every import with the full dotted name of what it takes, wherever it stands in the module."""
    package = ("bridge", *PurePosixPath(of.path).parts[:-1])
    for node in of.nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            yield from ((node, f"{base}.{alias.name}") for alias in node.names)


def room_breaches(of: Module) -> Iterator[Breach]:
    """Rule 1: who may import whom inside the house."""
    for node, name in imports(of):
        top, _, inside = name.partition(".")
        if top == "bridge" and not _may_import(of, inside):
            yield of.breach(node, f"imports {name}")


def _may_import(of: Module, inside: str) -> bool:
    allowed = ROOMS.get(of.room)
    if allowed is None:
        return of.room in ("app", "admin", "cli", "__init__", "__main__")
    if of.room == "adapters":
        own = [f"adapters.{of.adapter}"] if of.adapter else []
        return inside.startswith("adapters._") or _is_within(inside, (*allowed, *own))
    return _is_within(inside, allowed)


def _is_within(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def package_breaches(of: Module) -> Iterator[Breach]:
    """Rule 2: each package in its room, and few packages in the inner rooms."""
    mine = sys.stdlib_module_names | {"bridge"} | FOREIGN.get(of.room, frozenset())
    for node, name in imports(of):
        top = name.partition(".")[0]
        is_elsewhere = top in SDKS and not of.path.startswith(SDKS[top])
        if is_elsewhere or (of.room in FOREIGN and top not in mine):
            yield of.breach(node, f"imports {top}")
    for found in of.nodes:
        if _FINDERS & set(_texts(found)):
            yield of.breach(found, "imports by a computed name")


def early_package_breaches(of: Module) -> Iterator[Breach]:
    """An adapter's `__init__` is read at every start, for its settings: it takes no SDK until it is asked to."""
    if of.adapter is None or not of.path.endswith("/__init__.py"):
        return
    at_once = [node for node in of.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node, name in imports(Module(of.path, "", ast.Module(body=list(at_once), type_ignores=[]))):
        top = name.partition(".")[0]
        if top in SDKS:
            yield of.breach(node, f"imports {top} at once")


def waiting_breaches(of: Module) -> Iterator[Breach]:
    """The model is pure: `async def` only as the shape of a port, without a body."""
    if of.room != "model":
        return
    for node in of.nodes:
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield of.breach(node, "waits")
        elif isinstance(node, ast.AsyncFunctionDef) and not all(map(_says_nothing, node.body)):
            yield of.breach(node, f"async def {node.name} with a body")


def _says_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def platform_breaches(of: Module, folders: Iterable[str]) -> Iterator[Breach]:
    """Rule 3: a platform's name stands in its folder alone. Docstrings and comments may say it."""
    names = (PLATFORMS | set(folders)) - NO_PLATFORM - {of.adapter}
    docstrings = set(map(id, _docstrings(of.nodes)))
    for node in of.nodes:
        if id(node) in docstrings:
            continue
        for text in _texts(node):
            for name in sorted(names & set(words(text))):
                yield of.breach(node, f"names {name}")


def words(text: str) -> list[str]:
    """The words of a text or an identifier: ["slack", "web", "client"] of "_SlackWeb_client"."""
    return [word.lower() for word in _WORD.findall(text)]


def _texts(node: ast.AST) -> Iterator[str]:
    """The identifiers of a node and its string or bytes."""
    for _, value in ast.iter_fields(node):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield one
            elif isinstance(one, bytes):
                yield one.decode("latin-1")


def _docstrings(nodes: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """Strings that stand alone, as under a class or beneath a constant."""
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def clock_breaches(of: Module) -> Iterator[Breach]:
    """Law 10: the machine's clocks are read in one module."""
    if of.path != CLOCK:
        yield from clock_readings(of, WALL_CLOCKS | STOPWATCHES)


def clock_readings(of: Module, clocks: frozenset[str]) -> Iterator[Breach]:
    known = _imported_names(of)
    for node in of.nodes:
        name = _dotted(node, known)
        if name in clocks:
            yield of.breach(node, f"reads {name}")


def _imported_names(of: Module) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in of.nodes:
        if isinstance(node, ast.Import):
            known.update({a.asname or a.name: a.name for a in node.names})
        elif isinstance(node, ast.ImportFrom):
            known.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
    return known


def _dotted(node: ast.AST, known: Mapping[str, str]) -> str | None:
    """ "datetime.datetime.now" of `dt.now`, after `from datetime import datetime as dt`."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value, known)):
        return f"{base}.{node.attr}"
    return None


def catch_all_breaches(of: Module) -> Iterator[Breach]:
    """Whoever catches everything, named by its function: "catches all in _Writer._serve"."""
    for where, node in _handlers(of.tree, ()):
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(one is None or (isinstance(one, ast.Name) and one.id in CATCH_ALL) for one in caught):
            yield of.breach(node, f"catches all in {'.'.join(where) or 'the module'}")


CATCH_ALL = frozenset({"Exception", "BaseException"})


def _handlers(node: ast.AST, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ast.ExceptHandler]]:
    if isinstance(node, ast.ExceptHandler):
        yield where, node
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        where = (*where, node.name)
    for child in ast.iter_child_nodes(node):
        yield from _handlers(child, where)


def length_breaches(of: Module) -> Iterator[Breach]:
    if of.source.count("\n") > LONGEST:
        yield of.breach(of.tree, f"has over {LONGEST} lines")


def docstring_breaches(of: Module) -> Iterator[Breach]:
    if not ast.get_docstring(of.tree):
        yield of.breach(of.tree, "has no docstring")
