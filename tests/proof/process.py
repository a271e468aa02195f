"""`bridge run` in a process of its own: started, killed, made to stand still."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.proof.nursery import Nursery

READY_WITHIN, STOPS_WITHIN = 60.0, 10.0
"""Seconds: on a busy machine all takes longer."""


class Process:
    """`variables`: its environment, beside the machine's; `put`: see child. Its log is the file `log` in `folder`."""

    def __init__(
        self, nursery: Nursery, folder: Path, variables: Mapping[str, str], put: Mapping[str, Any], log: str = "log"
    ) -> None:
        self.folder, self._nursery, self._put, self._log = folder, nursery, dict(put), folder / log
        own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        self._environment = {**own, "BRIDGE_WEB__PORT": "0", "BRIDGE_LOG__FORMAT": "text", **variables}
        self.pid = 0
        self._code: asyncio.Future[int] | None = None
        self.starts: list[float] = []
        """Seconds that each start took, until it said that it runs."""

    async def start(self, dies: str = "") -> None:
        """Returns when it says that it runs. `dies`: the point at which it will, see dying; it may be before that."""
        began, said = time.monotonic(), self.folder / f"{self._log.name}.said"
        said.unlink(missing_ok=True)
        variables = self._variables(dies)
        self.pid, self._code = await self._nursery.bear(["run"], self.folder, variables, said, self._log)
        while not (said.exists() and "Bridge runs" in said.read_text()):
            if not self.running and dies:
                return
            late = time.monotonic() - began > READY_WITHIN
            if not self.running or late:
                raise AssertionError(f"it did not start: {self.log[-3000:]}")
            await asyncio.sleep(0.01)
        self.starts.append(time.monotonic() - began)

    async def tell(self, *words: str) -> str:
        """A further command of the command line, such as `workspaces team T2`; what it says."""
        said = self.folder / "told"
        _, code = await self._nursery.bear(words, self.folder, self._variables(""), said, self._log)
        assert await asyncio.wait_for(code, 30) == 0, self.log[-3000:]
        return said.read_text()

    def _variables(self, dies: str) -> dict[str, str]:
        return {**self._environment, "PROOF": json.dumps({"put": self._put, "dies": dies})}

    async def kill(self) -> None:
        """As a power cut does."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self, seconds: float = 30) -> int:
        """Its code, once it is over, by itself or not. Raises TimeoutError."""
        assert self._code
        return await asyncio.wait_for(asyncio.shield(self._code), seconds)

    async def stop(self) -> None:
        """SIGTERM; it leaves with code 0."""
        self.signal(signal.SIGTERM)
        assert await self.ended(STOPS_WITHIN) == 0, self.log[-3000:]

    def signal(self, number: int) -> None:
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    @property
    def running(self) -> bool:
        return self._code is not None and not self._code.done()

    @property
    def died(self) -> bool:
        """By SIGKILL, its own or ours."""
        return self._code is not None and self._code.done() and self._code.result() == -signal.SIGKILL

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")
