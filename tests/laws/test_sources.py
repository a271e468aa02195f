"""Laws 1 to 3 over sources: whatever is published, changed and taken back outside, however often it is looked at, by
however many processes, and whichever of them die: an item of a look that was kept comes to a live follower once, in the
order in which it came, as it is now, and not at all once it is gone.

`pytest --hypothesis-profile=long tests/laws/test_sources.py` takes many more courses.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bridge.model.clock import FixedClock
from bridge.model.kept import Tx
from bridge.model.policy import Policy
from bridge.model.source import Watch
from bridge.services.outside.collect import TAKEN, Collector
from bridge.services.outside.looking import look_at
from bridge.store.tx import SqlStore, open_store
from tests.elsewhere import BLOG, ELSEWHERE, FEED, Elsewhere
from tests.laws.test_outbox_model import migrated
from tests.services.conftest import MONDAY, Death, Team

T = TypeVar("T")

RUNS, STEPS = 20, 25
LIVE = "random"


class Losing:
    """A store whose next commits lose their answers (each is then made once more), or are their process's last."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.lost = 0
        self.dies = ""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        if self.dies == "before":
            raise Death
        done = await self._store.write(fn)
        if self.dies == "after":
            raise Death
        if self.lost:
            self.lost -= 1
            return await self._store.write(fn)
        return done

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._store.read(fn)

    async def spacious(self) -> bool:
        return True

    async def close(self) -> None:
        await self._store.close()


class Sources(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name) / "bridge.db"
        self.file.write_bytes(migrated())
        self.runner = asyncio.Runner()
        self.count = 0
        self.there: dict[int, int] = {}
        """What stands outside: its number, how often it was changed."""
        self.gone: set[int] = set()
        self.since = 0
        """How many are new since a look was kept for certain: ten come at once, so no more are made."""
        self.taken: list[Watch] = []
        """As other processes have taken the source on, and not looked yet."""

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.store = Losing(open_store(f"sqlite:///{self.file}"))
        policy = Policy(zone="UTC", direct_cap=10_000, channel_cap=10_000, digest_updates=500, digest_lines=5_000)
        self.team = Team(self.store, FixedClock(MONDAY), policy)
        self.web = Elsewhere()
        self.web.publish("first", "Before anybody followed", MONDAY)
        self.team.world.adapters[ELSEWHERE] = self.web  # type: ignore[index]
        assert (await self.team.say("ana", f"follow {BLOG} live here", LIVE)).ok
        self.collectors = [Collector(self.team.world), Collector(self.team.world)]
        await self.team.deliver()

    # What happens outside.

    @precondition(lambda self: self.since < 10)
    @rule()
    def publish(self) -> None:
        self._published()

    def _published(self) -> None:
        self.count += 1
        self.since += 1
        self.there[self.count] = 0
        self.web.publish(f"i{self.count}", f"item {self.count}.0!", self.team.clock.now())

    @precondition(lambda self: self.there)
    @rule(which=st.integers(0, 99))
    def edit(self, which: int) -> None:
        self._edited(list(self.there)[which % len(self.there)])

    def _edited(self, number: int) -> None:
        self.there[number] += 1
        self.web.change(f"i{number}", f"item {number}.{self.there[number]}!")

    @precondition(lambda self: self.there)
    @rule(which=st.integers(0, 99), stays=st.booleans())
    def take_back(self, which: int, stays: bool) -> None:
        """`stays`: a copy of it is still served beside the word that it is gone."""
        self._taken_back(list(self.there)[which % len(self.there)], stays)

    def _taken_back(self, number: int, stays: bool) -> None:
        del self.there[number]
        self.gone.add(number)
        if not stays:
            self.web.items[FEED] = [one for one in self.web.items[FEED] if one.id != f"i{number}"]

    @rule()
    def shuffle_served(self) -> None:
        """What was served before is served again."""
        self.web.items[FEED] = list(self.web.items[FEED])

    # What happens here.

    @rule(lost=st.integers(0, 3), which=st.integers(0, 1))
    def look(self, lost: int, which: int) -> None:
        self.do(self._look(lost, which))

    async def _look(self, lost: int, which: int) -> None:
        self.team.clock.advance(hours=25)
        self.web.gone = [f"i{number}" for number in sorted(self.gone)]
        [watch] = await self.store.write(self._due)
        self.store.lost = lost
        await look_at(self.team.world, watch)
        self.store.lost = 0
        self.since = 0

    def _due(self, tx: Tx) -> list[Watch]:
        now = self.team.clock.now()
        return tx.sources.due(now, now + TAKEN, 9)

    @rule()
    def two_look_at_once(self) -> None:
        self.do(self._two())

    async def _two(self) -> None:
        self.team.clock.advance(hours=25)
        self.web.gone = [f"i{number}" for number in sorted(self.gone)]
        assert sorted([await one.tick() for one in self.collectors]) == [0, 1]
        await asyncio.gather(*(one.drain() for one in self.collectors))
        self.since = 0

    @rule()
    def take_on_and_dawdle(self) -> None:
        self.do(self._take())

    async def _take(self) -> None:
        self.team.clock.advance(hours=25)
        self.taken += await self.store.write(self._due)

    @precondition(lambda self: self.taken)
    @rule(when=st.sampled_from(["", "before", "after"]))
    def look_late(self, when: str) -> None:
        """Somebody who took it on long ago looks now, and may die of it."""
        self.do(self._late(when))

    async def _late(self, when: str) -> None:
        self.web.gone = [f"i{number}" for number in sorted(self.gone)]
        self.store.dies = when
        try:
            await look_at(self.team.world, self.taken.pop())
        except Death:
            pass
        self.store.dies = ""

    @rule()
    def deliver(self) -> None:
        self.do(self.team.deliver())

    # What must hold.

    def shown(self) -> list[tuple[int, int]]:
        """(number, how often changed) of each item that stands there, from above."""
        found = [re.findall(r"item (\d+)\.(\d+)!", text) for text in self.team.chat.texts(LIVE)]
        return [(int(number), int(change)) for text in found for number, change in text]

    @invariant()
    def once_and_in_order(self) -> None:
        if self.count:
            numbers = [number for number, _ in self.shown()]
            assert numbers == sorted(set(numbers)), numbers

    def teardown(self) -> None:
        try:
            if hasattr(self, "collectors"):
                self.do(self._in_the_end())
        finally:
            if hasattr(self, "store"):
                self.do(self.store.close())
            self.runner.close()
            self.folder.cleanup()

    async def _in_the_end(self) -> None:
        """Once nothing is on its way any more, with one that comes and goes in the same look; and once more after
        everything that stands there has changed: then there is nothing else to stir its copies."""
        self._published()
        self._taken_back(self.count, stays=True)
        for _ in range(2):
            await self._look(0, 0)
            await self.team.deliver()
            assert self.shown() == sorted(self.there.items())
            for number in self.there:
                self._edited(number)
        assert not any("Before anybody" in text for text in self.team.chat.texts(LIVE))


def test_what_comes_from_outside_comes_once_in_order_and_as_it_is() -> None:
    run_state_machine_as_test(
        Sources,
        settings=settings(
            max_examples=RUNS * max(1, settings().max_examples // 100),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
