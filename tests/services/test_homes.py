"""Personal pages are shown anew when something on them changed, and never in bursts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bridge.model.command import Call, Who
from bridge.model.compose.text import card_text
from bridge.model.errors import StoreBusy, Throttled, Transient
from bridge.model.inbound import HomeOpened, Said
from bridge.model.inbound import Message as Heard
from bridge.services.delivery.homes import AT_ONCE, MOST, Homes
from tests.core import CHAT, HOME, Team


@pytest.fixture
def homes(lite: Team) -> Homes:
    """In front of the core, as adapters get it."""
    return Homes(lite.world, lite.intake)


async def opened(homes: Homes, *users: str) -> None:
    for user in users:
        assert await homes.hear(HomeOpened(f"opened by {user}", Who(CHAT, HOME, user, user)))


async def say(lite: Team, homes: Homes, user: str, line: str) -> None:
    await homes.dispatch(lite.call(user, line))


async def test_what_changed_stands_on_the_page_two_seconds_later(lite: Team, homes: Homes) -> None:
    await opened(homes, "ana")
    await say(lite, homes, "ana", "status Hello")

    at_once = await homes.tick()
    lite.clock.advance(seconds=2)
    then = await homes.tick()

    assert (at_once, then) == (0, 1)
    [page] = lite.chat.homes["ana"]
    assert "Hello" in card_text(page)


class Between:
    """Words between two processes; each of them hears all."""

    def __init__(self) -> None:
        self.hearers: list[Callable[[str], None]] = []

    def tell(self, word: str) -> None:
        for heard in self.hearers:
            heard(word)

    def hear(self, heard: Callable[[str], None]) -> None:
        self.hearers.append(heard)


async def test_what_changed_by_way_of_another_process_stands_there_too(lite: Team) -> None:
    between = Between()
    here, there = (Homes(lite.world, lite.intake, between) for _ in range(2))
    await opened(here, "ana", "bo")
    await say(lite, there, "ana", "status Hello")
    between.tell("home chat")
    between.tell("work")

    lite.clock.advance(seconds=2)

    assert (await here.tick(), await there.tick()) == (1, 0)
    [page] = lite.chat.homes["ana"]
    assert "Hello" in card_text(page)


async def test_many_changes_are_shown_once_in_two_seconds(lite: Team, homes: Homes) -> None:
    await opened(homes, "ana")

    for number in range(40):
        await say(lite, homes, "ana", f"status Update {number}")
        lite.clock.advance(seconds=0.25)
        await homes.tick()

    assert 4 <= len(lite.chat.homes["ana"]) <= 5
    lite.clock.advance(seconds=2)
    await homes.tick()
    assert "Update 39" in card_text(lite.chat.homes["ana"][-1])


@pytest.mark.parametrize("line", ["help", "timeline", "who", "nonsense", "follow @nobody"])
async def test_what_changes_nothing_asks_nothing_of_the_platform(lite: Team, homes: Homes, line: str) -> None:
    await opened(homes, "ana")
    await say(lite, homes, "ana", line)

    lite.clock.advance(minutes=3)
    await homes.tick()

    assert not lite.chat.homes


async def test_only_whoever_opened_their_page_is_shown_it(lite: Team, homes: Homes) -> None:
    await opened(homes, "ana")
    await say(lite, homes, "bo", "status Hello")
    lite.clock.advance(seconds=2)

    assert await homes.tick() == 0


async def test_what_is_said_in_a_direct_message_changes_the_page_too(lite: Team, homes: Homes) -> None:
    await opened(homes, "ana")
    call = lite.call("ana", "", "@")
    await homes.hear(Said("said", Heard(call.where, "1", call.who, "follow #release", lite.clock.now())))
    lite.clock.advance(seconds=2)
    await homes.tick()

    assert "#release" in card_text(lite.chat.homes["ana"][-1])


async def test_a_page_opened_an_hour_ago_is_left_alone(lite: Team, homes: Homes) -> None:
    await opened(homes, "ana")
    lite.clock.advance(hours=1)
    await say(lite, homes, "ana", "status Hello")

    assert await homes.tick() == 0
    await opened(homes, "ana")
    await say(lite, homes, "ana", "status Again")
    lite.clock.advance(seconds=2)
    assert await homes.tick() == 1


async def test_many_pages_take_turns(lite: Team, homes: Homes) -> None:
    users = [f"user{number}" for number in range(AT_ONCE + 3)]
    await opened(homes, *users)
    for user in users:
        await say(lite, homes, user, "status Hello")
    lite.clock.advance(seconds=2)

    first = await homes.tick()
    for user in lite.chat.homes.copy():
        await say(lite, homes, user, "status Again")
    lite.clock.advance(seconds=2)
    second = await homes.tick()

    assert (first, second) == (AT_ONCE, AT_ONCE)
    assert set(lite.chat.homes) == set(users)


async def test_a_failure_is_dropped_and_the_next_change_shows_everything(
    lite: Team, homes: Homes, caplog: pytest.LogCaptureFixture
) -> None:
    await opened(homes, "ana")
    await say(lite, homes, "ana", "status Hello")
    lite.clock.advance(seconds=2)
    lite.chat.failing.append(Transient(reason="no answer"))

    await homes.tick()
    lite.clock.advance(seconds=2)
    await homes.tick()

    assert not lite.chat.homes
    assert "a personal page was not shown anew" in caplog.text
    await say(lite, homes, "ana", "status Again")
    await homes.tick()
    assert "Hello" in card_text(lite.chat.homes["ana"][-1])


async def test_a_platform_that_asks_to_wait_is_asked_again_later(lite: Team, homes: Homes) -> None:
    await opened(homes, "ana")
    await say(lite, homes, "ana", "status Hello")
    lite.clock.advance(seconds=2)
    lite.chat.failing.append(Throttled(seconds=30))

    await homes.tick()
    lite.clock.advance(seconds=29)
    await homes.tick()
    too_early = dict(lite.chat.homes)
    lite.clock.advance(seconds=3)
    await homes.tick()

    assert not too_early
    assert len(lite.chat.homes["ana"]) == 1


async def test_a_database_that_does_not_answer_loses_no_change(
    lite: Team, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(homes, "ana")
    await say(lite, homes, "ana", "status Hello")
    lite.clock.advance(seconds=2)
    with monkeypatch.context() as busy:
        busy.setattr(lite.intake, "home", failing_home)
        with pytest.raises(StoreBusy):
            await homes.tick()

    assert await homes.tick() == 1


async def failing_home(who: Who) -> None:
    raise StoreBusy()


async def test_what_is_remembered_is_bounded(lite: Team, homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.services.delivery.homes.MOST", 3)
    await opened(homes, "ana", "bo", "cy", "li")
    for user in ("ana", "bo", "cy", "li"):
        await say(lite, homes, user, "status Hello")
    lite.clock.advance(seconds=2)

    assert await homes.tick() == 3
    assert "ana" not in lite.chat.homes
    assert MOST == 1000


async def test_where_a_platform_has_no_pages_nothing_is_remembered(lite: Team, homes: Homes) -> None:
    class Bare:
        platform, prefix, hears_status = CHAT, "/{}", False

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

        async def close(self) -> None: ...

    lite.world.adapters = {CHAT: Bare()}
    await opened(homes, "ana")
    await say(lite, homes, "ana", "status Hello")
    lite.clock.advance(seconds=2)

    assert await homes.tick() == 0


async def test_calls_and_completions_go_through(lite: Team, homes: Homes) -> None:
    call: Call = lite.call("ana", "help")

    reply = await homes.dispatch(call)
    found = await homes.complete(call.who, call.where, "fol", "/{}")

    assert reply == await lite.intake.dispatch(call)
    assert [one.value for one in found] == [
        one.value for one in await lite.intake.complete(call.who, call.where, "fol", "/{}")
    ]
