"""Filters and phrases that change while others work: nothing fails over them, and nobody's own goes with another's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.filters.filterwords import parse_tracked
from bridge.services import sieves
from bridge.services.sifting import Sifter
from tests.commands.conftest import met
from tests.core import Team
from tests.elsewhere import BLOG, FEED
from tests.services.test_sources import Out, out

__all__ = ["out"]


async def test_what_one_process_lets_through_from_now_on_another_one_knows_at_once(team: Team) -> None:
    await met(team, "ana", "bo")
    others = Sifter()
    await team.say("bo", "follow @ana live", "@")
    own, team.world.sifter = team.world.sifter, others
    await team.say("ana", "status Nobody looks for anything yet")
    await team.deliver()

    async def said(line: str) -> list[str]:
        """Bo says it to the one process, Ana publishes by the other. What Bo is sent then."""
        team.world.sifter = own
        assert (await team.say("bo", line, "@")).ok
        team.world.sifter = others
        before = len(team.chat.texts("@bo"))
        await team.say("ana", "status A tender is out")
        await team.deliver()
        return team.chat.texts("@bo")[before:]

    assert len(await said("filter @ana only release")) == 0
    assert len(await said("filter @ana only tender")) == 1
    assert len(await said("unfollow @ana")) == 0
    assert len(await said("track tender live")) == 1
    assert len(await said('unfollow "tender"')) == 0
    assert len(await said("track tender live")) == 1


async def test_a_phrase_that_another_process_made_and_nobody_tracked_yet_counts_once_somebody_does(team: Team) -> None:
    await met(team, "ana", "bo")
    others = Sifter()
    own, team.world.sifter = team.world.sifter, others
    await sieves.phrase(team.world, parse_tracked("tender"))
    await team.say("ana", "status A tender is out")
    team.world.sifter = own
    await team.say("bo", "track tender live", "@")
    team.world.sifter = others

    await team.say("ana", "status Another tender is out")
    await team.deliver()

    assert len(team.chat.texts("@bo")) == 1


async def test_a_process_that_has_not_heard_of_the_end_of_a_phrase_publishes_all_the_same(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended while the update was being sifted."""
    monkeypatch.setattr(Sifter, "catch_up", lambda sifter, tx: None)
    await met(team, "ana", "bo")
    await team.say("bo", "track tender live", "@")
    stale = team.world.sifter
    team.world.sifter = Sifter()
    await team.say("bo", 'unfollow "tender"', "@")
    team.world.sifter = stale

    told = await team.tell("ana", "status A tender is out")

    assert "A tender is out" in await team.tell("bo", "timeline everyone"), told
    assert team.chat.texts("@bo") == []


@pytest.mark.parametrize("words", ["off", "not lunch"])
async def test_a_phrase_has_no_filter_and_stays_whole_for_all_who_track_it(team: Team, words: str) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "track tender live", "@")
    await team.say("li", "track tender live", "@")

    refused = await team.say("bo", f'filter "tender" {words}', "@")
    await team.say("ana", "status A tender is out")
    await team.deliver()

    assert not refused.ok
    assert [len(team.chat.texts(place)) for place in ("@bo", "@li")] == [1, 1]


async def test_what_is_learnt_late_does_not_undo_what_was_learnt_since(team: Team) -> None:
    await met(team, "ana", "bo")
    world = team.world
    early = await team.store.read(lambda tx: tx.sieves.version())
    await team.say("bo", "track tender live", "@")

    world.sifter.learn([], early)
    await team.say("ana", "status A tender is out")
    await team.deliver()

    assert len(team.chat.texts("@bo")) == 1


async def test_the_first_filter_of_all_sees_all_of_an_item_that_another_process_brings(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    world = out.team.world
    others = Sifter()
    await out.team.say("ana", "filter blog.example.org only release")
    world.sifter = others
    out.web.publish("new", "Something is out", out.team.clock.now())
    out.web.items[FEED][-1] = replace(out.web.items[FEED][-1], tags=("release",))

    await out.look()

    assert len(out.texts()) == 1


async def test_following_says_what_a_follow_lets_through(out: Out) -> None:
    await out.team.say("ana", f"follow {BLOG} live")
    await out.team.say("ana", "filter blog.example.org not beta")

    assert "not beta" in await out.team.tell("ana", "following")


async def test_what_a_filter_of_a_channel_lets_through_is_looked_for_among_what_the_channel_may_see(
    team: Team,
) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana here", "sales")
    await team.say("ana", "status to:me Release in secret")
    await team.say("ana", "status to:@bo Release for bo")
    await team.say("ana", "status Release for all")

    await team.say("bo", "filter @ana only release here", "sales")

    posts = await team.store.read(lambda tx: [post for n in (1, 2, 3) if (post := tx.posts.by_number(n))])
    caught = [len(await team.store.read(lambda tx, post=post: tx.sieves.caught(post))) for post in posts]  # type: ignore[misc]
    assert caught == [0, 0, 1]


async def test_sieves_are_learnt_at_the_start(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "track tender live", "@")
    team.world.sifter = Sifter()

    await sieves.learn(team.world)

    assert not team.world.sifter.idle
