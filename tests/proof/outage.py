"""Nothing goes out for 72 hours while people go on writing; then all that waited goes to Slack, which holds everybody
to its limits. Time is made to pass: see virtual.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.app import Bridge
from bridge.model.clock import FixedClock
from bridge.model.ids import PersonId
from bridge.model.post import Origin
from bridge.model.subscription import Cadence
from bridge.services.delivery import digest
from bridge.services.sharing.publish import Draft, publish
from bridge.store.tx import open_store
from tests.bench.database import Loader
from tests.bench.figures import Progress
from tests.bench.stage import world_on
from tests.bench.town import NOW, PLATFORM, WORKSPACE, Citizen, Town
from tests.fakes.slack.faults import Fault, Faults
from tests.proof.means.aloft import Aloft, aloft
from tests.proof.means.findings import Finding, Measured
from tests.proof.means.memory import without_a_disk
from tests.proof.means.virtual import virtually

SUBSCRIBERS, SUBSCRIBERS_LONG = 500, 10_000
EACH = 10
"""Live updates that wait for each; one of them is younger than two hours."""
DIGESTED = 3
OUTAGE = timedelta(hours=72)
BACK = NOW.replace(hour=9, minute=30, second=0)
"""Half an hour after a digest was due, on a working day; the outage began on the Saturday before."""
CAP = 300
"""Messages a minute in one workspace: of what Slack calls several hundred, the least."""
MINUTE = 60.0
UP_TO = 12 * 3600.0
"""Seconds until all must stand there."""


class Capped(Faults):
    """Refuses what is more than the workspace may be sent in a minute. `refused`: 429s of its own."""

    def __init__(self, stage: Aloft) -> None:
        super().__init__()
        self._stage = stage
        self._recent: deque[float] = deque()
        self.refused = 0

    def take(self, method: str, team: str) -> Fault | None:
        now = self._stage.clock.monotonic()
        while self._recent and self._recent[0] <= now - MINUTE:
            self._recent.popleft()
        if method != "chat.postMessage":
            return super().take(method, team)
        if len(self._recent) >= CAP:
            self.refused += 1
            return Fault.RATE(int(self._recent[0] + MINUTE - now) + 1)
        self._recent.append(now)
        return super().take(method, team)


@dataclass(frozen=True, slots=True)
class Course:
    """`took`: seconds until all was done. `left`: what is not. `unshown`: updates that nobody was shown."""

    took: float
    left: int
    unshown: int


def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    with without_a_disk():
        return virtually(_outage(SUBSCRIBERS_LONG if long else SUBSCRIBERS, say))


async def _outage(subscribers: int, say: Progress) -> list[Finding]:
    async with aloft(BACK) as (stage, url):
        say("outage: people who follow")
        authors, folk = await asyncio.to_thread(_load, url, subscribers)
        for one in folk:
            stage.team.user(f"U{one.id}", f"p{one.id}", real_name=f"P {one.id}")
        await _written(url, authors)
        stage.slack.faults = cap = Capped(stage)
        say("outage: it is over")
        async with stage.bridge(url, defaults=True) as bridge:
            ticking = asyncio.create_task(_tick(bridge))
            began = stage.clock.monotonic()
            left = await _until_rest(stage, bridge, subscribers, say)
            took = stage.clock.monotonic() - began
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            unshown = await _asked(bridge, "SELECT count(*) FROM item WHERE shown IS NULL")
            kinds = await _kinds(bridge)
        return [_finding(stage, cap, kinds, Course(took, left, unshown))]


def _finding(stage: Aloft, cap: Capped, kinds: Mapping[str, Mapping[str, str]], course: Course) -> Finding:
    """`kinds`: of each place's deliveries, by the message that Slack named."""
    shown = {user: [one.ts for one in stage.team.messages(user)] for user in kinds}
    standing = {user: [kinds[user].get(ts, "unknown") for ts in there] for user, there in shown.items()}
    refused = sum(call.method != "auth.test" and not call.answer for call in stage.slack.calls)
    behind = sum("digest" in there and there[-1] != "digest" for there in standing.values())
    most = max(there.count("digest") for there in standing.values())
    details = [f"{user}: {there}" for user, there in standing.items() if len(there) > 3 or there.count("digest") > 1]
    return Finding(
        "outage, Slack",
        f"{OUTAGE / timedelta(hours=1):.0f} hours, {len(kinds):,} subscribers, {len(kinds) * EACH:,} live updates"
        f" waiting, all there after {course.took / 60:.0f} minutes",
        (
            Measured("digests for one", most, most=1),
            Measured("messages for one", max(map(len, standing.values())), most=3),
            Measured("not ours", sum(there.count("unknown") for there in standing.values()), most=0),
            Measured("places where a digest came before live", behind, most=0),
            Measured("rate errors", refused, most=0),
            Measured("updates not shown", course.unshown, most=0),
            Measured("left undone", course.left, most=0),
            Measured("digests", sum(there.count("digest") for there in standing.values()), least=len(kinds)),
            Measured("live alone", sum(there.count("live") for there in standing.values())),
            Measured("while you were away", sum(there.count("away") for there in standing.values())),
        ),
        tuple(details[:10]),
    )


def _load(url: str, subscribers: int) -> tuple[list[Citizen], list[Citizen]]:
    """Everybody follows EACH authors live and DIGESTED more in their digest."""
    with Loader(url) as loader:
        town = Town(loader)
        people = town.people(subscribers + EACH + DIGESTED)
        authors, folk = people[: EACH + DIGESTED], people[EACH + DIGESTED :]
        lives = ((one.id, one.home, author.id) for one in folk for author in authors[:EACH])
        town.follow(lives, Cadence.LIVE)
        town.follow(((one.id, one.home, author.id) for one in folk for author in authors[EACH:]), Cadence.DIGEST)
        town.schedules(folk)
        loader.run(
            f"UPDATE place SET platform = 'slack', workspace = 'T1', key = upper(key) WHERE platform = '{PLATFORM}'"
        )
        loader.run(
            f"UPDATE account SET platform = 'slack', workspace = 'T1', user = upper(user) WHERE platform = '{PLATFORM}'"
        )
    return authors, folk


async def _written(url: str, authors: Sequence[Citizen]) -> None:
    """What the authors wrote in the 72 hours: the newest of the live ones an hour before the end."""
    store = open_store(url)
    world = world_on(store)
    assert isinstance(world.clock, FixedClock)
    known = await store.read(lambda tx: tx.people.many([PersonId(one.id) for one in authors]))
    for number, author in enumerate(authors):
        world.clock.set(_moment(number))
        origin = Origin(PLATFORM, WORKSPACE, f"m{number}")
        await publish(world, Draft(known[PersonId(author.id)], f"Update {number} is here.", origin))
    await store.close()


def _moment(number: int) -> datetime:
    """When each of them is written: the live ones over the outage, those of digests on its last day."""
    if number >= EACH:
        return BACK - timedelta(hours=20 - number)
    return BACK - timedelta(hours=1) if number == EACH - 1 else BACK - OUTAGE + timedelta(hours=7 * number)


async def _tick(bridge: Bridge) -> None:
    while True:
        await digest.tick(bridge.world)
        await asyncio.sleep(1)


async def _until_rest(stage: Aloft, bridge: Bridge, subscribers: int, say: Progress) -> int:
    """How many deliveries and items are left, once none is or the time is over."""
    began = stage.clock.monotonic()
    left = subscribers
    while left and stage.clock.monotonic() - began < UP_TO:
        await asyncio.sleep(30)
        left = await _asked(bridge, "SELECT count(*) FROM delivery WHERE restless")
        left += await _asked(bridge, "SELECT count(*) FROM item WHERE delivery IS NULL AND parted = 0")
        left += await _asked(bridge, "SELECT count(*) FROM lane WHERE owner IS NOT NULL")
        say(f"outage: {left:,} left after {(stage.clock.monotonic() - began) / 60:.0f} minutes")
    return left


async def _kinds(bridge: Bridge) -> dict[str, dict[str, str]]:
    """Of each user's direct message: the kind of each delivery, by its message."""
    asked = "SELECT p.key, d.message, d.kind FROM delivery d JOIN place p ON p.id = d.place WHERE d.message IS NOT NULL"
    rows = await bridge.store.engine.read(lambda conn: conn.exec_driver_sql(asked).fetchall())
    found = defaultdict[str, dict[str, str]](dict)
    for user, message, kind in rows:
        found[user][message] = kind
    return dict(found)


async def _asked(bridge: Bridge, sql: str) -> int:
    return int(await bridge.store.engine.read(lambda conn: conn.exec_driver_sql(sql).scalar_one()))
