"""Following, muting and digests as people ask for them, for themselves and for a channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.model.compose.text import card_text
from bridge.model.errors import Transient
from bridge.model.person import Profile
from bridge.model.place import Members
from tests.commands.conftest import lines, met
from tests.core import Team


@pytest.mark.parametrize(
    ("line", "title", "coming"),
    [
        ("follow @ana", "✓ You follow @ana", "New updates come in your digest, next tomorrow 09:00 Vienna."),
        ("follow ana", "✓ You follow @ana", "New updates come in your digest, next tomorrow 09:00 Vienna."),
        ("follow @ana live", "✓ You follow @ana", "New updates come at once, in your direct messages."),
        ("follow #release", "✓ You follow #release", "in your digest"),
        ("follow everyone", "✓ You follow everyone", "in your digest"),
        ("follow ~1 live", "✓ You follow ~1", "at once, in your direct messages"),
        ("follow @ana here", "✓ #general follows @ana", "in the digest of #general, next tomorrow 09:00 Vienna."),
        ("follow #release live here", "✓ #general follows #release", "New updates come at once, in #general."),
    ],
)
async def test_the_answer_says_what_comes_when_and_where(team: Team, line: str, title: str, coming: str) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "status Hello #release")

    said = await team.tell("bo", line)

    assert said.startswith(title)
    assert coming in said


async def test_the_other_cadence_is_one_button_away(team: Team) -> None:
    await met(team, "ana", "bo")

    digest = await team.say("bo", "follow @ana")
    live = await team.say("bo", lines(digest.card)[0])

    assert lines(digest.card)[:2] == ["follow @ana live", "timeline @ana"]
    assert "At once" not in card_text(live.card).splitlines()[0]
    assert lines(live.card)[0] == "follow @ana digest"


async def test_the_time_zone_is_asked_for_once(team: Team) -> None:
    await met(team, "ana", "bo", "li")

    first = await team.tell("bo", "follow @ana")
    second = await team.tell("bo", "follow @li")

    assert "I don't know your time zone, so I go by Vienna." in first
    assert "zone" not in second


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("follow @nobody", "I know nobody called @nobody. Try /who."),
        ("unfollow blog.example.org", "I know no source “blog.example.org” here. /sources lists yours."),
        (
            "unfollow https://blog.example.org",
            "I know no source “https://blog.example.org” here. /sources lists yours.",
        ),
        ("unfollow @an.a", "I know nobody called @an.a. Try @ana."),
        ('unfollow "our product"', '"our product" isn\'t looked for. /track shows what is, and looks for more.'),
        ('follow "our product"', '"our product" isn\'t looked for. /track shows what is, and looks for more.'),
        ("follow @anna", "I know nobody called @anna. Try @ana."),
        ("follow anna live", "I know nobody called anna. Try @ana."),
        ("follow @bo", "That's you. Your own updates are in your timeline already."),
        ("follow one two", "I don't know what “one two” means. Name a person, a #tag or everyone"),
        ("follow #", "I don't know what “#” means."),
        ("follow ~99", "I can't find the update ~99."),
        ("follow here", "Whom or what? Name a person, a #tag or everyone, for example /follow #release here."),
        ("unfollow @ana", "@ana isn't followed. /following shows what is."),
        ("unfollow @ana here", "@ana isn't followed. /following here shows what is."),
        ("mute", "Whom or what? Name a person, a #tag or everyone, for example /mute @ana 2d."),
        ("mute @ana someday", "I can't read “someday” as a day or a time. Try /mute @ana until 12 May 15:00."),
        ("follow everyone here", "so whoever created it or an administrator has to do it."),
        ("follow everyone live here", "so whoever created it or an administrator has to do it."),
    ],
)
async def test_what_cannot_be_followed_is_said(team: Team, line: str, sentence: str) -> None:
    await met(team, "ana", "bo")

    reply = await team.say("bo", line)

    assert not reply.ok
    assert sentence in card_text(reply.card)
    assert f"You typed: {line}" in card_text(reply.card)


async def test_here_is_for_channels_and_full_members(team: Team) -> None:
    await met(team, "ana")
    team.chat.profiles["gus"] = Profile(name="Gus", guest=True)

    private = await team.tell("ana", "follow #release here", "@")
    guest = await team.tell("gus", "follow #release here")

    assert private.startswith("“here” is for channels.")
    assert guest.startswith("Only full members of the team can change what a channel follows.")


async def test_live_in_a_big_channel_is_for_administrators(team: Team) -> None:
    await met(team, "ana", "bo")
    team.chat.members_of["general"] = Members(known=True, team=True, count=51)

    refused = await team.say("bo", "follow #release live here")

    assert not refused.ok
    assert (await team.say("bo", "follow #release here")).ok
    assert (await team.say("ana", "follow #release live here")).ok


@pytest.mark.parametrize("line", ["follow #release live here", "follow everyone here", "follow everyone live here"])
async def test_whoever_made_a_channel_decides_what_comes_there(team: Team, line: str) -> None:
    await met(team, "ana", "bo", "li")
    team.chat.members_of["general"] = Members(known=True, team=True, count=51)
    team.chat.owners["general"] = "bo"

    refused = await team.say("li", line)
    made = await team.say("bo", line)
    elsewhere = await team.say("bo", "follow everyone here", "random")

    assert "whoever created it or an administrator" in card_text(refused.card)
    assert made.ok
    assert not elsewhere.ok


async def test_a_channel_that_is_closed_says_what_to_type_to_let_the_bridge_in(team: Team) -> None:
    await met(team, "ana")
    team.chat.doors["board"] = "/invite @bridge"

    refused = await team.say("ana", "follow #release here", "board")
    nothing = await team.tell("ana", "following here", "board")
    team.chat.doors.clear()
    again = await team.say("ana", "follow #release here", "board")

    assert card_text(refused.card).startswith(
        "I can't see this channel yet. Type /invite @bridge here, then do it again."
    )
    assert refused.typed == "follow #release here"
    assert nothing.startswith("#board follows nobody yet")
    assert again.ok


async def test_a_channel_that_cannot_be_entered_just_now_follows_nothing(team: Team) -> None:
    await met(team, "ana")
    team.chat.failing.append(Transient(reason="no answer"))

    refused = await team.say("ana", "follow #release here")
    again = await team.say("ana", "follow #release here")

    assert card_text(refused.card).startswith("I couldn't get into this channel just now. Nothing was changed;")
    assert again.ok


async def test_resume_says_that_updates_come_again_also_where_nobody_stopped_them(team: Team) -> None:
    """Given a place that closed and, once it was open again, went on by itself."""
    await met(team, "ana")
    nothing = await team.tell("ana", "resume here")
    await team.say("ana", "follow #release here")

    resumed = await team.tell("ana", "resume here")

    assert nothing == "This channel follows nothing."
    assert resumed == "✓ Resumed. Updates come here again."


async def test_resume_says_what_to_type_where_the_bridge_is_not_inside(team: Team) -> None:
    await met(team, "ana")
    await team.say("ana", "follow #release here", "board")
    team.chat.doors["board"] = "/invite @bridge"

    told = await team.tell("ana", "resume here", "board")

    assert told.startswith("I can't see this channel yet. Type /invite @bridge here, then do it again.")


async def test_stopped_twice_it_is_stopped(team: Team) -> None:
    await met(team, "ana")
    await team.say("ana", "follow #release here")
    await team.say("ana", "stop here")

    assert (await team.tell("ana", "stop here")).startswith("✓ Stopped.")


@pytest.mark.parametrize("how", ["live", "digest"])
async def test_a_channel_that_others_read_is_promised_only_what_comes(team: Team, how: str) -> None:
    await met(team, "ana", "bo")
    team.chat.members_of["mixed"] = Members(known=True, team=False, count=9)
    only = "People outside the team can read there, so only public updates come."

    told = await team.tell("bo", f"follow @ana {how} here", "mixed")
    elsewhere = await team.tell("bo", f"follow @ana {how} here", "random")
    shared = await team.tell("ana", "status Hello")

    assert only in told
    assert only not in elsewhere
    assert ("Live in #random\n" if how == "live" else "In 1 digest\n") in shared


async def test_a_receipt_names_it_for_what_is_public(team: Team) -> None:
    await met(team, "ana", "bo")
    team.chat.members_of["mixed"] = Members(known=True, team=False, count=9)
    await team.say("bo", "follow @ana live here", "mixed")
    asked = await team.say("ana", "status to:public Hello")
    sure = next(line for line in lines(asked.card) if "yes" in line)
    shared = await team.tell("ana", sure)

    assert "Live in #mixed" in shared


async def test_who_may_not_follow_does_not_bring_the_bridge_in(team: Team) -> None:
    await met(team, "ana", "bo")
    team.chat.doors["board"] = "/invite @bridge"

    refused = await team.tell("bo", "follow everyone here", "board")

    assert "whoever created it or an administrator" in refused
    assert "/invite" not in refused


async def test_a_channel_is_told_who_made_it_follow_and_can_stop(team: Team) -> None:
    await met(team, "ana", "bo", "li")
    await team.say("bo", "follow @ana live here")
    await team.deliver()
    [told] = team.chat.messages["general"].values()

    stopped = await team.say("li", *lines(told))
    await team.say("ana", "status Hello", "random")
    await team.deliver()
    silent = "".join(team.chat.texts("general"))
    resumed = await team.say("li", *lines(stopped.card))
    await team.say("ana", "status Again", "random")
    await team.deliver()

    assert "bo made this channel follow @ana" in card_text(told)
    assert "Hello" not in silent
    assert resumed.ok
    assert "Again" in "".join(team.chat.texts("general"))


async def test_what_is_followed_is_listed(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana live")
    await team.say("bo", "follow #release")
    await team.say("bo", "mute #standup 2d")

    said = await team.tell("bo", "following")

    assert said.splitlines()[:4] == [
        "You follow 2",
        "AT ONCE   @ana  [Unfollow]",
        "DIGEST    #release  [Unfollow]",
        "MUTED     #standup · until Wed 25 Nov 11:00  [Unmute]",
    ]
    assert "1 person follows you\nbo  @bo" in await team.tell("ana", "followers")


async def test_bare_follow_and_unfollow_show_what_there_is(team: Team) -> None:
    await met(team, "ana", "bo")

    assert "follow @ana" in lines((await team.say("bo", "follow")).card)
    await team.say("bo", "follow @ana")
    assert "unfollow @ana" in lines((await team.say("bo", "unfollow")).card)


async def test_a_mute_ends_by_itself(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")

    said = await team.tell("bo", "mute @ana 2d")
    await team.say("ana", "status Hello")
    during = await team.tell("bo", "timeline")
    team.clock.advance(days=2, minutes=1)
    after = await team.tell("bo", "timeline")

    assert said == "✓ @ana is muted until Wed 25 Nov 11:00\nOnly you know.\n[Undo]"
    assert "Hello" not in during
    assert "Hello" in after


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("digest weekdays 09:00 Europe/Vienna", "weekdays at 09:00, Vienna"),
        ("digest daily 9", "every day at 09:00, Vienna"),
        ("digest mon wed 8:30 17:00", "Mon and Wed at 08:30 and 17:00, Vienna"),
        ("digest daily 9am new york", "every day at 09:00, New York"),
        ("digest on", "weekdays at 09:00, Vienna"),
    ],
)
async def test_a_digest_comes_when_it_is_asked_for(team: Team, line: str, when: str) -> None:
    said = await team.tell("ana", line)

    assert said.startswith(f"Your digest\nWhen   {when}\nWhere  Your direct messages\n")
    assert "To change it: /digest weekdays 9" in said


async def test_a_channel_has_a_digest_of_its_own(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("ana", "follow @bo here")

    said = await team.say("ana", "digest daily 9 here")
    await team.say("bo", "status Hello", "random")
    preview = await team.tell("ana", "digest preview here")
    now = await team.tell("ana", "digest now here")
    await team.deliver()

    assert "The digest of #general\nWhen   every day at 09:00, Vienna\nWhere  #general" in card_text(said.card)
    assert all(line.endswith(" here") for line in lines(said.card))
    assert preview.startswith("#general · Tue 24 Nov · 1 update")
    assert now == "On its way to #general: 1 update."
    assert "Hello" in team.chat.texts("general")[-1]


async def test_a_pause_says_until_when_and_ends_with_one_button(team: Team) -> None:
    paused = await team.say("ana", "digest pause until 12 May")
    resumed = await team.tell("ana", "digest resume")

    assert "Paused  until Wed 12 May" in card_text(paused.card)
    assert "digest resume" in lines(paused.card)
    assert "Paused" not in resumed


async def test_a_preview_says_when_it_comes_or_why_it_does_not(team: Team) -> None:
    await met(team, "ana", "bo")

    nobody = await team.tell("bo", "digest preview")
    await team.say("bo", "follow @ana")
    nothing = await team.tell("bo", "digest preview")
    await team.say("ana", "status Hello")
    something = await team.tell("bo", "digest preview")
    await team.say("bo", "digest off")
    off = await team.tell("bo", "digest preview")

    assert nobody == "Your digest\nYou follow nobody yet, so nothing comes.\n[People to follow]"
    assert "Nothing new waits for it. An empty digest is never sent.\nNext: tomorrow 09:00 Vienna" in nothing
    assert "A preview: it comes tomorrow 09:00." in something
    assert "A preview: the digest is off. /digest on turns it on." in off


async def test_a_digest_now_takes_what_waits(team: Team) -> None:
    await met(team, "ana", "bo")
    await team.say("bo", "follow @ana")
    await team.say("ana", "status Hello")

    first = await team.tell("bo", "digest now")
    second = await team.tell("bo", "digest now")

    assert first == "On its way to your direct messages: 1 update."
    assert "Nothing new waits for it." in second


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("digest daily 25:00", "That time doesn't exist: 25:00. Try /digest daily 9."),
        ("digest whenever", "I can't read “whenever” as days and times. Try /digest daily 9."),
        ("digest daily 9 Europe/Vena", "Did you mean Europe/Vienna?"),
        ("digest pause until 31 feb", "That date doesn't exist: 31 feb. Try /digest pause until 12 May 15:00."),
        ("digest daily 1 2 3 4 5 6 7", "That's 7 times a day, and 6 is the most. Try /digest daily 9 13 17:30."),
    ],
)
async def test_a_digest_that_cannot_be_says_what_to_type(team: Team, line: str, sentence: str) -> None:
    said = await team.tell("ana", line)

    assert sentence in said
    assert said.endswith(f"You typed: {line}")


async def test_live_updates_in_quiet_hours_say_that_they_wait(team: Team) -> None:
    await met(team, "ana", "bo")
    team.chat.limits = replace(team.chat.limits, rings=True)
    team.clock.advance(hours=10)

    said = await team.tell("bo", "follow @ana live")

    assert "Quiet hours hold now: what comes waits until tomorrow 08:00." in said


@pytest.mark.parametrize("words", ["live here", "here live"])
async def test_how_and_where_may_come_in_either_order(team: Team, words: str) -> None:
    await team.say("ana", "help")

    answer = await team.tell("bo", f"follow #release {words}", "team")

    assert "#team follows #release" in answer
    assert "at once" in answer


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("follow #x #y", "One at a time: I can't take “#y” along. Try /follow #x."),
        ("follow #x,#y", "One at a time: I can't take “#y” along. Try /follow #x."),
        ("follow @ana @bo live", "One at a time: I can't take “@bo” along. Try /follow @ana."),
        ("unfollow #x and #y", "One at a time: I can't take “and #y” along. Try /unfollow #x."),
        ("mute @ana @bo", "One at a time: I can't take “@bo” along. Try /mute @ana."),
        ("unmute #x #y", "One at a time: I can't take “#y” along. Try /unmute #x."),
        ("followers @ana", "I can't do anything with “@ana”: this shows only your own. Try /followers."),
        ("following @ana", "I can't do anything with “@ana”: this shows only your own. Try /following."),
    ],
)
async def test_no_word_is_dropped_in_silence(team: Team, line: str, sentence: str) -> None:
    await met(team, "ana", "bo")

    refused = await team.say("bo", line)

    assert card_text(refused.card).startswith(sentence)
    assert (refused.ok, refused.typed) == (False, line)


async def test_a_schedule_keeps_its_own_zone_until_another_is_named(team: Team) -> None:
    await team.say("ana", "digest weekdays 09:00 America/New_York")

    kept = await team.tell("ana", "digest daily 9")
    moved = await team.tell("ana", "digest daily 9 Europe/Lisbon")

    assert "New York" in kept
    assert "Lisbon" in moved
