"""Answers that Slack wants later: tried again a few times, in the background, while other events are worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.adapters import _replies as replies
from bridge.adapters.slack.heard.answers import HOPELESS
from bridge.adapters.slack.web.errors import ScopeMissing
from bridge.model.errors import SendFailure, Throttled, Transient
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import FakeSlack, Fault


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.mark.parametrize(
    ("failure", "waits"),
    [
        (Throttled(seconds=20), [20, 20, 20]),
        (Transient(reason="x"), [2, 5, 15]),
        (Throttled(seconds=600), []),
        (ScopeMissing(needed="x"), []),
    ],
)
async def test_an_answer_is_tried_again_a_few_times_and_then_no_more(
    monkeypatch: pytest.MonkeyPatch, failure: SendFailure, waits: list[float]
) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    async def refused() -> None:
        raise failure

    monkeypatch.setattr(replies, "sleep", wait)

    with pytest.raises(type(failure)):
        await replies.patiently(refused, HOPELESS)

    assert waited == waits


async def test_an_event_whose_answer_comes_late_is_done_and_the_next_is_worked_on(
    slack: FakeSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = asyncio.Event()

    async def wait(seconds: float) -> None:
        await later.wait()

    monkeypatch.setattr(replies, "sleep", wait)
    team = acme(slack)
    async with bridge_at(slack, tmp_path):
        await team.command("U2", "C2", "/bridge", "follow @ana live here")
        slack.faults.next("chat.postEphemeral", Fault.RATE(30))

        await team.say("U1", "C1", f"<@{team.bot.id}> status First", raw=True)
        await slack.until(lambda: slack.called("chat.postEphemeral"))
        await team.say("U1", "C1", f"<@{team.bot.id}> status Second", raw=True)

        await slack.until(lambda: "Second" in str(team.texts("C2")))
        assert str(team.texts("C2")).count("First") == 1
        assert not team.ephemerals("U1")[1:], "only the command was answered"
        later.set()
