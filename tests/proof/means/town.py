"""Fifty places over both platforms, the people in them, and who follows what: the world that a bridge is tried in.

The platforms are the project's own fakes, in this process, so they outlive every bridge that is killed. One Slack
workspace grants all scopes; in another one no history may be read, so that nothing can be looked for there.

Thirty places follow a topic of their own, twenty share one with a place on the other platform: at twenty updates a
second each place gets one every two seconds. More would come near what Slack (one a second a channel) and Discord
(five in five seconds, of which Bridge leaves one) take at all, and what a crash held up would never be caught up with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bridge.adapters.discord.install.permissions import ASKED
from bridge.model.clock import SystemClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.gateway import Line
from tests.fakes.slack import FakeSlack, Team
from tests.fakes.slack.tables import ALL_SCOPES
from tests.proof.means.far import FarDiscord, FarSlack
from tests.proof.means.judge import Spot, seen
from tests.proof.means.process import Process

SERVER = "100"
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
DISCORD, SLACK, BLIND, DIGEST = "Discord", "Slack", "Slack without history", "digest"
"""Kinds of places."""
TOPICS = 40
DIGESTS = "299"
"""The channel that gets digests, of a topic of its own."""
FAR = 1_000_000
"""Of what is not to be reached."""
PATIENCE = 10.0
"""Seconds that people wait for an answer: a machine that does several things at once is slow."""

SHORTER: dict[str, Any] = {
    # A request that was on its way when its process died is here within a moment, or never.
    "bridge.model.delivery:REQUEST_DEADLINE": 4.0,
    "bridge.model.step:ABSENCE_COUNTS_AFTER": 5.0,
    # Twenty updates a second are more than Slack takes in one workspace (several hundred messages a minute); how well
    # Bridge keeps within that is measured elsewhere.
    # See also `variables`, for how fast it may become.
    "bridge.adapters.slack.web.budgets:FIRST": FAR,
    "bridge.adapters.slack.web.budgets:TIERS": dict.fromkeys(("chat.update", "chat.delete"), FAR),
    "bridge.adapters.slack.web.budgets:TIER_3": FAR,
    # Every start says hello to Discord, which takes a thousand a day.
    "bridge.adapters.discord.gateway.identifies:SPACING": 0.001,
    # What was remembered of an event is left to the process that has it for so long.
    "bridge.services.keeping:HAD": 3.0,
    "bridge.adapters._events:SWEEP_SECONDS": 1.0,
    # One message an update: what is joined is told apart by nobody. See also `variables`: no noise cap.
    "bridge.model.step:JOIN_ABOVE": FAR,
}
"""What is other than in a bridge that people use, and why."""


def noon() -> str:
    """A zone in which it is about noon now: a digest that is late is sent on the same local day only."""
    west = SystemClock().now().hour - 12
    return f"Etc/GMT{west:+d}" if west else "Etc/GMT"


def leased(seconds: float) -> dict[str, Any]:
    """How long what a process holds stays its own after it died, on PostgreSQL: places, sockets, the gateway."""
    return {
        "bridge.services.delivery.courier:LEASE": seconds,
        # A session whose process stands still has to be over before what it held can be taken.
        "bridge.store.engines.postgres:STANDS_STILL": min(5.0, seconds / 2),
        "bridge.adapters.slack.adapter:Slack.timing": {"lease": seconds},
        "bridge.adapters.discord.adapter:Discord.timing": {"lease": seconds, "identify": 0.05, "first": 0.1},
    }


@dataclass(frozen=True, slots=True)
class Stead:
    """A place. `follower`: who follows there, by whom `follow` is typed; `direct`: it is that person's own."""

    kind: str
    key: str
    topic: int
    follower: str
    direct: bool


@dataclass(slots=True)
class Town:
    """`steads`: all places. `writers`: (kind, user, channel), where people write who follow nothing."""

    slack: FakeSlack
    discord: FakeDiscord
    teams: dict[str, Team]
    steads: list[Stead] = field(default_factory=list)
    writers: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def topics(self) -> int:
        return 1 + max(stead.topic for stead in self.steads)

    def variables(self, url: str) -> dict[str, str]:
        tokens = "\n".join(f"{team.bot_token} {team.app_token}" for team in self.teams.values())
        return {
            "BRIDGE_STORE__URL": url,
            "BRIDGE_LIMITS__CHANNEL_PER_HOUR": str(FAR),
            "BRIDGE_LIMITS__DM_PER_HOUR": str(FAR),
            "BRIDGE_DIGEST__MAX_UPDATES": "25",
            "BRIDGE_DIGEST__MAX_LINES": "40",
            "BRIDGE_TEAM__ZONE": noon(),
            "BRIDGE_SLACK__TOKENS": tokens,
            "BRIDGE_SLACK__API": self.slack.base,
            "BRIDGE_SLACK__MESSAGES_A_MINUTE": str(FAR),
            "BRIDGE_DISCORD__TOKEN": self.discord.bot.token,
            "BRIDGE_DISCORD__API": self.discord.api,
            "BRIDGE_DISCORD__GATEWAY": self.discord.gateway_url,
            "BRIDGE_DISCORD__TEAM": SERVER,
        }

    def connected(self) -> bool:
        """Whether what people do is heard, on both platforms."""
        return self.gateway_line() is not None and all(team.sockets.connections for team in self.teams.values())

    def gateway_line(self) -> Line | None:
        """The connection over which Discord tells a bridge what happens."""
        lines = (session.line for session in self.discord.gateway.sessions.values())
        return next((line for line in lines if line is not None and line.open), None)

    async def heard(self, seconds: float = 60) -> None:
        await self.slack.until(self.connected, seconds)

    async def lives(self, seconds: float) -> None:
        """Until it is heard, and then so long."""
        await self.heard()
        await asyncio.sleep(seconds)

    async def told(self) -> None:
        """Until every event was acknowledged: one that a crash swallowed comes again after minutes only."""
        await self.heard()
        await self.slack.retry_now()
        await self.slack.until(lambda: not any(team.sockets.unacked for team in self.teams.values()), 60)

    async def settle(self, bridge: Process) -> None:
        """Makes both workspaces the team's, and has everybody follow who is to."""
        await self.heard()
        await self.discord.until(lambda: self.discord.bot.commands.get("") or self.discord.bot.commands.get(SERVER), 60)
        for team in self.teams.values():
            await bridge.tell("workspaces", "team", team.id)
        for stead in self.steads:
            await (self._follow_in_slack(stead) if stead.kind in self.teams else self._follow_there(stead))
        for kind, user, channel in self.writers:
            if kind == DISCORD:
                await self.discord.command(user, channel, ("bridge", "help", {}))

    async def _follow_in_slack(self, stead: Stead) -> None:
        team = self.teams[stead.kind]
        if stead.direct:
            for line in ("settings quiet off", "settings days mon-sun"):
                await team.command(stead.follower, stead.key, "/bridge", line)
        line = f"follow #topic{stead.topic} live{'' if stead.direct else ' here'}"
        await team.command(stead.follower, stead.key, "/bridge", line)
        await self.slack.until(lambda: any("topic" in one.text for one in team.ephemerals(stead.follower)[-2:]), 60)

    async def _follow_there(self, stead: Stead) -> None:
        where = "@me" if stead.direct else stead.key
        if stead.direct:
            for name, value in (("quiet", "off"), ("days", "mon-sun")):
                said = await self.discord.command(
                    stead.follower, where, ("bridge", "settings", {"setting": name, "text": value})
                )
                await self.discord.settled(said)
        wanted = {"whom": f"#topic{stead.topic}", "how": "digest" if stead.kind == DIGEST else "live"} | (
            {} if stead.direct else {"here": True}
        )
        said = await self.discord.command(stead.follower, where, "follow", wanted)
        assert "topic" in await self.discord.settled(said), said.shown

    def standing(self, topic: int) -> dict[tuple[str, str], set[int]]:
        """The updates that stand in each place that follows the topic, by its kind and key."""
        steads = (stead for stead in self.steads if stead.topic == topic)
        return {(one.kind, one.key): {id for text in self._texts(one) for id, _ in seen(text)} for one in steads}

    def spots(self) -> list[Spot]:
        return [
            Spot(
                f"{stead.kind} {stead.key}",
                stead.kind,
                frozenset({stead.topic}),
                self._texts(stead),
                stead.kind != DIGEST,
            )
            for stead in self.steads
        ]

    def _texts(self, stead: Stead) -> list[str]:
        if stead.kind in self.teams:
            return self.teams[stead.kind].texts(stead.key)
        messages = self.discord.dms(stead.key) if stead.direct else self.discord.messages(stead.key)
        return [message.text for message in messages]


@asynccontextmanager
async def town(seed: int, digests: bool = False) -> AsyncIterator[Town]:
    """Discord: sixteen channels and eight direct messages; Slack: twelve and six, and without history six and two.
    `digests`: and one more channel of Discord, which gets digests."""
    # That a client was killed in the middle of a request is what is tried here, and no news.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    clock = SystemClock()
    async with FakeSlack(clock) as slack, FakeDiscord(clock) as discord:
        slack.patience = discord.patience = PATIENCE
        slack.faults, discord.faults = FarSlack(seed), FarDiscord(seed)
        made = Town(slack, discord, {SLACK: slack.team("T1", "Acme")})
        made.teams[BLIND] = slack.team("T2", "Beyond", ALL_SCOPES - HISTORY)
        app = discord.app(token="MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.a-token-of-the-fake-that-opens-all")
        guild = discord.guild(SERVER, "Acme", owner="1")
        topics = iter([*range(24), *range(24, TOPICS), *range(10)])
        for number in range(16):
            guild.channel(str(300 + number), f"room{number}")
            made.steads.append(Stead(DISCORD, str(300 + number), next(topics), "1", direct=False))
        for number in range(8):
            guild.member(str(20 + number), f"reader{number}")
            made.steads.append(Stead(DISCORD, str(20 + number), next(topics), str(20 + number), direct=True))
        if digests:
            guild.channel(DIGESTS, "weekly")
            made.steads.append(Stead(DIGEST, DIGESTS, TOPICS, "1", direct=False))
        guild.channel("200", "talk")
        for number in range(4):
            guild.member(str(2 + number), f"writer{number}")
            made.writers.append((DISCORD, str(2 + number), "200"))
        discord.install(app, guild, permissions=ASKED, by="1")
        for kind, channels, directs, writers in ((SLACK, 12, 6, 4), (BLIND, 6, 2, 2)):
            team = made.teams[kind]
            team.user("U1", "ana", real_name="Ana Kovač")
            for number in range(channels):
                team.channel(f"C{number}", f"room{number}", members=["U1"], creator="U1", bot=True)
                made.steads.append(Stead(kind, f"C{number}", next(topics), "U1", direct=False))
            for number in range(directs):
                user = team.user(f"U{20 + number}", f"reader{number}", real_name=f"Reader {number}")
                made.steads.append(Stead(kind, user.id, next(topics), user.id, direct=True))
            team.channel("CT", "talk", members=[], creator="U1", bot=True)
            for number in range(writers):
                user = team.user(f"U{2 + number}", f"writer{number}", real_name=f"Writer {number}")
                team.channels["CT"].members.append(user.id)
                made.writers.append((kind, user.id, "CT"))
        yield made
