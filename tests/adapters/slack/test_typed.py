"""What somebody typed is never lost, whatever becomes of the form that they typed it into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import pytest

from bridge.app import Bridge
from bridge.model.errors import FileTooBig, StoreBusy
from bridge.model.post import Upload
from bridge.services.world import World
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import FakeSlack, Team

LONG = "word " * 500 + "THE-END"
"""Shorter than what a field takes, longer than what a mistake's card shows."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return acme(slack)


@pytest.fixture
async def bridge(slack: FakeSlack, team: Team, tmp_path: Path) -> AsyncIterator[Bridge]:
    async with bridge_at(slack, tmp_path) as bridge:
        yield bridge


async def opened(slack: FakeSlack, team: Team) -> None:
    await team.command("U1", "C1", "/update", "")
    await slack.until(lambda: team.modal("U1"))


async def test_a_file_that_is_refused_late_gives_all_the_words_back(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    closed = asyncio.Event()

    async def slowly(*_: object) -> tuple[Upload, ...]:
        await closed.wait()
        raise FileTooBig(name="big.bin", limit=25)

    await opened(slack, team)
    with (
        mock.patch("bridge.adapters.slack.heard.interactions.FORM_WITHIN", 0.05),
        mock.patch("bridge.adapters.slack.team.uploads", slowly),
    ):
        assert (await team.submit("U1", {"field-text": LONG})).closed
        closed.set()

    told = await slack.until(lambda: next((e for e in team.ephemerals("U1") if "too big" in str(e.blocks)), None))
    assert "THE-END" in str(told.blocks)


async def test_a_form_that_failed_shows_all_the_words(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await opened(slack, team)

    with mock.patch.object(World, "now", side_effect=StoreBusy()):
        done = await team.submit("U1", {"field-text": LONG})

    assert done.view
    assert "THE-END" in str(done.view.blocks)


async def test_a_form_of_which_nobody_knows_what_it_was_for_gives_the_words_back(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    await opened(slack, team)
    view = team.modal("U1")
    assert view
    view.given["private_metadata"] = "[]"

    done = await team.submit("U1", {"field-text": LONG})

    assert done.view
    assert "no longer know what this form was for" in str(done.view.blocks)
    assert "THE-END" in str(done.view.blocks)


@pytest.mark.parametrize(("words", "cut"), [("x" * 3500, True), ("Short", False)])
async def test_a_message_that_is_longer_than_the_field_says_that_its_end_is_missing(
    bridge: Bridge, slack: FakeSlack, team: Team, words: str, cut: bool
) -> None:
    message = await team.say("U1", "C1", words)

    await team.shortcut("U1", "share_message", message)

    view = await slack.until(lambda: team.modal("U1"))
    assert ("its end is missing" in str(view.blocks)) is cut
