"""Sharing as its author sees it: for whom, until when, with what attached, changed, taken back, answered, passed on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.command import Via
from bridge.model.compose.text import card_text
from bridge.model.post import Upload
from bridge.services.acquaint import person_of
from tests.commands.conftest import PICTURE, lines, met
from tests.core import Team

BUILD = Upload("build.png", PICTURE, "green build board")


async def test_a_receipt_says_who_sees_it_how_long_and_whom_it_does_not_know(team: Team) -> None:
    await met(team, "ana", "li")

    receipt = await team.tell("ana", "status Shipping v2 today #release @li @lii @zzz")

    assert receipt.splitlines() == [
        "✓ Shared  ~1",
        "Shipping v2 today #release @li @lii @zzz",
        "Seen by: 2 people, not the community · kept 2 years",
        "Live in 1 direct message",
        "#general doesn't follow you  [Show here too]",
        "I know no @lii. Did you mean @li?",
        "I know no @zzz.",
        "[Edit] [Undo] [Audience]",
    ]


async def test_of_a_channel_without_a_name_nothing_is_said(team: Team) -> None:
    """Where the name is not told, the line would read "# doesn't follow you"."""
    call = team.call("ana", "status Shipping v2")
    nameless = replace(call, where=replace(call.where, name=""))

    receipt = await team.intake.dispatch(nameless)

    assert "doesn't follow" not in card_text(receipt.card)


async def test_one_message_is_one_update_whatever_its_form_says(team: Team) -> None:
    await met(team, "ana", "bo")
    form = replace(team.call("ana", "status", via=Via.FORM, fields={"text": "Shipping v2"}), message="m1")
    await team.intake.dispatch(form)
    for call in (
        replace(team.call("ana", "status", via=Via.FORM, fields={"text": "Shipping v3"}), message="m1"),
        replace(team.call("ana", "status"), message="m1"),
        replace(team.call("bo", "status"), message="m1"),
    ):
        again = await team.intake.dispatch(call)

        assert not again.ok
        assert card_text(again.card).startswith("It is shared already: ~1")
        assert again.typed == call.fields.get("text", "")
        assert ("edit ~1" in lines(again.card)) is (call.who.user == "ana")


async def test_whoever_may_not_see_an_update_does_not_learn_of_it_by_its_message(team: Team) -> None:
    await met(team, "ana", "bo")
    fields = {"text": "Shipping v2", "audience": "me"}
    await team.intake.dispatch(replace(team.call("ana", "status", via=Via.FORM, fields=fields), message="m1"))

    asked = await team.intake.dispatch(replace(team.call("bo", "status"), message="m1"))

    assert asked.form is not None


async def test_what_was_made_from_a_message_and_taken_back_is_not_shared_again_from_it(team: Team) -> None:
    call = replace(team.call("ana", "status", via=Via.FORM, fields={"text": "Shipping v2"}), message="m1")
    await team.intake.dispatch(call)
    await team.say("ana", "delete ~1")

    again = await team.intake.dispatch(replace(call, key="again"))

    assert "was shared before and taken back" in card_text(again.card)


async def test_an_update_holds_until_its_end_and_stands_on_the_card(team: Team) -> None:
    await met(team, "ana", "bo")

    receipt = await team.tell("ana", "status Graz office until fri")
    during = await team.tell("bo", "who ana")
    await team.say("ana", "edit last Vienna office until sat")
    changed = await team.tell("bo", "who ana")
    team.clock.advance(days=7)
    after = await team.tell("bo", "who ana")

    assert "It holds until Fri 27 Nov" in receipt
    assert "Graz office until Fri" in during
    assert "Vienna office until Sat" in changed
    assert "until" not in after


@pytest.mark.parametrize("typed", ["to:@bo,@cy", "to:@bo, @cy", "to:@bo ,@cy,", "TO:@bo,@cy"])
async def test_named_people_see_it_and_are_told_at_once(team: Team, typed: str) -> None:
    await met(team, "ana", "bo", "cy", "li")

    receipt = await team.tell("ana", f"status {typed} Lunch at twelve?")
    await team.deliver()

    assert "Lunch at twelve?\nSeen by: bo, cy and you · kept 2 years\nLive in 2 direct messages" in receipt
    assert all("Lunch at twelve?" in "".join(team.chat.texts(place)) for place in ("@bo", "@cy"))
    assert team.chat.texts("@li") == []
    assert "Lunch" not in await team.tell("li", "timeline everyone")


async def test_named_people_who_want_no_live_mentions_get_it_by_digest(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "settings mentions digest")

    await team.say("ana", "status to:@bo Lunch at twelve?")

    assert "Lunch at twelve?" in await team.tell("bo", "digest preview")


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("to:me", "Seen by: only you · kept"),
        ("to:followers", "Seen by: your 1 follower · kept"),
        ("to:everyone", "Seen by: 2 people, not the community · kept"),
    ],
)
async def test_an_audience_is_said_in_words(team: Team, typed: str, seen: str) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")

    assert seen in await team.tell("ana", f"status Hello {typed}")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("to:@boo", "I know nobody called @boo. Try @bo."),
        ("to:folowers", "I don't know the audience “folowers”. Try to:@ana,@li, to:followers, to:public or to:me."),
        ("to:@bo,cy", "I know nobody called @cy. Try /who."),
        ("to:bo", "I don't know the audience “bo”. Try to:@bo, to:followers, to:public or to:me."),
        ("to: @bo", "Nothing was shared: write who may see it without a space, like to:@bo."),
        ("Psst to: @bo", "Nothing was shared: write who may see it without a space, like to:@bo."),
        ("to :@bo", "Nothing was shared: write who may see it without a space, like to:@bo."),
        ("To: bo", "Nothing was shared: write who may see it without a space, like to:@bo."),
        ("to: Me", "Nothing was shared: write who may see it without a space, like to:me."),
    ],
)
async def test_an_audience_that_is_not_understood_shares_nothing(team: Team, typed: str, sentence: str) -> None:
    await met(team, "ana", "bo")

    reply = await team.say("ana", f"status {typed} Lunch?")

    assert not reply.ok
    assert reply.typed == f"status {typed} Lunch?"
    assert sentence in card_text(reply.card)
    assert "Lunch" not in await team.tell("ana", "timeline everyone")


@pytest.mark.parametrize("typed", ["We moved to: the new office", "What I have to do: rest", "Go to Graz"])
async def test_prose_with_a_to_in_it_is_shared(team: Team, typed: str) -> None:
    assert f"✓ Shared  ~1\n{typed}\n" in await team.tell("ana", f"status {typed}")


@pytest.mark.parametrize(
    ("line", "sentence", "buttons"),
    [
        (
            "edit last to:me now private?",
            "An edit changes the words alone. Write them without “to:me”",
            ["audience ~1"],
        ),
        ("edit last to: @bo psst", "Write them without “to: @bo”", ["audience ~1"]),
        ("reply ~1 to:everyone hi", "seen by whoever sees the first update. Write it without “to:everyone”.", []),
        ("reshare ~1 to:@bo hi", "seen by whoever sees the first update. Write it without “to:@bo”.", []),
        ("announce to:me hi", "An announcement goes to the whole team.", ["status to:me hi"]),
    ],
)
async def test_an_audience_where_none_can_be_named_publishes_nothing(
    team: Team, line: str, sentence: str, buttons: list[str]
) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Hello")

    refused = await team.say("ana", line)
    read = await team.tell("bo", "timeline everyone")

    assert sentence in card_text(refused.card)
    assert (refused.ok, refused.typed, lines(refused.card)) == (False, line, buttons)
    assert "Hello" in read
    assert "to:" not in read


async def test_the_community_sees_it_only_after_a_yes_that_names_it(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.world.store.write(lambda tx: tx.places.add_workspace("chat", "fans", "Fans of Acme"))

    question = await team.say("ana", "status to:public Hello world")
    before = await team.tell("bo", "timeline everyone")
    yes, team_only, undo = lines(question.card)
    receipt = await team.tell("ana", yes)

    assert "People outside the team will see this: Fans of Acme." in card_text(question.card)
    assert "Hello" not in before
    assert (team_only, undo) == ("audience ~1 everyone", "delete ~1")
    assert receipt.startswith("✓ Shared  ~1")
    assert "2 people and the community" in receipt
    assert "Hello world" in await team.tell("bo", "timeline everyone")


async def test_widening_an_older_update_offers_no_way_to_lose_it(team: Team) -> None:
    await team.say("ana", "status Hello")

    question = await team.say("ana", "audience last", fields={"audience": "public"})

    assert lines(question.card) == ["audience ~1 public yes"]


async def test_an_audience_can_be_changed(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Hello")

    narrowed = await team.tell("ana", "audience ~1 to:me")
    unseen = await team.tell("bo", "timeline everyone")
    widened = await team.tell("ana", "audience last everyone")

    assert narrowed.startswith("✓ Changed  ~1")
    assert "Hello" not in unseen
    assert "2 people, not the community" in widened


async def test_a_reply_keeps_the_audience_of_its_conversation(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("ana", "status to:@bo Lunch?")

    receipt = await team.tell("bo", "reply ~1 Gladly")
    refused = await team.tell("bo", "audience last everyone")
    stranger = await team.tell("li", "reply ~1 Me too")

    assert "Seen by: ana and you" in receipt
    assert "A reply or a reshare is seen by whoever sees the first update." in refused
    assert "I can't find the update ~1." in stranger


async def test_a_reply_stands_in_its_conversation_not_in_the_team_timeline(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "settings mentions digest")
    await team.say("ana", "status Hello")

    receipt = await team.tell("bo", "reply last Hi")

    assert "It stands in its conversation." in receipt
    assert "timeline" not in receipt


async def test_a_reply_can_name_a_link_to_any_copy(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana live here", "random")
    await team.say("ana", "status Hello")
    await team.deliver()
    [message] = [id for id, card in team.chat.messages["random"].items() if "Hello" in card_text(card)]

    answered = await team.say("bo", f"reply https://chat.example/random/{message} Hi")

    assert answered.ok
    assert "1 reply" in await team.tell("bo", "timeline everyone")


async def test_what_is_meant_for_some_cannot_be_passed_on(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status to:@bo Lunch?")

    refused = await team.say("bo", "reshare ~1")

    assert card_text(refused.card).startswith("~1 is meant for some only, so it can't be passed on.")
    assert lines(refused.card) == ["reply ~1"]


async def test_a_reshare_of_a_bare_reshare_is_one_of_the_original(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("ana", "status Hello")
    await team.say("bo", "reshare ~1")

    await team.say("li", "reshare ~2")
    await team.say("ana", "delete ~1")

    assert "Nothing here yet" in await team.tell("li", "timeline everyone")


async def test_delete_without_a_name_asks_first(team: Team) -> None:
    await team.say("ana", "status Hello")

    asked = await team.say("ana", "undo")
    kept = await team.tell("ana", "timeline everyone")
    gone = await team.say("ana", *lines(asked.card))

    assert card_text(asked.card) == "Delete ~1 and all its copies?\nHello\n[Delete]"
    assert "Hello" in kept
    assert card_text(gone.card) == "✓ Deleted  ~1\nEvery copy goes too."


@pytest.mark.parametrize("line", ["edit last New", "delete last", "audience last", "reply last Hi", "why", "link last"])
async def test_last_without_any_update_is_said(team: Team, line: str) -> None:
    assert "There is no update yet that “last” could mean." in await team.tell("ana", line)


@pytest.mark.parametrize(
    ("line", "example"),
    [
        ("reply", "/reply last congrats"),
        ("reshare", "/reshare last"),
        ("link", "/link last"),
        ("got-it", "/got-it last"),
    ],
)
async def test_a_verb_without_its_update_says_how_to_name_one(team: Team, line: str, example: str) -> None:
    said = await team.tell("ana", line)

    assert said.startswith("Which update? Name it by its number")
    assert f"for example {example}." in said


@pytest.mark.parametrize(
    "line", ["reply ~99 Hi", "why ~99", "edit ~99 Hi", "reply https://elsewhere.example/1 Hi", "why xyz"]
)
async def test_an_update_that_is_not_there_is_not_found(team: Team, line: str) -> None:
    said = await team.tell("ana", line)

    assert f"I can't find the update {line.split()[1]}." in said


async def test_a_picture_needs_no_text(team: Team) -> None:
    await met(team, "ana", "bo")

    receipt = await team.tell("ana", "status", files=(BUILD,))
    read = await team.tell("bo", "timeline everyone")

    assert "✓ Shared  ~1\n[green build board]" in receipt
    assert "[picture: green build board]" in read


async def test_a_picture_stays_when_its_text_is_edited_away(team: Team) -> None:
    await team.say("ana", "status Look", files=(BUILD,))

    assert (await team.say("ana", "edit last", fields={"text": " "})).ok
    assert "[picture: green build board]" in await team.tell("ana", "timeline everyone")


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ((BUILD,) * 5, "That's 5 attachments: an update has at most 4."),
        (
            (Upload("big.bin", bytes(11 * 1024 * 1024)),),
            "The file big.bin is too big: an attachment has at most 10 MB.",
        ),
        ((Upload("nothing.png", b""),), "The file nothing.png is empty. Attach it again."),
        (
            (Upload("cat.png", b"#!/bin/sh\nrm -rf /\n"),),
            "The file cat.png isn't what its name says. Rename it, or attach the real picture.",
        ),
        ((Upload("cat.mp4", PICTURE),), "The file cat.mp4 isn't what its name says."),
    ],
)
async def test_a_file_that_cannot_be_taken_gives_the_text_back(
    team: Team, files: tuple[Upload, ...], sentence: str
) -> None:
    reply = await team.say("ana", "status Look at this", files=files)

    assert card_text(reply.card).startswith(sentence)
    assert reply.typed == "status Look at this"
    assert "Look" not in await team.tell("ana", "timeline everyone")


async def test_only_announcers_announce_and_others_can_share_instead(team: Team) -> None:
    await met(team, "ana", "bo", "cy")
    team.world.policy = replace(team.world.policy, announcers=frozenset({"li"}))
    await met(team, "li")

    refused = await team.say("bo", "announce We won")

    assert lines(refused.card) == ["status We won"]
    assert (await team.say("li", "announce We won")).ok
    assert (await team.say("ana", "announce We won")).ok


async def test_undo_of_an_announcement_tells_nobody(team: Team) -> None:
    from bridge.services.sharing import publish

    await met(team, "ana", "bo")
    held = await team.say("ana", "announce Oops")

    assert (await team.say("ana", next(line for line in lines(held.card) if line.startswith("delete")))).ok
    team.clock.advance(minutes=1)

    assert await publish.release_announcements(team.world) == 0
    assert "Oops" not in await team.tell("bo", "timeline everyone")


async def test_got_it_is_counted_once_and_without_a_name(team: Team) -> None:
    await met(team, "ana", "bo")
    shared = await team.say("ana", "announce We won")
    team.clock.advance(minutes=1)
    assert shared.post is not None
    post = shared.post

    first = await team.tell("ana", "got-it ~1")
    await team.say("ana", "got-it ~1")
    stats = await team.world.store.read(lambda tx: tx.posts.stats([post]))

    assert first == "Noted. It's counted, never by name."
    assert stats[post].got_it == 1


async def test_nobody_is_told_of_their_own_update(team: Team) -> None:
    await met(team, "ana")

    await team.say("ana", "status Note to @ana")
    await team.deliver()

    _, ana = await person_of(team.world, team.call("ana", "").who)
    assert ana.handle == "ana"
    assert team.chat.texts("@ana") == []
