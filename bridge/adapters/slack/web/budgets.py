"""How often each method may be asked in one workspace, so that Slack never has to say 429 in steady state.

Slack counts by method, workspace and app; the tiers are its lower bounds (docs.slack.dev/apis/web-api/rate-limits).
The spacing of messages in one channel is not here: it belongs to the place. How the numbers are kept to is the
model's (pace/shared.py, pace/rising.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bridge.adapters._turns import SPARE, Line
from bridge.model.clock import Clock
from bridge.model.pace.blame import Blame
from bridge.model.pace.rising import Rising
from bridge.model.pace.shared import Share, Window, alone
from bridge.model.pace.told import Hint, Whose

TIERS: Mapping[str, int] = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.join": 50,
    "conversations.members": 100,
    "conversations.open": 50,
    "conversations.replies": 50,
    "emoji.list": 20,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "reactions.get": 50,
    "team.info": 50,
    "users.conversations": 50,
    "users.info": 100,
    "users.list": 20,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}
"""Requests a minute."""

MESSAGES = "chat.postMessage"
FIRST, MOST = 240, 600
"""Messages a minute in a workspace: Slack takes «several hundred» and tells neither how many nor how many are left."""
TIER_3 = 50
WINDOW = 61.0
"""Slack counts over a minute; requests do not all take as long to get there."""
KEPT = 5
"""A fifth of a minute's requests is kept from those that can wait."""
SPREAD = 120.0
"""Seconds over which those are spread who were told to come back."""


class Budgets:
    """One workspace's, by method. `most`: messages a minute, however many Slack would take."""

    def __init__(self, clock: Clock, most: int = MOST, share: Share = alone) -> None:
        self._clock, self._share = clock, share
        self._blame = Blame()
        messages = Rising(FIRST / 60, most / 60, spread=SPREAD, share=share)
        self._lines = {MESSAGES: Line(messages, clock)}

    async def turn(self, method: str, load: int = 0, spare: bool = False) -> float:
        """Returns when the request may go out, with the name of its turn. `load`: how much waits in its place; `spare`:
        it can wait itself. Raises NotYet."""
        return await self._of(method).turn(SPARE if spare else load)

    def heard(self, method: str, place: str, turn: float, hint: Hint) -> Hint:
        """An answer came. Returns the hint with whose limit a rate error was about. After one the method is not asked
        again before Slack listens; `place`: the channel that was written to."""
        began, answered = hint.began or 0.0, hint.answered or 0.0
        if method == MESSAGES:
            hint = self._blame.heard(place, began, answered, hint)
        elif hint.retry_after is not None:
            hint = replace(hint, whose=Whose.SHARED)
        self._of(method).budget.heard(turn, answered, hint)
        return hint

    def _of(self, method: str) -> Line:
        if method not in self._lines:
            self._lines[method] = Line(window(TIERS.get(method, TIER_3), self._share), self._clock)
        return self._lines[method]


def window(minute: int, share: Share = alone) -> Window:
    """A tier's: in any 60 seconds fewer than `minute` go."""
    return Window(minute - 1, WINDOW, kept=minute // KEPT, spread=SPREAD, share=share)
