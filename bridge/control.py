"""The private socket of a running bridge: sub-commands that write ask it, since one process owns a SQLite file. Of
several processes with one data folder each has its own, and any is asked.

One line of JSON there and one back: {"do": name, "with": [words]} -> {"said": sentence} or {"refused": sentence}.
The socket file has mode 0600: whoever may not read the database may not ask.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bridge.model.errors import BridgeError, ConfigError
from bridge.sections import SQLITE
from bridge.settings import Settings

LONGEST = 64 * 1024
MOST = 32
"""Processes on one machine that share their data folder."""
ANSWER_WITHIN = 30.0
"""Seconds, where a deed is not known to take longer."""


class Declined(BridgeError):
    """{why}"""


class Unanswered(BridgeError):
    """The running bridge stopped before it answered, so it is not known whether that was done."""


class StillAtIt(Unanswered):
    """The running bridge has not answered within {seconds} s. It is still at it, and may finish all the same."""


Deed = Callable[[Sequence[str]], Awaitable[str]]


def data_folder(settings: Settings) -> Path:
    """Where the key and the private socket are: beside a SQLite file, else `data` in the configuration's folder."""
    file = database_file(settings)
    return file.parent if file else settings.folder / "data"


def database_file(settings: Settings) -> Path | None:
    """The SQLite file; None on PostgreSQL."""
    url = settings.store_url
    return Path(url.removeprefix(SQLITE).partition("?")[0]) if url.startswith(SQLITE) else None


def key_file(settings: Settings) -> Path:
    """Holds the key of the vault."""
    return data_folder(settings) / "bridge.key"


def sockets_of(settings: Settings) -> list[Path]:
    """The private sockets that processes on this data may have, one each; in the temporary folder where their paths
    would be too long (108 bytes on Linux)."""
    folder, name = data_folder(settings), "bridge"
    if len(os.fsencode(folder / "bridge-99.sock")) >= 100:
        hashed = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        folder, name = Path(tempfile.gettempdir()), f"bridge-{os.getuid()}-{hashed}"
    return [folder / f"{name}{number}.sock" for number in ("", *(f"-{number}" for number in range(2, MOST + 1)))]


class Control:
    """A socket that answers. Made by `listen`."""

    def __init__(self, server: asyncio.Server, path: Path, lock: int) -> None:
        self._server, self.path, self._lock = server, path, lock

    def close(self) -> None:
        """Answers nobody any more. May be called twice."""
        if self._lock < 0:
            return
        self._server.close()
        self.path.unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = -1


async def listen(paths: Sequence[Path], deeds: Mapping[str, Deed]) -> Control:
    """Answers on the first of the sockets that no process has, until closed. Whoever has one holds a lock beside it,
    which the system takes back from the dead; what they left is replaced. Raises ConfigError."""
    path, lock = paths[0], -1
    try:
        await asyncio.to_thread(path.parent.mkdir, 0o700, parents=True, exist_ok=True)
        for path in paths:
            if (lock := _locked(path)) >= 0:
                return Control(await _bound(path, deeds), path, lock)
        reason = "others have all of them"
    except OSError as error:
        reason = str(error.strerror)
        if lock >= 0:
            os.close(lock)
    raise ConfigError(problem=f"the private socket {path} can't be made ({reason}).")


def _locked(path: Path) -> int:
    """A descriptor that holds the lock; -1 where another process does."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return -1
    return lock


async def _bound(path: Path, deeds: Mapping[str, Deed]) -> asyncio.Server:
    await asyncio.to_thread(path.unlink, missing_ok=True)
    old = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(lambda r, w: _answer(r, w, deeds), path, limit=LONGEST)
    finally:
        os.umask(old)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deeds: Mapping[str, Deed]) -> None:
    try:
        asked = json.loads(await reader.readline())
        deed = deeds[asked["do"]]
        answer = {"said": await deed([str(word) for word in asked["with"]])}
    except BridgeError as error:
        answer = {"refused": error.english()}
    except (ValueError, KeyError, TypeError):
        answer = {"refused": "The running bridge doesn't know that. Is it of the same version?"}
    try:
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()
    except ConnectionError:
        return


def ask(paths: Sequence[Path], deed: str, words: Sequence[str], within: float = ANSWER_WITHIN) -> str | None:
    """What a running bridge says, `within` so many seconds; None when none runs there. Raises Declined with its
    refusal, Unanswered where it says nothing: what was asked may be done all the same."""
    for path in paths:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(within)
            try:
                connection.connect(str(path))
            except OSError:
                continue
            try:
                connection.sendall(json.dumps({"do": deed, "with": list(words)}).encode() + b"\n")
                with connection.makefile("rb") as answers:
                    answer = json.loads(answers.readline())
            except TimeoutError as late:
                raise StillAtIt(seconds=round(within)) from late
            except (OSError, ValueError) as cut:
                raise Unanswered() from cut
        if "said" in answer:
            return str(answer["said"])
        raise Declined(why=str(answer.get("refused", Unanswered.template)))
    return None
