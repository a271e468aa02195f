"""Addresses that are one source."""

from __future__ import annotations

import pytest

from bridge.model.source import spellings


@pytest.mark.parametrize(
    "key",
    [
        "https://blog.example.org/feed",
        "https://blog.example.org/feed/",
        "http://blog.example.org/feed",
        "http://blog.example.org/feed/",
    ],
)
def test_each_spelling_of_an_address_has_the_others_beside_it_and_is_the_first(key: str) -> None:
    found = spellings(key)

    assert found[0] == key
    assert set(found) == {f"{scheme}://blog.example.org/feed{end}" for scheme in ("http", "https") for end in ("", "/")}


def test_a_slash_counts_in_front_of_the_question_and_nowhere_else() -> None:
    found = spellings("https://blog.example.org/feed?path=/news/")

    assert "https://blog.example.org/feed/?path=/news/" in found
    assert "https://blog.example.org/feed?path=/news" not in found
    assert "https://blog.example.org/feed/atom" not in found


@pytest.mark.parametrize("key", ["did:plc:ewvi7nxzyoun6zhxrhs64oiz", "acct:ana@social.example#social.example/1", "x/"])
def test_what_is_no_address_has_one_spelling(key: str) -> None:
    assert spellings(key) == (key,)
