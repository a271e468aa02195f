"""`bridge run` in a process of its own: started, killed, made to stand still."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.nursery import Child, nursery

READY_WITHIN, STOPS_WITHIN = 60.0, 10.0
"""Seconds: on a busy machine all takes longer."""
PREPARED = "tests.proof.means.child:prepare"


class Process:
    """`variables`: its environment, beside the machine's; `put`: see child. Its log is the file `log` in `folder`."""

    def __init__(self, folder: Path, variables: Mapping[str, str], put: Mapping[str, Any], log: str = "log") -> None:
        self.folder, self._put, self._log = folder, dict(put), folder / log
        own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        self._environment = {**own, "BRIDGE_WEB__PORT": "0", "BRIDGE_LOG__FORMAT": "text", **variables}
        self._child: Child | None = None
        self.starts: list[float] = []
        """Seconds that each start took, until it said that it runs."""

    async def start(self, dies: str = "") -> None:
        """Returns when it says that it runs. `dies`: the point at which it will, see dying; it may be before that."""
        began = time.monotonic()
        child = await asyncio.to_thread(
            nursery().bear, ["run"], self.folder, self._variables(dies), self._log, PREPARED
        )
        self._child = child
        said = await asyncio.to_thread(child.line, READY_WITHIN)
        if dies and not said and not self.running:
            return
        assert "Bridge runs" in said, f"it did not start: {self.log[-3000:]}"
        self.starts.append(time.monotonic() - began)

    async def tell(self, *words: str) -> str:
        """A further command of the command line, such as `workspaces team T2`; what it says."""
        told = await asyncio.to_thread(nursery().run, words, self.folder, self._variables(""), PREPARED)
        assert told.returncode == 0, told.stderr[-3000:]
        return told.stdout

    def _variables(self, dies: str) -> dict[str, str]:
        return {**self._environment, "PROOF": json.dumps({"put": self._put, "dies": dies})}

    async def kill(self) -> None:
        """As a power cut does."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self, seconds: float = 30) -> int:
        """Its code, once it is over, by itself or not. Raises TimeoutError."""
        assert self._child
        return await self._child.ended(seconds)

    async def stop(self) -> None:
        """SIGTERM; it leaves with code 0."""
        self.signal(signal.SIGTERM)
        assert await self.ended(STOPS_WITHIN) == 0, self.log[-3000:]

    def signal(self, number: int) -> None:
        if self._child:
            self._child.signal(number)

    @property
    def pid(self) -> int:
        assert self._child
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.code is None

    @property
    def died(self) -> bool:
        """By SIGKILL, its own or ours."""
        return self._child is not None and self._child.code == -signal.SIGKILL

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")
