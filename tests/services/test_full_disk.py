"""A full disk: nothing new is taken in, with a sentence; what waits goes out; what is old goes."""

from __future__ import annotations

from bridge.model.errors import StoreFull
from bridge.services import upkeep
from bridge.services.watched import FULL, WatchedStore
from tests.services.conftest import Team


class Low(WatchedStore):
    """There is room for what waits alone."""

    low = True

    async def spacious(self) -> bool:
        return not self.low


def on_a_full_disk(team: Team) -> Low:
    team.world.store = Low(team.store)
    return team.world.store


async def test_an_update_is_refused_with_a_sentence_and_kept_nowhere(lite: Team) -> None:
    await lite.say("bo", "follow @ana live")
    disk = on_a_full_disk(lite)

    told = await lite.tell("ana", "status Hello")

    assert StoreFull.template in told
    assert "Hello" in told, "what was typed comes back"
    disk.low = False
    await lite.deliver()
    assert not [text for text in lite.chat.texts("@bo") if "Hello" in text]


async def test_what_waits_is_delivered_all_the_same(lite: Team) -> None:
    await lite.say("ana", "help")
    await lite.say("bo", "follow @ana live")
    await lite.say("ana", "status Hello")
    on_a_full_disk(lite)

    await lite.deliver()

    assert "Hello" in lite.chat.texts("@bo")[-1]


async def test_what_is_too_old_goes_at_once(lite: Team) -> None:
    await lite.say("ana", "status Hello")
    lite.clock.advance(days=731)
    disk = on_a_full_disk(lite)

    assert await upkeep.make_room(lite.world, disk, "me") == 1

    disk.low = False
    await lite.say("ana", "status Hello again")
    lite.clock.advance(days=731)
    assert await upkeep.make_room(lite.world, disk, "me") == 0, "where there is room, the hourly tick will do"


async def test_why_nothing_is_taken_in_is_told(lite: Team) -> None:
    class Full:
        async def spacious(self) -> bool:
            return False

    watched = WatchedStore(Full())  # type: ignore[arg-type]  # nothing else is asked

    assert not await watched.spacious()

    assert watched.refusal == FULL
