"""The key of the vault: one for all processes, made once, and never a second one for a vault that has one."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.model.errors import ConfigError
from bridge.services.keeping import EncryptedVault, kept_secret
from bridge.services.keys import data_key
from bridge.store.tx import SqlStore, open_store
from bridge.variables import given_key

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


@pytest.fixture
async def store(ready_sqlite_url: str) -> AsyncIterator[SqlStore]:
    opened = open_store(ready_sqlite_url)
    yield opened
    await opened.close()


async def begun(store: SqlStore, key: bytes) -> None:
    await kept_secret(EncryptedVault(store, key, "core"), "salt")


async def test_the_first_process_makes_a_key_that_only_it_can_read(store: SqlStore, tmp_path: Path) -> None:
    file = tmp_path / "data" / "bridge.key"

    key = await data_key(store, file)

    assert await data_key(store, file) == key
    assert (len(key), stat.S_IMODE(file.stat().st_mode)) == (32, 0o600)
    assert [found.name for found in file.parent.iterdir()] == ["bridge.key"]


async def test_none_is_made_for_a_vault_that_has_one(store: SqlStore, tmp_path: Path) -> None:
    await begun(store, await data_key(store, tmp_path / "first.key"))

    with pytest.raises(ConfigError, match="all processes on one database need the same"):
        await data_key(store, tmp_path / "second.key")

    assert not (tmp_path / "second.key").exists()


async def test_of_two_that_start_at_once_both_have_the_key_of_the_faster(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bridge.key"
    link = os.link

    def too_late(part: Path, to: Path) -> None:
        file.write_text(KEY)
        link(part, to)

    monkeypatch.setattr(os, "link", too_late)

    assert await data_key(store, file) == bytes(range(32))


async def test_the_environment_gives_it_or_names_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")

    assert given_key({"BRIDGE_KEY": KEY}) == KEY
    assert given_key({"BRIDGE_KEY_FILE": str(file)}) == KEY
    assert given_key({"BRIDGE_KEY_FILE": str(file), "BRIDGE_KEY": "another"}) == KEY
    assert given_key({}) == ""


@pytest.mark.parametrize("text", [None, "", "\n", "ü"])
def test_a_file_that_holds_none_is_refused(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "key"
    if text is not None:
        file.write_text(text)

    with pytest.raises(ConfigError, match="BRIDGE_KEY_FILE names"):
        given_key({"BRIDGE_KEY_FILE": str(file)})


async def test_what_openssl_makes_is_a_key(store: SqlStore, tmp_path: Path) -> None:
    plain = base64.b64encode(bytes([251, 255] * 16)).decode()
    assert {"+", "/"} <= set(plain)

    assert await data_key(store, tmp_path / "none", plain) == bytes([251, 255] * 16)
