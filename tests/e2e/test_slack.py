"""Whole ways through a real bridge and a fake Slack, as people of one workspace go them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.model.clock import SystemClock
from tests.e2e.process import Process
from tests.fakes.slack import FakeSlack, Team

BEFORE_NINE_IN_VIENNA = datetime(2026, 11, 24, 7, 58, tzinfo=UTC)
NINE_IN_VIENNA = datetime(2026, 11, 24, 8, 0, 1, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(SystemClock()) as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    team = slack.team("T1", "Acme")
    for id, name, whole in (("U1", "ana", "Ana Kovač"), ("U2", "bo", "Bo Lind"), ("U3", "cy", "Cy Rossi")):
        team.user(id, name, real_name=whole, tz="Europe/Vienna")
    team.channel("C1", "team", members=["U1", "U2", "U3"], creator="U1", bot=True)
    team.channel("C2", "news", members=["U1", "U2", "U3"], creator="U1")
    team.channel("G1", "quiet", members=["U1", "U2"], creator="U1", private=True, bot=True)
    return team


@pytest.fixture
async def bridge(slack: FakeSlack, team: Team, tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(
        tmp_path,
        {
            "BRIDGE_SLACK__TOKENS": f"{team.bot_token} {team.app_token}",
            "BRIDGE_SLACK__API": slack.base,
            "BRIDGE_LOBBY__ENABLED": "true",
        },
    )
    await process.start()
    yield process
    if process.running:
        await process.stop()
    assert "Traceback" not in process.log
    assert not [secret for secret in (team.bot_token, team.app_token, "ticket=") if secret in process.log]


async def test_a_status_stands_in_another_channel_and_in_the_lobby(
    bridge: Process, slack: FakeSlack, team: Team
) -> None:
    await team.command("U2", "C2", "/bridge", "follow #release live here")
    await bridge.lobby("dora", "general", "/follow #release live here")

    receipt = await team.command("U1", "C1", "/bridge", "status Shipping v2 today #release")

    assert "Shared" in str(receipt.payload)
    await slack.until(lambda: "Shipping v2 today" in str(team.texts("C2")))
    await _until(lambda: bridge.lobby_lines("dora", "general"), "Shipping v2 today #release")
    assert team.bot.id in team.place("C2").members, "following here took the bridge into the public channel"


async def test_slacks_own_status_becomes_an_update_by_choice(bridge: Process, slack: FakeSlack, team: Team) -> None:
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    await team.command("U1", "C1", "/bridge", "settings slack-status on")

    await team.set_status("U1", "Out sick", ":face_with_thermometer:")
    await team.set_status("U1", "Shipping v2 #release")
    await team.set_status("U1", "Shipping v2 #release")
    await team.set_status("U1", "")
    await slack.until(lambda: "Shipping v2" in str(team.texts("C2")), 10)
    await team.command("U1", "C1", "/bridge", "status The end")

    await slack.until(lambda: "The end" in str(team.texts("C2")), 10)
    shown = [message.text for message in team.messages("C2") if message.user == team.bot.id and not message.subtype]
    assert [("v2" in text, "The end" in text) for text in shown[1:]] == [(True, False), (False, True)], shown


async def test_a_reaction_asks_the_author_first(bridge: Process, slack: FakeSlack, team: Team) -> None:
    await team.command("U3", "C2", "/bridge", "follow @bo live here")
    said = await team.say("U2", "C1", "The importer is twice as fast")

    await team.react("U1", said, "mega")
    question = await slack.until(lambda: _containing(team, "U2", "would like to share"))
    assert "importer" not in str(team.texts("C2"))
    await team.press("U2", question, "Share")

    await slack.until(lambda: "The importer is twice as fast" in str(team.texts("C2")))


async def test_an_answer_in_a_thread_goes_out_and_back(bridge: Process, slack: FakeSlack, team: Team) -> None:
    await team.command("U1", "C1", "/bridge", "follow @ana live here")
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    await team.command("U1", "C1", "/bridge", "status Who can test the importer?")
    copy = await slack.until(lambda: _message(team, "C2", "test the importer"))
    await slack.until(lambda: _message(team, "C1", "test the importer"))

    said = await team.say("U2", "C2", "I can, on Friday", thread=copy.ts)
    question = await slack.until(lambda: _told(team, "U2", "Send to all places"))
    await team.press("U2", question, "Send")
    await slack.until(lambda: _everywhere(team, "I can, on Friday"), 10)

    await team.edit("U2", said, "I can, on Thursday")
    await slack.until(lambda: _everywhere(team, "I can, on Thursday"), 10)
    await team.remove("U2", said)
    await slack.until(lambda: not _everywhere(team, "I can"), 10)


async def test_old_copies_are_edited_and_deleted_after_a_restart(bridge: Process, slack: FakeSlack, team: Team) -> None:
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    await team.command("U1", "C1", "/bridge", "status Shipping v2")
    await slack.until(lambda: _message(team, "C2", "Shipping v2"))

    await bridge.stop()
    await bridge.start()
    await slack.until(lambda: len(team.sockets.connections) == 2, 20)
    await team.command("U1", "C1", "/bridge", "edit last Shipping v3")
    await slack.until(lambda: _message(team, "C2", "Shipping v3"), 10)
    await team.command("U1", "C1", "/bridge", "delete last")

    await slack.until(lambda: not _message(team, "C2", "Shipping"), 10)


async def test_the_digest_comes_at_the_persons_nine_oclock(bridge: Process, slack: FakeSlack, team: Team) -> None:
    bridge.set_clock(BEFORE_NINE_IN_VIENNA)
    await team.command("U3", "C1", "/bridge", "follow @ana")
    await team.command("U1", "C1", "/bridge", "status Shipping v2 today #release")
    assert not _direct(team, "U3", "Good morning")

    bridge.set_clock(NINE_IN_VIENNA)

    digest = await slack.until(lambda: _direct(team, "U3", "Good morning, Cy"), 10)
    assert "Shipping v2 today" in digest


async def test_the_personal_page_follows_what_changes(bridge: Process, slack: FakeSlack, team: Team) -> None:
    await team.open_home("U3")
    await slack.until(lambda: team.home("U3"))

    await team.command("U3", "C1", "/bridge", "follow @ana")

    await slack.until(lambda: "@ana" in str(team.home("U3").blocks), 10)


async def test_nothing_is_lost_over_sixty_disconnects(bridge: Process, slack: FakeSlack, team: Team) -> None:
    await slack.until(lambda: len(team.sockets.connections) == 2, 20)
    reasons = ("warning", "refresh_requested")

    for number in range(60):
        which = number % len(await slack.until(lambda: team.sockets.connections, 20))
        if number % 3 == 2:
            team.sockets.abort(which)
        else:
            await team.sockets.disconnect(reasons[number % 2], which)
        if number % 3 == 0:
            await team.say("U1", "C1", f"<@{team.bot.id}> status Step {number} done", raw=True)
    await slack.until(lambda: len(team.sockets.connections) == 2, 20)
    await slack.retry_now()
    await slack.until(lambda: not team.sockets.unacked, 20)

    async def timeline() -> str:
        return str((await team.command("U1", "C1", "/bridge", "timeline everyone")).payload)

    await _until(timeline, "~20", 30)
    # Numbers are given without a gap: each of the twenty is one update, and none is two.
    receipt = await team.command("U2", "C1", "/bridge", "status The last one")
    assert "~21" in str(receipt.payload), receipt.payload


async def _until(look: Callable[[], object], wanted: str, seconds: float = 10) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while wanted not in str(found := await look()):  # type: ignore[misc]
        assert clock() < end, f"not within {seconds} s: {wanted!r} in {found!r}"
        await asyncio.sleep(0.05)


def _message(team: Team, channel: str, words: str):  # type: ignore[no-untyped-def]
    found = [m for m in team.messages(channel) if m.user == team.bot.id and words in str(m.shown())]
    return found[-1] if found else None


def _direct(team: Team, user: str, words: str) -> str:
    return next((text for text in team.texts(user) if words in text), "")


def _told(team: Team, user: str, words: str):  # type: ignore[no-untyped-def]
    """What only this person sees."""
    return next((shown for shown in team.ephemerals(user) if words in str(shown.blocks)), None)


def _containing(team: Team, user: str, words: str):  # type: ignore[no-untyped-def]
    return next((m for m in team.messages(user) if words in str(m.shown())), None)


def _everywhere(team: Team, words: str) -> bool:
    return words in str(team.texts("C1"))
