"""Law 5: at most one digest a subscriber and Slot, never empty, never repeating; and what lateness does to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import regex

from bridge.model.errors import Transient, Unreachable
from bridge.services.delivery import digest
from tests.services.conftest import Team

TITLE = regex.compile(r"\A.* · \d+ updates?\n")


async def follow(team: Team) -> Team:
    await team.say("ana", "help")
    await team.say("cy", "follow @ana")
    return team


@pytest.fixture
async def pair(team: Team) -> Team:
    """Ana writes, Cy gets her updates in his digest at nine in Vienna (eight UTC) on working days."""
    return await follow(team)


@pytest.fixture
async def solo(lite: Team) -> Team:
    return await follow(lite)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, UTC. The 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


async def morning(team: Team, day: int, hour: int = 8, minute: int = 0) -> digest.Ticked:
    """The clock of that day strikes nine in Vienna."""
    team.clock.set(at(day, hour, minute))
    ticked = await digest.tick(team.world)
    await team.deliver()
    return ticked


def digests(team: Team, place: str = "@cy") -> list[str]:
    return [text for text in team.chat.texts(place) if TITLE.search(text)]


async def test_one_slot_is_one_digest(pair: Team) -> None:
    await pair.say("ana", "status One")
    await morning(pair, 24)
    await pair.say("ana", "status Two")
    await morning(pair, 24, 8, 1)

    assert len(digests(pair)) == 1


async def test_two_processes_that_tick_at_once_make_one(pair: Team) -> None:
    await pair.say("ana", "status One")
    pair.clock.set(at(24, 8))

    both = await asyncio.gather(digest.tick(pair.world), digest.tick(pair.world))
    await pair.deliver()

    assert sum(ticked.made for ticked in both) == 1
    assert len(digests(pair)) == 1


async def test_an_empty_digest_is_never_sent(solo: Team) -> None:
    ticked = await morning(solo, 24)

    assert (ticked.made, ticked.empty) == (0, 1)
    assert solo.chat.requests == []


async def test_a_digest_that_became_empty_is_never_sent(solo: Team) -> None:
    await solo.say("ana", "status One")
    solo.clock.set(at(24, 8))
    await digest.tick(solo.world)
    await solo.say("ana", "delete last")
    await solo.deliver()

    assert solo.chat.requests == []


async def test_what_was_shown_live_is_not_repeated(pair: Team) -> None:
    await pair.say("cy", "follow @ana live")
    await pair.say("ana", "status One")
    await pair.deliver()
    await pair.say("cy", "follow @ana digest")
    await pair.say("ana", "status Two")
    await morning(pair, 24)

    [text] = digests(pair)
    assert "Two" in text
    assert "One" not in text


async def test_what_was_asked_for_now_is_not_repeated(pair: Team) -> None:
    await pair.say("ana", "status One")
    await pair.say("cy", "digest now")
    await pair.deliver()
    ticked = await morning(pair, 24)

    assert ticked.made == 0
    assert len(digests(pair)) == 1


async def test_two_digests_asked_for_within_a_minute_hold_what_is_new(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.say("cy", "digest now")
    await solo.say("ana", "status Two")
    solo.clock.advance(seconds=20)
    await solo.say("cy", "digest now")
    await solo.deliver()

    assert ["One" in text for text in digests(solo)] == [True, False]
    assert ["Two" in text for text in digests(solo)] == [False, True]


async def test_a_digest_asked_for_at_the_hour_takes_nothing_from_the_slot(solo: Team) -> None:
    await solo.say("ana", "status One")
    solo.clock.set(at(24, 8))
    await solo.say("cy", "digest now")
    await solo.say("ana", "status Two")
    await morning(solo, 24)
    await morning(solo, 25)

    assert sum("Two" in text for text in digests(solo)) == 1


async def test_ones_own_updates_are_not_in_it(solo: Team) -> None:
    await solo.say("cy", "follow everyone")
    await solo.say("cy", "status Mine")
    await solo.say("ana", "status Hers")
    await morning(solo, 24)

    [text] = digests(solo)
    assert "Hers" in text
    assert "Mine" not in text


async def test_what_two_follows_match_comes_once(solo: Team) -> None:
    await solo.say("cy", "follow #release")
    await solo.say("cy", "follow everyone")
    await solo.say("ana", "status Shipping #release @cy")
    await solo.say("cy", "settings mentions digest")
    await morning(solo, 24)

    shown = "\n".join(solo.chat.texts("@cy"))
    assert shown.count("Shipping") == 1


async def test_what_the_cap_held_back_comes_in_the_digest(pair: Team) -> None:
    await pair.say("cy", "follow @ana live here", "random")
    await pair.deliver()
    for number in range(8):
        await pair.say("ana", f"status N{number}")
        await pair.deliver()
        pair.clock.advance(minutes=1)
    live = [text for text in pair.chat.texts("random") if "ana ·" in text]
    await morning(pair, 24)

    assert ["N5" in text for text in live] == [False] * 5 + [True]
    [text] = digests(pair, "random")
    assert [word for word in text.split() if word in ("N5", "N6", "N7")] == ["N6", "N7"]


async def test_a_digest_that_could_not_be_sent_in_time_gives_its_updates_to_the_next(pair: Team) -> None:
    await pair.say("ana", "status One")
    pair.clock.set(at(24, 8))
    await digest.tick(pair.world)
    pair.chat.failing = [Unreachable(reason="closed")]
    await pair.deliver()
    place = await pair.store.read(lambda tx: tx.places.at("chat", "acme", "cy", True))
    assert place is not None
    await morning(pair, 25)
    now = pair.clock.now()
    await pair.store.write(lambda tx: tx.places.resume(place.id, now))
    await pair.deliver()
    await morning(pair, 26)

    assert sum("One" in text for text in digests(pair)) == 1


async def test_a_digest_is_tried_again_until_the_next_one(solo: Team) -> None:
    await solo.say("ana", "status One")
    solo.chat.failing = [Transient(reason="down")] * 3
    await morning(solo, 24)
    for _ in range(4):
        solo.clock.advance(minutes=16)
        await solo.deliver()

    assert len(digests(solo)) == 1


async def test_three_hours_late_it_still_comes(solo: Team) -> None:
    await solo.say("ana", "status One")
    ticked = await morning(solo, 24, 11)

    assert ticked.made == 1
    assert len(digests(solo)) == 1


async def test_five_hours_late_it_is_left_out_and_its_updates_come_next_time(pair: Team) -> None:
    await pair.say("ana", "status One")
    late = await morning(pair, 24, 13)
    await pair.say("ana", "status Two")
    await morning(pair, 25)

    assert (late.made, late.skipped) == (0, 1)
    [text] = digests(pair)
    assert "One" in text
    assert "Two" in text


async def test_after_days_of_nothing_todays_slot_is_still_in_time(pair: Team) -> None:
    await pair.say("ana", "status One")
    await morning(pair, 24)
    await pair.say("ana", "status Two")
    pair.clock.set(at(27, 7))
    await pair.say("ana", "status Three")

    ticked = await morning(pair, 27, 8, 30)

    assert (ticked.made, ticked.skipped) == (1, 0), "those of the 25th and the 26th are over, that of the 27th is not"
    assert "Two" in digests(pair)[-1]
    assert "Three" in digests(pair)[-1]
    await pair.say("ana", "status Four")
    assert (await morning(pair, 27, 8, 31)).total == 0


async def test_the_first_digest_looks_back_a_day(solo: Team) -> None:
    await solo.say("di", "help")
    solo.clock.set(at(24, 7))
    await solo.say("di", "status Early")
    await solo.say("bo", "follow @di")
    await morning(solo, 24)

    assert len(digests(solo, "@bo")) == 1


async def test_the_first_digest_brings_all_since_the_follow_over_a_weekend(pair: Team) -> None:
    pair.clock.set(at(27, 9))
    await pair.say("bo", "follow @ana")
    pair.clock.set(at(27, 15))
    await pair.say("ana", "status Friday")
    await morning(pair, 30)

    assert len(digests(pair, "@bo")) == 1


async def test_what_found_no_room_comes_in_the_next_one(solo: Team) -> None:
    solo.world.policy = replace(solo.world.policy, digest_most=3)
    for number in range(5):
        await solo.say("ana", f"status N{number}")
        solo.clock.advance(hours=2)
    await morning(solo, 24)
    await morning(solo, 25)

    shown = [[word for word in text.split() if word.startswith("N") and word[1].isdigit()] for text in digests(solo)]
    assert shown == [["N0", "N1", "N2"], ["N3", "N4"]]


async def test_a_digest_with_room_left_is_complete_though_another_is_full(solo: Team) -> None:
    solo.world.policy = replace(solo.world.policy, digest_most=3)
    await solo.say("bo", "follow #two")
    for number in range(5):
        await solo.say("ana", f"status N{number}{' #two' if number == 2 else ''}")
        solo.clock.advance(hours=2)
    await morning(solo, 24)

    both = await solo.world.store.read(lambda tx: [tx.people.by_handle(handle) for handle in ("cy", "bo")])
    plans = await solo.world.store.read(lambda tx: {plan.person: plan for plan in tx.schedules.all_enabled()})
    full, complete = (plans[person.id].last for person in both if person)
    assert [text.count("N2") for text in (*digests(solo), *digests(solo, "@bo"))] == [1, 1]
    assert (full, complete) == (at(23, 14), at(24, 8))


async def test_a_pause_ends_in_one_digest_with_all_of_it(pair: Team) -> None:
    await pair.say("ana", "status Before")
    await morning(pair, 24)
    await pair.say("cy", "digest pause until 26 nov")
    for day in (24, 25, 26):
        pair.clock.set(at(day, 12))
        await pair.say("ana", f"status Day{day}")
        await morning(pair, day + 1)

    first, second = digests(pair)
    assert "Before" in first
    assert [word for word in second.split() if word.startswith("Day")] == ["Day24", "Day25", "Day26"]


async def test_switched_off_nothing_comes(solo: Team) -> None:
    await solo.say("cy", "digest off")
    await solo.say("ana", "status One")
    ticked = await morning(solo, 24)

    assert ticked.total == 0


async def test_after_five_empty_slots_one_quiet_note_comes_once(solo: Team) -> None:
    shown = []
    for day in (24, 25, 26, 27, 30):
        await morning(solo, day)
        shown.append(len(solo.chat.texts("@cy")))
    for day in (1, 2, 3, 4, 7, 8):
        solo.clock.set(datetime(2026, 12, day, 8, tzinfo=UTC))
        await digest.tick(solo.world)
        await solo.deliver()

    assert shown == [0, 0, 0, 0, 1]
    [text] = solo.chat.texts("@cy")
    assert text.startswith("Good morning, cy")
    assert "quiet week" in text


async def test_a_channels_digest_comes_there_once(solo: Team) -> None:
    await solo.say("cy", "follow @ana here", "random")
    await solo.say("ana", "status One")
    await morning(solo, 24)
    await morning(solo, 25)

    assert len(digests(solo, "random")) == 1


async def test_what_a_closed_channel_missed_comes_once_it_is_open(solo: Team) -> None:
    await solo.say("cy", "follow @ana here", "random")
    solo.chat.failing = [Unreachable(reason="closed")]
    await solo.deliver()
    await solo.say("ana", "status One")
    for day in (24, 25, 26):
        await morning(solo, day)
    await solo.say("cy", "resume here", "random")
    await morning(solo, 27)

    [text] = digests(solo, "random")
    assert "One" in text


async def test_what_ended_is_not_in_it(solo: Team) -> None:
    await solo.say("ana", "status Graz office until 18:00")
    await solo.say("ana", "status Two")
    await morning(solo, 24)

    [text] = digests(solo)
    assert "Two" in text
    assert "Graz" not in text


async def test_an_update_that_the_slot_just_missed_comes_next(solo: Team) -> None:
    await solo.say("ana", "status One")
    await morning(solo, 24)
    await solo.say("ana", "status Two")
    await morning(solo, 25)

    assert ["One" in text for text in digests(solo)] == [True, False]
    assert ["Two" in text for text in digests(solo)] == [False, True]
