"""People: who is who, one's own profile and settings, accounts and handles, sample colleagues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.command import Where, Who
from bridge.model.compose.text import card_text
from bridge.model.inbound import Closed
from bridge.model.person import Profile, Role
from bridge.services.acquaint import person_of
from tests.commands.conftest import lines, met
from tests.core import CHAT, HOME, Team


async def test_who_shows_somebodys_card(team: Team) -> None:
    team.chat.profiles["ana"] = Profile(name="Ana Kovač", handle="ana", title="Release captain", zone="Europe/Kyiv")
    await met(team, "ana", "bo")
    await team.say("ana", "status Graz office until fri")
    await team.say("ana", "status Shipping v2 #release")

    card = (await team.say("bo", "who ana")).card

    assert card_text(card).splitlines() == [
        "(AK) Ana Kovač · Release captain",
        "12:00 there, 1 h ahead · Graz office until Fri",
        "Today  Shipping v2 #release",
        "Writes about  #release",
        "[Follow] [Message]",
    ]
    assert lines(card) == ["follow @ana", "status to:@ana"]


async def test_who_says_that_there_are_no_updates_only_where_there_are_none(team: Team) -> None:
    await met(team, "ana", "bo")

    before = await team.tell("bo", "who ana")
    await team.say("ana", "status Graz office until fri")

    assert "No updates yet." in before
    assert "No updates yet." not in await team.tell("bo", "who ana")


async def test_who_with_several_none_and_oneself(team: Team) -> None:
    for user, name in (("a1", "Ana Kovač"), ("a2", "Ana Lima"), ("bo", "Bo")):
        team.chat.profiles[user] = Profile(name=name)
    await met(team, "a1", "a2", "bo")

    several = await team.tell("bo", "who ana")
    nobody = await team.tell("bo", "who zoe")
    near = await team.tell("bo", "who ana.kovak")
    myself = await team.say("bo", "who bo")

    assert several.splitlines() == [
        "People called ana",
        "Ana Kovač  @ana.kovač  [Follow]",
        "Ana Lima   @ana.lima  [Follow]",
    ]
    assert nobody == "I know nobody called zoe. Try /who.\nYou typed: who zoe"
    assert near.startswith("I know nobody called ana.kovak. Try /who ana.kovač.")
    assert lines(myself.card) == ["profile", "settings"]


async def test_who_alone_offers_people_to_follow(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("li", "status Hello")
    await team.say("bo", "follow @ana")

    assert lines((await team.say("bo", "who")).card) == ["follow @li"]


async def test_a_message_goes_to_the_one_person(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    button = lines((await team.say("bo", "who ana")).card)[1]

    form = (await team.say("bo", button)).form
    assert form is not None
    receipt = await team.tell("bo", form.line, fields={"text": "Coffee?"})
    await team.deliver()

    assert "Coffee?\nSeen by: ana and you" in receipt
    assert "Coffee?" in "".join(team.chat.texts("@ana"))
    assert team.chat.texts("@li") == []


async def test_a_profile_says_what_one_does(team: Team) -> None:
    said = await team.tell("ana", "profile Release captain,   Graz")
    too_long = await team.tell("ana", "profile " + "x" * 121)
    form = (await team.say("ana", "profile")).form
    emptied = await team.tell("ana", "profile", fields={"text": ""})

    assert said.startswith("✓ Saved\n(AN) ana · Release captain, Graz")
    assert too_long.startswith("That's too long by 1: what you do fits into 120 characters.")
    assert form is not None
    assert form.fields[0].value == "Release captain, Graz"
    assert "Graz" not in emptied


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("settings zone Europe/Vienna", "Vienna · 11:00"),
        ("settings zone new york", "New York · 05:00"),
        ("settings timezone utc", "UTC · 10:00"),
        ("settings language en", "Language              English"),
        ("settings lang EN", "Language              English"),
        ("settings quiet 20:00-07:00", "20:00 to 07:00 and days off"),
        ("settings quiet 6pm to 8am", "18:00 to 08:00 and days off"),
        ("settings quiet off", "days off only"),
        ("settings days mon-thu", "Mon to Thu"),
        ("settings days sun to thu", "Mon, Tue, Wed, Thu and Sun"),
        ("settings mentions digest", "Mentions and replies  in my digest  [At once]"),
        ("settings mentions live", "Mentions and replies  at once  [In my digest]"),
        ("settings ask off", "never  [Ask me]"),
        ("settings ask ON", "yes, privately  [Never ask me]"),
    ],
)
async def test_a_setting_is_saved_and_shown(team: Team, line: str, shown: str) -> None:
    saved = await team.tell("ana", line)

    assert saved.startswith("✓ Saved\n")
    assert shown in saved
    assert shown in await team.tell("ana", "settings")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("settings zone Europe/Vena", "I know no time zone “Europe/Vena”. Did you mean Europe/Vienna?"),
        ("settings language fr", "“fr” isn't a value of language. It can be: en, de."),
        ("settings quiet late", "I can't read “late” as quiet hours. Try /settings quiet 18:00-08:00, or off."),
        ("settings quiet 25-26", "That time doesn't exist: 25. Try /settings quiet 18:00-08:00."),
        ("settings days never", "I can't read “never” as days of the week. Try /settings days mon-fri."),
        ("settings mentions never", "“never” isn't a value of mentions. It can be: live, digest."),
        ("settings ask maybe", "“maybe” isn't a value of ask. It can be: on, off."),
        (
            "settings colour blue",
            "There is no setting “colour”. You can set zone, language, quiet, days, mentions, replies, ask and"
            " chat-status.",
        ),
        ("settings colour", "There is no setting “colour”."),
    ],
)
async def test_a_setting_that_cannot_be_says_what_can(team: Team, line: str, sentence: str) -> None:
    reply = await team.say("ana", line)

    assert not reply.ok
    assert card_text(reply.card).startswith(sentence)
    assert reply.typed == line


async def test_a_digest_by_ones_own_clock_moves_with_it(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.say("ana", "digest daily 9 Asia/Tokyo")

    await team.say("bo", "settings zone New York")
    await team.say("ana", "settings zone New York")

    assert "weekdays at 09:00, New York" in await team.tell("bo", "digest")
    assert "every day at 09:00, Tokyo" in await team.tell("ana", "digest")


async def test_a_language_is_kept(team: Team) -> None:
    await team.say("ana", "settings language DE")

    _, ana = await person_of(team.world, Who(CHAT, HOME, "ana"))
    assert ana.language == "de"


async def test_users_of_two_platforms_never_share_a_person(team: Team) -> None:
    here, ana = await person_of(team.world, Who(CHAT, HOME, "ana", "Ana", "ana"))
    there, other = await person_of(team.world, Who("elsewhere", HOME, "ana", "Ana", "ana"))
    third, another = await person_of(team.world, Who(CHAT, "other", "ana", "Ana", "ana"))
    again, same = await person_of(team.world, Who(CHAT, HOME, "ana", "Ana", "ana"))

    assert len({ana.id, other.id, another.id}) == 3
    assert len({here.id, there.id, third.id}) == 3
    assert (again, same) == (here, ana)
    assert [ana.handle, other.handle, another.handle] == ["ana", "ana2", "ana3"]
    assert len({ana.home, other.home, another.home}) == 3


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ana Kovač", "ana.kovač"),
        ("李 明", "李.明"),
        ("*!?", "someone"),
        ("", "u1"),
        ("x" * 300, "x" * 40),
        ("Ev\u202eil\x00", "evil"),
        ("\ud83d", "u1"),
    ],
)
async def test_any_name_gives_a_handle_that_can_be_typed(team: Team, name: str, handle: str) -> None:
    _, person = await person_of(team.world, Who(CHAT, HOME, "u1", name))

    assert person.handle == handle
    assert len(person.name) <= 80
    assert not set("\u202e\x00\ud83d") & set(person.name)
    assert person.name.strip()


async def test_a_channel_may_have_any_name(team: Team) -> None:
    where = Where(CHAT, HOME, "C1", name="ev\u202eil\ud83d\x00")
    call = replace(team.call("ana", "following here"), where=where)

    assert card_text((await team.intake.dispatch(call)).card).startswith("#evil follows nobody yet")


async def test_the_first_person_of_the_team_is_administrator_and_nobody_after(team: Team) -> None:
    team.chat.profiles["gus"] = Profile(name="Gus", guest=True)
    await met(team, "gus", "ana", "bo")

    people = [(await person_of(team.world, Who(CHAT, HOME, user)))[1] for user in ("gus", "ana", "bo")]

    assert [Role.ADMIN in person.roles for person in people] == [False, True, False]


async def test_samples_come_labelled_share_something_and_go(team: Team) -> None:
    came = await team.say("ana", "samples on")
    again = await team.say("ana", "samples on")
    timeline = await team.tell("ana", "timeline everyone")
    followed = await team.say("ana", lines(came.card)[0])
    gone = await team.tell("ana", "samples off")
    twice = await team.tell("ana", "samples off")

    assert card_text(came.card).count("Sample colleague · ") == 3
    assert lines(came.card) == lines(again.card)
    assert timeline.count("#importer") == 1
    assert followed.ok
    assert gone == "✓ 3 sample colleagues removed"
    assert twice == "There are no sample colleagues here."
    assert "#importer" not in await team.tell("ana", "timeline everyone")
    assert "You follow nobody yet" in await team.tell("ana", "following")


async def test_samples_can_come_back(team: Team) -> None:
    first = await team.say("ana", "samples on")
    await team.say("ana", "samples off")

    second = await team.say("ana", "samples on")

    assert lines(second.card) == lines(first.card)
    assert "#importer" in await team.tell("ana", "timeline everyone")


async def test_samples_are_never_administrators_nor_counted(team: Team) -> None:
    await team.say("ana", "samples on")

    people = await team.world.store.read(lambda tx: tx.people.handles("", 20))

    assert {person.handle for person in people if person.roles} == {"ana"}
    assert sum(person.sample for person in people) == 3
    assert "Seen by: 1 person, not the community" in await team.tell("ana", "status Hello")


async def test_samples_are_for_trying_things_out_alone(team: Team) -> None:
    await met(team, "ana", "bo")

    refused = await team.tell("bo", "samples on")

    assert refused.startswith("Sample colleagues are for trying things out alone.")
    assert (await team.say("ana", "samples on")).ok
    assert (await team.say("bo", "samples off")).ok
    assert "“maybe” isn't a value of samples. It can be: on, off." in await team.tell("ana", "samples maybe")


async def test_no_quiet_hours_are_not_no_quiet_and_that_is_said(team: Team) -> None:
    off = await team.tell("ana", "settings quiet off")
    await team.say("ana", "settings days mon-sun")
    every_day = await team.tell("ana", "settings quiet off")

    assert "Days off stay quiet; to change which those are: /settings days mon-sun" in off
    assert "stay quiet" not in every_day


@pytest.mark.parametrize("line", ["settings quiet off", "settings zone Asia/Tokyo"])
async def test_what_waits_for_the_end_of_quiet_hours_comes_when_they_end_sooner(team: Team, line: str) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "settings zone UTC")
    await team.say("bo", "settings days mon-sun")
    await team.say("bo", "settings quiet 08:00-18:00")
    await team.say("bo", "follow @ana live")
    await team.say("ana", "status Hello")
    await team.deliver()
    held = team.chat.texts("@bo")

    await team.say("bo", line)
    await team.deliver()

    assert held == []
    assert any("Hello" in text for text in team.chat.texts("@bo"))


async def test_of_a_closed_account_nothing_is_offered_that_cannot_work(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Shipping v2 #release")
    await team.intake.hear(Closed("c1", CHAT, HOME, Who(CHAT, HOME, "ana")))

    card = (await team.say("bo", "who ana")).card

    assert "Their account was closed." in card_text(card)
    assert "there" not in card_text(card)
    assert "Shipping v2" in card_text(card)
    assert lines(card) == []


async def test_a_closed_account_can_be_unfollowed(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.intake.hear(Closed("c1", CHAT, HOME, Who(CHAT, HOME, "ana")))

    assert lines((await team.say("bo", "who ana")).card) == ["unfollow @ana"]
