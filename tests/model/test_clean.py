"""Untrusted strings: what cleaning keeps and drops, which addresses may be links, when two names are one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.clean import LIMIT_MARKS, clean, fold, graphemes, safe_url

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def test_folding_sees_through_form_width_and_hidden_characters() -> None:
    same = ["Café", "cafe\u0301", "CAFÉ", "ｃａｆé", "ca\u200dfé", "ca\u00adfé"]

    assert {fold(name) for name in same} == {"café"}


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://a.example/?utm_source=x&id=7&fbclid=y&b=2#top", "https://a.example/?id=7&b=2#top"),
        ("https://a.example/?UTM_Medium=x", "https://a.example/"),
        ("https://a.example/?b=%20+c&a=1;2&gclid=z", "https://a.example/?b=%20+c&a=1;2"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/?next=utm_source", "https://a.example/?next=utm_source"),
    ],
)
def test_trackers_go_and_the_rest_keeps_its_order(url: str, bare: str) -> None:
    assert safe_url(url) == bare


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\n", "\0", "\u200d", "\ud800", "<", '"'])
def test_an_address_with_hidden_or_breaking_characters_is_refused(hidden: str) -> None:
    assert safe_url(f"https://a{hidden}b.example/") is None


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("a\0b\x07c\ud800d\x7fe\ufffff", "abcdef"),
        ("a\tb\r\nc\rd\u2028e", "a b\nc\nd\ne"),
        ("\n \n a \n\n \n\n b  \n", "a\n\n b"),
        ("\u202eevil\u2066 \u200ftext\ufeff\u200b\u061c", "evil text"),
        ("e\u0301", "é"),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200da \u200c b\u200d\u200dc\u200c", "a  b\u200dc"),
        ("a\U000e0068\U000e0069b", "ab"),
        (ENGLAND, ENGLAND),
        ("Việt Nam क्षि ที่ ❤️ 1️⃣ 👍🏽", "Việt Nam क्षि ที่ ❤️ 1️⃣ 👍🏽"),
    ],
)
def test_cleaning_keeps_what_people_mean(raw: str, left: str) -> None:
    assert clean(raw) == unicodedata.normalize("NFC", left)


def test_a_letter_with_5000_accents_becomes_a_letter() -> None:
    left = clean("a" + "\u0316\u0301" * 2500 + "b")

    assert graphemes(left) == 2
    assert len(left) <= 2 + LIMIT_MARKS


def test_cleaning_may_look_at_the_beginning_only() -> None:
    assert clean("abcdef", 3) == "abc"


any_text = st.text(st.characters())
hard = st.sampled_from(
    [" ", "\n", "a", "e\u0301", "ก่", "\u200d", "\r", "👍🏽", FAMILY, ENGLAND, "\u0301" * 9, "\ud800", "\u0958"]
)
hostile = st.lists(hard | st.characters(), max_size=30).map("".join)


@given(hostile | any_text)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)

    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(any_text)
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)
