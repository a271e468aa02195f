"""One's own page as it is opened, with what is known and may be seen."""

from __future__ import annotations

import pytest

from bridge.model.command import Who
from bridge.model.compose.text import card_text
from bridge.model.inbound import HomeOpened
from tests.commands.conftest import actions, lines, met
from tests.core import CHAT, HOME, Team


async def opened(team: Team, user: str) -> str:
    """The page as text, whose every button works."""
    reply = await team.intake.hear(HomeOpened("h1", Who(CHAT, HOME, user, user)))
    assert reply is not None
    assert reply.ok
    return card_text(reply.card, team.world.words("en"), "Europe/Vienna")


async def test_a_newcomer_finds_people_and_what_this_is_for(team: Team) -> None:
    await met(team, "ana")
    await team.say("ana", "status Hello")

    page = await opened(team, "bo")

    assert page.splitlines()[:3] == [
        "Hello, bo",
        "Tell the team in one line. Follow people, and their updates come once a day in your digest.",
        "PEOPLE TO FOLLOW ana: @ana · shared 1 update this week  [Follow]",
    ]


async def test_what_somebody_follows_and_shared_stands_on_their_page(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "follow @ana live")
    await team.say("bo", "follow #release")
    await team.say("bo", "status Hello from Graz")
    await team.say("li", "status Out now #release")

    page = await opened(team, "bo")

    assert "@ana · at once  [In my digest] [Unfollow]" in page
    assert "#release · in my digest  [At once] [Unfollow]" in page
    assert "MY DIGEST Next: tomorrow 09:00 Vienna  [See it now] [Change]" in page
    assert "Today: Hello from Graz · ~1  [Edit] [Delete]" in page
    assert "li: @li · shares about #release, which you follow  [Follow]" in page


async def test_a_page_read_twice_is_the_same_one(team: Team) -> None:
    await met(team, "ana", "bo")

    assert await opened(team, "bo") == await opened(team, "bo")


async def test_every_button_of_a_page_works(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow #release")
    await team.say("bo", "status Hello")
    reply = await team.intake.hear(HomeOpened("h1", Who(CHAT, HOME, "bo", "bo")))
    assert reply is not None

    for action in actions(reply.card):
        assert (await team.say("bo", action.line, "@")).ok, action.line


async def test_see_it_now_shows_what_waits_and_leaves_it_to_the_digest(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.say("ana", "status Hello from Graz")
    reply = await team.intake.hear(HomeOpened("h1", Who(CHAT, HOME, "bo", "bo")))
    assert reply is not None
    [see_it] = [action for action in actions(reply.card) if action.label == "See it now"]

    shown = await team.tell("bo", see_it.line, "@")
    kept = await team.tell("bo", "digest now", "@")

    assert "Hello from Graz" in shown
    assert kept == "On its way to your direct messages: 1 update."


async def test_nobody_is_suggested_for_what_one_may_not_see(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "follow #secret")
    await team.say("li", "status to:@ana Hello #secret")

    page = await opened(team, "bo")

    assert "shares about" not in page
    assert "li: @li · new here" in page


async def test_those_who_are_followed_or_muted_are_not_suggested(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "follow @ana")
    await team.say("bo", "mute @li")

    page = await opened(team, "bo")

    assert "PEOPLE TO FOLLOW" not in page


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "shared 2 updates this week"), (6, "shared 2 updates this week"), (8, "last shared on Mon 23")],
)
async def test_the_list_of_people_gives_the_same_reasons(team: Team, days: int, said: str) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Hello")
    await team.say("ana", "status Again")
    team.clock.advance(days=days)

    assert said in await team.tell("bo", "who")
    assert said in await opened(team, "bo")


async def test_those_who_write_about_what_one_follows_come_first(team: Team) -> None:
    await met(team, "ana", "bo", "cy", "li")
    await team.say("bo", "follow #release")
    await team.say("ana", "status Out now #Release")
    await team.say("li", "status Lunch")

    assert lines((await team.say("bo", "who")).card) == ["follow @ana", "follow @li", "follow @cy"]


async def test_a_person_who_was_known_for_long_is_not_new(team: Team) -> None:
    await met(team, "ana", "bo")
    team.clock.advance(days=15)

    assert "new here" not in await opened(team, "bo")


async def test_a_page_speaks_the_language_of_its_reader(team: Team) -> None:
    await team.say("ana", "settings language de")

    page = await opened(team, "ana")

    assert "Sag es dem Team in einer Zeile." in page
