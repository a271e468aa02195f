"""JSON of strangers, whose cost is known before it is read. Pure."""

from __future__ import annotations

import json

MOST_VALUES = 100_000
"""Commas and opening brackets, those in texts counted too: each costs some hundred times what a letter does."""


def parse_json(body: bytes) -> object:
    """What it holds. Raises ValueError, also for what holds more values than anybody has to say, or is too deep."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise ValueError("too many values")
    try:
        found: object = json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error
    return found
