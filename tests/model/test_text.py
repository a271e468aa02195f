"""What a text says about itself: its plain form, its length, who it names; cutting it, keeping it as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.ids import PersonId
from bridge.model.scan import parse, source
from bridge.model.text import (
    Bold,
    Code,
    Italic,
    Link,
    Mention,
    Moment,
    Plain,
    Tag,
    Text,
    cut,
    from_data,
    is_empty,
    length,
    plain,
    resolve,
    tags,
    to_data,
)

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
ANA = PersonId(7 << 55)


def test_a_mention_gets_its_person_and_current_handle() -> None:
    text = parse("*thanks @Ana* and @nobody")

    found = resolve(text, {"ana": (ANA, "ana.k")})

    assert found == (Bold((Plain("thanks "), Mention(ANA, "ana.k"))), Plain(" and "), Mention(None, "nobody"))
    assert plain(found) == "thanks @ana.k and @nobody"


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("abc", 3),
        ("*abc*", 3),
        ("e\u0301e\u0301", 2),
        (FAMILY + "👍🏽🇦🇹" + ENGLAND, 4),
        ("ที่", 1),
        ("#a @b", 5),
        ("a\n\nb", 4),
    ],
)
def test_length_counts_what_people_count(typed: str, count: int) -> None:
    assert length(parse(typed)) == count


def test_a_text_of_hidden_characters_is_empty() -> None:
    assert is_empty((Bold((Plain(" \u200d\n"),)), Code("\u3164")))
    assert not is_empty((Tag("a"),))


def test_the_plain_form_is_what_a_person_reads() -> None:
    text = (
        Plain("a "),
        Bold((Italic((Plain("b"),)), Code("c"))),
        Link("https://a.example", "here"),
        Link("https://b.example"),
        Mention(ANA, "ana"),
        Tag("x"),
        Moment(NINE, "both"),
        Moment(NINE, "date"),
        Moment(NINE, "time"),
    )

    assert plain(text) == "a bcherehttps://b.example@ana#x2026-11-24T09:00Z2026-11-2409:00Z"


@pytest.mark.parametrize("at", [NINE.replace(tzinfo=None), NINE.astimezone(timezone(timedelta(hours=1)))])
def test_a_moment_is_aware_and_utc(at: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        Moment(at, "both")


@pytest.mark.parametrize(
    ("text", "limit", "left"),
    [
        ((Plain("hello"),), 5, (Plain("hello"),)),
        ((Plain("hello"),), 4, (Plain("hel…"),)),
        ((Plain("hey you"),), 5, (Plain("hey…"),)),
        ((Plain("hello"),), 1, (Plain("…"),)),
        ((Plain("hello"),), 0, ()),
        ((Bold((Plain("hello"),)), Plain("x")), 3, (Bold((Plain("he"),)), Plain("…"))),
        ((Plain("a "), Tag("release")), 6, (Plain("a…"),)),
        ((Link("https://a.example"),), 6, (Link("https://a.example", "https"), Plain("…"))),
        ((Plain(FAMILY * 3),), 2, (Plain(FAMILY + "…"),)),
        ((Plain("e"), Bold((Plain("\u0301xyz"),))), 2, (Plain("e"), Bold((Plain("\u0301"),)), Plain("…"))),
    ],
)
def test_cutting(text: Text, limit: int, left: Text) -> None:
    assert cut(text, limit) == left


@pytest.mark.parametrize("data", [[1], [["b", 1]], [["x", "y"]], [["t", "2026-01-01T00:00:00+00:00", "week"]], [None]])
def test_data_that_is_no_text_is_refused(data: list[object]) -> None:
    with pytest.raises(ValueError):
        from_data(data)


any_text = st.text(st.characters())
leaves = st.one_of(
    any_text.map(Plain),
    any_text.map(Code),
    st.builds(Link, any_text, any_text),
    st.builds(Mention, st.none() | st.integers(0, 2**63 - 1).map(PersonId), any_text),
    any_text.map(Tag),
    st.builds(Moment, st.datetimes(timezones=st.just(UTC)), st.sampled_from(["time", "date", "both"])),
)
trees = st.recursive(
    st.lists(leaves, max_size=4).map(tuple),
    lambda inner: st.lists(leaves | inner.map(Bold) | inner.map(Italic), max_size=4).map(tuple),
    max_leaves=10,
)


@given(trees)
def test_data_gives_back_exactly_the_text(text: Text) -> None:
    assert from_data(json.loads(json.dumps(to_data(text)))) == text


@given(trees, st.integers(-1, 40))
def test_a_cut_text_fits_and_one_that_fits_stays(text: Text, limit: int) -> None:
    short = cut(text, limit)

    assert length(short) <= max(limit, 0)
    assert short == text or length(text) > limit


@given(st.text(max_size=200))
def test_source_reads_back_as_the_same_words(raw: str) -> None:
    """What an edit form is filled with may be typed again: nothing a reader sees is lost."""
    text = parse(raw)

    again = parse(source(text))

    assert plain(again) == plain(text)
    assert tags(again) == tags(text)
