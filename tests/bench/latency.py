"""How long people wait: from a command to its private answer, and to the message in another channel, of the same
platform and of the other one. A real bridge in a process of its own; the platforms are fakes on the loopback, which
answer at once."""

from __future__ import annotations

from tests.bench import latency_discord, latency_slack
from tests.bench.figures import Figure, Progress


async def measure(quick: bool, say: Progress) -> list[Figure]:
    """The main figure is the p95, in seconds, from a command in Slack to the message in another channel. The limits are
    what the platforms' own SDKs take for the same, with nothing between."""
    return [*await latency_slack.measure(quick, say), *await latency_discord.measure(quick, say)]
