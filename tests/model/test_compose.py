"""Updates, timelines and receipts, word for word as people read them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.model.audience import Audience, AudienceKind
from bridge.model.card import Action, Card
from bridge.model.compose.moments import until_phrase
from bridge.model.compose.reading import initials, short_names, span_phrase
from bridge.model.compose.receipt import receipt_card
from bridge.model.compose.text import card_data, card_text
from bridge.model.compose.update import gist, joined_card, timeline_card, update_card
from bridge.model.kept import Reach
from bridge.model.person import Person
from bridge.model.text import Moment, Plain
from bridge.model.verbs import find
from tests.model.samples import (
    ANA,
    BO,
    BOARD,
    CY,
    ENGLISH,
    MARTA,
    NOW,
    VIENNA,
    block,
    person,
    read,
    reader,
    view,
)

FRIDAY_ENDS = datetime(2026, 11, 27, 23, tzinfo=UTC)
SHIPPING = view(ANA, "Shipping v2 today #release", likes=5, replies=2, attachments=(BOARD,), edited_at=NOW)
OFFICE = view(BO, "Graz office", 1043, until=FRIDAY_ENDS)


def test_a_live_card_says_who_what_and_what_came_of_it() -> None:
    expected = """
    (AK) Ana Kovač · Release captain · 14:02
    Shipping v2 today #release
    [picture: green build board]
    👍 5 · 2 replies · edited  [Reply] [⋯]
    """
    assert read(update_card(SHIPPING, reader())) == block(expected)


def test_an_announcement_can_be_got_and_followed() -> None:
    card = update_card(view(MARTA, "We won the Graz tender. More to come.", announced=True), reader())

    expected = """
    (MW) Marta Weiss · 14:02
    We won the Graz tender. More to come.
    announced  [Reply] [Got it] [Follow this] [⋯]
    """
    assert read(card) == block(expected)
    assert [action.line for action in card.actions] == ["reply ~1042", "got-it ~1042", "follow ~1042"]


def test_a_reply_quotes_what_it_answers() -> None:
    expected = """
    (BO) Bo · 14:02
    congrats
      (AK) Ana Kovač · Release captain · 14:02
      Shipping v2 today #release
    [Reply] [⋯]
    """
    assert read(update_card(view(BO, "congrats", quoted=SHIPPING), reader())) == block(expected)


@pytest.mark.parametrize(
    ("kind", "people", "who", "remark"),
    [
        (AudienceKind.EVERYONE, (), CY, ""),
        (AudienceKind.PUBLIC, (), CY, "also for the community"),
        (AudienceKind.FOLLOWERS, (), CY, "only for followers"),
        (AudienceKind.FOLLOWERS, (), BO, "only for your followers"),
        (AudienceKind.PEOPLE, (ANA, CY), CY, "only for Ana and you"),
        (AudienceKind.PEOPLE, (CY,), CY, "only for you"),
        (AudienceKind.PEOPLE, (ANA, CY), BO, "only for Ana, Cy and you"),
        (AudienceKind.ME, (), BO, "only for you"),
    ],
)
def test_a_card_says_who_may_see_it_where_not_all_of_the_team_may(
    kind: AudienceKind, people: tuple[Person, ...], who: Person, remark: str
) -> None:
    audience = Audience(kind, frozenset(one.id for one in people))
    card = update_card(view(BO, "Lunch", audience=audience, people=people), reader(who))
    assert card.footer == ((remark,) if remark else ())


def test_an_end_stands_there_while_it_lasts() -> None:
    assert update_card(OFFICE, reader()).footer == ("until Fri 27 Nov",)
    assert update_card(OFFICE, reader(now=FRIDAY_ENDS)).footer == ()


def test_the_menu_offers_what_suits_the_reader() -> None:
    of_others = [action.line for action in update_card(SHIPPING, reader(CY)).menu]
    of_ones_own = [action.line for action in update_card(SHIPPING, reader(ANA)).menu]

    assert of_others == ["reshare ~1042", "follow @ana", "mute @ana", "why ~1042", "link ~1042"]
    assert of_ones_own == ["reshare ~1042", "edit ~1042", "delete ~1042", "why ~1042", "link ~1042"]


def test_several_updates_in_one_message_keep_their_order() -> None:
    expected = """
    2 updates

    (AK) Ana Kovač · Release captain · 14:02
    Shipping v2 today #release
    [picture: green build board]
    👍 5 · 2 replies · edited  [Reply] [⋯]

    (BO) Bo · 14:02
    Graz office
    until Fri 27 Nov  [Reply] [⋯]
    """
    assert read(joined_card([SHIPPING, OFFICE], reader())) == block(expected)
    assert joined_card([OFFICE], reader()) == update_card(OFFICE, reader())


def test_a_timeline_is_a_list_with_times() -> None:
    earlier = replace(OFFICE, post=replace(OFFICE.post, created_at=datetime(2026, 11, 20, 10, tzinfo=UTC)))
    passed_on = view(BO, "", 1044, quoted=SHIPPING, reshare=True)
    picture = view(CY, "", 1045, attachments=(BOARD,))
    card = timeline_card(
        [picture, passed_on, SHIPPING, earlier], "Team timeline", reader(), Action("Older", "timeline everyone")
    )

    expected = """
    Team timeline
    Cy   [picture: green build board] · ~1045 · 14:02  [Reply]
    Bo   passes on Ana: Shipping v2 today #release · ~1044 · 14:02  [Reply]
    Ana  Shipping v2 today #release · ~1042 · 14:02 · 2 replies  [Reply]
    Bo   Graz office until Fri · ~1043 · Fri 11:00  [Reply]
    [Older]
    """
    assert read(card) == block(expected)


def test_an_empty_timeline_teaches_the_next_step() -> None:
    expected = """
    Your timeline
    Nothing here yet. Follow somebody, or share the first update.
    /status Shipping v2 #release  [People to follow]
    """
    assert read(timeline_card([], "Your timeline", reader())) == block(expected)


def test_every_button_is_a_line_of_the_command_table() -> None:
    mine = receipt_card(SHIPPING, Reach((), 0), reader(ANA), silent="#dev")
    for card in (update_card(SHIPPING, reader()), update_card(SHIPPING, reader(ANA)), mine):
        rows = [action for section in card.sections for row in section.rows for action in row.actions]
        for action in (*card.actions, *card.menu, *rows):
            assert find(action.line.split()[0]), action


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Kovač", "AK"),
        ("Cy", "CY"),
        ("Ada de la Cruz", "AC"),
        ("王小明", "王小"),
        ("علي حسن", "عح"),
        ("नीरज कुमार", "नीकु"),
        ("É́lodie", "É́L"),
        ("(Bo) 99", "B9"),
        ("🙂", "?"),
        ("", "?"),
    ],
)
def test_initials_of_any_script(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_first_names_unless_two_people_share_one() -> None:
    other = person(8, "ana2", "Ana Horvat")
    assert short_names([ANA, BO]) == {ANA.id: "Ana", BO.id: "Bo"}
    assert short_names([ANA, other]) == {ANA.id: "Ana Kovač", other.id: "Ana Horvat"}


def test_spans_and_ends_are_said_as_people_do() -> None:
    assert [span_phrase(timedelta(days=days), ENGLISH) for days in (730, 90, 10)] == ["2 years", "3 months", "10 days"]
    assert until_phrase(datetime(2026, 11, 24, 16, 30, tzinfo=UTC), reader()) == "until today 17:30"
    assert until_phrase(datetime(2026, 11, 24, 23, 0, tzinfo=UTC), reader()) == "until today"


def test_a_moment_is_read_in_the_zone_given() -> None:
    card = Card(text=(Plain("Lunch at "), Moment(NOW, "time")))
    assert card_text(card, ENGLISH, VIENNA) == "Lunch at 14:05"
    assert card_text(card) == "Lunch at 13:05Z"


def test_the_data_of_a_card_is_json_with_text_ids() -> None:
    data = card_data(joined_card([SHIPPING, view(BO, "congrats", quoted=SHIPPING)], reader()))

    again = json.loads(json.dumps(data))

    assert again == data
    assert again["joined"][0]["byline"]["person"] == "1"
    assert again["joined"][0]["byline"]["at"] == "2026-11-24T13:02:00+00:00"
    assert again["joined"][0]["text"] == "Shipping v2 today #release"
    assert again["joined"][1]["quote"]["byline"]["handle"] == "ana"
    assert again["joined"][0].keys() == again.keys()


def test_the_day_an_update_ends_is_its_authors_wherever_it_is_read() -> None:
    """Friday in Vienna ends at 23:00 UTC; a channel that reads in UTC still sees Friday."""
    until_friday = view(ANA, "Graz office", until=datetime(2026, 11, 27, 23, 0, tzinfo=UTC))

    card = update_card(until_friday, replace(reader(CY), zone="UTC"))

    assert "until Fri 27 Nov" in card.footer


BACK_AT_THREE = view(ANA, "Back", until=datetime(2026, 11, 24, 14, 0, tzinfo=UTC))
IN_A_CHANNEL = replace(reader(None), zone="UTC")


def test_a_time_of_day_is_a_moment_where_each_reader_has_their_own_zone() -> None:
    """15:00 in Vienna: a channel's readers see it on their own clocks, not on the bridge's."""
    native = replace(IN_A_CHANNEL, native=True)

    card = update_card(BACK_AT_THREE, native)

    assert card.footer == ((Plain("until "), Moment(datetime(2026, 11, 24, 14, 0, tzinfo=UTC))),)
    assert gist(BACK_AT_THREE, native)[-1] == Moment(datetime(2026, 11, 24, 14, 0, tzinfo=UTC))
    assert "until Tue 24 Nov 15:00" in card_text(card, ENGLISH, VIENNA)
    assert card_data(card)["footer"] == ["until 2026-11-24T14:00Z"]


def test_where_moments_are_words_a_channel_is_told_the_zone() -> None:
    assert update_card(BACK_AT_THREE, IN_A_CHANNEL).footer == ("until today 14:00 UTC",)
    assert update_card(BACK_AT_THREE, reader()).footer == ("until today 15:00",)


def test_only_the_authors_midnight_ends_a_day_for_many_readers() -> None:
    """01:00 in Vienna is midnight in UTC, but nobody meant a day."""
    at_one = view(ANA, "Back", until=datetime(2026, 11, 25, 0, 0, tzinfo=UTC))

    assert update_card(at_one, IN_A_CHANNEL).footer == ("until tomorrow 00:00 UTC",)


def test_why_here_asks_about_the_channel_where_a_channel_reads() -> None:
    def lines(card: Card) -> list[str]:
        return [action.line for action in card.menu]

    shared = view(ANA, "Shipping v2")

    assert f"why ~{shared.post.number} here" in lines(update_card(shared, replace(reader(), person=None)))
    assert f"why ~{shared.post.number}" in lines(update_card(shared, replace(reader(), person=BO.id)))
