"""Filters and tracked phrases: only what passes comes, at once and by digest, and whoever sees to it is seen."""

from __future__ import annotations

import pytest

from bridge.model.command import Who
from bridge.model.inbound import Closed
from bridge.model.subscription import Cadence
from bridge.services import sieves
from bridge.services.delivery import digest
from tests.commands.conftest import met
from tests.core import CHAT, HOME, Team
from tests.elsewhere import BLOG
from tests.services.test_sources import Out, both, out

__all__ = ["both", "out"]
NAME = "blog.example.org"


async def test_only_what_passes_the_filter_comes_at_once(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    await both.team.say("ana", f"filter {NAME} only release not beta")
    for id, said in (("a", "Release 2"), ("b", "Release 3 beta"), ("c", "Our holidays")):
        both.web.publish(id, said, both.team.clock.now())

    await both.look()

    [text] = both.texts()
    assert "Release 2" in text


async def test_a_filter_is_tried_on_the_newest_twenty(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG}")
    for number in range(25):
        out.web.publish(f"i{number}", f"Item {number}.", out.team.clock.now())
    await out.look()

    told = await out.team.tell("ana", f"filter test {NAME} only item")

    assert "20 of the newest 20 pass" in told
    assert [f"Item {number}." in told for number in (24, 5, 4)] == [True, True, False]


async def test_only_what_passes_comes_by_digest_also_of_what_was_there_before(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG}")
    both.web.publish("a", "Release 2", both.team.clock.now())
    both.web.publish("b", "Our holidays", both.team.clock.now())
    await both.look()
    await both.team.say("ana", f"filter {NAME} only release")
    both.web.publish("c", "Release 3", both.team.clock.now())
    both.web.publish("d", "More holidays", both.team.clock.now())
    await both.look()

    both.team.clock.advance(hours=22)
    await digest.tick(both.team.world)
    await both.team.deliver()

    [text] = both.texts()
    assert [word in text for word in ("Release 2", "Release 3", "holidays")] == [True, True, False]
    told = await both.team.tell("ana", "timeline")
    assert [word in told for word in ("Release 2", "holidays")] == [True, False]


async def test_a_filter_asks_what_only_the_source_knows(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", f"filter {NAME} lang:de no:boosts")
    out.web.publish("a", "Hallo", out.team.clock.now(), language="de")
    out.web.publish("b", "Hello", out.team.clock.now(), language="en")
    out.web.publish("c", "Weiter", out.team.clock.now(), language="de", boost=True)

    await out.look()

    assert len(out.texts()) == 1
    trial = await out.team.tell("ana", f"filter test {NAME}")
    assert "Hello" in trial
    assert "1 of the newest 4 pass" in trial or "2 of the newest 4 pass" in trial


async def test_a_filter_may_stand_behind_the_address(out: Out) -> None:
    told = await out.team.tell("ana", f'follow {BLOG} live only release,"security fix" not beta')
    out.web.publish("a", "Release 2", out.team.clock.now())
    out.web.publish("b", "Our holidays", out.team.clock.now())

    await out.look()

    assert 'only release,"security fix" not beta' in told
    assert len(out.texts()) == 1


async def test_a_mistake_in_the_filter_follows_nothing(out: Out) -> None:
    reply = await out.team.say("ana", f"follow {BLOG} live only")

    assert not reply.ok
    assert out.web.looks == []


async def test_taken_off_everything_comes_again(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", f"filter {NAME} only release")
    await out.team.say("ana", f"filter {NAME} off")
    out.web.publish("a", "Our holidays", out.team.clock.now())

    await out.look()

    assert len(out.texts()) == 1


async def test_changing_how_often_keeps_the_filter(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG}")
    await out.team.say("ana", f"filter {NAME} only release")
    await out.team.say("ana", f"follow {NAME} live")
    out.web.publish("a", "Our holidays", out.team.clock.now())

    await out.look()

    assert out.texts() == []
    assert "only release" in await out.team.tell("ana", f"filter {NAME}")


async def test_a_colleague_s_updates_are_filtered_as_well(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana live", "@")
    await team.say("bo", "filter @ana not lunch", "@")

    await team.say("ana", "status Lunch at twelve")
    await team.say("ana", "status Shipping v2")
    await team.deliver()

    [text] = team.chat.texts("@bo")
    assert "Shipping" in text
    number = (await team.tell("ana", "timeline @ana")).partition("~")[2]
    assert number
    told = await team.tell("bo", "why ~1")
    assert "filter holds it back" in told


async def test_a_filter_needs_a_follow_and_words_it_knows(team: Team) -> None:
    await met(team, "ana", "bo")

    unfollowed = await team.say("bo", "filter @ana not lunch")
    unread = await team.say("bo", "filter @ana onyl lunch")

    assert not unfollowed.ok
    assert not unread.ok


async def test_a_tracked_phrase_is_found_inside_and_outside(both: Out) -> None:
    await met(both.team, "bo", "li")
    await both.team.say("li", f"follow {BLOG}")
    await both.team.say("bo", 'track "our product" not hiring here', "sales")

    await both.team.say("ana", "status Somebody asked about our product today")
    await both.team.say("ana", "status Hiring for our product")
    both.web.publish("a", "We tried Our Product and liked it", both.team.clock.now())
    await both.look()

    hits = [
        text
        for text in both.texts("sales")
        if "product" in text.lower() and "follows" not in text and "follow" not in text
    ]
    assert len(hits) == 2
    assert all("I'm on it" in text for text in hits)


async def test_what_a_phrase_finds_may_wait_for_the_digest(both: Out) -> None:
    await met(both.team, "bo", "li")
    await both.team.say("li", f"follow {BLOG}")
    await both.team.say("ana", 'track "our product" digest')
    both.web.publish("a", "We tried Our Product and liked it", both.team.clock.now())
    await both.look()
    assert both.texts() == []

    both.team.clock.advance(hours=22)
    await digest.tick(both.team.world)
    await both.team.deliver()

    [text] = both.texts()
    assert "Good morning" in text
    assert "Our Product" in text


async def test_a_phrase_shows_nothing_that_may_not_be_seen(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "track secret", "@")

    await team.say("ana", "status to:me The secret plan")
    await team.deliver()

    assert team.chat.texts("@bo") == []


async def test_whoever_is_on_it_stands_in_every_copy_and_nobody_takes_it_twice(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "track tender here", "sales")
    await team.say("li", "track tender", "@")
    await team.say("ana", "status A tender is out")
    await team.deliver()
    team.clock.advance(minutes=4)

    await team.say("bo", "take ~1")
    second = await team.say("li", "take ~1")
    await team.deliver()

    copies = [next(text for text in team.chat.texts(place) if "A tender" in text) for place in ("sales", "@li")]
    assert all("bo is on it, after 4 minutes" in text for text in copies)
    assert not second.ok
    assert "bo" in str(second.card)
    team.clock.advance(minutes=5)
    await team.say("bo", "done ~1")
    await team.deliver()
    assert all(
        "through with it after 9 minutes" in next(text for text in team.chat.texts(place) if "A tender" in text)
        for place in ("sales", "@li")
    )


async def test_who_is_quick_is_said_to_be(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "track tender", "@")
    await team.say("ana", "status A tender is out")

    await team.say("bo", "take ~1")
    await team.deliver()
    taken = hit(team, "@bo")
    await team.say("bo", "done ~1")
    await team.deliver()

    assert "bo is on it, within a minute" in taken
    assert "bo was through with it within a minute" in hit(team, "@bo")


async def test_what_somebody_was_on_who_has_left_is_open_again_wherever_it_stands(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("li", "track tender", "@")
    await team.say("ana", "track contract", "@")
    await team.say("ana", "status A tender is out")
    await team.say("li", "status A contract is out")
    for said in ("take ~1", "done ~2"):
        await team.say("bo", said)
    await team.deliver()

    await team.intake.hear(Closed("closed", CHAT, HOME, Who(CHAT, HOME, "bo")))
    await team.deliver()
    open, through = hit(team, "@li"), hit(team, "@ana")
    taken = await team.say("li", "take ~1")
    late = await team.say("li", "take ~2")
    await team.deliver()

    assert "bo was on it, and has left: it is open again" in open
    assert "I'm on it" in open
    assert "bo was through with it" in through
    assert taken.ok
    assert "li is on it" in hit(team, "@li")
    assert not late.ok


async def test_whoever_comes_back_is_on_it_again(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("li", "track tender", "@")
    await team.say("ana", "status A tender is out")
    await team.say("bo", "take ~1")
    await team.intake.hear(Closed("closed", CHAT, HOME, Who(CHAT, HOME, "bo")))
    await team.deliver()

    await team.say("bo", "help", "@")
    await team.deliver()
    other = await team.say("li", "take ~1")

    assert "bo is on it" in hit(team, "@li")
    assert not other.ok


def hit(team: Team, place: str) -> str:
    return next(text for text in team.chat.texts(place) if " is out" in text)


async def test_a_phrase_is_tracked_no_more(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", 'track "our product"', "@")
    listed = await team.tell("bo", "track")
    await team.say("bo", "track tender", "@")
    assert "no longer" in await team.tell("bo", 'unfollow "tender"')
    told = await team.tell("bo", 'unfollow "our product"')

    await team.say("ana", "status our product rocks")
    await team.deliver()

    assert "our product" in listed
    assert "no longer" in told
    assert team.chat.texts("@bo") == []


async def test_another_process_learns_of_it(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "track tender", "@")
    fresh = type(team.world.sifter)()
    team.world.sifter = fresh
    assert fresh.idle

    await sieves.learn(team.world)

    await team.say("ana", "status A tender is out")
    await team.deliver()
    assert len(team.chat.texts("@bo")) == 1


@pytest.mark.parametrize("cadence", list(Cadence))
async def test_a_phrase_comes_as_often_as_asked(team: Team, cadence: Cadence) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", f"track tender {cadence.value}", "@")

    await team.say("ana", "status A tender is out")
    await team.deliver()

    assert len(team.chat.texts("@bo")) == (cadence is Cadence.LIVE)
