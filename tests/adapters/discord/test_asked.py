"""What people ask for by interactions: who, where, with which words, and of which message or person."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.adapters.discord.heard import asked as read
from bridge.adapters.discord.heard.asked import EPHEMERAL, LONGEST_TOKEN, Asked
from bridge.model.command import Where, Who
from bridge.model.place import PlaceKind

ANA = Who("discord", "people", "1")
TEAM = Where("discord", "100", "300", name="team", private=True)
HOME = Where("discord", "people", "1", PlaceKind.DIRECT, private=True)
TALK = Where("discord", "100", "310", PlaceKind.THREAD, "talk", private=True)
MEMBER = {"user": {"id": "1", "username": "ana"}, "nick": "Ana", "permissions": "8", "roles": ["201"]}

ASKED: dict[str, Any] = {
    "id": "77", "application_id": "900", "type": 2, "token": "aW50", "version": 1, "locale": "en-GB",
    "guild_id": "100", "channel_id": "300", "channel": {"id": "300", "type": 0, "name": "team"},
    "member": MEMBER, "app_permissions": "1024", "context": 0, "data": {"id": "5", "name": "status", "type": 1},
}  # fmt: skip
BY_ANA = Asked("77", "aW50", ANA, TEAM, "100", "300", None, MEMBER, 1024, "en-GB")


def alone(**more: Any) -> dict[str, Any]:
    """In the direct message with us."""
    left_out = ("guild_id", "member")
    kept = {name: value for name, value in ASKED.items() if name not in left_out}
    return kept | {"channel_id": "700", "channel": {"id": "700", "type": 1}, "user": MEMBER["user"], **more}


def thread(kind: int, parent: str | None = "300", **more: Any) -> dict[str, Any]:
    channel = {"id": "310", "type": kind, "name": "talk", "parent_id": parent}
    return {**ASKED, "channel_id": "310", "channel": channel, **more}


def test_an_interaction_says_who_asks_and_where() -> None:
    assert read.asked(ASKED) == BY_ANA


def test_in_a_direct_message_it_comes_with_a_user() -> None:
    found = read.asked(alone())

    assert found is not None
    assert (found.who, found.where, found.guild, found.channel) == (ANA, HOME, "", "700")


@pytest.mark.parametrize("kind", [10, 11])
def test_in_a_public_thread_its_channel_is_known_too(kind: int) -> None:
    found = read.asked(thread(kind))

    assert found is not None
    assert (found.where, found.around) == (TALK, Where("discord", "100", "300", private=True))


def test_a_private_thread_belongs_to_nothing_around_it() -> None:
    found = read.asked(thread(12))

    assert found is not None
    assert (found.where, found.around) == (TALK, None)


def test_a_thread_whose_channel_is_not_told_stands_by_itself() -> None:
    found = read.asked(thread(11, None))

    assert found is not None
    assert (found.where, found.around) == (TALK, None)


@pytest.mark.parametrize("given", [ASKED, thread(11), thread(12), alone()])
def test_whether_everybody_may_read_there_is_not_told_so_it_counts_as_private(given: dict[str, Any]) -> None:
    found = read.asked(given)

    assert found is not None
    assert found.where.private
    assert found.around is None or found.around.private


@pytest.mark.parametrize(
    ("told", "ours"),
    [("0", 0), ("2251799813685247", (1 << 51) - 1), ("", None), ("-1", None), ("9" * 20, None), (1024, None)],
)
def test_our_permissions_are_a_number_in_a_text(told: object, ours: int | None) -> None:
    found = read.asked({**ASKED, "app_permissions": told})

    assert found is not None
    assert found.ours == ours


def test_the_channel_is_named_in_two_places() -> None:
    assert read.asked({**ASKED, "channel_id": None}) == BY_ANA


def test_fields_that_nobody_knows_change_nothing() -> None:
    assert read.asked({**ASKED, "mood": "blue", "channel": {**ASKED["channel"], "mood": 7}}) == BY_ANA


@pytest.mark.parametrize("missing", ["id", "token", "member"])
def test_without_its_essentials_it_is_none(missing: str) -> None:
    assert read.asked({name: value for name, value in ASKED.items() if name != missing}) is None


MALFORMED: list[Any] = [
    None, [], "x", 7, {}, {**ASKED, "id": 77}, {**ASKED, "id": "7 7"}, {**ASKED, "token": "x" * (LONGEST_TOKEN + 1)},
    {**ASKED, "token": ["x"]}, {**ASKED, "member": {"user": {"id": "ana"}}}, {**ASKED, "member": "ana"},
    {**ASKED, "channel_id": 300, "channel": "team"}, {**ASKED, "channel_id": "../1", "channel": {}},
]  # fmt: skip


@pytest.mark.parametrize("given", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_malformed_is_none(given: object) -> None:
    readers = (read.asked, read.press, read.sent, read.on_message, read.on_person)
    assert [reader(given) for reader in readers] == [None] * len(readers)


def test_nor_is_what_only_looks_right() -> None:
    """Nobody could be answered without the token."""
    press = {"message": {"id": "888"}, "data": {"custom_id": "0:reply ~1"}}
    form = {"data": {"custom_id": "form::status"}}
    on = {"data": {"target_id": "888", "resolved": {"messages": {"888": {"id": "888"}}}}}
    for parts, reader in ((press, read.press), (form, read.sent), (on, read.on_message), (on, read.on_person)):
        assert reader({**ASKED, **parts}) is not None
        assert reader({**ASKED, **parts, "token": ""}) is None


# Buttons and menus.

BUTTONS = [{"type": 1, "components": [
    {"type": 2, "label": "Reply", "custom_id": "0:reply ~1"},
    {"type": 2, "label": "Delete", "custom_id": "1?delete ~1"},
    {"type": 3, "custom_id": "menu2", "options": [
        {"label": "Why here?", "value": ":why ~1"}, {"label": "Delete …", "value": "?delete ~1"},
    ]},
]}]  # fmt: skip


def press(custom_id: str, values: object = None, flags: int = 0, **message: Any) -> dict[str, Any]:
    given = {"id": "888", "flags": flags, "components": BUTTONS, **message}
    data = {"custom_id": custom_id, "component_type": 2} | ({"values": values} if values is not None else {})
    return {**ASKED, "type": 3, "message": given, "data": data}


PRESSED = [
    ("0:reply ~1", None, "reply ~1", False, "Reply"),
    ("1?delete ~1", None, "delete ~1", True, "Delete"),
    ("menu2", [":why ~1"], "why ~1", False, "Why here?"),
    ("menu2", ["?delete ~1"], "delete ~1", True, "Delete …"),
    ("7:who @ana", None, "who @ana", False, ""),
    ("3:status two\nlines: and a colon", None, "status two\nlines: and a colon", False, ""),
]


@pytest.mark.parametrize(("custom_id", "values", "line", "asks", "label"), PRESSED)
def test_a_button_and_a_menu_carry_a_line(custom_id: str, values: object, line: str, asks: bool, label: str) -> None:
    found = read.press(press(custom_id, values))

    assert found is not None
    assert (found.line, found.asks, found.label, found.message) == (line, asks, label, "888")
    assert found.asked == BY_ANA


@pytest.mark.parametrize(("flags", "ephemeral"), [(0, False), (EPHEMERAL, True), (EPHEMERAL | 4, True), (4, False)])
def test_only_an_answer_that_one_person_sees_can_be_replaced(flags: int, ephemeral: bool) -> None:
    found = read.press(press("0:timeline", flags=flags))

    assert found is not None
    assert found.ephemeral is ephemeral


FOREIGN = [
    ("", None), ("like", None), ("0reply", None), (":reply ~1", None), ("x:reply", None), ("0:", None),
    ("1234:reply", None), ("menu2", None), ("menu2", []), ("menu2", [7]), ("menu2", ["why ~1"]), ("menu2", "x"),
    ("form:1:status", None),
]  # fmt: skip


@pytest.mark.parametrize(("custom_id", "values"), FOREIGN)
def test_what_is_none_of_ours_is_nothing(custom_id: str, values: object) -> None:
    assert read.press(press(custom_id, values)) is None


@pytest.mark.parametrize(
    "components", [None, "x", [None], [{"components": 7}], [{"components": [None, {"options": 3}]}]]
)
def test_a_label_that_cannot_be_found_is_empty(components: object) -> None:
    found = read.press(press("1?delete ~1", components=components))

    assert found is not None
    assert found.label == ""


# Forms.


@pytest.mark.parametrize(
    ("custom_id", "message", "line"),
    [("form::status", "", "status"), ("form:888:reply ~1", "888", "reply ~1"), ("form:888:a:b", "888", "a:b")],
)
def test_a_form_remembers_what_it_was_for(custom_id: str, message: str, line: str) -> None:
    found = read.sent({**ASKED, "type": 5, "data": {"custom_id": custom_id, "components": []}})

    assert found is not None
    assert (found.message, found.line, found.asked) == (message, line, BY_ANA)


@pytest.mark.parametrize(
    "custom_id", ["", "form", "form:", "form::", "form:x:status", "form:" + "1" * 21 + ":status", 7]
)
def test_of_a_form_that_was_not_ours_nobody_knows_what_it_was_for(custom_id: object) -> None:
    assert read.sent({**ASKED, "type": 5, "data": {"custom_id": custom_id}}) is None


# Menus of messages and people.


def on(target: str, **resolved: Any) -> dict[str, Any]:
    data = {"id": "5", "name": "Share as update", "type": 3, "target_id": target, "resolved": resolved}
    return {**ASKED, "data": data}


def test_a_message_comes_with_its_words() -> None:
    message = {"id": "888", "content": "Hi", "author": {"id": "2"}}

    found = read.on_message(on("888", messages={"888": message}))

    assert found is not None
    assert (found.asked, found.message) == (BY_ANA, message)


@pytest.mark.parametrize(
    "resolved", [{}, {"messages": {}}, {"messages": []}, {"messages": {"888": "Hi"}}, {"messages": {"888": {}}}]
)
def test_a_message_that_did_not_come_along_is_none(resolved: dict[str, Any]) -> None:
    assert read.on_message(on("888", **resolved)) is None


def test_a_person_is_named_and_comes_along() -> None:
    given = on("2", users={"2": {"id": "2", "bot": True}, "3": "cy"}) | {}
    given["data"] |= {"name": "Follow", "type": 2}

    found = read.on_person(given)

    assert found is not None
    assert (found.name, found.user) == ("Follow", "2")
    assert read.people_in(given) == {"2": {"id": "2", "bot": True}}


@pytest.mark.parametrize("target", ["", "ana", None])
def test_a_person_without_an_id_is_none(target: Any) -> None:
    assert read.on_person(on(target)) is None
    assert read.people_in({"data": {"resolved": {"users": []}}}) == {}
