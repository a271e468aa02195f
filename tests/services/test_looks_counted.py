"""Looks at sources, as /metrics has them."""

from __future__ import annotations

from datetime import timedelta

from bridge.metrics import Metrics
from bridge.model.errors import SourceGone, SourceSlow, SourceThrottled
from bridge.services import upkeep
from bridge.services.outside.collect import Collector
from tests.core import Team
from tests.elsewhere import BLOG, ELSEWHERE, Elsewhere

HOST = "blog.example.org"


def lines(team: Team, name: str) -> dict[str, float]:
    meter = team.world.meter
    assert isinstance(meter, Metrics)
    page = meter.page()[0].decode().splitlines()
    found = (line.removeprefix(f"bridge_{name}").rsplit(" ", 1) for line in page if line.startswith(f"bridge_{name}"))
    return {label.partition('"')[2].partition('"')[0]: float(value) for label, value in found}


async def followed(team: Team) -> tuple[Elsewhere, Collector]:
    web = Elsewhere()
    team.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    web.publish("old", "Old news", team.clock.now() - timedelta(hours=3))
    await team.say("ana", f"follow {BLOG} live")
    return web, Collector(team.world)


async def look(team: Team, collector: Collector) -> None:
    team.clock.advance(hours=30)
    await collector.drain()


async def test_each_look_counts_once_by_what_it_brought(team: Team) -> None:
    assert lines(team, "looks_total") == {"new": 0, "nothing": 0, "failed": 0}
    web, collector = await followed(team)
    assert lines(team, "looks_total") == {"new": 0, "nothing": 1, "failed": 0}, "what was there before is no news"

    for number in range(3):
        web.publish(f"{number}", f"News {number}", team.clock.now())
    await look(team, collector)
    await look(team, collector)
    web.failing = [SourceSlow(host=HOST)]
    await look(team, collector)
    web.failing = [SourceThrottled(seconds=60, host=HOST)]
    await look(team, collector)

    assert lines(team, "looks_total") == {"new": 1, "nothing": 2, "failed": 2}
    assert lines(team, "items_total") == {"": 3}


async def test_how_sources_are_is_measured(team: Team) -> None:
    await upkeep.measure(team.world)
    assert lines(team, "sources") == {"ok": 0, "failing": 0, "resting": 0}
    web, collector = await followed(team)

    seen = []
    for failure in (None, SourceSlow(host=HOST), SourceGone(host=HOST)):
        web.failing = [failure] if failure else []
        await look(team, collector)
        await upkeep.measure(team.world)
        seen.append(lines(team, "sources"))
    await team.say("ana", f"unfollow {HOST}")
    await upkeep.measure(team.world)

    assert seen == [
        {"ok": 1, "failing": 0, "resting": 0},
        {"ok": 0, "failing": 1, "resting": 0},
        {"ok": 0, "failing": 0, "resting": 1},
    ]
    assert lines(team, "sources") == {"ok": 0, "failing": 0, "resting": 0}
