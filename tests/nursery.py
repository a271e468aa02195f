"""Processes that are there at once: one that has loaded the whole package, and forks itself for each that is asked for.

A process is a whole one all the same, with a memory, sockets, files and threads of its own; it only does not spend a
second and a processor on reading the same modules again. `python -m tests.nursery` takes an order a line (JSON) and
tells, a line each, who was born (name, pid) and who died (pid, code as of subprocess).
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COMMAND = "import sys; from bridge.cli import main; sys.exit(main(sys.argv[1:]))"
"""`python -c` with this is `bridge`."""
LOADED = (
    "bridge.app",
    "bridge.cli",
    "bridge.cli.tending",
    "bridge.admin",
    "bridge.config",
    "bridge.adapters.slack.adapter",
    "bridge.adapters.discord.adapter",
    "bridge.store.engines.sqlite",
    "bridge.store.engines.postgres",
    "bridge.store.schema",
    "alembic.autogenerate",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvicorn.protocols.http.auto",
    "uvicorn.lifespan.on",
    "tests.proof.means.child",
    "tests.proof.means.dying",
    "tests.e2e.process",
)


class Child:
    """One that was born. `printed`: the file that its stdout goes to."""

    def __init__(self, pid: int, code: Future[int], printed: Path) -> None:
        self.pid, self.printed, self._code = pid, printed, code

    @property
    def code(self) -> int | None:
        """As of subprocess; None while it runs."""
        return self._code.result() if self._code.done() else None

    def signal(self, number: int) -> None:
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Its code, once it is over, by itself or not. Raises TimeoutError."""
        return self._code.result(seconds)

    async def ended(self, seconds: float) -> int:
        """As `wait`, beside other tasks."""
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._code)), seconds)

    def line(self, seconds: float) -> str:
        """The first line it prints; "" where it ends before, or takes longer."""
        late = time.monotonic() + seconds
        while time.monotonic() < late:
            over = self.code is not None
            if self.printed.exists() and "\n" in (printed := self.printed.read_text()):
                return printed.partition("\n")[0]
            if over:
                break
            time.sleep(0.01)
        return ""


class Nursery:
    """The side of whoever asks; any thread may."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._born: dict[str, Future[tuple[int, Future[int]]]] = {}
        self._dead: dict[int, Future[int]] = {}
        self._asking = threading.Lock()
        self._names = 0
        threading.Thread(target=self._read, daemon=True).start()

    def bear(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str], log: Path, prepare: str = ""
    ) -> Child:
        """`bridge` with these words, in that folder. `variables`: its whole environment; `log`: the file that its
        stderr is added to; `prepare`: module:function that it calls first."""
        born = Future[tuple[int, Future[int]]]()
        with self._asking:
            self._names += 1
            name = str(self._names)
            printed = log.with_name(f"{log.name}.{name}")
            self._born[name] = born
            order = {"name": name, "words": words, "folder": str(folder), "variables": dict(variables)}
            order |= {"printed": str(printed), "log": str(log), "prepare": prepare}
            assert self._process.stdin
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        return Child(*born.result(60), printed)

    def run(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str], prepare: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """One that ends by itself, within a minute."""
        log = folder / "said"
        log.unlink(missing_ok=True)
        child = self.bear(words, folder, variables, log, prepare)
        return subprocess.CompletedProcess(words, child.wait(60), child.printed.read_text(), log.read_text())

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            what, first, second = line.decode().split()
            if what == "born":
                self._dead[int(second)] = code = Future[int]()
                self._born.pop(first).set_result((int(second), code))
            else:
                self._dead.pop(int(first)).set_result(int(second))
        for waiting in [*self._born.values(), *self._dead.values()]:
            waiting.set_exception(AssertionError("the nursery is gone"))

    def close(self) -> None:
        """Whoever still lives is killed."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def fresh(words: Sequence[str], folder: Path, variables: Mapping[str, str], log: Path) -> Child:
    """As `bear`, with an interpreter of its own that has loaded nothing yet: for whoever measures it."""
    printed = log.with_name(f"{log.name}.fresh")
    with printed.open("w") as out, log.open("a") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words],
            cwd=folder,
            env={**variables, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
        )
    code = Future[int]()
    threading.Thread(target=lambda: code.set_result(process.wait()), daemon=True).start()
    return Child(process.pid, code, printed)


@functools.cache
def nursery() -> Nursery:
    """The one of this process, from when it is first asked for until the end."""
    made = Nursery()
    atexit.register(made.close)
    return made


# the other side


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("pysqlite3")  # it is not there for every system
    alive: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _bury(alive))
    # Whoever asked sees to it that all end; a Ctrl-C is theirs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in iter(sys.stdin.buffer.readline, b""):
        order = json.loads(line)
        assert threading.active_count() == 1, "only what has no threads may fork"
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            _live(order)
        alive.add(pid)
        os.write(1, f"born {order['name']} {pid}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for pid in list(alive):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while alive:
        time.sleep(0.01)


def _bury(alive: set[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            alive.discard(found[0])
            with contextlib.suppress(BrokenPipeError):
                os.write(1, f"dead {found[0]} {os.waitstatus_to_exitcode(found[1])}\n".encode())


def _live(order: Mapping[str, Any]) -> None:
    """In the new process, for all its life."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        nothing = os.open(os.devnull, os.O_RDONLY)
        printed = os.open(order["printed"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number, file in enumerate((nothing, printed, log)):
            os.dup2(file, number)
            os.close(file)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["variables"])
        random.seed()
        from bridge.cli import main as bridge

        if order["prepare"]:
            module, _, name = order["prepare"].partition(":")
            getattr(importlib.import_module(module), name)()
        code = bridge(order["words"])
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
