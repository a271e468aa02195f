"""Laws 1 to 3 and 5 over the whole outbox: shared, edited, deleted, delivered, refused, uncertain, and dead at every
step. The database, the courier and the digests are whole; the platform meets each request with a fate that was drawn.

The reference is a list of what was shared. After every step nothing stands anywhere twice or out of order, and no
delivery has gone along an arrow that the README does not draw; in the end everybody sees exactly what was shared.

5,000 steps a run; `pytest --hypothesis-profile=long tests/laws/test_outbox_model.py` takes a hundred times as many.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
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

from bridge.model.card import Card, Limits
from bridge.model.clock import FixedClock
from bridge.model.delivery import ARROWS
from bridge.model.errors import Refused, SendFailure, Throttled, Transient, Uncertain
from bridge.model.kept import Tx
from bridge.model.pace.told import Hint
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.services.delivery import digest
from bridge.services.delivery.courier import Courier
from bridge.services.delivery.showing import Showing
from bridge.store.tx import SqlStore, open_store
from tests.databases import laid
from tests.services.conftest import MONDAY, Death, Deduping, Team, use

T = TypeVar("T")

STEPS = 50
RUNS = 30
"""Of each of four machines: 5,000 steps in all."""

FATES: dict[str, Callable[[], SendFailure] | None] = {
    "fine": None,
    "throttled": lambda: Throttled(seconds=3),
    "failed": lambda: Transient(reason="reset"),
    "lost on the way": lambda: Uncertain(reason="reset"),
    "answer lost": lambda: Uncertain(reason="reset"),
    "arrives late": lambda: Uncertain(reason="no answer in time"),
    "refused": lambda: Refused(reason="its form"),
    "died before": None,
    "died after": None,
}
LATE = timedelta(seconds=20)
"""The longest that a request is on its way when nobody waits for it any more: well within what absence waits for."""
LIVE, DAILY = ("@bo", "random"), "@di"
"""Places that follow Ana live, and one that gets a digest."""


@lru_cache
def migrated() -> bytes:
    """A SQLite file of the newest schema that writes down every arrow."""
    with TemporaryDirectory() as folder:
        path = laid(Path(folder) / "bridge.db")
        with sqlite3.connect(path) as link:
            link.executescript(
                """
                CREATE TABLE arrow (old TEXT, new TEXT);
                CREATE TRIGGER made AFTER INSERT ON delivery BEGIN INSERT INTO arrow VALUES (NULL, NEW.state); END;
                CREATE TRIGGER moved AFTER UPDATE OF state ON delivery WHEN OLD.state IS NOT NEW.state
                BEGIN INSERT INTO arrow VALUES (OLD.state, NEW.state); END;
                """
            )
        link.close()
        return path.read_bytes()


class Fickle(Deduping):
    """Every request but a look meets the next of the fates that were drawn."""

    fates: list[str]
    refused: set[str]
    late: list[tuple[datetime, Place, Card, Key]]
    died: bool = False

    def meet(self, after: bool, fate: str) -> None:
        failure = FATES[fate]
        if failure and after is (fate == "answer lost"):
            raise failure()
        if fate == ("died after" if after else "died before"):
            self.died = True
            raise Death

    def next(self, key: Key | None = None) -> str:
        fate = self.fates.pop(0) if self.fates else "fine"
        # What is refused in words alone is given up, so a form is refused once.
        if fate == "refused" and (key is None or key.nonce in self.refused):
            return "fine"
        if fate == "refused" and key is not None:
            self.refused.add(key.nonce)
        # A change that comes late may undo a later one, whatever anybody does; only first sends are tried here.
        return "answer lost" if fate == "arrives late" and key is None else fate

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        fate = self.next(key)
        if fate == "arrives late":
            self.late.append((self.clock.now() + LATE, place, card, key))
        self.meet(False, fate)
        sent = await super().send(place, card, key)
        self.meet(True, fate)
        return sent

    async def catch_up(self) -> None:
        """What was on its way for longer than anybody waited has arrived."""
        arrived = [one for one in self.late if one[0] <= self.clock.now()]
        self.late = [one for one in self.late if one not in arrived]
        for _, place, card, key in arrived:
            await super().send(place, card, key)

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        fate = self.next()
        self.meet(False, fate)
        sent = await super().update(place, message, card)
        self.meet(True, fate)
        return sent

    async def delete(self, place: Place, message: str) -> Hint:
        fate = self.next()
        self.meet(False, fate)
        hint = await super().delete(place, message)
        self.meet(True, fate)
        return hint


class Mortal:
    """A store whose process dies before or after the next so many commits."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.death: tuple[str, int] | None = None

    async def write(self, fn: Callable[[Tx], T]) -> T:
        when = ""
        if self.death is not None:
            word, left = self.death
            self.death = (word, left - 1) if left else None
            when = "" if left else word
        if when == "before":
            raise Death
        done = await self._store.write(fn)
        if when == "after":
            raise Death
        return done

    async def read(self, fn: Callable[[Tx], T]) -> T:
        return await self._store.read(fn)

    async def spacious(self) -> bool:
        return True

    async def close(self) -> None:
        await self._store.close()


class Outbox(RuleBasedStateMachine):
    """`remembers`: seconds for which the platform recognises a repeat (0: it is searched instead)."""

    remembers = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name) / "bridge.db"
        self.file.write_bytes(migrated())
        self.runner = asyncio.Runner()
        self.runner.get_loop().set_exception_handler(lambda loop, context: None)  # deaths are meant
        self.owners = self.hours = self.count = 0
        self.wanted: dict[int, tuple[int, str]] = {}
        """What was acknowledged and not deleted: its count, (its number, its word)."""
        self.doubtful: set[int] = set()
        """Died while it was being shared: nobody was told, so it may stand or not."""
        self.link = sqlite3.connect(self.file)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.store = Mortal(open_store(f"sqlite:///{self.file}"))
        policy = Policy(zone="UTC", direct_cap=10_000, channel_cap=10_000, digest_updates=500, digest_lines=5_000)
        self.team = Team(self.store, FixedClock(MONDAY), policy)
        self.chat = Fickle(self.team.clock, limits=Limits(rings=False, dedupes_for=self.remembers))
        self.chat.fates, self.chat.refused, self.chat.late = [], set(), []
        use(self.team, self.chat)
        await self.team.say("ana", "help")
        await self.team.say("bo", "follow @ana live")
        await self.team.say("bo", "follow @ana live here", "random")
        await self.team.say("di", "follow @ana")
        self.courier = self._process()
        await self.courier.drain()  # says in the channel who made it follow

    def _process(self) -> Courier:
        self.owners += 1
        return Courier(self.team.world, Showing(self.team.world), f"process {self.owners}")

    # What people do.

    @rule(updates=st.integers(1, 5))
    def share(self, updates: int) -> None:
        for _ in range(updates):
            word = self._word()
            number = re.search(r"~(\d+)", self.do(self.team.tell("ana", f"status {word}")))
            assert number, "no receipt"
            self.wanted[self.count] = (int(number[1]), word)

    @rule(when=st.sampled_from(["before", "after"]))
    def share_and_die(self, when: str) -> None:
        word = self._word()
        self.doubtful.add(self.count)
        self.store.death = (when, 0)
        # The last line before a person makes a sentence of it, as of any mistake of ours; nobody is there to read it.
        assert not self.do(self.team.say("ana", f"status {word}")).ok
        self.store.death = None
        self.crash()

    @precondition(lambda self: self.wanted)
    @rule(which=st.integers(0, 99))
    def edit(self, which: int) -> None:
        count = list(self.wanted)[which % len(self.wanted)]
        number, word = self.wanted[count]
        text, _, revision = word.partition(".")
        self.wanted[count] = (number, f"{text}.{int(revision) + 1}")
        assert self.do(self.team.say("ana", f"edit ~{number} {self.wanted[count][1]}")).ok

    @precondition(lambda self: self.wanted)
    @rule(which=st.integers(0, 99))
    def delete(self, which: int) -> None:
        count = list(self.wanted)[which % len(self.wanted)]
        number, _ = self.wanted.pop(count)
        assert self.do(self.team.say("ana", f"delete ~{number}")).ok

    # What happens to requests, processes and time.

    @rule(fates=st.lists(st.sampled_from(list(FATES)), min_size=1, max_size=3))
    def draw(self, fates: list[str]) -> None:
        self.chat.fates += fates

    @rule(turns=st.integers(1, 4))
    def turn(self, turns: int) -> None:
        for _ in range(turns):
            self.do(self._turn())

    @rule(when=st.sampled_from(["before", "after"]), commits=st.integers(0, 2))
    def turn_and_die(self, when: str, commits: int) -> None:
        self.store.death = (when, commits)
        for _ in range(3):
            self.do(self._turn())
        self.store.death = None

    @rule()
    def drain(self) -> None:
        self.do(self._drain())

    @rule()
    def crash(self) -> None:
        self.do(self._crash())

    @rule(seconds=st.sampled_from([1, 10, 45, 100, 1_000]))
    def wait(self, seconds: int) -> None:
        self.do(self._pass(seconds))

    @precondition(lambda self: self.hours < 18)
    @rule(updates=st.integers(1, 4))
    def outage(self, updates: int) -> None:
        """Nothing is delivered for three hours; of a day at most, since after that a message that fails is given up."""
        self.hours += 3
        self.share(updates)
        self.do(self._pass(3 * 3_600))
        self.crash()

    async def _pass(self, seconds: float) -> None:
        soon = min(seconds, LATE.total_seconds())
        for part in (soon, seconds - soon):  # what was under way arrives when it does, not when it is looked at
            self.team.clock.advance(seconds=part)
            await self.chat.catch_up()

    @rule()
    def tick(self) -> None:
        self.do(digest.tick(self.team.world))

    async def _turn(self) -> None:
        try:
            await self.courier.turn()
            await asyncio.gather(*self.courier._tasks, return_exceptions=True)
        except Death:
            self.chat.died = True
        if self.chat.died:
            await self._crash()

    async def _drain(self) -> None:
        for _ in range(200):
            await self._turn()
            if not self.courier._busy:
                return
        raise AssertionError("it never comes to rest")

    async def _crash(self) -> None:
        """All that was in the process's memory is gone."""
        self.chat.died = False
        tasks = list(self.courier._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.courier = self._process()

    def _word(self) -> str:
        self.count += 1
        return f"W{self.count}.0"

    # What must hold.

    def shown(self, place: str) -> list[tuple[int, str]]:
        """(count, word) of each update that stands there, from the top down."""
        found = re.findall(r"W(\d+)\.(\d+)", "\n".join(self.team.chat.texts(place)))
        return [(int(count), f"W{count}.{revision}") for count, revision in found]

    @invariant()
    def nothing_stands_twice_or_out_of_order(self) -> None:
        for place in LIVE:
            counts = [count for count, _ in self.shown(place)]
            assert counts == sorted(set(counts)), place
        daily = [count for count, _ in self.shown(DAILY)]
        assert len(daily) == len(set(daily))

    @invariant()
    def every_arrow_is_drawn(self) -> None:
        drawn = {(old and old.value, new.value) for old, news in ARROWS.items() for new in news}
        gone = self.link.execute("SELECT DISTINCT old, new FROM arrow").fetchall()
        assert set(gone) <= drawn

    def teardown(self) -> None:
        try:
            if hasattr(self, "courier"):
                self.do(self._end())
                for place in (*LIVE, DAILY):
                    certain = [(count, word) for count, word in self.shown(place) if count not in self.doubtful]
                    assert sorted(certain) == sorted((c, word) for c, (_, word) in self.wanted.items()), place
                self.nothing_stands_twice_or_out_of_order()
                self.every_arrow_is_drawn()
                self.do(self.store.close())
        finally:
            self.link.close()
            self.runner.close()
            self.folder.cleanup()

    async def _end(self) -> None:
        self.chat.fates.clear()
        self.store.death = None
        for _ in range(6):
            await self._pass(16 * 60)
            await self._drain()
        for _ in range(4):  # a weekend may lie between
            now = self.team.clock.now()
            nine = now.replace(hour=9, minute=1) + timedelta(days=1 if now.hour >= 9 else 0)
            self.team.clock.advance(seconds=(nine - now).total_seconds())
            await digest.tick(self.team.world)
            await self._drain()


class Searched(Outbox): ...


class Remembering(Outbox):
    remembers = 120


MANY = settings().max_examples // 100
"""As many times more as the profile asks for."""


@pytest.mark.parametrize("part", [1, 2])
@pytest.mark.parametrize("kind", [Searched, Remembering])
def test_everybody_sees_what_was_shared_whatever_happens(kind: type[Outbox], part: int) -> None:
    machine = type(f"{kind.__name__}{part}", (kind,), {})
    wanted = settings(
        max_examples=RUNS * max(1, MANY),
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    logging.disable()  # hundreds of deaths
    try:
        run_state_machine_as_test(machine, settings=wanted)
    finally:
        logging.disable(logging.NOTSET)


def test_the_readme_draws_every_arrow_and_no_other() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    drawn = set(re.findall(r"^ +(\[\*\]|\w+) --> (\w+)", text, re.MULTILINE))
    taken = {(old.value if old else "[*]", new.value) for old, news in ARROWS.items() for new in news}

    assert drawn == taken
