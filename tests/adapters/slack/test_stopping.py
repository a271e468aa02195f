"""What stopping leaves behind: nothing that was typed is lost, and what was on its way arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import pytest

from bridge.adapters.slack import adapter
from bridge.adapters.slack.adapter import Slack
from bridge.commands.intake import Commands
from bridge.model.card import Card
from bridge.model.command import Call, Reply
from bridge.model.place import Place
from bridge.model.ports import Key, Sent
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import FakeSlack, Team


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def team(slack: FakeSlack) -> Team:
    return acme(slack)


async def test_what_is_on_its_way_is_delivered_before_the_adapter_lets_go(
    slack: FakeSlack, team: Team, tmp_path: Path
) -> None:
    """It hears nothing more, and sends until the courier is done."""
    flying, stopped, stop, send = asyncio.Event(), asyncio.Event(), Slack.stop, Slack.send

    async def last(self: Slack) -> None:
        await stop(self)
        stopped.set()

    async def late(self: Slack, place: Place, card: Card, key: Key) -> Sent:
        flying.set()
        await stopped.wait()
        return await send(self, place, card, key)

    async with bridge_at(slack, tmp_path) as bridge:
        await team.command("U2", "C2", "/bridge", "follow @ana live here")
        await slack.until(lambda: team.messages("C2"))
        with mock.patch.object(Slack, "stop", last), mock.patch.object(Slack, "send", late):
            await team.command("U1", "C1", "/bridge", "status Late")
            await flying.wait()
            await bridge.stop()

    assert "Late" in str(team.texts("C2"))


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store answers no more, and nobody is waited for for long."""
    dispatch = Commands.dispatch

    async def waits(self: Commands, call: Call) -> Reply:
        if "considered" in call.line + str(call.fields):
            await asyncio.Event().wait()
        return await dispatch(self, call)

    monkeypatch.setattr(Commands, "dispatch", waits)
    monkeypatch.setattr(adapter, "STOP_WITHIN", 0.1)


@pytest.mark.usefixtures("stuck")
async def test_whoever_still_waits_for_an_answer_is_given_back_what_they_typed(
    slack: FakeSlack, team: Team, tmp_path: Path
) -> None:
    async with bridge_at(slack, tmp_path) as bridge:
        with mock.patch("bridge.adapters.slack.heard.doors.QUICK", 0.05):
            acked = await team.command("U1", "C1", "/bridge", "status My considered words for @bo")
        assert "One moment" in acked.payload["text"]

        await bridge.stop()

    told = str(team.ephemerals("U1")[-1].blocks)
    assert "status My considered words for @bo" in told
    assert "can't say whether that was done" in told


@pytest.mark.usefixtures("stuck")
async def test_a_form_that_is_still_worked_on_is_given_back_too(slack: FakeSlack, team: Team, tmp_path: Path) -> None:
    async with bridge_at(slack, tmp_path) as bridge:
        await team.command("U1", "C1", "/update", "")
        await slack.until(lambda: team.modal("U1"))
        with mock.patch("bridge.adapters.slack.heard.interactions.FORM_WITHIN", 0.05):
            assert (await team.submit("U1", {"field-text": "My considered words"})).closed

        await bridge.stop()

    assert "My considered words" in str(team.ephemerals("U1")[-1].blocks)
