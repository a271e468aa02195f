"""Reading: the timeline page by page, catching up, why something came, links."""

from __future__ import annotations

import re

import pytest

from bridge.model.compose.text import card_text
from bridge.model.place import Members
from bridge.services.delivery import digest
from tests.commands.conftest import met
from tests.core import Team


async def pages(team: Team, user: str, line: str) -> list[list[int]]:
    """The numbers of the updates, page by page, by pressing Older to the end."""
    found = []
    while line:
        reply = await team.say(user, line)
        assert reply.ok, card_text(reply.card)
        found.append([int(number) for number in re.findall(r"Update (\d+)", card_text(reply.card))])
        line = next((action.line for action in reply.card.actions if action.label == "Older"), "")
        assert len(line) <= 90
    return found


async def test_every_timeline_is_read_to_its_end_page_by_page(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.say("ana", "follow @bo here")
    await team.say("bo", "follow @ana here")
    for number in range(35):
        await team.say("ana", f"status Update {number} #release", "random")
    newest_first = list(range(34, -1, -1))

    for line in ("timeline", "timeline everyone", "timeline #release", "timeline @ana", "timeline here", "catchup"):
        read = await pages(team, "bo", line)
        assert [number for page in read for number in page] == newest_first, line
        assert [len(page) for page in read] == [10, 10, 10, 5]


async def test_newest_leads_back_and_paging_replaces_the_page(team: Team) -> None:
    for number in range(25):
        await team.say("ana", f"status Update {number}")

    first = await team.say("ana", "timeline")
    second = await team.say("ana", first.card.actions[0].line)

    assert not first.replaces
    assert second.replaces
    assert [(a.label, a.line) for a in second.card.actions] == [("Older", "timeline before ~6"), ("Newest", "timeline")]


async def test_an_empty_timeline_teaches_the_next_step(team: Team) -> None:
    await met(team, "ana", "bo")

    nobody = await team.tell("bo", "timeline")
    channel = await team.tell("bo", "timeline here")
    await team.say("bo", "follow @ana")
    nothing = await team.tell("bo", "catchup")

    assert "You follow nobody yet. Follow somebody, or look at what the whole team shares." in nobody
    assert "[People to follow] [The team's timeline]" in nobody
    assert "This channel follows nothing yet. Try /follow #release here" in channel
    assert "Nothing new from what is followed.\n[The team's timeline]" in nothing


async def test_catching_up_starts_at_the_last_digest_or_when_one_says(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.say("ana", "status Before")
    team.clock.advance(hours=22)
    await digest.tick(team.world)
    team.clock.advance(hours=2)
    await team.say("ana", "status After")

    since_digest = await team.tell("bo", "catchup")
    since_monday = await team.tell("bo", "catchup since mon")

    assert since_digest.startswith("Since today 09:00")
    assert "After" in since_digest
    assert "Before" not in since_digest
    assert "Before" in since_monday


async def test_why_tells_the_way_of_an_update(team: Team) -> None:
    await met(team, "ana", "bo", "li", "cy", "eva")
    await team.say("bo", "follow @ana live")
    await team.say("li", "follow #release")
    await team.say("cy", "follow @ana")
    await team.say("cy", "mute #release")
    await team.say("ana", "status Shipping v2 #release @bo", "random")
    before = await team.tell("bo", "why ~1")
    await team.deliver()

    assert "It names you." in before
    assert "It is on its way to your direct messages." in before
    assert "It was shown in your direct messages." in await team.tell("bo", "why ~1")
    in_digest = await team.tell("li", "why ~1")
    assert "It matched the follow of #release." in in_digest
    assert "It comes in the digest." in in_digest
    assert "It is held back: you muted #release." in await team.tell("cy", "why ~1")
    assert "Nothing you follow matches it." in await team.tell("eva", "why ~1")
    assert "Nothing that #general follows matches it." in await team.tell("eva", "why ~1 here")
    assert "It is your own, so it isn't sent to you." in await team.tell("ana", "why ~1")


@pytest.mark.parametrize("how", ["live", "digest"])
async def test_why_says_that_a_channel_is_read_by_others_than_the_team(team: Team, how: str) -> None:
    await met(team, "ana", "bo")
    team.chat.members_of["mixed"] = Members(known=True, team=False, count=9)
    await team.say("bo", f"follow @ana {how} here", "mixed")
    await team.say("ana", "status Hello", "random")
    before = await team.tell("bo", "why ~1 here", "mixed")
    await team.deliver()
    after = await team.tell("bo", "why ~1 here", "mixed")

    for told in (before, after):
        assert "It matched the follow of @ana." in told
        assert "People outside the team can read #mixed, so only public updates come there." in told
        assert "on its way" not in told
        assert "It comes in the digest" not in told


async def test_why_says_that_the_digest_is_off(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.say("bo", "digest off")
    await team.say("ana", "status Hello")

    assert "The digest is off, so it waits in the timeline." in await team.tell("bo", "why ~1")


async def test_why_says_that_an_update_is_too_old_for_the_next_digest(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Hello")
    team.clock.advance(days=3)
    await team.say("bo", "follow @ana")

    assert "It is older than what the next digest looks back to: the timeline has it." in await team.tell(
        "bo", "why ~1"
    )


async def test_why_tells_nobody_of_what_they_may_not_see(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status to:me Secret")

    assert "Secret" not in await team.tell("bo", "why ~1")


async def test_a_link_leads_to_a_copy_its_reader_can_open(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "follow @ana live")
    await team.say("ana", "status Hello", "random")
    await team.deliver()

    own = await team.tell("bo", "link ~1")
    other = await team.say("li", "link ~1")

    assert own.startswith("~1\nhttps://chat.example/bo/")
    assert not other.ok
    assert "~1 stands in no channel that you can open" in card_text(other.card)
