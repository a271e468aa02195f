"""What comes in besides commands: sentences, near misses, reactions and their questions, completion, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from bridge.commands.intake import Commands
from bridge.model.command import Reply, Verb, Via, Where, Who
from bridge.model.compose.text import card_text
from bridge.model.errors import StoreBusy
from bridge.model.inbound import Edited, Message, Reacted, Said, Unreacted
from bridge.model.kept import Tx
from bridge.model.place import PlaceKind
from bridge.model.post import Upload
from bridge.model.verbs import TABLE
from bridge.store.tx import SqlStore
from tests.commands.conftest import PICTURE, lines, met
from tests.core import CHAT, HOME, Team

T = TypeVar("T")
RANDOM = Where(CHAT, HOME, "random", name="random")


def user(name: str) -> Who:
    return Who(CHAT, HOME, name, name)


async def said(team: Team, name: str, text: str, where: Where | None = None) -> Reply | None:
    direct = where or Where(CHAT, HOME, name, PlaceKind.DIRECT)
    return await team.intake.hear(Said(f"said {text}", Message(direct, "m", user(name), text, team.clock.now())))


async def reacted(team: Team, name: str, author: str, text: str, where: Where = RANDOM) -> Reply | None:
    message = Message(where, "m1", user(author), text, team.clock.now())
    return await team.intake.hear(Reacted(f"{name} reacted", user(name), where, "m1", "📣", message))


async def test_a_sentence_is_offered_as_an_update(team: Team) -> None:
    offered = await team.say("ana", "We are having cake")
    shared = await team.say("ana", *lines(offered.card))

    assert card_text(offered.card) == "Share this?\nYou typed: We are having cake  [Share]"
    assert offered.typed == "We are having cake"
    assert "✓ Shared  ~1\nWe are having cake" in card_text(shared.card)


async def test_a_sentence_too_long_for_a_button_says_what_to_type(team: Team) -> None:
    said = await team.tell("ana", "We are " + "very " * 30 + "happy")

    assert said.startswith("Share this? Then type /status before it.\nYou typed: We are very")


async def test_a_sentence_that_begins_like_a_verb_can_be_either(team: Team) -> None:
    reply = await team.say("ana", "follows are broken today, sorry")

    assert lines(reply.card) == [
        "follow are broken today, sorry",
        "status follows are broken today, sorry",
        "help follow",
    ]


async def test_a_mistyped_verb_is_corrected_by_a_button(team: Team) -> None:
    await met(team, "ana", "bo")

    reply = await team.say("bo", "folow @ana")

    assert card_text(reply.card).startswith("I don't know folow. Did you mean /follow?\nYou typed: folow @ana")
    assert card_text((await team.say("bo", lines(reply.card)[0])).card).startswith("✓ You follow @ana")


@pytest.mark.parametrize("verb", ["follow", "track"])
async def test_help_says_of_what_can_come_at_once_or_in_the_digest_how_to_have_either(team: Team, verb: str) -> None:
    said = await team.tell("ana", f"help {verb}")

    assert "live" in said
    assert "digest" in said


async def test_one_unknown_word_leads_to_help(team: Team) -> None:
    reply = await team.say("ana", "xyzzy")

    assert card_text(reply.card).startswith("I don't know xyzzy. Here is what I know: /help")
    assert lines(reply.card) == ["help"]


async def test_nothing_at_all_is_help(team: Team) -> None:
    assert await team.tell("ana", "  ") == await team.tell("ana", "help")


async def test_the_platforms_own_way_of_calling_is_shown(team: Team) -> None:
    call = replace(team.call("ana", "digest daily 25:00"), prefix="/bridge {}")

    told = card_text((await team.intake.dispatch(call)).card)

    assert told == "That time doesn't exist: 25:00. Try /bridge digest daily 9.\nYou typed: digest daily 25:00"


@pytest.mark.parametrize("verb", [verb for verb in TABLE if not verb.hidden], ids=lambda verb: verb.name)
async def test_every_verb_has_its_help(team: Team, verb: Verb) -> None:
    told = await team.tell("ana", f"help {verb.name}")

    assert told.startswith(f"/{verb.name}\n")
    assert "EXAMPLES" in told


async def test_help_names_the_settings_that_only_some_platforms_have(team: Team) -> None:
    there = await team.tell("ana", "help settings")
    team.chat.hears_status = False
    elsewhere = await team.tell("ana", "help settings")

    assert "/settings chat-status on" in there
    assert "and here also chat-status" in there
    assert "chat-status" not in elsewhere


async def test_help_for_what_is_no_verb_offers_the_nearest(team: Team) -> None:
    reply = await team.say("ana", "help folow me please")

    assert not reply.ok
    assert "Did you mean /follow?" in card_text(reply.card)


async def test_a_message_to_the_bridge_is_a_command_or_an_update_to_be(team: Team) -> None:
    await met(team, "ana")

    command = await said(team, "ana", "status Hello")
    sentence = await said(team, "ana", "Just a thought about cake")

    assert command is not None
    assert "✓ Shared  ~1" in card_text(command.card)
    assert sentence is not None
    assert lines(sentence.card) == ["status Just a thought about cake"]


async def shared_from(team: Team, message: Message) -> tuple[str, str]:
    """What is asked about something said to the bridge, and what comes of Share."""
    asked = await team.intake.hear(Said("said", message))
    assert asked is not None
    shared = await team.say(message.author.user, lines(asked.card)[0])
    return card_text(asked.card), card_text(shared.card)


@pytest.mark.parametrize("text", ["Our new board", ""])
async def test_a_picture_said_to_the_bridge_can_be_shared_right_there(team: Team, text: str) -> None:
    """A slash command, which people were sent to before, takes no files."""
    await met(team, "ana", "bo")
    alone = Where(CHAT, HOME, "ana", PlaceKind.DIRECT)
    files = (Upload("board.png", PICTURE, "the board"),)

    asked, shared = await shared_from(team, Message(alone, "m", user("ana"), text, team.clock.now(), files=files))

    assert asked.startswith("Share this?")
    assert "It would be seen by: 2 people, not the community" in asked
    assert "✓ Shared  ~1" in shared
    assert "[the board]" in shared


async def test_a_file_that_cannot_be_shared_is_said_at_once(team: Team) -> None:
    alone = Where(CHAT, HOME, "ana", PlaceKind.DIRECT)
    message = Message(alone, "m", user("ana"), "Our board", team.clock.now(), files=(Upload("board.png", b""),))

    told = await team.intake.hear(Said("said", message))

    assert told is not None
    assert (told.ok, told.typed) == (False, "Our board")


async def test_out_of_a_private_channel_the_offer_names_who_will_see_it(team: Team) -> None:
    await met(team, "ana", "bo")
    secret = replace(RANDOM, private=True)

    asked, shared = await shared_from(team, Message(secret, "m", user("ana"), "a quiet thought", team.clock.now()))

    assert "It would be seen by: 2 people, not the community" in asked
    assert "✓ Shared  ~1\na quiet thought" in shared


async def test_an_offer_shares_the_words_it_showed(team: Team) -> None:
    """Given an offer out of a private channel, whose message is edited before Share is pressed."""
    await met(team, "ana")
    secret = replace(RANDOM, private=True)
    offered = await team.intake.hear(
        Said("said", Message(secret, "m", user("ana"), "a quiet thought", team.clock.now()))
    )
    assert offered is not None

    await team.intake.hear(Edited("edited", secret, "m", "a quiet thought, and a secret", "a quiet thought"))
    shared = await team.say("ana", *[line for line in lines(offered.card) if line.startswith("share-yes")])

    assert "a quiet thought" in card_text(shared.card)
    assert "secret" not in card_text(shared.card)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("folow @ana", "I don't know folow. Did you mean /follow?"),
        ("how are you?", "Share this?"),
        ("xyzzy", "I don't know xyzzy. Here is what I know: /help"),
    ],
)
@pytest.mark.parametrize("thread", [None, "m0"])
async def test_whoever_names_the_bridge_gets_an_answer(team: Team, text: str, answer: str, thread: str | None) -> None:
    message = Message(RANDOM, "m9", user("ana"), text, team.clock.now(), thread=thread)

    told = await team.intake.hear(Said("by name", message))

    assert told is not None
    assert card_text(told.card).startswith(answer)


async def test_a_sentence_said_by_name_under_an_update_may_be_an_answer_to_it_and_a_mistyped_verb_is_none(
    team: Team,
) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana live here", "random")
    await team.say("bo", "settings replies always")
    await team.say("ana", "status Hello")
    await team.deliver()
    [parent] = [id for id, card in team.chat.messages["random"].items() if "Hello" in card_text(card)]
    answer = Message(RANDOM, "m9", user("bo"), "what a nice morning", team.clock.now(), thread=parent)

    sent = await team.intake.hear(Said("a sentence", answer))
    verb = await team.intake.hear(Said("a verb", replace(answer, id="m10", text="folow @ana")))

    assert sent is not None
    assert "~2" in card_text(sent.card)
    assert verb is not None
    assert "Did you mean /follow?" in card_text(verb.card)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("reply thanks", "✓ Shared  ~3\nthanks"),
        ("reply 5 minutes late", "✓ Shared  ~3\n5 minutes late"),
        ("reply ~2 thanks", "I can't find the update ~2."),
        ("reply", "What do you answer ana?"),
        ("why", "Why ~1"),
        ("follow", "✓ You follow ~1"),
    ],
)
async def test_in_the_thread_of_an_update_it_needs_no_name(team: Team, text: str, answer: str) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana live here", "random")
    await team.say("ana", "status Hello")
    await team.say("ana", "status to:me Newer")
    await team.deliver()
    [parent] = [id for id, card in team.chat.messages["random"].items() if "Hello" in card_text(card)]

    message = Message(RANDOM, "m9", user("bo"), text, team.clock.now(), thread=parent)
    told = await team.intake.hear(Said("in the thread", message))

    assert told is not None
    assert answer in card_text(told.card)


@pytest.mark.parametrize(("text", "follows"), [("follow @ana live here", "thread"), ("follow @ana live", "bo")])
async def test_here_in_a_thread_is_the_thread_where_it_is_a_place(team: Team, text: str, follows: str) -> None:
    await met(team, "ana", "bo")
    inside = Where(CHAT, HOME, "random:m0", PlaceKind.THREAD, "random")

    message = Message(RANDOM, "m9", user("bo"), text, team.clock.now(), thread="m0", inside=inside)
    await team.intake.hear(Said("in the thread", message))
    await team.say("ana", "status Hello")
    await team.deliver()

    places = {"thread": "random:m0", "bo": "@bo"}
    assert any("Hello" in told for told in team.chat.texts(places.pop(follows)))
    assert not any("Hello" in told for place in (*places.values(), "random") for told in team.chat.texts(place))


@pytest.mark.parametrize("nothing", ["", " ", "\x00", "@bridge", "@Bridge "])
async def test_the_name_alone_is_answered_with_help(team: Team, nothing: str) -> None:
    answer = await said(team, "ana", nothing, RANDOM)

    assert answer is not None
    assert card_text(answer.card) == await team.tell("ana", "help")


async def test_a_button_that_is_over_quotes_nothing(team: Team) -> None:
    over = await team.say("ana", "share-yes 3827", via=Via.BUTTON)
    words = await team.say("ana", "status until 31 feb", via=Via.BUTTON)

    assert card_text(over.card) == "That question is no longer open. You can always share it yourself as an update."
    assert (over.ok, over.typed) == (False, "")
    assert words.typed == "status until 31 feb"


async def test_a_refused_edit_gives_the_words_of_its_form_back(team: Team) -> None:
    await team.say("ana", "status Hello")

    refused = await team.say("ana", "edit ~1", via=Via.FORM, fields={"audience": "everyone", "text": "to:me psst"})

    assert refused.typed == "to:me psst"
    assert refused.form is not None
    assert refused.form.fields[0].value == "to:me psst"


async def test_ones_own_message_in_an_open_channel_is_shared_at_once(team: Team) -> None:
    receipt = await reacted(team, "ana", "ana", "The build is green")

    assert receipt is not None
    assert "✓ Shared  ~1\nThe build is green" in card_text(receipt.card)
    undone = await team.intake.hear(Unreacted("u", user("ana"), RANDOM, "m1", "📣"))
    assert undone is not None
    assert "✓ Deleted  ~1" in card_text(undone.card)


@pytest.mark.parametrize(("author", "private"), [("bo", False), ("ana", True)])
async def test_anything_else_is_asked_of_its_author_first(team: Team, author: str, private: bool) -> None:
    await met(team, "ana", "bo")

    answer = await reacted(team, "ana", author, "The build is green", replace(RANDOM, private=private))
    await team.deliver()
    [question] = team.chat.messages[f"@{author}"].values()
    yes, no, never = lines(question)
    stranger = await team.say("ana" if author == "bo" else "bo", yes)
    shared = await team.say(author, yes)
    late = await team.say(author, no)

    assert answer is None
    assert "It would be seen by: 2 people, not the community" in card_text(question)
    assert never == "share-never"
    assert not stranger.ok
    assert "✓ Shared  ~1\nThe build is green" in card_text(shared.card)
    assert "That question is no longer open." in card_text(late.card)


async def test_a_no_shares_nothing_and_never_ends_the_questions(team: Team) -> None:
    await met(team, "ana", "bo")
    await reacted(team, "ana", "bo", "Private thought")
    await team.deliver()
    [question] = team.chat.messages["@bo"].values()

    no = await team.tell("bo", lines(question)[1])
    never = await team.say("bo", "share-never")

    assert no == "Not shared."
    assert lines(never.card) == ["settings ask on"]
    assert "Private" not in await team.tell("ana", "timeline everyone")


async def test_a_mistake_in_a_shared_message_is_said_to_whoever_shared_it(team: Team) -> None:
    reply = await reacted(team, "ana", "ana", "x" * 501)

    assert reply is not None
    assert card_text(reply.card).startswith("That's too long by 1:")


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("fo", ["follow", "following", "followers"]),
        ("FOLLOWI", ["following"]),
        ("st", ["status"]),
        ("sh", []),
        ("follow ", ["everyone", "@ana", "@bo", "here"]),
        ("follow @a", ["@ana"]),
        ("follow #re", ["#release"]),
        ("follow @ana ", ["live", "digest", "here"]),
        ("follow @ana d", ["digest"]),
        ("status Hello @b", ["@bo"]),
        ("who a", ["ana"]),
        ("edit ", ["last", "~1"]),
        ("edit ~", ["last", "~1"]),
        ("reply 1", ["~1"]),
        ("settings zone vienn", ["Europe/Vienna"]),
        ("digest daily 9 eur/", []),
        ("digest daily 9 europe/vie", ["Europe/Vienna"]),
        ("settings m", ["mentions"]),
        ("settings ch", ["chat-status"]),
        ("digest p", ["preview", "pause"]),
        ("help fol", ["follow", "following", "followers"]),
        ("nonsense x", []),
        ("", [verb.name for verb in TABLE if not verb.hidden]),
    ],
)
async def test_what_is_typed_is_completed(team: Team, typed: str, values: list[str]) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Shipping #release")

    found = await team.intake.complete(user("ana"), RANDOM, typed, "/{}")

    assert [one.value for one in found] == values
    assert len(found) <= 25


async def test_last_is_completed_with_what_it_means(team: Team) -> None:
    await team.say("ana", "status Shipping #release")

    [last] = await team.intake.complete(user("ana"), RANDOM, "edit l", "/{}")

    assert (last.value, last.label) == ("last", "Shipping #release")


@pytest.mark.parametrize("typed", ["\ud83d", "follow \ud83d", "follow @\x00", "x" * 10**6, "follow " + "x" * 10**6])
async def test_anything_can_be_completed(team: Team, typed: str) -> None:
    assert await team.intake.complete(user("ana"), RANDOM, typed, "/{}") is not None


class Killed(BaseException):
    """What a process feels of `kill -9`."""


async def said_again_after_a_crash(team: Team, text: str, monkeypatch: pytest.MonkeyPatch) -> Reply | None:
    """Given that the process was killed when all was done, and before it could note that."""
    answer = Commands._answer

    async def killed(commands: Commands, said: Said) -> Reply | None:
        await answer(commands, said)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Commands, "_answer", killed)
        with pytest.raises(Killed):
            await said(team, "ana", text)
    return await said(team, "ana", text)


@pytest.mark.parametrize("command", ["delete last", "audience last me", "edit last Other"])
async def test_a_message_to_the_bridge_that_comes_again_is_done_once(team: Team, command: str) -> None:
    await team.say("ana", "status One")
    first = await said(team, "ana", command)
    await team.say("ana", "status Two")

    again = await said(team, "ana", command)

    assert first is not None
    assert again is None
    assert "Two" in await team.tell("bo", "timeline everyone")


async def test_a_crash_deletes_no_second_update(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("One", "Two", "Three"):
        await team.say("ana", f"status {text}")

    await said_again_after_a_crash(team, "delete last", monkeypatch)

    timeline = await team.tell("bo", "timeline everyone")
    assert [text in timeline for text in ("One", "Two", "Three")] == [True, True, False]


async def test_a_crash_loses_no_update_and_shares_it_once(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = await said_again_after_a_crash(team, "status Hello", monkeypatch)

    assert receipt is not None
    assert "✓ Shared  ~1" in card_text(receipt.card)
    assert (await team.tell("bo", "timeline everyone")).count("Hello") == 1


class Stumbling(SqlStore):
    """Of its next writes, these fail, counted from one."""

    fails: frozenset[int] = frozenset()
    writes = 0

    async def write(self, fn: Callable[[Tx], T]) -> T:
        self.writes += 1
        if self.writes in self.fails:
            raise StoreBusy()
        return await super().write(fn)


def stumbling(team: Team, *fails: int) -> None:
    store = Stumbling(team.store.engine)  # type: ignore[attr-defined]
    store.fails = frozenset(fails)
    team.world.store = store


async def test_a_message_that_found_no_database_is_shared_when_it_is_heard_again(team: Team) -> None:
    await met(team, "ana")
    stumbling(team, 1)

    with pytest.raises(StoreBusy):
        await said(team, "ana", "status Hello")
    receipt = await said(team, "ana", "status Hello")

    assert receipt is not None
    assert "✓ Shared  ~1" in card_text(receipt.card)


async def test_what_is_done_once_at_most_says_so_where_it_found_no_database(team: Team) -> None:
    await team.say("ana", "status One")
    stumbling(team, 2)  # the first notes that it was heard

    reply = await said(team, "ana", "delete last")

    assert reply is not None
    assert "try again" in card_text(reply.card)
    assert "One" in await team.tell("bo", "timeline everyone")
