"""What `Sources` promises, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bridge.model.ids import PersonId, PostId
from bridge.model.kept import Tally
from bridge.model.place import Circle
from bridge.model.post import Origin
from bridge.model.source import Known, Trouble, Watch
from bridge.store.tx import SqlStore, SqlTx
from tests.store.worlds import NOW, World, subscriber

MINUTE = timedelta(minutes=1)
UNTIL = NOW + 2 * MINUTE
FULL = {
    "home": "https://blog.example.org",
    "internal": True,
    "state": '["etag"]',
    "every": 1800,
    "next_at": NOW + 30 * MINUTE,
    "looked_at": NOW,
    "changed_at": NOW - MINUTE,
    "failing_since": NOW - 5 * MINUTE,
    "error": Trouble("SourceAnswered", {"host": "blög.example", "status": "500"}),
    "told": True,
    "a_day": 2.125,
    "moved_from": "https://old.example.org/feed",
    "moved_at": NOW - 9 * MINUTE,
    "burst": 7,
}


@pytest.fixture
def world(conn: Connection) -> World:
    return World(conn)


def made(id: int, by: PersonId, key: str = "https://blog.example.org/feed", **more: object) -> Watch:
    name = str(more.pop("name", "blog.example.org"))
    watch = Watch(PersonId(id), "feed", key, name, "The Blog", by, NOW, epoch=1, next_at=NOW)
    return replace(watch, **more)  # type: ignore[arg-type]


def test_a_source_is_kept_with_everything_and_read_each_way(world: World, tx: SqlTx) -> None:
    ana = world.person()

    kept = tx.sources.add(made(world.id(), ana, picture="https://blog.example.org/p.png", **FULL))

    assert kept == made(kept.id, ana, picture="https://blog.example.org/p.png", **FULL)
    assert tx.sources.get(kept.id) == tx.sources.at("feed", kept.key) == tx.sources.named("BLOG.example.org") == kept
    author = tx.people.get(kept.id)
    assert author is not None
    assert (author.circle, author.handle, author.name) == (Circle.OUTSIDE, "blog.example.org", "The Blog")


def test_those_behind_an_address_are_what_has_it_and_what_belongs_to_its_page(world: World, tx: SqlTx) -> None:
    ana, home = world.person(), "https://blog.example.org"
    one = tx.sources.add(made(world.id(), ana, home=home))
    two = tx.sources.add(made(world.id(), ana, "https://blog.example.org/two", home=f"{home}/"))
    tx.sources.add(made(world.id(), ana, "https://blog.example.org/left", home=home, next_at=None))

    assert tx.sources.behind("http://blog.example.org/") == [one, two]
    assert tx.sources.behind("https://blog.example.org/feed/") == [one]
    assert tx.sources.behind("https://elsewhere.example") == []


def test_what_is_not_there_is_none(world: World, tx: SqlTx) -> None:
    world.person()

    assert tx.sources.get(PersonId(1)) is None
    assert tx.sources.at("feed", "https://x.example") is None
    assert tx.sources.named("nobody") is None
    assert tx.sources.named(f"p{next(iter(world.homes))}") is None, "a person is no source"
    assert tx.sources.of(subscriber(1)) == tx.sources.all() == tx.sources.due(NOW, UNTIL, 9) == []


def test_the_same_key_comes_back_and_a_taken_name_gets_a_number(world: World, tx: SqlTx) -> None:
    ana = world.person()
    first = tx.sources.add(made(world.id(), ana))

    assert tx.sources.add(made(world.id(), ana, name="other")) == first
    others = [tx.sources.add(made(world.id(), ana, f"https://blog.example.org/{number}")) for number in (2, 3)]
    elsewhere = tx.sources.add(replace(made(world.id(), ana), adapter="other"))

    assert [one.name for one in others] == ["blog.example.org-2", "blog.example.org-3"]
    assert elsewhere.name == "blog.example.org-4"
    assert [one.id for one in tx.sources.all()] == [first.id, others[0].id, others[1].id, elsewhere.id]


def test_completion_takes_signs_as_they_are(world: World, tx: SqlTx) -> None:
    ana = world.person()
    for name in ("a_b.example", "axb.example", "A%c.example"):
        tx.sources.add(made(world.id(), ana, f"https://{name}", name=name))

    assert [one.name for one in tx.sources.starting("a_", 9)] == ["a_b.example"]
    assert [one.name for one in tx.sources.starting("a%", 9)] == ["A%c.example"]
    assert len(tx.sources.starting("A", 2)) == 2


def test_a_subscribers_sources_are_theirs_alone(world: World, tx: SqlTx) -> None:
    ana, bo = world.person(), world.person()
    b, a = (tx.sources.add(made(world.id(), ana, f"https://{name}", name=name)) for name in ("b", "a"))
    world.follow(ana, b.id, kind="source")
    world.follow(ana, a.id, kind="source")
    world.follow(ana, bo)

    assert [one.name for one in tx.sources.of(subscriber(ana))] == ["a", "b"]
    assert tx.sources.of(subscriber(bo)) == []


def test_what_is_due_is_taken_on_once_the_longest_due_first(world: World, tx: SqlTx) -> None:
    ana = world.person()
    for name, minutes in (("late", -3), ("later", -9), ("now", 0), ("soon", 1)):
        tx.sources.add(made(world.id(), ana, f"https://{name}", name=name, next_at=NOW + minutes * MINUTE))
    tx.sources.add(made(world.id(), ana, "https://rests", name="rests", next_at=None, rests="paused"))

    first = tx.sources.due(NOW, UNTIL, 2)
    second = tx.sources.due(NOW, UNTIL, 9)

    assert {one.name for one in first} == {"late", "later"}
    assert [one.name for one in second] == ["now"]
    assert {(one.epoch, one.next_at) for one in (*first, *second)} == {(2, UNTIL)}
    assert {one.name for one in tx.sources.due(UNTIL, UNTIL + MINUTE, 9)} == {"late", "later", "now", "soon"}


def test_hosts_that_are_busy_are_left_out_and_what_is_given_back_is_due_again(world: World, tx: SqlTx) -> None:
    ana = world.person()
    for number, host in enumerate(("a.example", "a.example", "b.example")):
        tx.sources.add(made(world.id(), ana, f"https://{host}/{number}", name=f"n{number}"))
    tx.sources.add(made(world.id(), ana, "did:one", name="n3", home="https://a.example/one"))
    tx.sources.add(made(world.id(), ana, "did:two", name="n4"))

    others = tx.sources.due(NOW, UNTIL, 9, ["a.example"])
    rest = tx.sources.due(NOW, UNTIL, 9, ["b.example"])
    tx.sources.give_back([], NOW)
    tx.sources.give_back([rest[0].id], NOW)

    assert {one.name for one in others} == {"n2", "n4"}
    assert {one.name for one in rest} == {"n0", "n1", "n3"}
    assert [one.id for one in tx.sources.due(NOW, UNTIL, 9)] == [rest[0].id]
    assert tx.sources.looked(rest[0]) is False


def test_a_look_is_written_by_whoever_has_taken_it_on_last(world: World, tx: SqlTx) -> None:
    kept = tx.sources.add(made(world.id(), world.person()))
    [stale] = tx.sources.due(NOW, NOW, 9)
    [fresh] = tx.sources.due(NOW, UNTIL, 9)
    seen = {**FULL, "key": "https://moved.example.org", "title": "New title", "picture": "https://x.example/p"}

    assert tx.sources.looked(replace(stale, **seen)) is False
    assert tx.sources.get(kept.id) == fresh
    assert tx.sources.looked(replace(fresh, **seen, name="ignored")) is True

    assert tx.sources.get(kept.id) == replace(fresh, **seen)


@pytest.mark.parametrize("change", ["wake", "rest"])
def test_pausing_and_resuming_fence_a_look_under_way(world: World, tx: SqlTx, change: str) -> None:
    kept = tx.sources.add(made(world.id(), world.person()))
    [taken] = tx.sources.due(NOW, UNTIL, 9)

    if change == "wake":
        tx.sources.wake(kept.id, NOW + MINUTE)
    else:
        tx.sources.rest(kept.id, "paused")

    assert tx.sources.looked(replace(taken, state="new")) is False
    found = tx.sources.get(kept.id)
    assert found is not None
    assert (found.next_at, found.rests) == ((NOW + MINUTE, "") if change == "wake" else (None, "paused"))


def test_it_is_forgotten_only_when_nobody_follows_it(world: World, tx: SqlTx) -> None:
    ana = world.person()
    followed, left = (tx.sources.add(made(world.id(), ana, f"https://{name}", name=name)) for name in ("a", "b"))
    world.follow(ana, followed.id, kind="source")

    assert [tx.sources.forget(one.id) for one in (followed, left)] == [False, True]

    assert [one.next_at for one in tx.sources.all()] == [NOW, None]
    assert tx.sources.get(left.id) is not None, "what it yielded still has an author"


def test_how_many_are_well_fail_and_rest_is_counted(world: World, tx: SqlTx) -> None:
    assert tx.sources.tally() == Tally()
    ana = world.person()
    for name, more in {
        "well": {},
        "well too": {},
        "fails": {"failing_since": NOW},
        "gone": {"failing_since": NOW, "next_at": None, "rests": "gone"},
        "moved": {"next_at": None, "rests": "moved"},
        "paused": {"next_at": None, "rests": "paused"},
        "paused too": {"next_at": None, "rests": "paused"},
        "followed by nobody": {"next_at": None},
    }.items():
        tx.sources.add(made(world.id(), ana, f"https://{name}", name=name, **more))

    assert tx.sources.tally() == Tally(ok=2, failing=1, resting=3)


def test_items_are_known_by_key_and_by_sign_within_their_source(world: World, tx: SqlTx) -> None:
    ana = world.person()
    one, other = (tx.sources.add(made(world.id(), ana, f"https://{name}", name=name)) for name in ("a", "b"))
    post = world.post(one.id)
    items = [Known("k1", "s1", post.id, True, "de"), Known("k2", "s2"), Known("k3", "s2", about="x")]

    tx.sources.keep(one.id, items)
    tx.sources.keep(other.id, [Known("k1", "s9")])
    tx.sources.keep(one.id, [])

    assert tx.sources.known(one.id, ["k1", "k3", "k9"]) == {"k1": items[0], "k3": items[2]}
    assert tx.sources.known(other.id, ["k1", "k2"]) == {"k1": Known("k1", "s9")}
    assert tx.sources.signed(one.id, ["s1", "s9"]) == {"s1": items[0]}
    assert tx.sources.signed(one.id, ["s2"])["s2"] in items[1:]
    assert tx.sources.known(one.id, []) == tx.sources.signed(one.id, []) == tx.sources.abouts([]) == {}
    assert tx.sources.abouts([post.id]) == {post.id: "de"}
    assert tx.sources.was_late(one.id, post.id)
    assert not tx.sources.was_late(other.id, post.id)

    tx.sources.keep(one.id, [Known("k1", "s3", post.id, False, "en")])
    assert tx.sources.known(one.id, ["k1"]) == {"k1": Known("k1", "s3", post.id, False, "en")}
    assert not tx.sources.was_late(one.id, post.id)


def test_many_items_are_asked_for_at_once(world: World, tx: SqlTx) -> None:
    one = tx.sources.add(made(world.id(), world.person()))
    keys = [f"{number:032x}" for number in range(5000)]
    tx.sources.keep(one.id, [Known(key, key) for key in keys[::2]])

    assert sorted(tx.sources.known(one.id, keys)) == keys[::2]


async def test_two_processes_take_each_source_on_once(store: SqlStore) -> None:
    def fill(tx: SqlTx) -> None:
        for number in range(40):
            tx.sources.add(made(1000 + number, PersonId(1), f"https://{number}", name=f"n{number}"))

    await store.write(fill)  # type: ignore[arg-type]

    taken = await asyncio.gather(*(store.write(lambda tx: tx.sources.due(NOW, UNTIL, 7)) for _ in range(8)))

    names = [one.name for some in taken for one in some]
    assert len(names) == len(set(names))
    rest = await store.write(lambda tx: tx.sources.due(NOW, UNTIL, 99))
    assert len(names) + len(rest) == 40


async def test_two_who_add_the_same_get_one(store: SqlStore) -> None:
    added = await asyncio.gather(
        *(store.write(lambda tx, id=id: tx.sources.add(made(id, PersonId(1)))) for id in range(1000, 1006))  # type: ignore[misc]
    )

    assert len({one.id for one in added}) == 1
    assert len(await store.read(lambda tx: tx.sources.all())) == 1


async def test_two_that_are_called_the_same_get_a_name_each(store: SqlStore) -> None:
    added = await asyncio.gather(
        *(
            store.write(lambda tx, id=id: tx.sources.add(made(id, PersonId(1), f"https://{id}")))  # type: ignore[misc]
            for id in range(1000, 1006)
        )
    )

    assert len({one.name for one in added}) == 6


def test_posts_kept_at_once_are_kept_as_each_by_itself(world: World, tx: SqlTx) -> None:
    author = world.person()
    made = [
        replace(world.draft(author, text=f"Item {n}"), origin=Origin("feed", str(author), str(n))) for n in range(5)
    ]
    before = tx.posts.add(made[1], {})

    ids = tx.posts.add_all([made[0], *made[2:]])
    again = tx.posts.add_all([replace(made[0], id=PostId(world.id())), replace(made[4], id=PostId(world.id()))])

    assert ids == [made[0].id, *(post.id for post in made[2:])]
    assert again == [made[0].id, made[4].id]
    kept = [tx.posts.get(post.id) for post in made]
    assert [post and replace(post, number=0) for post in kept] == made
    assert len({post.number for post in kept if post}) == 5
    assert kept[1] == before
    assert [post.id for post in tx.posts.newest_of(author, 9)] == sorted((post.id for post in made), reverse=True)
    assert tx.posts.add_all([]) == []
