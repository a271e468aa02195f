"""Every way in, as people use it: each leads to the same commands, and its answer is for one person alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from bridge.adapters.slack.adapter import Slack
from bridge.adapters.slack.names import PLATFORM
from bridge.app import Bridge
from bridge.commands.intake import Commands
from bridge.model.clock import FixedClock
from bridge.model.command import Call, Reply
from bridge.model.errors import StoreBusy
from bridge.model.kept import Tx
from bridge.model.place import Place
from bridge.services.keeping import EncryptedInbox
from tests.adapters.slack.stage import acme, bridge_at
from tests.fakes.slack import MONDAY, FakeSlack, Fault, Team
from tests.fakes.slack.state import Message


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
async def follower(bridge: Bridge, slack: FakeSlack, team: Team) -> str:
    """A channel in which everything that Ana shares appears."""
    await team.command("U2", "C2", "/bridge", "follow @ana live here")
    await slack.until(lambda: team.messages("C2"))
    return "C2"


def private(team: Team, user: str) -> str:
    """Everything that this person alone was shown in channels, as text."""
    return "\n".join(str(shown.blocks) + shown.text for shown in team.ephemerals(user))


def direct(team: Team, user: str) -> str:
    return "\n".join(str(message.blocks) + message.text for message in team.messages(user))


async def shared(bridge: Bridge, slack: FakeSlack, team: Team, text: str, channel: str = "C2") -> Message:
    """The message that shows this update in a channel, once the bridge knows that it stands there: nobody answers to
    it sooner."""
    found: Message = await slack.until(lambda: next((m for m in team.messages(channel) if text in m.text), None))
    await kept(bridge, lambda tx: tx.outbox.by_message(place(tx, channel).id, found.ts))
    return found


def place(tx: Tx, channel: str) -> Place:
    known = tx.places.at(PLATFORM, "T1", channel, False)
    assert known
    return known


async def kept(bridge: Bridge, look: Callable[[Tx], object]) -> None:
    """Waits until the store says so."""
    for _ in range(2000):
        if await bridge.store.read(look):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within 20 s")


# Commands


async def test_an_alias_shares_what_is_typed_after_it(bridge: Bridge, team: Team) -> None:
    await team.command("U1", "C1", "/update", "Shipping v2 #release")

    assert "Shipping v2" in private(team, "U1")


async def test_a_command_with_nothing_behind_it_explains_what_can_be_typed(bridge: Bridge, team: Team) -> None:
    await team.command("U1", "C1", "/bridge", "")

    assert "/bridge follow" in private(team, "U1")


async def test_a_mistake_gets_a_sentence_and_the_text_back(bridge: Bridge, team: Team) -> None:
    await team.command("U1", "C1", "/bridge", "folow @bo")

    assert "folow" in private(team, "U1")
    assert "/bridge follow" in private(team, "U1")


async def test_a_person_is_named_as_slack_offers_them(bridge: Bridge, team: Team) -> None:
    """Picked from Slack's menu, @bo arrives as an id."""
    await team.command("U2", "C1", "/bridge", "help")

    await team.command("U1", "C1", "/bridge", "follow @bo")

    assert "You follow @bo" in private(team, "U1")


async def test_the_bridge_itself_is_nobody_whom_one_could_follow(bridge: Bridge, team: Team) -> None:
    await team.command("U1", "C1", "/bridge", "follow @bridge")
    await team.command("U1", "C1", "/bridge", "status Thanks to @bridge")

    assert "I know nobody called @bridge" in private(team, "U1")
    assert "You follow @bridge" not in private(team, "U1")
    assert await bridge.store.read(lambda tx: tx.people.count()) == 1


async def test_a_command_that_comes_twice_is_answered_once(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    with mock.patch.object(Commands, "dispatch", autospec=True, side_effect=Commands.dispatch) as dispatched:
        await team.command("U1", "C1", "/bridge", "status Hello")

        await team.sockets.repeat(team.sockets.deliveries[-1])
        await team.command("U1", "C1", "/bridge", "who")

    assert [call.args[1].line for call in dispatched.call_args_list] == ["status Hello", "who"]


async def test_a_slow_store_does_not_keep_the_ack_waiting(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    """The answer follows as soon as there is one. How long it may take: `doors.QUICK`."""
    go, dispatch = asyncio.Event(), Commands.dispatch

    async def slowly(self: Commands, call: Call) -> Reply:
        await go.wait()
        return await dispatch(self, call)

    with mock.patch("bridge.adapters.slack.heard.doors.QUICK", 0.05), mock.patch.object(Commands, "dispatch", slowly):
        acked = await team.command("U1", "C1", "/bridge", "status Hello")
        assert "One moment" in acked.payload["text"]
        go.set()
        await slack.until(lambda: "Hello" in private(team, "U1"))


async def test_a_command_without_its_words_opens_a_form(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.command("U1", "C1", "/update", "")
    await slack.until(lambda: team.modal("U1"))

    done = await team.submit("U1", {"field-text": "From the form"})

    assert done.closed
    await slack.until(lambda: "From the form" in private(team, "U1"))


async def test_a_form_that_cannot_open_is_said_in_words(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    slack.faults.next("views.open", Fault.ERROR("expired_trigger_id"))

    await team.command("U1", "C1", "/update", "")

    await slack.until(lambda: "after the command" in private(team, "U1"))


async def test_what_is_wrong_in_a_form_stands_at_its_field(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.command("U1", "C1", "/update", "")
    await slack.until(lambda: team.modal("U1"))

    done = await team.submit("U1", {"field-text": "x" * 600})

    assert "too long" in done.errors["field-text"]
    assert not done.closed


async def test_a_form_that_takes_long_closes_and_its_answer_follows(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    go, dispatch = asyncio.Event(), Commands.dispatch

    async def slowly(self: Commands, call: Call) -> Reply:
        await go.wait()
        return await dispatch(self, call)

    await team.command("U1", "C1", "/update", "")
    await slack.until(lambda: team.modal("U1"))
    with (
        mock.patch("bridge.adapters.slack.heard.interactions.FORM_WITHIN", 0.05),
        mock.patch.object(Commands, "dispatch", slowly),
    ):
        done = await team.submit("U1", {"field-text": "Late but there"})
        assert done.closed
        go.set()
        await slack.until(lambda: "Late but there" in private(team, "U1"))


# Buttons


async def test_a_button_does_what_its_line_says(bridge: Bridge, slack: FakeSlack, team: Team, follower: str) -> None:
    await team.command("U1", "C1", "/bridge", "status Ship it")
    receipt = team.ephemerals("U1")[-1]

    await shared(bridge, slack, team, "Ship it")

    await team.press("U1", receipt, "Undo")

    await slack.until(lambda: "Ship it" not in str(team.texts(follower)))


async def test_a_button_that_needs_words_opens_a_form(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    await team.command("U1", "C1", "/bridge", "status Ship it")
    message = await shared(bridge, slack, team, "Ship it")

    await team.press("U2", message, "Reply")
    await slack.until(lambda: team.modal("U2"))
    await team.submit("U2", {"field-text": "Congrats"})

    await slack.until(lambda: "Congrats" in private(team, "U2"))


async def test_turning_a_page_replaces_it(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    for number in range(20):
        await team.command("U2", "C1", "/bridge", f"status Update {number}")
    await team.command("U1", "C1", "/bridge", "follow everyone")
    await team.command("U1", "C1", "/bridge", "timeline")
    page = team.ephemerals("U1")[-1]
    before = page.text

    more = next(label for label in team.buttons(page) if "lder" in label or "ore" in label)
    await team.press("U1", page, more)

    await slack.until(lambda: team.ephemerals("U1")[-1].text != before)
    assert len([shown for shown in team.ephemerals("U1") if shown.ts == page.ts]) == 1


# Messages


async def test_a_mention_is_a_command(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.say("U1", "C1", "@bridge status Hello from a mention")

    await slack.until(lambda: "Hello from a mention" in private(team, "U1"))


async def test_our_name_in_the_middle_of_a_sentence_is_no_command(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.say("U1", "C1", "status of @bridge is green")

    await slack.until(lambda: not team.sockets.unacked)
    await team.command("U1", "C1", "/bridge", "who")
    assert await bridge.store.read(lambda tx: tx.posts.by_number(1)) is None


async def test_a_verb_in_the_direct_message_is_a_command(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.say("U1", team.direct("U1"), "status Hello from the DM")

    await slack.until(lambda: "Hello from the DM" in direct(team, "U1").replace("status Hello from the DM", ""))


async def test_a_sentence_in_the_direct_message_asks_whether_to_share_it(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    await team.say("U1", team.direct("U1"), "We have shipped version two today")

    await slack.until(lambda: "Share this?" in direct(team, "U1"))


async def test_chatter_costs_no_write(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    with mock.patch.object(EncryptedInbox, "remember", side_effect=AssertionError("remembered")):
        message = await team.say("U1", "C1", "What's for lunch?")
        await team.say("U2", "C1", "Soup", thread=message.ts)
        await team.react("U2", message, "soup")

        await slack.until(lambda: not team.sockets.unacked)


async def test_an_event_that_could_not_be_remembered_comes_again_and_is_done_once(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    with mock.patch.object(EncryptedInbox, "remember", side_effect=StoreBusy()):
        await team.say("U1", "C1", "@bridge status Hello")
        await asyncio.sleep(0.05)
        assert team.sockets.unacked

    with mock.patch.object(Commands, "hear", autospec=True, side_effect=Commands.hear) as heard:
        await slack.retry_now()
        await slack.until(lambda: "Hello" in private(team, "U1"))
        mention = next(d for d in team.sockets.deliveries if d.event.get("type") == "app_mention")
        await team.sockets.repeat(mention)
        await team.command("U1", "C1", "/bridge", "who")

    assert [call.args[1].key for call in heard.call_args_list] == [f"T1 {mention.event_id}"]


async def test_what_a_crash_left_undone_is_done_at_the_next_start(slack: FakeSlack, team: Team, tmp_path: Path) -> None:
    async with bridge_at(slack, tmp_path, FixedClock(MONDAY)):
        with mock.patch("bridge.adapters._events.Events._put"):
            await team.say("U1", "C1", "@bridge status Before the crash")
            await slack.until(lambda: not team.sockets.unacked)

    async with bridge_at(slack, tmp_path, FixedClock(MONDAY + timedelta(minutes=2))):
        await slack.until(lambda: "Before the crash" in private(team, "U1"))


async def test_an_answer_in_the_thread_of_an_update_asks_whether_to_send_it(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    await team.command("U1", "C1", "/bridge", "status Shipping v2")
    message = await shared(bridge, slack, team, "Shipping v2")

    await team.say("U2", follower, "Well done!", thread=message.ts)

    await slack.until(lambda: "Send" in private(team, "U2"))
    question = team.ephemerals("U2")[-1]
    assert question.thread_ts == message.ts


async def test_a_mention_in_the_thread_of_an_update_means_that_update(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    await team.command("U1", "C1", "/bridge", "status Shipping v2")
    message = await shared(bridge, slack, team, "Shipping v2")

    await team.say("U2", follower, "@bridge reply Congrats", thread=message.ts)

    await slack.until(lambda: "Congrats" in private(team, "U2"))


async def test_where_the_bot_is_not_inside_the_answer_comes_as_a_direct_message(
    bridge: Bridge, slack: FakeSlack, team: Team
) -> None:
    team.channel("C9", "elsewhere", members=["U1", "U2"], creator="U1")
    await team.command("U2", "C9", "/bridge", "status Hello")
    message = await team.say("U1", "C9", "Fixed the login page")

    await team.shortcut("U1", "share_message", message)
    await slack.until(lambda: team.modal("U1"))
    await team.submit("U1", {"field-text": "Fixed the login page for all"})

    await slack.until(lambda: "for all" in direct(team, "U1"))


# Reactions


async def test_the_share_reaction_on_ones_own_message_shares_it_and_edits_follow(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")

    await team.react("U1", message, "mega")
    await shared(bridge, slack, team, "Fixed the login page")
    await team.edit("U1", message, "Fixed the login page at last")
    await shared(bridge, slack, team, "at last")
    await team.remove("U1", message)

    await slack.until(lambda: "login" not in str(team.texts(follower)))


async def test_the_share_reaction_on_anothers_message_asks_them(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")

    await team.react("U2", message, "mega")

    await slack.until(lambda: "Fixed the login page" in direct(team, "U1"))


async def test_taking_the_share_reaction_away_takes_the_update_away(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")
    await team.react("U1", message, "mega")
    await shared(bridge, slack, team, "Fixed the login page")

    await team.unreact("U1", message, "mega")

    await slack.until(lambda: "login" not in str(team.texts(follower)))


# Shortcuts


async def test_the_shortcut_on_ones_own_message_opens_a_form_with_its_words(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")

    await team.shortcut("U1", "share_message", message)
    await slack.until(lambda: team.modal("U1"))
    await team.submit("U1", {"field-text": "Fixed the login page"})
    await shared(bridge, slack, team, "Fixed the login page")
    await team.edit("U1", message, "Fixed and deployed")

    await shared(bridge, slack, team, "Fixed and deployed")


async def test_what_the_shortcuts_form_left_out_is_let_out_by_no_edit(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    message = await team.say("U1", "G1", "Between us: wages. The login page is fixed.")
    await team.shortcut("U1", "share_message", message)
    await slack.until(lambda: team.modal("U1"))
    await team.submit("U1", {"field-text": "The login page is fixed."})
    await shared(bridge, slack, team, "login page")

    await team.edit("U1", message, "Between us: wages! The login page is fixed.")
    edited = len(slack.called("chat.update"))
    await team.remove("U1", message)

    await slack.until(lambda: "login" not in str(team.texts(follower)))
    assert edited == 0
    assert "wages" not in str(team.texts(follower))


async def test_the_shortcut_on_anothers_message_asks_them(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")

    await team.shortcut("U2", "share_message", message)

    await slack.until(lambda: "Fixed the login page" in direct(team, "U1"))
    await slack.until(lambda: "asked first" in private(team, "U2"))


@pytest.mark.parametrize("who", ["U1", "U2"])
async def test_the_shortcut_on_what_is_shared_already_says_so_and_asks_nobody(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str, who: str
) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")
    await team.react("U1", message, "mega")
    await shared(bridge, slack, team, "Fixed the login page")

    await team.shortcut(who, "share_message", message)

    told = await slack.until(lambda: private(team, who) if "shared already: ~1" in private(team, who) else "")
    assert ("edit ~1" in told.partition("shared already")[2]) is (who == "U1")
    assert not team.modal(who)
    assert "would like to share" not in direct(team, "U1")


async def test_the_shortcut_shares_nothing_again_that_was_taken_back(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    message = await team.say("U1", "C1", "Fixed the login page")
    await team.react("U1", message, "mega")
    await shared(bridge, slack, team, "Fixed the login page")
    await team.unreact("U1", message, "mega")
    await slack.until(lambda: "Deleted" in private(team, "U1"))

    await team.shortcut("U1", "share_message", message)

    await slack.until(lambda: "shared before and taken back" in private(team, "U1"))


async def test_the_global_shortcut_opens_an_empty_form(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.shortcut("U1", "share")
    await slack.until(lambda: team.modal("U1"))

    await team.submit("U1", {"field-text": "From anywhere"})

    await slack.until(lambda: "From anywhere" in direct(team, "U1"))


# The rest


async def test_the_home_is_published_when_it_is_opened(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.open_home("U1")

    await slack.until(lambda: team.home("U1"))


async def test_a_button_of_the_home_answers_in_a_window(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    await team.command("U2", "C1", "/bridge", "status Hello")
    await team.open_home("U1")
    await slack.until(lambda: team.home("U1"))
    label = next(iter(team.buttons(team.home("U1"))))

    await team.press("U1", team.home("U1"), label)

    await slack.until(lambda: team.modal("U1"))


async def test_whoever_invites_the_bot_is_asked_privately(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    team.channel("C3", "design", members=["U1"], creator="U1")

    await team.invite("U1", "C3")

    await slack.until(lambda: "design" in private(team, "U1"))


async def test_a_status_of_somebody_who_lets_it_becomes_an_update(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    await team.command("U1", "C1", "/bridge", "settings slack-status on")

    await team.set_status("U1", "Shipping v2 #release", ":mega:")

    await shared(bridge, slack, team, "Shipping v2")


async def test_a_channel_that_sent_us_away_is_paused(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    await team.kick("U1", follower)

    await kept(bridge, lambda tx: place(tx, follower).paused)


async def test_a_like_on_a_delivered_update_is_counted(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    await team.command("U1", "C1", "/bridge", "status Shipping v2")
    message = await shared(bridge, slack, team, "Shipping v2")

    await team.react("U2", message, "+1")

    def likes(tx: Tx) -> int:
        post = tx.posts.by_number(1)
        return tx.posts.stats([post.id])[post.id].likes if post else 0

    await kept(bridge, lambda tx: likes(tx) == 1)


async def test_the_share_reaction_in_a_private_channel_asks_first(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    message = await team.say("U1", "G1", "Between us")

    await team.react("U1", message, "mega")

    await slack.until(lambda: "Between us" in direct(team, "U1"))
    assert "Between us" not in str(team.texts(follower))


async def test_a_withdrawn_token_stops_the_sockets_with_a_sentence(
    bridge: Bridge, slack: FakeSlack, team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    await team.revoke()

    await slack.until(lambda: not team.sockets.connections)
    assert "Install it again" in caplog.text


async def test_tokens_refused_without_a_word_close_the_workspace(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    """What waits for its channels waits on, instead of failing there one by one."""
    team.refuse(team.app_token)
    team.refuse(team.bot_token, "account_inactive")

    await team.sockets.close()

    await kept(bridge, lambda tx: place(tx, follower).paused)


async def test_files_of_a_direct_message_come_along(
    bridge: Bridge, slack: FakeSlack, team: Team, follower: str
) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    file = await team.upload("U1", "plan.png", picture, alt="A plan")

    await team.say("U1", team.direct("U1"), "status With a picture", files=[file])

    await shared(bridge, slack, team, "With a picture")


async def test_what_is_another_apps_is_not_done(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    forged = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "api_app_id": "A9OTHER",
        "user": {"id": "U1"},
        "trigger_id": "another app's",
        "actions": [{"value": "status Forged"}],
        "channel": {"id": "C1", "name": "team"},
    }
    with mock.patch.object(Commands, "dispatch", autospec=True, side_effect=Commands.dispatch) as dispatched:
        adapter = bridge.adapters[PLATFORM]
        assert isinstance(adapter, Slack)

        acme = adapter._teams["T1"]
        acme.us = replace(acme.us, app=team.app_id)
        await adapter.take(forged)
        await adapter.take(forged | {"api_app_id": team.app_id, "trigger_id": "ours"})
        await slack.until(lambda: "Forged" in private(team, "U1"))

    assert [call.args[1].key for call in dispatched.call_args_list] == ["T1 ours"]


async def test_what_slack_says_by_itself_is_nobodys_to_share(bridge: Bridge, slack: FakeSlack, team: Team) -> None:
    team.user("U4", "dan", real_name="Dan Oak")
    await team.join("U4", "C1")
    message = team.messages("C1")[-1]

    await team.react("U4", message, "mega")
    await team.say("U1", "C1", f"<@{team.bot.id}> help", raw=True)

    await slack.until(lambda: private(team, "U1"))
    assert message.subtype == "channel_join"
    assert await bridge.store.read(lambda tx: tx.posts.by_number(1)) is None
