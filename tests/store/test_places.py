"""What `Places` and `Tags` promise."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from bridge.model.audience import Audience, AudienceKind
from bridge.model.ids import AccountId, PlaceId, SubjectId, TagId
from bridge.model.kept import Tx
from bridge.model.person import Account
from bridge.model.place import Circle, Place, PlaceKind, Workspace
from bridge.model.subscription import Subject, SubjectKind
from bridge.store.rows import PLACE, place_values
from bridge.store.sql import LANE
from bridge.store.tags import SqlTags
from bridge.store.tx import SqlStore, SqlTx
from tests.store.test_people import FULL
from tests.store.worlds import World, person

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GENERAL = Place(PlaceId(1), "chat", "w", "C1", PlaceKind.CHANNEL, "General", Circle.TEAM)


def channel(id: int, name: str, **more: object) -> Place:
    return replace(GENERAL, id=PlaceId(id), key=f"C{id}", name=name, **more)  # type: ignore[arg-type]


def test_a_place_comes_back_as_it_was(tx: SqlTx) -> None:
    tx.people.add(FULL)
    tx.people.add_account(Account(AccountId(5), FULL.id, "chat", "w", "u"))
    direct = Place(PlaceId(2), "chat", "w", "u", PlaceKind.DIRECT, "", Circle.COMMUNITY, True, AccountId(5), "gone")

    tx.places.add(GENERAL)
    tx.places.add(direct)

    assert tx.places.get(PlaceId(1)) == GENERAL
    assert tx.places.many([PlaceId(1), PlaceId(2), PlaceId(3)]) == {1: GENERAL, 2: direct}
    assert tx.places.get(PlaceId(3)) is None


def test_a_user_and_a_channel_may_have_equal_keys(tx: SqlTx) -> None:
    direct = replace(GENERAL, id=PlaceId(2), kind=PlaceKind.DIRECT)
    tx.places.add(GENERAL)
    tx.places.add(direct)

    assert tx.places.at("chat", "w", "C1", direct=False) == GENERAL
    assert tx.places.at("chat", "w", "C1", direct=True) == direct
    assert tx.places.at("chat", "other", "C1", direct=True) is None


def test_a_new_place_has_a_lane_at_rest(conn: Connection, tx: SqlTx) -> None:
    tx.places.add(GENERAL)

    lane = conn.execute(select(LANE)).one()
    assert (lane.place, lane.due, lane.epoch, lane.touched) == (1, None, 0, 0)


def test_saving_writes_every_field_but_the_circle_and_leaves_the_lane_alone(conn: Connection, tx: SqlTx) -> None:
    tx.places.add(GENERAL)
    conn.execute(update(LANE).values(epoch=7))
    renamed = replace(GENERAL, key="C9", name="news", circle=Circle.COMMUNITY, private=True, paused="closed")

    tx.places.save(renamed)

    assert tx.places.get(PlaceId(1)) == replace(renamed, circle=Circle.TEAM)
    assert conn.execute(select(LANE.c.epoch)).scalars().all() == [7]


def test_saving_gives_a_lane_to_a_place_that_has_none(conn: Connection, tx: SqlTx) -> None:
    conn.execute(insert(PLACE), place_values(GENERAL))

    tx.places.save(GENERAL)

    assert conn.execute(select(LANE.c.place)).scalars().all() == [1]


def test_channels_are_found_by_name_on_any_platform(tx: SqlTx) -> None:
    here, there = channel(1, "Release"), channel(2, "release", platform="other")
    thread = channel(3, "release", kind=PlaceKind.THREAD)
    for place in (here, there, thread, channel(4, "random")):
        tx.places.add(place)

    assert tx.places.named(["release", "nowhere"]) == [here, there]
    assert tx.places.named([]) == []


def test_channels_of_a_workspace_come_by_name(tx: SqlTx) -> None:
    b, a = channel(1, "b"), channel(2, "A")
    for place in (b, a, channel(3, "c", workspace="v"), channel(4, "d", kind=PlaceKind.DIRECT)):
        tx.places.add(place)

    assert tx.places.channels("chat", "w") == [a, b]


def test_the_first_workspace_is_team_and_later_ones_are_community(tx: SqlTx) -> None:
    first = tx.places.add_workspace("chat", "w", "Acme")
    second = tx.places.add_workspace("other", "g", "Friends of Acme")

    assert first == Workspace("chat", "w", "Acme", Circle.TEAM) == tx.places.workspace("chat", "w")
    assert second == Workspace("other", "g", "Friends of Acme", Circle.COMMUNITY)
    assert tx.places.workspaces() == [first, second]
    assert tx.places.workspace("chat", "g") is None


def test_a_workspace_that_connects_again_keeps_its_circle_and_takes_its_new_name(tx: SqlTx) -> None:
    tx.places.add_workspace("chat", "w", "Acme")
    tx.places.add_workspace("chat", "v", "Friends")

    again = [tx.places.add_workspace("chat", key, "New") for key in ("w", "v")]

    assert [workspace.circle for workspace in again] == [Circle.TEAM, Circle.COMMUNITY]
    assert tx.places.workspaces() == [again[1], again[0]]


async def test_of_two_workspaces_that_connect_at_once_one_is_team(store: SqlStore) -> None:
    one_is_added, both_are_added = threading.Event(), threading.Event()

    def one(tx: Tx) -> Workspace:
        made = tx.places.add_workspace("chat", "w1", "")
        one_is_added.set()
        both_are_added.wait(0.2)  # in vain, where the other has to wait for our commit
        return made

    def other(tx: Tx) -> Workspace:
        assert one_is_added.wait(10)
        made = tx.places.add_workspace("chat", "w2", "")
        both_are_added.set()
        return made

    made = await asyncio.gather(store.write(one), store.write(other))

    assert [workspace.circle for workspace in made] == [Circle.TEAM, Circle.COMMUNITY]


def test_a_changed_circle_is_that_of_its_places_too(tx: SqlTx) -> None:
    tx.places.add_workspace("chat", "w", "Acme")
    tx.places.add(GENERAL)
    tx.places.add(channel(2, "elsewhere", workspace="v"))

    tx.places.set_circle("chat", "w", Circle.COMMUNITY)

    assert tx.places.workspace("chat", "w") == Workspace("chat", "w", "Acme", Circle.COMMUNITY)
    assert tx.places.many([PlaceId(1), PlaceId(2)])[PlaceId(1)].circle is Circle.COMMUNITY
    assert tx.places.many([PlaceId(1), PlaceId(2)])[PlaceId(2)].circle is Circle.TEAM


def test_resuming_takes_the_pause_away_and_makes_the_place_due(conn: Connection, tx: SqlTx) -> None:
    tx.places.add(replace(GENERAL, paused="closed to us"))
    tx.places.add(channel(2, "other", paused="closed too"))

    tx.places.resume(PlaceId(1), NOW)

    assert tx.places.get(PlaceId(1)) == GENERAL
    lanes = conn.execute(select(LANE.c.place, LANE.c.due, LANE.c.touched).order_by(LANE.c.place)).all()
    assert [tuple(lane) for lane in lanes] == [(1, NOW, 1), (2, None, 0)]
    assert [lane.place.id for lane in tx.outbox.claim("me", NOW, NOW + timedelta(seconds=30), 9)] == [1]


def test_a_tag_is_made_once_and_keeps_the_name_it_was_first_written_with(tx: SqlTx) -> None:
    made = tx.tags.ensure("release", "Release", TagId(1))

    assert made == Subject(SubjectKind.TAG, SubjectId(1), "#Release")
    assert tx.tags.ensure("release", "RELEASE", TagId(2)) == made == tx.tags.by_name("release")
    assert tx.tags.by_name("other") is None
    assert tx.tags.many([TagId(1), TagId(2)]) == {1: made}
    assert tx.tags.many([]) == {}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("rel", ["#release", "#relief"]), ("rel_", []), ("%", []), ("a_", ["#a_b"]), ("", ["#a_b", "#graz"])],
)
def test_tags_are_completed_by_their_beginning(conn: Connection, typed: str, expected: list[str]) -> None:
    world = World(conn)
    ana = world.person()
    for name in ("release", "relief", "graz", "a_b"):
        world.post(ana, tags=(name,))

    found = SqlTags(conn).starting(typed, person(ana), NOW, 2)

    assert [tag.name for tag in found] == expected


def test_a_tag_of_what_may_not_be_seen_is_not_completed(conn: Connection) -> None:
    world = World(conn)
    ana, bo = world.person(), world.person()
    world.post(ana, audience=Audience(AudienceKind.ME), tags=("takeover",))

    assert SqlTags(conn).starting("take", person(bo), NOW, 9) == []
    assert [tag.name for tag in SqlTags(conn).starting("take", person(ana), NOW, 9)] == ["#takeover"]


async def test_a_tag_that_many_make_at_once_is_one(store: SqlStore) -> None:
    made = await asyncio.gather(
        *(store.write(lambda tx, n=n: tx.tags.ensure("release", "release", TagId(n))) for n in range(1, 9))
    )

    assert len({tag.id for tag in made}) == 1


def test_a_workspace_closes_and_opens_as_a_whole(tx: SqlTx) -> None:
    direct = replace(GENERAL, id=PlaceId(2), key="u", kind=PlaceKind.DIRECT)
    left = channel(3, "left", paused="removed")
    elsewhere = channel(4, "elsewhere", workspace="other")
    for place in (GENERAL, direct, left, elsewhere):
        tx.places.add(place)

    closed = tx.places.close("chat", "w", "closed")
    paused = {id: place.paused for id, place in tx.places.many([PlaceId(id) for id in (1, 2, 3, 4)]).items()}
    opened = tx.places.reopen("chat", "w", "closed", NOW)

    assert (closed, opened) == (2, 2)
    assert paused == {1: "closed", 2: "closed", 3: "removed", 4: None}
    assert tx.places.get(PlaceId(1)) == GENERAL
    assert tx.places.get(PlaceId(3)) == left
