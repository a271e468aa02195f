"""Processes that are there at once: one that has loaded the whole package, and forks itself for each that is asked for.

A process is a whole one all the same, with a memory, sockets, files and threads of its own; it only does not spend a
second and a processor on reading the same modules again. `python -m tests.proof.nursery` takes an order a line (JSON)
and tells, a line each, who was born (name, pid) and who died (pid, code as of subprocess).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOADED = (
    "bridge.app",
    "bridge.cli",
    "bridge.cli.tending",
    "bridge.admin",
    "bridge.config",
    "bridge.adapters.slack.adapter",
    "bridge.adapters.discord.adapter",
    "bridge.store.sqlite",
    "bridge.store.postgres",
    "bridge.store.schema",
    "alembic.autogenerate",
    "sqlalchemy.dialects.postgresql.psycopg",
    "pysqlite3",
    "uvicorn.protocols.http.auto",
    "uvicorn.lifespan.on",
    "tests.proof.child",
    "tests.proof.dying",
)


class Nursery:
    """The side of whoever asks."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._born: dict[str, asyncio.Future[int]] = {}
        self._dead: dict[int, asyncio.Future[int]] = {}
        self._reading = asyncio.create_task(self._read())
        self._names = 0

    async def bear(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str], said: Path, log: Path
    ) -> tuple[int, asyncio.Future[int]]:
        """Its pid, and what its code will be. `said`, `log`: files for its stdout, made anew, and its stderr."""
        self._names += 1
        name, loop = str(self._names), asyncio.get_running_loop()
        self._born[name] = loop.create_future()
        order = {"name": name, "words": words, "folder": str(folder), "variables": dict(variables)}
        order |= {"said": str(said), "log": str(log)}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        pid = await asyncio.wait_for(self._born[name], 60)
        return pid, self._dead[pid]

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            what, first, second = line.decode().split()
            if what == "born":
                self._dead[int(second)] = asyncio.get_running_loop().create_future()
                self._born.pop(first).set_result(int(second))
            elif not (dead := self._dead.pop(int(first))).done():
                dead.set_result(int(second))
        for waiting in self._born.values():
            waiting.set_exception(AssertionError("the nursery is gone"))

    async def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()
        self._reading.cancel()


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.proof.nursery"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    made = Nursery(process)
    try:
        yield made
    finally:
        await made.close()


# the other side


def main() -> None:
    for name in LOADED:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
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
        said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number, file in enumerate((nothing, said, log)):
            os.dup2(file, number)
            os.close(file)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["variables"])
        random.seed()
        from bridge.cli import main as bridge
        from tests.proof.child import prepare

        prepare(json.loads(os.environ["PROOF"]))
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
