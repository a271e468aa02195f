"""The key that everything confidential is encrypted with. All processes of one bridge have the same."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
from pathlib import Path

from bridge.model.errors import ConfigError
from bridge.model.kept import Store

KEY_BYTES = 32


async def data_key(store: Store, file: Path, given: str = "") -> bytes:
    """The key that encrypts the vault: `given` (base64 of 32 bytes), else the file's. A new one is made there (mode
    0600) only for a vault that holds nothing yet.

    Raises ConfigError when it is no such key, it is missing, or the file cannot be made; StoreError.
    """
    if found := kept_key(file, given):
        return found
    if await store.read(lambda tx: tx.memory.secret("core", "salt")) is not None:
        raise ConfigError(
            problem=f"the database was begun with a key that is not here. Put its bridge.key at {file}, or set "
            "BRIDGE_KEY: all processes on one database need the same."
        )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(file)
    except OSError as error:
        raise ConfigError(problem=f"the key file {file} can't be made ({error.strerror}).") from error
    # Another process may have been faster.
    found = kept_key(file)
    assert found is not None
    return found


def kept_key(file: Path, given: str = "") -> bytes | None:
    """The same key, if there is one yet. Raises ConfigError when it is none, or can't be read."""
    try:
        text = given or (file.read_text("ascii").strip() if file.exists() else "")
        key = base64.urlsafe_b64decode(text)
        if text and len(key) != KEY_BYTES:
            raise ValueError(len(key))
    except (ValueError, binascii.Error, UnicodeError) as error:
        where = "BRIDGE_KEY" if given else str(file)
        raise ConfigError(problem=f"the key in {where} is not 32 bytes in base64.") from error
    except OSError as error:
        raise ConfigError(problem=f"the key file {file} can't be read ({error.strerror}).") from error
    return key or None


def _make(file: Path) -> None:
    """It appears whole, and replaces none. Raises OSError."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)))
        with contextlib.suppress(FileExistsError):
            os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
