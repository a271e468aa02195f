"""Looking at an account, by either way: what comes, what is told of changes, and nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.adapters.bluesky.adapter import Bluesky
from bridge.model import text as t
from bridge.model.source import Look
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky.faults import Fault
from tests.fakes.bluesky.state import Account, tid


def texts(look: Look) -> list[str]:
    return [t.plain(item.text) for item in look.items]


async def test_the_first_look_brings_the_newest_twenty_oldest_first(source: Bluesky, ana: Account) -> None:
    for number in range(30):
        ana.post(f"Post {number}")

    look = await source.look(ana.did, "")

    assert texts(look) == [f"Post {number}" for number in range(10, 30)]
    assert not look.more
    assert look.found is not None
    assert (look.found.key, look.found.name, look.found.title) == (ana.did, "ana.example.org", "Ana")


async def test_a_later_look_brings_what_is_new(source: Bluesky, ana: Account) -> None:
    ana.post("Old")
    first = await source.look(ana.did, "")
    ana.post("New")

    second = await source.look(ana.did, first.state)
    third = await source.look(ana.did, second.state)

    assert texts(second) == ["New"]
    assert third.items == ()
    assert third.gone == ()


async def test_a_quiet_account_costs_an_empty_answer(source: Bluesky, ana: Account) -> None:
    ana.post("Old")
    first = await source.look(ana.did, "")
    second = await source.look(ana.did, first.state)

    third = await source.look(ana.did, second.state)

    assert third.unchanged
    assert third.state == second.state


async def test_a_first_look_at_nothing_misses_nothing_later(source: Bluesky, ana: Account) -> None:
    first = await source.look(ana.did, "")
    ana.post("One")

    second = await source.look(ana.did, first.state)

    assert first.items == ()
    assert texts(second) == ["One"]


async def test_what_was_put_again_comes_as_it_is_now_and_once(source: Bluesky, ana: Account) -> None:
    post = ana.post("Helo")
    first = await source.look(ana.did, "")
    ana.put(post, text="Hello")

    second = await source.look(ana.did, first.state)
    third = await source.look(ana.did, second.state)

    assert [(item.id, t.plain(item.text)) for item in second.items] == [(post.uri, "Hello")]
    assert third.items == ()


async def test_what_was_deleted_is_told_once(source: Bluesky, ana: Account) -> None:
    posts = [ana.post(f"Post {number}") for number in range(5)]
    repost = ana.repost(posts[0])
    first = await source.look(ana.did, "")
    ana.delete(posts[3])
    ana.delete(repost)
    ana.post("New")

    second = await source.look(ana.did, first.state)
    third = await source.look(ana.did, second.state)

    assert set(second.gone) == {posts[3].uri, repost.uri}
    assert texts(second) == ["New"]
    assert third.gone == ()


async def test_all_deleted_is_told_and_old_posts_do_not_come_up_instead(source: Bluesky, ana: Account) -> None:
    posts = [ana.post(f"Post {number}") for number in range(40)]
    first = await source.look(ana.did, "")
    for post in posts[20:]:
        ana.delete(post)

    second = await source.look(ana.did, first.state)

    assert set(second.gone) == {post.uri for post in posts[20:]}
    assert second.items == ()


async def test_the_oldest_one_of_a_short_list_that_is_deleted_is_told(source: Bluesky, ana: Account) -> None:
    oldest = ana.post("One")
    ana.post("Two")
    first = await source.look(ana.did, "")
    ana.delete(oldest)

    second = await source.look(ana.did, first.state)

    assert second.gone == (oldest.uri,)


async def test_more_than_one_look_can_read_goes_on_at_the_next(
    source: Bluesky, ana: Account, fake: FakeBluesky
) -> None:
    ana.post("Old")
    fake.most = 7
    state = (await source.look(ana.did, "")).state
    for number in range(50):
        ana.post(f"Post {number}")

    looks = []
    while not looks or looks[-1].more:
        looks.append(await source.look(ana.did, state))
        state = looks[-1].state

    assert [look.more for look in looks] == [True, False]
    assert sorted(text for look in looks for text in texts(look)) == sorted(f"Post {number}" for number in range(50))


async def test_what_comes_on_top_meanwhile_waits_for_the_look_after(
    source: Bluesky, ana: Account, fake: FakeBluesky
) -> None:
    ana.post("Old")
    fake.most = 2
    state = (await source.look(ana.did, "")).state
    for number in range(20):
        ana.post(f"Post {number}")
    seen: list[str] = []
    for number in range(8):
        ana.post(f"Meanwhile {number}")
        look = await source.look(ana.did, state)
        seen, state = seen + texts(look), look.state

    for _ in range(8):
        look = await source.look(ana.did, state)
        seen, state = seen + texts(look), look.state

    assert sorted(seen) == sorted([f"Post {n}" for n in range(20)] + [f"Meanwhile {n}" for n in range(8)])


async def test_a_renamed_account_is_the_same_source(source: Bluesky, ana: Account) -> None:
    first = await source.look(ana.did, "")
    ana.rename("ana.bsky.social")
    ana.post("Hello")

    second = await source.look(ana.did, first.state)

    assert second.found is not None
    assert (second.found.key, second.found.name) == (ana.did, "ana.bsky.social")


async def test_a_page_that_fails_later_loses_nothing(
    source: Bluesky, ana: Account, fake: FakeBluesky, way: str
) -> None:
    ana.post("Old")
    fake.most = 5
    state = (await source.look(ana.did, "")).state
    for number in range(12):
        ana.post(f"Post {number}")
    method = "app.bsky.feed.getAuthorFeed" if way == "appview" else "com.atproto.repo.listRecords"
    fake.faults.next(method, None, Fault.RATE("40"))

    second = await source.look(ana.did, state)
    third = await source.look(ana.did, second.state)

    assert second.more
    assert second.wait == 40
    assert sorted(texts(second) + texts(third)) == sorted(f"Post {number}" for number in range(12))


async def test_a_cursor_that_is_known_no_more_starts_from_the_top(
    source: Bluesky, ana: Account, fake: FakeBluesky, way: str
) -> None:
    ana.post("Old")
    fake.most = 1
    state = (await source.look(ana.did, "")).state
    for number in range(10):
        ana.post(f"Post {number}")
    begun = await source.look(ana.did, state)
    fake.most = 100
    method = "app.bsky.feed.getAuthorFeed" if way == "appview" else "com.atproto.repo.listRecords"
    fake.faults.next(method, Fault(status=400, error="InvalidRequest"))

    look = await source.look(ana.did, begun.state)

    assert set(texts(begun) + texts(look)) == {f"Post {number}" for number in range(10)}
    assert not look.more


async def test_the_last_request_allowed_ends_the_look(source: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    first = await source.look(ana.did, "")
    ana.post("New")
    fake.allowed = 1
    fake.reset = fake.clock.now().replace(microsecond=0)
    fake.clock.set(fake.reset.replace(minute=58, hour=9))

    second = await source.look(ana.did, first.state)

    assert texts(second) == ["New"]
    assert second.wait == 120


@pytest.mark.parametrize("state", ["", "nonsense", "[]", '{"feed": 7}', '{"feed":{"k":7},"posts":{},"reposts":{}}'])
async def test_a_note_that_nobody_understands_is_a_first_look(source: Bluesky, ana: Account, state: str) -> None:
    ana.post("Hello")

    assert texts(await source.look(ana.did, state)) == ["Hello"]


async def test_a_post_from_the_future_hides_none_that_come_after(pds: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    ana.post("Old")
    ana.post("Far ahead", key=tid(fake.clock.now() + timedelta(days=400)))
    state = (await pds.look(ana.did, "")).state
    fake.most = 3
    for number in range(9):
        ana.post(f"Post {number}")

    look = await pds.look(ana.did, state)

    assert sorted(texts(look)) == [f"Post {number}" for number in range(9)]


async def test_a_note_stays_short_however_much_came(source: Bluesky, ana: Account, fake: FakeBluesky) -> None:
    state = ""
    for most in (100, 100, 3, 100, 3):
        for number in range(120):
            post = ana.post(f"Post {number}")
            ana.repost(post)
        fake.most = most
        state = (await source.look(ana.did, state)).state
        assert len(state) <= 4_000
