"""Every record exactly once, whatever the page size, the rate at which they arrive, restarts and deletions in between:
by either way over sockets, and the trail alone against a list that misbehaves more."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.adapters.bluesky.trail import HIDDEN, Entry, Trail, read_state, write_state
from bridge.model.source import Look, SourceItem
from tests.adapters.bluesky.conftest import WAYS, adapter
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky.state import Kept

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(1, 6)),
        st.tuples(st.just("repost"), st.integers(1, 3)),
        st.tuples(st.just("delete"), st.integers(0, 50)),
        st.tuples(st.just("put"), st.integers(0, 50)),
        st.tuples(st.just("most"), st.sampled_from([1, 2, 3, 5, 100])),
        st.tuples(st.just("look"), st.just(0)),
    ),
    max_size=25,
)


@dataclass
class Reader:
    """Looks, as the services do: nothing but the note is kept from one to the next; each is by a new adapter."""

    fake: FakeBluesky
    way: str
    did: str
    state: str = ""
    came: list[SourceItem] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    async def look(self) -> Look:
        look = await adapter(self.fake, self.way).look(self.did, self.state)
        assert len(look.state) <= 4_000
        self.state = look.state
        self.came += look.items
        self.gone += look.gone
        return look

    async def finish(self) -> None:
        while (await self.look()).more:
            pass


async def play(way: str, steps: list[tuple[str, int]]) -> None:
    async with FakeBluesky() as fake:
        ana = fake.network.account("ana.example.org", "Ana")
        bo = fake.network.account("bo.example.org")
        others = [bo.post(f"Theirs {number}") for number in range(60)]
        reader = Reader(fake, way, ana.did)
        await reader.look()
        made: list[Kept] = []
        deleted: set[str] = set()
        for step, number in steps:
            match step:
                case "post":
                    made += [ana.post(f"Post {len(made) + each}") for each in range(number)]
                case "repost":
                    made += [ana.repost(others.pop()) for _ in range(number) if others]
                case "delete" if made:
                    chosen = made[number % len(made)]
                    deleted.add(chosen.uri)
                    ana.delete(chosen)
                case "put" if made and "text" in (chosen := made[number % len(made)]).value:
                    ana.put(chosen, text=f"{chosen.value['text']}!")
                case "most":
                    fake.most = number
                case "look":
                    await reader.look()
        await reader.finish()
        fake.most = 100
        await reader.finish()
        await reader.finish()

        alive = {kept.uri for kept in made} - deleted
        assert alive <= {item.id for item in reader.came}
        assert all(count == 1 for count in Counter((item.id, item.text) for item in reader.came).values())
        assert all(count == 1 for count in Counter(reader.gone).values())
        assert set(reader.gone) <= deleted
        if len(made) <= 30:
            latest = {item.id: item for item in reader.came}
            shown = {kept.uri: kept.value["text"] for kept in made if "text" in kept.value and kept.uri in alive}
            assert {id: latest[id].text[0].text for id in shown} == shown  # type: ignore[union-attr]
            assert deleted & {item.id for item in reader.came} == set(reader.gone)


@settings(max_examples=25)
@given(st.sampled_from(WAYS), STEPS)
def test_each_comes_exactly_once_by_either_way(way: str, steps: list[tuple[str, int]]) -> None:
    asyncio.run(play(way, steps))


async def test_a_thousand_between_two_looks() -> None:
    for way in WAYS:
        async with FakeBluesky() as fake:
            ana = fake.network.account("ana.example.org")
            reader = Reader(fake, way, ana.did)
            ana.post("Old")
            await reader.look()
            made = [ana.post(f"Post {number}") for number in range(1_000)]

            await reader.finish()

            assert sorted(item.id for item in reader.came[1:]) == sorted(kept.uri for kept in made)


@dataclass
class Listed:
    """A list that grows at its top, and now and then in between."""

    names: list[int] = field(default_factory=list)
    marks: dict[int, str] = field(default_factory=dict)
    highest: int = 0

    def add(self, step: int) -> None:
        self.highest += 10
        place = max(self.highest - step, 1)
        if place not in self.marks:
            self.names = sorted([*self.names, place], reverse=True)
            self.marks[place] = "a"

    def page(self, cursor: str, most: int) -> tuple[list[Entry], str]:
        found = [name for name in self.names if not cursor or name < int(cursor)][:most]
        item = SourceItem("", ())
        entries = [
            Entry(f"{name:05}", self.marks[name], f"{name:05}", None if self.marks[name] == HIDDEN else item)
            for name in found
        ]
        return entries, str(found[-1]) if found else ""


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.sampled_from([0, 0, 0, 0, 15, 25])),
            st.tuples(st.just("burst"), st.integers(0, 60)),
            st.tuples(st.just("drop"), st.integers(0, 400)),
            st.tuples(st.just("hide"), st.integers(0, 400)),
            st.tuples(st.just("look"), st.sampled_from([1, 2, 3, 10, 50])),
        )
    ),
    st.integers(0, 30),
    st.sampled_from([40, 120, 600]),
)
def test_the_trail_tells_each_once_and_what_is_gone(steps: list[tuple[str, int]], old: int, budget: int) -> None:
    listed, told, gone = Listed(), Counter[str](), Counter[str]()
    for _ in range(old):
        listed.add(0)
    entries, cursor = listed.page("", 20)
    trail = Trail.begun(entries, 20, not cursor, budget)
    first = {f"{name:05}" for name in listed.names}
    ever: set[str] = set()
    hidden: set[str] = set()
    for step, number in [*steps, ("look", 50), ("look", 50)]:
        match step:
            case "add":
                listed.add(number)
            case "burst":
                for _ in range(number):
                    listed.add(0)
            case "drop" if listed.names:
                listed.names.remove(listed.names[number % len(listed.names)])
            case "hide" if listed.names:
                listed.marks[listed.names[number % len(listed.names)]] = HIDDEN
                hidden.add(f"{listed.names[number % len(listed.names)]:05}")
            case "look":
                done = False
                while not done:
                    read = read_state(write_state({"x": trail}), ["x"])
                    assert read is not None
                    page, cursor = listed.page(read["x"].cursor, number)
                    taken = read["x"].take(page, cursor, budget, short=len(page) < 50)
                    trail, done = taken.trail, taken.done
                    told.update(entry.name for entry in taken.news)
                    gone.update(taken.gone)
        ever |= {f"{name:05}" for name in listed.names}

    alive = {f"{name:05}" for name in listed.names}
    assert all(count == 1 for count in told.values())
    assert all(count == 1 for count in gone.values())
    assert not set(gone) & (alive - hidden)
    assert not set(told) & first
    on_top = {name for name in ever - first if int(name) % 10 == 0}
    assert (on_top & alive) - hidden <= set(told)
