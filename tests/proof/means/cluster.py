"""A PostgreSQL of our own: made in a temporary folder, on a port of its own, restarted as roughly as one likes."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.proof.means.findings import missing

NOBODY = "postgres"
"""As whom it runs where we are root: as root it refuses to."""


class Cluster:
    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._data, self._sockets = binaries, folder / "data", folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    async def make(self) -> None:
        await self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
        await self._control("start")

    async def restart(self) -> None:
        """As after a power cut of its own: nobody is told, nothing is written down first. Returns when it answers."""
        await self._control("restart", "-m", "immediate")

    async def stop(self) -> None:
        await self._control("stop", "-m", "immediate")

    async def _control(self, *words: str) -> None:
        options = f"-p {self._port} -k {self._sockets} -c listen_addresses=127.0.0.1 -c fsync=on"
        log = self._sockets / "log"
        await self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", log, "-o", options, *words)

    async def _run(self, program: str, *words: str | Path) -> None:
        user = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        command = [str(word) for word in (self._binaries / program, *words)]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=self._sockets, capture_output=True, stdin=subprocess.DEVNULL, text=True, **user
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


@asynccontextmanager
async def cluster() -> AsyncIterator[Cluster]:
    """Running; gone at the end, with all that is in it."""
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="bridge-proof-") as folder:
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam(NOBODY)
            except KeyError:
                missing("postgres", f"it does not run as root, and there is no user {NOBODY}")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        made = Cluster(binaries, Path(folder))
        await made.make()
        try:
            yield made
        finally:
            await made.stop()


def _binaries() -> Path:
    found = [Path(one).parent for one in [shutil.which("initdb")] if one]
    if tool := shutil.which("pg_config"):
        told = subprocess.run([tool, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        found.append(Path(told))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    whole = [folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()]
    if not whole:
        missing("postgres", "there are no binaries to make one with (initdb, pg_ctl)")
    return whole[0]
