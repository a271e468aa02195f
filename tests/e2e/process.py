"""`bridge run` in a process and a folder of its own, with a platform on the loopback and a clock that can be moved.

Only the time of day is not the machine's: the process adds the seconds that stand in its file `shift`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import httpx

from bridge.model.clock import SystemClock

ROOT = Path(__file__).parent.parent.parent
START = """
import os
import sys
from datetime import timedelta
from pathlib import Path
import bridge.app
from bridge.cli import main
from bridge.model.clock import SystemClock

class Shifted(SystemClock):
    def now(self):
        return super().now() + timedelta(seconds=float(Path("shift").read_text()))

bridge.app.SystemClock = Shifted
if poll := os.environ.get("BRIDGE_TEST_POLL"):
    import bridge.services.courier
    bridge.services.courier.POLL_SECONDS = float(poll)
sys.exit(main(sys.argv[1:]))
"""

QUIET = {"BRIDGE_WEB__PORT": "0", "BRIDGE_LOG__FORMAT": "text", "BRIDGE_STORE__BALLAST_MB": "0"}
"""No test's folder needs a file that only takes up room."""


class Process:
    """A bridge of its own. `variables`: its environment, beside the machine's."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
        self.environment = {**own, **QUIET, **variables}
        self.shift(0)
        self.url = ""

    async def start(self) -> None:
        """Returns when it says that it runs."""
        with (self.folder / "log").open("a") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                START,
                "run",
                cwd=self.folder,
                env={**self.environment, "PYTHONPATH": str(ROOT)},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout
        said = (await asyncio.wait_for(self._process.stdout.readline(), 30)).decode()
        assert "Bridge runs" in said, said + self.log
        # It has an address only where there is a page to see.
        self.url = said.partition(" Open ")[2].strip()

    async def stop(self, seconds: float = 5) -> None:
        """SIGTERM; it leaves with code 0 within that time."""
        self._process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(self._process.wait(), seconds) == 0, self.log

    async def kill(self) -> None:
        """As a power cut does."""
        self._process.kill()
        await self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

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
