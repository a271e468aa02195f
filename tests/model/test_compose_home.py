"""One's own page, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bridge.model.card import Limits
from bridge.model.compose.home import Page, Suggested, home_card, reason
from bridge.model.ids import PlaceId, SubjectId, SubscriberId
from bridge.model.kept import Plan
from bridge.model.subscription import Cadence, Subject, SubjectKind, Subscription
from bridge.model.times.calendar import WORKING_DAYS, Schedule, next_slot
from tests.model.samples import ANA, BO, CY, FOLLOWED_ANA, LI, MARTA, NOW, RELEASE, VIENNA, block, read, reader, view

SCHEDULE = Schedule((time(9),), WORKING_DAYS, VIENNA)
ME = SubscriberId(CY.id)
PLAN = Plan(ME, PlaceId(5), CY.id, SCHEDULE, next_slot(SCHEDULE, NOW))
FOLLOWS = [
    Subscription(ME, PlaceId(5), FOLLOWED_ANA, Cadence.DIGEST, CY.id, NOW),
    Subscription(ME, PlaceId(5), RELEASE, Cadence.LIVE, CY.id, NOW),
]
MINE = view(CY, "Shipping v2 #release", number=1042, replies=2)
OLDER = view(CY, "Graz office", number=1040, at=NOW - timedelta(days=1))
PAGE = Page(CY, FOLLOWS, PLAN, [MINE, OLDER], [Suggested(LI, tag="#release"), Suggested(MARTA, new=True)])


def lines_of(page: Page, limits: Limits | None = None) -> list[str]:
    card = home_card(page, reader(), limits or Limits())
    return [action.line for section in card.sections for row in section.rows for action in row.actions]


def test_the_whole_page_in_the_order_in_which_it_is_needed() -> None:
    expected = """
    Hello, Cy
    WHOM I FOLLOW #release · at once  [In my digest] [Unfollow]
              @ana · in my digest  [At once] [Unfollow]
    MY DIGEST Next: tomorrow 09:00 Vienna  [See it now] [Change]
    MY LATEST UPDATES Today: Shipping v2 #release · ~1042 · 2 replies  [Edit] [Delete]
              Yesterday: Graz office · ~1040  [Edit] [Delete]
    PEOPLE TO FOLLOW Li: @Li · shares about #release, which you follow  [Follow]
              Marta Weiss: @marta · new here  [Follow]
    MY SETTINGS Time zone: Vienna  [Change]
              Quiet hours: 18:00 to 08:00 and days off  [Change]
              Mentions and replies: at once  [In my digest]
    [Share an update] [Your timeline] [All my settings] [Help]
    """
    assert read(home_card(PAGE, reader(), Limits())) == block(expected)


def test_every_button_says_what_it_does() -> None:
    assert lines_of(PAGE) == [
        *("follow #release digest", "unfollow #release", "follow @ana live", "unfollow @ana"),
        *("digest preview", "digest"),
        *("edit ~1042", "delete ~1042", "edit ~1040", "delete ~1040"),
        *("follow @Li", "follow @marta"),
        *("settings zone", "settings quiet", "settings mentions digest"),
    ]


def test_a_newcomer_is_told_what_this_is_for_in_one_line() -> None:
    expected = """
    Hello, Cy
    Tell the team in one line. Follow people, and their updates come once a day in your digest.
    PEOPLE TO FOLLOW Bo: @bo · shared 1 update this week  [Follow]
    MY SETTINGS Time zone: Vienna  [Change]
              Quiet hours: 18:00 to 08:00 and days off  [Change]
              Mentions and replies: at once  [In my digest]
    [Share an update] [Your timeline] [All my settings] [Help]
    """
    assert read(home_card(Page(CY, people=[Suggested(BO, count=1)]), reader(), Limits())) == block(expected)


def test_who_shared_something_but_follows_nobody_finds_people() -> None:
    shown = read(home_card(Page(CY, recent=[MINE]), reader(), Limits()))

    assert "WHOM I FOLLOW You follow nobody yet  [People to follow]" in shown
    assert "MY DIGEST" not in shown
    assert "Tell the team" not in shown


def test_the_page_is_short_whatever_somebody_follows_and_shares() -> None:
    many = [replace(FOLLOWS[0], subject=Subject(SubjectKind.TAG, SubjectId(n), f"#tag{n}")) for n in range(8)]
    page = Page(CY, many, PLAN, [MINE] * 9, [Suggested(ANA)] * 9)

    card = home_card(page, reader(), Limits())

    assert [len(section.rows) for section in card.sections] == [6, 1, 3, 3, 3]
    assert "and 3 more  [Show all]" in read(card)
    assert "following" in lines_of(page)


def test_where_a_row_holds_one_button_it_is_the_way_out() -> None:
    assert lines_of(PAGE, Limits(actions=1))[:2] == ["unfollow #release", "unfollow @ana"]


@pytest.mark.parametrize(
    ("plan", "shown"),
    [
        (replace(PLAN, enabled=False), "MY DIGEST Off: no digest comes.  [Turn it on]"),
        (
            replace(PLAN, paused_until=datetime(2026, 11, 27, 23, tzinfo=UTC)),
            "MY DIGEST Next: tomorrow 09:00 Vienna · Paused until Fri 27 Nov  [See it now] [Resume] [Change]",
        ),
        (replace(PLAN, paused_until=NOW), "MY DIGEST Next: tomorrow 09:00 Vienna  [See it now] [Change]"),
    ],
)
def test_a_digest_that_does_not_come_says_so(plan: Plan, shown: str) -> None:
    assert shown in read(home_card(replace(PAGE, plan=plan), reader(), Limits()))


def test_a_paused_follow_says_so() -> None:
    page = replace(PAGE, follows=[replace(FOLLOWS[0], paused=True)])

    assert "@ana · paused" in read(home_card(page, reader(), Limits()))


def test_a_tag_too_long_for_a_button_has_none() -> None:
    long = Subject(SubjectKind.TAG, SubjectId(91), "#" + "x" * 100)

    assert lines_of(replace(PAGE, follows=[replace(FOLLOWS[0], subject=long)]))[0] == "digest preview"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Suggested(BO, "#release", 3, NOW, True), "shares about #release, which you follow"),
        (Suggested(BO, "", 3, NOW, True), "shared 3 updates this week"),
        (Suggested(BO, "", 1, NOW), "shared 1 update this week"),
        (Suggested(BO, "", 0, datetime(2026, 11, 3, 9, tzinfo=UTC), True), "last shared on Tue 3 Nov"),
        (Suggested(BO, new=True), "new here"),
        (Suggested(BO), ""),
    ],
)
def test_the_strongest_reason_is_given(one: Suggested, said: str) -> None:
    assert reason(one, reader()) == said
