"""What a native command's options say: the line that people would have typed, and what is suggested while they type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.discord.heard.options import Focused, Line, choices_of, focused, line_of
from bridge.adapters.discord.install.commands import Json, payload
from bridge.model.command import ParamKind, Suggestion
from bridge.model.verbs import split
from bridge.words import words_for

ENGLISH = words_for("en")


def called(name: str, /, **options: object) -> Json:
    """A command's data, as Discord sends it."""
    kinds = {bool: 5, str: 3}
    return {
        "id": "1",
        "name": name,
        "type": 1,
        "options": [{"name": key, "type": kinds[type(value)], "value": value} for key, value in options.items()],
    }


def under(name: str, /, **options: object) -> Json:
    """The same under the umbrella."""
    sub = {"type": 1, "name": name, "options": called(name, **options)["options"]}
    return {"id": "1", "name": "bridge", "type": 1, "options": [sub]}


def typing(data: Json, name: str) -> Json:
    options = data["options"]
    for option in options[0].get("options", options):
        option.update({"focused": True} if option["name"] == name else {})
    return data


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (called("status", text="Shipping v2 #release"), "status Shipping v2 #release"),
        (called("status", text="Shipping v2", to="@ana"), "status to:@ana Shipping v2"),
        (called("status", text="  two\nlines "), "status two\nlines"),
        (called("status", to="to:me", text="x"), "status to:me x"),
        (called("status", to="@ana, @li", text="x"), "status to:@ana,@li x"),
        (called("status", to="@ana @li"), "status to:@ana,@li"),
        (called("status", to="  ", text=""), "status"),
        (called("status"), "status"),
        (called("follow", whom="#release", here=True, how="live"), "follow #release live here"),
        (called("follow", whom="@ana", here=False), "follow @ana"),
        (called("catchup", since="since  mon"), "catchup since mon"),
        (called("who", person="Ana Kovač"), "who Ana Kovač"),
        (called("digest", schedule="weekdays 09:00 Europe/Vienna"), "digest weekdays 09:00 Europe/Vienna"),
        (called("digest", here=True), "digest here"),
        (under("edit", update="~1042", text="New words"), "edit ~1042 New words"),
        (under("edit", update=" ~ 1042 "), "edit ~1042"),
        (under("reply", text="congrats", update="last"), "reply last congrats"),
        (under("mute", until="2d", whom="@ana"), "mute @ana 2d"),
        (under("settings", text="Europe/Vienna", setting="zone"), "settings zone Europe/Vienna"),
        (under("help", command="follow"), "help follow"),
        (under("track", here=True, how="digest", words='"our product"'), 'track "our product" digest here'),
        (under("resume"), "resume here"),
        (under("followers"), "followers"),
    ],
)
def test_options_become_the_line_in_its_own_order(data: Json, line: str) -> None:
    assert line_of(data).line == line


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({"name": "bridge", "type": 1}, "bridge"),
        (called("gone", text="an older command"), "gone an older command"),
        (called("status", text="Shipping", mood="fine"), "status Shipping fine"),
        (None, ""),
        ({"name": "status", "options": [{"name": "text", "value": 7}, "x", {}]}, "status"),
    ],
)
def test_what_this_version_does_not_know_is_not_lost(data: Any, line: str) -> None:
    assert line_of(data).line == line


def subs(command: Json) -> list[Json]:
    return [one for one in command["options"] if one["type"] == 1] or [command]


@pytest.mark.parametrize("command", [one for one in payload([]) if one["type"] == 1], ids=lambda one: str(one["name"]))
def test_every_option_of_every_command_leads_into_the_line(command: Json) -> None:
    for sub in subs(command):
        name, offered = sub["name"], sub["options"]
        verb, _ = split(name)
        assert verb is not None
        files = [option["name"] for option in offered if option["type"] == 11]
        filled = {one["name"]: {5: True, 11: one["name"]}.get(one["type"], "x") for one in offered}
        data = under(name, **filled) if command["name"] == "bridge" else called(name, **filled)

        found = line_of({**data, "resolved": {"attachments": {file: {"id": file} for file in files}}})

        typed = [param.kind for param in verb.params if param.kind is not ParamKind.FILES]
        words = {ParamKind.HERE: "here", ParamKind.AUDIENCE: "to:x"}
        assert found.line.split() == [name, *(words.get(kind, "x") for kind in typed)]
        assert found.name == name
        assert [(file["id"], file["alt"]) for file in found.attachments] == [(file, "x") for file in files]


def with_files(alts: dict[int, str], *numbers: int) -> Line:
    names = {n: "" if n == 1 else str(n) for n in range(1, 5)}
    options = {f"file{names[n]}": f"10{n}" for n in numbers} | {f"alt{names[n]}": said for n, said in alts.items()}
    data = called("status", text="x", **options)
    files = {f"10{n}": {"id": f"10{n}", "filename": f"{n}.png", "description": "as told"} for n in numbers}
    return line_of({**data, "resolved": {"attachments": files}})


@pytest.mark.parametrize(
    ("files", "alts", "shows"),
    [
        ([1, 2], {1: "a graph", 2: "a team"}, ["a graph", "a team"]),
        ([1, 3], {3: "a team"}, ["as told", "a team"]),
        ([2], {1: "a graph"}, ["a graph"]),
        ([1, 2], {2: "a team", 4: "a graph"}, ["a graph", "a team"]),
        ([1], {}, ["as told"]),
    ],
)
def test_a_file_comes_with_what_it_shows(files: list[int], alts: dict[int, str], shows: list[str]) -> None:
    found = with_files(alts, *files)

    assert [file["filename"] for file in found.attachments] == [f"{n}.png" for n in files]
    assert [file["alt"] for file in found.attachments] == shows
    assert found.line == "status x"


def test_a_file_that_discord_did_not_send_is_none() -> None:
    assert line_of(called("status", file="1")).attachments == ()
    assert line_of({**called("status", file="1"), "resolved": {"attachments": {"1": None}}}).attachments == ()


@pytest.mark.parametrize(
    ("data", "name", "line", "before"),
    [
        (called("follow", whom="@an"), "whom", "follow @an", ""),
        (called("follow", how="live", whom="#rel"), "whom", "follow #rel", ""),
        (called("who", person="Ana Ko"), "person", "who Ana", ""),
        (called("who", person=""), "person", "who ", ""),
        (called("digest", schedule="weekdays 09:00 Eu"), "schedule", "digest weekdays 09:00 Eu", "weekdays 09:00 "),
        (under("mute", whom="@ana", until="2"), "until", "mute @ana 2", ""),
        (under("settings", setting="zone", text="Vie"), "text", "settings zone Vie", ""),
        (called("status", to="@an", text="Shipping v2"), "to", "status @an", ""),
        (called("status", to="an"), "to", "status @an", ""),
        (called("status", to="to:@ana,@l"), "to", "status @l", "to:@ana,"),
        (called("status", to="to:pu"), "to", "status @pu", "to:"),
        (under("edit", text="New", update="la"), "update", "edit la", ""),
    ],
)
def test_the_core_is_asked_about_the_word_that_is_being_typed(data: Json, name: str, line: str, before: str) -> None:
    found = focused(typing(data, name))

    assert found is not None
    assert (found.line, found.option, found.before) == (line, name, before)


@pytest.mark.parametrize("data", [None, called("status", to="x"), typing(called("gone", to="x"), "to"), {"options": 1}])
def test_where_nothing_is_typed_nothing_is_asked(data: Any) -> None:
    assert focused(data) is None


def suggested(data: Json, name: str, *suggestions: Suggestion) -> list[tuple[str, str]]:
    found = focused(typing(data, name))
    assert found is not None
    return [(one["name"], one["value"]) for one in choices_of(suggestions, found, ENGLISH)]


def test_a_suggestion_shows_its_label_and_takes_the_options_place() -> None:
    said = suggested(called("follow", whom="@an"), "whom", Suggestion("@ana", "Ana Kovač"), Suggestion("@andy", ""))

    assert said == [("@ana · Ana Kovač", "@ana"), ("@andy", "@andy")]


def test_what_stands_before_the_word_stays() -> None:
    said = suggested(called("status", to="@ana,@l"), "to", Suggestion("@li", "Li"))

    assert said == [("@ana,@li · Li", "@ana,@li")]


def test_an_audience_that_names_nobody_is_offered_until_somebody_is_named() -> None:
    everything = suggested(called("status", to=""), "to", Suggestion("@ana", "Ana"))

    assert everything == [
        ("everyone · The team", "everyone"),
        ("followers · My followers", "followers"),
        ("me · Only me", "me"),
        ("public · The team and the community", "public"),
        ("@ana · Ana", "@ana"),
    ]
    assert suggested(called("status", to="to:PU"), "to") == [("to:public · The team and the community", "to:public")]
    for named in ("@ana,", "@ana "):
        assert suggested(called("status", to=named), "to", Suggestion("@li", "")) == [(f"{named}@li", f"{named}@li")]


def test_what_has_an_option_of_its_own_is_not_offered_in_another() -> None:
    everyone, here, live = Suggestion("everyone", ""), Suggestion("here", ""), Suggestion("live", "")

    assert suggested(called("follow", whom=""), "whom", everyone, here, live) == [("everyone", "everyone")]
    assert suggested(called("digest", schedule=""), "schedule", Suggestion("now", ""), here) == [("now", "now")]


def test_several_words_of_a_name_are_all_looked_for() -> None:
    people = Suggestion("@ana", "Ana Kovač"), Suggestion("@anna", "Anna Berg")

    assert suggested(called("who", person="an ber"), "person", *people) == [("@anna · Anna Berg", "@anna")]


@pytest.mark.parametrize(
    ("data", "name", "suggestions", "values"),
    [
        (called("catchup", since="since mon"), "since", [], ["since mon"]),
        (called("follow", whom="#rel"), "whom", [Suggestion("#release", "")], ["#release", "#rel"]),
        (called("follow", whom="#rel"), "whom", [Suggestion("#rel", "")], ["#rel"]),
        (called("follow", whom="@an"), "whom", [Suggestion("@ana", "")], ["@ana"]),
        (called("digest", schedule="d"), "schedule", [Suggestion("daily", "")], ["daily", "d"]),
        (called("catchup", since=""), "since", [], []),
        (called("follow", whom="x" * 101), "whom", [], []),
    ],
)
def test_what_was_typed_can_be_chosen_where_it_is_as_good(
    data: Json, name: str, suggestions: list[Suggestion], values: list[str]
) -> None:
    assert [value for _, value in suggested(data, name, *suggestions)] == values


def test_discords_limits_are_kept() -> None:
    many = [Suggestion(f"#tag{n}", "🎉" * 99) for n in range(40)] + [Suggestion("#tag1", "again")]

    said = suggested(called("follow", whom="#t"), "whom", *many, Suggestion("#" + "t" * 100, ""))

    assert len(said) == 25
    assert said[-1] == ("#t", "#t")
    assert len({value for _, value in said}) == 25
    assert all(len(name.encode("utf-16-le")) <= 200 for name, _ in said)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
options = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["text", "to", "whom", "file", "alt", "here", "update", "schedule"]) | anything,
        "type": st.sampled_from([1, 3, 5, 11]) | anything,
        "value": st.text() | anything,
        "focused": st.booleans() | anything,
    },
)
datas = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["status", "follow", "bridge", "digest"]) | anything,
        "options": st.lists(options | st.builds(lambda found: {"type": 1, "options": found}, st.lists(options)))
        | anything,
        "resolved": st.builds(lambda found: {"attachments": found}, anything) | anything,
    },
)


@given(data=datas | anything, label=st.text())
def test_whatever_comes_is_read(data: Any, label: str) -> None:
    found = line_of(data)
    asked = focused(data)

    assert isinstance(found.line, str)
    if asked is not None:
        assert asked.value.startswith(asked.before)
        for choice in choices_of([Suggestion(asked.value, label)], asked, ENGLISH):
            assert 1 <= len(choice["name"].encode("utf-16-le", "surrogatepass")) <= 200
            assert 1 <= len(choice["value"]) <= 100


@given(value=st.text(), kind=st.sampled_from(ParamKind))
def test_whatever_is_typed_is_suggested_within_the_limits(value: str, kind: ParamKind) -> None:
    choices = choices_of([Suggestion("@ana", "Ana")], Focused("", "x", value, kind, value), ENGLISH)

    assert all(1 <= len(one["name"]) <= 100 and 1 <= len(one["value"]) <= 100 for one in choices)
