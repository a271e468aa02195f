"""The Who card, lists of people and one's settings, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bridge.model.compose.person import people_card, person_card, quiet_phrase, settings_card
from bridge.model.compose.text import card_text
from bridge.model.person import Hours, Note
from tests.model.samples import ANA, BO, CY, ENGLISH, VIENNA, block, person, read, reader, view

FRIDAY_ENDS = datetime(2026, 11, 27, 23, tzinfo=UTC)
RECENT = [
    view(ANA, "Shipping v2 today #release"),
    view(ANA, "Importer twice as fast #importer", at=datetime(2026, 11, 20, 10, tzinfo=UTC)),
]


def test_who_somebody_is() -> None:
    ana = replace(ANA, title="Release captain, Graz", zone="Europe/Athens")
    card = person_card(ana, reader(), Note(3, "Graz office", FRIDAY_ENDS), RECENT, ["release", "importer"])

    expected = """
    (AK) Ana Kovač · Release captain, Graz
    15:05 there, 1 h ahead · Graz office until Fri
    Today  Shipping v2 today #release
    Fri    Importer twice as fast #importer
    Writes about  #release #importer
    [Follow] [Message]
    """
    assert card_text(card, ENGLISH, VIENNA) == block(expected)
    assert [action.line for action in card.actions] == ["follow @ana", "status to:@ana"]


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Kolkata", "18:35 there, 4 h 30 min ahead"),
        ("America/New_York", "08:05 there, 6 h behind"),
        ("Europe/Paris", "14:05 there too"),
        (None, "No updates yet.  [Follow] [Message]"),
    ],
)
def test_their_time_beside_mine(zone: str | None, said: str) -> None:
    assert read(person_card(replace(ANA, zone=zone), reader())).split("\n")[1] == said


def test_what_is_over_is_not_said() -> None:
    over = Note(3, "Graz office", datetime(2026, 11, 23, 23, tzinfo=UTC))
    assert "Graz" not in read(person_card(ANA, reader(), over))


def test_whom_i_follow_i_can_unfollow_and_myself_i_can_change() -> None:
    followed = person_card(ANA, reader(CY), follows=True)
    mine = person_card(ANA, reader(ANA))

    assert [action.line for action in followed.actions] == ["unfollow @ana", "status to:@ana"]
    assert [action.line for action in mine.actions] == ["profile", "settings"]


def test_people_to_follow() -> None:
    expected = """
    People to follow
    Ana Kovač  @ana · Release captain  [Follow]
    Bo         @bo
    """
    assert read(people_card([ANA, BO], "People to follow", reader(), [BO.id])) == block(expected)
    assert "Nobody here yet." in read(people_card([], "People to follow", reader()))


def test_settings_can_be_changed_where_they_are_read() -> None:
    expected = """
    Your settings
    What you do           not said yet  [Change]
    Time zone             Vienna · 14:05  [Change]
    Language              English  [Change]
    Quiet hours           18:00 to 08:00 and days off  [Change]
    Working days          weekdays  [Change]
    Mentions and replies  at once  [In my digest]
    Answers in threads    asked about in each thread  [Always]
    Ask before sharing my messages  yes, privately  [Never ask me]
    [My digest] [Whom I follow]
    """
    assert read(settings_card(CY, reader())) == block(expected)


def test_a_choice_that_was_made_offers_the_other_one() -> None:
    chosen = replace(CY, mentions_live=False, send_replies=True, never_ask=True)
    lines = [row.actions[0].line for row in settings_card(chosen, reader()).sections[0].rows]
    assert lines[-3:] == ["settings mentions live", "settings replies ask", "settings ask on"]


def test_no_quiet_hours_leave_the_days_off() -> None:
    loud = replace(person(6, "eve", "Eve"), quiet=Hours(time(0), time(0)))
    assert quiet_phrase(loud, ENGLISH) == "days off only"
