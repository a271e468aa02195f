"""Following and schedules, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bridge.model.compose.follow import (
    follow_answer,
    followers_card,
    following_card,
    mute_answer,
    schedule_card,
    unfollow_answer,
)
from bridge.model.compose.help import (
    unknown_verb_card,
)
from bridge.model.compose.reading import days_phrase
from bridge.model.ids import PlaceId, SubjectId, SubscriberId
from bridge.model.kept import Plan
from bridge.model.subscription import Cadence, Mute, Subject, SubjectKind, Subscription
from bridge.model.times.calendar import EVERY_DAY, WORKING_DAYS, Schedule, next_slot
from tests.model.samples import ANA, BO, CY, ENGLISH, FOLLOWED_ANA, NOW, RELEASE, VIENNA, block, read, reader

SCHEDULE = Schedule((time(9),), WORKING_DAYS, VIENNA)
ME = SubscriberId(CY.id)
PLAN = Plan(ME, PlaceId(5), CY.id, SCHEDULE, next_slot(SCHEDULE, NOW))
FRIDAY_ENDS = datetime(2026, 11, 27, 23, tzinfo=UTC)
LONG = Subject(SubjectKind.TAG, SubjectId(91), "#" + "x" * 100)


def followed(subject: Subject, cadence: Cadence) -> Subscription:
    return Subscription(ME, PlaceId(5), subject, cadence, CY.id, NOW)


def test_a_first_follow_says_what_comes_and_when() -> None:
    expected = """
    ✓ You follow @ana
    New updates come in your digest, next tomorrow 09:00 Vienna.
    [At once instead] [See it now] [See tomorrow's 09:00 digest] [Unfollow]
    """
    card = follow_answer(FOLLOWED_ANA, Cadence.DIGEST, reader(), PLAN)
    assert read(card) == block(expected)
    assert [a.line for a in card.actions] == ["follow @ana live", "timeline @ana", "digest preview", "unfollow @ana"]


def test_a_live_follow_says_that_it_is_quiet_now() -> None:
    expected = """
    ✓ You follow #release
    New updates come at once, in your direct messages. Quiet hours hold now: what comes waits until tomorrow 08:00.
    [In the digest instead] [See it now] [Unfollow]
    """
    quiet_until = datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert read(follow_answer(RELEASE, Cadence.LIVE, reader(), PLAN, quiet_until=quiet_until)) == block(expected)


def test_a_channel_follows_for_itself() -> None:
    card = follow_answer(RELEASE, Cadence.DIGEST, reader(), PLAN, channel="#team", new=False)

    expected = """
    ✓ #team follows #release
    New updates come in the digest of #team, next tomorrow 09:00 Vienna.
    [At once instead] [See it now] [Unfollow]
    """
    assert read(card) == block(expected)
    assert [a.line for a in card.actions] == [
        "follow #release live here",
        "timeline #release",
        "unfollow #release here",
    ]


def test_a_follow_whose_digest_is_off_says_how_to_turn_it_on() -> None:
    card = follow_answer(RELEASE, Cadence.DIGEST, reader(), replace(PLAN, enabled=False))
    assert "the digest is off: /digest weekdays 9 turns it on." in read(card)


def test_no_button_is_longer_than_a_platform_takes() -> None:
    cards = (
        follow_answer(LONG, Cadence.LIVE, reader(), PLAN),
        unfollow_answer(LONG, reader()),
        mute_answer(LONG, None, reader()),
        following_card([followed(LONG, Cadence.LIVE)], reader(), [Mute(ME, LONG, None)]),
        unknown_verb_card("lunch " * 30, None, reader()),
        unknown_verb_card("folow " + "x" * 100, "follow", reader()),
    )
    for card in cards:
        rows = [action for section in card.sections for row in section.rows for action in row.actions]
        assert all(len(action.line) <= 90 for action in (*card.actions, *rows))


def test_undoing_is_one_button() -> None:
    expected = """
    ✓ @ana is muted until Fri
    Only you know.
    [Undo]
    """
    assert read(mute_answer(FOLLOWED_ANA, FRIDAY_ENDS, reader())) == block(expected)
    assert unfollow_answer(RELEASE, reader(), "#team").actions[0].line == "follow #release here"


def test_whom_i_follow() -> None:
    follows = [followed(FOLLOWED_ANA, Cadence.DIGEST), followed(RELEASE, Cadence.LIVE)]
    muted = Mute(ME, Subject(SubjectKind.PERSON, SubjectId(2), "@bo"), FRIDAY_ENDS)

    expected = """
    You follow 2
    AT ONCE   #release  [Unfollow]
    DIGEST    @ana  [Unfollow]
    MUTED     @bo · until Fri  [Unmute]
    [When it comes]
    """
    assert read(following_card(follows, reader(), [muted])) == block(expected)


def test_following_nobody_teaches_the_next_step() -> None:
    expected = """
    #team follows nobody yet
    Follow a person, a tag, or everyone.
    /follow @ana here · /follow #release here  [People to follow]
    """
    assert read(following_card([], reader(), channel="#team")) == block(expected)


def test_who_follows_me() -> None:
    expected = """
    2 people follow you
    Ana Kovač  @ana · Release captain
    Bo         @bo
    """
    assert read(followers_card([ANA, BO], reader())) == block(expected)
    assert "Nobody follows you yet." in read(followers_card([], reader()))


def test_my_digest() -> None:
    expected = """
    Your digest
    When   weekdays at 09:00, Vienna
    Where  Your direct messages
    Next: tomorrow 09:00 Vienna · To change it: /digest weekdays 9  [Now] [Preview] [Pause for a week] [Turn it off]
    """
    assert read(schedule_card(PLAN, reader(), "your direct messages")) == block(expected)


def test_a_paused_or_missing_digest_can_be_brought_back() -> None:
    paused = schedule_card(replace(PLAN, paused_until=FRIDAY_ENDS), reader(), "#team", "#team")

    assert "Paused  until Fri 27 Nov" in read(paused)
    assert "digest resume here" in [action.line for action in paused.actions]
    assert "None yet" in read(schedule_card(None, reader(), ""))
    assert "Off: no digest comes." in read(schedule_card(replace(PLAN, enabled=False), reader(), ""))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (EVERY_DAY, "every day"),
        (WORKING_DAYS, "weekdays"),
        (frozenset({0, 1, 2, 3}), "Mon to Thu"),
        (frozenset({0, 2, 4}), "Mon, Wed and Fri"),
        (frozenset({6}), "Sun"),
    ],
)
def test_days_are_said_as_people_do(days: frozenset[int], said: str) -> None:
    assert days_phrase(days, ENGLISH) == said
