"""What `Shares` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bridge.model.audience import EVERYONE, Audience, AudienceKind
from bridge.model.ids import PersonId, PostId
from bridge.model.kept import ShareRequest
from bridge.model.post import Origin
from bridge.store.tx import SqlStore, SqlTx
from tests.store.worlds import NOW, World


def request_in(world: World, id: int = 1, message: str = "m1") -> ShareRequest:
    author, sharer, place = world.person(), world.person(), world.channel()
    origin = Origin("chat", "w", message, place)
    lapses = NOW + timedelta(hours=48)
    return ShareRequest(id, origin, place, author, sharer, "the text", EVERYONE, NOW, lapses)


@pytest.fixture
def request_(conn: Connection) -> ShareRequest:
    return request_in(World(conn))


@pytest.mark.parametrize(
    "audience", [EVERYONE, Audience(AudienceKind.PEOPLE, frozenset({PersonId(3), PersonId(2**62)}))]
)
def test_a_request_comes_back_as_it_was(tx: SqlTx, request_: ShareRequest, audience: Audience) -> None:
    asked = replace(request_, audience=audience)

    assert tx.shares.open(asked) is True

    assert tx.shares.get(1) == asked == tx.shares.by_origin("chat", "w", "m1")
    assert tx.shares.get(2) is None
    assert tx.shares.by_origin("chat", "w", "m2") is None


def test_a_message_is_asked_about_once(tx: SqlTx, request_: ShareRequest) -> None:
    tx.shares.open(request_)

    assert tx.shares.open(replace(request_, id=2, text="again")) is False
    assert tx.shares.get(2) is None
    assert tx.shares.open(replace(request_, id=3, origin=Origin("chat", "w", "m3", request_.where))) is True


def test_opening_the_same_request_again_is_the_same_closure_running_again(tx: SqlTx, request_: ShareRequest) -> None:
    tx.shares.open(request_)

    assert tx.shares.open(request_) is True


def test_an_answer_counts_once_and_the_text_is_forgotten(tx: SqlTx, request_: ShareRequest) -> None:
    tx.shares.open(request_)

    assert tx.shares.answer(1, "yes", PostId(8)) is True
    assert tx.shares.answer(1, "no", None) is False
    assert tx.shares.answer(2, "no", None) is False

    assert tx.shares.get(1) == replace(request_, answer="yes", post=PostId(8), text="")


def test_open_requests_lapse_at_their_time(tx: SqlTx, conn: Connection) -> None:
    world = World(conn)
    lapsed, answered, later = (request_in(world, n, f"m{n}") for n in (1, 2, 3))
    for request in (lapsed, answered, replace(later, lapses_at=NOW + timedelta(hours=49))):
        tx.shares.open(request)
    tx.shares.answer(2, "no", None)

    assert tx.shares.lapsed(NOW + timedelta(hours=47), 9) == []
    assert tx.shares.lapsed(NOW + timedelta(hours=48), 9) == [lapsed]
    assert [request.id for request in tx.shares.lapsed(NOW + timedelta(hours=50), 9)] == [1, 3]
    assert [request.id for request in tx.shares.lapsed(NOW + timedelta(hours=50), 1)] == [1]


async def test_of_two_answers_at_once_one_counts(store: SqlStore) -> None:
    def opened(conn: Connection) -> None:
        SqlTx(conn).shares.open(request_in(World(conn)))

    await store.engine.write(opened)

    counted = await asyncio.gather(
        *(store.write(lambda tx, word=word: tx.shares.answer(1, word, None)) for word in ("yes", "no") * 4)
    )

    assert sorted(counted) == [False] * 7 + [True]
