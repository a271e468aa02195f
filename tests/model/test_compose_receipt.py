"""What an author is told about an update of theirs, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.model.audience import Audience, AudienceKind
from bridge.model.compose.receipt import receipt_card, share_question
from bridge.model.kept import Reach
from bridge.model.person import Person
from bridge.model.scan import parse
from tests.model.samples import (
    ANA,
    BO,
    CY,
    MORNING,
    NOW,
    block,
    channel,
    direct,
    read,
    reader,
    view,
)


def test_a_receipt_says_who_sees_it_and_where_it_went() -> None:
    shared = view(ANA, "Shipping v2 today #release @Li")
    card = receipt_card(shared, Reach((channel("releases"),), 37), reader(ANA), team=400, silent="#dev")

    expected = """
    ✓ Shared  ~1042
    Shipping v2 today #release @Li
    Seen by: 400 people, not the community · kept 2 years
    Live in #releases · in 37 digests
    #dev doesn't follow you  [Show here too]
    [Edit] [Undo] [Audience]
    """
    assert read(card) == block(expected)
    assert card.sections[0].rows[2].actions[0].line == "follow @ana live here"


def test_a_receipt_without_followers_and_with_a_stranger() -> None:
    card = receipt_card(view(ANA, "Hi @lii", at=MORNING), Reach((), 0), reader(ANA), 400, unknown=[("lii", "Li")])

    expected = """
    ✓ Shared  ~1042
    Hi @lii
    Seen by: 400 people, not the community · kept 2 years
    It's in the team timeline.  [People to follow]
    I know no @lii. Did you mean @Li?
    [Edit] [Delete] [Audience]
    """
    assert read(card) == block(expected)
    assert card.actions[1].confirm


def test_a_held_announcement_says_how_long_it_can_be_undone() -> None:
    held = view(ANA, "We won.", held_until=NOW + timedelta(seconds=29.5))
    card = receipt_card(held, Reach((channel("team"), direct(4)), 1), reader(ANA))

    expected = """
    Goes out in 30 seconds  ~1042
    We won.
    Seen by: the team, not the community · kept 2 years
    Then live in #team and 1 direct message · in 1 digest
    [Edit] [Undo] [Audience]
    """
    assert read(card) == block(expected)


@pytest.mark.parametrize(
    ("kind", "people", "seen"),
    [
        (AudienceKind.PUBLIC, (), "400 people and the community"),
        (AudienceKind.FOLLOWERS, (), "your 12 followers"),
        (AudienceKind.PEOPLE, (BO, CY), "Bo, Cy and you"),
        (AudienceKind.ME, (), "only you"),
    ],
)
def test_the_receipt_of_a_chosen_audience(kind: AudienceKind, people: tuple[Person, ...], seen: str) -> None:
    audience = Audience(kind, frozenset(one.id for one in people))
    shared = view(ANA, "Lunch at twelve?", audience=audience, people=people)
    card = receipt_card(shared, Reach((), 1), reader(ANA), team=400, followers=12)
    assert read(card).split("\n")[2] == f"Seen by: {seen} · kept 2 years"


def test_an_author_is_asked_with_the_audience_named() -> None:
    card = share_question(7, parse("lunch?"), "Bo", "400 people, not the community", reader())

    expected = """
    Bo would like to share what you wrote
    lunch?
    It would be seen by: 400 people, not the community  [Share] [No] [Never ask me]
    """
    assert read(card) == block(expected)
    assert [action.line for action in card.actions] == ["share-yes 7", "share-no 7", "share-never"]


@pytest.mark.parametrize(
    ("own", "private", "title"),
    [
        (True, True, "Share what you wrote in a private channel?"),
        (False, True, "Bo would like to share what you wrote in a private channel"),
        (False, False, "Bo would like to share what you wrote"),
    ],
)
def test_the_question_says_whose_wish_it_is_and_whether_the_message_is_private(
    own: bool, private: bool, title: str
) -> None:
    card = share_question(7, parse("lunch?"), "Bo", "400 people", reader(), own, private)
    assert card.title == title


def test_a_receipt_never_names_a_private_channel() -> None:
    secret = replace(channel("takeover"), private=True)

    card = receipt_card(view(ANA, "Shipping v2"), Reach((secret, channel("team", 71)), 0), reader(ANA))

    assert "Live in #team and 1 private channel" in read(card)
    assert "takeover" not in read(card)


def test_the_receipt_of_a_bare_reshare_shows_what_it_repeats() -> None:
    original = view(BO, "The importer is twice as fast")
    bare = replace(view(ANA, ""), quoted=original)
    bare = replace(bare, post=replace(bare.post, reshare_of=original.post.id))

    assert "The importer is twice as fast" in read(receipt_card(bare, Reach((), 0), reader(ANA)))
