"""`bridge db move` as it is typed: where the address comes from, what is printed, and what never is."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bridge import cli
from bridge.app import Bridge
from bridge.config import load
from bridge.model.inbound import Opened
from bridge.store.tx import open_store

CANARY = "canary-in-a-mine"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a bridge with the defaults ran once."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(ran())
    return tmp_path


async def ran() -> None:
    settings = load()
    bridge = Bridge(settings, open_store(settings.store_url), ticking=False)
    await bridge.prepare()
    await bridge.intake.hear(Opened("1", "chat", "T1", "Acme"))
    await bridge.stop()


def test_it_prints_each_table_and_what_to_do_now(
    folder: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["db", "move", "--to", postgres_url]) == 0

    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == ["table", "rows", "checksum"]
    assert ["workspace", "1", "ok"] in [line.split()[:3] for line in lines]
    assert "BRIDGE_STORE__URL" in said.out
    assert f"Keep the key {folder}/data/bridge.key" in said.out
    assert f"Never start Bridge on {folder}/data/bridge.db again" in said.out
    assert said.err == ""


@pytest.mark.usefixtures("folder")
def test_what_was_moved_is_what_bridge_looks_at_then(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the key where it was: it fits what was moved."""
    assert cli.main(["db", "move", "--to", postgres_url]) == 0
    capsys.readouterr()

    monkeypatch.setenv("BRIDGE_STORE__URL", postgres_url)
    assert cli.main(["check"]) == 0

    said = capsys.readouterr().out
    assert "✓ key" in said
    assert "Acme (chat T1): team" in said
    assert cli.main(["db", "move", "--to", postgres_url]) == 2
    assert "in PostgreSQL already" in capsys.readouterr().err


def test_a_key_that_was_beside_the_file_is_to_be_copied(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "data").rename(folder / "elsewhere")
    monkeypatch.setenv("BRIDGE_STORE__URL", "sqlite:///elsewhere/bridge.db")

    assert cli.main(["db", "move", "--to", postgres_url]) == 0

    said = capsys.readouterr().out
    assert f"Copy the key {folder}/elsewhere/bridge.key to {folder}/data/bridge.key" in said


def test_a_key_of_the_environment_stays_there(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRIDGE_KEY", (folder / "data" / "bridge.key").read_text())

    assert cli.main(["db", "move", "--to", postgres_url]) == 0

    assert "Keep BRIDGE_KEY as it is" in capsys.readouterr().out


def test_a_key_that_is_missing_is_said(folder: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "data" / "bridge.key").unlink()

    assert cli.main(["db", "move", "--to", postgres_url]) == 0

    assert f"There is no key at {folder}/data/bridge.key" in capsys.readouterr().out


def test_the_address_comes_from_a_file(folder: Path, postgres_url: str) -> None:
    (folder / "url").write_text(f"{postgres_url}\n")

    assert cli.main(["db", "move", "--to-file", "url"]) == 0


@pytest.mark.usefixtures("folder")
def test_the_address_comes_from_the_environment(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGE_MOVE_TO", postgres_url)

    assert cli.main(["db", "move"]) == 0


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("typed", "variable"),
    [
        ([], ""),
        (["--to", "postgresql://a/b", "--to-file", "url"], ""),
        (["--to", "postgresql://a/b"], "postgresql://a/c"),
        (["--to-file", "url"], "postgresql://a/c"),
    ],
)
def test_where_to_is_said_exactly_once(
    typed: list[str], variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRIDGE_MOVE_TO", variable)

    assert cli.main(["db", "move", *typed]) == 2

    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "Say once where to: --to postgresql://" in said.err


def test_a_file_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["db", "move", "--to-file", "nowhere"]) == 2

    assert "--to-file: nowhere can't be read" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_password_is_never_printed_and_a_typed_one_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["db", "move", "--to", f"postgresql://bridge:{CANARY}@127.0.0.1:9/bridge"]) == 2

    said = capsys.readouterr()
    assert CANARY not in said.out + said.err
    assert "--to-file" in said.err.splitlines()[0]
    assert "127.0.0.1:9" in said.err.splitlines()[1]


def test_a_password_from_a_file_is_never_printed_either(
    folder: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """PostgreSQL itself says it back where an option is wrong."""
    (folder / "url").write_text(f"{postgres_url}&sslmode=a-secret-of-its-own&password=a-secret-of-its-own")

    assert cli.main(["db", "move", "--to-file", "url"]) == 2

    said = capsys.readouterr()
    assert "of-its-own" not in said.out + said.err


@pytest.mark.usefixtures("folder")
def test_a_typed_password_is_not_said_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the mistake is that it stands in another place too."""
    assert cli.main(["db", "move", "--to", "postgresql://a:s3same-open@127.0.0.1/x?sslmode=s3same-open"]) == 2

    assert "s3same" not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("folder")
def test_where_somebody_watches_it_says_how_far_it_is(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    assert cli.main(["db", "move", "--to", postgres_url]) == 0

    said = capsys.readouterr().err
    assert "\r\033[KCopying workspace: 1 of 1 rows" in said
    assert "\r\033[KComparing workspace: 2 of 2 rows" in said
    assert said.endswith("\r\033[K")
