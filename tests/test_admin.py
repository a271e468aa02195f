"""What the sub-commands find out about a database, a key and a folder, without a bridge that runs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bridge import admin
from bridge.admin import checks
from bridge.app import Bridge
from bridge.control import database_file
from bridge.model.errors import BridgeError, DeliveryUnknown, FolderMissing, WorkspaceUnknown
from bridge.model.inbound import Opened
from bridge.model.place import Circle
from bridge.model.ports import Finding
from bridge.settings import Settings, settings_type
from bridge.store.engines.ballast import MEGABYTE, Ballast, Room
from bridge.store.tx import open_store


def told(url: str) -> Settings:
    return settings_type().model_validate({"store": {"url": url}})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return told(f"sqlite:///{tmp_path}/bridge.db")


def found(settings: Settings, name: str) -> Finding:
    return next(finding for finding in admin.check(settings) if finding.name == name)


async def joined(settings: Settings, *names: str) -> None:
    bridge = Bridge(settings, open_store(settings.store_url), ticking=False)
    await bridge.prepare()
    for name in names:
        await bridge.deeds.adapter(["lobby", "invite", name, ""])
    await bridge.stop()


@pytest.fixture
async def made(settings: Settings) -> None:
    await joined(settings)


def closed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user who may not write there; tests may run as one who may everything."""
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked) != path)


@pytest.mark.usefixtures("made")
def test_a_key_that_is_another_one_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(settings, "key").ok

    monkeypatch.setenv("BRIDGE_KEY", "A" * 43 + "=")
    assert not found(settings, "key").ok
    assert "another key" in found(settings, "key").detail

    monkeypatch.setenv("BRIDGE_KEY", "short")
    assert "32 bytes" in found(settings, "key").detail


def test_a_folder_in_which_no_database_can_be_made_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(settings, "database").ok is None

    closed(tmp_path, monkeypatch)

    finding = found(settings, "database")
    assert (finding.ok, str(tmp_path) in finding.detail, bool(finding.fix)) == (False, True, True)


@pytest.mark.usefixtures("made")
def test_a_database_that_cannot_be_written_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(settings, "database").ok

    closed(tmp_path / "bridge.db", monkeypatch)

    finding = found(settings, "database")
    assert (finding.ok, "bridge.db" in finding.detail, bool(finding.fix)) == (False, True, True)


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.store.engines.postgres._WAITS_LOST", (0.0, 0.0))  # it won't come up
    finding = found(told("postgresql://bridge@127.0.0.1:9/bridge"), "database")

    assert finding.ok is False
    assert "127.0.0.1:9" in finding.detail
    assert finding.fix


@pytest.mark.usefixtures("made")
def test_what_was_asked_for_wrongly_is_no_wrong_configuration(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        admin.backup_db(settings, tmp_path / "nowhere" / "x.db")
    with pytest.raises(DeliveryUnknown):
        admin.retry_delivery(settings, "1")
    with pytest.raises(BridgeError, match=r"^Please type a name"):
        admin.use_adapter(settings, ["lobby", "invite", "!!", ""])


def test_nothing_is_wrong_in_a_folder_in_which_nothing_ran_yet(settings: Settings) -> None:
    assert [finding for finding in admin.check(settings) if finding.ok is False] == []


def test_platforms_are_asked_before_there_is_a_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Chat:
        async def findings(self) -> list[Finding]:
            return [Finding(True, "chat", "lets us in")]

    monkeypatch.setattr(Bridge, "assemble", lambda bridge, key: bridge.adapters.update(chat=Chat()))

    assert found(settings, "chat").detail == "lets us in"


@pytest.mark.parametrize(
    ("roles", "ok", "words"),
    [
        ([], None, "none runs"),
        (["all", "all"], True, "2 with the role all"),
        (["listener", "courier"], True, "1 with the role listener, 1 with the role courier"),
        (["listener"], False, "so nothing is delivered"),
        (["courier"], False, "so nobody is heard"),
    ],
)
async def test_whether_all_the_work_is_done_by_some_process_is_said(
    ready_postgres_url: str, tmp_path: Path, roles: list[str], ok: bool | None, words: str
) -> None:
    settings = told(ready_postgres_url)
    settings._folder = tmp_path
    store = open_store(ready_postgres_url)
    for number, role in enumerate(roles):
        await store.write(lambda tx, role=role, number=number: tx.memory.attend(role, f"{number}", 15))  # type: ignore[misc]
    await store.close()

    finding = await asyncio.to_thread(found, settings, "processes")

    assert (finding.ok, words in finding.detail) == (ok, True), finding.detail
    assert bool(finding.fix) == (ok is False)


def test_a_role_on_a_sqlite_file_is_found(tmp_path: Path) -> None:
    settings = settings_type().model_validate(
        {"store": {"url": f"sqlite:///{tmp_path}/bridge.db"}, "run": {"role": "courier"}}
    )

    assert "needs PostgreSQL" in found(settings, "role").detail


async def connected(settings: Settings, *keys: str) -> None:
    bridge = Bridge(settings, open_store(settings.store_url), ticking=False)
    await bridge.prepare()
    for key in keys:
        await bridge.intake.hear(Opened(key, "chat", key, f"Acme {key}"))
    await bridge.stop()


def listed(settings: Settings) -> list[tuple[str, str]]:
    return [(line.id, line.circle) for line in admin.list_workspaces(settings)]


def test_workspaces_are_listed_with_what_is_known_of_them(settings: Settings) -> None:
    asyncio.run(connected(settings, "T1", "T2"))

    lines = admin.list_workspaces(settings)

    assert lines == [
        admin.WorkspaceLine("chat", "T1", "Acme T1", "team", "0", "0"),
        admin.WorkspaceLine("chat", "T2", "Acme T2", "community", "0", "0"),
    ]


def test_an_administrator_says_what_a_workspace_is_while_no_bridge_runs(settings: Settings) -> None:
    asyncio.run(connected(settings, "T1", "T2"))

    said = [admin.choose_circle(settings, id, circle) for id, circle in (("T2", "team"), ("T1", "community"))]

    assert said[0].startswith("Acme T2 (chat T2) is team now: ")
    assert said[1].startswith("Acme T1 (chat T1) is community now: ")
    assert listed(settings) == [("T1", "community"), ("T2", "team")]
    assert admin.choose_circle(settings, "chat:T2", "team") == "Acme T2 (chat T2) is team already."
    with pytest.raises(WorkspaceUnknown, match=r"T1 \(Acme T1\), T2 \(Acme T2\)"):
        admin.choose_circle(settings, "T3", "team")


async def test_an_administrator_says_what_a_workspace_is_to_the_bridge_that_runs(settings: Settings) -> None:
    settings = settings.model_copy(update={"web": settings.web.model_copy(update={"port": 0})})
    bridge = Bridge(settings, open_store(settings.store_url), ticking=False)
    try:
        await bridge.start()
        await bridge.intake.hear(Opened("1", "chat", "T1"))
        await bridge.intake.hear(Opened("2", "chat", "T2"))

        said = await asyncio.to_thread(admin.choose_circle, settings, "T2", "team")
        with pytest.raises(BridgeError, match="“T3”"):
            await asyncio.to_thread(admin.choose_circle, settings, "T3", "team")

        workspaces = await bridge.store.read(lambda tx: tx.places.workspaces())
    finally:
        await bridge.stop()

    assert said.startswith("T2 (chat T2) is team now: ")
    assert [one.circle for one in workspaces if one.platform == "chat"] == [Circle.TEAM] * 2


def test_check_says_what_each_workspace_is(settings: Settings) -> None:
    asyncio.run(connected(settings, "T1", "T2"))
    said = [finding.detail for finding in admin.check(settings) if finding.name == "workspace"]
    assert said == ["Acme T1 (chat T1): team", "Acme T2 (chat T2): community"]

    admin.choose_circle(settings, "T1", "community")

    last = [finding for finding in admin.check(settings) if finding.name == "workspace"][-1]
    assert (last.ok, last.detail) == (None, "none is team, so nobody is a full member.")
    assert "bridge workspaces team ID" in last.fix


@pytest.mark.usefixtures("made")
def test_room_that_is_kept_free_is_told_and_a_full_disk_is_a_problem(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(settings, "disk").ok is None, "none is kept before the first run"

    Ballast(database_file(settings), settings.store.ballast_mb * MEGABYTE).make()  # type: ignore[arg-type]
    assert found(settings, "disk").ok
    assert "64 MB kept" in found(settings, "disk").detail

    monkeypatch.setattr(checks, "room", lambda file, most: Room(free=0, kept=0, wanted=most))
    assert found(settings, "disk").ok is False
    assert "nothing new is taken in" in found(settings, "disk").detail
