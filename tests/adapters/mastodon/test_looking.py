"""Looks at a timeline: nothing missed, nothing twice, edits and deletions of what is recent, and few requests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bridge.adapters.mastodon.adapter import Mastodon
from bridge.model import text as t
from bridge.model.clock import FixedClock
from bridge.model.errors import (
    SourceFailure,
    SourceGone,
    SourceLocked,
    SourceMissing,
    SourceStrange,
    SourceThrottled,
)
from tests.adapters.mastodon.stage import Reader, adapter
from tests.fakes.mastodon import FakeMastodon, Person, Toot


def posts(server: FakeMastodon, by: Person, count: int, text: str = "Hello") -> list[Toot]:
    return [server.post(by, f"{text} {number}") for number in range(count)]


def ids(toots: list[Toot]) -> list[str]:
    return [toot.id for toot in toots]


async def test_the_first_look_brings_the_newest_twenty_oldest_first(
    reader: Reader, server: FakeMastodon, ana: Person
) -> None:
    made = posts(server, ana, 30)

    look = await reader.look()

    assert [item.id for item in look.items] == ids(made[10:])
    assert (look.more, look.unchanged, look.wait) == (False, False, None)
    assert look.found is not None
    assert (look.found.key, look.found.title) == (reader.key, "Ana Example")


async def test_what_was_older_at_the_first_look_never_comes(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    posts(server, ana, 30)
    await reader.look()

    new = server.post(ana, "New")

    assert await reader.ids() == [new.id]


async def test_what_came_since_is_read_in_one_request(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    posts(server, ana, 5)
    await reader.look()
    made = posts(server, ana, 39)
    before = len(server.calls)

    assert await reader.ids() == ids(made)
    assert len(server.calls) - before == 1


async def test_nothing_new_is_a_304(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    posts(server, ana, 5)
    await reader.look()
    await reader.look()

    look = await reader.look()

    assert (look.items, look.gone, look.unchanged) == ((), (), True)
    assert server.calls[-1].status == 304


async def test_an_etag_that_never_matches_costs_nothing_but_bytes(
    reader: Reader, server: FakeMastodon, ana: Person
) -> None:
    server.etags = False
    posts(server, ana, 5)
    await reader.look()

    look = await reader.look()

    assert (look.items, look.unchanged) == ((), True)


async def test_however_much_there_was_nothing_is_missed(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    posts(server, ana, 3)
    await reader.look()
    made = posts(server, ana, 500)

    looks = await reader.whole()

    assert [item.id for look in looks for item in look.items] == ids(made)
    assert [look.more for look in looks] == [True, True, False]
    assert max(len(look.items) for look in looks) <= 200


async def test_a_source_that_was_empty_begins_with_all_it_writes(
    reader: Reader, server: FakeMastodon, ana: Person
) -> None:
    assert await reader.ids() == []
    made = posts(server, ana, 50)

    looks = await reader.whole()

    assert [item.id for look in looks for item in look.items] == ids(made)


async def test_what_is_written_during_a_look_is_not_lost(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 3)
    await reader.look()
    made = posts(server, ana, 90)
    server.between = lambda: made.append(server.post(ana, "Meanwhile"))

    seen = [item.id for look in await reader.whole() for item in look.items]
    server.between = lambda: None
    seen += [item.id for look in await reader.whole() for item in look.items]

    assert seen == ids(made)


async def test_ids_of_more_digits_are_newer(clock: FixedClock) -> None:
    async with FakeMastodon(clock, ids=iter(range(95, 300))) as server:
        server.etags = False
        ana = server.person("ana")
        reader = Reader(adapter(clock, server), f"acct:ana@social.example#social.example/{ana.id}")
        posts(server, ana, 3)
        await reader.look()
        made = posts(server, ana, 60)

        assert await reader.ids() == ids(made)
        before = len(server.calls)
        assert await reader.ids() == []
        assert len(server.calls) - before == 1


async def test_an_edit_brings_the_item_again(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 5)
    await reader.look()

    server.edit(made[1], "Corrected")
    look = await reader.look()

    assert [(item.id, "Corrected" in t.plain(item.text)) for item in look.items] == [(made[1].id, True)]
    assert (await reader.look()).items == ()


async def test_an_edit_of_what_was_passed_on_edits_the_boost(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    theirs = server.post(server.person("bo", domain="elsewhere.example"), "Draft")
    boost = server.boost(ana, theirs)
    await reader.look()

    server.edit(theirs, "Final")

    assert await reader.ids() == [boost.id]


async def test_a_deletion_is_confirmed_and_told_once(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 5)
    await reader.look()

    server.delete(made[2])
    look, again = await reader.look(), await reader.look()

    assert (look.gone, again.gone) == ((made[2].id,), ())
    assert [call.path for call in server.asked("/statuses/")] == [f"/api/v1/statuses/{made[2].id}"]


async def test_many_deletions_are_told_over_several_looks(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 8)
    await reader.look()

    for toot in made[:7]:
        server.delete(toot)
    told = [(await reader.look()).gone for _ in range(4)]

    assert [len(gone) for gone in told] == [3, 3, 1, 0]
    assert {id for gone in told for id in gone} == set(ids(made[:7]))


async def test_deletions_bring_nothing_old_up(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 60)
    await reader.look()

    for toot in made[-10:]:
        server.delete(toot)

    assert [item for _ in range(5) for item in (await reader.look()).items] == []


async def test_deletions_bring_nothing_up_that_was_told_and_forgotten(
    reader: Reader, server: FakeMastodon, ana: Person
) -> None:
    await reader.look()
    made = posts(server, ana, 100)
    await reader.whole()

    for toot in made[-10:]:
        server.delete(toot)

    assert [item for _ in range(5) for item in (await reader.look()).items] == []


async def test_all_of_it_may_be_deleted(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 2)
    await reader.look()
    for toot in made:
        server.delete(toot)

    assert (await reader.look()).gone == tuple(ids(made))
    assert (await reader.look()).gone == ()


async def test_a_deletion_that_cannot_be_confirmed_now_is_told_later(
    reader: Reader, server: FakeMastodon, ana: Person
) -> None:
    made = posts(server, ana, 5)
    await reader.look()
    server.delete(made[2])
    server.fail("500", path="/statuses/")

    assert (await reader.look()).gone == ()
    assert (await reader.look()).gone == (made[2].id,)


async def test_what_lies_beyond_the_page_is_not_asked_about(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 10)
    await reader.look()
    posts(server, ana, 45)
    await reader.whole()

    server.delete(made[0])
    look = await reader.look()

    assert look.gone == ()
    assert server.asked("/statuses/") == []


async def test_a_pinned_status_stays_where_it_was(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 60)
    await reader.look()

    server.pin(made[0])

    assert await reader.ids() == []


async def test_only_what_everybody_may_see_is_taken(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    kinds = {kind: server.post(ana, kind, visibility=kind) for kind in ("public", "unlisted", "private", "direct")}

    assert await reader.ids() == ids([kinds["public"], kinds["unlisted"]])


async def test_not_even_with_a_token_that_sees_more(
    reader: Reader, server: FakeMastodon, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for toot in (made := [server.post(ana, kind, visibility=kind) for kind in ("private", "public", "direct")]):
        monkeypatch.setattr(toot, "visibility", Sly(toot.visibility))

    assert await reader.ids() == [made[1].id]
    assert await reader.ids() == []


class Sly(str):
    """A visibility that the fake takes for public, and writes as it is."""

    def __eq__(self, other: object) -> bool:
        return other == "public" or super().__eq__(other)

    def __hash__(self) -> int:
        return super().__hash__()


class TestTags:
    """The timeline of a tag, where others write too."""

    async def test_whoever_uses_it_is_read_with_their_name(
        self, tag_reader: Reader, server: FakeMastodon, ana: Person
    ) -> None:
        bo = server.person("bo", domain="elsewhere.example")
        server.post(ana, "One #python")
        server.post(bo, "Two #Python")
        server.post(bo, "Three #snakes")

        look = await tag_reader.look()

        assert [item.author for item in look.items] == ["Ana Example (@ana@social.example)", "@bo@elsewhere.example"]
        assert look.found is None

    async def test_what_arrives_late_counts_as_new(
        self, tag_reader: Reader, server: FakeMastodon, ana: Person, clock: FixedClock
    ) -> None:
        bo = server.person("bo", domain="elsewhere.example")
        server.post(ana, "One #python")
        clock.advance(minutes=10)
        server.post(ana, "Two #python")
        await tag_reader.look()

        late = server.post(bo, "Late #python", at=clock.now() - timedelta(minutes=5))

        assert await tag_reader.ids() == [late.id]
        assert await tag_reader.ids() == []

    async def test_what_lost_the_tag_is_edited_not_gone_and_asked_about_once(
        self, tag_reader: Reader, server: FakeMastodon, ana: Person
    ) -> None:
        server.etags = False
        toot = server.post(ana, "One #python")
        server.post(ana, "Two #python")
        await tag_reader.look()

        server.edit(toot, "One")
        looks = [await tag_reader.look() for _ in range(3)]

        assert [([item.id for item in look.items], look.gone) for look in looks] == [
            ([toot.id], ()),
            ([], ()),
            ([], ()),
        ]
        assert len(server.asked("/statuses/")) == 1

    async def test_nothing_is_missed_there_either(self, tag_reader: Reader, server: FakeMastodon, ana: Person) -> None:
        server.post(ana, "#python")
        await tag_reader.look()
        made = [server.post(ana, f"{number} #python") for number in range(300)]

        assert [item.id for look in await tag_reader.whole() for item in look.items] == ids(made)


class TestMoving:
    """Accounts that go."""

    async def test_a_move_is_told_with_the_new_key_and_goes_on_there(
        self, clock: FixedClock, server: FakeMastodon, ana: Person
    ) -> None:
        async with FakeMastodon(clock, "new.example") as new:
            there = new.person("ana", "Ana anew")
            posts(new, there, 5)
            reader = Reader(adapter(clock, server, new), f"acct:ana@social.example#social.example/{ana.id}")
            posts(server, ana, 3)
            await reader.look()

            farewell = server.post(ana, "I am moving")
            server.move(ana, "ana@new.example")
            look = await reader.look()

            assert [item.id for item in look.items] == [farewell.id]
            assert look.found is not None
            assert (look.found.key, look.found.name) == (
                f"acct:ana@new.example#new.example/{there.id}",
                "@ana@new.example",
            )
            reader.key = look.found.key
            first = new.post(there, "First words here")
            assert await reader.ids() == [first.id]

    async def test_nobody_moves_on_before_all_was_read(
        self, clock: FixedClock, server: FakeMastodon, ana: Person
    ) -> None:
        async with FakeMastodon(clock, "new.example") as new:
            new.person("ana")
            reader = Reader(adapter(clock, server, new), f"acct:ana@social.example#social.example/{ana.id}")
            await reader.look()
            made = posts(server, ana, 300)
            server.move(ana, "ana@new.example")

            looks = await reader.whole()

        assert [item.id for look in looks for item in look.items] == ids(made)
        assert [look.found.name for look in looks if look.found] == ["@ana@social.example", "@ana@new.example"]

    @pytest.mark.parametrize("to", ["ana@social.example", "ana@nowhere.example"])
    async def test_a_move_that_leads_back_or_nowhere_changes_nothing_yet(
        self, clock: FixedClock, server: FakeMastodon, ana: Person, to: str
    ) -> None:
        source = adapter(clock, server, bases=("nowhere.example=http://127.0.0.1:9",))
        reader = Reader(source, f"acct:ana@social.example#social.example/{ana.id}")
        posts(server, ana, 3)
        await reader.look()
        server.move(ana, to)

        for _ in range(2):
            look = await reader.look()
            assert look.found is not None
            assert (look.found.key, look.items) == (reader.key, ())

    @pytest.mark.parametrize("count", [0, 3])
    async def test_a_suspended_account_is_gone(
        self, reader: Reader, server: FakeMastodon, ana: Person, count: int
    ) -> None:
        posts(server, ana, count)
        await reader.look()
        server.suspend(ana)

        with pytest.raises(SourceGone):
            await reader.look()
        assert server.asked("/statuses/") == []

    async def test_a_deleted_account_is_missing(self, reader: Reader, server: FakeMastodon, ana: Person) -> None:
        posts(server, ana, 3)
        await reader.look()
        del server.people[ana.id]

        with pytest.raises(SourceMissing):
            await reader.look()


class TestLimits:
    """What a server asks for, and what goes wrong with it."""

    async def test_a_server_that_is_nearly_spent_is_left_alone(
        self, reader: Reader, server: FakeMastodon, ana: Person, clock: FixedClock
    ) -> None:
        clock.advance(minutes=2)
        posts(server, ana, 3)
        server.spend(left=10)

        assert (await reader.look()).wait == 180

    async def test_paging_stops_there_and_goes_on_later(
        self, reader: Reader, server: FakeMastodon, ana: Person, clock: FixedClock
    ) -> None:
        await reader.look()
        made = posts(server, ana, 200)
        server.spend(left=10)

        look = await reader.look()
        clock.advance(seconds=look.wait or 0)
        rest = await reader.whole()

        assert (len(look.items), look.more) == (40, True)
        assert [item.id for one in (look, *rest) for item in one.items] == ids(made)

    async def test_a_slow_server_is_read_in_several_looks(
        self, reader: Reader, server: FakeMastodon, ana: Person, clock: FixedClock
    ) -> None:
        await reader.look()
        made = posts(server, ana, 120)
        server.delete(made.pop())
        server.between = lambda: clock.advance(seconds=6)

        looks = await reader.whole()

        assert [len(look.items) for look in looks] == [40, 79]
        assert [item.id for look in looks for item in look.items] == ids(made)

    async def test_what_was_read_before_a_failure_is_kept(
        self, reader: Reader, server: FakeMastodon, ana: Person
    ) -> None:
        await reader.look()
        made = posts(server, ana, 150)
        count = 0

        def third() -> None:
            nonlocal count
            count += 1
            if count == 3:
                server.fail("500")

        server.between = third

        looks = await reader.whole()

        assert len(looks) == 2
        assert [item.id for look in looks for item in look.items] == ids(made)

    @pytest.mark.parametrize(
        ("fault", "failure"),
        [
            ("429", SourceThrottled),
            ("500", SourceFailure),
            ("503", SourceFailure),
            ("403", SourceLocked),
            ("404", SourceMissing),
            ("html", SourceStrange),
            ("junk", SourceStrange),
            ("cut", SourceFailure),
            ("reset", SourceFailure),
        ],
    )
    async def test_what_goes_wrong_is_told_and_nothing_is_lost(
        self, reader: Reader, server: FakeMastodon, ana: Person, fault: str, failure: type[SourceFailure]
    ) -> None:
        posts(server, ana, 3)
        await reader.look()
        new = server.post(ana, "New")
        server.fail(fault)

        with pytest.raises(failure):
            await reader.look()
        assert await reader.ids() == [new.id]

    async def test_a_tag_that_only_friends_may_see_is_locked(self, tag_reader: Reader, server: FakeMastodon) -> None:
        server.locked = True

        with pytest.raises(SourceLocked):
            await tag_reader.look()


async def test_a_state_of_somebody_else_is_a_first_look(reader: Reader, server: FakeMastodon, ana: Person) -> None:
    made = posts(server, ana, 30)
    reader.state = '{"etag": "x"}'

    assert await reader.ids() == ids(made[10:])


async def test_media_are_fetched_from_where_the_server_really_is(source: Mastodon, server: FakeMastodon) -> None:
    got = await source.fetch("https://social.example/media/ana.png", 1_000)

    assert got.startswith(b"\x89PNG")
