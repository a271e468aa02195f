"""The command line on a terminal of its own, for what only a terminal has: hidden input and Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.nursery import COMMAND

PATIENCE = 30.0
PRESSES = 10


@dataclass(frozen=True)
class Terminal:
    """A process on a terminal of its own."""

    process: subprocess.Popen[bytes]
    end: int

    def see(self, awaited: str) -> str:
        """All that is shown up to `awaited`."""
        shown = b""
        while awaited.encode() not in shown:
            ready, _, _ = select.select([self.end], [], [], PATIENCE)
            assert ready, f"no {awaited!r} after: {shown.decode()}"
            shown += os.read(self.end, 65536)
        return shown.decode()

    def interrupt(self, awaited: str) -> str:
        """Ctrl-C, as often as it takes: Python loses one that comes while something is being cleared away."""
        shown = b""
        for _ in range(PRESSES):
            self.type("\x03")
            while awaited.encode() not in shown and select.select([self.end], [], [], PATIENCE / PRESSES)[0]:
                shown += os.read(self.end, 65536)
            if awaited.encode() in shown:
                return shown.decode()
        raise AssertionError(f"no {awaited!r} after: {shown.decode()}")

    def type(self, text: str) -> None:
        os.write(self.end, text.encode())

    def ended(self) -> int:
        """The exit status."""
        return self.process.wait(PATIENCE)


@contextmanager
def on_a_terminal(*words: str) -> Iterator[Terminal]:
    """`bridge` with these words, in the current folder; ended afterwards."""
    end, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield Terminal(process, end)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(end)
