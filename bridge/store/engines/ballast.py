"""A file beside a SQLite database that only takes up room, until the disk is full: then it is given up.

A full disk fails a DELETE too, since SQLite writes what it changes into its log first. With the room of this file what
is old can still be forgotten, and what waits delivered. While it is gone nothing new is taken in (`Room.short`).
"""

from __future__ import annotations

import errno
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
SHARE = 16
"""It takes no more than this part of the whole disk: on a small one it would be what fills it."""
LEAST = 8 * MEGABYTE
"""Twice what SQLite's log holds before it moves into the database: with less room it never gets there."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes: `free` on the disk, `kept` in the ballast now, of the `wanted` ones. 0 wanted: there is to be none."""

    free: int
    kept: int
    wanted: int

    def short(self, inside: int = 0) -> bool:
        """The ballast is gone, and there is less room than it took. `inside`: bytes free within the database."""
        return self.kept < self.wanted and self.free + inside < self.wanted


class Ballast:
    """`database`: the SQLite file. `most`: bytes it takes on a disk that is large enough; 0 for none."""

    def __init__(self, database: Path, most: int) -> None:
        self.file = ballast_of(database)
        self._most = most
        self._changing = Lock()
        self.there = most == 0
        """Nothing of it is missing."""

    def room(self) -> Room:
        return room(self.file, self._most)

    def give_up(self) -> bool:
        """Frees its room; whether there was any. From any thread."""
        with self._changing:
            self.there = self._most == 0
            try:
                size = self.file.stat().st_size
                self.file.unlink()
            except OSError:
                return False
        log.warning("The disk is full: what was kept free for that (%.0f MB) is in use now.", size / MEGABYTE)
        return size > 0

    def make(self) -> bool:
        """Takes up its room, where that leaves as much again; whether it is there. From any thread."""
        with self._changing:
            now = self.room()
            self.there = now.kept >= now.wanted
            if self.there or now.free < 2 * now.wanted:
                return self.there
            try:
                _fill(self.file, now.wanted)
            except OSError as error:
                self.file.unlink(missing_ok=True)
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    log.warning("No room can be kept free in %s (%s).", self.file, error.strerror)
                return False
            self.there = True
        return True


def ballast_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.ballast")


def room(file: Path, most: int) -> Room:
    """What there is on the disk of a ballast `file`, which may be missing. Raises OSError where its folder is."""
    disk = os.statvfs(file.parent)
    kept = file.stat().st_size if file.exists() else 0
    return Room(disk.f_bavail * disk.f_frsize, kept, min(most, max(LEAST, disk.f_blocks * disk.f_frsize // SHARE)))


def _fill(file: Path, size: int) -> None:
    """A file of `size` bytes (mode 0600) that really takes them: a mere hole would free nothing."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, size)
        os.fsync(handle)
    finally:
        os.close(handle)
