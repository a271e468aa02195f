"""Many sources, few hosts: one that is slow keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bridge.model.source import Look
from bridge.services.outside.collect import AT_MOST, AT_ONCE, Collector
from bridge.services.outside.collect import SLOW as SECONDS
from tests.core import Team
from tests.elsewhere import ELSEWHERE, Elsewhere
from tests.store.test_sources import made

SLOW, QUICK = "https://slow.example", "https://quick.example"
MANY, FEW = 3 * AT_ONCE, 5


@dataclass
class Uneven(Elsewhere):
    """One host answers when it is told to, the others at once."""

    answers: asyncio.Event = field(default_factory=asyncio.Event)
    most: int = 0
    there: int = 0
    quick: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(self, key: str, state: str) -> Look:
        self.looks.append(key)
        if key.startswith(SLOW):
            self.there += 1
            self.most = max(self.most, self.there)
            await self.answers.wait()
            self.there -= 1
        elif sum(look.startswith(QUICK) for look in self.looks) == FEW:
            self.quick.set()
        return Look("seen")


async def followed(team: Team) -> Uneven:
    """The slow ones have been due for longer."""
    web = Uneven()
    team.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    await team.say("ana", "help", "@")
    keys = [f"{SLOW}/{number}" for number in range(MANY)]
    team.clock.advance(hours=1)
    await added(team, keys)
    team.clock.advance(hours=1)
    await added(team, [f"{QUICK}/{number}" for number in range(FEW)])
    return web


async def added(team: Team, keys: list[str]) -> None:
    ana = await team.store.read(lambda tx: tx.people.by_handle("ana"))
    assert ana is not None
    for key in keys:
        watch = made(team.world.ids.new(), ana.id, key, name=key.partition("//")[2], adapter=ELSEWHERE)
        now = team.clock.now()
        await team.store.write(lambda tx, watch=watch, now=now: tx.sources.wake(tx.sources.add(watch).id, now))  # type: ignore[misc]


async def test_the_sources_of_a_slow_host_do_not_keep_others_waiting(team: Team) -> None:
    web = await followed(team)
    collector = Collector(team.world)

    await collector.tick()
    async with asyncio.timeout(10):
        await web.quick.wait()

    assert web.there == web.most == 1, "nobody's time is used up by waiting for another look at the same host"
    web.answers.set()
    await collector.drain()
    assert sorted(web.looks) == sorted(set(web.looks))
    assert len(web.looks) == MANY + FEW
    assert web.most == 1


async def test_slow_hosts_give_their_slots_to_others_after_a_while(team: Team) -> None:
    web = Uneven()
    team.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    await team.say("ana", "help", "@")
    await added(team, [f"{SLOW}{number}.example/1" for number in range(2 * AT_MOST)])
    team.clock.advance(hours=1)
    await added(team, [f"{QUICK}/{number}" for number in range(FEW)])
    collector = Collector(team.world)

    under_way = []
    for _ in range(6):
        await collector.tick()
        for _ in range(100):
            await asyncio.sleep(0)
        under_way.append(web.there)
        team.clock.advance(seconds=SECONDS + 0.5)

    assert under_way == [AT_ONCE, 2 * AT_ONCE, *[AT_MOST] * 4]
    web.answers.set()
    await collector.drain()
    assert len(web.looks) == len(set(web.looks)) == 2 * AT_MOST + FEW
