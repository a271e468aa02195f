"""Interactions with the fake of Discord: what people can start, how an app may answer, and how long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.model.clock import FixedClock
from tests.fakes.discord import CannotDo, FakeDiscord, Interaction, NotAnswered, P
from tests.fakes.discord.raw import Ear, Raw, crew, listening, raw
from tests.fakes.discord.state import Json

COMMANDS: list[Json] = [
    {
        "name": "status",
        "description": "Share what you do",
        "contexts": [0, 1],
        "options": [
            {"type": 3, "name": "text", "description": "What", "required": True, "min_length": 2, "max_length": 20},
            {"type": 3, "name": "where", "description": "Where", "choices": [{"name": "Here", "value": "here"}]},
            {"type": 4, "name": "hours", "description": "How long", "min_value": 1, "max_value": 9},
            {"type": 5, "name": "quiet", "description": "Whether"},
            {"type": 6, "name": "who", "description": "With whom"},
            {"type": 7, "name": "room", "description": "In which channel"},
            {"type": 8, "name": "role", "description": "For whom"},
            {"type": 11, "name": "picture", "description": "A picture"},
        ],
    },
    {
        "name": "bridge",
        "description": "All of it",
        "contexts": [0],
        "options": [
            {
                "type": 1,
                "name": "follow",
                "description": "Follow",
                "options": [
                    {"type": 3, "name": "whom", "description": "Whom", "required": True, "autocomplete": True},
                    {"type": 3, "name": "note", "description": "Why"},
                ],
            }
        ],
    },
    {"name": "admin", "description": "Owners only", "default_member_permissions": 0},
    {"name": "Share as update", "type": 3},
    {"name": "Follow", "type": 2},
]
BUTTONS = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Reply", "custom_id": "reply"}]}]
MODAL = {
    "custom_id": "form",
    "title": "Share",
    "components": [
        {
            "type": 18,
            "label": "Text",
            "component": {"type": 4, "custom_id": "text", "style": 2, "max_length": 10, "value": "old"},
        },
        {
            "type": 18,
            "label": "Where",
            "component": {
                "type": 3,
                "custom_id": "where",
                "required": False,
                "options": [{"label": "Here", "value": "h"}, {"label": "There", "value": "t"}],
            },
        },
        {
            "type": 18,
            "label": "Picture",
            "component": {"type": 19, "custom_id": "file", "required": False, "max_values": 2},
        },
    ],
}


@pytest.fixture
async def discord(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        made.limits.enforce = False
        made.patience = 1.0
        yield made


@pytest.fixture
async def call(discord: FakeDiscord) -> AsyncIterator[Raw]:
    async with raw(discord) as made:
        assert (await made("PUT", f"/applications/{discord.bot.id}/commands", COMMANDS)).status == 200
        yield made


@pytest.fixture
async def ear(discord: FakeDiscord, call: Raw) -> AsyncIterator[Ear]:
    """The app: it answers with what `ear.answers` does."""
    async with listening(discord) as made:
        answers(made, call, 4, {"content": "Shared", "flags": 64, "components": BUTTONS})
        yield made


def answers(ear: Ear, call: Raw, kind: int, data: Json | None = None) -> None:
    async def answer(payload: Json) -> None:
        assert (await call.callback(payload, kind, data)).status == 204

    ear.answers = answer


def later(ear: Ear) -> asyncio.Future[Json]:
    """The app takes the interaction and does nothing with it; its payload comes here."""
    found: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

    async def keep(payload: Json) -> None:
        found.set_result(payload)

    ear.answers = keep
    return found


async def refused(call: Raw, payload: Json, kind: int, data: Json | None = None) -> list[str]:
    answer = await call.callback(payload, kind, data)
    assert answer.code == 50035, answer.body
    return list(answer.wrong)


# commands


async def test_a_command_comes_with_what_was_typed_and_is_answered(discord: FakeDiscord, ear: Ear) -> None:
    one = await discord.command(
        "1",
        "300",
        "status",
        {"text": "Hello", "hours": 3, "quiet": False, "who": "2", "room": "300", "role": "201"},
        attachments={"picture": ("a.png", b"png")},
    )

    assert one.shown == "Shared\n[Reply]"
    assert (one.private, one.first, len(one.times)) == (True, 4, 1)
    assert discord.texts("300") == []
    payload = ear.heard("INTERACTION_CREATE")[0]
    data = payload["data"]
    assert [(o["name"], o["type"]) for o in data["options"]] == [
        ("text", 3),
        ("hours", 4),
        ("quiet", 5),
        ("who", 6),
        ("room", 7),
        ("role", 8),
        ("picture", 11),
    ]
    picture = data["options"][-1]["value"]
    assert data["resolved"]["attachments"][picture]["filename"] == "a.png"
    assert data["resolved"]["users"]["2"]["username"] == "bo"
    assert "user" not in data["resolved"]["members"]["2"]
    assert data["resolved"]["channels"]["300"]["name"] == "team"
    assert data["resolved"]["roles"]["201"]["name"] == "Crew"
    assert (payload["context"], payload["guild_id"], payload["member"]["user"]["id"]) == (0, "100", "1")
    assert int(payload["app_permissions"]) & P.SEND_MESSAGES


async def test_a_command_in_a_direct_message_comes_with_a_user(discord: FakeDiscord, ear: Ear) -> None:
    one = await discord.command("1", "@me", "status", {"text": "Hello"})

    payload = ear.heard("INTERACTION_CREATE")[0]
    assert (payload["context"], payload["user"]["id"], "member" in payload) == (1, "1", False)
    assert payload["authorizing_integration_owners"] == {"0": "0"}
    assert one.shown.startswith("Shared")


async def test_a_sub_command_stands_inside_its_command(discord: FakeDiscord, ear: Ear) -> None:
    await discord.command("1", "300", ("bridge", "follow", {"whom": "bo"}))
    await discord.command("1", "300", "bridge follow", {"whom": "bo"})

    first, second = (p["data"] for p in ear.heard("INTERACTION_CREATE"))
    inner = [{"name": "whom", "type": 3, "value": "bo"}]
    assert first["options"] == second["options"] == [{"name": "follow", "type": 1, "options": inner}]


@pytest.mark.parametrize(
    ("channel", "command", "options", "why"),
    [
        ("300", "share", {"text": "Hello"}, "no command 'share'"),
        ("300", "Follow", {}, "no command"),
        ("300", "status", {}, "needs"),
        ("300", "status", {"text": ""}, "needs"),
        ("300", "status", {"text": "x"}, "2 to 20 characters"),
        ("300", "status", {"text": "x" * 21}, "2 to 20 characters"),
        ("300", "status", {"text": "Hello", "mood": "x"}, "no option"),
        ("300", "status", {"text": 5}, "takes no 5"),
        ("300", "status", {"text": "Hello", "where": "there"}, "takes one of"),
        ("300", "status", {"text": "Hello", "hours": 10}, "1 to 9"),
        ("300", "status", {"text": "Hello", "hours": "3"}, "takes no '3'"),
        ("300", "status", {"text": "Hello", "quiet": 1}, "takes no 1"),
        ("300", "status", {"text": "Hello", "who": "ana"}, "an id"),
        ("300", "status", {"text": "Hello", "who": "999"}, "there is no 999"),
        ("300", "status", {"text": "Hello", "room": "301"}, "does not see"),
        ("300", "bridge", {}, "needs one of"),
        ("300", ("bridge", "unfollow"), {}, "has no 'unfollow'"),
        ("300", "admin", {}, "not offered to them"),
        ("@me", ("bridge", "follow"), {"whom": "bo"}, "not offered here"),
        ("301", "status", {"text": "Hello"}, "does not see"),
        ("999", "status", {"text": "Hello"}, "no channel"),
    ],
)
async def test_the_client_lets_nobody_type_what_is_not_registered(
    discord: FakeDiscord, ear: Ear, channel: str, command: Any, options: Json, why: str
) -> None:
    with pytest.raises(CannotDo, match=why):
        await discord.command("2", channel, command, options)

    assert ear.heard("INTERACTION_CREATE") == []


async def test_the_owner_may_more(discord: FakeDiscord, ear: Ear) -> None:
    assert (await discord.command("1", "300", "admin")).shown


async def test_a_person_needs_the_permission_for_commands(discord: FakeDiscord, ear: Ear) -> None:
    await discord.set_overwrite("300", "2", deny=P.USE_APPLICATION_COMMANDS)

    with pytest.raises(CannotDo, match="USE_APPLICATION_COMMANDS"):
        await discord.command("2", "300", "status", {"text": "Hello"})


async def test_a_command_works_where_the_bot_may_not_write(discord: FakeDiscord, ear: Ear) -> None:
    """Answers to interactions need no permission of the bot's."""
    one = await discord.command("1", "301", "status", {"text": "Hello"})

    assert one.shown.startswith("Shared")
    assert one.payload["app_permissions"] == "0"


async def test_completion_offers_choices(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    answers(ear, call, 8, {"choices": [{"name": "bo", "value": "2"}]})

    found = await discord.complete("1", "300", ("bridge", "follow"), {"note": "x", "whom": "b"}, focused="whom")

    assert found == [{"name": "bo", "value": "2"}]
    payload = ear.heard("INTERACTION_CREATE")[0]
    options = payload["data"]["options"][0]["options"]
    assert payload["type"] == 4
    assert options == [
        {"name": "whom", "type": 3, "value": "b", "focused": True},
        {"name": "note", "type": 3, "value": "x"},
    ] or options[-1] == {"name": "whom", "type": 3, "value": "b", "focused": True}


async def test_only_some_options_complete(discord: FakeDiscord, ear: Ear) -> None:
    with pytest.raises(CannotDo, match="completes nothing"):
        await discord.complete("1", "300", ("bridge", "follow"), {"note": "x"}, focused="note")


@pytest.mark.parametrize(
    ("choices", "where"),
    [
        ([{"name": str(n), "value": str(n)} for n in range(26)], "data.choices"),
        ([{"name": "", "value": "x"}], "data.choices.0.name"),
        ([{"name": "x" * 101, "value": "x"}], "data.choices.0.name"),
        ([{"name": "x", "value": "x" * 101}], "data.choices.0.value"),
        ([{"name": "x", "value": ""}], "data.choices.0.value"),
        ([{"name": "x", "value": 5}], "data.choices.0.value"),
        ([{"name": "x"}], "data.choices.0.value"),
    ],
)
async def test_choices_keep_limits(discord: FakeDiscord, call: Raw, ear: Ear, choices: list[Json], where: str) -> None:
    got = later(ear)
    asking = asyncio.create_task(discord.complete("1", "300", ("bridge", "follow"), focused="whom"))

    assert await refused(call, await got, 8, {"choices": choices}) == [where]
    assert (await call.callback(await got, 4, {"content": "x"})).code == 50035
    await call.callback(await got, 8, {"choices": []})
    assert await asking == []


async def test_a_menu_on_a_message_shows_the_app_what_stands_there(discord: FakeDiscord, ear: Ear) -> None:
    said = await discord.say("2", "300", "secret")

    one = await discord.menu("1", said, "Share as update")

    data = ear.heard("INTERACTION_CREATE")[0]["data"]
    assert data["target_id"] == said.id
    assert data["resolved"]["messages"][said.id]["content"] == "secret"
    assert ear.heard("MESSAGE_CREATE")[0]["content"] == ""
    assert one.message is not None
    assert (one.message.type, one.message.replied) == (23, said)


async def test_a_menu_on_a_person_names_them(discord: FakeDiscord, ear: Ear) -> None:
    await discord.user_menu("1", "300", "Follow", target="2")

    data = ear.heard("INTERACTION_CREATE")[0]["data"]
    assert (data["target_id"], data["resolved"]["users"]["2"]["username"]) == ("2", "bo")


# time


async def test_nobody_answers(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    discord.patience = 0.05
    got = later(ear)

    with pytest.raises(NotAnswered, match="did not respond"):
        await discord.command("1", "300", "status", {"text": "Hello"})

    assert (await call.callback(await got, 4, {"content": "x"})).code == 10062


async def test_nobody_is_connected(discord: FakeDiscord, call: Raw) -> None:
    with pytest.raises(NotAnswered, match="nobody is connected"):
        await discord.command("1", "300", "status", {"text": "Hello"})


async def test_the_first_answer_has_three_seconds_and_the_token_fifteen_minutes(
    discord: FakeDiscord, call: Raw, ear: Ear, time: FixedClock
) -> None:
    got = later(ear)
    asking = asyncio.create_task(discord.command("1", "300", "status", {"text": "Hello"}))
    payload = await got
    time.advance(seconds=3.1)
    assert (await call.callback(payload, 4, {"content": "x"})).code == 10062
    with pytest.raises(NotAnswered):
        await asking

    answers(ear, call, 5)
    one = await discord.command("1", "300", "status", {"text": "Hello"})
    time.advance(minutes=14.9)
    assert (await call.original("PATCH", one.payload, {"content": "x"})).status == 200
    time.advance(minutes=0.2)
    late = await call.original("PATCH", one.payload, {"content": "y"})
    assert (late.status, late.code) == (401, 50027)
    assert one.shown == "x"


async def test_an_interaction_is_answered_once(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    one = await discord.command("1", "300", "status", {"text": "Hello"})

    again = await call.callback(one.payload, 4, {"content": "x"})

    assert (again.status, again.code) == (400, 40060)
    assert (await call.callback(one.payload | {"id": "1"}, 4, {"content": "x"})).code == 10062


async def test_nothing_is_edited_before_the_first_answer(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    got = later(ear)
    asking = asyncio.create_task(discord.command("1", "300", "status", {"text": "Hello"}))
    payload = await got

    assert (await call.original("PATCH", payload, {"content": "x"})).code == 10015
    assert (await call("POST", f"/webhooks/{discord.bot.id}/{payload['token']}", {"content": "x"})).code == 10015
    await call.callback(payload, 4, {"content": "x"})
    await asking


# answers


async def test_an_answer_may_be_told_back(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    got = later(ear)
    asking = asyncio.create_task(discord.command("1", "300", "status", {"text": "Hello"}))
    payload = await got

    answer = await call.callback(payload, 4, {"content": "Shared", "flags": 64}, with_response="1")
    one = await asking

    assert answer.status == 200
    assert one.message is not None
    assert answer.body["interaction"] == {
        "id": payload["id"],
        "type": 2,
        "response_message_id": one.message.id,
        "response_message_loading": False,
        "response_message_ephemeral": True,
    }
    assert answer.body["resource"]["type"] == 4
    assert answer.body["resource"]["message"]["content"] == "Shared"


async def test_a_deferred_answer_loads_until_it_is_filled(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    answers(ear, call, 5, {"flags": 64})

    one = await discord.command("1", "300", "status", {"text": "Hello"})

    assert (one.loading, one.shown, one.private) == (True, "", True)
    await call.original("PATCH", one.payload, {"content": "Done", "embeds": [{"description": "Well"}]})
    assert await discord.settled(one) == "Done\nWell"
    assert one.private
    await call.original("PATCH", one.payload, {"embeds": []})
    assert one.shown == "Done"
    assert (await call.original("GET", one.payload)).body["content"] == "Done"
    assert (await call.original("DELETE", one.payload)).status == 204
    assert (one.shown, (await call.original("PATCH", one.payload, {"content": "x"})).code) == ("", 10008)
    assert len(one.times) == 3


async def test_a_defer_settles_who_sees_the_answer(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    """A followup straight after it fills it, and may not change that either."""
    answers(ear, call, 5)
    one = await discord.command("1", "300", "status", {"text": "Hello"})
    path = f"/webhooks/{discord.bot.id}/{one.payload['token']}"

    assert list((await call.original("PATCH", one.payload, {"content": "x", "flags": 64})).wrong) == ["flags"]
    assert (await call("POST", path, {"content": "Done", "flags": 64})).status == 200

    assert (one.shown, one.private, one.followups) == ("Done", False, [])
    assert discord.texts("300") == ["Done"]
    await call("POST", path, {"content": "More", "flags": 64})
    assert [m.text for m in one.followups] == ["More"]
    assert [m.text for m in discord.ephemerals("1")] == ["More"]
    assert discord.ephemerals("2") == []


async def test_a_public_answer_is_a_message_for_all(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    answers(ear, call, 4, {"content": "Hello <@2>"})

    one = await discord.command("1", "300", "status", {"text": "Hello"})

    assert discord.messages("300") == [one.message]
    assert discord.pinged == ["<@2>"]
    told = (await discord.until(lambda: ear.heard("MESSAGE_CREATE")))[0]
    assert (told["content"], told["application_id"], told["type"]) == ("Hello <@2>", discord.bot.id, 20)
    assert told["interaction_metadata"]["user"]["id"] == "1"


async def test_what_is_private_is_not_in_the_channel(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    one = await discord.command("1", "300", "status", {"text": "Hello"})
    assert one.message is not None

    assert (await call("GET", "/channels/300/messages")).body == []
    assert (await call("PATCH", f"/channels/300/messages/{one.message.id}", {"content": "x"})).code == 10008
    assert ear.heard("MESSAGE_CREATE") == []
    with pytest.raises(CannotDo):
        await discord.press("2", one, "Reply")


@pytest.mark.parametrize(
    ("kind", "data", "where"),
    [
        (4, None, ["data"]),
        (4, {"content": "x" * 2001}, ["data.content"]),
        (4, {"content": "x", "flags": 1 << 15}, ["data.flags"]),
        (4, {"content": "x", "nonce": "1"}, ["data.nonce"]),
        (5, {"content": "x"}, ["data.content"]),
        (5, {"flags": 1 << 12}, ["data.flags"]),
        (6, None, ["type"]),
        (7, {"content": "x"}, ["type"]),
        (8, {"choices": []}, ["type"]),
        (1, None, ["type"]),
        (9, None, ["data"]),
        (9, MODAL | {"title": "x" * 46}, ["data.title"]),
        (9, MODAL | {"custom_id": "x" * 101}, ["data.custom_id"]),
        (9, MODAL | {"components": []}, ["data.components"]),
        (9, MODAL | {"components": [MODAL["components"][0]] * 2}, ["data.components.1.component.custom_id"]),
        (9, MODAL | {"components": [{"type": 1, "components": []}]}, ["data.components.0.type"]),
    ],
)
async def test_an_answer_to_a_command_has_its_form(
    discord: FakeDiscord, call: Raw, ear: Ear, kind: int, data: Json | None, where: list[str]
) -> None:
    got = later(ear)
    asking = asyncio.create_task(discord.command("1", "300", "status", {"text": "Hello"}))

    assert await refused(call, await got, kind, data) == where

    await call.callback(await got, 4, {"content": "x"})
    await asking


def labelled(component: Json, **more: Any) -> Json:
    part = {"type": 18, "label": "A", "component": {"custom_id": "a"} | component}
    return {"custom_id": "f", "title": "F", "components": [part | more]}


@pytest.mark.parametrize(
    ("modal", "where"),
    [
        (labelled({"type": 4, "style": 1}, label="x" * 46), "label"),
        (labelled({"type": 4, "style": 1}, label=""), "label"),
        (labelled({"type": 4, "style": 1}, description="x" * 101), "description"),
        (labelled({"type": 4, "style": 3}), "component.style"),
        (labelled({"type": 4, "style": 1, "value": "x" * 4001}), "component.value"),
        (labelled({"type": 4, "style": 1, "value": "abc", "max_length": 2}), "component.value"),
        (labelled({"type": 4, "style": 1, "max_length": 4001}), "component.max_length"),
        (labelled({"type": 4, "style": 1, "min_length": 3, "max_length": 2}), "component.min_length"),
        (labelled({"type": 4, "style": 1, "placeholder": "x" * 101}), "component.placeholder"),
        (labelled({"type": 4, "style": 1, "label": "x"}), "component.label"),
        (labelled({"type": 3, "options": []}), "component.options"),
        (labelled({"type": 3, "options": [{"label": "x", "value": "x"}], "disabled": True}), "component.disabled"),
        (labelled({"type": 19, "max_values": 11}), "component.max_values"),
        (labelled({"type": 19, "min_values": 2, "max_values": 1}), "component.min_values"),
        (labelled({"type": 2, "style": 1, "label": "x"}), "component.type"),
    ],
)
async def test_a_form_keeps_limits(discord: FakeDiscord, call: Raw, ear: Ear, modal: Json, where: str) -> None:
    got = later(ear)
    asking = asyncio.create_task(discord.command("1", "300", "status", {"text": "Hello"}))

    assert await refused(call, await got, 9, modal) == [f"data.components.0.{where}"]

    await call.callback(await got, 4, {"content": "x"})
    await asking


# buttons and forms


async def shown(discord: FakeDiscord) -> Interaction:
    """A private answer with a button."""
    return await discord.command("1", "300", "status", {"text": "Hello"})


async def test_a_button_is_pressed_by_its_label(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    one = await shown(discord)
    answers(ear, call, 7, {"content": "Thanks", "components": []})

    pressed = await discord.press("1", one, "Reply")

    payload = ear.heard("INTERACTION_CREATE")[-1]
    assert payload["data"] == {"custom_id": "reply", "component_type": 2, "id": 2}
    assert payload["message"]["id"] == one.message.id if one.message else None
    assert one.shown == pressed.shown == "Thanks"
    with pytest.raises(CannotDo, match="no button"):
        await discord.press("1", one, "Reply")


async def test_an_update_may_come_later(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    one = await shown(discord)
    answers(ear, call, 6)

    pressed = await discord.press("1", one, "reply")
    assert (pressed.shown, pressed.loading) == ("Shared\n[Reply]", False)
    await call.original("PATCH", pressed.payload, {"content": "Thanks", "components": []})

    assert one.shown == "Thanks"


async def test_a_menu_is_chosen_from(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    options = [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]
    menu = {"type": 3, "custom_id": "menu", "options": options}
    await call.post("300", content="Choose", components=[{"type": 1, "components": [menu]}])
    message = discord.messages("300")[0]

    await discord.choose("2", message, "Two")

    assert message.text == "Choose\n[Choose: One | Two]"
    assert ear.heard("INTERACTION_CREATE")[0]["data"] == {
        "custom_id": "menu",
        "component_type": 3,
        "id": 2,
        "values": ["2"],
    }
    with pytest.raises(CannotDo):
        await discord.choose("2", message, "One", "Two")
    with pytest.raises(CannotDo):
        await discord.choose("2", message, "Three")


async def test_a_form_is_filled_in(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    one = await shown(discord)
    answers(ear, call, 9, MODAL)
    opened = await discord.press("1", one, "Reply")
    answers(ear, call, 4, {"content": "Thanks", "flags": 64})

    sent = await discord.submit("1", opened, {"text": "New", "Where": "There"}, files=[("a.png", b"png")])

    payload = ear.heard("INTERACTION_CREATE")[-1]
    text, where, file = (part["component"] for part in payload["data"]["components"])
    assert (payload["type"], payload["data"]["custom_id"]) == (5, "form")
    assert (text["value"], where["values"]) == ("New", ["t"])
    assert payload["data"]["resolved"]["attachments"][file["values"][0]]["filename"] == "a.png"
    assert payload["message"]["content"] == "Shared"
    assert sent.shown == "Thanks"
    with pytest.raises(CannotDo, match="sees no form"):
        await discord.submit("1", opened, {"text": "Again"})


async def test_a_form_begins_with_what_stands_in_it(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    answers(ear, call, 9, MODAL)
    opened = await discord.command("1", "300", "status", {"text": "Hello"})
    answers(ear, call, 4, {"content": "Thanks"})

    await discord.submit("1", opened)

    parts = ear.heard("INTERACTION_CREATE")[-1]["data"]["components"]
    assert [p["component"].get("value", p["component"].get("values")) for p in parts] == ["old", [], []]
    assert "message" not in ear.heard("INTERACTION_CREATE")[-1]


@pytest.mark.parametrize(
    ("values", "files", "why"),
    [
        ({"text": ""}, [], "is needed"),
        ({"text": "x" * 11}, [], "0 to 10 characters"),
        ({"where": "Nowhere"}, [], "has no 'Nowhere'"),
        ({"mood": "x"}, [], "no field"),
        ({}, [("a.png", b"")] * 3, "0 to 2 files|1 to 2 files"),
    ],
)
async def test_a_form_is_filled_in_as_it_allows(
    discord: FakeDiscord, call: Raw, ear: Ear, values: Json, files: list[tuple[str, bytes]], why: str
) -> None:
    answers(ear, call, 9, MODAL)
    opened = await discord.command("1", "300", "status", {"text": "Hello"})

    with pytest.raises(CannotDo, match=why):
        await discord.submit("1", opened, values, files=files)


async def test_a_form_follows_neither_a_defer_nor_a_form(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    answers(ear, call, 5)
    one = await discord.command("1", "300", "status", {"text": "Hello"})
    assert (await call.callback(one.payload, 9, MODAL)).code == 40060

    answers(ear, call, 9, MODAL)
    opened = await discord.command("1", "300", "status", {"text": "Hello"})
    got = later(ear)
    sending = asyncio.create_task(discord.submit("1", opened, {"text": "x"}))
    assert await refused(call, await got, 9, MODAL) == ["type"]
    assert await refused(call, await got, 7, {"content": "x"}) == ["type"]
    await call.callback(await got, 4, {"content": "x"})
    await sending


async def test_an_answer_in_a_locked_thread_is_private_or_none(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    await discord.archive(discord.guilds["100"].channels["310"], locked=True)
    got = later(ear)
    asking = asyncio.create_task(discord.command("1", "310", "status", {"text": "Hello"}))

    assert (await call.callback(await got, 4, {"content": "x"})).code == 50083
    assert (await call.callback(await got, 4, {"content": "x", "flags": 64})).status == 204
    assert (await asking).private


async def test_an_interaction_waits_for_a_lost_line(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    """It is an event like others: whoever resumes in time may still answer."""
    session = ear.heard("READY")[0]["session_id"]
    await discord.gateway.close(4000)
    asking = asyncio.create_task(discord.command("1", "300", "status", {"text": "Hello"}))

    async with call.http.ws_connect(discord.gateway_url + "?v=10&encoding=json") as socket:
        await socket.send_json({"op": 6, "d": {"token": discord.bot.token, "session_id": session, "seq": 3}})
        while (payload := await socket.receive_json(timeout=5))["t"] != "INTERACTION_CREATE":
            pass
        await call.callback(payload["d"], 4, {"content": "There"})

    assert (await asking).shown == "There"


async def test_answers_carry_files(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    async def answer(payload: Json) -> None:
        body = {"type": 4, "data": {"attachments": [{"id": "0", "description": "A picture"}], "flags": 64}}
        path = f"/interactions/{payload['id']}/{payload['token']}/callback"
        assert (await call("POST", path, body, files=[("a.png", b"png")])).status == 204

    ear.answers = answer
    one = await discord.command("1", "300", "status", {"text": "Hello"})
    path = f"/webhooks/{discord.bot.id}/{one.payload['token']}/messages/@original"
    more = await call("PATCH", path, {"content": "Two"}, files=[("b.txt", b"b")])

    assert one.message is not None
    assert one.shown == "Two\n(a.png)\n(b.txt)"
    assert [a["description"] for a in more.body["attachments"][:1]] == ["A picture"]
    assert all(a["ephemeral"] for a in more.body["attachments"])


async def test_what_follows_a_form_is_no_menus_message(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    """A form that a command opened is not on a message, even if the command was."""
    said = await discord.say("2", "300", "x")
    answers(ear, call, 9, MODAL)
    opened = await discord.menu("1", said, "Share as update")
    answers(ear, call, 4, {"content": "Thanks"})

    await discord.submit("1", opened, {"text": "New"})

    assert "message" not in ear.heard("INTERACTION_CREATE")[-1]


async def test_neither_links_nor_what_is_disabled_is_pressed(discord: FakeDiscord, call: Raw, ear: Ear) -> None:
    link = {"type": 2, "style": 5, "label": "More", "url": "https://a.example"}
    off = {"type": 2, "style": 1, "label": "Off", "custom_id": "off", "disabled": True}
    await call.post("300", content="x", components=[{"type": 1, "components": [link, off]}])
    message = discord.messages("300")[0]

    for label in ("More", "Off"):
        with pytest.raises(CannotDo, match="disabled, or a link"):
            await discord.press("1", message, label)
    assert ear.heard("INTERACTION_CREATE") == []
