"""Clocks that jump, and summer time: what is due is done once, whatever the wall clock says.

The tick, the calendar and the courier are the real ones, over SQLite; only the clock is told the time.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import whenever

from bridge.model.clock import FixedClock
from bridge.model.ids import PersonId
from bridge.model.person import Person
from bridge.model.post import Origin
from bridge.model.subscription import Cadence
from bridge.model.times.calendar import EVERY_DAY, Schedule, next_slot
from bridge.services.delivery.digest import BATCH, tick
from bridge.services.sharing.publish import Draft, publish
from bridge.services.world import World
from bridge.store.rows import days_mask
from bridge.store.sql import SCHEDULE
from bridge.store.tx import SqlStore, open_store
from tests.bench.database import Loader, database
from tests.bench.figures import Progress
from tests.bench.stage import Nowhere, world_on
from tests.bench.town import NOW, PLATFORM, WORKSPACE, Citizen, Town
from tests.proof.jumps import courier_under_jumps
from tests.proof.means.findings import Finding, Measured
from tests.proof.means.memory import without_a_disk

ZONES = [
    "UTC", "Europe/Vienna", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Istanbul", "Europe/Chisinau",
    "Europe/Moscow", "Europe/Kyiv", "Atlantic/Azores", "Atlantic/Reykjavik", "Africa/Casablanca", "Africa/Cairo",
    "Africa/Johannesburg", "Africa/Lagos", "Asia/Beirut", "Asia/Jerusalem", "Asia/Tehran", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Shanghai", "Asia/Tokyo", "Asia/Gaza", "Asia/Almaty", "Australia/Sydney",
    "Australia/Adelaide", "Australia/Lord_Howe", "Australia/Brisbane", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Honolulu", "America/New_York", "America/Los_Angeles",
    "America/St_Johns", "America/Havana", "America/Santiago", "America/Asuncion", "America/Sao_Paulo",
]  # fmt: skip
"""Forty: with and without summer time, of both hemispheres, with half hours, and changes at midnight."""
TIMES = (wall(0, 30), wall(1, 30), wall(2, 15), wall(2, 45), wall(9), wall(23, 45))
"""Most of them where clocks are changed."""
YEARS = 3
FIRST = date(2026, 11, 25)
LAST = FIRST.replace(year=FIRST.year + YEARS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RECIPIENTS, RECIPIENTS_LONG = 80, 100_000
DAYS, DAYS_LONG = 3, 1
"""By the machine, around each jump: of so many recipients a day is enough."""


async def prove(long: bool, say: Progress, seed: int) -> list[Finding]:
    people, days = (RECIPIENTS_LONG, DAYS_LONG) if long else (RECIPIENTS, DAYS)
    with without_a_disk():
        return [
            _calendar(say),
            await _summer_time(RECIPIENTS, YEARS, DAY, say),
            *([await _summer_time(RECIPIENTS_LONG, 1, 0 * DAY, say)] if long else []),
            *[await _jump(name, jumps, people, days, say) for name, jumps in JUMPS.items()],
            await _back_during_a_tick(max(people, 3 * BATCH), say),
            *await courier_under_jumps(),
        ]


# Against the oracle, without a database.


@cache
def oracle(zone: str, on: date, at: wall) -> datetime:
    """The moment of a wall-clock time by `whenever`: a gap moves it on by the gap, a fold takes the first."""
    plain = whenever.PlainDateTime(on.year, on.month, on.day, at.hour, at.minute)
    return datetime.fromtimestamp(plain.assume_tz(zone, disambiguation="compatible").timestamp(), UTC)


def oracle_slots(zone: str, first: date, last: date) -> list[datetime]:
    """Every moment from the first day to the last one, both included, soonest first."""
    days = (first + DAY * number for number in range((last - first).days + 1))
    return sorted({oracle(zone, on, at) for on in days for at in TIMES})


def _calendar(say: Progress) -> Finding:
    say("clock: forty zones")
    wrong, slots, details = 0, 0, []
    for zone in ZONES:
        schedule, expected = Schedule(TIMES, EVERY_DAY, zone), oracle_slots(zone, FIRST, LAST)
        found, now = [], expected[0] - timedelta(seconds=1)
        while now < expected[-1]:
            now = next_slot(schedule, now).due
            found.append(now)
        slots += len(expected)
        differing = set(found) ^ set(expected)
        wrong += len(differing) + len(found) - len(set(found))
        details += [f"{zone}: {moment:%Y-%m-%d %H:%M} UTC" for moment in sorted(differing)[:3]]
    did = f"{len(ZONES)} zones, {YEARS} years, {len(TIMES)} times a day: {slots:,} Slots beside those of `whenever`"
    return Finding("clock: calendar", did, (Measured("other moments", wrong, most=0),), tuple(details[:20]))


# Through the tick.


@dataclass(slots=True)
class Stage:
    """`folk` of each zone follow its `author`, and want digests at TIMES."""

    world: World
    clock: FixedClock
    store: SqlStore
    authors: dict[str, Person]
    folk: dict[str, list[int]]
    posts: int = 0

    async def write(self, zone: str) -> None:
        """The author of a zone shares something, so that no digest there is empty."""
        self.posts += 1
        await publish(self.world, Draft(self.authors[zone], "Done.", Origin(PLATFORM, WORKSPACE, f"m{self.posts}")))

    async def tick_at(self, now: datetime) -> int:
        """How many digests it made."""
        self.clock.set(now)
        return (await tick(self.world)).made


def _load(url: str, zones: Sequence[str], each: int, start: datetime) -> tuple[dict[str, int], dict[str, list[int]]]:
    authors, folk = dict[str, int](), dict[str, list[int]]()
    with Loader(url) as loader:
        town = Town(loader)
        for zone in zones:
            author, *citizens = town.people(each + 1)
            authors[zone], folk[zone] = author.id, [one.id for one in citizens]
            town.follow(((one.id, one.home, author.id) for one in citizens), Cadence.DIGEST)
            loader.add(SCHEDULE, _plans(citizens, zone, start))
    return authors, folk


def _plans(citizens: Sequence[Citizen], zone: str, start: datetime) -> Iterator[dict[str, object]]:
    schedule = Schedule(TIMES, EVERY_DAY, zone)
    slot = next_slot(schedule, start)
    for citizen in citizens:
        yield {
            "subscriber": citizen.id,
            "place": citizen.home,
            "person": citizen.id,
            "times": ",".join(at.isoformat("minutes") for at in schedule.times),
            "days": days_mask(schedule.days),
            "zone": zone,
            "slot_on": slot.on.isoformat(),
            "slot_at": slot.at.isoformat("minutes"),
            "slot_due": slot.due,
            "due": slot.due,
            "enabled": True,
            "paused_until": None,
            "last": start,
            "empty": 0,
        }


async def _staged(url: str, zones: Sequence[str], each: int, start: datetime) -> Stage:
    authors, folk = await asyncio.to_thread(_load, url, zones, each, start)
    store, nowhere = open_store(url), Nowhere()
    world = world_on(store, {nowhere.platform: nowhere})
    assert isinstance(world.clock, FixedClock)
    world.clock.set(start)
    ids = {zone: PersonId(id) for zone, id in authors.items()}
    known = await store.read(lambda tx: tx.people.many(list(ids.values())))
    return Stage(world, world.clock, store, {zone: known[id] for zone, id in ids.items()}, folk)


async def _given(stage: Stage) -> Counter[tuple[int, str, str]]:
    """Digests by subscriber and Slot."""
    asked = "SELECT subscriber, slot_on, slot_at FROM delivery WHERE kind = 'digest'"
    rows = await stage.store.engine.read(lambda conn: conn.exec_driver_sql(asked).fetchall())
    return Counter((int(subscriber), str(on), str(at)) for subscriber, on, at in rows)


async def _repeated(stage: Stage) -> int:
    """Updates that somebody was given more than once."""
    asked = "SELECT count(*) - count(DISTINCT post || ' ' || subscriber) FROM item"
    return int(await stage.store.engine.read(lambda conn: conn.exec_driver_sql(asked).scalar_one()))


def changes(zone: str, years: int) -> list[date]:
    """The local dates on which a zone's clocks are changed."""
    here, days = ZoneInfo(zone), (FIRST + DAY * number for number in range(years * 365))
    noon = [(day, datetime.combine(day, wall(12), here).utcoffset()) for day in days]
    return [day for (_, before), (day, after) in pairwise(noon) if before != after]


async def _summer_time(recipients: int, years: int, around: timedelta, say: Progress) -> Finding:
    """Around each change, a tick at each moment that is due anywhere."""
    windows = {zone: [(day - around, day + around) for day in changes(zone, years)] for zone in ZONES}
    zones = [zone for zone in ZONES if windows[zone]]
    due = defaultdict[datetime, list[str]](list)
    for zone, spans in windows.items():
        for moment in sorted({moment for first, last in spans for moment in oracle_slots(zone, first, last)}):
            due[moment].append(zone)
    async with database("sqlite") as url:
        stage = await _staged(url, zones, -(-recipients // len(zones)), NOW)
        began, wanted = time.monotonic(), Counter[tuple[str, datetime]]()
        for number, moment in enumerate(sorted(due)):
            say("clock: summer time", number, len(due))
            before = moment - timedelta(seconds=30)
            if before - stage.clock.now() > HOUR:
                # What nobody ticked for weeks is let go first.
                await stage.tick_at(before)
            stage.clock.set(before)
            await asyncio.gather(*(stage.write(zone) for zone in due[moment]))
            wanted.update((zone, moment) for zone in due[moment])
            await stage.tick_at(moment + timedelta(seconds=1))
        given, repeated = await _given(stage), await _repeated(stage)
        took = time.monotonic() - began
        await stage.store.close()
    missing, twice = _compared(stage, wanted, given)
    changed = sum(map(len, windows.values()))
    people = sum(map(len, stage.folk.values()))
    did = f"{changed} changes of clocks within {12 * years} months, {people:,} recipients"
    return Finding(
        "clock: summer time through the tick",
        f"{did}, {given.total():,} digests in {took:.0f} s",
        (
            Measured("Slots without a digest", missing, most=0),
            Measured("Slots with two", twice, most=0),
            Measured("updates repeated", repeated, most=0),
        ),
    )


def _compared(
    stage: Stage, wanted: Counter[tuple[str, datetime]], given: Counter[tuple[int, str, str]]
) -> tuple[int, int]:
    """Slots that no digest came for, and those that more than one came for."""
    zone_of = {id: zone for zone, folk in stage.folk.items() for id in folk}
    came = Counter(
        (id, oracle(zone_of[id], date.fromisoformat(on), wall.fromisoformat(at))) for id, on, at in given.elements()
    )
    expected = {(id, moment) for zone, moment in wanted for id in stage.folk[zone]}
    return len(expected - came.keys()), sum(count - 1 for count in came.values())


# Jumps: what the clock shows, minute by minute, as it is and as it jumps.

JUMPS: dict[str, tuple[tuple[int, timedelta], ...]] = {
    "an hour forward and back": ((100, HOUR), (300, -HOUR)),
    "an hour back and forward": ((100, -HOUR), (300, HOUR)),
    "a day forward": ((100, DAY),),
    "ten minutes back, six times": tuple((100 + 60 * number, -timedelta(minutes=10)) for number in range(6)),
}
"""Each: (minute, by how much the clock is set then)."""
STEP = 5
"""Minutes between two ticks: each jump falls between two, or on a Slot."""
JUMP_ZONES = ("UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata")


async def _jump(
    name: str, jumps: Sequence[tuple[int, timedelta]], recipients: int, days: int, say: Progress
) -> Finding:
    """Every Slot whose moment the clock showed must be served once, or its content later."""
    say(f"clock: {name}")
    start = NOW.replace(hour=0, minute=2, second=0)
    async with database("sqlite") as url:
        stage = await _staged(url, JUMP_ZONES, recipients // len(JUMP_ZONES), start)
        due = [(moment, zone) for zone in JUMP_ZONES for moment in oracle_slots(zone, start.date() - DAY, LAST)]
        due = sorted((moment, zone) for moment, zone in due if start < moment < start + (days + 3) * DAY)
        offset, coming, shown, passed = timedelta(0), list(jumps), list[datetime](), set[tuple[str, datetime]]()
        for minute in range(0, days * 24 * 60, STEP):
            before = start + timedelta(minutes=minute) + offset
            while coming and coming[0][0] <= minute:
                offset += coming.pop(0)[1]
            now = start + timedelta(minutes=minute) + offset
            # Before the tick, so that each Slot finds something; a Slot that a jump leapt over finds it later.
            stage.clock.set(min(before, now) if shown else now)
            for moment, zone in due:
                if moment <= now and (zone, moment) not in passed:
                    passed.add((zone, moment))
                    await stage.write(zone)
            shown.append(now)
            await stage.tick_at(now)
        given, repeated = await _given(stage), await _repeated(stage)
        unshown = await _never_given(stage)
        await stage.store.close()
    late = _leapt_over(passed, shown)
    missing, twice = _compared(stage, Counter(slot for slot in passed if slot not in late), given)
    return Finding(
        f"clock: {name}",
        f"{sum(map(len, stage.folk.values())):,} recipients, {days} days, {given.total():,} digests,"
        f" {len(late)} Slots leapt over by more than their grace",
        (
            Measured("Slots without a digest", missing, most=0),
            Measured("Slots with two", twice, most=0),
            Measured("updates repeated", repeated, most=0),
            Measured("updates never given", unshown, most=0),
        ),
    )


def _leapt_over(passed: set[tuple[str, datetime]], shown: Sequence[datetime]) -> set[tuple[str, datetime]]:
    """Slots that a jump went past so far that their content waits for the next one: by four hours, by midnight, or by
    another Slot after them."""
    late = set()
    for zone, moment in passed:
        first = next(now for now in shown if now >= moment)
        later = any(other == zone and moment < at <= first for other, at in passed)
        here = ZoneInfo(zone)
        if (
            first - moment >= timedelta(hours=4)
            or later
            or first.astimezone(here).date() > moment.astimezone(here).date()
        ):
            late.add((zone, moment))
    return late


async def _never_given(stage: Stage) -> int:
    """(update, recipient) pairs that no digest holds, though one came afterwards."""
    asked = (
        "SELECT count(*) FROM subscription s JOIN post p ON p.author = s.subject WHERE NOT EXISTS "
        "(SELECT 1 FROM item i WHERE i.post = p.id AND i.subscriber = s.subscriber)"
    )
    return int(await stage.store.engine.read(lambda conn: conn.exec_driver_sql(asked).scalar_one()))


class _Falling(FixedClock):
    """Ten minutes go back at its third reading."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.readings = -(1 << 60)

    def now(self) -> datetime:
        self.readings += 1
        if self.readings == 3:
            self.set(super().now() - timedelta(minutes=10))
        return super().now()


async def _back_during_a_tick(recipients: int, say: Progress) -> Finding:
    """The tick takes its recipients in batches; between two of them the clock goes back before the Slot."""
    say("clock: back during a tick")
    nine = NOW.replace(hour=9, minute=0, second=0)
    async with database("sqlite") as url:
        stage = await _staged(url, ["UTC"], recipients, nine - HOUR)
        await stage.write("UTC")
        clock = _Falling(nine + timedelta(seconds=5))
        stage.world.clock = clock
        clock.readings = 0
        first = (await tick(stage.world)).made
        clock.readings = -(1 << 60)
        clock.set(nine + timedelta(seconds=5))
        second = (await tick(stage.world)).made
        given = await _given(stage)
        repeated = await _repeated(stage)
        await stage.store.close()
    missing, twice = _compared(stage, Counter({("UTC", nine): 1}), given)
    return Finding(
        "clock: ten minutes back during a tick",
        f"{recipients:,} recipients, {first:,} digests before the clock went back, {second:,} once it was nine again",
        (
            Measured("Slots without a digest", missing, most=0),
            Measured("Slots with two", twice, most=0),
            Measured("updates repeated", repeated, most=0),
            Measured("made before", first, least=1, most=recipients - 1),
        ),
    )
