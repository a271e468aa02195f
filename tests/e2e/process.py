"""`bridge run` in a process and a folder of its own, with a platform on the loopback and a clock that can be moved.

Only the time of day is not the machine's: the process adds the seconds that stand in its file `shift`. And the modules
are loaded already (tests.nursery); that a bridge starts with nothing there is what .ci/smoke.py tries.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import httpx

import bridge.app
import bridge.services.delivery.courier
from bridge.model.clock import SystemClock
from tests.nursery import Child, nursery

PREPARED = "tests.e2e.process:prepare"

QUIET = {"BRIDGE_WEB__PORT": "0", "BRIDGE_LOG__FORMAT": "text", "BRIDGE_STORE__BALLAST_MB": "0"}
"""No test's folder needs a file that only takes up room."""


class Shifted(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(Path("shift").read_text()))


def prepare() -> None:
    """In the new process."""
    bridge.app.SystemClock = Shifted  # type: ignore[misc]
    if poll := os.environ.get("BRIDGE_TEST_POLL"):
        bridge.services.delivery.courier.POLL_SECONDS = float(poll)


class Process:
    """A bridge of its own. `variables`: its environment, beside the machine's."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        self.environment = {**own, **QUIET, **variables}
        self.shift(0)
        self.url = ""
        self._child: Child | None = None

    async def start(self) -> None:
        """Returns when it says that it runs."""
        self._child = await asyncio.to_thread(self._begun)
        said = await asyncio.to_thread(self._child.line, 30)
        assert "Bridge runs" in said, said + self.log
        # It has an address only where there is a page to see.
        self.url = said.partition(" Open ")[2].strip()

    def _begun(self) -> Child:
        return nursery().bear(["run"], self.folder, self.environment, self.folder / "log", PREPARED)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself, in the same folder and with the same settings."""
        return nursery().run(words, self.folder, self.environment, PREPARED)

    async def stop(self, seconds: float = 5) -> None:
        """SIGTERM; it leaves with code 0 within that time."""
        assert self._child
        self._child.signal(signal.SIGTERM)
        assert await self._child.ended(seconds) == 0, self.log

    async def kill(self) -> None:
        """As a power cut does."""
        assert self._child
        self._child.signal(signal.SIGKILL)
        await self._child.ended(10)

    @property
    def pid(self) -> int:
        assert self._child
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.code is None

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def shift(self, seconds: float) -> None:
        """Its clock runs so much before the machine's; replaced at once, never half written."""
        fresh = self.folder / "shift.new"
        fresh.write_text(str(seconds))
        fresh.replace(self.folder / "shift")

    def set_clock(self, at: datetime) -> None:
        self.shift((at - SystemClock().now()).total_seconds())

    async def lobby(self, who: str, channel: str, text: str, patience: float = 10) -> str:
        """Types a line in the lobby; the private answer, waited for so many seconds."""
        async with httpx.AsyncClient(timeout=patience) as client:
            told = {"as": who, "channel": channel, "text": text}
            answer = await client.post(f"{self.url}/api/lobby/messages", json=told)
        assert answer.status_code < 300, answer.text
        return answer.text

    async def lobby_lines(self, who: str, channel: str) -> str:
        """What somebody sees in a channel of the lobby."""
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{self.url}/api/lobby/messages", params={"channel": channel, "as": who})
        found = json.loads(answer.text)
        messages = found["messages"] if isinstance(found, dict) else found
        return "\n".join(str(message["text"]) for message in messages)
