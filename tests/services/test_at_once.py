"""Two who hear of somebody, or of a place, for the first time at the same moment: on PostgreSQL neither sees what the
other is making."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bridge.model.clock import FixedClock
from bridge.model.command import Where, Who
from bridge.model.inbound import Message, Said
from bridge.model.policy import Policy
from bridge.services import acquaint
from bridge.services.acquaint import person_of, place_of
from bridge.store.tx import open_store
from tests.core import CHAT, HOME, Team

Together = Callable[[str], None]


@pytest.fixture
async def busy(postgres_url: str, clock: FixedClock) -> AsyncIterator[Team]:
    """A core whose closures run side by side; its workspace is known."""
    store = open_store(postgres_url)
    await store.upgrade()
    team = Team(store, clock, Policy(zone="Europe/Vienna"))
    await team.say("gus", "help")
    yield team
    await store.close()


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Together:
    """The first two that come by a function of `acquaint` go on from there side by side."""

    def meet(name: str) -> None:
        function, met, count = getattr(acquaint, name), threading.Barrier(2), itertools.count()

        def met_there(*given: Any) -> Any:
            found = function(*given)
            if next(count) < 2:
                met.wait(10)
            return found

        monkeypatch.setattr(acquaint, name, met_there)

    return meet


async def test_a_place_is_one(busy: Team, together: Together) -> None:
    together("workspace_of")
    where = Where(CHAT, HOME, "talk")

    one, other = await asyncio.gather(place_of(busy.world, where), place_of(busy.world, where))

    assert one == other


async def test_a_person_is_one(busy: Team, together: Together) -> None:
    together("workspace_of")
    who = Who(CHAT, HOME, "ana")

    one, other = await asyncio.gather(person_of(busy.world, who), person_of(busy.world, who))

    assert one == other


async def test_namesakes_get_names_of_their_own(busy: Team, together: Together) -> None:
    together("_free_handle")
    who = (Who(CHAT, HOME, user, "Ana", "ana") for user in ("u1", "u2"))

    met = await asyncio.gather(*(person_of(busy.world, one) for one in who))

    assert {person.handle for _, person in met} == {"ana", "ana2"}


async def test_what_namesakes_say_to_the_bridge_for_the_first_time_is_shared(busy: Team, together: Together) -> None:
    await busy.say("gus", "follow everyone live")
    together("_free_handle")

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
