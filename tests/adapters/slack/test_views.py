"""Forms as modals and back, and the App Home."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.slack.shown.views import error_blocks, fields_of, files_of, form_view, home_view
from bridge.model.card import Field, FieldKind, Form
from tests.adapters.slack.cards import as_json, cards, forms, golden, views
from tests.adapters.slack.checking import pings, view_problems
from tests.adapters.slack.hostile import INJECTIONS
from tests.adapters.slack.test_render import CARDS, FAST, WORDS, full, grown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["values", "value", "field-text", "files", "selected_option"]), inner, max_size=3
        )
    ),
)


@pytest.mark.parametrize("name", sorted(views()))
def test_a_view_looks_as_kept(name: str) -> None:
    """Where a change is meant: `python -m tests.adapters.slack.cards` writes the files anew."""
    assert as_json(views()[name]) == golden(name)


@pytest.mark.parametrize("name", sorted(views()))
def test_a_view_is_what_slack_takes(name: str) -> None:
    shown = views()[name]

    assert view_problems(shown) == []
    assert pings(shown) == []


def test_a_form_carries_what_it_is_about() -> None:
    view = form_view(forms()["form"], "status|C1")

    assert (view["callback_id"], view["private_metadata"]) == ("form", "status|C1")


def test_a_refused_form_says_why_at_its_field() -> None:
    form = forms()["form-refused"]

    view: Any = form_view(form, "")

    assert [block["type"] for block in view["blocks"]] == ["input", "context"]
    assert "I know no zone Viena." in str(view["blocks"][1])
    assert error_blocks(form) == {view["blocks"][0]["block_id"]: "I know no zone Viena. Did you mean Europe/Vienna?"}
    assert error_blocks(forms()["form"]) == {}


def test_what_was_filled_in_comes_back_by_field() -> None:
    text, audience, files = (block["block_id"] for block in form_view(forms()["form"], "")["blocks"])  # type: ignore[attr-defined]
    picture = {"id": "F1", "name": "board.png"}
    values = {
        text: {"value": {"type": "plain_text_input", "value": "Hi & <you>"}},
        audience: {"value": {"type": "static_select", "selected_option": {"text": {}, "value": "me"}}},
        files: {"value": {"type": "file_input", "files": [picture]}},
    }

    view = {"state": {"values": values}}

    assert fields_of(view) == {"text": "Hi & <you>", "audience": "me"}
    assert files_of(view) == [picture]


def test_what_was_left_empty_is_empty() -> None:
    values = {"field-text": {"value": {"type": "plain_text_input", "value": None}}}

    assert fields_of({"state": {"values": values}}) == {"text": ""}
    assert files_of({"state": {"values": values}}) == []


@given(JSON)
def test_any_state_is_read_without_failing(state: Any) -> None:
    assert all(isinstance(value, str) for value in fields_of({"state": state}).values())
    assert all(isinstance(file, dict) for file in files_of({"state": state}))


NAMES = st.integers(0, 99).map("f{}".format)
FIELDS = st.builds(
    Field,
    NAMES,
    WORDS,
    st.sampled_from(FieldKind),
    WORDS,
    WORDS,
    st.lists(st.tuples(WORDS, WORDS), max_size=4).map(tuple),
    st.booleans(),
    WORDS,
)


@FAST
@given(
    st.builds(
        Form,
        WORDS,
        WORDS,
        st.lists(FIELDS, max_size=5, unique_by=lambda one: one.name).map(tuple),
        WORDS,
        st.integers(0, 20),
    )
)
def test_any_form_is_what_slack_takes(form: Form) -> None:
    shown = form_view(grown(form), "")

    assert view_problems(shown) == []
    assert pings(shown) == []


@FAST
@given(CARDS)
def test_any_card_can_be_a_home_page(card: Any) -> None:
    shown: Any = home_view(grown(card))

    assert view_problems(shown) == []
    assert pings(shown) == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_field_of_a_view_pings_anybody(text: str) -> None:
    field = Field("a", text, FieldKind.LINE, text, text, error=text)
    choice = Field("b", text, FieldKind.CHOICE, text, text, ((text, text), ("x", text)))

    assert pings(form_view(Form(text, "x", (field, choice), text), "")) == []
    assert pings(home_view(full(text))) == []


def test_the_home_page_has_a_button_for_what_it_names() -> None:
    values = str(home_view(cards()["home"]))

    for line in ("digest preview", "follow @bo", "edit ~1039", "delete ~1039", "settings zone", "unfollow @ana"):
        assert f"'{line}'" in values
