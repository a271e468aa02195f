"""Marks sentences for the catalogues, and the port that speaks them (the catalogues are bridge/words.py's)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bridge.model.errors import BridgeError

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Those that have a whole catalogue, each by its own name."""


def N_(sentence: str) -> str:
    """Marks a sentence for the catalogue where it is only named and said later."""
    return sentence


class Words(Protocol):
    """The catalogue of one language. Parameters fill `{named}` places; a missing one never raises."""

    @property
    def language(self) -> str: ...

    def say(self, sentence: str, /, **params: object) -> str: ...

    def say_n(self, one: str, many: str, n: int, /, **params: object) -> str:
        """The form for `n`; `{n}` is filled too."""
        ...

    def day(self, on: date) -> str:
        """'Tue 24 Nov'."""
        ...

    def time(self, at: datetime, zone: str) -> str:
        """'14:02', in the zone."""
        ...

    def moment(self, at: datetime, zone: str, now: datetime) -> str:
        """'14:02' today, 'tomorrow 09:00', else 'Tue 24 Nov 14:02', in the zone."""
        ...

    def city(self, zone: str) -> str:
        """What people call a zone: 'Europe/Vienna' -> 'Vienna'."""
        ...

    def list(self, items: Sequence[str]) -> str:
        """'Ana, Bo and Cy'."""
        ...

    def error(self, error: BridgeError) -> str: ...
