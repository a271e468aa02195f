"""Whose limit a rate error was about, where the platform does not say."""

from __future__ import annotations

from dataclasses import replace

from bridge.model.pace.places import WARM
from bridge.model.pace.told import Hint, Whose

REMEMBERED = 1_000


class Blame:
    """Whose limit a rate error was about, where a platform keeps one for each place (a message in `seconds`) and
    another for all of them, and tells neither: the place's, unless its last message certainly had arrived earlier."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._answered: dict[str, float] = {}
        self._rtt, self._trips = 0.0, 0

    def heard(self, place: str, began: float, answered: float, hint: Hint) -> Hint:
        """The hint, with whose limit it was."""
        last = self._answered.get(place)
        if len(self._answered) >= REMEMBERED:
            self._answered = {key: at for key, at in self._answered.items() if answered - at <= 2 * self._seconds}
        self._answered[place] = answered
        if hint.retry_after is not None:
            shortest = self._rtt if self._trips >= WARM else 0.0
            near = last is not None and began - last + shortest < self._seconds
            return replace(hint, whose=Whose.PLACE if near else Whose.SHARED)
        self._rtt = min(self._rtt, answered - began) if self._trips else answered - began
        self._trips += 1
        return hint
