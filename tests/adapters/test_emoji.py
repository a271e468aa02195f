"""Emoji by Slack's names, as people elsewhere read them."""

from __future__ import annotations

import pytest

from bridge.adapters._emoji import with_characters
from bridge.adapters.slack.shown.mrkdwn import typed


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Shipping v2 :rocket:", "Shipping v2 🚀"),
        (":mega: :+1: :tada:", "📣 👍 🎉"),
        (":+1::skin-tone-3:", "👍🏼"),
        (":flag-at: :de:", "🇦🇹 🇩🇪"),
        ("our :party_parrot: stays", "our :party_parrot: stays"),
        ("at 10:30:45, a:on:b", "at 10:30:45, a:on:b"),
        ("`:rocket:` and ```:tada:```", "`:rocket:` and ```:tada:```"),
        ("::: : :", "::: : :"),
    ],
)
def test_a_name_becomes_its_character_outside_code(said: str, meant: str) -> None:
    assert with_characters(said) == meant


def test_what_people_type_is_read_so() -> None:
    assert typed("Ship it :rocket: &amp; <@U1>", {"U1": "ana"}) == "Ship it 🚀 & @ana"
