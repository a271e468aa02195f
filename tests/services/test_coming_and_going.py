"""The bridge is invited and removed; accounts and whole workspaces close, and come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.model.command import Reply, Where, Who
from bridge.model.compose.text import card_text
from bridge.model.errors import Unreachable
from bridge.model.inbound import Closed, HomeOpened, Joined, Left, Message, Opened, Profiled, Reacted
from bridge.model.kept import Tx
from bridge.model.person import Profile
from bridge.model.place import Members, PlaceKind
from bridge.model.post import Origin
from bridge.services.delivery import digest
from bridge.services.sharing.hear import REMOVED
from bridge.services.sharing.publish import Draft, publish
from tests.services.conftest import CHAT, HOME, Team

DEV = Where(CHAT, HOME, "dev", name="dev")


def who(user: str) -> Who:
    return Who(CHAT, HOME, user, user)


@pytest.fixture
async def team(lite: Team) -> Team:
    for user in ("ana", "bo"):
        await lite.say(user, "help")
    return lite


async def invited(team: Team, by: str | None = "ana", where: Where = DEV, key: str = "joined") -> Reply | None:
    return await team.intake.hear(Joined(key, where, who(by) if by else None))


async def test_whoever_invites_the_bridge_is_asked(team: Team) -> None:
    reply = await invited(team)

    assert reply is not None
    assert card_text(reply.card) == (
        "Make #dev a feed?\nThen the team's updates come here: once a day, or as they are shared.\n"
        "[Daily 09:00] [Live] [Not now]"
    )
    assert [action.line for action in reply.card.actions] == [
        "follow everyone digest here",
        "follow everyone live here",
        "not-now",
    ]


async def test_to_a_private_channel_too(team: Team) -> None:
    reply = await invited(team, where=Where(CHAT, HOME, "board", name="board", private=True))

    assert reply is not None
    assert reply.card.title == "Make #board a feed?"


async def test_one_press_makes_it_a_feed(team: Team) -> None:
    reply = await invited(team)
    assert reply is not None
    await team.say("ana", reply.card.actions[1].line, "dev")
    await team.say("bo", "status Hello", "random")
    await team.deliver()

    assert "Hello" in team.chat.texts("dev")[-1]


async def test_not_now_says_how_to_do_it_later(team: Team) -> None:
    told = await team.say("ana", "not-now", "dev")

    assert card_text(told.card) == "All right. To do it later, type /follow everyone here."
    assert told.replaces


async def test_who_may_not_make_it_a_feed_is_asked_for_what_they_may(team: Team) -> None:
    """Given Bo, who neither created the channel nor is an administrator."""
    reply = await invited(team, by="bo")
    assert reply is not None
    pressed = [await team.say("bo", action.line, "dev") for action in reply.card.actions]

    assert card_text(reply.card) == (
        "Show your updates in #dev?\n"
        "Then what you share comes here, too, at once.\n"
        "Whoever created the channel, or an administrator, can make it a feed of the whole team: /follow everyone here"
        "  [Show my updates here] [Not now]"
    )
    assert [action.line for action in reply.card.actions] == ["follow @bo live here", "not-now"]
    assert all(answer.ok for answer in pressed)
    assert card_text(pressed[-1].card) == "All right. To do it later, type /follow @bo here."


async def test_in_a_big_channel_they_are_asked_for_less(team: Team) -> None:
    team.chat.members_of["dev"] = Members(known=True, team=True, count=51)
    reply = await invited(team, by="bo")
    assert reply is not None
    pressed = await team.say("bo", reply.card.actions[0].line, "dev")

    assert "Then what you share comes here, too, once a day." in card_text(reply.card)
    assert pressed.ok


async def test_whoever_created_the_channel_may_make_it_a_feed(team: Team) -> None:
    team.chat.owners["dev"] = "bo"
    reply = await invited(team, by="bo")

    assert reply is not None
    assert reply.card.title == "Make #dev a feed?"


async def test_an_invitation_heard_twice_asks_once(team: Team) -> None:
    assert await invited(team) is not None
    assert await invited(team) is None


async def test_nobody_and_no_guest_is_asked(team: Team) -> None:
    team.chat.profiles["guest"] = Profile("guest", guest=True)

    assert await invited(team, by=None) is None
    assert await invited(team, by="guest", key="guest") is None
    assert await invited(team, where=Where(CHAT, HOME, "ana", PlaceKind.DIRECT), key="direct") is None


async def test_removed_it_says_nothing_there_and_invited_again_it_goes_on(team: Team) -> None:
    await team.say("ana", "follow @bo live here", "dev")
    await team.deliver()
    before = len(team.chat.texts("dev"))
    await team.intake.hear(Left("left", DEV))
    await team.say("bo", "status Meanwhile", "random")
    await team.deliver()
    meanwhile = len(team.chat.texts("dev")) - before
    back = await invited(team)
    await team.say("bo", "status Hello", "random")
    await team.deliver()

    assert meanwhile == 0
    assert back is not None
    assert card_text(back.card) == "I'm back. What #dev follows comes here again.\n[What it follows]"
    assert "Hello" in team.chat.texts("dev")[-1]


INVITE = "I'm not in the channel. Type /invite @bridge there."


def notes(team: Team, user: str = "@bo") -> list[str]:
    return [text for text in team.chat.texts(user) if "any more" in text]


async def test_whoever_made_a_place_follow_is_told_once_why_nothing_comes_there(team: Team) -> None:
    await team.say("bo", "follow @ana live here", "dev")
    await team.intake.hear(Left("left", DEV, INVITE))
    await team.intake.hear(Left("left, said in another way", DEV, INVITE))
    await team.say("ana", "status Meanwhile", "random")
    await team.deliver()

    assert notes(team) == [
        f"I can't write in #dev any more: {INVITE} Its updates wait until it is open again. If they don't come then, "
        "type /resume here in it."
    ]
    assert notes(team, "@ana") == []


async def test_of_a_place_that_is_gone_for_good_they_are_told_no_way_back(team: Team) -> None:
    await team.say("bo", "follow @ana live here", "dev")
    await team.intake.hear(Left("left", DEV, "The channel was deleted.", gone=True))
    await team.deliver()

    assert notes(team) == [
        "I can't write in #dev any more: The channel was deleted. Another channel can follow instead: there, "
        "type /follow @ana here."
    ]


async def test_they_are_not_told_again_after_a_message_could_not_be_sent_there(team: Team) -> None:
    await team.say("bo", "follow @ana live here", "dev")
    await team.deliver()
    team.chat.failing = [Unreachable(reason=INVITE)]
    await team.say("ana", "status Meanwhile", "random")
    await team.deliver()
    team.clock.advance(days=2)
    await team.intake.hear(Left("left", DEV, INVITE))
    await team.deliver()

    assert len(notes(team)) == 1


async def test_nobody_is_told_of_a_place_that_follows_nothing_or_was_stopped(team: Team) -> None:
    await team.say("bo", "follow @ana live here", "dev")
    await team.say("bo", "stop here", "dev")
    await team.intake.hear(Left("left", DEV, INVITE))
    await team.intake.hear(Left("left too", Where(CHAT, HOME, "random", name="random"), INVITE))
    await team.deliver()

    assert notes(team) == []


async def test_what_somebody_stopped_stays_stopped(team: Team) -> None:
    await team.say("ana", "follow @bo live here", "dev")
    await team.say("ana", "stop here", "dev")
    await team.intake.hear(Left("left", DEV))
    back = await invited(team)
    await team.say("bo", "status Hello", "random")
    await team.deliver()

    assert back is None
    assert not any("Hello" in text for text in team.chat.texts("dev"))


# Accounts and workspaces that close.


async def close(team: Team, user: str | None, workspace: str = HOME) -> None:
    await team.intake.hear(Closed(f"closed {user} {workspace}", CHAT, workspace, who(user) if user else None))


async def next_morning(team: Team, day: int = 24) -> None:
    team.clock.set(datetime(2026, 11, day, 8, 30, tzinfo=UTC))
    await digest.tick(team.world)
    await team.deliver()


async def everything_for_bo(team: Team) -> None:
    """A live follow, a mention, a reply, a digest: all that can bring something to Bo."""
    await team.say("bo", "status First")
    await team.say("bo", "follow @ana live")
    await team.say("bo", "follow #release")
    await close(team, "bo")
    await team.say("ana", "status Live")
    await team.say("ana", "status For @bo")
    await team.say("ana", "reply ~1 An answer")
    await team.say("cy", "status Shipping #release")
    await team.deliver()


async def test_a_closed_account_gets_nothing_in_any_way(team: Team) -> None:
    await everything_for_bo(team)
    await next_morning(team)

    assert team.chat.texts("@bo") == []
    assert not [place for _, place in team.chat.requests if place == "@bo"]


@pytest.mark.parametrize("by", ["calling", "opening home"])
async def test_back_again_it_gets_what_waited(team: Team, by: str) -> None:
    await everything_for_bo(team)
    await next_morning(team)
    if by == "calling":
        await team.say("bo", "help", "general")
    else:
        await team.intake.hear(HomeOpened("home", who("bo")))
    await team.say("ana", "status Again")
    await next_morning(team, 25)
    told = "\n".join(team.chat.texts("@bo"))

    assert "Again" in told
    assert "Shipping" in told


async def test_a_reaction_to_its_old_message_does_not_bring_it_back(team: Team) -> None:
    await close(team, "bo")
    said = Message(DEV, "900", who("bo"), "Apples", team.clock.now())
    await team.intake.hear(Reacted("reacted", who("ana"), DEV, "900", "📣", said))
    await team.deliver()

    assert team.chat.texts("@bo") == []


async def paused(team: Team) -> dict[str, str | None]:
    """By the names that Chat gives places."""
    keys = {"@ana": ("ana", True), "@bo": ("bo", True), "dev": ("dev", False), "random": ("random", False)}

    def look(tx: Tx) -> dict[str, str | None]:
        found = {name: tx.places.at(CHAT, HOME, *key) for name, key in keys.items()}
        return {name: place.paused for name, place in found.items() if place}

    return await team.store.read(look)


async def test_a_closed_workspace_pauses_its_channels_and_direct_messages(team: Team) -> None:
    await team.say("ana", "follow @bo live here", "dev")
    await team.say("ana", "follow @bo live")
    await team.deliver()
    requests = len(team.chat.requests)
    await close(team, None)
    bo = await team.store.read(lambda tx: tx.people.by_handle("bo"))
    assert bo is not None
    await publish(team.world, Draft(bo, "From elsewhere", Origin(CHAT, "elsewhere", "1")))
    await team.deliver()

    assert set((await paused(team)).values()) == {"its workspace was closed"}
    assert len(team.chat.requests) == requests


@pytest.mark.parametrize("by", ["a call", "getting in"])
async def test_a_workspace_that_is_open_again_goes_on_but_not_where_the_bridge_was_removed(team: Team, by: str) -> None:
    await team.say("ana", "help", "random")
    await team.say("ana", "help", "dev")
    await team.intake.hear(Left("left", DEV))
    await close(team, None)
    if by == "a call":
        await team.say("bo", "help", "random")
    else:
        await team.intake.hear(Opened("start 1", CHAT, HOME))

    assert await paused(team) == {"@ana": None, "@bo": None, "dev": REMOVED, "random": None}


async def test_another_workspace_is_none_of_its_business(team: Team) -> None:
    await team.say("ana", "help", "random")
    await close(team, None, "elsewhere")

    assert set((await paused(team)).values()) == {None}


async def test_who_becomes_a_guest_reads_no_more_of_the_team(lite: Team) -> None:
    """Given an update that waits for Bo, who is made a guest before it comes."""
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    await lite.say("ana", "status Only for the team")
    bo = Who(CHAT, HOME, "bo")

    await lite.intake.hear(Profiled("e1", bo, Profile("Bo", handle="bo", guest=True)))
    await lite.deliver()
    assert lite.chat.texts("@bo") == []

    await lite.intake.hear(Profiled("e2", bo, Profile("Bo", handle="bo")))
    await lite.say("ana", "status Welcome back")
    await lite.deliver()
    assert "Welcome back" in str(lite.chat.texts("@bo"))


async def test_a_new_name_and_picture_stand_on_what_comes_next(lite: Team) -> None:
    await lite.say("bo", "follow #release live")
    await lite.say("ana", "help")
    there = "https://pictures.example/ana.png"

    await lite.intake.hear(Profiled("e1", Who(CHAT, HOME, "ana"), Profile("Ana Kovač", picture=there)))
    await lite.intake.hear(Profiled("e2", Who(CHAT, HOME, "stranger"), Profile("Nobody")))
    await lite.say("ana", "status Shipping v2 #release")
    await lite.deliver()

    [card] = lite.chat.messages["@bo"].values()
    assert card.byline is not None
    assert (card.byline.name, card.byline.picture) == ("Ana Kovač", there)
    assert not await lite.store.read(lambda tx: tx.people.search("nobody", 5))
