"""Sources that move for good: followed to where they are, noted, told once; where another is there already, their
followers go along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.source import Found, Watch
from bridge.services.delivery import digest
from bridge.services.outside.looking import look_at
from bridge.services.outside.yielding import Arrival
from bridge.services.world import World
from tests.elsewhere import BLOG, ELSEWHERE, FEED, item
from tests.services.test_sources import HOUR, Out, both, out
from tests.services.test_sources_kept import lose_answers

__all__ = ["both", "out"]
NAME = "blog.example.org"
THERE = "https://new.example.org/feed"
MOVED = Found(THERE, "new.example.org", "The Blog", "https://new.example.org")


async def source(out: Out, key: str) -> Watch:
    watch = await out.team.store.read(lambda tx: tx.sources.at(ELSEWHERE, key))
    assert watch is not None
    return watch


async def move(out: Out) -> None:
    """It is looked at, and has moved; what it has is served from both addresses."""
    out.web.items[THERE] = list(out.web.items[FEED])
    out.web.moved = MOVED
    await out.look()
    out.web.moved = None


async def test_a_source_that_moved_is_followed_there_and_says_so_from_then_on(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    await move(both)
    moved_at = both.team.clock.now()
    both.web.items[THERE] = [*both.web.items[FEED], item("new", "Version 2", moved_at)]

    await both.look()
    told = await both.team.tell("ana", "sources")

    watch = await source(both, THERE)
    assert (watch.moved_from, watch.moved_at) == (FEED, moved_at)
    assert both.web.looks[-1] == THERE
    assert "Version 2" in both.texts()[-1]
    assert f"moved here from {FEED} on " in told


async def test_whoever_brought_it_is_told_once_and_privately(both: Out) -> None:
    await both.team.say("ana", f"follow {BLOG} live")
    await both.team.say("bo", f"follow {BLOG} live", "@")

    await move(both)
    for _ in range(3):
        await both.look()

    [said] = both.texts()
    assert f"from {FEED} to {THERE}" in said
    assert both.texts("@bo") == []


async def test_another_spelling_of_its_address_is_no_move(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.web.moved = replace(MOVED, key=f"{FEED}/")

    await out.look()

    watch = await source(out, FEED)
    assert (watch.key, watch.moved_from, watch.moved_at) == (f"{FEED}/", "", None)
    assert out.texts() == []


async def two(out: Out, filter: str = "") -> None:
    """Ana follows the blog by its old address, Bo by its new one."""
    out.web.at["https://new.example.org"] = [MOVED]
    out.web.items[THERE] = list(out.web.items[FEED])
    await out.team.say("ana", f"follow {BLOG} live {filter}".strip())
    await out.team.say("bo", "follow https://new.example.org live", "@")


async def test_who_follows_what_moved_onto_another_source_follows_that(both: Out) -> None:
    await two(both)
    await move(both)
    old = await source(both, FEED)
    both.team.clock.advance(hours=2)
    both.web.items[THERE] = [*both.web.items[FEED], item("new", "Version 2", both.team.clock.now())]
    looks = len(both.web.looks)

    await both.look()
    told = await both.team.tell("ana", "sources")

    assert (old.rests, old.key, old.next_at) == ("moved", FEED, None)
    assert set(both.web.looks[looks:]) == {THERE}
    [said, came] = both.texts()
    assert "It moved to new.example.org, which is followed already." in said
    assert "Version 2" in came
    assert len(both.texts("@bo")) == 1
    assert "It rests. It moved to new.example.org, which is followed already." in told


async def test_a_filter_goes_along(both: Out) -> None:
    await two(both, "only release")
    await move(both)
    now = both.team.clock.now() + HOUR
    both.web.items[THERE] = [*both.web.items[FEED], item("a", "Lunch", now), item("b", "The release", now)]

    await both.look()

    [_, came] = both.texts()
    assert "The release" in came
    assert len(both.texts("@bo")) == 2


async def test_what_either_saw_at_the_move_comes_once(both: Out) -> None:
    await two(both)
    both.team.clock.advance(hours=2)
    now = both.team.clock.now()
    # The other has looked since this came, and not yet since that.
    both.web.items[THERE] = [*both.web.items[FEED], item("this", "Seen by the other", now)]
    other = await source(both, THERE)
    await both.team.store.write(lambda tx: tx.sources.rest(other.id, "paused"))
    await both.team.store.write(lambda tx: tx.sources.wake(other.id, now))
    both.web.items[FEED] = [*both.web.items[THERE]]
    old = await source(both, FEED)
    await both.team.store.write(lambda tx: tx.sources.rest(old.id, "paused"))
    await both.collector.drain()
    await both.team.store.write(lambda tx: tx.sources.wake(old.id, now))
    both.web.items[FEED] = [*both.web.items[THERE], item("that", "Seen by none", now)]

    await move(both)
    await both.look()

    said = "\n".join(both.texts())
    assert (said.count("Seen by the other"), said.count("Seen by none")) == (1, 1)


@pytest.mark.parametrize("how", ["", "live"])
async def test_what_both_had_before_the_move_comes_once(both: Out, how: str) -> None:
    await two(both)
    await both.team.say("cy", f"follow {BLOG} {how}".strip(), "@")
    both.web.publish("new", "Version 2", both.team.clock.now() + HOUR)
    both.web.items[THERE] = list(both.web.items[FEED])
    await both.look()
    await move(both)

    both.team.clock.advance(hours=20)
    await digest.tick(both.team.world)
    await both.team.deliver()

    assert "\n".join(both.texts("@cy")).count("Version 2") == 1


async def test_what_the_other_was_about_to_keep_at_the_move_comes_by_digest_too(
    out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its look began before the move and ends after it."""
    await two(out)
    await out.team.say("cy", f"follow {BLOG}", "@")
    out.team.clock.advance(hours=2)
    now = out.team.clock.now()
    taken = {watch.key: watch for watch in await out.team.store.write(lambda tx: tx.sources.due(now, now + HOUR, 9))}
    out.web.items[THERE] = [*out.web.items[FEED], item("new", "Version 2", now)]

    async def moved_meanwhile(_: World, __: Watch, came: list[Arrival], ___: set[str]) -> list[Arrival]:
        monkeypatch.undo()
        out.team.clock.advance(seconds=20)
        out.web.moved = MOVED
        await look_at(out.team.world, taken[FEED])
        out.web.moved = None
        return came

    monkeypatch.setattr("bridge.services.outside.looking.pictures_of", moved_meanwhile)
    await look_at(out.team.world, taken[THERE])
    out.team.clock.advance(hours=20)
    await digest.tick(out.team.world)
    await out.team.deliver()

    assert "\n".join(out.texts("@cy")).count("Version 2") == 1


async def test_what_moved_onto_a_source_that_nobody_follows_any_more_misses_nothing(both: Out) -> None:
    await two(both)
    await both.team.say("bo", "unfollow new.example.org", "@")
    both.web.publish("new", "Version 2", both.team.clock.now())

    await move(both)
    await both.look()
    both.web.items[THERE] = [*both.web.items[FEED], item("newer", "Version 3", both.team.clock.now())]
    await both.look()

    said = "\n".join(both.texts())
    assert (said.count("Version 2"), said.count("Version 3")) == (1, 1)


async def test_who_follows_what_has_moved_onto_another_by_its_name_follows_that(out: Out) -> None:
    await two(out)
    await move(out)
    out.web.moved = MOVED

    told = await out.team.tell("li", f"follow {NAME} live", "@")

    assert "You follow new.example.org" in told


async def test_a_lost_answer_loses_nothing_of_a_move(out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    out.team.clock.advance(minutes=60)
    now = out.team.clock.now()
    [taken] = await out.team.store.write(lambda tx: tx.sources.due(now, now + HOUR, 9))
    out.web.moved = MOVED
    await lose_answers(out.team, monkeypatch)

    await look_at(out.team.world, taken)
    monkeypatch.undo()
    await out.team.deliver()

    watch = await source(out, THERE)
    assert watch.moved_from == FEED
    assert len(out.texts()) == 1


async def test_two_that_moved_onto_each_other_do_not_both_rest(out: Out) -> None:
    await two(out)
    await move(out)
    out.web.moved = Found(FEED, NAME, "The Blog")

    await out.look()

    assert [(await source(out, key)).rests for key in (FEED, THERE)] == ["moved", ""]
