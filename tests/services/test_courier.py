"""Laws 1 and 2 at the courier: nothing is lost or doubled, and all stands in order, whatever happens on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bridge.model.card import Card, Limits
from bridge.model.delivery import State
from bridge.model.errors import Throttled, Transient, Uncertain
from bridge.model.kept import Result
from bridge.model.place import Place
from bridge.model.ports import Key, Sent
from bridge.services.delivery import digest
from bridge.services.delivery.courier import LEASE, Courier
from tests.services.conftest import Chat, Deduping, Falling, Team, restarted, use


async def follow(team: Team) -> Team:
    """Ana writes, Bo follows her live in his direct messages."""
    await team.say("ana", "help")
    await team.say("bo", "follow @ana live")
    return team


@pytest.fixture
async def pair(team: Team) -> Team:
    return await follow(team)


@pytest.fixture
async def solo(lite: Team) -> Team:
    """The same over SQLite alone."""
    return await follow(lite)


def words(team: Team, place: str = "@bo") -> list[str]:
    """The last word of each update that stands there."""
    return [text.split("\n")[1].strip() for text in team.chat.texts(place)]


def asked(team: Team, place: str = "@bo") -> list[str]:
    return [what for what, where in team.chat.requests if where == place]


async def states(team: Team) -> list[State]:
    found = await team.store.read(lambda tx: tx.outbox.listing(list(State), 20))
    return [delivery.state for _, delivery in found]


async def one_turn(team: Team) -> None:
    """One request a place, and what came of it written down."""
    courier = restarted(team)
    await courier.turn()
    await courier.stop()


# The process dies on the way.


async def test_what_was_only_claimed_is_sent_once_the_lease_is_over(pair: Team) -> None:
    await pair.say("ana", "status One")
    now = pair.clock.now()
    await pair.store.write(lambda tx: tx.outbox.claim("dead", now, now + LEASE, 10))

    await pair.deliver()
    early = words(pair)
    pair.clock.advance(seconds=91)
    await pair.deliver()

    assert (early, words(pair)) == ([], ["One"])


async def test_an_attempt_that_was_recorded_but_never_made_is_made_once(pair: Team) -> None:
    use(pair, Falling(pair.clock, deaths=["before"]))
    await pair.say("ana", "status One")
    await pair.deliver()

    pair.clock.advance(seconds=91)
    await restarted(pair).drain()

    assert words(pair) == ["One"]
    assert asked(pair) == ["find", "send"]


async def test_a_message_whose_sender_died_before_writing_it_down_is_found_not_doubled(pair: Team) -> None:
    use(pair, Falling(pair.clock, deaths=["after"]))
    await pair.say("ana", "status One")
    await pair.deliver()

    pair.clock.advance(seconds=91)
    await restarted(pair).drain()

    assert words(pair) == ["One"]
    assert asked(pair) == ["send", "find"]


async def test_a_courier_that_lost_its_place_cannot_settle_there(pair: Team) -> None:
    await pair.say("ana", "status One")
    now = pair.clock.now()
    [old] = await pair.store.write(lambda tx: tx.outbox.claim("slow", now, now + LEASE, 10))
    pair.clock.advance(seconds=91)
    later = pair.clock.now()
    [new] = await pair.store.write(lambda tx: tx.outbox.claim("two", later, later + LEASE, 10))

    gone = Result(old.place.id, old.epoch, drop=tuple(item.seq for item in old.waiting), release=True)
    await pair.store.write(lambda tx: tx.outbox.settle([gone], later))
    [kept] = await pair.store.read(lambda tx: tx.outbox.lanes({new.place.id: new.epoch}, later))

    assert [item.seq for item in kept.waiting] == [item.seq for item in old.waiting]


async def test_a_turn_that_fails_by_a_mistake_of_ours_keeps_no_place_for_itself(
    solo: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    await solo.say("ana", "status One")
    write, turns, failed = solo.world.store.write, 0, asyncio.Event()

    async def fails_the_second_time(fn: Any) -> Any:
        nonlocal turns
        turns += 1
        if turns == 2:
            failed.set()
            raise RuntimeError("ours")
        return await write(fn)

    courier = restarted(solo)
    with monkeypatch.context() as patch:
        patch.setattr(solo.world.store, "write", fails_the_second_time)
        running = asyncio.create_task(courier.run())
        await failed.wait()
        await courier.stop()
        await running

    assert courier.held == 0
    solo.clock.advance(seconds=91)
    await restarted(solo).drain()
    assert words(solo) == ["One"]


async def test_what_was_in_flight_when_it_stopped_is_written_down(solo: Team) -> None:
    await solo.say("ana", "status One")
    await solo.courier.turn()
    await solo.courier.stop()

    await restarted(solo).drain()

    assert words(solo) == ["One"]
    assert asked(solo) == ["send"]


async def test_what_its_last_turn_claimed_is_delivered_before_it_is_stopped(
    solo: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    await solo.say("ana", "status One")
    claimed, go, prepare = asyncio.Event(), asyncio.Event(), Courier._prepare

    async def slowly(self: Courier, *lanes: Any) -> Any:
        claimed.set()
        await go.wait()
        return await prepare(self, *lanes)

    monkeypatch.setattr(Courier, "_prepare", slowly)
    courier = restarted(solo)
    running = asyncio.create_task(courier.run())
    await claimed.wait()

    stopping = asyncio.create_task(courier.stop())
    await asyncio.sleep(0)
    go.set()
    await stopping

    assert words(solo) == ["One"]
    assert await states(solo) == [State.SETTLED]
    await running


# The answer is lost.


async def test_a_lost_answer_is_looked_for_not_sent_again(pair: Team) -> None:
    pair.chat.lost_answers = 1
    await pair.say("ana", "status One")
    await pair.deliver()

    pair.clock.advance(seconds=41)
    await pair.deliver()

    assert words(pair) == ["One"]
    assert asked(pair) == ["send", "find"]


async def test_absence_counts_only_ten_seconds_after_the_deadline(solo: Team) -> None:
    solo.chat.lost_answers = 1
    await solo.say("ana", "status One")
    await solo.deliver()

    solo.clock.advance(seconds=39)
    await solo.deliver()

    assert asked(solo) == ["send"]


async def test_a_found_message_settles_what_was_tried_first_and_only_then_is_updated(pair: Team) -> None:
    pair.chat.lost_answers = 1
    await pair.say("ana", "status One")
    await pair.deliver()
    await pair.say("ana", "edit last Two")

    pair.clock.advance(seconds=41)
    await pair.deliver()

    assert words(pair) == ["Two"]
    assert asked(pair) == ["send", "find", "update"]


async def test_what_is_certainly_not_there_is_sent_again_once(pair: Team) -> None:
    pair.chat.failing = [Transient(reason="reset")]
    use_lost(pair)
    await pair.say("ana", "status One")
    await pair.deliver()

    pair.clock.advance(seconds=41)
    await pair.deliver()

    assert words(pair) == ["One"]
    assert asked(pair) == ["send", "find", "send"]


class Losing(Chat):
    """The first request is lost on the way there, and nobody can know."""

    async def send(self, place: Place, card: Card, key: Key) -> Sent:
        if not self.requests:
            self._asked("send", place)
            raise Uncertain(reason="reset")
        return await super().send(place, card, key)


def use_lost(team: Team) -> None:
    use(team, Losing(team.clock))


async def test_a_look_that_fails_still_looks_from_the_first_attempt_on(pair: Team) -> None:
    seen: list[Key] = []

    class Watching(Chat):
        async def find(self, place: Place, key: Key) -> str | None:
            seen.append(key)
            return await super().find(place, key)

    use(pair, Watching(pair.clock, lost_answers=1))
    began = pair.clock.now()
    await pair.say("ana", "status One")
    await pair.deliver()
    pair.chat.failing = [Transient(reason="reset")]
    for _ in range(3):
        pair.clock.advance(seconds=41)
        await pair.deliver()

    assert [key.first_tried for key in seen] == [began, began]
    assert words(pair) == ["One"]


async def test_where_nobody_can_look_it_is_sent_again_rather_than_lost(
    solo: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solo.world, "finder", lambda platform: None)
    solo.chat.lost_answers = 1
    await solo.say("ana", "status One")
    await solo.deliver()

    solo.clock.advance(seconds=41)
    await solo.deliver()

    assert words(solo) == ["One", "One"]
    assert await states(solo) == [State.SETTLED]


async def test_where_the_platform_knows_repeats_the_same_nonce_is_sent_again(pair: Team) -> None:
    use(pair, Deduping(pair.clock, lost_answers=1))
    await pair.say("ana", "status One")
    await pair.deliver()

    pair.clock.advance(seconds=3)  # the longest first back-off, and a tenth
    await pair.deliver()

    assert words(pair) == ["One"]
    assert set(asked(pair)) == {"send"}
    assert await states(pair) == [State.SETTLED]


async def test_a_recognised_repeat_shows_what_was_tried_first_and_then_is_updated(pair: Team) -> None:
    use(pair, Deduping(pair.clock, lost_answers=1))
    await pair.say("ana", "status One")
    await one_turn(pair)
    await pair.say("ana", "edit last Two")
    pair.clock.advance(seconds=3)
    await pair.deliver()

    assert words(pair) == ["Two"]
    assert asked(pair) == ["send", "send", "update"]


async def test_what_stays_uncertain_is_asked_less_and_less_often(pair: Team) -> None:
    use(pair, Deduping(pair.clock, lost_answers=100))
    await pair.say("ana", "status One")

    for _ in range(60):
        await pair.deliver()
        pair.clock.advance(seconds=1)

    assert 3 <= len(asked(pair)) <= 12, "each answer that was lost would be asked for again at once"


async def test_a_repeat_that_failed_makes_nothing_certain_of_the_first_attempt(pair: Team) -> None:
    """The answer is lost, the repeat is throttled until the platform has forgotten the first."""
    use(pair, Deduping(pair.clock, lost_answers=1))
    await pair.say("ana", "status One")
    await pair.deliver()
    pair.chat.failing = [Throttled(seconds=200)]
    for seconds in (50, 100, 100):
        pair.clock.advance(seconds=seconds)
        await pair.deliver()

    assert words(pair) == ["One"]
    assert asked(pair) == ["send", "send", "find"]


async def test_after_the_window_of_the_first_attempt_nothing_is_sent_blindly(pair: Team) -> None:
    use(pair, Deduping(pair.clock, lost_answers=2))
    await pair.say("ana", "status One")
    await one_turn(pair)
    for seconds in (70, 50):
        pair.clock.advance(seconds=seconds)
        await one_turn(pair)

    assert words(pair) == ["One"]
    assert asked(pair) == ["send", "send", "find"]


async def test_nothing_is_sent_again_that_could_arrive_after_the_platform_forgot(pair: Team) -> None:
    """It remembers for 120 seconds; a request is believed to be under way for 40 at most."""
    use(pair, Deduping(pair.clock, lost_answers=1))
    await pair.say("ana", "status One")
    await one_turn(pair)
    pair.clock.advance(seconds=80)
    await one_turn(pair)

    assert asked(pair) == ["send", "find"]


# Joining and order.


async def test_up_to_three_come_one_by_one(solo: Team) -> None:
    for word in ("One", "Two", "Three"):
        await solo.say("ana", f"status {word}")
    await solo.deliver()

    assert words(solo) == ["One", "Two", "Three"]


async def test_more_than_three_join_in_one_message_in_order(pair: Team) -> None:
    for word in ("One", "Two", "Three", "Four"):
        await pair.say("ana", f"status {word}")
    await pair.deliver()

    [text] = pair.chat.texts("@bo")
    assert text.startswith("4 updates")
    assert [word for word in text.split() if word in ("One", "Two", "Three", "Four")] == ["One", "Two", "Three", "Four"]


async def test_ten_join_at_most(solo: Team) -> None:
    for number in range(14):
        await solo.say("ana", f"status N{number:02}")
    await solo.deliver()

    assert [text.split("\n")[0] for text in solo.chat.texts("@bo")] == ["10 updates", "4 updates"]
    shown = " ".join(solo.chat.texts("@bo")).split()
    assert [word for word in shown if word.startswith("N")] == [f"N{number:02}" for number in range(14)]


async def test_as_many_join_as_fit_the_platform(solo: Team) -> None:
    solo.chat.limits = Limits(text=900, rings=False)
    for number in range(4):
        await solo.say("ana", f"status N{number} {'x' * 200}")
    await solo.deliver()

    shown = [[word for word in text.split() if word.startswith("N")] for text in solo.chat.texts("@bo")]
    assert shown == [["N0", "N1"], ["N2"], ["N3"]]


async def test_a_joined_message_is_frozen_at_its_first_attempt(pair: Team) -> None:
    pair.chat.failing = [Transient(reason="reset")]
    for number in range(4):
        await pair.say("ana", f"status N{number}")
    await pair.deliver()
    await pair.say("ana", "status Later")
    pair.clock.advance(minutes=1)
    await pair.deliver()

    first, second = pair.chat.texts("@bo")
    assert first.startswith("4 updates")
    assert "Later" not in first
    assert "Later" in second


async def test_order_is_kept_over_failures(pair: Team) -> None:
    pair.chat.failing = [Transient(reason="reset"), Transient(reason="reset")]
    await pair.say("ana", "status One")
    await pair.deliver()
    await pair.say("ana", "status Two")
    for _ in range(4):
        pair.clock.advance(minutes=1)
        await pair.deliver()

    assert words(pair) == ["One", "Two"]


async def test_nothing_overtakes_what_is_uncertain(pair: Team) -> None:
    use_lost(pair)
    await pair.say("ana", "status One")
    await pair.deliver()
    await pair.say("ana", "status Two")
    await pair.deliver()
    early = words(pair)
    pair.clock.advance(seconds=41)
    await pair.deliver()

    assert (early, words(pair)) == ([], ["One", "Two"])


async def test_a_reply_stands_after_what_it_answers(pair: Team) -> None:
    await pair.say("cy", "help")
    await pair.say("bo", "follow @cy live")
    pair.chat.failing = [Transient(reason="reset")]
    await pair.say("ana", "status Question")
    await pair.deliver()
    await pair.say("cy", "reply ~1 Answer")
    for _ in range(3):
        pair.clock.advance(minutes=1)
        await pair.deliver()

    assert words(pair) == ["Question", "Answer"]


async def test_a_digest_that_waited_behind_a_live_update_still_comes(pair: Team) -> None:
    await pair.say("cy", "help")
    await pair.say("bo", "follow @cy")
    await pair.say("cy", "status Slow")
    pair.clock.advance(hours=22)
    await digest.tick(pair.world)
    await pair.say("ana", "status Quick")
    await pair.deliver()

    assert len(pair.chat.texts("@bo")) == 2


async def test_two_couriers_send_everything_once(pair: Team) -> None:
    await pair.say("cy", "follow @ana live")
    await pair.say("di", "follow @ana live")
    for number in range(3):
        await pair.say("ana", f"status N{number}")

    await asyncio.gather(pair.courier.drain(), restarted(pair).drain())
    await pair.deliver()

    for place in ("@bo", "@cy", "@di"):
        assert words(pair, place) == ["N0", "N1", "N2"]
