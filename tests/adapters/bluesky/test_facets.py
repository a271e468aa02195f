"""Facets to rich text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.adapters.bluesky.facets import rich_text
from bridge.model import text as t
from bridge.model.clean import clean

DID = "did:plc:abcdefghijklmnopqrstuvwx"


def facet(start: object, end: object, *features: dict[str, Any]) -> dict[str, Any]:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": list(features) or [link()]}


def link(uri: str = "https://example.org/") -> dict[str, Any]:
    return {"$type": "app.bsky.richtext.facet#link", "uri": uri}


MENTION = {"$type": "app.bsky.richtext.facet#mention", "did": DID}
TAG = {"$type": "app.bsky.richtext.facet#tag", "tag": "gardens"}


def test_offsets_count_bytes() -> None:
    text = "Größe 👩‍🌾: here, and 漢字"

    found = rich_text(text, [facet(21, 25), facet(31, 37, link("https://example.org/2"))])

    assert found == (
        t.Plain("Größe 👩‍🌾: "),
        t.Link("https://example.org/", "here"),
        t.Plain(", and "),
        t.Link("https://example.org/2", "漢字"),
    )


def test_a_mention_leads_to_the_profile_and_a_tag_is_words() -> None:
    assert rich_text("Hi @bo #gardens", [facet(3, 6, MENTION), facet(7, 15, TAG)]) == (
        t.Plain("Hi "),
        t.Link(f"https://bsky.app/profile/{DID}", "@bo"),
        t.Plain(" #gardens"),
    )


def test_a_link_that_shows_its_address_has_no_label() -> None:
    assert rich_text("https://example.org/", [facet(0, 20)]) == (t.Link("https://example.org/"),)


def test_trackers_go_and_unsafe_addresses_stay_words() -> None:
    facets = [facet(0, 1, link("https://example.org/?utm_source=x")), facet(2, 3, link("javascript:alert(1)"))]

    assert rich_text("a b", facets) == (t.Link("https://example.org/", "a"), t.Plain(" b"))


def test_of_overlapping_facets_the_first_holds_and_their_order_is_nothing() -> None:
    facets = [facet(4, 9, link("https://example.org/3")), facet(2, 6, link("https://example.org/2")), facet(0, 3)]

    assert rich_text("abcdefghi", facets) == (
        t.Link("https://example.org/", "abc"),
        t.Plain("d"),
        t.Link("https://example.org/3", "efghi"),
    )


@pytest.mark.parametrize(
    "bad",
    [
        facet(1, 3), facet(-1, 2), facet(0, 99), facet(3, 3), facet(5, 2), facet("0", "2"), facet(0.0, 2.0),
        facet(True, 2), facet(None, None), {"index": {}}, {"index": [], "features": 7}, {}, None, 7, "x", [],
        facet(0, 2, {}), facet(0, 2, {"$type": []}), facet(0, 2, link("")), {"index": {"byteStart": 0, "byteEnd": 2}},
        facet(0, 2, {"$type": "app.bsky.richtext.facet#mention", "did": "did:x"}),
    ],
)  # fmt: skip
def test_a_facet_that_cannot_be_is_passed_over(bad: object) -> None:
    # ö has two bytes: 1 and 3 stand within characters where counted so.
    assert rich_text("öö!", [bad]) == (t.Plain("öö!"),)


def test_a_facet_cuts_no_character_that_people_see_as_one() -> None:
    assert rich_text("e\u0301a", [facet(1, 4)]) == (t.Plain("éa"),)


def test_a_lone_surrogate_counts_three_bytes() -> None:
    assert rich_text("\ud800ab", [facet(3, 5)]) == (t.Plain("\ufffd"), t.Link("https://example.org/", "ab"))


def test_what_is_no_text_is_none() -> None:
    for nothing in (None, 7, [], {}, "", " \n"):
        assert rich_text(nothing, [facet(0, 1)]) == ()


numbers = st.one_of(st.integers(-5, 60), st.none(), st.booleans(), st.floats(), st.text(max_size=2))
features = st.lists(
    st.one_of(
        st.sampled_from([link(), link("javascript:x"), MENTION, TAG]), st.none(), st.dictionaries(st.text(), st.none())
    )
)
facets = st.lists(
    st.one_of(st.builds(facet, numbers, numbers, features), st.builds(facet, numbers, numbers), st.none())
)
texts = st.one_of(st.text(max_size=60), st.text("aö漢👩‍🌾\u0301 \n\u200b\ufe0f🏴", max_size=40))


@given(texts, facets)
def test_no_facets_lose_or_change_a_word(text: str, told: list[object]) -> None:
    found = rich_text(text, told)

    assert clean(t.plain(found)) == clean(text)
    assert all(isinstance(span, t.Plain | t.Link) for span in found)


@given(texts, texts, texts)
def test_a_facet_around_a_word_makes_exactly_it_a_link(before: str, word: str, after: str) -> None:
    before, word, after = f"{before}a ", f"b{word}b", f" a{after}"
    start = len(before.encode())

    found = rich_text(before + word + after, [facet(start, start + len(word.encode()))])

    assert [span.label for span in found if isinstance(span, t.Link)] == [clean(word)]


@given(st.text(st.characters(), max_size=30), facets)
def test_nothing_fails(text: str, told: list[object]) -> None:
    rich_text(text, told)
