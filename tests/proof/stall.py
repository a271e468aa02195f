"""A process that holds places stands still (SIGSTOP) for longer than its leases last, and comes back (SIGCONT).

Two processes on one PostgreSQL. Each reaches the platforms at an address of its own, so that these know who asked. The
database itself writes down who had which place when; what a process asks for a place that it did not have at that
moment is under a stale epoch.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from aiohttp import web

from tests.bench.database import database
from tests.bench.figures import Progress
from tests.proof.kill import RESTS_WITHIN
from tests.proof.means import far
from tests.proof.means.database import OnItsWay, at_rest, engines, unclear
from tests.proof.means.findings import Finding, Measured, missing
from tests.proof.means.process import Process
from tests.proof.means.town import SERVER, SHORTER, Town, leased, town
from tests.proof.means.traffic import Traffic
from tests.proof.means.verdicts import Course, findings

TTL, TTL_LONG = 2.0, 30.0
STOPS, STOPS_LONG = 1, 20
BEYOND = 2.0
"""Seconds that it stands still after its leases are over."""
AFTER = 3.0
"""Seconds that it is watched after it came back."""
WRITTEN_DOWN = """
CREATE TABLE proof_held (place bigint, owner text, epoch bigint, at double precision);
CREATE FUNCTION proof_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO proof_held VALUES (NEW.place, NEW.owner, NEW.epoch, extract(epoch FROM clock_timestamp())); RETURN NEW;
END $$;
CREATE TRIGGER proof_note AFTER UPDATE OF owner, epoch ON lane FOR EACH ROW EXECUTE FUNCTION proof_note();
"""
HELD = "SELECT place, epoch FROM lane WHERE owner LIKE %s AND leased_until IS NOT NULL"
TAKEN = "SELECT min(at) FROM proof_held WHERE place = %s AND epoch > %s"
HAD = "SELECT owner FROM proof_held WHERE place = %s AND at <= %s ORDER BY at DESC, epoch DESC LIMIT 1"
PLACE = "SELECT id FROM place WHERE workspace = %s AND key = %s AND direct = %s"
CHANGES = (far.SLACK | far.DISCORD) - {"conversations.history"}
PEOPLE = "people"
"""Where Bridge keeps Discord's direct messages: people are the same in every server."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where one process reaches the platforms: host and port of each."""

    slack: str
    discord: str


@dataclass(slots=True)
class Seen:
    """What was measured over all stops: the longest until all that was held was somebody else's, requests of the
    stopped process for places it did not have any more, the most of them for one place at one stop."""

    held: int = 0
    takeover: float = 0.0
    stale: int = 0
    most: int = 0
    details: list[str] = field(default_factory=list)


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    if "postgresql" not in engines():
        missing("postgres", "none answers")
    stops, ttl = (STOPS_LONG, TTL_LONG) if long else (STOPS, TTL)
    course, watched = (
        Course("stall", f"stood still {f'{stops} times' if stops > 1 else 'once'}, leases of {ttl:.0f} s"),
        Seen(),
    )
    async with town(seed) as places, database("postgresql") as url:
        with tempfile.TemporaryDirectory() as folder:
            put = SHORTER | leased(ttl)
            processes = []
            doors, key = await _doors(places), base64.b64encode(secrets.token_bytes(32)).decode()
            for number, door in enumerate(doors):
                own = {
                    "BRIDGE_KEY": key,
                    "BRIDGE_SLACK__API": f"http://{door.slack}/api/",
                    "BRIDGE_DISCORD__API": f"http://{door.discord}/api/v10",
                }
                home = Path(folder) / str(number)
                home.mkdir()
                variables = places.variables(url) | own
                processes.append(Process(home, variables, put))
            first, second = processes
            await first.start()
            try:
                say("stall: fifty places follow")
                await places.settle(first)
                with psycopg.connect(url, autocommit=True) as admin:
                    admin.execute(WRITTEN_DOWN)
                    await second.start()
                    traffic = Traffic(places, seed)
                    async with traffic.flowing():
                        for number in range(stops):
                            say("stall", number, stops)
                            await asyncio.sleep(AFTER)
                            stopping = processes[number % 2], doors[number % 2]
                            course.in_flight |= await _stall(admin, url, places, *stopping, ttl, watched)
                    say("stall: until it is at rest")
                    await places.told()
                    course.rested = await at_rest(url, RESTS_WITHIN)
                await asyncio.gather(*(process.stop() for process in processes))
            finally:
                for process in processes:
                    if process.running:
                        process.signal(signal.SIGCONT)
                        await process.kill()
            found = findings(course, places, traffic, "".join(process.log for process in processes), url)
    return [_judged(watched, ttl), *found]


def _judged(watched: Seen, ttl: float) -> Finding:
    return Finding(
        "stall, leases",
        f"{watched.held} places held when it stood still, {watched.stale} requests under a stale epoch afterwards",
        (
            Measured("requests under a stale epoch for one place", watched.most, most=1),
            Measured("takeover", watched.takeover, "s", most=ttl + 1),
        ),
        tuple(watched.details[:20]),
    )


async def _stall(
    admin: psycopg.Connection, url: str, places: Town, process: Process, door: Door, ttl: float, watched: Seen
) -> set[OnItsWay]:
    """What was on its way when it stood still."""
    held = await _caught(admin, process)
    stopped = places.slack.now()
    in_flight = await unclear(url)
    await asyncio.sleep(ttl + BEYOND)
    woken = places.slack.now()
    process.signal(signal.SIGCONT)
    await asyncio.sleep(AFTER)
    for place, epoch in held.items():
        row = admin.execute(TAKEN, (place, epoch)).fetchone()
        took = row[0] - stopped if row and row[0] is not None else float("inf")
        watched.takeover = max(watched.takeover, took)
    watched.held += len(held)
    stale: Counter[int] = Counter()
    for place, at, what in _asked(admin, places, door, woken):
        row = admin.execute(HAD, (place, at)).fetchone()
        if row is None or not _owns(row[0], process):
            stale[place] += 1
            watched.details.append(
                f"{at - woken:.3f} s after it came back: {what}, while the place was {row and row[0]}'s"
            )
    watched.stale += stale.total()
    watched.most = max([watched.most, *stale.values()])
    return in_flight


async def _caught(admin: psycopg.Connection, process: Process) -> dict[int, int]:
    """Stops it while it holds something: place -> epoch."""
    for _ in range(1000):
        if admin.execute(HELD, (f"% {process.pid} %",)).fetchone():
            process.signal(signal.SIGSTOP)
            await asyncio.sleep(0.05)  # what it had sent to the database is through
            if held := dict(admin.execute(HELD, (f"% {process.pid} %",)).fetchall()):
                return held
            process.signal(signal.SIGCONT)
        await asyncio.sleep(0.005)
    raise AssertionError("it never held anything")


def _owns(owner: str | None, process: Process) -> bool:
    return owner is not None and f" {process.pid} " in owner


def _asked(admin: psycopg.Connection, places: Town, door: Door, since: float) -> list[tuple[int, float, str]]:
    """What a process asked that changes something in a place of ours: the place, when, and what."""
    ids, asked = _ids(admin, places), list[tuple[tuple[str, str], float, str]]()
    for call in places.slack.calls:
        if call.at >= since and call.method in CHANGES and call.headers.get("Host") == door.slack:
            asked.append(((call.team, str(call.arguments.get("channel"))), call.at, call.method))
    for told in places.discord.calls:
        if told.at >= since and told.route in CHANGES and told.host == door.discord:
            asked.append((("", told.ids["channel_id"]), told.at, told.route))
    # Whoever wrote something is answered in their direct message, which is no place that the courier serves.
    return [(ids[channel], at, what) for channel, at, what in asked if channel in ids]


def _ids(admin: psycopg.Connection, places: Town) -> dict[tuple[str, str], int]:
    """What the database calls each place, by Slack's workspace ("" for Discord) and the platform's channel."""
    found = {}
    for stead in places.steads:
        team = places.teams.get(stead.kind)
        workspace = team.id if team else PEOPLE if stead.direct else SERVER
        row = admin.execute(PLACE, (workspace, stead.key, stead.direct)).fetchone()
        assert row, stead
        if team:
            found[team.id, team.place(stead.key).id] = row[0]
        else:
            found["", places.discord.direct(stead.key).id if stead.direct else stead.key] = row[0]
    return found


async def _doors(places: Town) -> list[Door]:
    """Two addresses of each platform."""
    doors = []
    for _ in range(2):
        hosts = []
        for fake in (places.slack, places.discord):
            await web.TCPSite(fake._runner, "127.0.0.1", 0).start()
            hosts.append(f"127.0.0.1:{fake._runner.addresses[-1][1]}")
        doors.append(Door(*hosts))
    return doors
