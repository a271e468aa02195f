"""Laws 1 to 3 over random walks: share, edit, delete, lose answers, fail, die; in the end every place shows exactly
what it should, once and in order.

The reference is a list of what was shared. The platform, the database and the courier are whole.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model.card import Card, Limits
from bridge.model.clock import FixedClock
from bridge.model.errors import SendFailure, Throttled, Transient, Uncertain
from bridge.model.place import Place
from bridge.model.policy import Policy
from bridge.model.ports import Key, Sent
from bridge.store.tx import open_store
from tests.services.conftest import MONDAY, Death, Deduping, Team, restarted, use

FATES: dict[str, Callable[[], SendFailure] | None] = {
    "fine": None,
    "throttled": lambda: Throttled(seconds=3),
    "failed": lambda: Transient(reason="reset"),
    "lost on the way": lambda: Uncertain(reason="reset"),
    "answer lost": lambda: Uncertain(reason="reset"),
    "died before": None,
    "died after": None,
}
ACTIONS = st.one_of(
    st.tuples(st.just("share"), st.integers(1, 4)),
    st.tuples(st.just("edit"), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("fate"), st.sampled_from(list(FATES))),
    st.tuples(st.just("turn"), st.integers(1, 2)),
    st.tuples(st.just("wait"), st.sampled_from([1, 10, 45, 100])),
)


class Fickle(Deduping):
    """Every send, update and delete meets the next of the fates that were drawn."""

    fates: list[str]

    def fate(self) -> str:
        return self.fates.pop(0) if self.fates else "fine"

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        fate = self.fate()
        self.meet(fate, after=False)
        sent = await super().send(place, card, key)
        self.meet(fate, after=True)
        return sent

    async def update(self, place: Place, message: str, card: Card) -> Sent:
        fate = self.fate()
        self.meet(fate, after=False)
        sent = await super().update(place, message, card)
        self.meet(fate, after=True)
        return sent

    async def delete(self, place: Place, message: str) -> None:
        fate = self.fate()
        self.meet(fate, after=False)
        await super().delete(place, message)
        self.meet(fate, after=True)

    @staticmethod
    def meet(fate: str, after: bool) -> None:
        failure = FATES[fate]
        if failure and after is (fate == "answer lost"):
            raise failure()
        if fate == ("died after" if after else "died before"):
            raise Death


async def walk(url: str, actions: list[tuple[str, int | str]], remembers: int) -> tuple[list[str], list[str]]:
    """(what should stand in Bo's direct messages, what does), as words, in order."""
    store = open_store(url)
    team = Team(store, FixedClock(MONDAY), Policy(zone="Europe/Vienna", direct_cap=1_000))
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # deaths are meant
    chat = Fickle(team.clock, limits=Limits(rings=False, dedupes_for=remembers))
    chat.fates = []
    use(team, chat)
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    wanted: dict[int, str] = {}
    number = 0
    for what, how in actions:
        match what:
            case "share":
                for _ in range(int(how)):
                    number += 1
                    await team.say("ana", f"status W{number}.0")
                    wanted[number] = f"W{number}.0"
            case "edit" if wanted:
                which = list(wanted)[int(how) % len(wanted)]
                text, _, revision = wanted[which].partition(".")
                wanted[which] = f"{text}.{int(revision) + 1}"
                await team.say("ana", f"edit ~{which} {wanted[which]}")
            case "delete" if wanted:
                which = list(wanted)[int(how) % len(wanted)]
                del wanted[which]
                await team.say("ana", f"delete ~{which}")
            case "fate":
                chat.fates.append(str(how))
            case "turn":
                for _ in range(int(how)):
                    courier = restarted(team)
                    await courier.turn()
                    await courier.stop()
            case "wait":
                team.clock.advance(seconds=int(how))
    chat.fates.clear()
    for _ in range(6):
        team.clock.advance(minutes=16)
        await restarted(team).drain()
    await store.close()
    shown = "\n".join(team.chat.texts("@bo")).split()
    return list(wanted.values()), [word for word in shown if word.startswith("W") and "." in word]


@pytest.mark.parametrize("remembers", [0, 120])
@settings(max_examples=settings().max_examples // 4)
@given(actions=st.lists(ACTIONS, max_size=14))
def test_in_the_end_a_place_shows_what_it_should(
    migrated: Path, remembers: int, actions: list[tuple[str, int | str]]
) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{shutil.copy(migrated, folder)}"
        wanted, shown = asyncio.run(walk(url, actions, remembers))

    assert shown == wanted
