"""JSON of strangers, whose cost is known before it is read. Pure."""

from __future__ import annotations

import json

MOST_VALUES = 100_000
"""Commas and opening brackets, those in texts counted too: each costs some hundred times what a letter does."""


def parse_json(said: bytes, most: int = MOST_VALUES) -> object:
    """What it holds. Raises ValueError, also for what holds more values than anybody has to say, or is too deep."""
    if sum(map(said.count, (b",", b"[", b"{"))) > most:
        raise ValueError("too many values")
    try:
        found: object = json.loads(said)
    except RecursionError as error:
        raise ValueError("too deep") from error
    return found
