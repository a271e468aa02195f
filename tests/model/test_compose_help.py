"""Why, help and mistakes, word for word."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.model.compose.help import (
    all_help_card,
    error_card,
    error_reply,
    help_card,
    unknown_verb_card,
    verb_help_card,
)
from bridge.model.compose.why import Stage, Step, stage_sentence, why_card
from bridge.model.errors import TimeUnknown
from bridge.model.verbs import TABLE, find, nearest
from tests.model.samples import ANA, block, read, reader, view


def test_why_an_update_came() -> None:
    update = view(ANA, "Shipping v2 today #release")
    stages = [
        Stage(Step.PUBLISHED, update.post.created_at),
        Stage(Step.FOLLOWED, what="#release"),
        Stage(Step.IN_DIGEST, datetime(2026, 11, 25, 8, tzinfo=UTC)),
    ]

    expected = """
    Why ~1042
    (AK) Ana Kovač · Release captain · 14:02
    Shipping v2 today #release
    Today 14:02     It was shared.
                    It matched the follow of #release.
    Tomorrow 09:00  It comes in the digest.
    [Whom I follow]
    """
    assert read(why_card(update, stages, reader())) == block(expected)


def test_every_step_has_a_sentence_of_its_own() -> None:
    assert len({stage_sentence(Stage(step, what="x"), reader()) for step in Step}) == len(Step)


def test_help_fits_into_one_look() -> None:
    expected = """
    Tell the team in one line. Read once a day.
    Share   /bridge status Shipping v2 #release
    Follow  /bridge follow @ana · lands in your 09:00 digest
    Read    /bridge catchup
    Find    /bridge who ana
    Quiet   /bridge mute @ana 2d
    In threads: @Bridge … · Any message: 📣  [More] [My settings]
    """
    assert read(help_card(reader(prefix="/bridge {}"))) == block(expected)


def test_help_for_one_verb() -> None:
    verb = find("follow")
    assert verb is not None

    expected = """
    /follow
    Brings you somebody's updates, in your digest or at once.
    EXAMPLES  /follow @ana
              /follow #release live
              /follow everyone digest here
              /follow https://blog.example.org
    TAKES     whom: a person, a #tag, an update, everyone or an address
              how: digest (or nothing) or live
              here: for this channel instead of you
    [All commands]
    """
    assert read(verb_help_card(verb, reader())) == block(expected)


def test_all_that_can_be_typed_is_listed_but_for_what_is_behind_buttons() -> None:
    shown = {row.lead for row in all_help_card(reader()).sections[0].rows}
    assert shown == {f"/{verb.name}" for verb in TABLE if not verb.hidden}


def test_a_mistake_gives_back_what_was_typed() -> None:
    expected = """
    That time doesn't exist: 25:00. Try /bridge digest daily 9.
    You typed: digest daily 25:00
    """
    sentence = "That time doesn't exist: 25:00. Try /bridge digest daily 9."
    assert read(error_card(sentence, "digest daily 25:00", reader())) == block(expected)

    reply = error_reply(TimeUnknown(typed="25:00", example="daily 9"), "digest daily 25:00", reader())
    assert (reply.ok, reply.typed) == (False, "digest daily 25:00")


def test_an_unknown_verb_is_guessed_or_shared() -> None:
    mistyped = unknown_verb_card("folow @ana", nearest("folow"), reader())
    sentence = unknown_verb_card("lunch at noon?", nearest("lunch"), reader())
    nonsense = unknown_verb_card("xyzzy", nearest("xyzzy"), reader())

    assert [action.line for action in mistyped.actions] == ["follow @ana", "help follow"]
    assert read(sentence).startswith("Share this?")
    assert [action.line for action in sentence.actions] == ["status lunch at noon?"]
    assert [action.line for action in nonsense.actions] == ["help"]
