"""Files that people attach, by every door: what may be taken comes along, and of the rest one sentence tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.app import Bridge
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import FakeSlack, Fault, Team

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PROGRAM = b"MZ" + b"\0" * 200
PDF = b"%PDF-1.7\n" + b"\0" * 64
MB = 1024 * 1024


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


@pytest.fixture
def closed(team: Team) -> None:
    """Whoever installed the app did not let it read files."""
    team.scopes -= {"files:read"}


def direct(team: Team, user: str) -> str:
    return "\n".join(str(message.blocks) + message.text for message in team.messages(user))


def private(team: Team, user: str) -> str:
    return "\n".join(str(shown.blocks) + shown.text for shown in team.ephemerals(user))


# Without files:read.


async def test_without_the_permission_an_update_is_shared_without_its_files(
    closed: None, bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    file = await team.upload("U1", "plan.png", PICTURE)

    await team.say("U1", team.direct("U1"), "status The plan stands", files=[file])

    await slack.until(lambda: "The plan stands" in str(team.texts("C2")))
    await slack.until(lambda: "did not come along" in direct(team, "U1"))
    assert slack.called("files-pri") == []


async def test_without_the_permission_a_message_is_shared_by_reaction_without_its_files(
    closed: None, bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    file = await team.upload("U1", "plan.png", PICTURE)
    message = await team.say("U1", "C1", "The plan stands", files=[file])

    await team.react("U1", message, "mega")

    await slack.until(lambda: "The plan stands" in private(team, "U1"))
    assert "did not come along" in private(team, "U1")


async def test_without_the_permission_whoever_wants_to_share_anothers_message_is_told(
    closed: None, bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    file = await team.upload("U1", "plan.png", PICTURE)
    message = await team.say("U1", "C1", "The plan stands", files=[file])

    await team.shortcut("U2", "share_message", message)

    await slack.until(lambda: "asked first" in private(team, "U2"))
    assert "did not come along" in private(team, "U2")
    await slack.until(lambda: "The plan stands" in direct(team, "U1"))


async def test_without_the_permission_a_picture_alone_asks_for_words(
    closed: None, bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    file = await team.upload("U1", "plan.png", PICTURE)

    await team.say("U1", team.direct("U1"), "", files=[file])

    await slack.until(lambda: "not allowed to read files" in direct(team, "U1"))


# The shortcut on a message of one's own: the form asks for words, and the message's files come along.


async def test_the_files_of_the_message_come_along_with_the_form(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    files = [await team.upload("U1", f"{n}.png", PICTURE, alt=f"Plan {n}") for n in range(5)]
    message = await team.say("U1", "C1", "Have a look", files=files)
    await team.shortcut("U1", "share_message", message)
    await slack.until(lambda: team.modal("U1"))

    await team.submit("U1", {"field-text": "Have a look at the plan"})

    await slack.until(lambda: "at the plan" in str(team.texts("C2")))
    await slack.until(lambda: "couldn't take 4.png along" in private(team, "U1"))
    assert all(f"Plan {n}" in str(team.texts("C2")) for n in range(4))


async def test_a_file_of_the_message_that_cannot_be_had_holds_nothing_up(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    files = [await team.upload("U1", "plan.png", PICTURE)]
    message = await team.say("U1", "C1", "Have a look", files=files)
    await team.shortcut("U1", "share_message", message)
    await slack.until(lambda: team.modal("U1"))
    slack.faults.next("files.info", Fault.ERROR("file_not_found"))

    done = await team.submit("U1", {"field-text": "Have a look at the plan"})

    assert done.closed
    await slack.until(lambda: "couldn't take plan.png along" in private(team, "U1"))
    assert "at the plan" in private(team, "U1")


# What messages in Slack do not show.


async def test_whoever_shares_a_document_learns_that_it_is_only_named(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    file = await team.upload("U1", "report.pdf", PDF)

    await team.say("U1", team.direct("U1"), "status The report", files=[file])

    await slack.until(lambda: "only the name of report.pdf" in direct(team, "U1"))


async def test_of_a_picture_nothing_needs_to_be_said(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    file = await team.upload("U1", "plan.png", PICTURE)

    await team.say("U1", team.direct("U1"), "status The plan", files=[file])

    await slack.until(lambda: "The plan" in direct(team, "U1").partition("bridge_")[0] and len(team.messages("U1")) > 1)
    assert "only the name" not in direct(team, "U1")


# What can't be taken: said at the form's field, so that what was written still stands above it.

BAD = [
    ("tool.png", PROGRAM, "what its name says"),
    ("empty.png", b"", "empty"),
    ("film.bin", b"\0" * (11 * MB), "too big"),
]


@pytest.mark.parametrize(("name", "data", "sentence"), BAD)
async def test_a_form_with_a_bad_file_keeps_its_words(
    bridge: Bridge, slack: FakeSlack, team: Team, name: str, data: bytes, sentence: str
) -> None:
    file = await team.upload("U1", name, data)
    await team.command("U1", "C1", "/update", "")
    await slack.until(lambda: team.modal("U1"))

    done = await team.submit("U1", {"field-text": "Long words, typed with care", "files": [file]})

    assert sentence in done.errors["files"]
    assert not done.closed


async def test_a_form_whose_bad_file_was_taken_out_goes_through_with_the_same_words(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    bad, good = await team.upload("U1", "tool.png", PROGRAM), await team.upload("U1", "plan.png", PICTURE)
    await team.command("U1", "C1", "/update", "")
    await slack.until(lambda: team.modal("U1"))
    await team.submit("U1", {"field-text": "The plan stands", "files": [bad]})

    done = await team.submit("U1", {"field-text": "The plan stands", "files": [good]})

    assert done.closed
    await slack.until(lambda: "The plan stands" in private(team, "U1"))


@pytest.mark.parametrize(("name", "data", "sentence"), BAD)
async def test_a_message_with_a_bad_file_is_answered_with_a_sentence(
    bridge: Bridge, slack: FakeSlack, team: Team, name: str, data: bytes, sentence: str
) -> None:
    file = await team.upload("U1", name, data)

    await team.say("U1", team.direct("U1"), "status Typed with care", files=[file])

    await slack.until(lambda: sentence in direct(team, "U1"))


async def test_five_files_are_too_many_by_one(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    files = [await team.upload("U1", f"{n}.png", PICTURE) for n in range(5)]

    await team.say("U1", team.direct("U1"), "status Five of them", files=files)

    await slack.until(lambda: "at most 4" in direct(team, "U1"))


async def test_the_files_of_what_is_never_asked_about_are_none_of_our_business(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    """Given a thread under an update, and somebody in it who wants no questions."""
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    await team.command("U3", "C1", "/bridge", "settings ask off")
    await team.command("U1", "C1", "/bridge", "status Root")
    await slack.until(lambda: any("Root" in text for text in team.texts("C2")))
    root = next(message for message in team.messages("C2") if "Root" in message.text)
    answered = len(team.ephemerals("U3"))
    files = [await team.upload("U3", f"{n}.png", PICTURE) for n in range(5)]

    await team.say("U3", "C2", "Holidays", thread=root.ts, files=files)
    await team.command("U3", "C1", "/bridge", "help")
    await team.say("U3", team.direct("U3"), "help")

    await slack.until(lambda: "follow" in direct(team, "U3"))
    assert len(team.ephemerals("U3")) == answered + 1
