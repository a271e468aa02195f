"""What networks do to connections, between a whole bridge and both platforms, and between a bridge and PostgreSQL.

A connection into a hole stays there: whoever holds it must notice by itself, as with a half-open one.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url

from bridge.commands.intake import Commands
from bridge.metrics import Metrics
from bridge.model.clock import SystemClock
from bridge.model.command import Call, Where, Who
from bridge.model.ids import Ids
from bridge.model.policy import Policy
from bridge.services.world import World
from bridge.store.tx import SqlStore, open_store
from bridge.words import words_for
from tests.bench.database import database
from tests.bench.figures import Progress
from tests.core import CHAT, HOME
from tests.proof.means.database import at_rest, engines
from tests.proof.means.findings import Finding, Measured
from tests.proof.means.judge import Verdict, judge
from tests.proof.means.process import Process
from tests.proof.means.proxy import CALM, Proxy, Trouble
from tests.proof.means.town import DISCORD, SHORTER, SLACK, Town, town
from tests.proof.means.traffic import Traffic
from tests.proof.means.verdicts import DETAILS

TROUBLES = {
    "latency": Trouble(latency=0.3),
    "jitter": Trouble(latency=0.02, jitter=0.6),
    "reset": Trouble(reset=0.1),
    "slicer": Trouble(slices=100),
    "close after n bytes": Trouble(close_after=2_000),
    "answer lost": Trouble(lost=0.4),
    "hole": Trouble(hole=True),
}
"""The last one takes longest to be noticed."""
SECONDS, SECONDS_LONG = 3.0, 30.0
CALM_BETWEEN = 1.0
"""Seconds from when people are heard again until the next trouble."""
RESTS_WITHIN = 180.0
RATE = 12.0
"""Updates a second. What a trouble holds up must be caught up with at the pace that Slack and Discord allow."""
CALLERS = 16
LOST_COMMITS = Trouble(lost=0.1, lost_after=b"COMMIT")


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    seconds = SECONDS_LONG if long else SECONDS
    found = await _platforms(seconds, say, seed)
    if "postgresql" in engines():
        found.append(await _commits(seconds, say, seed))
    return found


async def _platforms(seconds: float, say: Progress, seed: int) -> list[Finding]:
    async with town(seed) as places, _through(places, seed) as proxies, database("sqlite") as url:
        with tempfile.TemporaryDirectory() as folder:
            bridge = Process(Path(folder), places.variables(url), SHORTER)
            await bridge.start()
            try:
                say("wire: fifty places follow")
                await places.settle(bridge)
                traffic, harmed = Traffic(places, seed, RATE), dict[str, int]()
                async with traffic.flowing():
                    for name, trouble in TROUBLES.items():
                        say(f"wire: {name}")
                        await places.lives(CALM_BETWEEN)
                        harmed[name] = await _suffer(proxies, trouble, seconds)
                    await traffic.next_receipt(time.monotonic(), RESTS_WITHIN)
                say("wire: until it is at rest")
                rested = await at_rest(url, RESTS_WITHIN)
                await bridge.stop()
            finally:
                if bridge.running:
                    await bridge.kill()
            log = bridge.log
    did = f"{len(TROUBLES)} troubles of {seconds:.0f} s, {traffic.acknowledged} updates acknowledged"
    did += f" of {len(traffic.updates)} ({', '.join(f'{name} {count}' for name, count in harmed.items())})"
    troubles = [*([] if rested else ["it did not come to rest"]), *traffic.errors]
    troubles += [f"in the log: {line}" for line in log.splitlines() if "Traceback" in line][:3]
    verdicts = judge(traffic.updates, places.spots())
    return [_finding(f"wire, {kind}", did, verdicts[kind], troubles, sum(harmed.values())) for kind in (DISCORD, SLACK)]


def _finding(name: str, did: str, found: Verdict, troubles: Sequence[str], harmed: int) -> Finding:
    return Finding(
        name,
        f"{did}, {found.shown} messages",
        (
            Measured("lost", found.lost, most=0),
            Measured("doubled", found.doubled, most=0),
            Measured("out of order", found.out_of_order, most=0),
            Measured("outdated", found.outdated, most=0),
            Measured("unexpected", len(troubles), most=0),
            Measured("connections harmed", harmed, least=1),
        ),
        tuple([*troubles, *found.details][:DETAILS]),
    )


@asynccontextmanager
async def _through(places: Town, seed: int) -> AsyncIterator[list[Proxy]]:
    """From now on a bridge reaches the platforms through these, sockets and gateway included."""
    async with Proxy(places.slack.port, seed) as slack, Proxy(places.discord.port, seed + 1) as discord:
        places.slack.port, places.discord.port = slack.port, discord.port
        yield [slack, discord]


async def _suffer(proxies: Sequence[Proxy], trouble: Trouble, seconds: float) -> int:
    """How many chunks and connections were harmed."""
    before = sum(proxy.harmed for proxy in proxies)
    for proxy in proxies:
        proxy.trouble = trouble
    await asyncio.sleep(seconds)
    for proxy in proxies:
        proxy.trouble = CALM
    return sum(proxy.harmed for proxy in proxies) - before


async def _commits(seconds: float, say: Progress, seed: int) -> Finding:
    """COMMIT arrives, its answer does not: what was committed runs again, and must notice."""
    say("wire: commits whose answer is lost")
    async with database("postgresql") as url:
        told = make_url(url)
        async with Proxy(told.port or 5432, seed) as proxy:
            through = told.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            store = open_store(through)
            proxy.trouble = LOST_COMMITS
            receipts, refused = await _shared(store, seconds)
            proxy.trouble = CALM
            await store.close()
        kept, items, numbers = await _kept(url)
    return Finding(
        "wire, PostgreSQL",
        f"{CALLERS} callers for {seconds:.0f} s, {len(receipts)} updates acknowledged",
        (
            Measured("lost", len(receipts - numbers), most=0),
            Measured("kept twice", kept - len(numbers), most=0),
            Measured("kept beyond what was asked", max(0, kept - len(receipts) - refused), most=0),
            Measured("delivered twice", items - kept, most=0),
            Measured("commits unanswered", proxy.harmed, least=5),
        ),
    )


async def _shared(store: SqlStore, seconds: float) -> tuple[set[str], int]:
    """The texts of updates that were acknowledged, and how many calls were refused."""
    clock = SystemClock()
    policy = Policy(channel_cap=1_000_000, direct_cap=1_000_000)
    commands = Commands(World(store, clock, Ids(clock.now), policy, Metrics(), words_for, salt="salt"))
    receipts, refused = set[str](), 0

    async def say(user: str, line: str, key: str) -> bool:
        where = Where(CHAT, HOME, "general", name="general")
        return (await commands.dispatch(Call(key, Who(CHAT, HOME, user, user), where, line, clock.now()))).ok

    while not await say("fan", "follow #wire live", "follow"):
        pass
    end = time.monotonic() + seconds

    async def write(number: int) -> None:
        nonlocal refused
        count = 0
        while time.monotonic() < end:
            count += 1
            text = f"u{number}x{count}"
            if await say(f"w{number}", f"status {text} #wire", text):
                receipts.add(text)
            else:
                refused += 1

    await asyncio.gather(*(write(number) for number in range(CALLERS)))
    return receipts, refused


async def _kept(url: str) -> tuple[int, int, set[str]]:
    """Updates that are kept, items that wait for the one who follows, and the different texts of the updates."""
    store = open_store(url, read_only=True)
    try:
        rows = await store.engine.read(lambda conn: conn.exec_driver_sql("SELECT text FROM post").fetchall())
        items = await store.engine.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM item").scalar_one())
    finally:
        await store.close()
    texts = [word for (body,) in rows for word in str(body).replace('"', " ").split() if word.startswith("u")]
    return len(rows), int(items), {text for text in texts if "x" in text}
