"""Forms open prefilled, do what their line says, and come back as they were sent when something was wrong."""

from __future__ import annotations

import pytest

from bridge.model.card import FieldKind, Form
from bridge.model.command import Via
from bridge.model.compose.text import card_text
from bridge.model.post import Upload
from tests.commands.conftest import met
from tests.core import Team


async def opened(team: Team, line: str) -> Form:
    reply = await team.say("ana", line)
    assert reply.ok
    assert reply.form is not None
    assert card_text(reply.card)
    return reply.form


@pytest.mark.parametrize(
    ("line", "title", "value"),
    [
        ("status", "Share an update", ""),
        ("status to:@bo", "Share an update", ""),
        ("edit", "Edit ~2", "Shipping v2 #release"),
        ("edit last", "Edit ~2", "Shipping v2 #release"),
        ("edit ~2", "Edit ~2", "Shipping v2 #release"),
        ("reply ~1", "Reply to bo", ""),
        ("announce", "Announce to the team", ""),
        ("audience last", "Audience of ~2", "everyone"),
        ("profile", "Your profile", "Captain"),
        ("settings zone", "Your settings", "Europe/Vienna"),
        ("settings language", "Your settings", "en"),
        ("settings quiet", "Your settings", "18:00-08:00"),
        ("settings days", "Your settings", "mon tue wed thu fri"),
        ("settings mentions", "Your settings", "live"),
        ("settings ask", "Your settings", "on"),
    ],
)
async def test_a_form_opens_prefilled_and_can_be_sent_as_it_is(team: Team, line: str, title: str, value: str) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "profile Captain")
    await team.say("bo", "status Hello")
    await team.say("ana", "status Shipping v2 #release")

    form = await opened(team, line)
    filled = {field.name: field.value or "Something new" for field in form.fields}
    sent = await team.say("ana", form.line, via=Via.FORM, fields=filled)

    assert (form.title, form.fields[0].value) == (title, value)
    assert all(field.value in dict(field.choices) for field in form.fields if field.kind is FieldKind.CHOICE)
    assert sent.ok, card_text(sent.card)
    assert len(form.line) <= 90


@pytest.mark.parametrize(
    ("line", "field", "typed", "sentence"),
    [
        ("status", "text", "x" * 501, "That's too long by 1: an update has at most 500 characters."),
        ("status", "text", "  ", "There's nothing to share yet."),
        ("status to:@bo", "text", "  ", "There's nothing to share yet."),
        ("edit ~2", "text", "", "Nothing would be left of ~2. Write its new words, or delete it."),
        ("edit ~2", "text", "x" * 501, "That's too long by 1:"),
        ("reply ~1", "text", "", "There's nothing to share yet."),
        ("announce", "text", " ", "There's nothing to share yet."),
        ("profile", "text", "x" * 130, "That's too long by 10: what you do fits into 120 characters."),
        ("settings zone", "value", "Europe/Vena", "Did you mean Europe/Vienna?"),
        ("settings zone", "value", "", "I know no time zone “”."),
        ("settings quiet", "value", "25-26", "That time doesn't exist: 25."),
    ],
)
async def test_a_refused_form_comes_back_with_what_was_typed(
    team: Team, line: str, field: str, typed: str, sentence: str
) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "status Hello")
    await team.say("ana", "status Shipping v2 #release")

    reply = await team.say("ana", line, via=Via.FORM, fields={field: typed})

    assert not reply.ok
    assert sentence in card_text(reply.card)
    assert reply.form is not None
    assert reply.form.line == line
    assert reply.form.fields[0].value == typed.strip()
    assert sentence in reply.form.fields[0].error
    if typed.strip():
        assert reply.typed == typed


async def test_named_people_stay_named_unless_something_else_is_chosen(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status to:@bo Lunch?")

    form = await opened(team, "audience last")
    kept = await team.tell("ana", form.line, fields={"audience": form.fields[0].value})
    widened = await team.tell("ana", form.line, fields={"audience": "everyone"})

    assert form.fields[0].choices[0] == ("unchanged", "As now: bo and you")
    assert "Seen by: bo and you" in kept
    assert "2 people, not the community" in widened


@pytest.mark.parametrize(
    ("line", "text", "chosen", "seen"),
    [
        ("status", "Hello", "everyone", "2 people, not the community"),
        ("status", "Hello", "me", "only you"),
        ("status", "Hello", "followers", "only you, until somebody follows you"),
        ("status", "to:me Hello", "everyone", "only you"),
        ("status", "to:me Hello", "me", "only you"),
        ("status to:@bo", "Hello", "unchanged", "bo and you"),
        ("status to:@bo", "Hello", "me", "only you"),
        ("status to:@bo", "Hello", "everyone", "2 people, not the community"),
        ("status to:@bo", "to:me Hello", "unchanged", "only you"),
        ("status to:followers", "Hello", "me", "only you"),
    ],
)
async def test_who_may_see_an_update_is_chosen_in_its_form(
    team: Team, line: str, text: str, chosen: str, seen: str
) -> None:
    await met(team, "ana", "bo")

    shared = await team.tell("ana", line, via=Via.FORM, fields={"text": text, "audience": chosen})

    assert f"Seen by: {seen}" in shared
    assert "to:" not in shared


async def test_the_choice_is_the_team_unless_somebody_was_named(team: Team) -> None:
    await met(team, "ana", "bo")

    plain = (await opened(team, "status")).fields[1]
    named = (await opened(team, "status to:@bo")).fields[1]
    narrow = (await opened(team, "status to:me")).fields[1]

    assert (plain.value, plain.choices[0]) == ("everyone", ("everyone", "The team"))
    assert (named.value, named.choices[0]) == ("unchanged", ("unchanged", "Only for @bo"))
    assert narrow.value == "me"


async def test_the_community_sees_an_update_only_after_a_yes(team: Team) -> None:
    reply = await team.say("ana", "status", via=Via.FORM, fields={"text": "Hello", "audience": "public"})

    assert card_text(reply.card).startswith("Share with the community too?")
    assert "Until you choose, only you can see it." in card_text(reply.card)


@pytest.mark.parametrize(
    ("text", "chosen", "wrong", "sentence"),
    [
        ("x" * 501, "me", "text", "That's too long by 1"),
        ("to:nobody Hello", "everyone", "text", "I don't know the audience “nobody”."),
        ("Hello", "nobody", "audience", "I don't know the audience “nobody”."),
        ("Hello", "@nobody", "audience", "I know nobody called @nobody."),
        ("to:@bo Hello", "me", "audience", "Your words say to:@bo, and you chose something else here."),
        ("to:me Hello", "public", "audience", "Your words say to:me, and you chose something else here."),
    ],
)
async def test_a_mistake_stands_at_its_own_field(team: Team, text: str, chosen: str, wrong: str, sentence: str) -> None:
    await met(team, "ana", "bo")

    reply = await team.say("ana", "status", via=Via.FORM, fields={"text": text, "audience": chosen})

    assert not reply.ok
    assert reply.form is not None
    errors = {field.name: field.error for field in reply.form.fields}
    assert sentence in errors.pop(wrong)
    assert not any(errors.values())
    assert {field.name: field.value for field in reply.form.fields} == {"text": text, "audience": chosen}


@pytest.mark.parametrize(("line", "files"), [("status", 4), ("reply ~1", 4), ("announce", 4), ("edit ~1", 0)])
async def test_pictures_come_with_what_is_new(team: Team, line: str, files: int) -> None:
    await team.say("ana", "status Hello")

    assert (await opened(team, line)).files == files


async def test_a_mistake_about_a_file_stands_at_the_files(team: Team) -> None:
    empty = Upload("board.png", b"")

    reply = await team.say("ana", "status", via=Via.FORM, fields={"text": "Hello"}, files=(empty,))

    assert reply.form is not None
    assert reply.form.files_error == "The file board.png is empty. Attach it again."
    assert not any(field.error for field in reply.form.fields)


async def test_a_form_for_somebody_elses_update_does_not_open(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "status Hello")

    for line in ("edit ~1", "audience ~1"):
        reply = await team.say("ana", line, fields={"text": "Mine", "audience": "me"})
        assert not reply.ok
        assert reply.form is None
