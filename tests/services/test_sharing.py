"""Sharing an ordinary message by reaction, with its author's consent; and likes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.command import Reply, Where, Who
from bridge.model.compose.text import card_text
from bridge.model.inbound import Message, Reacted, Removed, Unreacted
from bridge.model.place import PlaceKind
from bridge.model.post import Upload
from bridge.services.sharing import share
from tests.services.conftest import CHAT, HOME, Team

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"


class Room:
    """A channel where people write ordinary messages and react to them."""

    def __init__(self, team: Team) -> None:
        self.team, self._events = team, 0

    def where(self, channel: str = "general", private: bool = False) -> Where:
        if channel.startswith("@"):
            return Where(CHAT, HOME, channel[1:], PlaceKind.DIRECT)
        return Where(CHAT, HOME, channel, name=channel, private=private)

    def said(self, author: str, text: str, private: bool = False) -> Message:
        return Message(self.where(private=private), "900", Who(CHAT, HOME, author, author), text, self.team.clock.now())

    async def react(
        self, who: str, emoji: str, message: str | Message, channel: str = "general", key: str = ""
    ) -> Reply | None:
        self._events += 1
        subject = message if isinstance(message, Message) else None
        where = subject.where if subject else self.where(channel)
        id = subject.id if subject else str(message)
        event = Reacted(key or f"e{self._events}", Who(CHAT, HOME, who, who), where, id, emoji, subject)
        return await self.team.intake.hear(event)

    async def unreact(self, who: str, emoji: str, message: str, channel: str = "general") -> Reply | None:
        self._events += 1
        event = Unreacted(f"e{self._events}", Who(CHAT, HOME, who, who), self.where(channel), message, emoji)
        return await self.team.intake.hear(event)


@pytest.fixture
async def room(lite: Team) -> Room:
    await lite.say("ana", "help")
    await lite.say("bo", "help")
    return Room(lite)


async def timeline(room: Room) -> str:
    return await room.team.tell("cy", "timeline everyone")


async def question(room: Room, user: str = "ana") -> dict[str, str]:
    """The question's buttons: label -> line."""
    await room.team.deliver()
    [card] = room.team.chat.messages[f"@{user}"].values()
    return {action.label: action.line for action in card.actions}


async def test_ones_own_public_message_is_shared_at_once_with_undo(room: Room) -> None:
    reply = await room.react("ana", "📣", room.said("ana", "Apples"))

    assert reply is not None
    assert "Undo" in card_text(reply.card)
    assert "Apples" in await timeline(room)


async def test_an_event_heard_twice_shares_once(room: Room) -> None:
    for _ in range(2):
        await room.react("ana", "📣", room.said("ana", "Apples"), key="same")

    assert (await timeline(room)).count("Apples") == 1


async def test_taking_ones_reaction_away_undoes_it(room: Room) -> None:
    await room.react("ana", "📣", room.said("ana", "Apples"))
    reply = await room.unreact("ana", "📣", "900")

    assert reply is not None
    assert "Apples" not in await timeline(room)


async def test_a_strangers_taking_away_undoes_nothing(room: Room) -> None:
    await room.react("ana", "📣", room.said("ana", "Apples"))
    await room.unreact("bo", "📣", "900")

    assert "Apples" in await timeline(room)


@pytest.mark.parametrize(("sharer", "private"), [("bo", False), ("ana", True), ("bo", True)])
async def test_anybody_elses_or_a_private_message_asks_its_author_first(room: Room, sharer: str, private: bool) -> None:
    reply = await room.react(sharer, "📣", room.said("ana", "Apples", private))
    asked = await question(room)

    assert reply is None
    assert list(asked) == ["Share", "No", "Never ask me"]
    assert "people, not the community" in room.team.chat.texts("@ana")[0]
    assert "Apples" not in await timeline(room)


async def test_one_message_is_asked_about_once(room: Room) -> None:
    for user in ("bo", "cy", "bo"):
        await room.react(user, "📣", room.said("ana", "Apples"))
    await room.team.deliver()

    assert len(room.team.chat.texts("@ana")) == 1


async def test_a_yes_shares_and_the_question_says_so(room: Room) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    await room.team.say("ana", asked["Share"], "@")
    await room.team.deliver()

    assert "ana" in await timeline(room)
    assert room.team.chat.texts("@ana") == ["Shared. Thank you."]


async def test_a_no_shares_nothing(room: Room) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    await room.team.say("ana", asked["No"], "@")
    late = await room.team.say("ana", asked["Share"], "@")

    assert not late.ok
    assert "Apples" not in await timeline(room)


async def test_nobody_but_the_author_can_answer(room: Room) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    reply = await room.team.say("bo", asked["Share"], "@")

    assert not reply.ok
    assert "Apples" not in await timeline(room)


async def test_never_ends_the_questions_and_the_open_one(room: Room) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    await room.team.say("ana", asked["Never ask me"], "@")
    other = Message(room.where(), "901", Who(CHAT, HOME, "ana", "ana"), "Other", room.team.clock.now())
    await room.react("bo", "📣", other)
    await room.team.deliver()
    late = await room.team.say("ana", asked["Share"], "@")

    assert room.team.chat.texts("@ana") == ["Not shared."]
    assert not late.ok


async def test_a_question_lapses_after_two_days(room: Room) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    room.team.clock.advance(hours=47, minutes=59)
    early = await share.lapse(room.team.world)
    room.team.clock.advance(minutes=1)
    late = await share.lapse(room.team.world)
    reply = await room.team.say("ana", asked["Share"], "@")
    await room.team.deliver()

    assert (early, late, reply.ok) == (0, 1, False)
    assert "nobody answered" in room.team.chat.texts("@ana")[0]


async def test_the_sharer_can_take_the_question_back(room: Room) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    await room.unreact("bo", "📣", "900")
    reply = await room.team.say("ana", asked["Share"], "@")

    assert not reply.ok
    assert "Apples" not in await timeline(room)


@pytest.mark.parametrize("who", ["ana", "bo"])
async def test_after_a_yes_sharer_and_author_can_undo_it(room: Room, who: str) -> None:
    await room.react("bo", "📣", room.said("ana", "Apples"))
    asked = await question(room)
    await room.team.say("ana", asked["Share"], "@")
    await room.unreact(who, "📣", "900")
    await room.unreact(who, "📣", "900")
    await room.team.deliver()

    assert "Apples" not in await timeline(room)
    told = [text for text in room.team.chat.texts("@ana") if "took back what they had you share: ~1" in text]
    assert len(told) == (1 if who == "bo" else 0)


async def test_what_was_taken_back_is_not_shared_again_by_a_reaction(room: Room) -> None:
    await room.react("ana", "📣", room.said("ana", "Apples"))
    await room.unreact("ana", "📣", "900")
    reply = await room.react("ana", "📣", room.said("ana", "Apples"))

    assert reply is not None
    assert "taken back" in card_text(reply.card)
    assert "Apples" not in await timeline(room)


# Likes.


async def likes(room: Room, number: int = 1) -> int:
    def count(tx) -> int:  # type: ignore[no-untyped-def]
        post = tx.posts.by_number(number)
        return tx.posts.stats([post.id])[post.id].likes  # type: ignore[no-any-return]

    return await room.team.store.read(count)


async def standing(room: Room, place: str) -> list[str]:
    await room.team.deliver()
    return sorted(room.team.chat.messages[place])


async def test_a_like_counts_once_a_person_over_all_places(room: Room) -> None:
    team = room.team
    await team.say("bo", "follow @ana live")
    await team.say("ana", "status One")
    [direct] = await standing(room, "@bo")
    await team.say("bo", "follow @ana live here", "random")
    await team.say("ana", "status Two")
    channel = (await standing(room, "random"))[-1]
    direct = (await standing(room, "@bo"))[-1]

    await room.react("bo", "👍", direct, "@bo")
    await room.react("bo", "👍🏽", channel, "random")
    await room.react("cy", "❤️", channel, "random")
    both = await likes(room, 2)
    await room.unreact("bo", "👍", direct, "@bo")
    still = await likes(room, 2)
    await room.unreact("bo", "👍", channel, "random")

    assert (both, still, await likes(room, 2)) == (2, 2, 1)


async def test_a_like_of_a_joined_message_or_a_digest_counts_for_none(room: Room) -> None:
    team = room.team
    await team.say("bo", "follow @ana live")
    await team.say("cy", "follow @ana")
    for number in range(4):
        await team.say("ana", f"status N{number}")
    [joined] = await standing(room, "@bo")
    await team.say("cy", "digest now")
    [digest] = await standing(room, "@cy")

    await room.react("bo", "👍", joined, "@bo")
    await room.react("cy", "👍", digest, "@cy")

    assert [await likes(room, number) for number in (1, 2, 3, 4)] == [0, 0, 0, 0]


async def test_other_reactions_are_no_likes(room: Room) -> None:
    await room.team.say("bo", "follow @ana live")
    await room.team.say("ana", "status One")
    [message] = await standing(room, "@bo")

    await room.react("bo", "🤔", message, "@bo")

    assert await likes(room) == 0


async def test_a_message_shared_after_a_yes_keeps_its_picture(room: Room) -> None:
    picture = Upload("board.png", PNG, alt="green build board")
    await room.react("bo", "📣", replace(room.said("ana", "Apples"), files=(picture,)))
    asked = await question(room)

    reply = await room.team.say("ana", asked["Share"])

    assert reply.post is not None
    post = await room.team.store.read(lambda tx: tx.posts.get(reply.post))
    assert post is not None
    assert [(a.alt, a.size) for a in post.attachments] == [("green build board", len(PNG))]
    assert await room.team.store.read(lambda tx: tx.memory.media(post.attachments[0].digest)) == PNG


async def test_an_event_that_was_interrupted_counts_when_it_comes_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = room.said("ana", "Apples")
    with monkeypatch.context() as patch:
        patch.setattr(share, "share_message", _power_cut)
        with pytest.raises(ConnectionError):
            await room.react("ana", "📣", message, key="same")

    await room.react("ana", "📣", message, key="same")

    assert (await timeline(room)).count("Apples") == 1


async def _power_cut(*_: object) -> None:
    raise ConnectionError


@pytest.mark.parametrize(
    ("sharer", "private", "title"),
    [
        ("ana", True, "Share what you wrote in a private channel?"),
        ("bo", True, "bo would like to share what you wrote in a private channel"),
        ("bo", False, "bo would like to share what you wrote"),
    ],
)
async def test_the_question_says_whose_wish_it_is(room: Room, sharer: str, private: bool, title: str) -> None:
    await room.react(sharer, "📣", room.said("ana", "Apples", private))
    await room.team.deliver()

    [card] = room.team.chat.messages["@ana"].values()
    assert card.title == title


async def test_a_reaction_that_is_gone_before_it_was_heard_shares_nothing(room: Room) -> None:
    """Given that what took it back was heard first: by another process, or after a failure."""
    await room.unreact("ana", "📣", "900")

    reply = await room.react("ana", "📣", room.said("ana", "Apples"))

    assert reply is not None
    assert "taken back" in card_text(reply.card)
    assert "Apples" not in await timeline(room)


async def test_a_sharers_reaction_that_is_gone_before_it_was_heard_asks_nobody(room: Room) -> None:
    await room.unreact("bo", "📣", "900")

    await room.react("bo", "📣", room.said("ana", "Apples"))

    await room.team.deliver()
    assert "@ana" not in room.team.chat.messages


async def test_it_is_nobody_elses_reaction_that_is_gone(room: Room) -> None:
    await room.unreact("bo", "📣", "900")

    await room.react("ana", "📣", room.said("ana", "Apples"))

    assert "Apples" in await timeline(room)


@pytest.mark.parametrize("sharer", ["ana", "bo"])
async def test_a_message_that_is_gone_is_neither_shared_nor_asked_about(room: Room, sharer: str) -> None:
    await room.team.intake.hear(Removed("removed", room.where(), "900"))

    await room.react(sharer, "📣", room.said("ana", "Apples"))

    await room.team.deliver()
    assert "@ana" not in room.team.chat.messages
    assert "Apples" not in await timeline(room)
