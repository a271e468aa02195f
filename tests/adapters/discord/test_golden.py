"""Cards and forms for Discord: as kept in golden/, and what Discord takes, by its own document and by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from bridge.adapters.discord.shown.render import marked
from tests.adapters.discord.cards import GOLDEN, MARK, golden, messages, modals
from tests.adapters.discord.checking import modal_problems, pings, problems
from tests.adapters.slack.cards import as_json
from tests.fakes.discord import openapi as discord_openapi
from tests.fakes.discord.openapi import Document

Missing = Callable[[str, str], NoReturn]
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
ANSWER = "/interactions/{interaction_id}/{interaction_token}/callback"


@pytest.fixture(scope="module")
def document(missing: Missing) -> Document:
    if not discord_openapi.there():
        missing("specs", f"there is no {discord_openapi.DOCUMENT.name}")
    return discord_openapi.load()


@pytest.mark.parametrize("name", sorted(messages() | modals()))
def test_it_looks_as_kept(name: str) -> None:
    """Where a change is meant: `python -m tests.adapters.discord.cards` writes the files anew."""
    assert as_json((messages() | modals())[name]) == golden(name)


def test_nothing_is_kept_that_nobody_sees() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(messages() | modals())


@pytest.mark.parametrize("name", sorted(messages()))
def test_a_card_is_what_discord_takes(name: str) -> None:
    assert problems(messages()[name]) == []
    assert pings(messages()[name]) == []


@pytest.mark.parametrize("name", sorted(messages()))
def test_a_card_is_what_discords_document_says(name: str, document: Document) -> None:
    body = messages()[name]

    assert discord_openapi.problems("POST", MESSAGES, body | {"nonce": MARK, "enforce_nonce": True}, document) == []
    assert discord_openapi.problems("PATCH", MESSAGE, body, document) == []
    assert discord_openapi.problems("POST", ANSWER, {"type": 4, "data": body | {"flags": 64}}, document) == []


@pytest.mark.parametrize("name", sorted(modals()))
def test_a_form_is_what_discord_takes(name: str, document: Document) -> None:
    assert modal_problems(modals()[name]) == []
    assert discord_openapi.problems("POST", ANSWER, {"type": 9, "data": modals()[name]}, document) == []


@pytest.mark.parametrize("name", sorted(messages()))
def test_a_card_can_be_found_again(name: str) -> None:
    assert marked(messages()[name]) == MARK


def test_a_digest_fits_on_one_screen() -> None:
    """A telephone shows some thirty lines of forty letters."""
    [embed] = messages()["digest"]["embeds"]

    assert sum(1 + len(line) // 40 for line in embed["description"].split("\n")) <= 24
    assert len(messages()["digest"]["components"]) <= 2
