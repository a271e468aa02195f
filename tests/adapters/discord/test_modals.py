"""Forms as modals and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.discord.shown.components import read_form_id
from bridge.adapters.discord.shown.modals import fields_of, files_of, modal
from bridge.model.card import Field, FieldKind, Form
from bridge.words import words_for
from tests.adapters.discord.checking import modal_problems
from tests.adapters.discord.hostile import OWN
from tests.adapters.slack.cards import forms
from tests.adapters.slack.test_render import FAST, WORDS, grown

KEYS = ["components", "component", "custom_id", "value", "values", "resolved", "attachments", "field-text", "files"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(KEYS) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
)


def parts(form: Form, message: str = "") -> list[dict[str, Any]]:
    made = modal(form, message)
    assert made is not None
    found: Any = made["components"]
    return list(found)


def test_a_form_carries_what_it_is_about() -> None:
    made = modal(forms()["form"], "1189734512345678901")

    assert made is not None
    assert read_form_id(str(made["custom_id"])) == ("1189734512345678901", "status")


def test_a_form_that_could_not_come_back_does_not_open() -> None:
    assert modal(Form("Share", "status " + "x" * 90, (Field("text", "Text"),), "Share")) is None
    assert modal(Form("Share", "status", (), "Share")) is None


def test_each_field_has_a_label_and_its_value() -> None:
    text, audience, files = parts(forms()["form"])

    assert (text["label"], text["description"]) == ("Your update", "One line is enough. #tags and @names work.")
    assert (text["component"]["style"], text["component"]["max_length"]) == (2, 4_000)
    assert "value" not in text["component"]
    chosen = [option["value"] for option in audience["component"]["options"] if option.get("default")]
    assert chosen == ["everyone"]
    assert (files["component"]["type"], files["component"]["max_values"], files["component"]["required"]) == (
        19,
        4,
        False,
    )


def test_a_line_is_prefilled_and_need_not_be_filled_in() -> None:
    [part] = parts(Form("Profile", "profile", (Field("text", "What you do", value="Captain", required=False),), "Save"))

    assert part["component"] == {
        "type": 4,
        "custom_id": "field-text",
        "style": 1,
        "required": False,
        "max_length": 300,
        "value": "Captain",
    }


def test_a_refused_form_says_why_at_its_field() -> None:
    [zone] = parts(forms()["form-refused"])

    assert zone["description"] == "⚠️ I know no zone Viena. Did you mean Europe/Vienna?"
    assert zone["component"]["value"] == "Viena"


def test_files_that_were_refused_say_why_where_they_were() -> None:
    form = Form("Share", "status", (Field("text", "Text"),), "Share", files=2, files_error="a.exe is too big.")

    *_, files = parts(form)

    assert (files["label"], files["description"]) == ("Attach pictures or files", "⚠️ a.exe is too big.")


def test_files_are_asked_for_in_the_readers_language() -> None:
    made: Any = modal(forms()["form"], "", words_for("de"))

    assert made["components"][-1]["label"] == "Bilder oder Dateien anhängen"


def test_a_form_has_five_parts_at_most_and_files_are_one_of_them() -> None:
    fields = tuple(Field(f"f{n}", f"F{n}") for n in range(7))

    assert [part["label"] for part in parts(Form("x", "x", fields, "x"))] == ["F0", "F1", "F2", "F3", "F4"]
    assert len(parts(Form("x", "x", fields, "x", files=1))) == 5
    assert parts(Form("x", "x", fields, "x", files=1))[-1]["component"]["type"] == 19


def test_a_choice_that_no_menu_holds_is_typed() -> None:
    many = tuple((f"v{n}", f"L{n}") for n in range(26))

    [part] = parts(Form("x", "x", (Field("a", "A", FieldKind.CHOICE, "v3", choices=many),), "x"))

    assert (part["component"]["type"], part["component"]["value"]) == (4, "v3")


def filled(*inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"custom_id": "form::status", "components": [{"type": 18, "component": one} for one in inputs], **more}


def test_what_was_filled_in_comes_back_by_field() -> None:
    text, audience, files = (part["component"]["custom_id"] for part in parts(forms()["form"]))
    picture, film = {"id": "7", "filename": "board.png"}, {"id": "8", "filename": "film.mp4"}

    data = filled(
        {"type": 4, "custom_id": text, "value": "Hi & <you>"},
        {"type": 3, "custom_id": audience, "values": ["me"]},
        {"type": 19, "custom_id": files, "values": ["8", "7", "9"]},
        resolved={"attachments": {"7": picture, "8": film}},
    )

    assert fields_of(data) == {"text": "Hi & <you>", "audience": "me"}
    assert files_of(data) == [film, picture]


def test_what_was_left_empty_is_empty() -> None:
    data = filled(
        {"type": 4, "custom_id": "field-text", "value": ""}, {"type": 3, "custom_id": "field-a", "values": []}
    )

    assert fields_of(data) == {"text": "", "a": ""}
    assert files_of(data) == []


def test_inputs_in_rows_are_read_as_well() -> None:
    data = {"components": [{"type": 1, "components": [{"type": 4, "custom_id": "field-text", "value": "Hi"}]}]}

    assert fields_of(data) == {"text": "Hi"}


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3))
def test_any_data_is_read_without_failing(data: Any) -> None:
    assert all(isinstance(value, str) for value in fields_of(data).values())
    assert all(isinstance(file, dict) for file in files_of(data))


FIELDS = st.builds(
    Field,
    st.integers(0, 99).map("f{}".format),
    WORDS,
    st.sampled_from(FieldKind),
    WORDS,
    WORDS,
    st.lists(st.tuples(WORDS, WORDS), max_size=4).map(tuple),
    st.booleans(),
    WORDS,
)
FORMS = st.builds(
    Form,
    WORDS,
    WORDS,
    st.lists(FIELDS, max_size=6, unique_by=lambda one: one.name).map(tuple),
    WORDS,
    st.integers(0, 20),
)


@FAST
@given(FORMS)
def test_any_form_is_what_discord_takes(form: Form) -> None:
    made = modal(grown(form), "1189734512345678901")

    assert made is None or modal_problems(made) == []


@pytest.mark.parametrize("text", OWN)
def test_a_form_with_any_words_is_what_discord_takes(text: str) -> None:
    field = Field("a", text, FieldKind.LINE, text, text, error=text)
    choice = Field("b", text, FieldKind.CHOICE, text, text, ((text, text), ("x", text), ("x", "again")))

    made = modal(Form(text, "x", (field, choice), text, files=1, files_error=text))

    assert made is not None
    assert modal_problems(made) == []
