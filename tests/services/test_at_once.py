"""Two who make or change the same at the same moment: on PostgreSQL neither sees what the other is at."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import pytest

from bridge.model.audience import Audience, AudienceKind
from bridge.model.clock import FixedClock
from bridge.model.command import Where, Who
from bridge.model.inbound import Message, Said
from bridge.model.policy import Policy
from bridge.model.source import Found
from bridge.model.text import plain
from bridge.services import acquaint
from bridge.services.acquaint import person_of, place_of
from bridge.services.outside.collect import Collector
from bridge.services.sharing import publish, revise
from bridge.store.delivery import fanout
from bridge.store.tx import open_store
from tests.core import CHAT, HOME, Team
from tests.elsewhere import BLOG, ELSEWHERE, Elsewhere, item

Together = Callable[[ModuleType, str], threading.Event]
BESIDE = 0.3
"""Seconds until whoever looked first goes on alone: the other one has to wait for it."""


@pytest.fixture
async def busy(ready_postgres_url: str, clock: FixedClock) -> AsyncIterator[Team]:
    """A core whose closures run side by side; its workspace is known."""
    store = open_store(ready_postgres_url)
    team = Team(store, clock, Policy(zone="Europe/Vienna"))
    await team.say("gus", "help")
    yield team
    await store.close()


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Together:
    """The first two that come by a function go on from there side by side, where nothing keeps one of them waiting.
    What is returned is set when the first is there."""

    def meet(module: ModuleType, name: str) -> threading.Event:
        function, met, count = getattr(module, name), threading.Barrier(2), itertools.count()
        there = threading.Event()

        def met_there(*given: Any) -> Any:
            found = function(*given)
            if next(count) < 2:
                there.set()
                with contextlib.suppress(threading.BrokenBarrierError):
                    met.wait(BESIDE)
            return found

        monkeypatch.setattr(module, name, met_there)
        return there

    return meet


async def test_a_place_is_one(busy: Team, together: Together) -> None:
    together(acquaint, "workspace_of")
    where = Where(CHAT, HOME, "talk")

    one, other = await asyncio.gather(place_of(busy.world, where), place_of(busy.world, where))

    assert one == other


async def test_a_person_is_one(busy: Team, together: Together) -> None:
    together(acquaint, "workspace_of")
    who = Who(CHAT, HOME, "ana")

    one, other = await asyncio.gather(person_of(busy.world, who), person_of(busy.world, who))

    assert one == other


async def test_namesakes_get_names_of_their_own(busy: Team, together: Together) -> None:
    together(acquaint, "_free_handle")
    who = (Who(CHAT, HOME, user, "Ana", "ana") for user in ("u1", "u2"))

    met = await asyncio.gather(*(person_of(busy.world, one) for one in who))

    assert {person.handle for _, person in met} == {"ana", "ana2"}


async def test_what_namesakes_say_to_the_bridge_for_the_first_time_is_shared(busy: Team, together: Together) -> None:
    await busy.say("gus", "follow everyone live")
    together(acquaint, "_free_handle")

    def said(user: str) -> Said:
        message = Message(
            Where(CHAT, HOME, "talk"),
            f"m {user}",
            Who(CHAT, HOME, user, "Ana", "ana"),
            f"status {user}",
            busy.clock.now(),
        )
        return Said(f"said {user}", message)

    await asyncio.gather(*(busy.intake.hear(said(user)) for user in ("u1", "u2")))

    await busy.deliver()
    shown = "\n".join(busy.chat.texts("@gus"))
    assert "u1" in shown
    assert "u2" in shown


def counted(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[str]:
    """A word for each call of a function from now on."""
    function, calls = getattr(module, name), []

    def called(*given: Any) -> Any:
        calls.append(name)
        return function(*given)

    monkeypatch.setattr(module, name, called)
    return calls


async def test_two_updates_that_speak_to_each_others_followers_do_not_wait_for_each_other(
    busy: Team, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, other in (("ana", "li"), ("bo", "gus")):
        await busy.say(other, "help", "@")
        await busy.say(name, f"follow @{other} live", "@")
    together(fanout, "wish")
    wishes = counted(monkeypatch, fanout, "wish")

    await asyncio.gather(busy.say("gus", "status Ask @ana"), busy.say("li", "status Ask @bo"))

    await busy.deliver()
    assert [len(busy.chat.texts(place)) for place in ("@ana", "@bo")] == [2, 2]
    assert len(wishes) == 2, "neither had to begin again"


async def test_two_looks_that_bring_the_same_people_something_do_not_wait_for_each_other(
    busy: Team, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, said = Elsewhere(), ("Alpha is out", "Beta is out")
    busy.world.adapters[ELSEWHERE] = web  # type: ignore[index]
    feeds = {f"{BLOG}/{name}": words for name, words in (("one", said), ("two", said[::-1]))}
    for feed in feeds:
        web.at[feed] = [Found(feed, feed.rpartition("/")[2], "The Blog")]
        await busy.say("gus", f"follow {feed}", "@")
    for name, word in (("ana", "alpha"), ("bo", "beta")):
        await busy.say(name, f"track {word}", "@")
    busy.clock.advance(hours=9)
    for feed, words in feeds.items():
        web.items[feed] = [item(said, said) for said in words]
    together(fanout, "fan_out")
    routed = counted(monkeypatch, fanout, "fan_out")

    await Collector(busy.world).drain()

    await busy.deliver()
    assert [sum(text.count("is out") for text in busy.chat.texts(place)) for place in ("@ana", "@bo")] == [2, 2]
    assert len(routed) == 4, "neither had to begin again"


async def test_of_two_edits_at_once_the_copies_show_the_last(busy: Team, together: Together) -> None:
    await busy.say("ana", "help")
    await busy.say("bo", "follow @ana live")
    await busy.say("ana", "status Before")
    await busy.deliver()
    together(revise, "_own")

    await asyncio.gather(*(busy.say("ana", f"edit ~1 {text}") for text in ("One", "Two")))

    await busy.deliver()
    post = await busy.store.read(lambda tx: tx.posts.by_number(1))
    assert post is not None
    assert post.revision == 3
    assert plain(post.text) in busy.chat.texts("@bo")[-1]


async def test_an_edit_brings_back_nothing_that_is_deleted_at_that_moment(busy: Team, together: Together) -> None:
    await busy.say("ana", "status Before")
    looked = together(revise, "people_in")  # what an edit does between reading the update and changing it

    editing = asyncio.create_task(busy.say("ana", "edit ~1 After"))
    await asyncio.to_thread(looked.wait, 10)
    await busy.say("ana", "delete ~1")
    await editing

    post = await busy.store.read(lambda tx: tx.posts.by_number(1))
    assert post is not None
    assert post.deleted_at is not None


async def test_an_answer_to_what_is_narrowed_at_that_moment_is_as_narrow(busy: Team, together: Together) -> None:
    await busy.say("ana", "status Before")
    await busy.say("bo", "help")
    looked = together(publish, "_as_post")

    replying = asyncio.create_task(busy.say("bo", "reply ~1 Well done"))
    await asyncio.to_thread(looked.wait, 10)
    await busy.say("ana", "audience ~1 me")
    await replying

    first, reply = await busy.store.read(lambda tx: (tx.posts.by_number(1), tx.posts.by_number(2)))
    assert first is not None
    assert reply is not None
    assert reply.audience == first.audience == Audience(AudienceKind.ME)
