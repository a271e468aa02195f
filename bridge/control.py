"""The private socket of a running bridge: sub-commands that write ask it, since one process owns a SQLite file.

One line of JSON there and one back: {"do": name, "with": [words]} -> {"said": sentence} or {"refused": sentence}.
The socket file has mode 0600: whoever may not read the database may not ask.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bridge.model.errors import BridgeError, ConfigError
from bridge.settings import SQLITE, Settings

LONGEST = 64 * 1024
ANSWER_WITHIN = 30.0


class Declined(BridgeError):
    """{why}"""


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


def socket_of(settings: Settings) -> Path:
    """The private socket; in the temporary folder where its path would be too long (108 bytes on Linux)."""
    path = data_folder(settings) / "bridge.sock"
    if len(os.fsencode(path)) < 100:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bridge-{os.getuid()}-{name}.sock"


async def listen(path: Path, deeds: Mapping[str, Deed]) -> asyncio.Server:
    """Answers on the socket until closed. A file left by a dead process is replaced (the caller owns the store)."""
    old = os.umask(0o077)
    try:
        # Nobody has made it yet where the key comes from the environment and the database is elsewhere.
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        os.umask(0o177)
        return await asyncio.start_unix_server(lambda r, w: _answer(r, w, deeds), path, limit=LONGEST)
    except OSError as error:
        raise ConfigError(problem=f"the private socket {path} can't be made ({error.strerror}).") from error
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


def ask(path: Path, deed: str, words: Sequence[str]) -> str | None:
    """What the running bridge says; None when none runs there. Raises Declined with its refusal."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_WITHIN)
        try:
            connection.connect(str(path))
        except OSError:
            return None
        connection.sendall(json.dumps({"do": deed, "with": list(words)}).encode() + b"\n")
        with connection.makefile("rb") as answers:
            answer = json.loads(answers.readline() or b"{}")
    if "said" in answer:
        return str(answer["said"])
    raise Declined(why=str(answer.get("refused", "The running bridge did not answer.")))
