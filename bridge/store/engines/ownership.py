"""One process owns a SQLite file: a lock on a file beside it, which the system takes back if the process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bridge.model.errors import StoreOwned, StoreReadOnly


class Ownership:
    """Held from construction to `release`. Raises StoreOwned if somebody has it, StoreReadOnly if nobody can.

    The lock file is never removed: a process could hold the old one while another locks a new one.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._lock = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreReadOnly(path=file.parent) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise StoreOwned(path=file) from error

    def release(self) -> None:
        os.close(self._lock)
