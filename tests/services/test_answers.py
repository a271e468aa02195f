"""Plain answers in a thread under an update: asked about, sent, kept where they are, edited and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.card import Card
from bridge.model.command import Reply, Where, Who
from bridge.model.compose.text import card_text
from bridge.model.errors import TooManyFiles
from bridge.model.inbound import Edited, Message, Reacted, Removed, Said
from bridge.model.kept import ShareRequest, Tx
from bridge.model.person import Profile
from bridge.model.place import PlaceKind
from bridge.model.post import Upload
from bridge.services.acquaint import person_of
from bridge.services.sharing import share
from tests.services.conftest import CHAT, HOME, Team
from tests.services.test_sharing import PNG

QUESTION = "Send to all places this appeared?"


class Thread:
    """The thread under Ana's update in #random. It stands in #dev, too."""

    def __init__(self, team: Team, parent: str, private: bool = False) -> None:
        self.team, self.parent, self.private = team, parent, private
        self.random = Where(CHAT, HOME, "random", name="random", private=private)
        self._events = 0

    def message(self, who: str, text: str, id: str = "900", files: tuple[Upload, ...] = ()) -> Message:
        author = Who(CHAT, HOME, who, who)
        return Message(self.random, id, author, text, self.team.clock.now(), self.parent, files)

    async def hear(self, message: Message, key: str = "") -> Reply | None:
        self._events += 1
        return await self.team.intake.hear(Said(key or f"said {self._events}", message, named=False))

    async def say(self, who: str, text: str, id: str = "900") -> Reply | None:
        return await self.hear(self.message(who, text, id))

    async def asked(self, who: str, text: str, id: str = "900") -> dict[str, str]:
        """The question's buttons: label -> line."""
        reply = await self.say(who, text, id)
        assert reply is not None
        return buttons(reply.card)

    async def press(self, who: str, line: str) -> str:
        return card_text((await self.team.say(who, line, "random")).card)

    async def edit(self, text: str, id: str = "900", before: str | None = None) -> None:
        await self.team.intake.hear(Edited(f"edited {id} {text}", self.random, id, text, before))

    async def remove(self, id: str = "900") -> None:
        await self.team.intake.hear(Removed(f"removed {id}", self.random, id))

    async def dev(self) -> list[str]:
        """What stands in #dev beside the update."""
        await self.team.deliver()
        return self.team.chat.texts("dev")[1:]


def buttons(card: Card) -> dict[str, str]:
    return {action.label: action.line for action in card.actions}


async def following(lite: Team, private: bool = False) -> Thread:
    for user in ("ana", "bo", "cy"):
        await lite.say(user, "help")
    for channel in ("random", "dev"):
        await lite.say("cy", "follow @ana live here", channel)
    await lite.say("ana", "status Shipping v2", "@")
    await lite.deliver()
    [parent] = [id for id, card in lite.chat.messages["random"].items() if "Shipping" in card_text(card)]
    # What says that the channels follow is of no interest here.
    for channel in ("random", "dev"):
        kept = lite.chat.messages[channel]
        lite.chat.messages[channel] = {id: card for id, card in kept.items() if "Shipping" in card_text(card)}
    return Thread(lite, parent, private)


@pytest.fixture
async def thread(lite: Team) -> Thread:
    return await following(lite)


@pytest.fixture
async def secret(lite: Team) -> Thread:
    """The same in a private channel."""
    return await following(lite, private=True)


async def updates(thread: Thread) -> list[str]:
    """Every update there is, the newest first."""

    def look(tx: Tx) -> list[str]:
        posts = [tx.posts.by_number(number) for number in range(1, 9)]
        return [card_text(Card(text=post.text)) for post in posts if post and post.deleted_at is None]

    return await thread.team.store.read(look)


async def requests(thread: Thread, id: str = "900") -> ShareRequest | None:
    return await thread.team.store.read(lambda tx: tx.shares.by_origin(CHAT, HOME, f"random {id}"))


async def sends_always(thread: Thread, user: str) -> bool:
    _, person = await person_of(thread.team.world, Who(CHAT, HOME, user))
    return person.send_replies


async def test_the_first_answer_asks_its_author_and_nothing_is_sent(thread: Thread) -> None:
    reply = await thread.say("bo", "Congrats!")

    assert reply is not None
    assert card_text(reply.card).startswith(f"{QUESTION}\nCongrats!\nIt would be seen by: 3 people, not the community")
    assert list(buttons(reply.card)) == ["Send", "Keep here", "Always"]
    assert await thread.dev() == []
    assert await updates(thread) == ["Shipping v2"]


async def test_sent_it_goes_to_where_the_update_stands_and_not_to_its_own_channel(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    receipt = await thread.press("bo", asked["Send"])
    [there] = await thread.dev()

    assert receipt.startswith("✓ Sent  ~2\nSeen by: 3 people, not the community\nLive in #dev")
    assert "[Undo]" in receipt
    assert "Congrats!" in there
    assert "Shipping v2" in there
    assert len(thread.team.chat.texts("random")) == 1


async def test_it_tells_why_it_came(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Send"])
    await thread.dev()

    assert "It answers an update that stands in #dev." in await thread.team.tell("cy", "why ~2 here", "dev")


async def test_a_channel_that_was_stopped_gets_no_answers(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.team.say("cy", "stop here", "dev")
    await thread.press("bo", asked["Send"])

    assert not any("Congrats" in text for text in await thread.dev())


async def test_the_yes_holds_for_the_rest_of_the_thread(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Send"])
    later = await thread.say("bo", "And well done", "901")

    assert later is not None
    assert card_text(later.card).startswith("✓ Sent  ~3")
    assert buttons(later.card) == {"Undo": "delete ~3", "Keep the rest here": "reply-stop ~3"}
    assert [text for text in await thread.dev() if "well done" in text]


async def test_the_rest_of_the_thread_can_be_kept_there_after_all(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Send"])
    later = await thread.say("bo", "And well done", "901")
    assert later is not None
    kept = await thread.press("bo", buttons(later.card)["Keep the rest here"])

    assert kept == "What you write in this thread stays here from now on."
    assert await thread.say("bo", "Where do we celebrate?", "902") is None
    assert await updates(thread) == ["Shipping v2", "Congrats!", "And well done"]


async def test_it_holds_for_its_author_alone(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Send"])

    assert list(await thread.asked("cy", "From me too", "901")) == ["Send", "Keep here", "Always"]


async def test_undo_takes_an_answer_back(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Send"])
    before = await thread.dev()
    await thread.press("bo", "delete ~2")

    assert (len(before), await thread.dev()) == (1, [])


async def test_kept_here_nothing_is_kept_of_it_and_nothing_asked_again(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Keep here"])
    later = await thread.say("bo", "And well done", "901")
    request = await requests(thread)

    assert later is None
    assert request is not None
    assert (request.answer, request.text) == ("no", "")
    assert await requests(thread, "901") is None
    assert await updates(thread) == ["Shipping v2"]


async def test_while_it_is_asked_what_follows_waits_with_it(thread: Thread) -> None:
    asked = await thread.asked("bo", "First")
    silent = await thread.say("bo", "Second", "901")
    receipt = await thread.press("bo", asked["Send"])

    assert silent is None
    assert ["First" in receipt, receipt.count("✓ Sent")] == [False, 2]
    assert await updates(thread) == ["Shipping v2", "First", "Second"]


async def test_keeping_it_here_keeps_what_waits_with_it(thread: Thread) -> None:
    asked = await thread.asked("bo", "First")
    await thread.say("bo", "Second", "901")
    await thread.press("bo", asked["Keep here"])
    second = await requests(thread, "901")

    assert second is not None
    assert (second.answer, second.text) == ("no", "")


async def test_always_sends_in_every_public_thread_until_it_is_taken_back(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Always"])
    await thread.team.say("ana", "status Shipping v3", "@")
    await thread.team.deliver()
    thread.parent = max(thread.team.chat.messages["random"])
    unasked = await thread.say("bo", "Again!", "901")
    assert unasked is not None
    await thread.team.say("bo", buttons(unasked.card)["Ask me each time"])
    await thread.team.say("ana", "status Shipping v4", "@")
    await thread.team.deliver()
    thread.parent = max(thread.team.chat.messages["random"])

    assert card_text(unasked.card).startswith("✓ Sent  ~4")
    assert list(await thread.asked("bo", "Once more", "902")) == ["Send", "Keep here", "Always"]


async def test_always_is_a_setting(thread: Thread) -> None:
    await thread.team.say("bo", "settings replies always")

    shown = " ".join((await thread.team.tell("bo", "settings")).split())
    assert "Answers in threads sent to where the update stands" in shown
    assert card_text((await thread.say("bo", "Congrats!")).card).startswith("✓ Sent")  # type: ignore[union-attr]


# Private places.


async def test_from_a_private_place_it_leaves_only_by_a_button_that_names_who_sees_it(secret: Thread) -> None:
    await secret.team.say("bo", "settings replies always")
    first = await secret.say("bo", "Congrats!")
    assert first is not None
    await secret.press("bo", buttons(first.card)["Send"])
    second = await secret.say("bo", "Between us", "901")

    assert second is not None
    assert "It would be seen by: 3 people, not the community" in card_text(second.card)
    assert "This thread is private: without your Send nothing leaves it." in card_text(second.card)
    assert "If you edit or delete it here later, it changes there too." in card_text(second.card)
    assert list(buttons(second.card)) == ["Send", "Keep here"]
    assert await updates(secret) == ["Shipping v2", "Congrats!"]


async def test_there_each_button_sends_its_own_message_alone(secret: Thread) -> None:
    first = await secret.asked("bo", "First")
    second = await secret.asked("bo", "Second", "901")
    await secret.press("bo", second["Send"])

    assert first["Send"] != second["Send"]
    assert await updates(secret) == ["Shipping v2", "Second"]


async def test_there_it_sends_the_words_that_it_showed_and_asks_again_after_an_edit(secret: Thread) -> None:
    first = await secret.asked("bo", "Fine words")
    await secret.edit("Fine words and wages")
    again = await secret.team.say("bo", first["Send"], "random")
    before = await updates(secret)
    await secret.press("bo", buttons(again.card)["Send"])

    assert "Fine words and wages" in card_text(again.card)
    assert before == ["Shipping v2"]
    assert await updates(secret) == ["Shipping v2", "Fine words and wages"]


async def test_always_holds_from_when_it_was_sent(thread: Thread) -> None:
    """Given others who could see it by the time the button was pressed, so that it is asked about again."""
    asked = await thread.asked("bo", "Congrats!")
    await thread.team.say("ana", "audience ~1 public yes")
    again = await thread.team.say("bo", asked["Always"], "random")

    assert QUESTION in card_text(again.card)
    assert not await sends_always(thread, "bo")
    await thread.press("bo", buttons(again.card)["Always"])
    assert await sends_always(thread, "bo")


async def test_a_place_that_became_private_asks_again(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.press("bo", asked["Always"])
    thread.random = replace(thread.random, private=True)

    assert list(await thread.asked("bo", "Between us", "901")) == ["Send", "Keep here"]


@pytest.mark.parametrize(
    ("audience", "named"),
    [("to:public", "the community"), ("to:followers", "followers of ana"), ("to:@bo", "ana and you")],
)
async def test_it_names_those_who_see_the_conversation(lite: Team, audience: str, named: str) -> None:
    for user in ("ana", "bo"):
        await lite.say(user, "help")
    await lite.say("bo", "follow @ana live")
    await lite.say("ana", f"status {audience} Shipping v2")
    if audience == "to:public":
        await lite.say("ana", "audience ~1 public yes")
    await lite.deliver()
    where = Where(CHAT, HOME, "bo", PlaceKind.DIRECT, private=True)
    [parent] = lite.chat.messages["@bo"]
    message = Message(where, "900", Who(CHAT, HOME, "bo"), "Congrats!", lite.clock.now(), parent)

    reply = await lite.intake.hear(Said("one", message))

    assert reply is not None
    assert f"It would be seen by: {named}" in card_text(reply.card).replace("2 people and ", "")
    assert list(buttons(reply.card)) == ["Send", "Keep here"]


async def test_others_than_named_never_see_it(secret: Thread) -> None:
    await secret.team.say("ana", "audience ~1 @bo")
    asked = await secret.asked("bo", "Between us")
    await secret.team.say("ana", "audience ~1 everyone")
    again = await secret.press("bo", asked["Send"])
    nothing = await updates(secret)
    await secret.press("bo", asked["Send"])

    assert again.startswith(QUESTION)
    assert "It would be seen by: 3 people, not the community" in again
    assert nothing == ["Shipping v2"]
    assert await updates(secret) == ["Shipping v2", "Between us"]


# Who, and what.


async def test_whoever_may_not_see_the_update_is_not_asked(thread: Thread) -> None:
    thread.team.chat.profiles["guest"] = Profile("guest", guest=True)

    assert await thread.say("guest", "Hi") is None


async def test_nobody_but_the_author_can_answer(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    reply = await thread.team.say("cy", asked["Send"])

    assert not reply.ok
    assert await updates(thread) == ["Shipping v2"]


async def test_whoever_never_wants_to_be_asked_is_not(thread: Thread) -> None:
    await thread.team.say("bo", "share-never")

    assert await thread.say("bo", "Congrats!") is None


@pytest.mark.parametrize(
    "typed", ["delete last", "status Hello", "follow everyone live here", "settings ask off", "help"]
)
async def test_what_does_not_name_the_bridge_is_no_command(thread: Thread, typed: str) -> None:
    reply = await thread.say("ana", typed)

    assert reply is not None
    assert card_text(reply.card).startswith(f"{QUESTION}\n{typed}")
    assert await updates(thread) == ["Shipping v2"]


@pytest.fixture
async def several(lite: Team) -> Thread:
    """The thread under Ana's and Cy's updates in #random, which stand there in one message."""
    for user in ("ana", "bo", "cy"):
        await lite.say(user, "help")
    for followed in ("ana", "cy"):
        await lite.say("cy", f"follow @{followed} live here", "random")
    await lite.deliver()
    for author, text in (("ana", "Shipping v2"), ("cy", "Cake in the kitchen"), ("ana", "Lunch"), ("ana", "Tea")):
        await lite.say(author, f"status {text}", "@")
    await lite.deliver()
    [parent] = [id for id, card in lite.chat.messages["random"].items() if "Cake" in card_text(card)]
    return Thread(lite, parent)


async def test_under_several_updates_it_is_asked_which_is_meant(several: Thread) -> None:
    asked = await several.asked("bo", "Save me a piece")
    question = await several.press("bo", asked["cy: Cake in the kitchen"])
    sent = await several.press("bo", "reply-yes " + asked["cy: Cake in the kitchen"].split()[1])

    assert list(asked) == ["ana: Shipping v2", "cy: Cake in the kitchen", "ana: Lunch", "ana: Tea", "Keep here"]
    assert question.startswith(QUESTION)
    assert "Sent" in sent
    assert "Save me a piece" in await several.team.tell("ana", "timeline ~2")


async def test_kept_there_it_is_not_asked_again(several: Thread) -> None:
    asked = await several.asked("bo", "Save me a piece")
    kept = await several.press("bo", asked["Keep here"])

    assert "It stays here" in kept
    assert await several.say("bo", "Or two", "901") is None


async def test_only_its_author_says_which_and_once_a_message(several: Thread) -> None:
    asked = await several.asked("bo", "Save me a piece")

    assert "no longer open" in await several.press("cy", asked["cy: Cake in the kitchen"])
    assert await several.say("bo", "Save me a piece") is None


@pytest.mark.parametrize("parent", [None, "another"])
async def test_elsewhere_it_is_nobodys_business(thread: Thread, parent: str | None) -> None:
    assert await thread.hear(replace(thread.message("stranger", "Hello"), thread=parent)) is None
    assert await thread.team.store.read(lambda tx: tx.people.account(CHAT, HOME, "stranger")) is None


async def test_a_message_that_was_shared_has_such_a_thread_too(thread: Thread) -> None:
    said = thread.message("cy", "Graz office until Friday", "950")
    await thread.team.intake.hear(Reacted("shared", said.author, said.where, "950", "📣", replace(said, thread=None)))

    reply = await thread.hear(replace(thread.message("bo", "See you there"), thread="950"))

    assert reply is not None
    assert card_text(reply.card).startswith(QUESTION)


async def test_what_is_too_long_for_an_update_asks_nothing_but_is_explained_where_it_was_to_be_sent(
    thread: Thread,
) -> None:
    unasked = await thread.say("bo", "x" * 501)
    await thread.team.say("bo", "settings replies always")
    told = await thread.say("bo", "x" * 501, "901")

    assert unasked is None
    assert told is not None
    assert not told.ok
    assert card_text(told.card).startswith("That's too long by 1")


async def test_its_files_come_along(thread: Thread) -> None:
    reply = await thread.hear(thread.message("bo", "Look", files=(Upload("board.png", PNG, "green build board"),)))
    assert reply is not None
    shown = reply.card.media
    await thread.press("bo", buttons(reply.card)["Send"])
    post = await thread.team.store.read(lambda tx: tx.posts.by_number(2))

    assert post is not None
    assert [a.alt for a in shown] == [a.alt for a in post.attachments] == ["green build board"]


# Edited and removed.


async def test_edited_before_the_button_the_new_words_are_sent(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congarts")
    await thread.edit("Congrats!")
    await thread.press("bo", asked["Send"])

    assert await updates(thread) == ["Shipping v2", "Congrats!"]


async def test_removed_before_the_button_it_can_no_longer_be_sent(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congrats!")
    await thread.remove()
    request = await requests(thread)
    reply = await thread.team.say("bo", asked["Send"])

    assert request is not None
    assert (request.answer, request.text) == ("taken back", "")
    assert not reply.ok
    assert await updates(thread) == ["Shipping v2"]


async def test_edited_and_removed_afterwards_every_copy_follows(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congarts")
    await thread.press("bo", asked["Send"])
    [first] = await thread.dev()
    await thread.edit("Congrats!")
    [second] = await thread.dev()
    await thread.remove()

    assert ["Congarts" in first, "Congrats!" in second] == [True, True]
    assert await thread.dev() == []


async def test_an_edit_of_the_message_changes_no_words_that_were_chosen_for_the_update(thread: Thread) -> None:
    asked = await thread.asked("bo", "Congarts, and between us: wages")
    await thread.press("bo", asked["Send"])
    await thread.team.say("bo", "edit last Congrats")

    await thread.edit("Congrats, and between us: wages", before="Congarts, and between us: wages")

    [shown] = await thread.dev()
    assert "wages" not in shown


async def test_an_edit_of_the_message_is_followed_whoever_it_names(thread: Thread) -> None:
    asked = await thread.asked("bo", "Thanks @ana and @nobody #release")
    await thread.press("bo", asked["Send"])

    await thread.edit("Thanks @ana!", before="Thanks @ana and @nobody #release")

    [shown] = await thread.dev()
    assert "Thanks @ana!" in shown


async def test_nobody_answers_and_its_words_are_forgotten(thread: Thread) -> None:
    await thread.asked("bo", "Congrats!")
    thread.team.clock.advance(hours=48)
    lapsed = await share.lapse(thread.team.world)
    request = await requests(thread)

    assert lapsed == 1
    assert request is not None
    assert (request.answer, request.text) == ("lapsed", "")


async def test_heard_twice_it_counts_once(thread: Thread) -> None:
    await thread.team.say("bo", "settings replies always")
    for _ in range(2):
        await thread.hear(thread.message("bo", "Congrats!"), key="same")
    await thread.hear(thread.message("bo", "Congrats!"), key="the same by another name")

    assert await updates(thread) == ["Shipping v2", "Congrats!"]


async def test_a_thread_that_follows_does_not_hear_its_own_echo(thread: Thread) -> None:
    inside = Where(CHAT, HOME, f"random:{thread.parent}", PlaceKind.THREAD, "random")
    message = replace(thread.message("cy", "follow @bo live here", "899"), inside=inside)
    made = await thread.team.intake.hear(Said("named", message))
    await thread.team.say("bo", "settings replies always")
    await thread.hear(replace(thread.message("bo", "Congrats!"), inside=inside))
    await thread.team.deliver()

    assert made is not None
    assert made.ok
    assert not any("Congrats" in text for text in thread.team.chat.texts(inside.key))
    assert len(thread.team.chat.texts("random")) == 1


@pytest.mark.parametrize("replies", ["ask", "always"])
async def test_an_answer_that_is_gone_before_it_was_heard_is_neither_sent_nor_asked_about(
    thread: Thread, replies: str
) -> None:
    """Given that its removal was heard first: by another process, or after a failure."""
    await thread.team.say("bo", f"settings replies {replies}")
    await thread.remove()

    reply = await thread.say("bo", "Congrats!")

    assert reply is None
    assert await thread.dev() == []


@pytest.mark.parametrize(("parent", "fetched"), [("another", 0), (None, 1)])
async def test_the_files_of_an_answer_are_fetched_where_it_is_asked_about_and_nowhere_else(
    thread: Thread, parent: str | None, fetched: int
) -> None:
    count = 0

    async def fetch() -> tuple[Upload, ...]:
        nonlocal count
        count += 1
        return (Upload("cake.png", PNG),)

    message = replace(thread.message("bo", ""), thread=parent or thread.parent, fetch=fetch)
    reply = await thread.hear(message)

    assert count == fetched
    assert bool(reply and reply.card.media) is bool(fetched)


async def test_whose_files_cannot_be_had_is_not_asked(thread: Thread) -> None:
    async def fetch() -> tuple[Upload, ...]:
        raise TooManyFiles(count=5, limit=4)

    assert await thread.hear(replace(thread.message("bo", "Holidays"), fetch=fetch)) is None
