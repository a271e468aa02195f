"""Law 4: nothing of the team in a community's server, in whatever shape; nothing out of a private place without a
yes; nothing to somebody who left."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bridge.adapters.discord.heard.hearing import Hearing
from bridge.adapters.discord.install.permissions import ASKED
from bridge.app import Bridge
from bridge.commands.intake import Commands
from bridge.model.command import Call, Reply
from bridge.model.errors import Transient
from bridge.model.inbound import Inbound
from bridge.model.place import Circle, Workspace
from bridge.model.text import plain
from bridge.services.delivery import digest
from tests.adapters.discord.servers import MovedClock, standing
from tests.adapters.discord.stage import acme, bridge_at
from tests.adapters.discord.test_doors import holding
from tests.fakes.discord import FakeDiscord, Fault, Guild, Interaction, Message

SECRET, OPEN = "Only for the team", "Open to all"
POST, CALLBACK = (
    "POST /channels/{channel_id}/messages",
    "POST /interactions/{interaction_id}/{interaction_token}/callback",
)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def discord(clock: MovedClock) -> AsyncIterator[FakeDiscord]:
    """Acme is the team's. The Club is the community's: Eve (9) is there alone, Bo (2) too."""
    async with FakeDiscord(clock) as discord:
        acme(discord)
        club(discord)
        yield discord


def club(discord: FakeDiscord) -> Guild:
    made = discord.guild("200", "Club", owner="9")
    made.member("9", "eve")
    made.member("2", "bo")
    made.channel("400", "lounge")
    discord.install(discord.bot, made, permissions=ASKED, by="9")
    return made


@pytest.fixture
async def bridge(discord: FakeDiscord, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Bridge]:
    async with bridge_at(discord, tmp_path, clock, community=("200",)) as bridge:
        await met(discord)
        yield bridge


async def met(discord: FakeDiscord) -> None:
    for user, channel in (("1", "300"), ("2", "300"), ("9", "400")):
        await discord.command(user, channel, ("bridge", "help", {}))


async def share(discord: FakeDiscord, text: str, user: str = "1", channel: str = "300") -> Interaction:
    shown = await discord.command(user, channel, "status", {"text": text})
    assert "Shared" in shown.shown, shown.shown
    return shown


async def share_with_all(discord: FakeDiscord, text: str = OPEN, user: str = "1", channel: str = "300") -> None:
    asked = await discord.command(user, channel, "status", {"text": text, "to": "public"})
    done = await discord.press(user, asked, discord.buttons(asked)[0])
    assert "public" in done.shown.lower() or "Shared" in done.shown, done.shown


def follows_here(discord: FakeDiscord, user: str, channel: str, how: str = "live") -> Awaitable[Interaction]:
    return discord.command(user, channel, "follow", {"whom": "@ana", "how": how, "here": True})


def went_to(discord: FakeDiscord, *channels: str) -> str:
    """All that was ever sent to these channels, or changed there."""
    bodies = [call.json for call in discord.calls if call.ids.get("channel_id") in channels]
    return json.dumps(bodies, ensure_ascii=False)


def told(discord: FakeDiscord, user: str) -> str:
    """All that this person alone was ever shown, or would have been."""
    answers = [one for one in discord.interactions.values() if one.user.id == user]
    tokens = {one.token for one in answers}
    shown = [call.json for call in discord.calls if tokens & set(call.ids.values())]
    return f"{shown} {went_to(discord, discord.direct(user).id)}"


# A community's server.


async def test_both_servers_are_what_bridge_toml_says(bridge: Bridge) -> None:
    known = await bridge.store.read(lambda tx: {one.key: one for one in tx.places.workspaces()})

    assert known["100"] == Workspace("discord", "100", "Acme", Circle.TEAM)
    assert known["200"] == Workspace("discord", "200", "Club", Circle.COMMUNITY)


async def test_an_update_for_the_team_is_never_seen_in_a_communitys_server(
    bridge: Bridge, discord: FakeDiscord
) -> None:
    """Though a full member made it follow, and reads there too. What is public arrives, and was shared later."""
    await follows_here(discord, "2", "400")
    await follows_here(discord, "2", "301")

    await share(discord, SECRET)
    await share_with_all(discord)

    await discord.until(lambda: holding(discord, "400", OPEN))
    await discord.until(lambda: holding(discord, "301", SECRET))
    assert SECRET not in went_to(discord, "400")
    assert SECRET not in told(discord, "9")


async def test_nor_is_its_edit_and_nothing_of_it_in_a_thread_there(bridge: Bridge, discord: FakeDiscord) -> None:
    discord.guilds["200"].thread("410", "400", "talk")
    await follows_here(discord, "2", "410")
    await share_with_all(discord, "Open for now")
    await discord.until(lambda: holding(discord, "410", "Open for now"))

    await share(discord, f"{SECRET} #x")
    await discord.command("1", "300", ("bridge", "edit", {"update": "last", "text": f"{SECRET}, edited"}))
    await share_with_all(discord)

    await discord.until(lambda: holding(discord, "410", OPEN))
    assert SECRET not in went_to(discord, "400", "410")


async def test_a_digest_for_a_channel_of_the_communitys_holds_what_is_public(
    bridge: Bridge, discord: FakeDiscord, clock: MovedClock
) -> None:
    for channel in ("400", "301"):
        await follows_here(discord, "2", channel, "digest")
    await share(discord, SECRET)
    await share_with_all(discord)

    await a_digest_later(bridge, clock)

    await discord.until(lambda: holding(discord, "400", OPEN))
    await discord.until(lambda: holding(discord, "301", SECRET))
    assert SECRET not in went_to(discord, "400")


async def a_digest_later(bridge: Bridge, clock: MovedClock) -> None:
    """Until somebody's nine o'clock came, however far that is."""
    for _ in range(24 * 4):
        clock.advance(hours=1)
        if (await digest.tick(bridge.world)).made:
            return
    raise AssertionError("no digest came")


async def test_nothing_that_somebody_of_the_community_can_ask_shows_it(
    bridge: Bridge, discord: FakeDiscord, clock: MovedClock
) -> None:
    await follows_here(discord, "2", "301")
    await share(discord, f"{SECRET} #plans")
    copy = await standing(bridge, discord, "301", SECRET)
    link = f"https://discord.com/channels/100/301/{copy.id}"

    for channel in ("400", "@me"):
        asked: tuple[tuple[Any, ...], ...] = (
            ("bridge", "timeline", {"whom": "everyone"}),
            ("bridge", "timeline", {"whom": "@ana"}),
            ("bridge", "timeline", {"whom": "#plans"}),
            ("bridge", "why", {"update": "~1"}),
            ("bridge", "why", {"update": link}),
            ("bridge", "reply", {"update": "~1"}),
            ("bridge", "reshare", {"update": "~1"}),
            ("bridge", "edit", {"update": "~1"}),
            ("bridge", "who", {"person": "@ana"}),
            ("catchup", {}),
            ("bridge", "timeline", {"here": True}),
        )
        for command in asked:
            await discord.command("9", channel, command)
        await discord.command("9", channel, "follow", {"whom": "@ana", "how": "live"})
        for typing, options, focused in (
            ("follow", {"whom": "#pl"}, "whom"),
            ("bridge why", {"update": "1"}, "update"),
            ("bridge timeline", {"whom": "@an"}, "whom"),
        ):
            choices = await discord.complete("9", channel, typing, options, focused=focused)
            assert "plans" not in str(choices)
            assert "Ana Kovač" not in str(choices)

    def answered(messages: int) -> bool:
        return len(discord.dms("9")) == messages

    for line in ("link ~1", "why ~1", "timeline everyone", "show-more 1", f"<@{discord.bot.user_id}> why ~1"):
        clock.advance(seconds=6)
        before = len(discord.dms("9"))
        await discord.say("9", "@me", line)
        await discord.until(partial(answered, before + 2))

    assert SECRET not in told(discord, "9")
    assert copy.id not in told(discord, "9").replace(link, "")


async def test_buttons_that_somebody_of_the_community_makes_up_show_nothing(
    bridge: Bridge, discord: FakeDiscord
) -> None:
    await follows_here(discord, "2", "400")
    await share(discord, SECRET)
    await share_with_all(discord)
    message = await discord.until(lambda: holding(discord, "400", OPEN))

    for line in (
        "link ~1",
        "why ~1",
        "reply ~1",
        "edit ~1",
        "show-more 1",
        "timeline everyone",
        "reshare ~1",
        "delete ~1",
    ):
        component = {"type": 2, "id": 1, "custom_id": f"0:{line}"}
        await discord._act("9", message, component, None)

    assert SECRET not in told(discord, "9")


async def test_a_mention_of_somebody_in_the_community_takes_it_nowhere(bridge: Bridge, discord: FakeDiscord) -> None:
    await share(discord, f"{SECRET}, @eve")
    await share_with_all(discord, f"{OPEN}, @eve")

    await discord.until(lambda: OPEN in str([m.text for m in discord.dms("9")]))
    assert SECRET not in told(discord, "9")


async def test_a_server_that_an_administrator_calls_community_is_one_at_once(
    discord: FakeDiscord, tmp_path: Path, clock: MovedClock
) -> None:
    labs = discord.guild("600", "Labs", owner="7")
    labs.member("7", "lin")
    labs.channel("800", "bench")
    discord.install(discord.bot, labs, permissions=ASKED, by="7")
    async with bridge_at(discord, tmp_path, clock, team=("100", "600"), community=("200",)) as bridge:
        await met(discord)
        await follows_here(discord, "7", "800")
        await discord.command("7", "@me", "follow", {"whom": "@ana", "how": "live"})
        await share(discord, "Before")
        await discord.until(lambda: holding(discord, "800", "Before"))
        await discord.until(lambda: "Before" in str([m.text for m in discord.dms("7")]))

        await bridge.deeds.circle(["600", "community"])
        clock.advance(seconds=61)
        await share(discord, SECRET)
        await share_with_all(discord)

        await discord.until(lambda: holding(discord, "800", OPEN))
        await discord.until(lambda: OPEN in str([m.text for m in discord.dms("7")]))
        await discord.command("7", "800", ("bridge", "timeline", {"whom": "@ana"}))
        assert SECRET not in went_to(discord, "800")
        assert SECRET not in told(discord, "7")


async def test_a_communitys_server_that_an_administrator_calls_team_stays_one(
    bridge: Bridge, discord: FakeDiscord, clock: MovedClock
) -> None:
    """bridge.toml says community: the narrower of both counts."""
    await follows_here(discord, "2", "400")
    await bridge.deeds.circle(["200", "team"])
    clock.advance(seconds=61)

    await share(discord, SECRET)
    await share_with_all(discord)

    await discord.until(lambda: holding(discord, "400", OPEN))
    await discord.command("9", "400", ("bridge", "timeline", {"whom": "everyone"}))
    assert SECRET not in went_to(discord, "400")
    assert SECRET not in told(discord, "9")


# Whoever left.


async def test_whoever_left_the_teams_server_gets_nothing_of_the_team_any_more(
    bridge: Bridge, discord: FakeDiscord, clock: MovedClock
) -> None:
    """Bo is of the community still."""
    await discord.command("2", "@me", "follow", {"whom": "@ana", "how": "live"})
    await share(discord, "While you were here")
    await discord.until(lambda: "While you were" in str([m.text for m in discord.dms("2")]))
    await discord.leave("100", "2")
    clock.advance(seconds=61)

    await share(discord, SECRET)
    await share_with_all(discord)

    await discord.until(lambda: OPEN in str([m.text for m in discord.dms("2")]))
    for channel in ("@me", "400"):
        await discord.command("2", channel, ("bridge", "timeline", {"whom": "everyone"}))
        await discord.command("2", channel, ("bridge", "why", {"update": "~2"}))
    assert SECRET not in told(discord, "2")


async def test_nor_does_their_digest_hold_it(bridge: Bridge, discord: FakeDiscord, clock: MovedClock) -> None:
    await discord.command("2", "@me", "follow", {"whom": "@ana", "how": "digest"})
    await share(discord, SECRET)
    await share_with_all(discord)
    await discord.leave("100", "2")

    await a_digest_later(bridge, clock)

    await discord.until(lambda: OPEN in str([m.text for m in discord.dms("2")]))
    assert SECRET not in told(discord, "2")


async def test_whoever_left_all_servers_is_a_stranger(bridge: Bridge, discord: FakeDiscord, clock: MovedClock) -> None:
    await discord.command("2", "@me", "follow", {"whom": "@ana", "how": "live"})
    await discord.leave("100", "2")
    await discord.leave("200", "2")
    clock.advance(seconds=61)
    await share(discord, SECRET)

    answer = await discord.command("2", "@me", ("bridge", "timeline", {"whom": "everyone"}))
    choices = await discord.complete("2", "@me", "follow", {"whom": "@an"}, focused="whom")

    assert "members of" in answer.shown
    assert choices == []
    assert SECRET not in told(discord, "2")


async def test_while_nobody_knows_whether_they_left_nothing_goes_out(
    bridge: Bridge, discord: FakeDiscord, clock: MovedClock
) -> None:
    await discord.command("2", "@me", "follow", {"whom": "@ana", "how": "live"})
    clock.advance(seconds=61)
    await met_again(discord, "1")
    discord.faults.next("GET /guilds/{guild_id}/members/{user_id}", Fault.WRONG_JSON, times=100)

    await share(discord, SECRET)
    await discord.until(lambda: discord.faults.left < 100)
    assert SECRET not in told(discord, "2")

    discord.faults.clear()
    clock.advance(minutes=20)
    await share(discord, "Another")
    await discord.until(lambda: SECRET in str([m.text for m in discord.dms("2")]))


async def met_again(discord: FakeDiscord, user: str) -> None:
    await discord.command(user, "300", ("bridge", "help", {}))


async def test_what_was_said_before_leaving_is_answered_as_to_a_guest(
    discord: FakeDiscord, tmp_path: Path, clock: MovedClock
) -> None:
    """The event came with a member of the team; it was worked on when they were none any more."""

    async def fails(*_: object) -> None:
        raise Transient(reason="the database is out of reach")

    with mock.patch.object(Hearing, "work", fails):
        async with bridge_at(discord, tmp_path, clock, community=("200",)) as bridge:
            await met(discord)
            await share(discord, SECRET)
            await share_with_all(discord)
            await discord.say("2", "300", f"<@{discord.bot.user_id}> timeline everyone")
            held: Any = bridge.adapters["discord"]
            await discord.until(lambda: held._incoming._events._held)
    await discord.leave("100", "2")
    clock.advance(hours=1)

    async with bridge_at(discord, tmp_path, clock, community=("200",)):
        await discord.until(lambda: OPEN in str([m.text for m in discord.dms("2")]))

    assert SECRET not in told(discord, "2")


# Out of private places.


@pytest.fixture
async def reading(discord: FakeDiscord, tmp_path: Path, clock: MovedClock) -> AsyncIterator[Bridge]:
    """A bridge that may read ordinary messages; #news follows Ana and Bo live."""
    discord.bot.content_intent = True
    async with bridge_at(discord, tmp_path, clock, community=("200",), message_content=True) as bridge:
        await met(discord)
        await follows_here(discord, "2", "301")
        await discord.command("2", "301", "follow", {"whom": "@bo", "how": "live", "here": True})
        yield bridge


def private_places(discord: FakeDiscord) -> dict[str, str]:
    """Channel ids: of a private channel, a thread in one, a private thread in a public one."""
    acme = discord.guilds["100"]
    acme.thread("320", "302", "whispers")
    acme.thread("321", "300", "huddle", private=True, members=["1", "2", discord.bot.user_id])
    return {"channel": "302", "thread of it": "320", "private thread": "321"}


PRIVATE = ["channel", "thread of it", "private thread"]


@pytest.mark.parametrize("place", PRIVATE)
async def test_a_reaction_in_a_private_place_asks_its_author_though_it_is_their_own(
    reading: Bridge, discord: FakeDiscord, place: str
) -> None:
    said = await discord.say("1", private_places(discord)[place], SECRET)

    await discord.react("1", said, "📣")
    question = await discord.until(lambda: asking(discord, "1"))
    await share(discord, "Later")
    await discord.until(lambda: holding(discord, "301", "Later"))
    assert SECRET not in went_to(discord, "301")

    await discord.press("1", question, "Share")
    await discord.until(lambda: holding(discord, "301", SECRET))


def asking(discord: FakeDiscord, user: str) -> Message | None:
    """The question in a direct message, with the words it is about."""
    return next((one for one in discord.dms(user) if SECRET in one.text and one.components), None)


async def test_in_a_public_channel_ones_own_is_shared_at_once(reading: Bridge, discord: FakeDiscord) -> None:
    """Else the tests above would show nothing."""
    discord.guilds["100"].thread("310", "300", "talk")
    for channel, words in (("300", "In the channel"), ("310", "In its thread")):
        said = await discord.say("1", channel, words)
        await discord.react("1", said, "📣")
        await discord.until(partial(holding, discord, "301", words))


@pytest.mark.parametrize("place", PRIVATE)
async def test_a_message_shared_from_its_menu_comes_from_a_private_place(
    reading: Bridge, discord: FakeDiscord, place: str
) -> None:
    """Whatever the interaction tells: it does not say who may read there."""
    said = await discord.say("1", private_places(discord)[place], SECRET)
    with calls() as seen:
        form = await discord.menu("1", said, "Share as update")
        await discord.submit("1", form, {"field-text": SECRET})

    assert [call.where.private for call in seen] == [True] * len(seen)
    around = "302" if place != "private thread" else "321"
    assert {call.where.key for call in seen} == {around}


async def test_from_a_public_one_it_does_not(reading: Bridge, discord: FakeDiscord) -> None:
    discord.guilds["100"].thread("310", "300", "talk")
    with calls() as seen:
        for channel in ("300", "310"):
            said = await discord.say("1", channel, f"In {channel}")
            form = await discord.menu("1", said, "Share as update")
            await discord.submit("1", form, {"field-text": f"In {channel}"})

    assert {(call.where.key, call.where.private) for call in seen} == {("300", False)}


@contextmanager
def calls() -> Iterator[list[Call]]:
    """What was asked of the core."""
    seen, dispatch = list[Call](), Commands.dispatch

    async def watched(self: Commands, call: Call) -> Reply:
        seen.append(call)
        return await dispatch(self, call)

    with mock.patch.object(Commands, "dispatch", watched):
        yield seen
    assert seen


@pytest.mark.parametrize("place", ["channel", "private thread"])
async def test_of_somebody_elses_message_its_author_alone_is_asked(
    reading: Bridge, discord: FakeDiscord, place: str
) -> None:
    said = await discord.say("2", private_places(discord)[place], SECRET)

    asked = await discord.menu("1", said, "Share as update")

    assert SECRET not in asked.shown
    question = await discord.until(lambda: asking(discord, "2"))
    assert SECRET not in went_to(discord, "301", discord.direct("1").id)
    await discord.press("2", question, "Share")
    await discord.until(lambda: holding(discord, "301", SECRET))


async def test_a_channel_that_became_private_is_private_at_once(reading: Bridge, discord: FakeDiscord) -> None:
    said = await discord.say("1", "300", SECRET)
    await discord.set_overwrite("300", discord.bot.user_id, allow=ASKED)
    for user in ("1", "2"):
        await discord.set_overwrite("300", user, allow=ASKED)
    await discord.set_overwrite("300", "100", deny=1 << 10)

    await discord.react("1", said, "📣")

    await discord.until(lambda: asking(discord, "1"))
    assert SECRET not in went_to(discord, "301")


async def test_an_answer_in_a_private_thread_asks_each_time(reading: Bridge, discord: FakeDiscord) -> None:
    """Also after "always": what was said there is read by some alone."""
    await follows_here(discord, "1", "302")
    await share(discord, "Who can test the importer?")
    copy = await standing(reading, discord, "302", "importer")
    await standing(reading, discord, "301", "importer")
    thread = await discord.thread_from("2", copy, "Importer")
    await discord.say("2", thread.id, f"{SECRET}: me")
    question = await discord.until(lambda: asking(discord, "2"))
    await discord.press("2", question, "Always" if "Always" in discord.buttons(question) else "Send")
    await discord.until(lambda: holding(discord, "301", f"{SECRET}: me"))

    await discord.say("2", thread.id, f"{SECRET}: not me")

    await discord.until(lambda: any(f"{SECRET}: not me" in one.text for one in discord.dms("2")))
    assert "not me" not in went_to(discord, "301")


async def test_what_its_author_left_out_stays_out_when_the_message_is_edited(
    reading: Bridge, discord: FakeDiscord
) -> None:
    """Discord does not tell what a message said before."""
    said = await discord.say("1", "300", f"Shipping v2. {SECRET}: the budget is gone")
    form = await discord.menu("1", said, "Share as update")
    await discord.submit("1", form, {"field-text": "Shipping v2."})
    heard, hear = list[Inbound](), Commands.hear

    async def watched(self: Commands, event: Inbound) -> Reply | None:
        reply = await hear(self, event)
        heard.append(event)
        return reply

    with mock.patch.object(Commands, "hear", watched):
        await discord.edit("1", said, f"Shipping v2! {SECRET}: the budget is gone")
        await discord.until(lambda: heard)

    post = await reading.store.read(lambda tx: tx.posts.by_number(1))
    assert post is not None
    assert SECRET not in plain(post.text)


async def test_where_nothing_was_left_out_edits_follow(reading: Bridge, discord: FakeDiscord) -> None:
    said = await discord.say("1", "300", "Shipping v2")
    form = await discord.menu("1", said, "Share as update")
    await discord.submit("1", form, {"field-text": "Shipping v2"})
    await discord.until(lambda: holding(discord, "301", "Shipping v2"))

    await discord.edit("1", said, "Shipping v3")

    await discord.until(lambda: holding(discord, "301", "Shipping v3"))
