"""The catalogues that ship: whole, faithful to the sentences of the code, in step with what we say we speak."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bridge.model.compose.reading import days_phrase
from bridge.model.errors import BridgeError
from bridge.model.say import LANGUAGES
from bridge.words import ENGLISH, FOLDER, languages, words_for
from tests import catalogue

SHIPPED = [language for language in languages() if language != ENGLISH]
NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
VIENNA = "Europe/Vienna"

german = words_for("de")


@pytest.fixture(scope="module")
def sentences() -> list[catalogue.Sentence]:
    return catalogue.collect()


def shipped(language: str) -> Catalog:
    return catalogue.read(FOLDER / f"{language}.po")


def test_what_we_say_we_speak_is_what_ships() -> None:
    assert set(LANGUAGES) == {ENGLISH, *SHIPPED}
    assert SHIPPED


def test_catalogues_are_part_of_the_package() -> None:
    project = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    data = project["tool"]["setuptools"]["package-data"]["bridge"]

    found = {path.name for pattern in data for path in FOLDER.parent.glob(pattern) if path.parent == FOLDER}

    assert found == {f"{language}.po" for language in SHIPPED}


def test_sentences_of_every_kind_are_collected(sentences: list[catalogue.Sentence]) -> None:
    assert BridgeError.template in sentences
    assert "today {time}" in sentences
    assert ("{n} update", "{n} updates") in sentences


@pytest.mark.parametrize("language", SHIPPED)
def test_every_sentence_is_translated(language: str, sentences: list[catalogue.Sentence]) -> None:
    assert catalogue.missing(shipped(language), sentences) == [], "run python -m tests.catalogue and translate these"


@pytest.mark.parametrize("language", SHIPPED)
def test_no_translation_is_left_over(language: str, sentences: list[catalogue.Sentence]) -> None:
    kept = {message.id for message in shipped(language) if message.id}

    assert kept <= set(sentences)
    assert not shipped(language).obsolete


@pytest.mark.parametrize("language", SHIPPED)
def test_places_signs_and_commands_survive_translation(language: str) -> None:
    assert catalogue.altered(shipped(language)) == []


@pytest.mark.parametrize("language", SHIPPED)
def test_a_catalogue_is_written_in_one_way(language: str, tmp_path: Path) -> None:
    catalogue.write(tmp_path / "again.po", shipped(language))

    assert (tmp_path / "again.po").read_bytes() == (FOLDER / f"{language}.po").read_bytes()


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Shared {what}", "Geteilt"),
        ("✓ Shared ~{number}", "Geteilt ~{number}"),
        ("✓ Shared ~{number}", "✓ Geteilt {number}"),
        ("Write /status", "Schreib /stand"),
        ("Try to:me", "Versuch an:mich"),
        (("{n} day", "{n} days"), ("{n} Tag", "Tage")),
    ],
)
def test_what_was_lost_in_translation_is_named(sentence: catalogue.Sentence, said: str | tuple[str, str]) -> None:
    broken = Catalog(locale="de")
    broken.add(sentence, said)

    assert catalogue.altered(broken) == [said if isinstance(said, str) else said[1]]


def test_a_guess_counts_as_missing() -> None:
    guessed = Catalog(locale="de")
    guessed.add("Follow", "Folgen", flags=["fuzzy"])

    assert catalogue.missing(guessed, ["Follow"]) == ["Follow"]


@pytest.mark.parametrize("never", ["Mikro", "Abo", "abonn", "Sie können", "Bitte geben Sie"])
def test_german_speaks_of_updates_and_says_du(never: str) -> None:
    said = [str(message.string) for message in shipped("de")]

    assert not [one for one in said if never in one]


def test_german_days_times_and_lists() -> None:
    assert german.day(date(2026, 11, 24)) == "Di., 24. Nov."
    assert german.time(NOON, VIENNA) == "12:02"
    assert german.list(["Ana", "Bo", "Cy"]) == "Ana, Bo und Cy"
    assert german.city(VIENNA) == "Wien"
    assert words_for("en").city("America/New_York") == "New York"
    assert [german.say_n("{n} reply", "{n} replies", n) for n in (0, 1, 2)] == [
        "0 Antworten",
        "1 Antwort",
        "2 Antworten",
    ]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOON, "heute 12:02"),
        (datetime(2026, 11, 25, 8, tzinfo=UTC), "morgen 09:00"),
        (datetime(2026, 11, 23, 8, tzinfo=UTC), "gestern 09:00"),
        (datetime(2026, 12, 1, 8, tzinfo=UTC), "Di., 1. Dez., 09:00"),
        (datetime(2027, 5, 12, 7, tzinfo=UTC), "Mi., 12. Mai 2027, 09:00"),
    ],
)
def test_german_moments(at: datetime, said: str) -> None:
    assert german.moment(at, VIENNA, NOON) == said


@pytest.mark.parametrize(
    ("days", "said"), [({0, 1, 2, 3, 4}, "Mo bis Fr"), ({0, 1, 2, 3}, "Mo bis Do"), ({0, 2, 4}, "Mo, Mi und Fr")]
)
def test_german_weekdays(days: set[int], said: str) -> None:
    assert days_phrase(frozenset(days), german) == said
