"""Platforms as far away as the real ones are: what they do is done at once, and their answers take their time. On the
loopback alone hardly anything is ever on its way when a process dies."""

from __future__ import annotations

import random

from tests.fakes.discord import faults as discord_faults
from tests.fakes.slack import faults as slack_faults

SECONDS = (0.05, 0.3)
SLACK = {"chat.postMessage", "chat.update", "chat.delete", "conversations.history"}
DISCORD = {
    "POST /channels/{channel_id}/messages",
    "PATCH /channels/{channel_id}/messages/{message_id}",
    "DELETE /channels/{channel_id}/messages/{message_id}",
}


class FarSlack(slack_faults.Faults):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self._lots = random.Random(seed)

    def take(self, method: str, team: str) -> slack_faults.Fault | None:
        far = slack_faults.Fault.SLOW(self._lots.uniform(*SECONDS)) if method in SLACK else None
        return super().take(method, team) or far


class FarDiscord(discord_faults.Faults):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self._lots = random.Random(seed)

    def take(self, route: str) -> discord_faults.Fault | None:
        far = discord_faults.Fault.SLOW(self._lots.uniform(*SECONDS)) if route in DISCORD else None
        return super().take(route) or far
