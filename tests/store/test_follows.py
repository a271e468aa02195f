"""What `Follows` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bridge.model.delivery import State
from bridge.model.ids import PersonId, PlaceId, TagId
from bridge.model.subscription import EVERYONE_SUBJECT, Cadence, Mute, Subject, SubjectKind, Subscription
from bridge.store.sql import LANE
from bridge.store.tx import SqlStore, SqlTx
from tests.store.worlds import NOW, World, subject, subscriber


@pytest.fixture
def world(conn: Connection) -> World:
    return World(conn)


def follow(who: PersonId, place: PlaceId, what: Subject, cadence: Cadence = Cadence.DIGEST) -> Subscription:
    return Subscription(subscriber(who), place, what, cadence, who, NOW)


def of_person(id: PersonId) -> Subject:
    return Subject(SubjectKind.PERSON, subject(id), f"@p{id}")


def test_a_follow_is_made_once_and_then_changed(world: World, tx: SqlTx) -> None:
    ana, bo, place = world.person(), world.person(), world.channel()
    made = follow(bo, world.homes[bo], of_person(ana))

    assert tx.follows.put(made) is True
    changed = replace(made, cadence=Cadence.LIVE, place=place, by=ana, paused=True)
    assert tx.follows.put(replace(changed, since=NOW + timedelta(days=1))) is False

    assert tx.follows.get(made.subscriber, made.subject.id) == changed
    assert tx.follows.of(made.subscriber) == [changed]


def test_what_is_not_followed_is_none(world: World, tx: SqlTx) -> None:
    assert tx.follows.get(subscriber(1), subject(2)) is None
    assert tx.follows.of(subscriber(1)) == []
    assert tx.follows.followers(subject(2)) == []
    assert tx.follows.remove(subscriber(1), subject(2)) is False
    assert tx.follows.unmute(subscriber(1), subject(2)) is False


def test_every_subject_is_called_by_its_name_people_first_then_by_name(world: World, tx: SqlTx) -> None:
    bo = world.person()
    tags = [tx.tags.ensure(name.lower(), name, TagId(world.id())) for name in ("Release", "graz")]
    people = [of_person(world.person()) for _ in range(2)]
    post = world.post(world.person())
    conversation = Subject(SubjectKind.CONVERSATION, subject(post.id), f"~{post.number}")
    for what in (EVERYONE_SUBJECT, conversation, *tags, *reversed(people)):
        tx.follows.put(follow(bo, world.homes[bo], what))

    followed = [follow.subject for follow in tx.follows.of(subscriber(bo))]

    assert followed == [*people, tags[1], tags[0], conversation, EVERYONE_SUBJECT]


def test_followers_of_a_subject_are_people_and_places(world: World, tx: SqlTx) -> None:
    ana, bo, channel = world.person(), world.person(), world.channel()
    by_bo = follow(bo, world.homes[bo], of_person(ana))
    by_channel = Subscription(subscriber(channel), channel, of_person(ana), Cadence.LIVE, bo, NOW - timedelta(days=1))
    for one in (by_bo, by_channel, follow(ana, world.homes[ana], of_person(bo))):
        tx.follows.put(one)

    assert tx.follows.followers(subject(ana)) == [by_channel, by_bo]


def test_unfollowing_ends_one_follow(world: World, tx: SqlTx) -> None:
    ana, bo, cy = (world.person() for _ in range(3))
    for whom in (ana, cy):
        tx.follows.put(follow(bo, world.homes[bo], of_person(whom)))

    assert tx.follows.remove(subscriber(bo), subject(ana)) is True
    assert tx.follows.remove(subscriber(bo), subject(ana)) is False

    assert [follow.subject.id for follow in tx.follows.of(subscriber(bo))] == [cy]


def test_moving_takes_follows_digests_and_what_waits_to_the_new_place(
    world: World, tx: SqlTx, conn: Connection
) -> None:
    ana, bo, cy, new = world.person(), world.person(), world.person(), world.channel()
    for who in (bo, cy):
        tx.follows.put(follow(who, world.homes[who], of_person(ana), Cadence.LIVE))
    world.schedule(bo)
    tx.outbox.fan_out(world.post(ana), NOW)

    tx.follows.move(bo, new)

    assert [kept.place for kept in tx.follows.of(subscriber(bo))] == [new]
    plan = tx.schedules.get(subscriber(bo))
    assert plan is not None
    assert plan.place == new
    waiting = {lane.place.id: len(lane.waiting) for lane in tx.outbox.claim("me", NOW, NOW + timedelta(minutes=1), 9)}
    assert {place: count for place, count in waiting.items() if count} == {new: 1, world.homes[cy]: 1}
    lane = conn.execute(select(LANE).where(LANE.c.place == new)).one()
    assert (lane.due <= NOW, lane.live, lane.touched) == (True, True, 1)


def test_moving_leaves_what_is_a_delivery_where_it_is(world: World, tx: SqlTx, conn: Connection) -> None:
    bo, new = world.person(), world.channel()
    tx.outbox.add_notice(world.homes[bo], "{}", "n1", NOW, "k1")

    tx.follows.move(bo, new)

    assert [place.id for place, _ in tx.outbox.listing([State.WAITING], 9)] == [world.homes[bo]]
    assert conn.execute(select(LANE.c.due).where(LANE.c.place == new)).scalars().all() in ([], [None])


def test_a_place_is_paused_and_goes_on_with_all_its_follows(world: World, tx: SqlTx) -> None:
    ana, bo, channel = world.person(), world.person(), world.channel()
    for whom in (ana, bo):
        tx.follows.put(Subscription(subscriber(channel), channel, of_person(whom), Cadence.LIVE, ana, NOW))
    tx.follows.put(follow(bo, world.homes[bo], of_person(ana)))

    assert tx.follows.pause_place(channel, True) == 2
    assert tx.follows.pause_place(channel, True) == 0

    assert [kept.paused for kept in tx.follows.of(subscriber(channel))] == [True, True]
    assert [kept.paused for kept in tx.follows.of(subscriber(bo))] == [False]
    assert tx.follows.pause_place(channel, False) == 2


def test_a_mute_holds_until_its_time_and_not_at_it(world: World, tx: SqlTx) -> None:
    ana, bo, cy = (world.person() for _ in range(3))
    for_ever = Mute(subscriber(bo), of_person(ana), None)
    for_an_hour = Mute(subscriber(bo), of_person(cy), NOW + timedelta(hours=1))
    for mute in (for_an_hour, for_ever, Mute(subscriber(ana), EVERYONE_SUBJECT, None)):
        tx.follows.mute(mute)

    assert tx.follows.mutes(subscriber(bo), NOW) == [for_ever, for_an_hour]
    assert tx.follows.mutes(subscriber(bo), NOW + timedelta(hours=1)) == [for_ever]


def test_muting_again_changes_the_time_and_unmuting_ends_it(world: World, tx: SqlTx) -> None:
    ana, bo = world.person(), world.person()
    tx.follows.mute(Mute(subscriber(bo), of_person(ana), NOW))
    longer = Mute(subscriber(bo), of_person(ana), None)

    tx.follows.mute(longer)

    assert tx.follows.mutes(subscriber(bo), NOW) == [longer]
    assert tx.follows.unmute(subscriber(bo), subject(ana)) is True
    assert tx.follows.unmute(subscriber(bo), subject(ana)) is False
    assert tx.follows.mutes(subscriber(bo), NOW) == []


async def test_a_follow_asked_for_many_times_at_once_is_new_once(store: SqlStore) -> None:
    def people(conn: Connection) -> tuple[PersonId, PersonId, PlaceId]:
        world = World(conn)
        ana, bo = world.person(), world.person()
        return ana, bo, world.homes[bo]

    ana, bo, home = await store.engine.write(people)

    new = await asyncio.gather(
        *(store.write(lambda tx: tx.follows.put(follow(bo, home, of_person(ana)))) for _ in range(8))
    )

    assert sorted(new) == [False] * 7 + [True]
