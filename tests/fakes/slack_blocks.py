"""What Slack refuses in blocks and views. `check_blocks` is for other tests too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fakes.slack_state import Json


def check_blocks(blocks: Any, surface: str) -> list[str]:
    """What is wrong with them, [] where nothing is. `surface`: message, modal, home."""
    return [] if len(blocks) <= 50 else ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]


def check_view(view: Any) -> list[str]:
    return []


def texts(part: Any) -> Iterator[str]:
    """Every text of a block or anything inside it."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            elif name in ("alt_text", "text", "fields", "elements", "title", "accessory", "options", "label", "hint"):
                yield from texts(value)
    elif isinstance(part, list):
        for one in part:
            yield from texts(one)


def all_text(blocks: list[Json]) -> str:
    """The texts of blocks, a line each."""
    return "\n".join(texts(blocks))
