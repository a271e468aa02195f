"""A digest: one phone screen, the most important first, nothing twice and nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model.compose.digest import Entry, digest_card, in_order, more_card, quiet_card
from bridge.model.compose.moments import greeting
from bridge.model.compose.text import card_text
from bridge.model.delivery import Reason
from bridge.model.ids import SubjectId
from bridge.model.person import Person
from bridge.model.subscription import Subject, SubjectKind
from bridge.model.text import Moment, Plain
from tests.model.samples import (
    ANA,
    BO,
    CY,
    ENGLISH,
    FOLLOWED_ANA,
    LI,
    MARTA,
    MORNING,
    RELEASE,
    VIENNA,
    block,
    person,
    reader,
    view,
)

TOMCAT = person(9, "", "Tomcat News")
NEXT = datetime(2026, 11, 25, 8, tzinfo=UTC)
CONVERSATION = Subject(SubjectKind.CONVERSATION, SubjectId(77), "~77")
DAY = [
    Entry(view(TOMCAT, "Tomcat 11.2 is out", 5, outside=True), Reason.FOLLOW),
    Entry(view(BO, "Graz office", 4, until=datetime(2026, 11, 27, 23, tzinfo=UTC)), Reason.FOLLOW),
    Entry(view(LI, "Notes are up #release", 7), Reason.FOLLOW, RELEASE),
    Entry(view(ANA, "Second one", 6), Reason.FOLLOW, FOLLOWED_ANA),
    Entry(view(ANA, "Shipping v2 today #release", 3, replies=4), Reason.FOLLOW, FOLLOWED_ANA),
    Entry(view(LI, "who can test the importer?", 2), Reason.MENTION),
    Entry(view(MARTA, "We won the Graz tender.\nMore to come.", 1, announced=True), Reason.FOLLOW),
]


def test_a_morning_on_one_screen() -> None:
    card, hidden = digest_card(DAY, reader(now=MORNING), "Cy", "show-more 5", NEXT)

    expected = """
    Good morning, Cy · Tue 24 Nov · 7 updates
    ANNOUNCED Marta: We won the Graz tender. More to come.  [Got it] [Follow this]
    FOR YOU   Li: who can test the importer?  [Reply]
    PEOPLE    Ana: Shipping v2 today #release · 4 replies
              Ana: Second one
              Bo: Graz office until Fri
    TAGS      Li: Notes are up #release
    OUTSIDE   Tomcat News: Tomcat 11.2 is out
    Next: tomorrow 09:00 Vienna  [Change what I get]
    """
    assert card_text(card, ENGLISH, VIENNA) == block(expected)
    assert hidden == ()


def test_what_comes_next_is_a_moment_where_each_reader_has_their_own_zone() -> None:
    native = replace(reader(None, MORNING), native=True)

    card, _ = digest_card(DAY, native, "#team", next_at=NEXT)

    assert card.footer == ((Plain("Next: "), Moment(NEXT)),)


def test_a_channel_is_greeted_by_its_name_and_what_waits_is_counted() -> None:
    card, hidden = digest_card(DAY, reader(None, MORNING), "#team", "show-more 5", most=3)

    expected = """
    #team · Tue 24 Nov · 7 updates
    ANNOUNCED Marta: We won the Graz tender. More to come.  [Got it] [Follow this]
    FOR YOU   Li: who can test the importer?  [Reply]
    PEOPLE    Ana: Shipping v2 today #release · 4 replies
    [Show 4 more] [Change what comes here]
    """
    assert card_text(card, ENGLISH, VIENNA) == block(expected)
    assert [action.line for action in card.actions] == ["show-more 5", "digest here"]
    assert hidden == (4, 6, 7, 5)


def test_everybody_comes_once_before_anybody_comes_twice() -> None:
    busy = [Entry(view(ANA, f"Ana {n}", n, replies=9), Reason.FOLLOW, FOLLOWED_ANA) for n in range(10, 20)]
    quiet = Entry(view(BO, "Bo", 30), Reason.FOLLOW)

    card, _ = digest_card([*busy, quiet], reader(now=MORNING), "Cy", most=3)

    assert [row.lead for row in card.sections[0].rows] == ["Ana", "Ana", "Bo"]


def test_in_a_section_the_most_replied_comes_first_then_the_oldest() -> None:
    young = Entry(view(ANA, "young", 1, at=MORNING), Reason.MENTION)
    old = Entry(view(BO, "old", 2, at=MORNING - timedelta(hours=3)), Reason.REPLY)
    replied = Entry(view(LI, "replied", 3, at=MORNING, replies=2), Reason.FOLLOW, CONVERSATION)

    assert in_order([young, old, replied]) == [replied, old, young]


def test_an_update_that_matched_twice_stands_once_where_it_matters_most() -> None:
    update = view(ANA, "@cy look #release", 1)
    twice = [Entry(update, Reason.FOLLOW, RELEASE), Entry(update, Reason.MENTION)]
    assert [(section.title, len(section.rows)) for section in digest_card(twice, reader(), "Cy")[0].sections] == [
        ("For you", 1)
    ]


def test_what_was_left_opens_page_by_page() -> None:
    entries = [Entry(view(ANA, f"Ana {n}", n), Reason.FOLLOW, FOLLOWED_ANA) for n in range(1, 11)]
    card, left = more_card(entries, reader(), "show-more 5")
    assert sum(len(section.rows) for section in card.sections) == 7
    assert [action.label for action in card.actions] == ["Show 3 more"]
    assert left == (8, 9, 10)


def test_the_greeting_follows_the_readers_clock() -> None:
    hours = {4: "Hello, Ana", 9: "Good morning, Ana", 13: "Good afternoon, Ana", 20: "Good evening, Ana"}
    for hour, said in hours.items():
        now = datetime(2026, 11, 24, hour - 1, tzinfo=UTC)
        assert greeting(reader(ANA, now), "Ana Kovač") == said


def test_a_quiet_week_is_said_calmly() -> None:
    expected = """
    Good afternoon, Cy
    A quiet week: nothing new in what you follow. I'll be back when there is.
    [People to follow] [Change what I get]
    """
    assert card_text(quiet_card(reader(), "Cy"), ENGLISH, VIENNA) == block(expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([ANA, BO, CY, LI, MARTA]),
            st.text(st.characters(codec="utf-8"), min_size=1, max_size=400),
            st.sampled_from(Reason),
            st.integers(0, 9),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_a_digest_fits_and_loses_nothing(drawn: list[tuple[Person, str, Reason, int]]) -> None:
    entries = [
        Entry(view(author, words, number, replies=replies), reason)
        for number, (author, words, reason, replies) in enumerate(drawn, 1)
    ]

    card, hidden = digest_card(entries, reader(now=MORNING), "Cy", "show-more 1", NEXT)

    rows = [row for section in card.sections for row in section.rows]
    assert 1 <= len(rows) <= 7
    assert len(rows) + len(hidden) == len(entries)
    assert len(card_text(card, ENGLISH, VIENNA).splitlines()) <= 12
