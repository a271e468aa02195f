"""Every status exactly once, whatever the size of a page, how much comes when, what is edited and deleted between
looks, and how often the adapter starts anew.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.adapters.mastodon import looking, seen
from bridge.adapters.mastodon.adapter import Mastodon
from bridge.model import text as t
from bridge.model.source import Look
from tests.adapters.mastodon.stage import Reader, adapter
from tests.fakes.mastodon import FakeMastodon, Person, Toot

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(1, 20)),
        st.tuples(st.sampled_from(("edit", "delete")), st.integers(0, 30)),
        st.tuples(st.sampled_from(("hide", "boost", "look", "look", "restart", "busy", "calm")), st.just(1)),
    ),
    min_size=2,
    max_size=14,
)
SOME = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Story:
    """What happened on the server, and what the looks told of it."""

    def __init__(self, server: FakeMastodon, source: Mastodon, older: int) -> None:
        server.toots.clear()
        server.between = lambda: None
        self.server, self.source = server, source
        self.ana = next(iter(server.people.values()), None) or server.person("ana")
        self.count = 0
        self.made: list[Toot] = []
        self.post(older)
        self.older = set(server.toots)
        self.deleted: set[str] = set()
        self.looks: list[Look] = []
        self.reader = Reader(source, f"acct:ana@social.example#social.example/{self.ana.id}")

    def _words(self) -> str:
        self.count += 1
        return f"version {self.count}"

    def post(self, count: int) -> None:
        self.made += [self.server.post(self.ana, self._words()) for _ in range(count)]

    def _chosen(self, number: int) -> Toot | None:
        """One of the recent ones."""
        return self.made[-1 - number % len(self.made)] if self.made else None

    async def step(self, name: str, number: int) -> None:
        match name:
            case "post":
                self.post(number)
            case "edit" if (toot := self._chosen(number)) and not toot.boosts:
                self.server.edit(toot, self._words())
            case "delete" if toot := self._chosen(number):
                self.server.delete(toot)
                lost = [one for one in self.made if one.id not in self.server.toots]
                self.deleted |= {one.id for one in lost}
                self.made = [one for one in self.made if one not in lost]
            case "hide":
                self.server.post(self.ana, "secret", visibility="private")
            case "boost":
                self.made.append(self.server.boost(self.ana, self.server.post(self._bo(), self._words())))
            case "look":
                await self.look()
            case "restart":
                again = adapter(self.server.clock, self.server)
                again._fetcher = self.source._fetcher
                self.reader.source = again
            case "busy":
                self.server.between = lambda: self.post(1)
            case "calm":
                self.server.between = lambda: None

    def _bo(self) -> Person:
        return next((p for p in self.server.people.values() if p.domain), None) or self.server.person(
            "bo", domain="b.example"
        )

    async def look(self) -> Look:
        self.server.refill()
        look = await self.reader.look()
        self.looks.append(look)
        return look

    async def settle(self) -> None:
        """Looks until nothing happens any more."""
        self.server.between = lambda: None
        for _ in range(200):
            look = await self.look()
            if not look.more and not look.items and not look.gone:
                missing = [id for id in self.followed() if id not in self.server.toots]
                if not missing or len(self.looks) > 150:
                    return

    def followed(self) -> set[str]:
        kept = seen.load(self.reader.state)
        return set(kept.recent) if kept else set()

    def told(self) -> dict[str, list[str]]:
        """For each item, its versions as they came."""
        told: dict[str, list[str]] = {}
        for look in self.looks:
            for item in look.items:
                words = t.plain(item.cited.text if item.cited else item.text)
                told.setdefault(item.id, []).append(words)
        return told


@SOME
@given(STEPS, st.integers(0, 30), st.sampled_from([2, 3, 7, 40]), st.integers(1, 5), st.integers(0, 8))
async def test_every_status_comes_once_and_each_edit_once(
    server: FakeMastodon, source: Mastodon, steps: list[Any], older: int, page: int, pages: int, kept: int
) -> None:
    with mock.patch.multiple(looking, PAGE=page, PAGES=pages), mock.patch.object(seen, "KEPT", page + kept):
        story = Story(server, source, older)
        await story.look()
        for name, number in steps:
            await story.step(name, number)
        await story.settle()

    told = story.told()
    gone = Counter(id for look in story.looks for id in look.gone)

    assert {one.id for one in story.made} - story.older <= set(told), "missed"
    for id, versions in told.items():
        assert all(a != b for a, b in pairwise(versions)), f"{id} twice"
    newest = sorted(server.toots, key=seen.order)[-page:]
    for id in story.followed() & set(newest):
        toot = server.toots[id]
        assert (toot.boosts or toot).html.removeprefix("<p>").removesuffix("</p>") == told[id][-1], "an edit was missed"
    assert set(gone) <= story.deleted & set(told)
    assert set(gone.values()) <= {1}
    for look in story.looks:
        order = [seen.order(item.id) for item in look.items]
        assert order == sorted(order)


@SOME
@given(STEPS, st.integers(0, 15))
async def test_every_deletion_of_what_is_recent_is_told(
    server: FakeMastodon, source: Mastodon, steps: list[Any], older: int
) -> None:
    few = [(name, min(number, 2)) for name, number in steps if name not in ("busy", "look")]
    story = Story(server, source, older)
    await story.look()
    for name, number in few:
        await story.step(name, number)
        await story.look()
    await story.settle()

    gone = {id for look in story.looks for id in look.gone}

    assert story.deleted & set(story.told()) == gone


@pytest.mark.parametrize("etags", [True, False])
async def test_a_quiet_source_stays_quiet(server: FakeMastodon, source: Mastodon, etags: bool) -> None:
    server.etags = etags
    story = Story(server, source, 60)
    await story.look()

    for _ in range(5):
        look = await story.look()
        assert (look.unchanged, look.items, look.gone, look.more) == (True, (), (), False)
