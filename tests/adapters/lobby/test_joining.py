"""Joining by a name on this machine, and by a one-time link elsewhere."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from bridge.model.clock import FixedClock
from bridge.model.errors import BridgeError
from bridge.model.kept import Tx
from bridge.model.person import Person
from tests.adapters.lobby.conftest import ELSEWHERE, HERE, Site, build
from tests.adapters.lobby.test_guard import enter
from tests.nursery import nursery


async def person(site: Site, handle: str) -> Person:
    def look(tx: Tx) -> Person:
        found = tx.people.by_handle(handle)
        assert found
        return found

    return await site.bridge.store.read(look)


async def link(site: Site, name: str) -> str:
    """The path of a new link."""
    made: str = await site.lobby.admin("invite", [name, ""])
    return made.removeprefix(HERE)


async def test_the_browsers_zone_becomes_the_persons(site: Site) -> None:
    ana = await site.join("Ana", zone="Europe/Vienna")
    told = await ana.post("/lobby/say", data={"channel": "general", "text": "/follow everyone"})

    assert (await person(site, "ana")).zone == "Europe/Vienna"
    assert "09:00 Vienna" in told.json()["html"]
    # With the zone known nobody is asked for it.
    assert "settings zone" not in told.json()["html"]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "x" * 10_000, "<b>"])
async def test_a_zone_that_is_none_is_not_kept(site: Site, zone: str) -> None:
    await site.join("Ana", zone=zone)

    assert (await person(site, "ana")).zone is None


async def test_a_name_that_is_taken_is_refused(site: Site) -> None:
    await site.join("Ana")

    answer = await site.here.post("/lobby/join", data={"name": " ANA "})

    assert answer.status_code == 409
    assert "That name is taken." in answer.text
    assert 'value=" ANA "' in answer.text
    assert "set-cookie" not in answer.headers


async def test_one_browser_may_hold_several_people(site: Site) -> None:
    ana = await site.join("Ana")
    ana.cookies = (await ana.post("/lobby/join", data={"name": "Bo"})).cookies
    assert "<strong>Bo</strong>" in (await ana.get("/lobby/")).text

    ana.cookies = (await ana.post("/lobby/continue", data={"user": "ana"})).cookies
    assert "<strong>Ana</strong>" in (await ana.get("/lobby/")).text


@pytest.mark.parametrize("name", ["Sample Ana", "sample-bo", "Sample", "Bridge", " bridge ", "SAMPLE_cy"])
async def test_nobody_becomes_the_bridge_or_a_sample_colleague(site: Site, name: str) -> None:
    await site.post("ana", "/samples on")

    answer = await site.here.post("/lobby/join", data={"name": name})

    assert answer.status_code == 422
    assert "Choose another." in answer.text
    with pytest.raises(BridgeError):
        await site.lobby.admin("invite", [name, ""])


async def test_a_new_account_never_adopts_a_person_of_the_same_name(site: Site) -> None:
    await site.post("ana", "/samples on")
    sample = await person(site, "ana.sample")

    await site.join("Ana Sample")

    joined = await person(site, "ana.sample2")
    assert joined.id != sample.id
    assert not joined.sample
    assert (await person(site, "ana.sample")).sample


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "!!!", "a" * 41, "\x00"])
async def test_what_is_no_name_gets_a_sentence_and_is_given_back(site: Site, name: str) -> None:
    answer = await site.here.post("/lobby/join", data={"name": name})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'class="error"' in answer.text


async def test_a_link_lets_one_browser_in_once(site: Site) -> None:
    path = await link(site, "Bo")
    far, late = site.at(ELSEWHERE), site.at(ELSEWHERE)

    # A chat that looks at the link in advance does not use it up.
    for _ in range(2):
        assert "You are invited, Bo" in (await far.get(path)).text
    await enter(far, path)
    assert (await far.get("/lobby/")).status_code == 200
    assert "<strong>Bo</strong>" in (await far.get("/lobby/")).text

    again = await late.post("/lobby/enter", data={"token": path.partition("token=")[2]})
    assert again.status_code == 410
    assert again.json() == {"error": "This link was used already, or is too old. Ask for a new one."}
    assert (await late.get(path)).status_code == 410


async def test_a_link_brings_the_zone_along(site: Site) -> None:
    token = (await link(site, "Bo")).partition("token=")[2]

    await site.at(ELSEWHERE).post("/lobby/enter", data={"token": token, "zone": "America/New_York"})

    assert (await person(site, "bo")).zone == "America/New_York"


async def test_a_link_is_good_for_three_days(site: Site, clock: FixedClock) -> None:
    path = await link(site, "Bo")

    clock.advance(days=3, seconds=-1)
    assert (await site.at(ELSEWHERE).get(path)).status_code == 200
    clock.advance(seconds=1)
    assert (await site.at(ELSEWHERE).get(path)).status_code == 410


async def test_a_guessed_token_opens_nothing(site: Site) -> None:
    await link(site, "Bo")
    for token in ("", "x", "a" * 32, "../people", "people"):
        assert (await site.at(ELSEWHERE).post("/lobby/enter", data={"token": token})).status_code == 410


async def test_the_vault_holds_no_token(site: Site) -> None:
    token = (await link(site, "Bo")).partition("token=")[2]
    vault = site.lobby._given.vault

    assert await vault.get(f"invite:{token}") is None


async def test_the_address_of_a_link_is_the_one_that_is_known_best(site: Site) -> None:
    assert (await site.lobby.admin("invite", ["Bo", "https://x.example/"])).startswith("https://x.example/lobby/")
    assert (await site.lobby.admin("invite", ["Bo", ""])).startswith(f"{HERE}/lobby/enter?token=")


def invite(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    own = {"BRIDGE_WEB__PORT": "9", "PATH": "", "BRIDGE_STORE__URL": f"sqlite:///{folder}/bridge.db"}
    return nursery().run(["lobby", "invite", name], folder, own)


async def test_the_command_makes_links_without_a_running_bridge_and_through_one(tmp_path: Path) -> None:
    alone = await asyncio.to_thread(invite, tmp_path, "Ana")
    assert alone.stdout.startswith("http://127.0.0.1:9/lobby/enter?token="), alone.stderr

    bridge = build(tmp_path)
    await bridge.start()
    beside = await asyncio.to_thread(invite, tmp_path, "Bo")
    wrong = await asyncio.to_thread(invite, tmp_path, "!!")
    assert beside.stdout.startswith(f"{bridge.url}/lobby/enter?token="), beside.stderr
    site = Site(bridge)
    for made, name in ((alone, "Ana"), (beside, "Bo")):
        path = "/lobby/" + made.stdout.strip().partition("/lobby/")[2]
        assert f"You are invited, {name}" in (await site.at(ELSEWHERE).get(path)).text
    await bridge.stop()

    assert wrong.returncode == 2
    assert "Please type a name of at least one letter." in wrong.stderr


async def test_a_wrong_address_leads_back(site: Site) -> None:
    ana = await site.join("Ana")
    for path in ("/lobby/nowhere", "/lobby/c/nowhere"):
        answer = await ana.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 404
        assert "There is no" in answer.text
        assert 'href="/lobby/"' in answer.text
