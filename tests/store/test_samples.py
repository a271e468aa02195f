"""What happens when the sample colleagues leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from bridge.model.card import Limits
from bridge.model.delivery import State
from bridge.model.ids import AccountId, PersonId, SieveId, SubjectId
from bridge.model.kept import Attempt, Line, Result, Sieve, Stream
from bridge.model.place import PlaceKind
from bridge.model.post import Post, Taken
from bridge.model.step import Delete, Rules, Send, next_step
from bridge.store.rows import ACCOUNT, PLACE
from bridge.store.sieves import SqlSieves
from bridge.store.sql import SUBSCRIPTION
from bridge.store.tx import SqlTx
from tests.store.test_sources import made
from tests.store.worlds import NOW, World, person, subject, subscriber

LATER = NOW + timedelta(hours=1)


@dataclass
class Lobby:
    """Ana is real; Sam is a sample. They follow each other; Sam's update stands in Ana's direct message."""

    world: World
    ana: PersonId
    sam: PersonId
    post: Post


@pytest.fixture
def lobby(conn: Connection, tx: SqlTx) -> Lobby:
    world = World(conn)
    ana, sam = world.person(), world.person()
    known = tx.people.get(sam)
    assert known is not None
    tx.people.save(replace(known, handle="sam", sample=True))
    world.follow(ana, sam)
    world.follow(sam, ana)
    world.mute(ana, sam)
    tx.follows.unmute(subscriber(ana), subject(sam))
    world.schedule(sam)
    post = world.post(sam)
    tx.outbox.fan_out(post, NOW)
    send(tx, "sent")
    return Lobby(world, ana, sam, post)


def send(tx: SqlTx, message: str) -> None:
    """The courier sends what waits, everywhere."""
    for lane in tx.outbox.claim("courier", NOW, NOW + timedelta(seconds=30), 99):
        step = next_step(lane, NOW, Rules(Limits(), 99))
        if not isinstance(step, Send):
            tx.outbox.settle([Result(lane.place.id, lane.epoch, release=True)], NOW)
            continue
        tries = tuple((item.seq, item.wanted) for item in step.items)
        begun = tx.outbox.begin([Attempt(lane.place.id, lane.epoch, None, f"n{lane.place.id}", tries, True)], NOW)
        done = Result(lane.place.id, lane.epoch, begun[0], State.SETTLED, message, shown=True, release=True)
        tx.outbox.settle([done], NOW)


def test_they_are_counted_and_leave_once(lobby: Lobby, tx: SqlTx) -> None:
    assert tx.people.remove_samples(LATER) == 1
    assert tx.people.remove_samples(LATER) == 0


def test_nobody_finds_them_and_their_handle_is_free(lobby: Lobby, tx: SqlTx) -> None:
    tx.people.remove_samples(LATER)

    assert tx.people.by_handle("sam") is None
    assert tx.people.by_handle(f"gone:{lobby.sam}") is None
    assert tx.people.by_handles([f"gone:{lobby.sam}"]) == {}
    assert tx.people.search("sam", 9) == tx.people.handles("sam", 9) == []
    assert [one.id for one in tx.people.search("", 9)] == [lobby.ana] == [one.id for one in tx.people.handles("", 9)]
    assert tx.people.count() == 1
    ana = tx.people.get(lobby.ana)
    assert ana is not None
    tx.people.add(replace(ana, id=PersonId(5), handle="sam"))


def test_their_updates_are_deleted_and_every_copy_is_taken_back(lobby: Lobby, tx: SqlTx) -> None:
    home = lobby.world.homes[lobby.ana]
    assert [place.id for place, _ in tx.outbox.copies(lobby.post.id)] == [home]

    tx.people.remove_samples(LATER)

    kept = tx.posts.get(lobby.post.id)
    assert kept is not None
    assert (kept.deleted_at, kept.revision) == (LATER, 2)
    assert tx.posts.timeline(person(lobby.ana), Stream(subjects=(subject(lobby.sam),)), LATER, 9) == []
    lanes = tx.outbox.claim("courier", LATER, LATER + timedelta(seconds=30), 99)
    steps = [next_step(lane, LATER, Rules(Limits(), 99)) for lane in lanes if lane.place.id == home]
    assert [type(step) for step in steps] == [Delete]


def test_what_still_waited_is_never_sent(lobby: Lobby, tx: SqlTx) -> None:
    tx.outbox.fan_out(lobby.world.post(lobby.sam), NOW)

    tx.people.remove_samples(LATER)

    lanes = tx.outbox.claim("courier", LATER, LATER + timedelta(seconds=30), 99)
    assert all(item.gone for lane in lanes for item in lane.waiting)


def test_follows_mutes_and_digests_by_them_and_of_them_are_gone(lobby: Lobby, tx: SqlTx) -> None:
    lobby.world.mute(lobby.ana, lobby.sam)
    lobby.world.mute(lobby.sam, lobby.ana)

    tx.people.remove_samples(LATER)

    for who, other in ((lobby.ana, lobby.sam), (lobby.sam, lobby.ana)):
        assert tx.follows.of(subscriber(who)) == []
        assert tx.follows.followers(subject(other)) == []
        assert tx.follows.mutes(subscriber(who), LATER) == []
    assert tx.schedules.get(subscriber(lobby.sam)) is None


def test_their_account_goes_with_its_direct_message_and_lines(lobby: Lobby, tx: SqlTx, conn: Connection) -> None:
    account = AccountId(conn.execute(select(ACCOUNT.c.id).where(ACCOUNT.c.person == lobby.sam)).scalar_one())
    channel = lobby.world.channel()
    tx.lines.add(Line(1, channel, account, "Sam", "hi", NOW))
    tx.outbox.fan_out(lobby.world.post(lobby.ana), NOW)

    tx.people.remove_samples(LATER)

    assert tx.people.account_by_id(account) is None
    assert tx.places.get(lobby.world.homes[lobby.sam]) is None
    assert tx.lines.of(channel, None, None, 9) == []
    direct = select(func.count()).select_from(PLACE).where(PLACE.c.kind == PlaceKind.DIRECT.value)
    assert conn.execute(direct).scalar_one() == 1


def test_others_keep_what_they_wrote_and_are_themselves(lobby: Lobby, tx: SqlTx) -> None:
    reply = lobby.world.post(lobby.ana, reply_to=lobby.post)
    ana = tx.people.get(lobby.ana)

    tx.people.remove_samples(LATER)

    kept = tx.posts.get(reply.id)
    assert kept is not None
    assert kept.deleted_at is None
    assert tx.people.get(lobby.ana) == ana


def test_their_filters_go_and_phrases_that_nobody_else_tracks(lobby: Lobby, tx: SqlTx, conn: Connection) -> None:
    own, of_them, alone, shared = (SieveId(lobby.world.id()) for _ in range(4))
    source = tx.sources.add(made(lobby.world.id(), lobby.sam))
    lobby.world.follow(lobby.sam, source.id, kind="source")
    for phrase in (alone, shared):
        lobby.world.follow(lobby.sam, phrase, kind="phrase")
    lobby.world.follow(lobby.ana, shared, kind="phrase")
    goes_by(conn, lobby.sam, source.id, own, subject(source.id))
    goes_by(conn, lobby.ana, lobby.sam, of_them, subject(lobby.sam))
    for who, phrase in ((lobby.sam, alone), (lobby.sam, shared), (lobby.ana, shared)):
        goes_by(conn, who, phrase, phrase, None)
    version = tx.sieves.version()

    tx.people.remove_samples(LATER)

    assert [one for one in (own, of_them, alone, shared) if tx.sieves.get(one)] == [shared]
    assert [sieve.id for sieve in tx.sieves.all()] == [shared]
    assert tx.sieves.version() > version
    assert tx.sources.get(source.id) is not None, "what it yielded still has an author"
    assert tx.sources.forget(source.id), "nobody follows it any more"


def goes_by(conn: Connection, who: int, what: int, sieve: SieveId, filters: SubjectId | None) -> None:
    SqlSieves(conn).put(Sieve(sieve, "only release", filters))
    chosen = (SUBSCRIPTION.c.subscriber == who, SUBSCRIPTION.c.subject == what)
    conn.execute(update(SUBSCRIPTION).where(*chosen).values(sieve=sieve))


def test_what_they_were_on_is_open_again_in_every_copy(lobby: Lobby, tx: SqlTx) -> None:
    posts = [lobby.world.post(lobby.world.person()) for _ in range(2)]
    for post, done in zip(posts, (None, NOW), strict=True):
        tx.posts.change(replace(post, taken=Taken(lobby.sam, NOW, done)), {})

    tx.people.remove_samples(LATER)

    kept = [tx.posts.get(post.id) for post in posts]
    assert [post and post.taken for post in kept] == [None, Taken(lobby.sam, NOW, NOW)]
    assert [post and post.revision for post in kept] == [2, 1]


def test_likes_they_gave_are_taken_back(lobby: Lobby, tx: SqlTx) -> None:
    post = lobby.world.post(lobby.ana)
    tx.posts.like(post.id, lobby.sam, "k", NOW)
    tx.posts.like(post.id, lobby.ana, "k", NOW)

    tx.people.remove_samples(LATER)

    assert tx.posts.stats([post.id])[post.id].likes == 1
