"""How long `bridge --version` and `bridge run` take, and how much memory an idle bridge holds: real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure, Progress, duration

PATIENCE = 30.0
LIBRARIES = "sqlmodel, starlette.applications, uvicorn, apscheduler.schedulers.asyncio, pydantic, structlog, jinja2"
"""What a running bridge cannot do without; importing it is the limit of a start."""


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """The main figure is the seconds from the command to the first 200 of /readyz, best of several."""
    return await asyncio.to_thread(_measure, 3 if quick else 10, say)


def _measure(times: int, say: Progress) -> list[Figure]:
    say("bridge --version")
    bare = [_took([sys.executable, "-c", "pass"]) for _ in range(times)]
    version = [_took([*_bridge(), "--version"]) for _ in range(times)]
    floor = [_took([sys.executable, "-c", f"import {LIBRARIES}"]) for _ in range(times)]
    ready, memory, again = [], 0.0, []
    for number in range(max(2, times // 2)):
        say("bridge run", number, times // 2)
        with tempfile.TemporaryDirectory() as folder:
            first, _ = _run(Path(folder))
            second, memory = _run(Path(folder))
        ready.append(first)
        again.append(second)
    return [
        duration("start", min(again), "s", min(floor), again),
        duration("start: new database", min(ready), "s", min(floor), ready),
        duration("start: bridge --version, best", min(version), "s", min(bare), version),
        duration("start: bridge --version, median", median(version), "s", median(bare)),
        Figure("start: idle memory (RSS)", memory, "MB"),
    ]


def _bridge() -> list[str]:
    """The installed command, else the module."""
    command = Path(sys.executable).with_name("bridge")
    return [str(command)] if command.exists() else [sys.executable, "-c", "from bridge.cli import main; exit(main())"]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}


def _took(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=_environment())
    return time.perf_counter() - began


def _run(folder: Path) -> tuple[float, float]:
    """Seconds until it is ready, and its resident megabytes two seconds later."""
    port = _free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*_bridge(), "run", "--port", str(port)],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not _is_ready(port):
            if process.poll() is not None:
                said = process.stderr.read() if process.stderr else ""
                raise SystemExit(f"bridge run ended with code {process.returncode}: {said}")
            if time.perf_counter() - began > PATIENCE:
                raise SystemExit(f"bridge run was not ready within {PATIENCE} s")
            time.sleep(0.005)
        ready = time.perf_counter() - began
        time.sleep(2)
        return ready, resident(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def resident(pid: int) -> float:
    """Megabytes; Linux only, else 0."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6
