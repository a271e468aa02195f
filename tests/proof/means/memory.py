"""Databases in memory, for what is not about disks: on a slow one a proof would wait for it most of the time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")


@contextmanager
def without_a_disk() -> Iterator[None]:
    """Temporary folders are made in memory, where the machine has such a place."""
    before = tempfile.tempdir
    if SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK):
        tempfile.tempdir = str(SHARED_MEMORY)
    try:
        yield
    finally:
        tempfile.tempdir = before
