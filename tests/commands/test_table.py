"""The command table is true: every verb is handled, every example works, every button does what it says."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.commands.intake import HANDLERS
from bridge.model.clock import FixedClock
from bridge.model.command import Where, Who
from bridge.model.compose.text import card_text
from bridge.model.ids import PostId
from bridge.model.inbound import Message, Reacted, Said
from bridge.model.kept import Tx
from bridge.model.person import Person
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.post import Origin, Post
from bridge.model.verbs import TABLE, find
from bridge.services.delivery import digest
from bridge.services.sharing import publish
from bridge.store.tx import open_store
from tests.commands.conftest import actions, lines, met
from tests.core import CHAT, HOME, MONDAY, Team
from tests.databases import laid
from tests.elsewhere import ELSEWHERE, Elsewhere

EXAMPLES = [example for verb in TABLE for example in verb.examples]
NUMBER = "~1042"
ANSWER = "~1043"
QUESTIONS = ("share-yes", "share-no", "show-more", "reply-yes", "reply-no", "reply-always")
LAST = {"delete", "undo", "samples", "unfollow", "stop", "share-never"}
"""Verbs that take away what other buttons need."""


async def prepared(team: Team) -> dict[str, str]:
    """ana (administrator), bo and li have shared and followed; ana has a digest, and a question to answer.

    Returns what stands for the numbers in the table's examples.
    """
    await met(team, "ana", "bo", "li")
    await team.say("ana", "follow everyone digest here")
    await team.say("ana", "follow #release here")
    await team.say("ana", "follow #release")
    await team.say("li", "follow @ana live here")
    await team.say("ana", "follow @bo")
    await team.say("ana", "mute #standup")
    for number in range(9):
        await team.say("bo", f"status Step {number} #release", "random")
    await team.say("bo", "status Can somebody look at the importer? @ana", "random")
    team.clock.advance(hours=22)
    await digest.tick(team.world)
    who, where = Who(CHAT, HOME, "li"), Where(CHAT, HOME, "random", name="random")
    said = Message(where, "m1", Who(CHAT, HOME, "ana"), "The build is green again", team.clock.now())
    await team.intake.hear(Reacted("r1", who, where, "m1", "📣", said))
    await team.deliver()
    own = await team.say("ana", "status Shipping v2 today", "random")
    await team.deliver()
    [update] = [id for id, card in team.chat.messages["general"].items() if "Shipping v2" in card_text(card)]
    general = Where(CHAT, HOME, "general", name="general")
    thread = Message(general, "m2", Who(CHAT, HOME, "ana"), "And v3 on Friday", team.clock.now(), thread=update)
    asked = await team.intake.hear(Said("t1", thread, named=False))
    assert asked is not None
    found = [line for card in (*team.chat.messages["@ana"].values(), asked.card) for line in lines(card)]
    buttons = {f"{verb} 1": line for verb in QUESTIONS for line in found if verb in line}
    assert len(buttons) == len(QUESTIONS)
    buttons["reply-which 1"] = buttons["reply-yes 1"].replace("yes", "which")
    answer = await _sent_from_a_thread(team, own.post)
    return {NUMBER: f"~{own.card.post}", ANSWER: f"~{answer.number}", **buttons}


async def _sent_from_a_thread(team: Team, update: PostId | None) -> Post:
    """An answer of ana's to her update."""

    def look(tx: Tx) -> tuple[Person | None, Place | None, Post | None]:
        place = tx.places.at(CHAT, HOME, "general", False)
        return tx.people.by_handle("ana"), place, tx.posts.get(update) if update else None

    ana, place, post = await team.store.read(look)
    assert ana
    assert place
    origin = Origin(CHAT, HOME, "general m3", place.id)
    return (await publish.publish(team.world, publish.Draft(ana, "And v4", origin, in_reply_to=post))).post


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The database of `prepared`, made once, and its numbers."""
    path = laid(tmp_path_factory.mktemp("prepared") / "bridge.db")

    async def make() -> dict[str, str]:
        store = open_store(f"sqlite:///{path}")
        try:
            return await prepared(Team(store, FixedClock(MONDAY), Policy(zone="Europe/Vienna")))
        finally:
            await store.close()

    return path, asyncio.run(make())


@pytest.fixture
async def busy(numbers: tuple[Path, dict[str, str]], clock: FixedClock, tmp_path: Path) -> AsyncIterator[Team]:
    """A copy of it, right after."""
    store = open_store(f"sqlite:///{shutil.copy(numbers[0], tmp_path / 'prepared.db')}")
    clock.advance(hours=22, minutes=1)
    copied = Team(store, clock, Policy(zone="Europe/Vienna"), calls_before=100)
    copied.world.adapters[ELSEWHERE] = Elsewhere()  # type: ignore[index]  # what is out there
    yield copied
    await store.close()


def as_in(example: str, world: dict[str, str]) -> str:
    for name, value in world.items():
        example = example.replace(name, value)
    return example


def test_every_verb_has_a_handler_and_every_handler_a_verb() -> None:
    assert set(HANDLERS) == {verb.name for verb in TABLE}


@pytest.mark.parametrize("example", EXAMPLES)
async def test_every_example_works_and_so_does_every_button_of_its_answer(
    busy: Team, numbers: tuple[Path, dict[str, str]], example: str
) -> None:
    team, world = busy, numbers[1]
    if example.startswith(("follow @ana", "unfollow @ana", "mute @ana", "unmute @ana", "reshare", "got-it", "link ")):
        user = "bo"
    else:
        user = "ana"
    if example in ("unfollow #release here", "unfollow @ana", "unmute @ana"):
        await team.say(user, example.removeprefix("un").replace("unfollow", "follow"))

    reply = await team.say(user, as_in(example, world))

    assert reply.ok, card_text(reply.card)
    assert card_text(reply.card)
    offered = sorted(lines(reply.card), key=lambda line: line.split()[0] in LAST)
    if example.startswith("reply-which"):
        offered = offered[:1]  # each of them answers its one question
    for line in offered:
        assert find(line.split()[0]), line
        assert len(line) <= 90
        pressed = await team.say(user, line)
        assert pressed.ok, f"{line}: {card_text(pressed.card)}"


async def test_every_button_of_what_is_delivered_works_for_whoever_reads_it(team: Team) -> None:
    await prepared(team)
    await team.say("ana", "announce We won the Graz tender.")
    team.clock.advance(minutes=1)
    await publish.release_announcements(team.world)
    await team.say("bo", "follow @ana live")
    await team.say("ana", "status Cake! @bo @li #release", "random")
    await team.deliver()
    team.clock.advance(hours=24)
    await digest.tick(team.world)
    await team.deliver()

    places = {"@ana": "ana", "@bo": "bo", "@li": "li", "general": "li"}
    found = [
        (user, "general" if place == "general" else "@", action.line)
        for place, user in places.items()
        for card in team.chat.messages[place].values()
        for action in actions(card)
        if not action.line.startswith("share-no ")  # a question has one answer
    ]

    verbs = {line.split()[0] for _, _, line in found}
    assert verbs >= {"reply", "reshare", "follow", "mute", "why", "link", "digest", "got-it", "share-yes", "show-more"}
    for user, channel, line in sorted(set(found), key=lambda one: one[2].split()[0] in LAST):
        assert find(line.split()[0]), line
        assert len(line) <= 90
        pressed = await team.say(user, line, channel)
        assert pressed.ok, f"{user}: {line}: {card_text(pressed.card)}"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("edit {own} Mine now", "isn't your update, so you can't change it. You can reply to it."),
        ("edit {own}", "isn't your update"),
        ("delete {own}", "isn't your update"),
        ("audience {own}", "isn't your update"),
        ("audience {own} public yes", "isn't your update"),
        ("share-yes 1", "That question is no longer open."),
        ("share-no 1", "That question is no longer open."),
        ("announce Hooray", "Announcing is for those your administrator named."),
    ],
)
async def test_a_button_pressed_by_somebody_else_refuses_with_a_sentence(
    busy: Team, numbers: tuple[Path, dict[str, str]], line: str, sentence: str
) -> None:
    team, typed = busy, line.format(own=numbers[1][NUMBER])

    reply = await team.say("bo", typed)

    assert not reply.ok
    assert sentence in card_text(reply.card)
    assert reply.typed == typed
    assert "Shipping v2 today" in await team.tell("li", "timeline @ana")


async def test_what_is_somebody_elses_can_be_answered_by_a_button(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Hello")

    refused = await team.say("bo", "delete ~1")

    assert lines(refused.card) == ["reply ~1"]


async def test_a_digest_opens_for_its_reader_only(team: Team) -> None:
    await met(team, "ana", "bo", "cy")
    await team.say("cy", "follow @ana")
    for number in range(20):
        await team.say("ana", f"status Update {number}", "random")
    team.clock.advance(hours=22)
    await digest.tick(team.world)
    await team.deliver()
    [card] = team.chat.messages["@cy"].values()
    [more] = [line for line in lines(card) if line.startswith("show-more")]

    stranger = await team.say("bo", more)
    seen, line = card_text(card), more
    while line:
        page = await team.say("cy", line, "@")
        seen += card_text(page.card)
        line = next((line for line in lines(page.card) if line.startswith("show-more")), "")

    assert await team.tell("cy", f"{more} 20", "@") == "That was all of it."
    assert not stranger.ok
    assert "I can't find that digest any more." in card_text(stranger.card)
    assert [
        number for number in range(20) if seen.count(f"Update {number}\n") + seen.endswith(f"Update {number}") != 1
    ] == []


async def test_a_request_that_its_platform_repeats_is_one_update(team: Team) -> None:
    await met(team, "ana")

    first = await team.say("ana", "status Shipping v2", key="again")
    second = await team.say("ana", "status Shipping v2", key="again")

    assert first.post == second.post
    assert (await team.tell("ana", "timeline everyone")).count("Shipping v2") == 1


async def test_a_repeated_question_before_the_community_stays_a_question(team: Team) -> None:
    first = await team.tell("ana", "status to:public Hello world", key="again")
    second = await team.tell("ana", "status to:public Hello world", key="again")

    assert first == second
    assert "Until you choose, only you can see it." in first


async def test_an_announcement_is_held_and_then_told(team: Team) -> None:
    await met(team, "ana", "bo")

    receipt = await team.tell("ana", "announce We won the Graz tender. More to come.")
    before = await team.tell("bo", "timeline everyone")
    team.clock.advance(seconds=31)
    await publish.release_announcements(team.world)
    after = await team.tell("bo", "timeline everyone")

    assert "Goes out in 30 seconds  ~1" in receipt
    assert "Then it goes out, and stands on top of every team digest." in receipt
    assert "Graz tender" not in before
    assert "Graz tender" in after
