"""Half of all answers of both platforms are 429: with waits of 1 to 30 s, with wrong ones, with none. Then no more.

The short form makes the time pass; the long one is the same on the machine's own.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from unittest import mock

from tests.bench.figures import Progress
from tests.fakes.discord import faults as discord_faults
from tests.fakes.slack import faults as slack_faults
from tests.proof.means.aloft import FAR, Aloft, aloft
from tests.proof.means.findings import Finding, Measured
from tests.proof.means.memory import without_a_disk
from tests.proof.means.virtual import virtually

CHANNELS = 4
"""On each platform: together they may be sent less than a workspace takes in a minute."""
WINDOW = 60.0
STORM = 60.0
LONGEST = 30
"""Seconds that it tells at most; Slack's are of the whole workspace, so it may ask once in so many."""
SPAN = 50.0
"""Seconds in which a pace is counted, within a window."""
STEADY = 20.0
"""Seconds from the first update until all goes at its pace."""
UPDATES = 420
"""More than a place is sent in all that time."""
SLACK, DISCORD = "chat.postMessage", "POST /channels/{channel_id}/messages"
WRONG = ("", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "nan", "0")
HUGE = ("1000000000", "9" * 400)
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `place`: route and channel. `told`: seconds that a 429 named, where that can be believed."""

    at: float
    place: str
    refused: bool = False
    told: float | None = None


class Sky:
    """What the platforms answer while it is `angry`; `asked`: every request of one platform, oldest first."""

    def __init__(self, seed: int, told: Sequence[str] | None = None) -> None:
        self._dice, self._told = random.Random(seed), told
        self.angry = False
        self.asked: list[Asked] = []

    def strikes(self) -> str | None:
        """Retry-After of a 429; None where it lets one through."""
        if not self.angry or self._dice.random() < 0.5:
            return None
        if self._told is not None:
            return self._dice.choice(self._told)
        return self._dice.choice(WRONG) if self._dice.random() < 0.3 else str(self._dice.randint(1, LONGEST))

    def note(self, at: float, place: str, told: str | None) -> None:
        seconds = float(told) if told is not None and told.isdecimal() and told not in (*HUGE, "0") else None
        self.asked.append(Asked(at, place, told is not None, seconds))

    def rate(self, since: float, until: float) -> float:
        """Messages taken a second."""
        return sum(not one.refused and since <= one.at < until for one in self.asked) / (until - since)

    def pace(self, since: float, until: float) -> float:
        """The same, of each place in its best SPAN: what comes in bursts is not cut in the middle of one."""
        taken = defaultdict[str, list[float]](list)
        for one in self.asked:
            if not one.refused and since <= one.at < until:
                taken[one.place].append(one.at)
        best = (max(bisect_left(at, first + SPAN) - number for number, first in enumerate(at)) for at in taken.values())
        return sum(best) / SPAN

    def too_early(self) -> list[str]:
        """Requests that came again before the time that their place was told."""
        opens, found = dict[str, float](), []
        for one in self.asked:
            if one.at < opens.get(one.place, 0.0) - 0.01:
                found.append(f"{one.place} at {one.at:.2f}, which was told {opens[one.place]:.2f}")
            if one.told is not None:
                opens[one.place] = one.at + one.told
        return found


class SlackFaults(slack_faults.Faults):
    def __init__(self, stage: Aloft, sky: Sky) -> None:
        super().__init__()
        self._stage, self._sky = stage, sky

    def take(self, method: str, team: str) -> slack_faults.Fault | None:
        call, told = self._stage.slack.calls[-1], self._sky.strikes()
        if method == SLACK:
            self._sky.note(self._stage.clock.monotonic(), f"{method} {call.arguments.get('channel')}", told)
        return super().take(method, team) if told is None else slack_faults.Fault.RATE(told=told)


class DiscordFaults(discord_faults.Faults):
    def __init__(self, stage: Aloft, sky: Sky) -> None:
        super().__init__()
        self._stage, self._sky = stage, sky

    def take(self, route: str) -> discord_faults.Fault | None:
        call, told = self._stage.discord.calls[-1], self._sky.strikes()
        if route == DISCORD:
            self._sky.note(self._stage.clock.monotonic(), f"{route} {call.ids['channel_id']}", told)
        return super().take(route) if told is None else discord_faults.Fault.RATE(told=told)


def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    run = asyncio.run if long else virtually
    with without_a_disk():
        return [*run(_storm(say, seed)), *virtually(_huge(say, seed))]


def _above(stage: Aloft, seed: int, told: Sequence[str] | None = None) -> tuple[Sky, Sky]:
    skies = Sky(seed, told), Sky(seed + 1, told)
    stage.slack.faults, stage.discord.faults = SlackFaults(stage, skies[0]), DiscordFaults(stage, skies[1])
    return skies


async def _storm(say: Progress, seed: int) -> list[Finding]:
    async with aloft() as (stage, url):
        channels, rooms = stage.channels(CHANNELS)
        with _one_each():
            async with stage.bridge(url) as bridge:
                await stage.follow(channels, rooms, "#storm")
                skies = _above(stage, seed)
                say("storm: updates wait")
                await stage.share(bridge, [f"u{number} #storm" for number in range(UPDATES)])
                await asyncio.sleep(STEADY)
                began = stage.clock.monotonic()
                say("storm: before it")
                await asyncio.sleep(WINDOW)
                broke = stage.clock.monotonic()
                say("storm: in it")
                for sky in skies:
                    sky.angry = True
                await asyncio.sleep(STORM)
                ended = stage.clock.monotonic()
                say("storm: after it")
                for sky in skies:
                    sky.angry = False
                await asyncio.sleep(2 * WINDOW)
    found = []
    for name, sky in zip(("Slack", "Discord"), skies, strict=True):
        usual, within = sky.pace(began, broke), sky.rate(broke, ended)
        again = sky.pace(ended, ended + 2 * WINDOW)
        refused, early = sum(one.refused for one in sky.asked), sky.too_early()
        did = f"{STORM:.0f} s over {CHANNELS} places, {refused} of our messages refused, {usual:.2f} a second before"
        figures = (
            Measured("too early", len(early), most=0),
            Measured("of that again within two minutes", 100 * again / usual, "%", least=95.0),
            Measured("in the storm", 100 * within / usual, "%"),
            Measured("refused", refused, least=STORM / LONGEST if name == "Slack" else CHANNELS),
        )
        found.append(Finding(f"storm, {name}", did, figures, tuple(early[:20])))
    return found


async def _huge(say: Progress, seed: int) -> list[Finding]:
    """Waits of years are believed for an hour."""
    say("storm: huge waits")
    async with aloft() as (stage, url):
        channels, rooms = stage.channels(CHANNELS)
        async with stage.bridge(url) as bridge:
            await stage.follow(channels, rooms, "#storm")
            skies = _above(stage, seed, HUGE)
            for sky in skies:
                sky.angry = True
            await stage.share(bridge, [f"u{number} #storm" for number in range(20)])
            await asyncio.sleep(WINDOW)
            ended = stage.clock.monotonic()
            for sky in skies:
                sky.angry = False
            await asyncio.sleep(HOUR + 2 * WINDOW)
            texts = [stage.team.texts(one) for one in channels], [stage.discord.texts(one) for one in rooms]
    found = []
    for name, sky, shown in zip(("Slack", "Discord"), skies, texts, strict=True):
        lost = sum(f"u{number} " not in " ".join(there) + " " for there in shown for number in range(20))
        last = max(one.at for one in sky.asked) - ended
        figures = (
            Measured("updates missing an hour and two minutes later", lost, most=0),
            Measured("refused", sum(one.refused for one in sky.asked), least=1),
            Measured("last request", last, "s after it"),
        )
        found.append(Finding(f"storm, {name}, waits of 31 years and more", f"{CHANNELS} places, 20 updates", figures))
    return found


def _one_each() -> ExitStack:
    """An update a message: what is joined would be caught up with at any pace."""
    changed = ExitStack()
    changed.enter_context(mock.patch("bridge.model.step.JOIN_ABOVE", FAR))
    return changed
