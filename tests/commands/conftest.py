"""Commands over SQLite alone: which database it is decides nothing here, and the store's own tests know both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.model.card import Action, Card
from tests.core import Team

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cf500f0003860180a5a3b2c80000000049454e44ae426082"
)


@pytest.fixture
def ready_url(ready_sqlite_url: str) -> str:
    return ready_sqlite_url


def actions(card: Card) -> Iterator[Action]:
    """Every button of a card, wherever it stands."""
    yield from (*card.actions, *card.menu)
    for section in card.sections:
        for row in section.rows:
            yield from row.actions
    for inner in card.joined:
        yield from actions(inner)


def lines(card: Card) -> list[str]:
    return [action.line for action in actions(card)]


async def met(team: Team, *users: str) -> None:
    """They are known, the first one as administrator."""
    for user in users:
        assert (await team.say(user, "help")).ok
