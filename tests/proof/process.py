"""`bridge run` in a process of its own: started, killed, made to stand still."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
READY_WITHIN, STOPS_WITHIN = 60.0, 10.0
"""Seconds: on a busy machine all takes longer."""


class Process:
    """`variables`: its environment, beside the machine's; `put`: see child. Its log is the file `log` in `folder`."""

    def __init__(self, folder: Path, variables: Mapping[str, str], put: Mapping[str, Any], name: str = "log") -> None:
        self.folder, self._put, self._log = folder, dict(put), folder / name
        own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        self._environment = {**own, "BRIDGE_WEB__PORT": "0", "BRIDGE_LOG__FORMAT": "text", **variables}
        self._process: asyncio.subprocess.Process | None = None
        self.starts: list[float] = []
        """Seconds that each start took, until it said that it runs."""

    async def start(self, dies: str = "") -> None:
        """Returns when it says that it runs. `dies`: the point at which it will, see dying."""
        began = time.monotonic()
        with self._log.open("a") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.proof.child", "run"),
                cwd=self.folder,
                env=self._variables(dies),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout
        said = (await asyncio.wait_for(self._process.stdout.readline(), READY_WITHIN)).decode()
        if "Bridge runs" not in said:
            # It may have died where it was to; who waits for that looks at `running`.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 1)
            if not dies or self.running:
                raise AssertionError(f"it did not start: {said}{self.log[-3000:]}")
            return
        self.starts.append(time.monotonic() - began)

    async def tell(self, *words: str) -> str:
        """A further command of the command line, such as `workspaces team T2`; what it says."""
        done = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.proof.child", *words),
            cwd=self.folder,
            env=self._variables(""),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await done.communicate()
        assert done.returncode == 0, said.decode()
        return said.decode()

    def _variables(self, dies: str) -> dict[str, str]:
        wanted = {"put": self._put, "dies": dies}
        return {**self._environment, "PYTHONPATH": str(ROOT), "PROOF": json.dumps(wanted)}

    async def kill(self) -> None:
        """As a power cut does."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self, seconds: float = 30) -> None:
        """Returns when it is over, by itself or not."""
        assert self._process
        await asyncio.wait_for(self._process.wait(), seconds)

    async def stop(self) -> None:
        """SIGTERM; it leaves with code 0."""
        self.signal(signal.SIGTERM)
        await self.ended(STOPS_WITHIN)
        assert self._process
        assert self._process.returncode == 0, self.log[-3000:]

    def signal(self, number: int) -> None:
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def died(self) -> bool:
        """By SIGKILL, its own or ours."""
        return self._process is not None and self._process.returncode == -signal.SIGKILL

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")
