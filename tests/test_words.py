"""What people read: sentences, plurals, times and lists, in their language, and no sentence outside a catalogue."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bridge.model import say as port
from bridge.model.errors import TooLong
from bridge.words import Words, languages, words_for
from tests import catalogue

HERE = Path(__file__).parent / "locale"
NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
VIENNA = "Europe/Vienna"

english = Words()
german = Words("de", HERE)


def test_words_are_the_models_port() -> None:
    spoken: port.Words = english
    assert spoken.language == "en"


def test_a_sentence_is_translated_and_filled() -> None:
    assert english.say("Shared {what}", what="~1042") == "Shared ~1042"
    assert german.say("Shared {what}", what="~1042") == "~1042 geteilt"


@pytest.mark.parametrize("words", [english, german])
def test_saying_never_raises(words: Words) -> None:
    assert words.say("Unknown {what} to {whom}", what="x") == "Unknown x to {whom}"
    assert words.say("{n:d} of {x.y} {z[0]}") == "{n:d} of {x.y} {z[0]}"
    assert words.say("100 % of {") == "100 % of {"
    assert words.say("Broken", x=1)
    assert words.say("") == ""


def test_what_people_typed_is_never_a_template() -> None:
    assert english.say("Shared {what}", what="{what.__class__}") == "Shared {what.__class__}"


def test_a_guess_is_not_said() -> None:
    assert german.say("Guessed") == "Guessed"


@pytest.mark.parametrize(("n", "en", "de"), [(0, "0 updates", "0 Beiträge"), (1, "1 update", "1 Beitrag")])
def test_the_form_suits_the_number(n: int, en: str, de: str) -> None:
    assert english.say_n("{n} update", "{n} updates", n) == en
    assert german.say_n("{n} update", "{n} updates", n) == de


def test_days_and_times_are_the_readers() -> None:
    assert english.day(date(2026, 11, 24)) == "Tue 24 Nov"
    assert english.time(NOON, VIENNA) == "12:02"
    assert english.time(NOON, UTC) == "11:02"
    assert german.day(date(2026, 11, 24)) == "Di. 24 Nov."


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOON, "today 12:02"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "tomorrow 00:30"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "yesterday 00:30"),
        (datetime(2026, 11, 27, 8, tzinfo=UTC), "Fri 27 Nov 09:00"),
        (datetime(2027, 11, 24, 11, tzinfo=UTC), "Wed 24 Nov 2027 12:00"),
    ],
)
def test_a_moment_is_named_from_where_the_reader_stands(at: datetime, said: str) -> None:
    assert english.moment(at, VIENNA, NOON) == said


def test_a_moment_in_another_language() -> None:
    assert german.moment(NOON, VIENNA, NOON) == "heute 12:02"


def test_a_list_reads_like_speech() -> None:
    assert [english.list(names) for names in ([], ["Ana"], ["Ana", "Bo"], ["Ana", "Bo", "Cy"])] == [
        "",
        "Ana",
        "Ana and Bo",
        "Ana, Bo and Cy",
    ]
    assert german.list(["Ana", "Bo", "Cy"]) == "Ana, Bo und Cy"


def test_an_error_speaks_the_readers_language() -> None:
    error = TooLong(over=3, limit=500)

    assert english.error(error) == "That's too long by 3: an update has at most 500 characters."
    assert german.error(error) == "Das sind 3 Zeichen zu viel: höchstens 500 passen."


def test_the_nearest_language_is_found() -> None:
    assert languages(HERE) == ("en", "de")
    assert [words_for(name, HERE).language for name in ("de-AT", "de_CH", "DE", "xx", "", "en-GB")] == [
        "de",
        "de",
        "de",
        "en",
        "en",
        "en",
    ]
    assert words_for("de", HERE) is words_for("de", HERE)


def test_english_costs_no_catalogue() -> None:
    code = "import sys, bridge.words as w; w.words_for('en').say('x'); print('babel.messages' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_sentences_are_collected_from_every_place_that_speaks(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        'X = N_("named")\nw.say("said " "whole")\nsay(X)\nw.say_n("{n} day", "{n} days", 3)\n'
        'class BridgeError(Exception):\n    """Root."""\nclass Mid(errors.BridgeError):\n    pass\n'
    )
    (tmp_path / "b.py").write_text('class Leaf(Mid):\n    """Two\n    lines."""\nclass Other:\n    """No."""\n')

    assert catalogue.collect(tmp_path) == [("{n} day", "{n} days"), "Root.", "Two lines.", "named", "said whole"]


def test_a_sentence_put_together_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('words.say(f"Hello {name}")\n')

    with pytest.raises(catalogue.NotASentence, match=r"a\.py:1"):
        catalogue.collect(tmp_path)


def test_updating_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    old = Catalog(locale="de")
    old.add("kept", "behalten")
    old.add("gone", "weg")

    path = tmp_path / "de.po"
    catalogue.write(path, catalogue.updated(old, ["kept", "fresh", ("{n} a", "{n} b")]))

    fresh = catalogue.read(path)
    assert "weg" not in path.read_text(encoding="utf-8")
    assert catalogue.missing(fresh, ["kept", "fresh", ("{n} a", "{n} b")]) == ["fresh", ("{n} a", "{n} b")]
