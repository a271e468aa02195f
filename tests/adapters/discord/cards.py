"""What Discord is given for the cards that people see most, for the golden files and the pictures of them.

`python -m tests.adapters.discord.cards` writes the golden files anew, where a change of them is meant.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from bridge.adapters.discord.shown.modals import modal
from bridge.adapters.discord.shown.render import render
from tests.adapters.slack.cards import as_json, cards, forms
from tests.model.samples import ENGLISH

GOLDEN = Path(__file__).parent / "golden"
MARK = "0000000000000000000000042"
MESSAGE = "1189734512345678901"


@cache
def messages() -> dict[str, dict[str, Any]]:
    """Name -> the body of a message."""
    return {name: render(card, MARK, ENGLISH).payload() for name, card in cards().items()}


@cache
def modals() -> dict[str, dict[str, Any]]:
    """Name -> the data of an answer that opens a form."""
    made = {name: modal(form, MESSAGE, ENGLISH) for name, form in forms().items()}
    return {name: data for name, data in made.items() if data is not None}


def golden(name: str) -> str:
    return (GOLDEN / f"{name}.json").read_text("utf-8")


if __name__ == "__main__":
    for name, shown in (messages() | modals()).items():
        (GOLDEN / f"{name}.json").write_text(as_json(shown), "utf-8")
