"""The native commands: what Discord takes, made from the command table, in every language, and each leads back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
import regex

from bridge.adapters.discord.install import commands
from bridge.adapters.discord.install.commands import Json, digest_of, languages_of, locales_of, payload
from bridge.model.command import Param, ParamKind, Verb
from bridge.model.verbs import TABLE
from bridge.words import Words, words_for
from tests.fakes.discord.openapi import problems, there

NAME = regex.compile(r"[-_'\p{L}\p{N}]{1,32}")
VISIBLE = [verb for verb in TABLE if not verb.hidden]


@pytest.fixture(scope="module")
def all_of_them() -> list[Json]:
    return payload(languages_of(words_for))


def chat(all_of_them: list[Json]) -> dict[str, Json]:
    return {command["name"]: command for command in all_of_them if command["type"] == commands.CHAT}


def within(node: Json) -> Iterator[Json]:
    """The command, its sub commands and all their options."""
    yield node
    for option in node.get("options", ()):
        yield from within(option)


def longest(node: Json, key: str) -> int:
    return max(map(len, [node.get(key) or "", *(node.get(f"{key}_localizations") or {}).values()]))


def size(node: Json) -> int:
    """As Discord counts it: names, descriptions and values, each in its longest language."""
    choices = sum(longest(choice, "name") + len(choice["value"]) for choice in node.get("choices", ()))
    own = longest(node, "name") + longest(node, "description") + choices
    return own + sum(size(option) for option in node.get("options", ()))


def test_discord_takes_them(all_of_them: list[Json], missing: Callable[[str, str], NoReturn]) -> None:
    if not there():
        missing("specs", "there is no OpenAPI document of Discord")

    assert problems("PUT", "/applications/{application_id}/commands", all_of_them) == []


def test_they_keep_to_the_limits_that_only_the_documentation_states(all_of_them: list[Json]) -> None:
    for command in all_of_them:
        assert size(command) <= 8000, command["name"]
        for node in within(command):
            said = [node.get("description", ""), *node.get("description_localizations", {}).values()]
            assert all(len(one) <= 100 for one in said)
            assert not any(one.endswith("…") for one in said), "a description was cut: write it shorter"
            for few in ("options", "choices"):
                assert len(node.get(few, ())) <= 25, node["name"]
            assert not (node.get("autocomplete") and node.get("choices")), node["name"]
            required = [bool(option.get("required")) for option in node.get("options", ())]
            assert required == sorted(required, reverse=True), f"{node['name']}: required ones come first"


def test_every_name_is_one_that_discord_takes_in_every_language(all_of_them: list[Json]) -> None:
    for command in all_of_them:
        menu = command["type"] != commands.CHAT
        for node in within(command):
            for name in [node["name"], *node.get("name_localizations", {}).values()]:
                assert 1 <= len(name) <= 32
                assert menu or (NAME.fullmatch(name) and name == name.lower()), name
            for locale in ["en", *commands.LOCALES]:
                names = [
                    option.get("name_localizations", {}).get(locale, option["name"])
                    for option in node.get("options", ())
                ]
                assert len(set(names)) == len(names), f"{node['name']} in {locale}"


def test_five_verbs_stand_alone_and_all_of_them_under_one_name(all_of_them: list[Json]) -> None:
    found = chat(all_of_them)

    assert set(found) == {"status", "follow", "digest", "catchup", "who", "bridge"}
    assert [sub["name"] for sub in found["bridge"]["options"]] == [verb.name for verb in VISIBLE]
    for sub in found["bridge"]["options"]:
        if sub["name"] in found:
            assert sub["options"] == found[sub["name"]]["options"]


def test_they_work_in_servers_and_in_the_bots_own_direct_messages(all_of_them: list[Json]) -> None:
    for command in all_of_them:
        assert command["contexts"] == [0, 1]
        assert command["integration_types"] == [0]
        assert "default_member_permissions" not in command


def test_three_stand_in_context_menus_under_their_own_words(all_of_them: list[Json]) -> None:
    menus = [(one["type"], one["name"]) for one in all_of_them if one["type"] != commands.CHAT]

    assert menus == [(3, "Share as update"), (2, "Follow"), (2, "Who is this?")]
    assert all("description" not in one for one in all_of_them if one["type"] != commands.CHAT)


def option(all_of_them: list[Json], verb: str, name: str) -> Json:
    sub = next(sub for sub in chat(all_of_them)["bridge"]["options"] if sub["name"] == verb)
    found: Json = next(one for one in sub["options"] if one["name"] == name)
    return found


@pytest.mark.parametrize("verb", VISIBLE, ids=lambda verb: verb.name)
def test_every_parameter_has_the_input_that_its_kind_deserves(all_of_them: list[Json], verb: Verb) -> None:
    for param in verb.params:
        if param.kind is ParamKind.FILES or (param.kind is ParamKind.HERE and param.required):
            continue
        one = option(all_of_them, verb.name, param.name)
        assert bool(one.get("required")) == param.required
        assert one["description"] == param.words
        assert one["type"] == (5 if param.kind is ParamKind.HERE else 3)


def test_a_text_is_long_and_nothing_is_put_in_its_place(all_of_them: list[Json]) -> None:
    for verb in ("status", "edit", "reply", "reshare", "announce", "profile"):
        text = option(all_of_them, verb, "text")
        assert text["max_length"] == 4000
        assert "autocomplete" not in text


@pytest.mark.parametrize(("verb", "name"), [("catchup", "since"), ("mute", "until")])
def test_a_moment_is_typed_as_people_say_it(all_of_them: list[Json], verb: str, name: str) -> None:
    one = option(all_of_them, verb, name)

    assert not {"autocomplete", "choices"} & set(one)


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("follow", "whom"),
        ("who", "person"),
        ("edit", "update"),
        ("status", "to"),
        ("digest", "schedule"),
        ("settings", "setting"),
        ("settings", "text"),
    ],
)
def test_what_has_a_name_is_suggested(all_of_them: list[Json], verb: str, name: str) -> None:
    assert option(all_of_them, verb, name)["autocomplete"] is True


def test_what_is_one_of_few_is_chosen(all_of_them: list[Json]) -> None:
    how, which = option(all_of_them, "follow", "how"), option(all_of_them, "help", "command")

    assert [(one["value"], one["name"]) for one in how["choices"]] == [
        ("digest", "in the digest"),
        ("live", "at once"),
    ]
    assert how["choices"][1]["name_localizations"]["de"] == "sofort"
    assert {one["value"] for one in which["choices"]} == {verb.name for verb in VISIBLE} | {"more"}


def test_more_verbs_than_can_be_chosen_from_are_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(Verb(f"verb{number}", "Does it.") for number in range(25))
    help_verb = next(verb for verb in TABLE if verb.name == "help")
    monkeypatch.setattr(commands, "TABLE", (help_verb, *many))

    (one,) = commands._options(help_verb, help_verb.params[0], [])

    assert one["autocomplete"] is True
    assert "choices" not in one


def test_a_file_stands_beside_what_it_shows(all_of_them: list[Json]) -> None:
    for verb in ("status", "reply", "announce"):
        sub = next(sub for sub in chat(all_of_them)["bridge"]["options"] if sub["name"] == verb)
        assert [one["name"] for one in sub["options"]][-8:] == [
            "file", "alt", "file2", "alt2", "file3", "alt3", "file4", "alt4",
        ]  # fmt: skip
        assert [one["type"] for one in sub["options"]][-8:] == [11, 3] * 4


def test_what_is_written_comes_before_who_may_see_it(all_of_them: list[Json]) -> None:
    assert [one["name"] for one in chat(all_of_them)["status"]["options"]][:2] == ["text", "to"]


def test_what_is_required_comes_first_wherever_it_is_typed() -> None:
    text, whom = Param("text", ParamKind.TEXT, "x"), Param("whom", ParamKind.SUBJECT, "x", required=True)

    assert [one["name"] for one in commands._verb(Verb("x", "x", (text, whom)), [])["options"]] == ["whom", "text"]


def test_what_can_only_be_here_is_not_asked(all_of_them: list[Json]) -> None:
    resume = next(sub for sub in chat(all_of_them)["bridge"]["options"] if sub["name"] == "resume")

    assert resume["options"] == []


def test_a_german_reads_german_and_types_the_same_commands(all_of_them: list[Json]) -> None:
    follow = chat(all_of_them)["follow"]
    whom = follow["options"][0]

    assert "name_localizations" not in follow
    assert follow["description_localizations"]["de"] == words_for("de").say(follow["description"])
    assert whom["name_localizations"] == {"de": "wen"}
    assert option(all_of_them, "mute", "until")["name_localizations"]["de"] == "bis-wann"


class Spoken(Words):
    """A language made up for a test."""

    def __init__(self, language: str, **said: str) -> None:
        super().__init__()
        self.language = language
        self._said = said

    def say(self, sentence: str, /, **params: object) -> str:
        return self._said.get(sentence, sentence)


def test_a_language_has_every_name_that_discord_has_for_it() -> None:
    assert locales_of("de") == ["de"]
    assert locales_of("es") == ["es-419", "es-ES"]
    assert locales_of("pt-BR") == ["pt-BR"]
    assert locales_of("en") == locales_of("tlh") == []
    assert payload([Spoken("en"), Spoken("tlh")]) == payload([])


@pytest.mark.parametrize("whom", ["how", "¿quién?", "x" * 33])
def test_a_name_that_discord_would_refuse_stays_english_there(whom: str) -> None:
    follow = chat(payload([Spoken("es", whom=whom, how="how"), Spoken("fr", whom="Qui Donc")]))["follow"]

    assert follow["options"][0]["name_localizations"] == {"fr": "qui-donc"}
    assert "name_localizations" not in follow["options"][1]


def test_a_description_is_never_longer_than_discord_takes() -> None:
    long = Spoken("fr", **{"Shares an update with the team.": "mot " * 30, "Who is this?": "qui " * 20})

    all_of_them = payload([long])

    cut = chat(all_of_them)["status"]["description_localizations"]["fr"]
    assert (len(cut) <= 100, cut[-4:]) == (True, "mot…")
    assert len(all_of_them[-1]["name_localizations"]["fr"]) <= 32


def test_the_digest_changes_with_them_and_with_nothing_else(all_of_them: list[Json]) -> None:
    again = json.loads(json.dumps(all_of_them))
    turned: list[Any] = [dict(reversed(command.items())) for command in again]
    fewer = payload([])

    assert digest_of(all_of_them) == digest_of(again) == digest_of(turned)
    assert digest_of(all_of_them) != digest_of(fewer)
    assert digest_of(all_of_them) != digest_of(all_of_them[:-1])
