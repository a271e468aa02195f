"""Registering application commands with the fake: what a PUT may hold, and what comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge.model.clock import FixedClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.raw import Answer, Raw, crew, raw
from tests.fakes.discord.state import Json


@pytest.fixture
async def discord(time: FixedClock) -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(time) as made:
        crew(made)
        yield made


@pytest.fixture
async def call(discord: FakeDiscord) -> AsyncIterator[Raw]:
    async with raw(discord) as made:
        yield made


def command(name: str = "status", **more: Any) -> Json:
    return {"name": name, "description": "Share"} | more


def option(name: str = "text", kind: int = 3, **more: Any) -> Json:
    return {"type": kind, "name": name, "description": "What"} | more


def menu(name: str = "Follow", kind: int = 2, **more: Any) -> Json:
    return {"name": name, "type": kind} | more


async def put(call: Raw, *commands: Json, guild: str = "") -> Answer:
    scope = f"/guilds/{guild}" if guild else ""
    return await call("PUT", f"/applications/{call.fake.bot.id}{scope}/commands", list(commands))


def names(count: int, prefix: str = "c") -> list[Json]:
    return [command(f"{prefix}{n}") for n in range(count)]


GOOD: list[list[Json]] = [
    [],
    names(100),
    [menu(f"Menu {n}") for n in range(15)] + [menu(f"Menu {n}", 3) for n in range(15)],
    [command("x" * 32, description="x" * 100)],
    [command("follow-me_'s"), command("überblick"), command("обзор"), command("स्थिति"), command("สถานะ")],
    [command(name_localizations={"de": "teilen", "en-GB": "share"}, description_localizations={"de": "Teilen"})],
    [menu("Share as update", 3), menu("Share as update", 2)],
    [command(contexts=[0, 1], integration_types=[0], default_member_permissions=32)],
    [command(options=[option(f"o{n}") for n in range(25)])],
    [command(options=[option(required=True), option("more")])],
    [command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(25)])])],
    [command(options=[option("whom", autocomplete=True, min_length=0, max_length=6000)])],
    [command(options=[option("sub", 1, options=[option()]), option("group", 2, options=[option("sub", 1)])])],
    [command(options=[option(str(n), n) for n in range(3, 12)])],
]
TWO = [{"name": name * 100, "value": name * 100} for name in "yz"]
LARGE = [option(f"o{n}", choices=TWO) for n in range(25)]
LARGE_IN_GERMAN = [
    option(f"s{n}", 1, options=[option(f"o{k}", description_localizations={"de": "x" * 100}) for k in range(25)])
    for n in range(4)
]
BAD: list[tuple[list[Json], str]] = [
    (names(101), "100"),
    ([menu(f"Menu {n}") for n in range(16)], "15"),
    (
        [
            command(""),
        ],
        "0.name",
    ),
    ([command("x" * 33)], "0.name"),
    ([command("Status")], "0.name"),
    ([command("two words")], "0.name"),
    ([command("emoji😀")], "0.name"),
    ([command("a"), command("a")], "1.name"),
    ([command(description="")], "0.description"),
    ([command(description=" ")], "0.description"),
    ([command(description="x" * 101)], "0.description"),
    ([{"name": "status"}], "0.description"),
    ([command(descripton="x")], "0.descripton"),
    ([command(type=4)], "0.type"),
    ([menu(description="x")], "0.description"),
    ([menu(options=[option()])], "0.options"),
    ([menu("x" * 33)], "0.name"),
    ([menu(" Follow")], "0.name"),
    ([command(name_localizations={"xx": "a"})], "0.name_localizations.xx"),
    ([command(name_localizations={"de": "Teilen"})], "0.name_localizations.de"),
    ([command(description_localizations={"de": "x" * 101})], "0.description_localizations.de"),
    ([command(contexts=[])], "0.contexts"),
    ([command(contexts=[3])], "0.contexts.0"),
    ([command(contexts=[0, 0])], "0.contexts"),
    ([command(integration_types=[2])], "0.integration_types.0"),
    ([command(default_member_permissions="manage")], "0.default_member_permissions"),
    ([command(options=[option(f"o{n}") for n in range(26)])], "0.options"),
    ([command(options=[option(), option()])], "0.options.1.name"),
    ([command(options=[option("Text")])], "0.options.0.name"),
    ([command(options=[option(description="")])], "0.options.0.description"),
    ([command(options=[option(description="x" * 101)])], "0.options.0.description"),
    ([command(options=[option(), option("more", required=True)])], "0.options.1"),
    ([command(options=[option(kind=12)])], "0.options.0.type"),
    ([command(options=[option(kind=6, autocomplete=True)])], "0.options.0.autocomplete"),
    ([command(options=[option(kind=5, choices=[])])], "0.options.0.choices"),
    ([command(options=[option(min_value=1)])], "0.options.0.min_value"),
    ([command(options=[option(max_length=6001)])], "0.options.0.max_length"),
    ([command(options=[option(min_length=3, max_length=2)])], "0.options.0.min_length"),
    ([command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])])], "0.options.0.autocomplete"),
    ([command(options=[option(choices=[{"name": str(n), "value": "a"} for n in range(26)])])], "0.options.0.choices"),
    ([command(options=[option(choices=[{"name": "a", "value": "a"}] * 2)])], "0.options.0.choices"),
    ([command(options=[option(choices=[{"name": "x" * 101, "value": "a"}])])], "0.options.0.choices.0.name"),
    ([command(options=[option(choices=[{"name": "a", "value": "x" * 101}])])], "0.options.0.choices.0.value"),
    ([command(options=[option("sub", 1), option()])], "0.options"),
    ([command(options=[option("sub", 1, options=[option("sub", 1)])])], "0.options.0.options.0.type"),
    ([command(options=[option("group", 2, options=[option()])])], "0.options.0.options.0.type"),
    ([command(options=[option("group", 2)])], "0.options.0.options"),
    ([command(options=[option("sub", 1, options=[option(), option("b", required=True)])])], "0.options.0.options.1"),
    ([command(options=LARGE)], "0"),
    ([command("a"), command(options=LARGE_IN_GERMAN)], "1"),
]


@pytest.mark.parametrize("commands", GOOD, ids=range(len(GOOD)))
async def test_what_keeps_the_rules_is_registered(call: Raw, commands: list[Json]) -> None:
    answer = await put(call, *commands)

    assert answer.status == 200, answer.body
    assert [c["name"] for c in answer.body] == [c["name"] for c in commands]


@pytest.mark.parametrize(("commands", "where"), BAD, ids=[f"{n}-{where}" for n, (_, where) in enumerate(BAD)])
async def test_what_breaks_a_rule_is_named_and_nothing_registered(
    discord: FakeDiscord, call: Raw, commands: list[Json], where: str
) -> None:
    answer = await put(call, *commands)

    assert (answer.status, answer.code) == (400, 50035)
    assert list(answer.wrong) == [where]
    assert discord.bot.commands == {}


async def test_a_put_takes_the_place_of_all(discord: FakeDiscord, call: Raw) -> None:
    """A command that stays keeps its id, and its version where nothing of it changed."""
    first = (await put(call, command("a"), command("b"), menu())).body

    second = (await put(call, command("b", description="New"), menu())).body
    read = (await call("GET", f"/applications/{discord.bot.id}/commands")).body

    assert [c["id"] for c in second] == [first[1]["id"], first[2]["id"]]
    assert [c["version"] == old["version"] for c, old in zip(second, first[1:], strict=True)] == [False, True]
    assert [c["name"] for c in read] == ["b", "Follow"]
    assert {c["application_id"] for c in read} == {discord.bot.id}


async def test_a_guild_has_commands_of_its_own(discord: FakeDiscord, call: Raw) -> None:
    await put(call, command("a"))

    ours = (await put(call, command("b"), guild="100")).body
    elsewhere = (await call("GET", f"/applications/{discord.bot.id}/guilds/102/commands")).body

    assert ours[0]["guild_id"] == "100"
    assert elsewhere == []
    assert sorted(discord.bot.commands) == ["", "100"]
    await discord.kick("100")
    assert sorted(discord.bot.commands) == [""]


async def test_other_languages_come_when_asked_for(discord: FakeDiscord, call: Raw) -> None:
    await put(call, command(name_localizations={"de": "teilen"}))
    path = f"/applications/{discord.bot.id}/commands"

    assert "name_localizations" not in (await call("GET", path)).body[0]
    asked = (await call("GET", path, query={"with_localizations": "true"})).body[0]
    assert asked["name_localizations"] == {"de": "teilen"}


async def test_two_hundred_new_names_a_day(discord: FakeDiscord, call: Raw, time: FixedClock) -> None:
    await put(call, *names(100))
    await put(call, *names(100, "d"))

    assert (await put(call, *names(1, "e"))).code == 30034
    assert (await put(call, *names(100, "d"))).status == 200
    time.advance(days=1)
    assert (await put(call, *names(1, "e"))).status == 200


async def test_permissions_are_a_number_or_its_digits(discord: FakeDiscord, call: Raw) -> None:
    """discord.py sends the number, the documentation says text; text comes back."""
    answer = await put(call, command("a", default_member_permissions=32), command("b", default_member_permissions="0"))

    assert [c["default_member_permissions"] for c in answer.body] == ["32", "0"]
