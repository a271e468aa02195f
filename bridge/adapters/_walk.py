"""Walks through JSON that nobody has checked: what is not there, or not of its kind, reads as nothing."""

from __future__ import annotations

from collections.abc import Mapping


def at(value: object, *path: str) -> object:
    """What stands at the end of the path; None where it leads nowhere."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def word(value: object, *path: str) -> str:
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def listed(value: object, *path: str) -> list[object]:
    found = at(value, *path)
    return found if isinstance(found, list) else []
