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


def ask(tx: SqlTx, like: ShareRequest, *answers: str | None, first: int = 1, about: PostId | None) -> None:
    """One request after the other about answers to that update, each with what became of it (None: still open)."""
    for id, answer in enumerate(answers, first):
        origin = replace(like.origin, message=f"m{id}")
        tx.shares.open(replace(like, id=id, origin=origin, in_reply_to=about))
        if answer:
            tx.shares.answer(id, answer, None)


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


def test_a_request_knows_which_update_it_would_answer(tx: SqlTx, request_: ShareRequest) -> None:
    asked = replace(request_, in_reply_to=PostId(2**62))

    tx.shares.open(asked)

    assert tx.shares.get(1) == asked


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


def test_the_last_answer_about_an_updates_thread_is_the_newest_requests(tx: SqlTx, request_: ShareRequest) -> None:
    update = PostId(8)
    ask(tx, request_, None, "yes", "no", about=update)
    assert tx.shares.last_answer(request_.author, request_.where, update) == "no"

    ask(tx, request_, "yes", first=4, about=update)
    assert tx.shares.last_answer(request_.author, request_.where, update) == "yes"


@pytest.mark.parametrize("said", [None, "lapsed", "taken back"])
def test_what_is_no_answer_of_theirs_does_not_count_as_the_last(
    tx: SqlTx, request_: ShareRequest, said: str | None
) -> None:
    update = PostId(8)
    ask(tx, request_, said, about=update)
    assert tx.shares.last_answer(request_.author, request_.where, update) is None

    ask(tx, request_, "yes", said, first=2, about=update)
    assert tx.shares.last_answer(request_.author, request_.where, update) == "yes"


def test_an_answer_counts_for_its_author_place_and_update_only(tx: SqlTx, conn: Connection) -> None:
    world = World(conn)
    one, other = request_in(world), request_in(world)
    ask(tx, one, "yes", about=PostId(8))
    ask(tx, one, "no", first=2, about=None)

    assert tx.shares.last_answer(one.author, one.where, PostId(8)) == "yes"
    assert tx.shares.last_answer(other.author, one.where, PostId(8)) is None
    assert tx.shares.last_answer(one.author, other.where, PostId(8)) is None
    assert tx.shares.last_answer(one.author, one.where, PostId(9)) is None


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


def test_an_open_request_can_be_reworded(tx: SqlTx, request_: ShareRequest) -> None:
    tx.shares.open(request_)
    reworded = replace(request_, text="other words", audience=Audience(AudienceKind.PEOPLE, frozenset({PersonId(3)})))

    assert tx.shares.reword(reworded) is True
    assert tx.shares.get(1) == reworded


def test_an_answered_request_stays_forgotten(tx: SqlTx, request_: ShareRequest) -> None:
    tx.shares.open(request_)
    tx.shares.answer(1, "no", None)

    assert tx.shares.reword(replace(request_, text="other words")) is False
    assert (kept := tx.shares.get(1)) is not None
    assert kept.text == ""
