"""What can be pressed under a card, and what a press means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.discord.shown.components import (
    DOTS,
    Pressed,
    components,
    form_id,
    read_form_id,
    read_press,
)
from bridge.model.card import Action, Byline, Card, Row, Section, Style
from bridge.model.text import Plain
from tests.adapters.discord.checking import problems
from tests.adapters.slack.cards import cards

REPLY = Action("Reply", "reply ~7")
DELETE = Action("Delete", "delete ~7", Style.DANGER, confirm="Delete this update and all its copies?")
LINES = st.text(min_size=1, max_size=90)


def row(lead: str, text: str, *actions: Action) -> Row:
    return Row(lead, (Plain(text),), "", actions)


def listed(*rows: Row) -> Card:
    return Card(sections=(Section("", rows),))


def labels(card: Card) -> list[list[str]]:
    """The rows: buttons, or a menu's placeholder and options."""
    out = []
    for one in components(card):
        parts: Any = one["components"]
        if parts[0]["type"] == 3:
            out.append([parts[0]["placeholder"], *(option["label"] for option in parts[0]["options"])])
        else:
            out.append([part["label"] for part in parts])
    return out


def test_nothing_to_press_is_no_row() -> None:
    assert components(Card(text=(Plain("x"),))) == []


def test_a_button_types_its_line_and_says_whether_it_asks() -> None:
    [shown] = components(Card(actions=(REPLY, DELETE, Action("Go", "who", Style.PRIMARY))))

    assert shown["components"] == [
        {"type": 2, "style": 2, "label": "Reply", "custom_id": "0:reply ~7"},
        {"type": 2, "style": 4, "label": "Delete", "custom_id": "1?delete ~7"},
        {"type": 2, "style": 1, "label": "Go", "custom_id": "2:who"},
    ]


def test_the_menu_is_one_select_behind_dots() -> None:
    _, menu = components(Card(actions=(REPLY,), menu=(Action("Why here?", "why ~7"), DELETE)))

    [select] = menu["components"]  # type: ignore[misc]
    assert (select["placeholder"], select["custom_id"]) == (DOTS, "menu1")
    assert select["options"] == [
        {"label": "Why here?", "value": ":why ~7"},
        {"label": "Delete", "value": "?delete ~7"},
    ]


def test_one_line_behind_the_dots_is_a_button() -> None:
    assert labels(Card(actions=(REPLY,), menu=(DELETE,))) == [["Reply", "Delete"]]


def test_what_several_lines_offer_is_one_menu_that_says_which() -> None:
    card = listed(
        row("Li", "who can test?", REPLY), row("Bo", "Graz"), row("Ana", "done", Action("Got it", "got-it ~8"))
    )

    assert labels(card) == [["Reply, Got it …", "Reply · Li: who can test?", "Got it · Ana: done"]]


def test_what_one_line_offers_are_buttons() -> None:
    show, stop = Action("Show here too", "follow @ana live here"), Action("Stop", "stop")

    assert labels(listed(row("", "#dev doesn't follow you", show), row("", "Live"))) == [["Show here too"]]
    assert labels(listed(row("Li", "x", REPLY, stop), row("Bo", "y"))) == [["Reply · Li", "Stop · Li"]]


def test_where_the_label_says_it_nothing_is_said_twice() -> None:
    follow = (Action("Follow @ana", "follow @ana"), Action("Follow @bo", "follow @bo"))

    assert labels(listed(row("Ana", "x", follow[0]), row("Bo", "y", follow[1])))[0][1:] == ["Follow @ana", "Follow @bo"]


def test_joined_updates_share_a_menu() -> None:
    shown = labels(cards()["joined"])

    assert [one[0] for one in shown] == ["Reply …", DOTS]
    assert shown[0][3] == "Reply · Bo: Graz office"
    assert len(shown[1]) == 1 + 15


def test_where_not_all_fit_each_update_keeps_its_first() -> None:
    def one(n: int) -> Card:
        actions = tuple(Action(f"Do {m}", f"do {m} ~{n}") for m in range(3))
        return Card(byline=Byline(f"P{n}", "P"), text=(Plain("x"),), actions=actions, menu=actions)

    [shown] = labels(Card(joined=tuple(map(one, range(10)))))

    assert len(shown) == 1 + 25
    assert [label for label in shown[1:] if label.startswith("Do 0")] == [f"Do 0 · P{n}: x" for n in range(10)]
    assert sum(label.startswith("Do 2") for label in shown) == 5


def test_what_would_type_the_same_stands_there_once() -> None:
    follow = Action("Follow", "follow @ana")

    assert labels(Card(menu=(follow, REPLY, follow))) == [[DOTS, "Follow", "Reply"]]


def test_a_line_that_is_too_long_cannot_be_pressed() -> None:
    assert components(Card(actions=(Action("Follow", "follow #" + "x" * 100), Action("Nothing", "")))) == []


def test_the_longest_line_fits_behind_any_button() -> None:
    longest, longer = Action("Do", "x" * 97), Action("Do", "x" * 98)

    shown = components(Card(actions=(longest,) * 12, menu=(longest, longer, REPLY)))

    assert problems({"embeds": [{"description": "x"}], "content": "", "components": shown, "attachments": []}) == []
    assert labels(Card(actions=(longer, longest))) == [["Do"]]
    assert len(labels(Card(menu=(longest, longer, REPLY)))[0]) == 1 + 2


def test_there_are_never_more_than_five_rows() -> None:
    many = tuple(Action(f"Do {n}", f"do {n}") for n in range(40))
    rows = (row("A", "x", *many), row("B", "y", *many))
    card = Card(actions=many, menu=many, sections=(Section("", rows),))

    shown = labels(card)

    assert [len(one) for one in shown] == [26, 5, 5, 5, 26]
    assert [len(one) for one in labels(Card(actions=many))] == [5] * 5


def test_a_label_is_shortened_and_never_empty() -> None:
    [shown] = labels(Card(actions=(Action("x" * 200, "a"), Action("\u200b", "b"), Action(" a\nb ", "c"))))

    assert shown == ["x" * 79 + "…", "…", "a b"]


@pytest.mark.parametrize(
    ("custom_id", "values", "meant"),
    [
        ("0:reply ~7", [], Pressed("reply ~7", False)),
        ("12?delete ~7", [], Pressed("delete ~7", True)),
        ("0:status a:b?c\nd", [], Pressed("status a:b?c\nd", False)),
        ("menu0", [":why ~7"], Pressed("why ~7", False)),
        ("menu12", ["?delete ~7"], Pressed("delete ~7", True)),
        ("menu0", [], None),
        ("menu0", [""], None),
        ("menu0", [":"], None),
        ("menu0", ["why ~7"], None),
        ("menu", [":why ~7"], None),
        ("0:", [], None),
        ("0", [], None),
        (":reply ~7", [], None),
        ("reply ~7", [], None),
        ("form:1:status", [], None),
        ("", [], None),
    ],
)
def test_what_a_press_means(custom_id: str, values: list[str], meant: Pressed | None) -> None:
    assert read_press(custom_id, values) == meant


@given(st.lists(st.builds(Action, st.text(), LINES, st.sampled_from(Style), st.text()), min_size=1, max_size=5))
def test_every_button_can_be_read_again(actions: list[Action]) -> None:
    [shown] = components(Card(actions=tuple(actions)))
    parts: Any = shown["components"]

    read = [read_press(part["custom_id"], []) for part in parts]

    assert read == [Pressed(action.line, bool(action.confirm)) for action in actions]
    assert problems({"embeds": [{"description": "x"}], "content": "", "components": [shown], "attachments": []}) == []


@given(st.text(), st.lists(st.text(), max_size=2))
def test_reading_a_press_never_fails(custom_id: str, values: list[str]) -> None:
    read_press(custom_id, values)
    read_press("menu0", values)
    read_form_id(custom_id)


@given(st.one_of(st.just(""), st.integers(1, 10**19).map(str)), st.text(min_size=1, max_size=70))
def test_a_form_is_read_again(message: str, line: str) -> None:
    made = form_id(message, line)

    assert made is None or read_form_id(made) == (message, line)


def test_a_form_that_is_none_of_ours_means_nothing() -> None:
    assert form_id("5", "x" * 93) == "form:5:" + "x" * 93
    assert form_id("5", "x" * 94) is None
    assert form_id("5", "") is None
    for other in ("form:", "form:5:", "form:x:status", "menu0", ""):
        assert read_form_id(other) is None
