"""Live updates that come in one message: after an outage, and above the noise cap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.delivery import Kind, State
from bridge.model.errors import Transient
from bridge.model.policy import Policy
from tests.services.conftest import Team, restarted


@pytest.fixture
async def pair(team: Team) -> Team:
    """Ana writes; Bo follows her live in his direct messages, #random does too."""
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    await team.say("bo", "follow @ana live here", "random")
    await team.deliver()
    return team


async def share(team: Team, *words: str) -> None:
    for word in words:
        assert (await team.say("ana", f"status {word}")).ok


async def kinds(team: Team) -> list[tuple[Kind, State]]:
    found = await team.store.read(lambda tx: tx.outbox.listing(list(State), 50))
    return sorted((delivery.kind, delivery.state) for place, delivery in found if place.key == "bo")


async def test_what_an_outage_held_comes_as_one_message_in_order(pair: Team) -> None:
    await share(pair, "One", "Two", "Three")
    pair.clock.advance(hours=3)
    await share(pair, "Four")
    await restarted(pair).drain()

    late, new = pair.chat.texts("@bo")
    assert late.splitlines()[0] == "While you were away · 3 updates"
    assert "I couldn't bring these before, so they come together." in late
    assert [word for word in late.split() if word in ("One", "Two", "Three", "Four")] == ["One", "Two", "Three"]
    assert "Four" in new
    assert pair.chat.texts("random")[1].splitlines()[0] == "#random · While you were away · 3 updates"


async def test_however_many_they_are_it_is_one_message_that_shows_the_first(pair: Team) -> None:
    await share(pair, *(f"N{number}" for number in range(40)))
    pair.clock.advance(hours=3)
    await restarted(pair).drain()

    [text] = pair.chat.texts("@bo")
    assert text.startswith("While you were away · 40 updates")
    assert "N6" in text
    assert "N7" not in text
    assert "Show 33 more" in text


async def test_the_rest_opens_with_its_button(pair: Team) -> None:
    await share(pair, *(f"N{number}" for number in range(9)))
    pair.clock.advance(hours=3)
    await restarted(pair).drain()
    [card] = pair.chat.messages["@bo"].values()
    [more] = [action.line for action in card.actions if action.line.startswith("show-more")]

    opened = await pair.tell("bo", more, "@")

    assert [word for word in opened.split() if word in ("N6", "N7", "N8")] == ["N7", "N8"]
    assert not (await pair.say("cy", more, "@")).ok


async def test_what_was_tried_during_the_outage_joins_the_others(pair: Team) -> None:
    await share(pair, "One")
    pair.chat.failing = [Transient(reason="down")] * 2
    await pair.deliver()
    await share(pair, "Two")
    pair.clock.advance(hours=3)
    await restarted(pair).drain()

    [text] = pair.chat.texts("@bo")
    assert [word for word in text.split() if word in ("One", "Two")] == ["One", "Two"]
    assert await kinds(pair) == [(Kind.AWAY, State.SETTLED), (Kind.LIVE, State.GONE)]


async def test_edits_and_deletions_reach_it(pair: Team) -> None:
    await share(pair, "One", "Two", "Three")
    pair.clock.advance(hours=3)
    await restarted(pair).drain()
    await pair.say("ana", "edit ~1 Won")
    await pair.say("ana", "delete ~2")
    await pair.deliver()
    [text] = pair.chat.texts("@bo")
    for number in (1, 3):
        await pair.say("ana", f"delete ~{number}")
    await pair.deliver()

    assert [word for word in text.split() if word in ("One", "Won", "Two", "Three")] == ["Won", "Three"]
    assert pair.chat.texts("@bo") == []


async def test_what_is_deleted_before_it_came_is_never_shown(pair: Team) -> None:
    await share(pair, "One", "Two", "Three")
    await pair.say("ana", "delete ~2")
    pair.clock.advance(hours=3)
    await restarted(pair).drain()

    [text] = pair.chat.texts("@bo")
    assert "Two" not in text


async def test_a_night_of_quiet_hours_is_no_outage(pair: Team) -> None:
    pair.chat.limits = replace(pair.chat.limits, rings=True)
    pair.clock.advance(hours=10)  # 21:00 in Vienna
    await share(pair, "One", "Two")
    await pair.deliver()
    early = pair.chat.texts("@bo")
    pair.clock.advance(hours=12)
    await restarted(pair).drain()

    assert early == []
    assert [text.split("\n")[1].strip() for text in pair.chat.texts("@bo")] == ["One", "Two"]


async def test_where_no_digest_comes_an_hours_last_message_brings_everything(pair: Team) -> None:
    """Six an hour, one each; the next, an hour after the first, brings all that came meanwhile."""
    await pair.say("bo", "digest off here", "random")
    await pair.deliver()
    for number in range(6):
        await share(pair, f"N{number}")
        await pair.deliver()
    await share(pair, "Late", "Later")
    await pair.deliver()
    held, why = pair.chat.texts("random"), await pair.tell("bo", "why ~7 here", "random")
    pair.clock.advance(hours=1)
    await restarted(pair).drain()

    assert len(held) == 7, "and what says who made it follow"
    assert "There was a lot within the hour, so it comes then, with what else waits." in why
    assert "12:00" in why, "an hour after the first, in Vienna"
    shown = pair.chat.texts("random")[7:]
    assert [word for text in shown for word in text.split() if word in ("Late", "Later")] == ["Late", "Later"]


async def test_more_than_a_message_holds_becomes_a_list(pair: Team) -> None:
    await pair.say("bo", "digest off here", "random")
    pair.world.policy = Policy(zone="Europe/Vienna", channel_cap=1)
    await share(pair, "First")
    await pair.deliver()
    await share(pair, *(f"N{number:02}" for number in range(14)))
    pair.clock.advance(hours=1)
    await restarted(pair).drain()

    assert pair.chat.texts("random")[2].startswith("#random · A lot within the hour · 14 updates")
