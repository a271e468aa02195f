"""The command table: every verb is found, every example is what its parameters say."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bridge.model import verbs
from bridge.model.command import ParamKind
from bridge.model.scan import check, parse
from bridge.model.times.when import (
    parse_days,
    parse_hours,
    parse_schedule,
    parse_since,
    parse_until,
    parse_zone,
    split_until,
)
from bridge.model.verbs import ALIASES, TABLE, find, nearest, split
from tests.model.samples import NOW, VIENNA

PROMISED = (
    *("status", "edit", "delete", "reply", "reshare", "follow", "unfollow", "filter", "track", "following", "sources"),
    *(
        "followers",
        "timeline",
        "catchup",
        "digest",
        "mute",
        "unmute",
        "announce",
        "profile",
        "settings",
        "who",
        "why",
        "help",
    ),
)
EXAMPLES = [(verb, example) for verb in TABLE for example in verb.examples]


def test_every_verb_that_people_are_promised_is_there_and_visible() -> None:
    visible = [verb.name for verb in TABLE if not verb.hidden]
    assert tuple(visible[: len(PROMISED)]) == PROMISED


def test_names_are_unique_and_can_be_commands_on_any_platform() -> None:
    names = [verb.name for verb in TABLE]
    assert len(set(names)) == len(names)
    assert not set(names) & set(ALIASES)
    assert all(re.fullmatch(r"[a-z-]{1,32}", name) for name in names)


def test_aliases_lead_to_verbs() -> None:
    assert all(find(target) for target in ALIASES.values())
    assert find("RM") is find("/delete") is find("delete")


@pytest.mark.parametrize(("verb", "example"), EXAMPLES)
def test_an_example_is_a_line_of_its_verb(verb: verbs.Verb, example: str) -> None:
    found, rest = split(example)
    assert found is verb
    assert bool(rest) or not any(param.required for param in verb.params)
    assert len(example) <= 90


@pytest.mark.parametrize("verb", TABLE, ids=lambda verb: verb.name)
def test_what_must_be_typed_comes_before_what_may(verb: verbs.Verb) -> None:
    required = [param.required for param in verb.params]
    assert required == sorted(required, reverse=True)
    assert len({param.name for param in verb.params}) == len(verb.params)
    assert verb.words.endswith(".")
    assert verb.examples


def test_the_times_of_examples_can_be_read() -> None:
    for _, example in EXAMPLES:
        match example.split():
            case ["digest", "pause", *until]:
                assert parse_until(" ".join(until), NOW, VIENNA) > NOW
            case ["digest", "now" | "preview" | "resume" | "off"]:
                continue
            case ["digest", *schedule]:
                assert parse_schedule(" ".join(schedule).removesuffix(" here"), VIENNA)
            case ["mute", _, *until] if until:
                assert parse_until(" ".join(until), NOW, VIENNA) - NOW == timedelta(days=2)
            case ["catchup", *since] if since:
                assert parse_since(" ".join(since), NOW, VIENNA) < NOW
            case ["settings", "zone", zone]:
                assert parse_zone(zone) == VIENNA
            case ["settings", "quiet", hours]:
                assert parse_hours(hours)
            case ["settings", "days", days]:
                assert parse_days(days)


def test_the_updates_of_examples_can_be_shared() -> None:
    for verb, example in EXAMPLES:
        if verb.name in ("status", "announce"):
            words, _ = split_until(split(example)[1], NOW, VIENNA)
            check(parse(words), words)
    assert split_until("Graz office until fri", NOW, VIENNA)[1] is not None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("folow", "follow"), ("stauts", "status"), ("timline", "timeline"), ("got-i", None), ("lunch", None), ("", None)],
)
def test_a_mistyped_name_is_guessed_but_never_a_hidden_one(typed: str, meant: str | None) -> None:
    assert nearest(typed) == meant


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("status Shipping  v2\nand more ", "status", "Shipping  v2\nand more"),
        ("/Status\nhello", "status", "hello"),
        ("  follow   @ana live", "follow", "@ana live"),
        ("help", "help", ""),
        ("rm last", "delete", "last"),
        ("lunch at noon?", None, "lunch at noon?"),
        ("   ", None, ""),
        ("", None, ""),
        ("x" * 5000, None, "x" * 5000),
    ],
)
def test_a_line_is_a_verb_and_the_rest_as_typed(line: str, name: str | None, rest: str) -> None:
    verb, left = split(line)
    assert (verb.name if verb else None, left) == (name, rest)


def test_parameters_that_name_a_channel_or_files_say_so() -> None:
    here = {verb.name for verb in TABLE if any(param.kind is ParamKind.HERE for param in verb.params)}
    files = {verb.name for verb in TABLE if any(param.kind is ParamKind.FILES for param in verb.params)}
    assert here == {
        *(
            "follow",
            "unfollow",
            "filter",
            "track",
            "following",
            "sources",
            "timeline",
            "digest",
            "why",
            "resume",
            "stop",
        )
    }
    assert files == {"status", "reply", "announce"}
